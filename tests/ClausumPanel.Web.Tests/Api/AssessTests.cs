using System.Text.Json;
using System.Text.RegularExpressions;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Web.Tests.Support;

namespace ClausumPanel.Web.Tests.Api;

public sealed partial class AssessTests(ApiApp app) : IClassFixture<ApiApp>
{
    [GeneratedRegex(@"^ps_\d{13}_[0-9a-z]{9}$")]
    private static partial Regex SessionId();

    private static void MustAddUp(Answer answer)
    {
        var weights = answer.Json.GetProperty("signal_details").EnumerateArray().Sum(s => s.GetProperty("weight").GetInt32());
        Assert.Equal(answer.Json.GetProperty("blocked_by").ValueKind == JsonValueKind.Null ? Math.Clamp(weights, 0, 100) : 100, answer.Score);
        Assert.Equal(answer.Signals, answer.Json.GetProperty("signal_details").EnumerateArray().Select(s => s.GetProperty("code").GetString()));
        Assert.All(answer.Json.GetProperty("signal_details").EnumerateArray(), s => Assert.False(string.IsNullOrWhiteSpace(s.GetProperty("description").GetString())));
    }

    [Fact]
    public async Task The_minimum_request_is_answered_with_every_documented_field()
    {
        var shop = await Shop.OpenAsync(app);
        var answer = (await shop.AssessAsync(Shop.Minimum)).MustBeGood();

        Assert.Equal("application/json; charset=utf-8", answer.ContentType);
        Assert.Equal(["decision", "risk_score", "signals", "signal_details", "session_id", "blocked_by", "latency_ms", "flow", "assessment_id", "policy_version", "field_warnings"], answer.Json.EnumerateObject().Select(m => m.Name));
        Assert.Equal("approve", answer.Decision);
        Assert.Equal("payin", answer.Json.GetProperty("flow").GetString());
        Assert.Equal(JsonValueKind.Null, answer.Json.GetProperty("blocked_by").ValueKind);
        Assert.Matches(SessionId(), answer.Json.GetProperty("session_id").GetString());
        Assert.Equal(7, Guid.Parse(answer.Id).Version);
        Assert.Contains(answer.Warnings, w => w.StartsWith("order_id", StringComparison.Ordinal));
        Assert.NotNull(answer.Header("Server-Timing"));
        MustAddUp(answer);
    }

    [Fact]
    public async Task The_full_request_is_answered_with_its_references_and_no_warnings()
    {
        var shop = await Shop.OpenAsync(app);
        var answer = (await shop.AssessAsync(Shop.Full)).MustBeGood();
        foreach (var (name, value) in new[] { ("session_id", "ps_1716998400000_a1b2c3d4e"), ("order_id", "ord-9912"), ("payment_id", "pay-1"), ("idempotency_key", "ord-9912-attempt-1"), ("submerchant_id", "sub_7") })
            Assert.Equal(value, answer.Json.GetProperty(name).GetString());
        Assert.Empty(answer.Warnings);
        Assert.InRange(answer.Score, 0, 100);
        MustAddUp(answer);
    }

    [Fact]
    public async Task A_payout_is_answered_as_one()
    {
        var shop = await Shop.OpenAsync(app);
        var answer = (await shop.PayoutAsync(Shop.Payout)).MustBeGood();
        Assert.Equal("payout", answer.Json.GetProperty("flow").GetString());
        Assert.Contains("payout_first_beneficiary", answer.Signals);
        MustAddUp(answer);
        var stored = await shop.LastAsync();
        Assert.Equal(25_000_050, stored.Amount);
    }

