using ClausumPanel.Web.Tests.Support;

namespace ClausumPanel.Web.Tests.Api;

public sealed class IdempotencyTests(ApiApp app) : IClassFixture<ApiApp>
{
    private static readonly (string, string) Key = ("Idempotency-Key", "ord-1-attempt-1");

    private static void MustBeReplayOf(Answer first, Answer again)
    {
        Assert.Null(first.MustBeGood().Header("Idempotent-Replayed"));
        Assert.Equal("true", again.MustBeGood().Header("Idempotent-Replayed"));
        Assert.Equal(first.Text, again.Text);
    }

    [Theory]
    [InlineData("header", """{"amount":15000,"currency":"MXN","email":"a@mailinator.com"}""", "h-1")]
    [InlineData("member", """{"amount":15000,"currency":"MXN","email":"a@mailinator.com","idempotency_key":"m-1"}""", null)]
    [InlineData("pair", """{"amount":15000,"currency":"MXN","email":"a@mailinator.com","order_id":"o-1","payment_id":"p-1"}""", null)]
    [InlineData("pair with the order in metadata", """{"amount":15000,"currency":"MXN","email":"a@mailinator.com","metadata":{"order_id":"o-2"},"payment_id":"p-2"}""", null)]
    public async Task Asked_again_the_first_answer_comes_again(string form, string body, string? key)
    {
        Assert.NotEmpty(form);
        var shop = await Shop.OpenAsync(app);
        (string, string)[] headers = key is null ? [] : [("Idempotency-Key", key)];
        var first = await shop.AssessAsync(body, headers);
        var before = await shop.StoredAsync();
        app.Clock.Advance(TimeSpan.FromHours(23));
        MustBeReplayOf(first, await shop.AssessAsync(body, headers));
        Assert.Equal(before, await shop.StoredAsync());
    }

    [Fact]
    public async Task The_answer_to_a_payout_comes_again_too()
    {
        var shop = await Shop.OpenAsync(app);
        MustBeReplayOf(await shop.PayoutAsync(Shop.Payout), await shop.PayoutAsync(Shop.Payout));
    }

    [Fact]
    public async Task The_order_of_members_and_the_space_between_them_make_no_other_body()
    {
        var shop = await Shop.OpenAsync(app);
        var key = ("Idempotency-Key", "order-of-members");
        MustBeReplayOf(await shop.AssessAsync("""{"amount":15000,"currency":"MXN","device":{"ip":"189.203.10.7","timezone":"America/Mexico_City"}}""", key),
            await shop.AssessAsync("""{ "device": {"timezone":"America/Mexico_City", "ip":"189.203.10.7"}, "currency":"MXN", "amount":15000 }""", key));
    }

    [Fact]
    public async Task A_key_used_for_another_body_is_a_conflict_and_stores_nothing()
    {
        var shop = await Shop.OpenAsync(app);
        (await shop.AssessAsync(Shop.Minimum, Key)).MustBeGood();
        var before = await shop.StoredAsync();
        (await shop.AssessAsync("""{"amount":15001,"currency":"MXN"}""", Key)).MustRefuse(409, "IDEMPOTENCY_CONFLICT");
        Assert.Equal(before, await shop.StoredAsync());
        Assert.Equal("true", (await shop.AssessAsync(Shop.Minimum, Key)).Header("Idempotent-Replayed"));
    }

    [Fact]
    public async Task The_header_wins_over_the_member_and_the_member_over_the_pair()
    {
        var shop = await Shop.OpenAsync(app);
        const string Body = """{"amount":15000,"currency":"MXN","idempotency_key":"member-1","order_id":"o-9","payment_id":"p-9"}""";
        var byHeader = (await shop.AssessAsync(Body, ("Idempotency-Key", "header-1"))).MustBeGood();
        var byMember = (await shop.AssessAsync(Body)).MustBeGood();
        Assert.NotEqual(byHeader.Id, byMember.Id);
        Assert.Equal("header-1", byHeader.Json.GetProperty("idempotency_key").GetString());
        Assert.Equal("member-1", byMember.Json.GetProperty("idempotency_key").GetString());
    }

    [Fact]
    public async Task The_same_pair_with_other_timings_is_a_retry()
    {
        var shop = await Shop.OpenAsync(app);
        const string Body = """{"amount":15000,"currency":"MXN","order_id":"o-3","payment_id":"p-3","behavior":{"session_duration_ms":18230}}""";
        MustBeReplayOf(await shop.AssessAsync(Body), await shop.AssessAsync(Body.Replace("18230", "19991", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task The_same_pair_with_another_amount_is_assessed_anew_and_says_so()
    {
        var shop = await Shop.OpenAsync(app);
        const string Body = """{"amount":15000,"currency":"MXN","order_id":"o-4","payment_id":"p-4"}""";
        var first = (await shop.AssessAsync(Body)).MustBeGood();
        var other = (await shop.AssessAsync(Body.Replace("15000", "16000", StringComparison.Ordinal))).MustBeGood();
        Assert.NotEqual(first.Id, other.Id);
        Assert.Contains(other.Warnings, w => w.Contains("assessed anew", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_key_means_something_else_after_a_day_and_on_the_other_endpoint()
    {
        var shop = await Shop.OpenAsync(app);
        var key = ("Idempotency-Key", "for-a-day");
        var first = (await shop.AssessAsync(Shop.Minimum, key)).MustBeGood();
        Assert.NotEqual(first.Id, (await shop.PayoutAsync(Shop.Minimum, key)).MustBeGood().Id);
        app.Clock.Advance(TimeSpan.FromHours(24) + TimeSpan.FromSeconds(1));
        var later = (await shop.AssessAsync("""{"amount":77700,"currency":"MXN"}""", key)).MustBeGood();
        Assert.NotEqual(first.Id, later.Id);
    }

    [Fact]
    public async Task Fifty_at_once_with_one_key_are_one_row_and_one_answer()
    {
        var shop = await Shop.OpenAsync(app);
        const string Body = """{"amount":15000,"currency":"MXN","email":"cincuenta@example.mx"}""";
        var before = await shop.StoredAsync();
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Task.Run(() => shop.AssessAsync(Body, ("Idempotency-Key", "fifty")))));

        Assert.All(answers, a => a.MustBeGood());
        Assert.Equal(before + 1, await shop.StoredAsync());
        Assert.Single(answers.Select(a => a.Text).Distinct());
        Assert.Equal(49, answers.Count(a => a.Header("Idempotent-Replayed") == "true"));

        // Velocity has counted them once: four more do not make six.
        for (var i = 0; i < 4; i++) Assert.DoesNotContain("high_velocity", (await shop.AssessAsync(Body)).Signals);
        Assert.Contains("high_velocity", (await shop.AssessAsync(Body)).Signals);
    }

    [Fact]
    public async Task A_refused_request_does_not_use_its_key()
    {
        var shop = await Shop.OpenAsync(app);
        var key = ("Idempotency-Key", "refused-first");
        (await shop.AssessAsync("""{"amount":-1,"currency":"MXN"}""", key)).MustRefuse(400, "VALIDATION_ERROR");
        Assert.Null((await shop.AssessAsync(Shop.Minimum, key)).MustBeGood().Header("Idempotent-Replayed"));
    }
}
