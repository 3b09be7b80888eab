using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Api;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Plumbing;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Support;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Management;

public sealed class ProgramSignInTests : ProgramSignInStories
{
    protected override PanelApp Make() => new();

    [Fact] public Task A_program_signs_in_calls_refreshes_and_signs_out() => LifeAsync();

    [Fact] public Task A_refresh_token_used_twice_ends_the_session_for_both() => ReuseAsync();

    [Fact] public Task Of_twenty_who_refresh_with_one_token_at_once_at_most_one_gets_the_next_and_the_session_ends() => RaceAsync();

    [Fact] public Task A_code_opens_once_and_a_recovery_code_as_well() => SecondFactorAsync();

    [Theory, InlineData("role"), InlineData("off"), InlineData("out"), InlineData("second factor"), InlineData("everywhere"), InlineData("password"), InlineData("stamp")]
    public async Task What_ends_the_sessions_of_a_browser_ends_tokens_with_the_next_call(string what)
    {
        await using var app = await StartAsync();
        var maria = await PersonsProgram.OfAsync(app, World.Maria);
        var browser = app.As(World.Maria);
        await browser.PageAsync("/dashboard");
        (await maria.GetAsync("/api/v1/cases")).MustBeGood();
        await using (var scope = app.Services.CreateAsyncScope())
        {
            var (team, users) = (scope.ServiceProvider.GetRequiredService<ChangeTeam>(), scope.ServiceProvider.GetRequiredService<UserManager<User>>());
            var (her, ines) = ((await users.FindByEmailAsync(World.Maria.Email))!, await ActorAsync(app, World.Ines));
            if (what == "role") Assert.Null(await team.SetRoleAsync(her, Role.Viewer, ines, default));
            if (what == "off") Assert.Null(await team.SwitchOffAsync(her, ines, default));
            if (what == "out") Assert.Equal(2, await team.SignOutAsync(her, ines, default));
            if (what == "second factor") await team.ResetSecondFactorAsync(her, ines, default);
            if (what == "stamp") await users.UpdateSecurityStampAsync(her);
        }
        if (what == "everywhere") await browser.SubmitAsync("/account/sessions", "form[action*=Everywhere]");
        if (what == "password") await browser.SubmitAsync("/account/password", "main form[method=post]", ("Input.Current", World.Password), ("Input.New", "tres tigres comen trigo"));
        (await maria.GetAsync("/api/v1/cases")).MustRefuse(401, "UNAUTHORIZED");
        (await maria.RefreshAsync()).MustRefuse(401, "UNAUTHORIZED");
    }

    [Fact]
    public async Task Whoever_has_no_account_a_wrong_password_or_was_switched_off_gets_the_same_answer()
    {
        await using var app = await StartAsync();
        await Shop.ReadyAsync(app);
        await app.InDbAsync(db => db.Users.Where(u => u.Email == World.Tomas.Email).ExecuteUpdateAsync(u => u.SetProperty(x => x.IsActive, false)));
        var program = new PersonsProgram(app);
        var answers = new List<string>();
        foreach (var (email, password) in ((string, string)[])[("nobody@tienda.example", World.Password), (World.Maria.Email, "not hers at all"), (World.Tomas.Email, World.Password)])
        {
            var refused = (await program.SignInAsync(email, password)).MustRefuse(401, "UNAUTHORIZED");
            answers.Add(refused.Json.GetProperty("error").GetRawText());
        }
        Assert.Single(answers.Distinct());
        Assert.Equal(3, await app.InDbAsync(db => db.AuditEntries.CountAsync(e => e.Action == AuditActions.SignInRefused)));
        (await program.SendAsync("POST", "/api/v1/auth/sign-in", """{"email":"x"}""")).MustRefuse(400, "VALIDATION_ERROR");
        (await program.SendAsync("POST", "/api/v1/auth/sign-in", """{"email":"x","password":"\ud800"}""")).MustRefuse(400, "VALIDATION_ERROR");
    }

