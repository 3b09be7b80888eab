using System.Net;
using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Tests.Account;

public sealed class SessionsTests(PanelApp app) : IClassFixture<PanelApp>
{
    [Fact]
    public async Task Maria_sees_her_own_sessions_and_ends_another()
    {
        var (here, there, tomas) = (app.As(World.Maria), app.As(World.Maria), app.As(World.Tomas));
        await there.GetAsync("/account/profile");
        await tomas.GetAsync("/account/profile");
        Assert.Equal(2, (await here.PageAsync("/account/sessions")).QuerySelectorAll("tbody tr").Length);

        await here.SubmitAsync("/account/sessions", "tbody form", []);
        Assert.Equal(HttpStatusCode.Found, (await there.GetAsync("/account/profile")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await here.GetAsync("/account/profile")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await tomas.GetAsync("/account/profile")).StatusCode);
    }

    [Fact]
    public async Task Signing_out_everywhere_ends_this_one_too()
    {
        var (here, there) = (app.As(World.Clara), app.As(World.Clara));
        await there.GetAsync("/account/profile");
        await here.SubmitAsync("/account/sessions", "form[action*=Everywhere]", []);
        Assert.Equal(HttpStatusCode.Found, (await here.GetAsync("/account/profile")).StatusCode);
        Assert.Equal(HttpStatusCode.Found, (await there.GetAsync("/account/profile")).StatusCode);
    }

    [Fact]
    public async Task The_session_of_somebody_else_is_not_hers_to_end()
    {
        var tomas = app.As(World.Tomas);
        await tomas.GetAsync("/account/profile");
        var his = await app.InDbAsync(db => db.UserSessions.Where(s => db.Users.Single(u => u.Email == World.Tomas.Email).Id == s.UserId).Select(s => s.Id).FirstAsync());
        var maria = app.As(World.Maria);
        using var page = await maria.GetAsync("/account/sessions");
        var form = await Form.ReadAsync(page, "form[action*=Others]");
        await maria.PostAsync($"/account/sessions?handler=End&id={his}", form.Content);
        Assert.Equal(HttpStatusCode.OK, (await tomas.GetAsync("/account/profile")).StatusCode);
    }

    [Fact]
    public async Task Ines_keeps_her_language_zone_and_theme()
    {
        var browser = app.As(World.Ines);
        var answer = await browser.SubmitAsync("/account/profile", ("Input.DisplayName", "Inés A."), ("Input.Culture", "en-US"), ("Input.TimeZone", "America/Mexico_City"), ("Input.Theme", "Dark"));
        Assert.Equal(HttpStatusCode.Found, answer.StatusCode);
        var ines = await app.InDbAsync(db => db.Users.SingleAsync(u => u.Email == World.Ines.Email));
        Assert.Equal(("Inés A.", "en-US", "America/Mexico_City", Theme.Dark), (ines.DisplayName, ines.Culture, ines.TimeZone, ines.Theme));

        var wrong = await browser.SubmitAsync("/account/profile", ("Input.TimeZone", "America/Atlantis"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.StatusCode);
    }

    [Fact]
    public async Task A_profile_form_cannot_change_a_role()
    {
        var browser = app.As(World.Victor);
        using var page = await browser.GetAsync("/account/profile");
        var form = await Form.ReadAsync(page, "main form[method=post]");
        var fields = await form.Content.ReadAsStringAsync();
        await browser.PostAsync("/account/profile", new StringContent(fields + "&Input.Role=Admin&Role=Admin&Input.IsActive=true", System.Text.Encoding.UTF8, "application/x-www-form-urlencoded"));
        Assert.Equal(Role.Viewer, (await app.InDbAsync(db => db.Users.SingleAsync(u => u.Email == World.Victor.Email))).Role);
    }
}
