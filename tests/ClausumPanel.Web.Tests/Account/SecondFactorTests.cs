using System.Net;
using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Plumbing;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Tests.Account;

public sealed class SecondFactorTests : IAsyncLifetime
{
    private readonly PanelApp app = new();

    public Task InitializeAsync() => app.InitializeAsync();
    public Task DisposeAsync() => ((IAsyncLifetime)app).DisposeAsync();

    private string CodeNow(byte[] secret, int stepsLater = 0) => SecondFactor.CodeAt(secret, app.Clock.GetUtcNow().ToUnixTimeSeconds() / 30 + stepsLater);

    private static byte[] Base32(string text)
    {
        var (bits, count, bytes) = (0, 0, new List<byte>());
        foreach (var c in text.Where(char.IsLetterOrDigit))
        {
            (bits, count) = ((bits << 5) | "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".IndexOf(c, StringComparison.Ordinal), count + 5);
            if (count < 8) continue;
            bytes.Add((byte)(bits >> (count - 8)));
            count -= 8;
        }
        return [.. bytes];
    }

    private async Task<(byte[] Secret, List<string> RecoveryCodes)> SetUpAsync(HttpClient browser)
    {
        using var asked = await browser.GetAsync("/account/second-factor/setup");
        var secret = Base32((await asked.HtmlAsync()).QuerySelector("#secret")!.TextContent);
        var form = await Form.ReadAsync(asked, "main form[method=post]");
        form["Input.Code"] = CodeNow(secret);
        form["Input.Password"] = World.Password;
        using var done = await browser.PostAsync(form.Action, form.Content);
        var codes = (await done.HtmlAsync()).QuerySelectorAll("#recovery-codes li").Select(li => li.TextContent.Trim()).ToList();
        Assert.Equal(10, codes.Count);
        return (secret, codes);
    }

    private async Task<HttpClient> AtTheSecondFactorAsync(Person person)
    {
        var browser = app.Anonymous();
        var answer = await browser.SubmitAsync("/account/login", ("Input.Email", person.Email), ("Input.Password", World.Password));
        Assert.StartsWith("/account/second-factor", answer.Headers.Location!.OriginalString, StringComparison.Ordinal);
        return browser;
    }

    private static Task<HttpResponseMessage> TypeAsync(HttpClient browser, string code) => browser.SubmitAsync("/account/second-factor", ("Input.Code", code));

    [Fact]
    public void The_codes_are_those_of_the_standard()
    {
        // RFC 6238, appendix B, SHA-1, the last six of its eight digits.
        var secret = "12345678901234567890"u8.ToArray();
        Assert.Equal("287082", SecondFactor.CodeAt(secret, 59 / 30));
        Assert.Equal("081804", SecondFactor.CodeAt(secret, 1111111109 / 30));
        Assert.Equal("353130", SecondFactor.CodeAt(secret, 20000000000 / 30));
    }

    [Fact]
    public async Task With_the_password_alone_nobody_is_in()
    {
        await SetUpAsync(app.As(World.Ines));
        var browser = await AtTheSecondFactorAsync(World.Ines);
        Assert.Equal(HttpStatusCode.Found, (await browser.GetAsync("/dashboard/connections")).StatusCode);
    }

