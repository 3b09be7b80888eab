using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Web.Api;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Api;

public class AssessApiTests(PanelApp app) : IClassFixture<PanelApp>
{
    private const string PayIn = "/api/v1/assess", PayOut = "/api/v1/assess/payout", Least = """{"amount":15000,"currency":"MXN"}""";

    [Fact]
    public async Task The_documented_minimum_is_enough()
    {
        using var answer = await PostAsync(await ClientAsync(), PayIn, Least);
        var json = await ReadAsync(answer, HttpStatusCode.OK);
        Assert.Equal(
            ["decision", "risk_score", "signals", "signal_details", "session_id", "blocked_by", "latency_ms", "flow", "assessment_id", "policy_version", "field_warnings"],
            json.EnumerateObject().Select(m => m.Name));
        Assert.Matches("^ps_[0-9]{13}_[0-9a-z]{9}$", json.GetProperty("session_id").GetString());
        Assert.Equal(JsonValueKind.Null, json.GetProperty("blocked_by").ValueKind);
        Assert.Equal("payin", json.GetProperty("flow").GetString());
        Assert.Equal(["order_id", "device.ip", "email"], json.GetProperty("field_warnings").EnumerateArray().Select(w => w.GetString()!.Split(':')[0]));
        Assert.Contains("parse;dur=", answer.Headers.GetValues("Server-Timing").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Every_documented_field_is_taken_and_the_references_come_back()
    {
        var client = await ClientAsync();
        using var answer = await PostAsync(client, PayIn, FullRequest.PayIn.Replace("\"customer_id\"", "\"idempotency_key\":\"full-1\",\"customer_id\"", StringComparison.Ordinal));
        var json = await ReadAsync(answer, HttpStatusCode.OK);
        foreach (var (name, value) in ((string, string)[])[("order_id", "ord-9912"), ("payment_id", "pay-1"), ("submerchant_id", "sub-1"), ("idempotency_key", "full-1"), ("session_id", "ps_1716998400000_a1b2c3d4e")])
            Assert.Equal(value, json.GetProperty(name).GetString());
        Assert.False(json.TryGetProperty("field_warnings", out _));
        foreach (var detail in json.GetProperty("signal_details").EnumerateArray()) Assert.True(detail.GetProperty("weight").ValueKind == JsonValueKind.Number && detail.GetProperty("description").GetString()!.Length > 0);
        Assert.Equal(json.GetProperty("signals").GetRawText(), JsonSerializer.Serialize(json.GetProperty("signal_details").EnumerateArray().Select(d => d.GetProperty("code").GetString())));

        using var payout = await PostAsync(client, PayOut, FullRequest.PayOut);
        json = await ReadAsync(payout, HttpStatusCode.OK);
        Assert.Equal("payout", json.GetProperty("flow").GetString());
        Assert.Contains("payout_first_beneficiary", json.GetProperty("signals").EnumerateArray().Select(s => s.GetString()));
    }

    [Fact]
    public async Task The_longest_request_there_can_be_is_stored()
    {
        string Long(int most) => string.Concat(Enumerable.Repeat("好", most));
        var body = $$"""
            {"amount":1000000000000000,"currency":"MXN","transaction_type":"{{Long(40)}}","customer_id":"{{Long(128)}}","order_id":"{{Long(128)}}","payment_id":"{{Long(128)}}","submerchant_id":"{{Long(128)}}",
            "session_id":"{{new string('s', 128)}}","idempotency_key":"{{new string('k', 255)}}","email":"{{Long(316)}}@{{"b.m"}}","payment_method":{"type":"{{Long(40)}}","card_brand":"{{Long(40)}}","card_hash":"{{new string('h', 128)}}"},
            "device":{"ip":"2001:0db8:ffff:ffff:ffff:ffff:ffff:ffff","fingerprint":"{{Long(256)}}","user_agent":"{{Long(1024)}}","timezone":"{{new string('z', 64)}}"},"billing":{"city":"{{Long(120)}}","postal_code":"{{Long(20)}}"},
            "metadata":{"channel":"{{Long(1024)}}"},"own":[{{string.Join(',', Enumerable.Repeat($"\"{Long(1024)}\"", 14))}}]}
            """;
        using var answer = await PostAsync(await ClientAsync(), PayIn, body);
        var json = await ReadAsync(answer, HttpStatusCode.OK);
        Assert.Equal(Long(128), json.GetProperty("order_id").GetString());
    }

    [Fact]
    public async Task A_wrong_body_is_answered_with_the_field_and_stores_nothing()
    {
        var client = await ClientAsync();
        await PostAsync(client, PayIn, Least);
        var before = await StoredAsync();
        foreach (var (body, field, code) in WrongBodies.All())
        {
            using var content = new ByteArrayContent(Encoding.Latin1.GetBytes(body));
            content.Headers.ContentType = new MediaTypeHeaderValue("application/json");
            using var answer = await client.PostAsync(PayIn, content);
            Assert.True(answer.StatusCode == HttpStatusCode.BadRequest, $"{body} → {(int)answer.StatusCode}");
            Assert.Equal(Problems.ContentType, answer.Content.Headers.ContentType!.ToString());
            var error = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("error");
            Assert.Equal(code == "card_number" ? "CARD_NUMBER_NOT_ALLOWED" : "VALIDATION_ERROR", error.GetProperty("code").GetString());
            Assert.Contains(error.GetProperty("details").GetProperty("fields").EnumerateArray(), f => f.GetProperty("field").GetString() == field && f.GetProperty("code").GetString() == code);
        }
        Assert.Equal(before, await StoredAsync());
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/xml")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/json; charset=xyz")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData(null)]
    public async Task Only_json_in_utf_8_is_taken(string? type)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(Least));
        if (type is not null) content.Headers.TryAddWithoutValidation("Content-Type", type);
        using var answer = await (await ClientAsync()).PostAsync(PayIn, content);
        await RefusedAsync(answer, HttpStatusCode.UnsupportedMediaType, "UNSUPPORTED_MEDIA_TYPE");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_over_64_kib_is_refused_whether_or_not_it_says_its_length(bool chunked)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, PayIn) { Content = new StringContent($$"""{"amount":1,"currency":"MXN","own":"{{new string('a', 65_536)}}"}""", Encoding.UTF8, "application/json") };
        if (chunked)
        {
            request.Headers.TransferEncodingChunked = true;
            request.Content.Headers.ContentLength = null;
        }
        using var answer = await (await ClientAsync()).SendAsync(request);
        await RefusedAsync(answer, HttpStatusCode.RequestEntityTooLarge, "PAYLOAD_TOO_LARGE");
    }

    [Fact]
    public async Task Fifty_posts_at_once_with_one_key_are_one_assessment_and_one_answer()
    {
        var client = await ClientAsync();
        await PostAsync(client, PayIn, Least);
        var before = await StoredAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => PostAsync(client, PayIn, FullRequest.PayIn.Replace("ps_1716998400000_a1b2c3d4e", "ps_fifty", StringComparison.Ordinal), ("Idempotency-Key", "fifty"))));
        var bodies = await Task.WhenAll(answers.Select(a => a.Content.ReadAsStringAsync()));
        Assert.All(answers, a => Assert.Equal(HttpStatusCode.OK, a.StatusCode));
        Assert.Single(bodies.Distinct());
        Assert.Equal(49, answers.Count(a => a.Headers.Contains("Idempotent-Replayed")));
        Assert.Equal(before + 1, await StoredAsync());
    }

    [Fact]
    public async Task One_key_and_another_body_conflict_and_a_replay_costs_no_call()
    {
        var client = await ClientAsync(key => key.PerMinute = 3);
        using var first = await PostAsync(client, PayIn, Least, ("Idempotency-Key", "conflict-1"));
        Assert.Equal("2", Remaining(first));
        using var again = await PostAsync(client, PayIn, """{ "currency":"MXN", "amount":15000 }""", ("Idempotency-Key", "conflict-1"));
        Assert.Equal("true", again.Headers.GetValues("Idempotent-Replayed").Single());
        Assert.Equal("2", Remaining(again));
        using var other = await PostAsync(client, PayIn, """{"amount":1,"currency":"MXN"}""", ("Idempotency-Key", "conflict-1"));
        await RefusedAsync(other, HttpStatusCode.Conflict, "IDEMPOTENCY_CONFLICT");
        using var third = await PostAsync(client, PayIn, Least);
        Assert.Equal("0", Remaining(third));
        using var over = await PostAsync(client, PayIn, Least);
        await RefusedAsync(over, HttpStatusCode.TooManyRequests, "RATE_LIMIT_EXCEEDED");
        Assert.Equal(60, (int)over.Headers.RetryAfter!.Delta!.Value.TotalSeconds);
        Assert.Equal((TestClock.Start.ToUnixTimeSeconds() + 60).ToString(System.Globalization.CultureInfo.InvariantCulture), over.Headers.GetValues("X-RateLimit-Reset").Single());
        using var release = await PostAsync(client, PayIn + "/release", """{"session_id":"ps_none"}""");
        await RefusedAsync(release, HttpStatusCode.TooManyRequests, "RATE_LIMIT_EXCEEDED");
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("llave-ñ")]
    [InlineData("long")]
    public async Task An_idempotency_key_is_visible_ascii_of_at_most_255(string key)
    {
        using var answer = await PostAsync(await ClientAsync(), PayIn, Least, ("Idempotency-Key", key == "long" ? new string('k', 256) : key));
        await RefusedAsync(answer, HttpStatusCode.BadRequest, "VALIDATION_ERROR");
    }

    [Fact]
    public async Task A_browser_learns_the_decision_and_nothing_of_the_reasons()
    {
        var key = await app.IssueKeyAsync(KeyType.Checkout, k => k.AllowedOrigins = "https://shop.example");
        using var answer = await PostAsync(app.With(key), PayIn, FullRequest.PayIn, ("Origin", "https://shop.example"), ("Sec-Fetch-Mode", "cors"));
        var json = await ReadAsync(answer, HttpStatusCode.OK);
        Assert.Equal(["decision", "session_id", "latency_ms", "flow", "assessment_id"], json.EnumerateObject().Select(m => m.Name));
        Assert.Equal("https://shop.example", answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Credentials"));
        using var elsewhere = await PostAsync(app.With(key), PayIn, Least, ("Origin", "https://other.example"));
        await RefusedAsync(elsewhere, HttpStatusCode.Forbidden, "ORIGIN_NOT_ALLOWED");
        Assert.False(elsewhere.Headers.Contains("Access-Control-Allow-Origin"));
        using var payout = await PostAsync(app.With(key), PayOut, FullRequest.PayOut);
        await RefusedAsync(payout, HttpStatusCode.Forbidden, "SECRET_KEY_REQUIRED");
        Assert.False(payout.Headers.Contains("Access-Control-Allow-Origin"));
    }

    [Theory]
    [InlineData("Origin", "https://shop.example")]
    [InlineData("Sec-Fetch-Site", "same-origin")]
    public async Task A_server_key_in_a_browser_is_refused(string header, string value)
    {
        using var answer = await PostAsync(await ClientAsync(), PayIn, Least, (header, value));
        await RefusedAsync(answer, HttpStatusCode.Forbidden, "SERVER_KEY_FROM_BROWSER");
    }

    [Fact]
    public async Task Keys_are_refused_each_for_its_reason()
    {
        using var none = await PostAsync(app.Anonymous(), PayIn, Least);
        await RefusedAsync(none, HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        using var ingest = await PostAsync(app.With(await app.IssueKeyAsync(KeyType.Ingest)), PayIn, Least);
        await RefusedAsync(ingest, HttpStatusCode.Unauthorized, "UNAUTHORIZED");
        using var poor = await PostAsync(await ClientAsync(key => key.Permissions = KeyPermissions.ReportFraud), PayIn, Least);
        await RefusedAsync(poor, HttpStatusCode.Forbidden, "FORBIDDEN");
        using var query = await PostAsync(await ClientAsync(), PayIn + "?api_key=clm_sk_x", Least);
        await RefusedAsync(query, HttpStatusCode.BadRequest, "KEY_IN_QUERY_NOT_ALLOWED");
    }

    [Fact]
    public async Task Guessing_keys_is_slowed_and_hurts_no_caller_with_a_right_one()
    {
        await using var own = await PanelApp.StartAsync();
        var right = own.With(await own.IssueKeyAsync());
        await own.Services.GetRequiredService<AssessService>().Ready;
        var wrong = own.With("clm_sk_wrong");
        for (var i = 0; i < 60; i++)
        {
            using var refused = await PostAsync(wrong, PayIn, Least);
            Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        }
        using var over = await PostAsync(wrong, PayIn, Least);
        await RefusedAsync(over, HttpStatusCode.TooManyRequests, "RATE_LIMITED");
        Assert.NotNull(over.Headers.RetryAfter);
        using var fine = await PostAsync(right, PayIn, Least);
        Assert.Equal(HttpStatusCode.OK, fine.StatusCode);
        Assert.Equal("99", Remaining(fine));
        own.Clock.Advance(TimeSpan.FromMinutes(1));
        using var later = await PostAsync(wrong, PayIn, Least);
        Assert.Equal(HttpStatusCode.Unauthorized, later.StatusCode);
    }

    [Fact]
    public async Task What_is_not_there_is_said_in_the_same_body()
    {
        var client = await ClientAsync();
        using var nothing = await client.GetAsync("/api/v1/nothing");
        await RefusedAsync(nothing, HttpStatusCode.NotFound, "NOT_FOUND");
        using var method = await client.DeleteAsync(PayIn);
        await RefusedAsync(method, HttpStatusCode.MethodNotAllowed, "METHOD_NOT_ALLOWED");
        Assert.Contains("POST", method.Content.Headers.Allow);
    }

    [Fact]
    public async Task The_catalogues_and_the_health_need_no_key()
    {
        foreach (var path in (string[])[PayIn, PayOut])
        {
            using var answer = await app.Anonymous().GetAsync(path);
            var json = await ReadAsync(answer, HttpStatusCode.OK);
            Assert.Equal("1.3.0", json.GetProperty("version").GetString());
            Assert.Contains(json.GetProperty("resilience").GetProperty("codes").EnumerateArray(), c => c.GetProperty("code").GetString() == "ASSESS_TIMEOUT");
        }
        using var catalogue = await app.Anonymous().GetAsync(PayIn);
        Assert.Equal(["comercio", "psp", "banco", "bank"], (await ReadAsync(catalogue, HttpStatusCode.OK)).GetProperty("field_requirements_by_segment").EnumerateObject().Select(m => m.Name));
        await ClientAsync();
        using var health = await app.Anonymous().GetAsync("/api/v1/health");
        Assert.Equal("ok", (await ReadAsync(health, HttpStatusCode.OK)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task Only_the_origins_of_checkout_keys_may_preflight()
    {
        await app.IssueKeyAsync(KeyType.Checkout, k => k.AllowedOrigins = "https://till.example");
        foreach (var (origin, allowed) in ((string, bool)[])[("https://till.example", true), ("https://stranger.example", false)])
        {
            using var request = new HttpRequestMessage(HttpMethod.Options, PayIn) { Headers = { { "Origin", origin }, { "Access-Control-Request-Method", "POST" } } };
            using var answer = await app.Anonymous().SendAsync(request);
            Assert.Equal(HttpStatusCode.NoContent, answer.StatusCode);
            Assert.Equal(allowed, answer.Headers.Contains("Access-Control-Allow-Origin"));
            Assert.Equal(allowed, answer.Headers.Contains("Access-Control-Allow-Methods"));
        }
    }

    [Fact]
    public void The_limit_is_exact_however_many_call_at_once()
    {
        var use = new KeyUse(null, 0);
        var allowed = 0;
        using var together = new Barrier(64);
        var callers = Enumerable.Range(0, 64).Select(_ => new Thread(() =>
        {
            together.SignalAndWait();
            for (var i = 0; i < 100; i++)
                if (use.Take(TestClock.Start, 1_000, 5_000).Allowed) Interlocked.Increment(ref allowed);
        })).ToList();
        callers.ForEach(c => c.Start());
        callers.ForEach(c => c.Join());
        Assert.Equal(1_000, allowed);
    }

    [Fact]
    public void The_day_binds_where_less_of_it_is_left()
    {
        var clock = new TestClock();
        var use = new KeyUse(null, 0);
        Assert.Equal(new Quota(true, 1, (TestClock.Start + TimeSpan.FromHours(9)).ToUnixTimeSeconds()), use.Take(clock.GetUtcNow(), 100, 2));
        Assert.Equal(0, use.Take(clock.GetUtcNow(), 100, 2).Remaining);
        clock.Advance(TimeSpan.FromMinutes(1));
        Assert.False(use.Take(clock.GetUtcNow(), 100, 2).Allowed);
        clock.Advance(TimeSpan.FromHours(9));
        Assert.True(use.Take(clock.GetUtcNow(), 100, 2).Allowed);
    }

    private async Task<HttpClient> ClientAsync(Action<ApiKey>? change = null)
    {
        var key = await app.IssueKeyAsync(change: k =>
        {
            k.PerMinute = 1_000_000;
            change?.Invoke(k);
        });
        await app.Services.GetRequiredService<AssessService>().Ready;
        return app.With(key);
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string path, string body, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        foreach (var (name, value) in headers) Assert.True(request.Headers.TryAddWithoutValidation(name, value));
        return client.SendAsync(request);
    }

    private static async Task<JsonElement> ReadAsync(HttpResponseMessage answer, HttpStatusCode expected)
    {
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.StatusCode == expected, $"{(int)answer.StatusCode}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    private static async Task RefusedAsync(HttpResponseMessage answer, HttpStatusCode status, string code)
    {
        var json = await ReadAsync(answer, status);
        Assert.Equal(Problems.ContentType, answer.Content.Headers.ContentType?.ToString());
        Assert.Equal((int)status, json.GetProperty("status").GetInt32());
        Assert.Equal(code, json.GetProperty("error").GetProperty("code").GetString());
        Assert.NotEqual("", json.GetProperty("error").GetProperty("message").GetString());
        Assert.Equal(JsonValueKind.Object, json.GetProperty("error").GetProperty("details").ValueKind);
    }

    private static string Remaining(HttpResponseMessage answer) => answer.Headers.GetValues("X-RateLimit-Remaining").Single();

    private Task<int> StoredAsync() => app.InDbAsync(db => db.Database.SqlQueryRaw<int>("SELECT count(*) AS \"Value\" FROM assessments").SingleAsync());
}