    [Fact]
    public async Task The_sixth_payment_in_an_hour_with_a_disposable_mail_is_challenged_with_55()
    {
        var shop = await Shop.OpenAsync(app);
        var answers = new List<Answer>();
        for (var i = 0; i < 6; i++)
        {
            app.Clock.Advance(TimeSpan.FromMinutes(9));
            answers.Add((await shop.AssessAsync("""{"amount":15000,"currency":"MXN","email":"juan.perez@mailinator.com"}""")).MustBeGood());
        }
        Assert.All(answers.Take(5), a => Assert.Equal(20, a.Score));
        var sixth = answers[5];
        Assert.Equal("challenge", sixth.Decision);
        Assert.Equal(55, sixth.Score);
        Assert.Equal(["disposable_email", "high_velocity"], sixth.Signals.Order());
        var velocity = sixth.Json.GetProperty("signal_details").EnumerateArray().Single(s => s.GetProperty("code").GetString() == "high_velocity");
        Assert.Equal(35, velocity.GetProperty("weight").GetInt32());
        Assert.Contains("6 transactions in the last hour", velocity.GetProperty("description").GetString());
        MustAddUp(sixth);
    }

    [Fact]
    public async Task A_short_session_alone_is_approved_with_8()
    {
        var shop = await Shop.OpenAsync(app);
        var answer = (await shop.AssessAsync("""{"amount":15000,"currency":"MXN","behavior":{"session_duration_ms":1200,"mouse_movements":12}}""")).MustBeGood();
        Assert.Equal(("approve", 8), (answer.Decision, answer.Score));
        Assert.Equal(["short_session"], answer.Signals);
    }

    [Fact]
    public async Task Over_the_maximum_is_declined_whatever_else_is_true()
    {
        var shop = await Shop.OpenAsync(app);
        var answer = (await shop.AssessAsync("""{"amount":20000001,"currency":"MXN"}""")).MustBeGood();
        Assert.Equal(("decline", 100), (answer.Decision, answer.Score));
        Assert.Equal(JsonValueKind.String, answer.Json.GetProperty("blocked_by").ValueKind);
    }