    [Fact]
    public async Task A_code_opens_once_and_only_near_its_time()
    {
        var (secret, _) = await SetUpAsync(app.As(World.Ines));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await TypeAsync(await AtTheSecondFactorAsync(World.Ines), CodeNow(secret))).StatusCode);      // the one that set it up

        app.Clock.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await TypeAsync(await AtTheSecondFactorAsync(World.Ines), CodeNow(secret, +2))).StatusCode);
        var code = CodeNow(secret);
        Assert.Equal(HttpStatusCode.Found, (await TypeAsync(await AtTheSecondFactorAsync(World.Ines), code)).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await TypeAsync(await AtTheSecondFactorAsync(World.Ines), code)).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await TypeAsync(await AtTheSecondFactorAsync(World.Ines), CodeNow(secret, -1))).StatusCode);
    }

    [Fact]
    public async Task Of_two_browsers_with_the_same_code_one_gets_in()
    {
        var (secret, _) = await SetUpAsync(app.As(World.Ines));
        app.Clock.Advance(TimeSpan.FromSeconds(60));
        HttpClient[] browsers = [await AtTheSecondFactorAsync(World.Ines), await AtTheSecondFactorAsync(World.Ines)];
        var answers = await Task.WhenAll(browsers.Select(b => TypeAsync(b, CodeNow(secret))));
        Assert.Single(answers, a => a.StatusCode == HttpStatusCode.Found);
    }

    [Fact]
    public async Task A_recovery_code_opens_once()
    {
        var (_, codes) = await SetUpAsync(app.As(World.Ines));
        Assert.Equal(HttpStatusCode.Found, (await TypeAsync(await AtTheSecondFactorAsync(World.Ines), codes[3].ToLowerInvariant())).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await TypeAsync(await AtTheSecondFactorAsync(World.Ines), codes[3])).StatusCode);
        Assert.Equal(HttpStatusCode.Found, (await TypeAsync(await AtTheSecondFactorAsync(World.Ines), codes[4])).StatusCode);
        Assert.Equal(8, SecondFactor.RecoveryCodesLeft(await app.InDbAsync(db => db.Users.SingleAsync(u => u.Email == World.Ines.Email))));
    }

    [Fact]
    public async Task Neither_the_secret_nor_a_recovery_code_can_be_read_in_the_database()
    {
        var (secret, codes) = await SetUpAsync(app.As(World.Ines));
        var ines = await app.InDbAsync(db => db.Users.SingleAsync(u => u.Email == World.Ines.Email));
        Assert.Equal(-1, ines.ProtectedTotpSecret.AsSpan().IndexOf(secret));
        Assert.Equal(-1, ines.RecoveryCodeHashes.AsSpan().IndexOf(System.Text.Encoding.ASCII.GetBytes(codes[0].Replace("-", "", StringComparison.Ordinal))));
    }

    [Fact]
    public async Task Wrong_codes_lock_the_account_as_wrong_passwords_do()
    {
        var (secret, _) = await SetUpAsync(app.As(World.Ines));
        app.Clock.Advance(TimeSpan.FromSeconds(60));
        var browser = await AtTheSecondFactorAsync(World.Ines);
        for (var i = 0; i < 10; i++) await TypeAsync(browser, i.ToString("D6", System.Globalization.CultureInfo.InvariantCulture));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await TypeAsync(browser, CodeNow(secret))).StatusCode);
    }

    [Fact]
    public async Task Switching_it_on_ends_the_other_sessions_and_asks_for_the_password()
    {
        var other = app.As(World.Ines);
        await other.GetAsync("/account/profile");
        var browser = app.As(World.Ines);
        var refused = await browser.SubmitAsync("/account/second-factor/setup", ("Input.Code", "000000"), ("Input.Password", "not my password"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);

        await SetUpAsync(browser);
        Assert.Equal(HttpStatusCode.OK, (await browser.GetAsync("/account/profile")).StatusCode);
        Assert.Equal(HttpStatusCode.Found, (await other.GetAsync("/account/profile")).StatusCode);
    }

    [Fact]
    public async Task Where_it_is_required_an_admin_sets_it_up_before_anything_else_and_an_analyst_need_not()
    {
        app.With("Panel:Security:RequireSecondFactor", "true");
        var ines = app.As(World.Ines);
        var answer = await ines.GetAsync("/dashboard/connections");
        Assert.Equal("/account/second-factor/setup", answer.Headers.Location!.OriginalString);
        Assert.Equal(HttpStatusCode.OK, (await app.As(World.Maria).GetAsync("/dashboard/connections")).StatusCode);

        await SetUpAsync(ines);
        Assert.Equal(HttpStatusCode.OK, (await ines.GetAsync("/dashboard/connections")).StatusCode);
    }

    [Fact]
    public async Task In_production_it_is_required_without_any_setting()
    {
        app.With("environment", "Production");
        var ines = app.As(World.Ines);
        ines.BaseAddress = new Uri("https://panel.example");
        Assert.Equal("/account/second-factor/setup", (await ines.GetAsync("/dashboard/connections")).Headers.Location!.OriginalString);
    }

    [Fact]
    public async Task The_picture_is_in_the_page_and_the_page_has_no_inline_style()
    {
        var page = await app.As(World.Ines).PageAsync("/account/second-factor/setup");
        Assert.True(page.QuerySelectorAll("svg path[d]").Max(path => path.GetAttribute("d")!.Length) > 1000);
        Assert.Empty(page.QuerySelectorAll("[style], style, script:not([src])"));
    }
}
