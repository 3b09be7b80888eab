using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Tests.Team;

public sealed partial class TeamTests : IAsyncLifetime
{
    private const string Page = "/dashboard/team", NewPassword = "tres tigres comen trigo";
    private readonly PanelApp app = new();

    public Task InitializeAsync() => app.InitializeAsync();
    public Task DisposeAsync() => ((IAsyncLifetime)app).DisposeAsync();

    private HttpClient Ines => field ??= app.As(World.Ines);

    private async Task<string> InviteAsync(string email, Role role = Role.Analyst)
    {
        using var answer = await Ines.SubmitAsync($"{Page}/invite?role={role}", ("Input.Email", email), ("Input.Password", World.Password));
        var link = (await answer.HtmlAsync()).QuerySelector("#link") ?? throw new InvalidOperationException(await answer.Content.ReadAsStringAsync());
        return new Uri(link.GetAttribute("value")!).PathAndQuery;
    }

    private Task<HttpResponseMessage> AcceptAsync(string link, string password = NewPassword) => app.Anonymous().SubmitAsync(link, ("Input.Name", "Nora Nueva"), ("Input.Password", password));

    private async Task<HttpResponseMessage> SignInAsync(string email, string password) => await app.Anonymous().SubmitAsync("/account/login", ("Input.Email", email), ("Input.Password", password));

    private Task<User> FindAsync(string email) => app.InDbAsync(db => db.Users.AsNoTracking().SingleAsync(u => u.Email == email));

    private async Task<string> PageOfAsync(Person person) => $"{Page}/{(await FindAsync(person.Email)).Id}";

    private Task<List<AuditEntry>> TrailAsync(string action) => app.InDbAsync(db => db.AuditEntries.AsNoTracking().Where(e => e.Action == action).OrderBy(e => e.Sequence).ToListAsync());

    [Fact]
    public async Task Somebody_invited_chooses_a_password_and_signs_in_and_the_link_opens_nothing_more()
    {
        var link = await InviteAsync("nora@tienda.example");
        var secret = link.Split('/')[^1];
        Assert.Equal(43, secret.Length);
        Assert.Contains("nora@tienda.example", (await Ines.PageAsync(Page)).QuerySelector("[data-invited]")!.TextContent, StringComparison.Ordinal);

        using (var looked = await app.Anonymous().GetAsync(link))
        {
            Assert.Equal((HttpStatusCode.OK, true), (looked.StatusCode, looked.Headers.CacheControl?.NoStore));
        }
        Assert.Equal(HttpStatusCode.Found, (await AcceptAsync(link)).StatusCode);
        Assert.Equal(HttpStatusCode.Found, (await SignInAsync("nora@tienda.example", NewPassword)).StatusCode);
        var nora = await FindAsync("nora@tienda.example");
        Assert.Equal(("Nora Nueva", Role.Analyst, true), (nora.DisplayName, nora.Role, nora.IsActive));

        Assert.Equal(HttpStatusCode.NotFound, (await app.Anonymous().GetAsync(link)).StatusCode);
        Assert.Null((await Ines.PageAsync(Page)).QuerySelector("[data-invited]"));
        Assert.Equal([World.Ines.Name], (await TrailAsync(AuditActions.InvitationSent)).Select(e => e.ActorName));
        Assert.Contains("nora@tienda.example", (await TrailAsync(AuditActions.UserCreated))[^1].After!, StringComparison.Ordinal);
        Assert.DoesNotContain(await app.InDbAsync(db => db.AuditEntries.ToListAsync()), e => $"{e.Before}{e.After}{e.SubjectId}".Contains(secret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_several_who_use_one_link_at_once_one_gets_in()
    {
        var link = await InviteAsync("prisa@tienda.example");
        var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => AcceptAsync(link)).Select(async t =>
        {
            try
            {
                return (await t).StatusCode;
            }
            catch (InvalidOperationException)
            {
                return HttpStatusCode.NotFound;             // it was used before this one had even seen the form
            }
        }));
        Assert.Single(answers, HttpStatusCode.Found);
        Assert.Equal(1, await app.InDbAsync(db => db.Users.CountAsync(u => u.Email == "prisa@tienda.example")));
    }

    [Fact]
    public async Task A_link_ends_after_three_days_when_it_is_taken_back_and_when_there_is_a_newer_one()
    {
        var old = await InviteAsync("tarde@tienda.example");
        var newer = await InviteAsync("tarde@tienda.example", Role.Viewer);
        Assert.Equal(HttpStatusCode.NotFound, (await app.Anonymous().GetAsync(old)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.Anonymous().GetAsync(newer)).StatusCode);

        Assert.Equal(HttpStatusCode.Found, (await Ines.SubmitAsync(Page, "[data-invited] form[method=post]", [])).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await app.Anonymous().GetAsync(newer)).StatusCode);
        Assert.Single(await TrailAsync(AuditActions.InvitationRevoked));

        var third = await InviteAsync("tarde@tienda.example");
        app.Clock.Advance(TimeSpan.FromHours(72));
        Assert.Equal(HttpStatusCode.NotFound, (await app.Anonymous().GetAsync(third)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await app.Anonymous().GetAsync("/invite/nothing")).StatusCode);
    }