    [Fact]
    public async Task A_page_learns_the_decision_but_neither_score_nor_reasons()
    {
        var page = await Shop.OpenAsync(app, KeyType.Checkout);
        var answer = (await page.AssessAsync("""{"amount":15000,"currency":"MXN","email":"x@mailinator.com"}""")).MustBeGood();
        Assert.Equal(["decision", "session_id", "latency_ms", "flow", "assessment_id"], answer.Json.EnumerateObject().Select(m => m.Name));
        Assert.DoesNotContain("disposable", answer.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_page_saw_counts_when_the_backend_asks_in_the_same_session()
    {
        var page = await Shop.OpenAsync(app, KeyType.Checkout);
        var shop = await Shop.OpenAsync(app);
        var seen = (await page.AssessAsync("""{"amount":15000,"currency":"MXN","behavior":{"session_duration_ms":900,"mouse_movements":3}}""")).MustBeGood();
        var session = seen.Json.GetProperty("session_id").GetString();
        var answer = (await shop.AssessAsync($$"""{"amount":15000,"currency":"MXN","session_id":"{{session}}"}""")).MustBeGood();
        Assert.Equal(session, answer.Json.GetProperty("session_id").GetString());
        Assert.Contains("short_session", answer.Signals);
        Assert.NotEqual(seen.Id, answer.Id);
        Assert.NotNull((await shop.LastAsync()).Replaces);
    }

    [Fact]
    public async Task A_second_attempt_of_the_backend_still_knows_what_the_page_saw()
    {
        var page = await Shop.OpenAsync(app, KeyType.Checkout);
        var shop = await Shop.OpenAsync(app);
        const string Session = "ps_1716998400000_segundo00";
        (await page.AssessAsync($$$"""{"amount":15000,"currency":"MXN","session_id":"{{{Session}}}","behavior":{"session_duration_ms":900,"mouse_movements":3,"focus_changes":4}}""")).MustBeGood();
        for (var attempt = 0; attempt < 3; attempt++)
            Assert.Contains("short_session", (await shop.AssessAsync($$"""{"amount":15000,"currency":"MXN","session_id":"{{Session}}"}""")).MustBeGood().Signals);
        // What the backend says itself is not replaced.
        Assert.DoesNotContain("short_session", (await shop.AssessAsync($$$"""{"amount":15000,"currency":"MXN","session_id":"{{{Session}}}","behavior":{"session_duration_ms":9000}}""")).MustBeGood().Signals);
    }

    [Fact]
    public async Task Whoever_names_the_session_cannot_make_many_attempts_of_the_backend_count_as_one()
    {
        var page = await Shop.OpenAsync(app, KeyType.Checkout);
        var shop = await Shop.OpenAsync(app);
        Answer? last = null;
        for (var i = 0; i < 7; i++)
        {
            const string Body = """{"amount":15000,"currency":"MXN","email":"prueba@tarjetas.example.mx","session_id":"ps_1716998400000_siempre00"}""";
            (await page.AssessAsync(Body)).MustBeGood();
            last = (await shop.AssessAsync(Body)).MustBeGood();
        }
        Assert.Contains("high_velocity", last!.Signals);
    }

    [Fact]
    public async Task A_page_does_not_take_the_place_of_what_the_backend_asked()
    {
        var page = await Shop.OpenAsync(app, KeyType.Checkout);
        var shop = await Shop.OpenAsync(app);
        const string Body = """{"amount":15000,"currency":"MXN","email":"despues@tarjetas.example.mx","session_id":"ps_1716998400000_despues00"}""";
        (await shop.AssessAsync(Body)).MustBeGood();
        (await page.AssessAsync(Body)).MustBeGood();
        Assert.Null((await shop.LastAsync()).Replaces);
    }

    [Fact]
    public async Task A_session_ends_half_an_hour_after_it_began_however_often_it_was_used_since()
    {
        var page = await Shop.OpenAsync(app, KeyType.Checkout);
        var shop = await Shop.OpenAsync(app);
        const string Session = "ps_1716998400000_estirado0", Body = $$"""{"amount":15000,"currency":"MXN","session_id":"{{Session}}"}""";
        (await page.AssessAsync($$$"""{"amount":15000,"currency":"MXN","session_id":"{{{Session}}}","behavior":{"session_duration_ms":900,"mouse_movements":3}}""")).MustBeGood();
        for (var i = 0; i < 2; i++)
        {
            app.Clock.Advance(TimeSpan.FromMinutes(14));
            Assert.Contains("short_session", (await shop.AssessAsync(Body)).MustBeGood().Signals);
        }
        app.Clock.Advance(TimeSpan.FromMinutes(3));
        Assert.DoesNotContain("short_session", (await shop.AssessAsync(Body)).MustBeGood().Signals);
    }

    [Fact]
    public async Task A_session_is_its_first_payers_and_nobody_elses()
    {
        var page = await Shop.OpenAsync(app, KeyType.Checkout);
        var shop = await Shop.OpenAsync(app);
        const string Session = "ps_1716998400000_prestado0";
        static string Body(string more) => $$"""{"amount":15000,"currency":"MXN","session_id":"{{Session}}"{{more}}}""";
        (await page.AssessAsync(Body(""","email":"una@sesion.example.mx","behavior":{"session_duration_ms":900,"mouse_movements":3}"""))).MustBeGood();
        Assert.DoesNotContain("short_session", (await shop.AssessAsync(Body(""","email":"otra@sesion.example.mx" """))).MustBeGood().Signals);
        Assert.Null((await shop.LastAsync()).Replaces);
        // Whoever came in between has not made it theirs.
        Assert.Contains("short_session", (await shop.AssessAsync(Body(""","email":"una@sesion.example.mx","customer_id":"cus_una" """))).MustBeGood().Signals);
        Assert.DoesNotContain("short_session", (await shop.AssessAsync(Body(""","customer_id":"cus_otra" """))).MustBeGood().Signals);
    }

    [Fact]
    public async Task A_payment_seen_by_page_and_backend_counts_once()
    {
        var page = await Shop.OpenAsync(app, KeyType.Checkout);
        var shop = await Shop.OpenAsync(app);
        Answer? last = null;
        for (var i = 0; i < 5; i++)
        {
            var seen = (await page.AssessAsync("""{"amount":15000,"currency":"MXN","email":"una@vez.example.mx"}""")).MustBeGood();
            last = (await shop.AssessAsync($$"""{"amount":15000,"currency":"MXN","email":"una@vez.example.mx","session_id":"{{seen.Json.GetProperty("session_id").GetString()}}"}""")).MustBeGood();
        }
        Assert.DoesNotContain("high_velocity", last!.Signals);
        Assert.Contains("high_velocity", (await shop.AssessAsync("""{"amount":15000,"currency":"MXN","email":"una@vez.example.mx"}""")).Signals);
    }

    [Fact]
    public async Task A_released_checkout_no_longer_counts()
    {
        var shop = await Shop.OpenAsync(app);
        const string Body = """{"amount":15000,"currency":"MXN","email":"deja@carrito.example.mx"}""";
        for (var i = 0; i < 5; i++)
        {
            var answer = (await shop.AssessAsync(Body)).MustBeGood();
            if (i > 2) continue;
            var session = $$"""{"session_id":"{{answer.Json.GetProperty("session_id").GetString()}}"}""";
            (await shop.ReleaseAsync(session)).MustBeGood();
            (await shop.ReleaseAsync(session)).MustBeGood();
        }
        for (var i = 0; i < 3; i++) Assert.DoesNotContain("high_velocity", (await shop.AssessAsync(Body)).Signals);
        Assert.Contains("high_velocity", (await shop.AssessAsync(Body)).Signals);
    }

    [Theory]
    [InlineData(""), InlineData("{}"), InlineData("[]"), InlineData("null"), InlineData("""{"session_id":1}"""), InlineData("""{"session_id":""}"""), InlineData("""{"session_id":"\ud800"}"""), InlineData("""{"session_id":"a","session_id":"b"}""")]
    public async Task Releasing_wants_a_session(string body) => Assert.Equal(["session_id required"], (await (await Shop.OpenAsync(app)).ReleaseAsync(body)).MustRefuse(400, "VALIDATION_ERROR").Complaints);

    [Fact]
    public async Task Releasing_a_session_nobody_knows_changes_nothing() => (await (await Shop.OpenAsync(app)).ReleaseAsync("""{"session_id":"ps_1716998400000_zzzzzzzzz"}""")).MustBeGood();

    [Theory]
    [InlineData("/api/v1/assess", "payin"), InlineData("/api/v1/assess/payout", "payout")]
    public async Task The_catalogue_is_open_and_says_how_to_call(string path, string flow)
    {
        var answer = (await Answer.OfAsync(await app.Anonymous().GetAsync(path))).MustBeGood();
        Assert.Equal("1.3.0", answer.Json.GetProperty("version").GetString());
        Assert.Equal(flow, answer.Json.GetProperty("flow").GetString());
        foreach (var part in new[] { "amount_encoding", "idempotency", "resilience", flow == "payin" ? "field_requirements_by_segment" : "field_requirements" }) Assert.Equal(JsonValueKind.Object, answer.Json.GetProperty(part).ValueKind);
        if (flow == "payin") foreach (var segment in new[] { "comercio", "psp", "banco", "bank" }) Assert.True(answer.Json.GetProperty("field_requirements_by_segment").TryGetProperty(segment, out _), segment);
    }

    [Fact]
    public async Task Health_answers_anybody()
    {
        await Shop.ReadyAsync(app);
        Assert.Equal("ok", (await Answer.OfAsync(await app.Anonymous().GetAsync("/api/v1/health"))).MustBeGood().Json.GetProperty("status").GetString());
    }

    [Theory]
    [InlineData("GET", "/api/v1/nothing", 404, "NOT_FOUND"), InlineData("POST", "/api/v2/assess", 404, "NOT_FOUND"), InlineData("GET", "/api", 404, "NOT_FOUND"), InlineData("GET", "/api/v1/assess/x", 404, "NOT_FOUND")]
    [InlineData("PUT", "/api/v1/assess", 405, "METHOD_NOT_ALLOWED"), InlineData("DELETE", "/api/v1/assess/payout", 405, "METHOD_NOT_ALLOWED"), InlineData("GET", "/api/v1/assess/release", 405, "METHOD_NOT_ALLOWED"), InlineData("PATCH", "/api/v1/health", 405, "METHOD_NOT_ALLOWED")]
    public async Task What_is_not_there_is_said_to_machines_in_their_own_words(string method, string path, int status, string code)
    {
        var answer = await Answer.OfAsync(await app.Anonymous().SendAsync(new HttpRequestMessage(new HttpMethod(method), path)));
        answer.MustRefuse(status, code);
    }
}