    [Fact]
    public async Task Wrong_passwords_lock_the_account_for_the_page_and_the_program_alike()
    {
        await using var app = await StartAsync(("Panel:Security:WrongPasswordsPerAccount", "3"), ("Panel:Security:WrongPasswordsPerAddress", "5"));
        await Shop.ReadyAsync(app);
        var program = new PersonsProgram(app);
        for (var i = 0; i < 3; i++) (await program.SignInAsync(World.Maria.Email, "not hers at all")).MustRefuse(401, "UNAUTHORIZED");
        (await program.SignInAsync(World.Maria.Email, World.Password)).MustRefuse(401, "UNAUTHORIZED");
        Assert.Equal(422, (int)(await app.Anonymous().SubmitAsync("/account/login", ("Input.Email", World.Maria.Email), ("Input.Password", World.Password))).StatusCode);
        // Five from this address: now nobody comes in from it.
        var blocked = (await program.SignInAsync(World.Ines.Email, World.Password)).MustRefuse(429, "RATE_LIMITED");
        Assert.NotNull(blocked.Header("Retry-After"));
        Assert.Equal(429, (int)(await app.Anonymous().SubmitAsync("/account/login", ("Input.Email", World.Ines.Email), ("Input.Password", World.Password))).StatusCode);
        app.Clock.Advance(TimeSpan.FromMinutes(16));
        (await program.SignInAsync(World.Ines.Email, World.Password)).MustBeGood();
    }

    [Fact]
    public async Task Whoever_must_have_a_second_factor_and_has_none_gets_no_tokens_and_loses_what_tokens_open()
    {
        await using var app = await StartAsync();
        var ines = await PersonsProgram.OfAsync(app, World.Ines);
        await app.InDbAsync(async db => await app.Services.GetRequiredService<LiveSettings>().SaveAsync(db, new Dictionary<LiveSetting, string> { [LiveSetting.SecondFactor] = "admin" }, await ActorAsync(app, World.Ines), app.Clock.GetUtcNow(), default));
        foreach (var path in (string[])["/api/v1/cases", "/api/v1/keys", "/api/v1/dashboard/overview"]) Assert.Contains("second factor", (await ines.GetAsync(path)).MustRefuse(403, "FORBIDDEN").Text, StringComparison.Ordinal);
        (await new PersonsProgram(app).SignInAsync(World.Ines.Email, World.Password)).MustRefuse(403, "FORBIDDEN");
        (await new PersonsProgram(app).SignInAsync(World.Maria.Email, World.Password)).MustBeGood();
    }

    [Fact]
    public async Task A_token_is_good_for_a_quarter_of_an_hour_and_a_session_for_half_an_hour_without_a_call()
    {
        await using var app = await StartAsync();
        var maria = await PersonsProgram.OfAsync(app, World.Maria);
        app.Clock.Advance(TimeSpan.FromMinutes(14));
        (await maria.GetAsync("/api/v1/cases")).MustBeGood();
        app.Clock.Advance(TimeSpan.FromMinutes(2));
        Assert.Equal("token", (await maria.GetAsync("/api/v1/cases")).MustRefuse(401, "UNAUTHORIZED").Json.GetProperty("error").GetProperty("details").GetProperty("reason").GetString());
        maria.Keep((await maria.RefreshAsync()).MustBeGood());
        (await maria.GetAsync("/api/v1/cases")).MustBeGood();
        app.Clock.Advance(TimeSpan.FromMinutes(31));
        (await maria.RefreshAsync()).MustRefuse(401, "UNAUTHORIZED");
        // However busy it is, twelve hours after it began it is over.
        maria.Keep((await maria.SignInAsync(World.Maria.Email, World.Password)).MustBeGood());
        for (var i = 0; i < 35; i++)
        {
            app.Clock.Advance(TimeSpan.FromMinutes(20));
            maria.Keep((await maria.RefreshAsync()).MustBeGood());
        }
        app.Clock.Advance(TimeSpan.FromMinutes(21));
        (await maria.RefreshAsync()).MustRefuse(401, "UNAUTHORIZED");
    }