    [Fact]
    public async Task A_weak_password_is_refused_with_its_reason_and_uses_nothing_up()
    {
        var link = await InviteAsync("debil@tienda.example");
        using var refused = await AcceptAsync(link, "corta");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Equal(HttpStatusCode.Found, (await AcceptAsync(link)).StatusCode);
    }

    [Theory, InlineData("Input.Email", "no address"), InlineData("Input.Email", "maria@tienda.example"), InlineData("Input.Password", "not mine"), InlineData("Input.Email", "a@b.example\r\nBcc: all@b.example")]
    public async Task A_wrong_field_invites_nobody(string field, string value)
    {
        (string, string)[] fields = [("Input.Email", "alguien@tienda.example"), ("Input.Password", World.Password), (field, value)];
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await Ines.SubmitAsync($"{Page}/invite?role=Viewer", fields)).StatusCode);
        Assert.Equal(0, await app.InDbAsync(db => db.Invitations.CountAsync()));
    }

    [Fact]
    public async Task Where_a_mail_server_is_set_up_the_link_is_mailed_and_not_shown()
    {
        using var server = new MailServer();
        app.With("Panel:Mail:Host", "127.0.0.1").With("Panel:Mail:Port", server.Port.ToString(System.Globalization.CultureInfo.InvariantCulture)).With("Panel:Mail:From", "panel@tienda.example").With("Panel:Mail:UseTls", "false");
        var taking = server.TakeAsync();
        using var answer = await Ines.SubmitAsync($"{Page}/invite?role=Analyst", ("Input.Email", "correo@tienda.example"), ("Input.Password", World.Password));
        Assert.Null((await answer.HtmlAsync()).QuerySelector("#link"));
        var mail = await taking;
        Assert.Contains("correo@tienda.example", mail, StringComparison.Ordinal);
        var body = mail[mail.IndexOf(Environment.NewLine + Environment.NewLine, StringComparison.Ordinal)..].ReplaceLineEndings("");
        if (mail.Contains("base64", StringComparison.OrdinalIgnoreCase)) body = Encoding.UTF8.GetString(Convert.FromBase64String(body));
        else body = body.Replace("=3D", "=", StringComparison.Ordinal).Replace("=", "", StringComparison.Ordinal);
        var link = Link().Match(body);
        Assert.True(link.Success, mail);
        Assert.Equal(HttpStatusCode.OK, (await app.Anonymous().GetAsync(link.Value)).StatusCode);
    }

    [Fact]
    public async Task A_mail_server_that_does_not_answer_keeps_nobody_out()
    {
        using (var server = new MailServer()) app.With("Panel:Mail:Port", server.Port.ToString(System.Globalization.CultureInfo.InvariantCulture));       // closed again: nobody listens there
        app.With("Panel:Mail:Host", "127.0.0.1").With("Panel:Mail:From", "panel@tienda.example");
        Assert.Equal(HttpStatusCode.OK, (await app.Anonymous().GetAsync(await InviteAsync("sin.correo@tienda.example"))).StatusCode);
    }

    [Fact]
    public async Task Whoever_gets_another_role_signs_in_anew_and_the_trail_says_which()
    {
        var maria = app.As(World.Maria);
        await maria.PageAsync("/dashboard");
        var page = await PageOfAsync(World.Maria);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await Ines.SubmitAsync(page, "#role-form", ("role", "Viewer"), ("password", "not mine"))).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await maria.GetAsync("/dashboard")).StatusCode);

        Assert.Equal(HttpStatusCode.Found, (await Ines.SubmitAsync(page, "#role-form", ("role", "Viewer"), ("password", World.Password))).StatusCode);
        Assert.Equal(HttpStatusCode.Found, (await maria.GetAsync("/dashboard")).StatusCode);
        Assert.Equal(HttpStatusCode.Forbidden, (await app.As(World.Maria).GetAsync("/dashboard/connections")).StatusCode);
        var entry = Assert.Single(await TrailAsync(AuditActions.UserChanged));
        Assert.Equal(("""{"role":"analyst"}""", """{"role":"viewer"}"""), (entry.Before, entry.After));
    }

    [Fact]
    public async Task Somebody_switched_off_is_out_at_once_and_comes_back_when_switched_on()
    {
        var tomas = app.As(World.Tomas);
        await tomas.PageAsync("/dashboard");
        var page = await PageOfAsync(World.Tomas);
        Assert.Equal(HttpStatusCode.Found, (await Ines.SubmitAsync(page, "#off-form", ("password", World.Password))).StatusCode);
        Assert.Equal(HttpStatusCode.Found, (await tomas.GetAsync("/dashboard")).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await SignInAsync(World.Tomas.Email, World.Password)).StatusCode);
        Assert.Equal(HttpStatusCode.Found, (await Ines.SubmitAsync(page, "#on-form", ("password", World.Password))).StatusCode);
        Assert.Equal(HttpStatusCode.Found, (await SignInAsync(World.Tomas.Email, World.Password)).StatusCode);
        Assert.Equal((1, 1), ((await TrailAsync(AuditActions.UserDisabled)).Count, (await TrailAsync(AuditActions.UserEnabled)).Count));
    }

    [Fact]
    public async Task An_admin_ends_every_session_of_somebody()
    {
        var (here, there) = (app.As(World.Clara), app.As(World.Clara));
        await here.PageAsync("/dashboard");
        await there.PageAsync("/dashboard");
        var page = await PageOfAsync(World.Clara);
        Assert.Equal(2, (await Ines.PageAsync(page)).QuerySelectorAll("section:has(#sessions) tbody tr").Length);
        await Ines.SubmitAsync(page, "#sign-out-form", []);
        Assert.Equal(HttpStatusCode.Found, (await here.GetAsync("/dashboard")).StatusCode);
        Assert.Equal(HttpStatusCode.Found, (await there.GetAsync("/dashboard")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Ines.GetAsync(page)).StatusCode);
    }

    [Fact]
    public async Task The_last_admin_stays_one()
    {
        var page = await PageOfAsync(World.Ines);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await Ines.SubmitAsync(page, "#role-form", ("role", "Viewer"), ("password", World.Password))).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await Ines.SubmitAsync(page, "#off-form", ("password", World.Password))).StatusCode);
        Assert.Equal((Role.Admin, true), ((await FindAsync(World.Ines.Email)).Role, (await FindAsync(World.Ines.Email)).IsActive));
    }

    [Fact]
    public async Task Of_two_admins_who_switch_each_other_off_one_is_left()
    {
        await Ines.SubmitAsync(await PageOfAsync(World.Maria), "#role-form", ("role", "Admin"), ("password", World.Password));
        var maria = app.As(World.Maria);
        var (hers, mine) = (await PageOfAsync(World.Ines), await PageOfAsync(World.Maria));
        using var one = await Ines.GetAsync(mine);
        using var other = await maria.GetAsync(hers);
        var (against, back) = (await Form.ReadAsync(one, "#off-form"), await Form.ReadAsync(other, "#off-form"));
        (against["password"], back["password"]) = (World.Password, World.Password);
        await Task.WhenAll(Ines.PostAsync(against.Action, against.Content), maria.PostAsync(back.Action, back.Content));
        Assert.Equal(1, await app.InDbAsync(db => db.Users.CountAsync(u => u.Role == Role.Admin && u.IsActive)));
    }

    [Fact]
    public async Task A_second_factor_is_required_of_the_roles_that_are_ticked()
    {
        var maria = app.As(World.Maria);
        await maria.PageAsync("/dashboard");
        using (var page = await Ines.GetAsync(Page))
        {
            var form = await Form.ReadAsync(page, "#second-factor-form");
            var token = form["__RequestVerificationToken"];
            using var content = new FormUrlEncodedContent([new("__RequestVerificationToken", token), new("roles", "Analyst"), new("roles", "Compliance"), new("password", World.Password)]);
            Assert.Equal(HttpStatusCode.Found, (await Ines.PostAsync(form.Action, content)).StatusCode);
        }
        Assert.Equal("/account/second-factor/setup", (await maria.GetAsync("/dashboard")).Headers.Location?.OriginalString);
        Assert.Equal(HttpStatusCode.OK, (await Ines.GetAsync(Page)).StatusCode);
        Assert.Contains("analyst compliance_officer", (await TrailAsync(AuditActions.SettingChanged))[^1].After!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_operator_says_about_second_factors_is_shown_and_not_changed()
    {
        app.With("Panel:Security:RequireSecondFactor", "false");
        using var page = await Ines.GetAsync(Page);
        var document = await page.HtmlAsync();
        Assert.True(document.QuerySelector("#second-factor-form fieldset")!.HasAttribute("disabled"));
        Assert.Null(document.QuerySelector("#second-factor-form button"));
        using var content = new FormUrlEncodedContent([new("__RequestVerificationToken", Form.Read(document, "#second-factor-form")["__RequestVerificationToken"]), new("roles", "Analyst")]);
        Assert.Equal(HttpStatusCode.BadRequest, (await Ines.PostAsync($"{Page}?handler=SecondFactor", content)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await app.As(World.Maria).GetAsync("/dashboard")).StatusCode);
    }

    [Fact]
    public async Task What_gives_or_takes_access_away_asks_for_the_password_again()
    {
        var page = await PageOfAsync(World.Tomas);
        await app.InDbAsync(db => db.Users.Where(u => u.Email == World.Tomas.Email).ExecuteUpdateAsync(u => u.SetProperty(x => x.TwoFactorEnabled, true)));
        foreach (var form in (string[])["#role-form", "#off-form", "#second-factor-form"])
        {
            using var refused = await Ines.SubmitAsync(page, form, ("password", "not mine"));
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
            Assert.NotNull((await refused.HtmlAsync()).QuerySelector("[role=alert]"));
        }
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await Ines.SubmitAsync(Page, "#second-factor-form", ("roles", "Analyst"), ("password", "not mine"))).StatusCode);
        var tomas = await FindAsync(World.Tomas.Email);
        Assert.Equal((true, true, Role.Analyst), (tomas.IsActive, tomas.TwoFactorEnabled, tomas.Role));
        Assert.Empty(await TrailAsync(AuditActions.SettingChanged));
        Assert.Equal(HttpStatusCode.Found, (await Ines.SubmitAsync(page, "#off-form", ("password", World.Password))).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await Ines.SubmitAsync(page, "#on-form", ("password", "not mine"))).StatusCode);
        Assert.False((await FindAsync(World.Tomas.Email)).IsActive);
    }

    [Theory, InlineData("o'brien@example.com"), InlineData("nora+panel@example.com"), InlineData("d_ana&co@example.com")]
    public async Task Whatever_an_address_may_be_made_of_somebody_can_be_invited_by_it(string email)
    {
        var link = await InviteAsync(email);
        Assert.Equal(HttpStatusCode.Found, (await AcceptAsync(link)).StatusCode);
        Assert.Equal(HttpStatusCode.Found, (await SignInAsync(email, NewPassword)).StatusCode);
    }

    [GeneratedRegex("/invite/[A-Za-z0-9_-]{43}")]
    private static partial Regex Link();
}
