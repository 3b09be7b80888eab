using System.Net;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Tests.Account;

public sealed class SignInTests(PanelApp app) : IClassFixture<PanelApp>
{
    private static Task<HttpResponseMessage> TryAsync(HttpClient browser, string email, string password) =>
        browser.SubmitAsync("/account/login", ("Input.Email", email), ("Input.Password", password));

    [Fact]
    public async Task Whoever_is_not_signed_in_is_led_to_the_sign_in_page()
    {
        var answer = await app.Anonymous().GetAsync("/dashboard/connections");
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        Assert.Equal("/account/login?ReturnUrl=%2Fdashboard%2Fconnections", answer.Headers.Location!.PathAndQuery);
    }

    [Fact]
    public async Task A_fragment_of_a_page_sends_the_whole_browser_to_the_sign_in_page()
    {
        var browser = app.Anonymous();
        browser.DefaultRequestHeaders.Add("HX-Request", "true");
        var answer = await browser.GetAsync("/dashboard/connections");
        Assert.Equal(["/account/login"], answer.Headers.GetValues("HX-Redirect"));
    }

    [Fact]
    public async Task Maria_signs_in_and_goes_on_to_where_she_wanted()
    {
        var browser = app.Anonymous();
        var answer = await browser.SubmitAsync("/account/login?returnUrl=/dashboard/connections", ("Input.Email", World.Maria.Email), ("Input.Password", World.Password));
        Assert.Equal("/dashboard/connections", answer.Headers.Location!.OriginalString);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/dashboard/connections")).StatusCode);
    }

    [Theory]
    [InlineData("https://elsewhere.example/")]
    [InlineData("//elsewhere.example/")]
    [InlineData("/\\elsewhere.example")]
    public async Task A_return_address_outside_is_not_followed(string returnUrl)
    {
        var answer = await app.Anonymous().SubmitAsync("/account/login?returnUrl=" + Uri.EscapeDataString(returnUrl), ("Input.Email", World.Maria.Email), ("Input.Password", World.Password));
        Assert.Equal("/dashboard", answer.Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task A_wrong_password_and_an_unknown_address_get_the_very_same_answer()
    {
        var wrong = await TryAsync(app.Anonymous(), World.Maria.Email, "something else entirely");
        var unknown = await TryAsync(app.Anonymous(), "nobody@tienda.example", "something else entirely");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
        Assert.Equal(wrong.StatusCode, unknown.StatusCode);
        Assert.Equal((await wrong.HtmlAsync()).QuerySelector("[role=alert]")!.TextContent, (await unknown.HtmlAsync()).QuerySelector("[role=alert]")!.TextContent);
    }

    [Fact]
    public async Task A_form_without_its_token_is_refused()
    {
        var answer = await app.Anonymous().PostAsync("/account/login", new FormUrlEncodedContent([new("Input.Email", World.Maria.Email), new("Input.Password", World.Password)]));
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
    }

    [Fact]
    public async Task After_signing_out_a_copied_cookie_opens_nothing()
    {
        var browser = app.Anonymous();
        var opened = await TryAsync(browser, World.Tomas.Email, World.Password);
        var cookie = opened.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("panel=", StringComparison.Ordinal)).Split(';')[0];

        var copy = new HttpRequestMessage(HttpMethod.Get, "/account/profile");
        copy.Headers.Add("Cookie", cookie);
        Assert.Equal(HttpStatusCode.OK, (await app.CreateDefaultClient().SendAsync(copy)).StatusCode);

        var left = await browser.SubmitAsync("/account/sign-out");
        Assert.Contains("\"storage\"", left.Headers.GetValues("Clear-Site-Data").Single(), StringComparison.Ordinal);

        var again = new HttpRequestMessage(HttpMethod.Get, "/account/profile");
        again.Headers.Add("Cookie", cookie);
        Assert.Equal(HttpStatusCode.Found, (await app.CreateDefaultClient().SendAsync(again)).StatusCode);
    }

    [Fact]
    public async Task Looking_at_the_sign_out_page_signs_nobody_out()
    {
        var browser = app.As(World.Maria);
        await browser.GetAsync("/account/sign-out");
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/account/profile")).StatusCode);
    }

    [Fact]
    public async Task Signed_in_pages_are_not_kept_by_the_browser()
    {
        var answer = await app.As(World.Maria).GetAsync("/account/profile");
        Assert.True(answer.Headers.CacheControl!.NoStore);
        Assert.Equal("nosniff", answer.Headers.GetValues("X-Content-Type-Options").Single());
        Assert.Equal("DENY", answer.Headers.GetValues("X-Frame-Options").Single());
        var policy = answer.Headers.GetValues("Content-Security-Policy").Single();
        Assert.Contains("default-src 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe", policy, StringComparison.Ordinal);
        Assert.False(answer.Headers.Contains("Server"));
    }

    [Fact]
    public async Task Sign_ins_and_refusals_are_in_the_audit_trail_without_what_was_typed()
    {
        await TryAsync(app.Anonymous(), World.Clara.Email, "not the password");
        await TryAsync(app.Anonymous(), World.Clara.Email, World.Password);
        var clara = await app.InDbAsync(db => db.Users.SingleAsync(u => u.Email == World.Clara.Email));
        var entries = await app.InDbAsync(db => db.AuditEntries.Where(e => e.SubjectId == clara.Id.ToString()).OrderBy(e => e.Sequence).ToListAsync());
        Assert.Equal([AuditActions.SignInRefused, AuditActions.SignedIn], entries.Select(e => e.Action));
        Assert.All(entries, e => Assert.DoesNotContain("not the password", e.After ?? "", StringComparison.Ordinal));
    }
}

/// <summary>Each has an app of its own: they move the clock or fill a counter.</summary>
public sealed class SignInLimitsTests : IAsyncLifetime
{
    private readonly PanelApp app = new();