    [Fact]
    public async Task A_program_that_calls_within_the_idle_time_refreshes_later_than_it_and_is_out_when_the_session_is_over()
    {
        await using var app = await StartAsync(("Panel:Security:IdleMinutes", "240"), ("Panel:Security:AbsoluteHours", "12"));
        var maria = await PersonsProgram.OfAsync(app, World.Maria);
        app.Clock.Advance(TimeSpan.FromMinutes(14));
        (await maria.GetAsync("/api/v1/cases")).MustBeGood();
        // Four hours and ten minutes after the token was made, and less than four after the last call.
        app.Clock.Advance(TimeSpan.FromMinutes(236));
        maria.Keep((await maria.RefreshAsync()).MustBeGood());
        for (var i = 0; i < 2; i++)
        {
            app.Clock.Advance(TimeSpan.FromMinutes(220));
            maria.Keep((await maria.RefreshAsync()).MustBeGood());
        }
        // Eleven and a half hours: its last turn ends with the twelfth, however young its token is.
        app.Clock.Advance(TimeSpan.FromMinutes(29));
        var last = (await maria.RefreshAsync()).MustBeGood();
        Assert.InRange(last.Json.GetProperty("refresh_expires_in").GetInt32(), 1, 60);
        app.Clock.Advance(TimeSpan.FromMinutes(2));
        (await maria.Keep(last).RefreshAsync()).MustRefuse(401, "UNAUTHORIZED");
        // And one that was silent for too long is out although its token is sealed for longer.
        maria.Keep((await maria.SignInAsync(World.Maria.Email, World.Password)).MustBeGood());
        app.Clock.Advance(TimeSpan.FromMinutes(241));
        (await maria.RefreshAsync()).MustRefuse(401, "UNAUTHORIZED");
    }

    [Fact]
    public async Task Tokens_open_nothing_but_what_they_are_for()
    {
        await using var app = await StartAsync();
        var ines = await PersonsProgram.OfAsync(app, World.Ines);
        (await ines.PostAsync("/api/v1/assess", Shop.Minimum)).MustRefuse(401, "UNAUTHORIZED");
        (await ines.PostAsync("/api/webhooks/ingest", """{"event":"x"}""")).MustRefuse(401, "UNAUTHORIZED");
        (await ines.GetAsync($"/api/v1/assessments/{Guid.Empty}")).MustRefuse(401, "UNAUTHORIZED");
        var swapped = new PersonsProgram(app) { Access = ines.Refresh, Refresh = ines.Access };
        (await swapped.GetAsync("/api/v1/cases")).MustRefuse(401, "UNAUTHORIZED");
        (await swapped.RefreshAsync()).MustRefuse(401, "UNAUTHORIZED");
        foreach (var token in (string[])["x", "null", ines.Access![..^3], ines.Access + "A", "eyJhbGciOiJub25lIn0.eyJzdWIiOiIxIn0."])
            (await new PersonsProgram(app) { Access = token }.GetAsync("/api/v1/cases")).MustRefuse(401, "UNAUTHORIZED");
        // A browser's session beside a wrong token counts for nothing.
        var browser = app.As(World.Ines);
        await browser.PageAsync("/dashboard");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/cases");
        request.Headers.Authorization = new("Bearer", "x");
        Assert.Equal(401, (int)(await browser.SendAsync(request)).StatusCode);
        Assert.Equal(200, (int)(await browser.GetAsync("/api/v1/cases")).StatusCode);
    }

    [Fact]
    public async Task The_overview_is_the_same_for_a_key_and_for_a_person()
    {
        await using var app = await StartAsync();
        var (victor, shop) = (await PersonsProgram.OfAsync(app, World.Victor), await Shop.OpenAsync(app));
        var (his, its) = ((await victor.GetAsync("/api/v1/dashboard/overview?range=7d")).MustBeGood(), await Answer.OfAsync(await shop.Client.GetAsync("/api/v1/dashboard/overview?range=7d")));
        Assert.Equal(its.MustBeGood().Text, his.Text);
    }

    [Fact]
    public async Task A_persons_programs_are_among_their_sessions_and_the_surplus_ones_end()
    {
        await using var app = await StartAsync(("Panel:Security:SessionsPerUser", "2"));
        var browser = app.As(World.Maria);
        var first = await PersonsProgram.OfAsync(app, World.Maria);
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        await PersonsProgram.OfAsync(app, World.Maria);
        app.Clock.Advance(TimeSpan.FromSeconds(1));
        var third = await PersonsProgram.OfAsync(app, World.Maria);
        Assert.Equal(3, (await browser.PageAsync("/account/sessions")).QuerySelectorAll("tbody tr").Length);
        Assert.Equal(1, await app.InDbAsync(db => db.AuditEntries.CountAsync(e => e.Action == AuditActions.SessionsEnded)));
        (await third.GetAsync("/api/v1/cases")).MustBeGood();
        for (var i = 0; i < 2; i++) await browser.SubmitAsync("/account/sessions", "tbody form");
        (await third.GetAsync("/api/v1/cases")).MustRefuse(401, "UNAUTHORIZED");
        (await first.GetAsync("/api/v1/cases")).MustRefuse(401, "UNAUTHORIZED");
        Assert.Equal(200, (int)(await browser.GetAsync("/dashboard")).StatusCode);
    }
}

