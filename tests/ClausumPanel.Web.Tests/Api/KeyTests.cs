using ClausumPanel.Storage;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Api;

public sealed class KeyTests : IAsyncLifetime
{
    private const string Page = "https://tienda.example";
    private readonly ApiApp _app = new();

    public async Task InitializeAsync()
    {
        await _app.InitializeAsync();
        await Shop.ReadyAsync(_app);
    }

    public Task DisposeAsync() => ((IAsyncLifetime)_app).DisposeAsync();

    private async Task<Answer> WithHeaderAsync(string? authorization) =>
        await new Shop(_app, _app.CreateDefaultClient()).AssessAsync(Shop.Minimum, authorization is null ? [] : [("Authorization", authorization)]);

    private static string? Reason(Answer answer) => answer.Json.GetProperty("error").GetProperty("details").GetProperty("reason").GetString();

    [Theory]
    [InlineData(null, "missing"), InlineData("", "missing"), InlineData("Bearer", "missing"), InlineData("Bearer ", "missing"), InlineData("Basic YTpi", "missing"), InlineData("Bearer x", "malformed"), InlineData("Bearer clm_sk_", "malformed")]
    [InlineData("Bearer clm_sk_aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "malformed"), InlineData("Bearer ' OR 1=1 --", "malformed")]
    public async Task Without_a_key_nothing_is_answered(string? authorization, string reason)
    {
        var answer = (await WithHeaderAsync(authorization)).MustRefuse(401, "UNAUTHORIZED");
        Assert.Equal(reason, Reason(answer));
        Assert.Equal("Bearer", answer.Header("WWW-Authenticate"));
    }

    [Fact]
    public async Task A_key_nobody_made_is_unknown()
    {
        var (_, text) = ApiKey.Issue("never stored", KeyType.Server, _app.Clock.GetUtcNow());
        Assert.Equal("unknown", Reason((await WithHeaderAsync($"Bearer {text}")).MustRefuse(401, "UNAUTHORIZED")));
    }

    [Theory, InlineData("server"), InlineData("checkout"), InlineData("ingest")]
    public async Task After_it_was_shown_a_key_stands_in_no_answer_page_or_log_whatever_is_done_with_it(string type)
    {
        var ines = _app.As(World.Ines);
        using var created = await ines.SubmitAsync($"/dashboard/connections/new?type={type}", [("Input.Name", "told to nobody"), ("Input.Password", World.Password), .. type == "checkout" ? [("Input.Origins", "https://shop.example")] : Array.Empty<(string, string)>()]);
        var key = (await created.HtmlAsync()).QuerySelector("#key")!.GetAttribute("value")!;
        await _app.InDbAsync(db => _app.Services.GetRequiredService<ApiKeyRing>().ReloadAsync(db, CancellationToken.None));
        var said = new List<string>();
        // On what it does not open, with a body that is none, wrongly spelt, and when it is over.
        foreach (var (address, body, sent) in ((string, string, string)[])[("/api/v1/assess", "{}", key), ("/api/v1/cases", "{", key), ("/api/webhooks/ingest", "{", key), ("/api/v1/assess", "{}", key + "x"), ("/api/v1/assess", "{}", key[..^1])])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, address) { Content = new StringContent(body, System.Text.Encoding.UTF8, "application/json"), Headers = { { "Authorization", "Bearer " + sent } } };
            var answer = await Answer.OfAsync(await _app.CreateDefaultClient().SendAsync(request));
            Assert.InRange(answer.Code, 400, 499);
            said.Add(answer.Text);
        }
        foreach (var page in (string[])["/dashboard/connections", "/dashboard/audit", "/dashboard/going-live"]) said.Add((await ines.PageAsync(page)).DocumentElement.OuterHtml);
        var secret = key[^24..^1];
        Assert.DoesNotContain(said, text => text.Contains(secret, StringComparison.Ordinal));
        Assert.NotEmpty(_app.Logged);
        Assert.DoesNotContain(_app.Logged, line => line.Contains(secret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_revoked_key_stops_at_once()
    {
        var shop = await Shop.OpenAsync(_app);
        (await shop.AssessAsync(Shop.Minimum)).MustBeGood();
        await _app.InDbAsync(async db =>
        {
            (await db.ApiKeys.SingleAsync()).Revoke(null, _app.Clock.GetUtcNow());
            await db.SaveChangesAsync();
            await _app.Services.GetRequiredService<ApiKeyRing>().ReloadAsync(db, CancellationToken.None);
        });
        Assert.Equal("revoked", Reason((await shop.AssessAsync(Shop.Minimum)).MustRefuse(401, "UNAUTHORIZED")));
    }

    [Fact]
    public async Task A_key_ends_when_it_was_to_end()
    {
        var shop = await Shop.OpenAsync(_app, change: key => key.ExpiresAt = _app.Clock.GetUtcNow().AddHours(1));
        (await shop.AssessAsync(Shop.Minimum)).MustBeGood();
        _app.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal("expired", Reason((await shop.AssessAsync(Shop.Minimum)).MustRefuse(401, "UNAUTHORIZED")));
    }

    [Fact]
    public async Task An_ingest_key_assesses_nothing() =>
        Assert.Equal("wrong_type", Reason((await (await Shop.OpenAsync(_app, KeyType.Ingest)).AssessAsync(Shop.Minimum)).MustRefuse(401, "UNAUTHORIZED")));

    [Fact]
    public async Task A_page_may_not_ask_about_payouts_nor_release()
    {
        var page = await Shop.OpenAsync(_app, KeyType.Checkout);
        (await page.PayoutAsync(Shop.Payout)).MustRefuse(403, "SECRET_KEY_REQUIRED");
        (await page.ReleaseAsync("""{"session_id":"x"}""")).MustRefuse(403, "SECRET_KEY_REQUIRED");
    }

    [Fact]
    public async Task A_key_without_the_permission_is_refused_and_one_with_the_star_is_not()
    {
        (await (await Shop.OpenAsync(_app, change: key => key.Permissions = "fraud:report")).AssessAsync(Shop.Minimum)).MustRefuse(403, "FORBIDDEN");
        (await (await Shop.OpenAsync(_app, change: key => key.Permissions = "*")).AssessAsync(Shop.Minimum)).MustBeGood();
    }

    [Fact]
    public async Task The_fetch_of_a_Node_backend_is_no_browser() => (await (await Shop.OpenAsync(_app)).AssessAsync(Shop.Minimum, ("Sec-Fetch-Mode", "cors"))).MustBeGood();

    [Theory]
    [InlineData("Origin", Page), InlineData("Origin", "null"), InlineData("Sec-Fetch-Site", "same-origin"), InlineData("Sec-Fetch-Dest", "empty")]
    public async Task A_server_key_that_comes_from_a_browser_is_refused(string header, string value)
    {
        var shop = await Shop.OpenAsync(_app);
        (await shop.AssessAsync(Shop.Minimum, (header, value))).MustRefuse(403, "SERVER_KEY_FROM_BROWSER");
        (await shop.PayoutAsync(Shop.Payout, (header, value))).MustRefuse(403, "SERVER_KEY_FROM_BROWSER");
        Assert.Equal(0, await shop.StoredAsync());
    }

    [Fact]
    public async Task A_key_in_the_address_is_refused_and_its_text_is_not_repeated()
    {
        var shop = await Shop.OpenAsync(_app);
        var answer = await shop.PostAsync("/api/v1/assess?api_key=clm_sk_secret", "{}"u8.ToArray(), "application/json");
        Assert.DoesNotContain("clm_sk_secret", answer.MustRefuse(400, "KEY_IN_QUERY_NOT_ALLOWED").Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Guessing_keys_gets_slow()
    {
        for (var i = 0; i < 60; i++) (await WithHeaderAsync("Bearer wrong")).MustRefuse(401, "UNAUTHORIZED");
        Assert.NotNull((await WithHeaderAsync("Bearer wrong")).MustRefuse(429, "RATE_LIMITED").Header("Retry-After"));
        _app.Clock.Advance(TimeSpan.FromMinutes(1));
        (await WithHeaderAsync("Bearer wrong")).MustRefuse(401, "UNAUTHORIZED");
    }

    [Fact]
    public async Task A_page_may_call_from_its_own_origin_only()
    {
        var page = await Shop.OpenAsync(_app, KeyType.Checkout, key => key.AllowedOrigins = $"{Page} https://www.tienda.example");
        var answer = (await page.AssessAsync(Shop.Minimum, ("Origin", Page))).MustBeGood();
        Assert.Equal(Page, answer.Header("Access-Control-Allow-Origin"));
        Assert.Contains("Origin", answer.Header("Vary"));
        Assert.Contains("X-RateLimit-Remaining", answer.Header("Access-Control-Expose-Headers"));
        Assert.Null(answer.Header("Access-Control-Allow-Credentials"));

        var foreign = (await page.AssessAsync(Shop.Minimum, ("Origin", "https://evil.example"))).MustRefuse(403, "ORIGIN_NOT_ALLOWED");
        Assert.Null(foreign.Header("Access-Control-Allow-Origin"));
        (await page.AssessAsync(Shop.Minimum, ("Origin", "https://tienda.example.evil.example"))).MustRefuse(403, "ORIGIN_NOT_ALLOWED");
    }

    [Theory]
    [InlineData(Page, true), InlineData("https://evil.example", false), InlineData("null", false)]
    public async Task The_preflight_names_the_origin_of_some_checkout_key_and_no_other(string origin, bool allowed)
    {
        await Shop.OpenAsync(_app, KeyType.Checkout, key => key.AllowedOrigins = Page);
        using var request = new HttpRequestMessage(HttpMethod.Options, "/api/v1/assess");
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        var answer = await Answer.OfAsync(await _app.CreateDefaultClient().SendAsync(request));
        Assert.Equal(204, answer.Code);
        Assert.Equal(allowed ? origin : null, answer.Header("Access-Control-Allow-Origin"));
        Assert.Equal(allowed, answer.Header("Access-Control-Allow-Headers")?.Contains("authorization", StringComparison.Ordinal) ?? false);
    }

    [Fact]
    public async Task No_page_reads_an_answer_about_a_payout()
    {
        await Shop.OpenAsync(_app, KeyType.Checkout, key => key.AllowedOrigins = Page);
        var shop = await Shop.OpenAsync(_app);
        Assert.Null((await shop.PayoutAsync(Shop.Payout, ("Origin", Page))).Header("Access-Control-Allow-Origin"));
    }
}