    public Task InitializeAsync() => app.InitializeAsync();
    public Task DisposeAsync() => ((IAsyncLifetime)app).DisposeAsync();

    private Task<HttpResponseMessage> TryAsync(string email, string password) => app.Anonymous().SubmitAsync("/account/login", ("Input.Email", email), ("Input.Password", password));

    [Fact]
    public async Task After_ten_wrong_passwords_the_right_one_waits_a_quarter_of_an_hour()
    {
        for (var i = 0; i < 10; i++) Assert.Equal(HttpStatusCode.UnprocessableEntity, (await TryAsync(World.Maria.Email, $"wrong password {i}")).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await TryAsync(World.Maria.Email, World.Password)).StatusCode);
        Assert.Equal(HttpStatusCode.Found, (await TryAsync(World.Tomas.Email, World.Password)).StatusCode);

        // The framework reads the machine's clock for the lock-out, so the lock is lifted by hand here.
        await app.InDbAsync(db => db.Users.Where(u => u.Email == World.Maria.Email).ExecuteUpdateAsync(u => u.SetProperty(x => x.LockoutEnd, TestClock.Start.AddYears(-1))));
        Assert.Equal(HttpStatusCode.Found, (await TryAsync(World.Maria.Email, World.Password)).StatusCode);
    }

    [Fact]
    public async Task Twenty_wrong_passwords_at_once_are_counted_one_by_one()
    {
        var browsers = Enumerable.Range(0, 20).Select(_ => app.Anonymous()).ToList();
        await Task.WhenAll(browsers.Select((b, i) => b.SubmitAsync("/account/login", ("Input.Email", World.Maria.Email), ("Input.Password", $"wrong password {i}"))));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await TryAsync(World.Maria.Email, World.Password)).StatusCode);
        Assert.NotNull(await app.InDbAsync(db => db.Users.Where(u => u.Email == World.Maria.Email).Select(u => u.LockoutEnd).SingleAsync()));
    }

    [Fact]
    public async Task One_address_gets_fifty_wrong_attempts_over_all_accounts_then_waits()
    {
        for (var i = 0; i < 50; i++) await TryAsync($"somebody{i}@tienda.example", "a wrong password");
        Assert.Equal(HttpStatusCode.TooManyRequests, (await TryAsync(World.Maria.Email, World.Password)).StatusCode);
        app.Clock.Advance(TimeSpan.FromMinutes(16));
        Assert.Equal(HttpStatusCode.Found, (await TryAsync(World.Maria.Email, World.Password)).StatusCode);
    }

    [Fact]
    public async Task A_session_ends_half_an_hour_after_the_last_request()
    {
        var browser = app.As(World.Maria);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/account/profile")).StatusCode);
        app.Clock.Advance(TimeSpan.FromMinutes(29));
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/account/profile")).StatusCode);
        app.Clock.Advance(TimeSpan.FromMinutes(29));
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/account/profile")).StatusCode);
        app.Clock.Advance(TimeSpan.FromMinutes(31));
        Assert.Equal(HttpStatusCode.Found, (await browser.GetAsync("/account/profile")).StatusCode);
    }

    [Fact]
    public async Task A_session_ends_twelve_hours_after_it_began_however_busy()
    {
        var browser = app.As(World.Maria);
        for (var i = 0; i < 35; i++)
        {
            Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/account/profile")).StatusCode);
            app.Clock.Advance(TimeSpan.FromMinutes(20));
        }
        app.Clock.Advance(TimeSpan.FromMinutes(21));
        Assert.Equal(HttpStatusCode.Found, (await browser.GetAsync("/account/profile")).StatusCode);
    }

    [Fact]
    public async Task The_sixth_session_ends_the_oldest()
    {
        var browsers = Enumerable.Range(0, 6).Select(_ => app.As(World.Maria)).ToList();
        foreach (var browser in browsers)
        {
            await browser.GetAsync("/account/profile");
            app.Clock.Advance(TimeSpan.FromSeconds(1));
        }
        Assert.Equal(HttpStatusCode.Found, (await browsers[0].GetAsync("/account/profile")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await browsers[1].GetAsync("/account/profile")).StatusCode);
    }

    [Fact]
    public async Task Somebody_switched_off_is_out_within_a_minute_and_does_not_get_in_again()
    {
        var browser = app.As(World.Maria);
        await browser.GetAsync("/account/profile");
        await app.InDbAsync(db => db.Users.Where(u => u.Email == World.Maria.Email).ExecuteUpdateAsync(u => u.SetProperty(x => x.IsActive, false)));
        app.Clock.Advance(TimeSpan.FromSeconds(61));
        Assert.Equal(HttpStatusCode.Found, (await browser.GetAsync("/account/profile")).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await TryAsync(World.Maria.Email, World.Password)).StatusCode);
    }

    [Fact]
    public async Task Over_https_the_cookies_are_bound_to_the_host()
    {
        app.With("Panel:Security:RequireHttps", "true");
        var browser = app.Anonymous();
        browser.BaseAddress = new Uri("https://panel.example");
        var answer = await browser.SubmitAsync("/account/login", ("Input.Email", World.Maria.Email), ("Input.Password", World.Password));
        var cookie = answer.Headers.GetValues("Set-Cookie").Single(c => c.StartsWith("__Host-panel=", StringComparison.Ordinal));
        foreach (var part in (string[])["secure", "httponly", "samesite=lax", "path=/"]) Assert.Contains(part, cookie, StringComparison.OrdinalIgnoreCase);
        Assert.StartsWith("max-age=31536000", answer.Headers.GetValues("Strict-Transport-Security").Single(), StringComparison.Ordinal);
    }
}