public sealed class PostgresProgramSignInTests : ProgramSignInStories
{
    protected override PanelApp Make() => new PostgresPanelApp();

    [PostgresFact] public Task A_program_signs_in_calls_refreshes_and_signs_out() => LifeAsync();

    [PostgresFact] public Task A_refresh_token_used_twice_ends_the_session_for_both() => ReuseAsync();

    [PostgresFact] public Task Of_twenty_who_refresh_with_one_token_at_once_at_most_one_gets_the_next_and_the_session_ends() => RaceAsync();

    [PostgresFact] public Task A_code_opens_once_and_a_recovery_code_as_well() => SecondFactorAsync();
}

public abstract class ProgramSignInStories
{
    protected abstract PanelApp Make();

    protected async Task<PanelApp> StartAsync(params (string Setting, string Value)[] settings)
    {
        var app = Make();
        foreach (var (setting, value) in settings) app.With(setting, value);
        await app.InitializeAsync();
        return app;
    }

    protected static Task<Actor> ActorAsync(PanelApp app, Person person) => app.InDbAsync(async db => new Actor(ActorKind.Person, await db.Users.Where(u => u.Email == person.Email).Select(u => u.Id).SingleAsync(), person.Name));

    protected async Task LifeAsync()
    {
        await using var app = await StartAsync();
        await Shop.ReadyAsync(app);
        var maria = new PersonsProgram(app);
        var entered = (await maria.SignInAsync(" MARIA@tienda.example", World.Password)).MustBeGood();
        MustFit(entered, "SignedIn");
        Assert.Equal(("no-store", 900, 1800), (entered.Header("Cache-Control"), entered.Json.GetProperty("expires_in").GetInt32(), entered.Json.GetProperty("refresh_expires_in").GetInt32()));
        maria.Keep(entered);
        (await maria.GetAsync("/api/v1/cases")).MustBeGood();
        var (old, next) = (maria.Access, (await maria.RefreshAsync()).MustBeGood());
        MustFit(next, "Tokens");
        maria.Keep(next);
        Assert.NotEqual(old, maria.Access);
        (await maria.GetAsync("/api/v1/blocklists")).MustBeGood();
        // What somebody does with a program is theirs in the trail, as at the page.
        var opened = await maria.PostAsync("/api/v1/cases", """{"incident_type":"phishing"}""");
        Assert.Equal(201, opened.Code);
        Assert.Equal(World.Maria.Name, await app.InDbAsync(db => db.AuditEntries.Where(e => e.Action == AuditActions.CaseOpened).Select(e => e.ActorName).SingleAsync()));

        (await maria.SignOutAsync()).MustBeGood();
        (await maria.GetAsync("/api/v1/cases")).MustRefuse(401, "UNAUTHORIZED");
        (await maria.RefreshAsync()).MustRefuse(401, "UNAUTHORIZED");
        (await maria.SignOutAsync()).MustBeGood();
        Assert.Equal([(AuditActions.SignedIn, World.Maria.Name), (AuditActions.SignedOut, World.Maria.Name)], await TrailAsync(app, e => e.Action == AuditActions.SignedIn || e.Action == AuditActions.SignedOut));
        // No token is in the trail or in the table of sessions.
        Assert.DoesNotContain(await app.InDbAsync(db => db.AuditEntries.ToListAsync()), e => $"{e.Before}{e.After}".Contains(maria.Access![..20], StringComparison.Ordinal));
    }

    protected async Task ReuseAsync()
    {
        await using var app = await StartAsync();
        var maria = await PersonsProgram.OfAsync(app, World.Maria);
        var stolen = maria.Refresh;
        maria.Keep((await maria.RefreshAsync()).MustBeGood());
        (await maria.GetAsync("/api/v1/cases")).MustBeGood();
        (await maria.RefreshAsync(stolen)).MustRefuse(401, "UNAUTHORIZED");
        (await maria.GetAsync("/api/v1/cases")).MustRefuse(401, "UNAUTHORIZED");
        (await maria.RefreshAsync()).MustRefuse(401, "UNAUTHORIZED");
        Assert.Equal([(AuditActions.SessionsEnded, World.Maria.Name)], await TrailAsync(app, e => e.Action == AuditActions.SessionsEnded));
    }

    protected async Task RaceAsync()
    {
        await using var app = await StartAsync();
        var maria = await PersonsProgram.OfAsync(app, World.Maria);
        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => maria.RefreshAsync()));
        Assert.Single(answers, a => a.Code == 200);
        Assert.All(answers.Where(a => a.Code != 200), a => a.MustRefuse(401, "UNAUTHORIZED"));
        maria.Keep(answers.Single(a => a.Code == 200));
        (await maria.GetAsync("/api/v1/cases")).MustRefuse(401, "UNAUTHORIZED");
        Assert.False(await app.InDbAsync(db => db.UserSessions.AnyAsync()));
    }

    protected async Task SecondFactorAsync()
    {
        await using var app = await StartAsync();
        await Shop.ReadyAsync(app);
        var secret = SecondFactor.NewSecret();
        string Code(int later = 0) => SecondFactor.CodeAt(secret, (app.Clock.GetUtcNow().ToUnixTimeSeconds() / 30) + later);
        IReadOnlyList<string> recovery = [];
        await using (var scope = app.Services.CreateAsyncScope())
        {
            var users = scope.ServiceProvider.GetRequiredService<UserManager<User>>();
            var her = (await users.FindByEmailAsync(World.Clara.Email))!;
            recovery = scope.ServiceProvider.GetRequiredService<SecondFactor>().Enable(her, secret, Code())!;
            await users.UpdateAsync(her);
        }
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        var clara = new PersonsProgram(app);
        var asked = (await clara.SignInAsync(World.Clara.Email, World.Password)).MustBeGood();
        MustFit(asked, "SignedIn");
        Assert.False(asked.Json.TryGetProperty("access_token", out _));
        var challenge = asked.Json.GetProperty("challenge").GetString()!;
        // The challenge alone is no token of any kind.
        (await new PersonsProgram(app) { Access = challenge }.GetAsync("/api/v1/cases")).MustRefuse(401, "UNAUTHORIZED");
        (await clara.RefreshAsync(challenge)).MustRefuse(401, "UNAUTHORIZED");
        (await clara.ShowCodeAsync(challenge, "000000")).MustRefuse(401, "UNAUTHORIZED");
        (await clara.ShowCodeAsync("x", Code())).MustRefuse(401, "UNAUTHORIZED");
        var code = Code();
        clara.Keep((await clara.ShowCodeAsync(challenge, code)).MustBeGood());
        (await clara.GetAsync("/api/v1/cases")).MustBeGood();
        (await clara.ShowCodeAsync(challenge, code)).MustRefuse(401, "UNAUTHORIZED");
        (await clara.ShowCodeAsync(challenge, recovery[0])).MustBeGood();
        (await clara.ShowCodeAsync(challenge, recovery[0])).MustRefuse(401, "UNAUTHORIZED");
        app.Clock.Advance(TimeSpan.FromMinutes(6));
        (await clara.ShowCodeAsync(challenge, Code())).MustRefuse(401, "UNAUTHORIZED");
        Assert.Equal(1, await app.InDbAsync(db => db.AuditEntries.CountAsync(e => e.Action == AuditActions.RecoveryCodeUsed && e.ActorName == World.Clara.Name)));
    }

    private static void MustFit(Answer answer, string schema) => ReferenceTests.MustFit(answer.Json, ApiReference.Root.GetProperty("components").GetProperty("schemas").GetProperty(schema), schema);

    private static Task<List<(string, string)>> TrailAsync(PanelApp app, System.Linq.Expressions.Expression<Func<AuditEntry, bool>> which) =>
        app.InDbAsync(async db => (await db.AuditEntries.AsNoTracking().Where(which).OrderBy(e => e.Sequence).ToListAsync()).ConvertAll(e => (e.Action, e.ActorName)));
}
