using System.Globalization;
using System.Net;
using System.Text.Json;
using AngleSharp.Html.Dom;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Storage.Simulations;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Jobs;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Protection;

/// <summary>A proposal says whether the saved scenarios still come out as they should.</summary>
public sealed class ScenarioSetTests
{
    private const string Thresholds = "/dashboard/protection/thresholds", Scenarios = "/dashboard/simulation", Versions = "/dashboard/protection/versions/";

    private static async Task SaveAsync(HttpClient browser, string name, Decision expected, string preset = "low-risk")
    {
        using var page = await browser.GetAsync($"{Scenarios}?preset={preset}");
        var form = await Form.ReadAsync(page, "#scenario-form");
        (form["name"], form["expected"]) = (name, expected.ToString());
        Assert.Equal(HttpStatusCode.Redirect, (await browser.PostAsync(Scenarios + "?handler=Save", form.Content)).StatusCode);
    }

    /// <summary>Everything that scores a point would be reviewed.</summary>
    private static async Task<int> ProposeAsync(HttpClient browser)
    {
        await browser.SubmitAsync(Thresholds, "#bands-form", ("review", "1"), ("challenge", "100"), ("decline", "101"));
        using var answer = await browser.SubmitAsync(Thresholds, "form[action*=Propose]", ("reason", "More of them should be looked at"));
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return int.Parse(answer.Headers.Location!.ToString().Split('/')[^1], CultureInfo.InvariantCulture);
    }

    private static async Task<SimulationCheck> EndedAsync(PanelApp app, int version)
    {
        while (true)
        {
            var check = await app.InDbAsync(db => db.Set<SimulationCheck>().AsNoTracking().Where(c => c.Version == version).OrderByDescending(c => c.AskedAt).ThenByDescending(c => c.Id).FirstAsync());
            if (!check.IsUnderWay) return check;
            await Task.Yield();
        }
    }

    private static async Task<string> CardAsync(HttpClient browser, int version) => Words((await browser.PageAsync(Versions + version)).GetElementById("scenario-set")!.TextContent);

    private static string Words(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    [Fact]
    public async Task Who_approves_sees_which_scenarios_come_out_otherwise_and_the_trail_keeps_it()
    {
        await using var app = await PanelApp.StartAsync();
        await Shop.ReadyAsync(app);
        var (maria, ines) = (app.As(World.Maria), app.As(World.Ines));
        await SaveAsync(maria, "everyday", Decision.Approve);
        await SaveAsync(maria, "mailbox", Decision.Review, "disposable-mail");
        await SaveAsync(maria, "burst", Decision.Decline, "card-testing");
        var version = await ProposeAsync(maria);
        var check = await EndedAsync(app, version);
        Assert.Equal((CheckState.Done, 3, 2, 1), (check.State, check.Scenarios, check.AsExpected, check.ActiveVersion));
        Assert.Equal(SimulationRun.Hash((await app.Services.CreateScope().ServiceProvider.GetRequiredService<PolicyDesk>().FindAsync(version, default))!), check.PolicyHash);

        var page = await ines.PageAsync(Versions + version);
        var card = page.GetElementById("scenario-set")!;
        Assert.Contains("2 de 3 como se espera", card.TextContent, StringComparison.Ordinal);
        Assert.Null(card.GetAttribute("hx-get"));
        var row = Assert.Single(card.QuerySelectorAll("tbody tr"));
        Assert.Equal("burst", row.Children[0].TextContent.Trim());
        Assert.Equal("Rechazada", row.Children[1].TextContent.Trim());
        Assert.Contains("Verificación", row.Children[2].TextContent, StringComparison.Ordinal);
        Assert.Equal("Rechazada", row.Children[3].TextContent.Trim());
        Assert.NotNull(page.GetElementById("runs"));

        Assert.Equal(HttpStatusCode.Redirect, (await ines.SubmitAsync(Versions + version, "form[action*=Approve]")).StatusCode);
        var told = await app.InDbAsync(db => db.AuditEntries.AsNoTracking().Where(e => e.Action == AuditActions.PolicyChanged).OrderByDescending(e => e.Sequence).FirstAsync());
        var kept = JsonDocument.Parse(told.After!).RootElement.GetProperty("what").GetProperty("scenarios");
        Assert.Equal((2, 3, check.PolicyHash, "Done"), (kept.GetProperty("asExpected").GetInt32(), kept.GetProperty("of").GetInt32(), kept.GetProperty("policyHash").GetString(), kept.GetProperty("state").GetString()));
        var ended = await app.InDbAsync(db => db.AuditEntries.AsNoTracking().SingleAsync(e => e.Action == AuditActions.ScenariosChecked));
        Assert.Equal((ActorKind.System, version.ToString(CultureInfo.InvariantCulture)), (ended.ActorKind, ended.SubjectId));
        // It stays with the version when it judges, and after the scenarios are gone.
        await app.InDbAsync(db => db.Set<SimulationScenario>().ExecuteDeleteAsync());
        Assert.Contains("2 de 3 como se espera", await CardAsync(ines, version), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_check_is_made_again_when_asked_and_the_card_says_when_the_set_is_another_one()
    {
        await using var app = await PanelApp.StartAsync();
        await Shop.ReadyAsync(app);
        var (maria, victor) = (app.As(World.Maria), app.As(World.Victor));
        await SaveAsync(maria, "everyday", Decision.Approve);
        var version = await ProposeAsync(maria);
        Assert.True((await EndedAsync(app, version)).Passes);
        Assert.DoesNotContain("compruébelos de nuevo", await CardAsync(maria, version), StringComparison.Ordinal);
        await SaveAsync(maria, "never", Decision.Decline);
        Assert.Contains("compruébelos de nuevo", await CardAsync(maria, version), StringComparison.Ordinal);

        Assert.Null((await victor.PageAsync(Versions + version)).QuerySelector("form[action*=Check]"));
        var token = (await victor.PageAsync(Versions + version)).QuerySelector("input[name=__RequestVerificationToken]")!.GetAttribute("value")!;
        using (var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["__RequestVerificationToken"] = token }))
            Assert.Equal(HttpStatusCode.Forbidden, (await victor.PostAsync($"{Versions}{version}?handler=Check", form)).StatusCode);

        Assert.Equal(HttpStatusCode.Redirect, (await maria.SubmitAsync(Versions + version, "form[action*=Check]")).StatusCode);
        var check = await EndedAsync(app, version);
        Assert.Equal((2, 1, false), (check.Scenarios, check.AsExpected, check.Passes));
        Assert.Contains("1 de 2 como se espera", await CardAsync(maria, version), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nothing_is_saved_the_card_says_so_and_leads_there()
    {
        await using var app = await PanelApp.StartAsync();
        var maria = app.As(World.Maria);
        var version = await ProposeAsync(maria);
        var card = (await maria.PageAsync(Versions + version)).GetElementById("scenario-set")!;
        Assert.Contains("No hay escenarios guardados", card.TextContent, StringComparison.Ordinal);
        Assert.Equal(Scenarios, ((IHtmlAnchorElement)card.QuerySelector("a")!).PathName);
        Assert.Null(card.QuerySelector("form"));
        var token = (await maria.PageAsync(Versions + version)).QuerySelector("input[name=__RequestVerificationToken]")!.GetAttribute("value")!;
        using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["__RequestVerificationToken"] = token });
        var refused = await maria.PostAsync($"{Versions}{version}?handler=Check", form);
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "Todavía no se ha guardado ningún escenario."), (refused.StatusCode, (await refused.HtmlAsync()).QuerySelector("[role=alert]")!.TextContent.Trim()));
    }

    [Fact]
    public async Task A_check_that_is_under_way_says_so_and_one_that_was_cut_off_begins_anew()
    {
        await using var app = await PanelApp.StartAsync();
        await Shop.ReadyAsync(app);
        var maria = app.As(World.Maria);
        await SaveAsync(maria, "everyday", Decision.Approve);
        var version = await ProposeAsync(maria);
        Assert.True((await EndedAsync(app, version)).Passes);
        await app.InDbAsync(db => db.Set<SimulationCheck>().ExecuteUpdateAsync(c => c.SetProperty(x => x.State, CheckState.Running)));
        var card = (await maria.PageAsync(Versions + version)).GetElementById("scenario-set")!;
        Assert.Contains("se están ejecutando", card.TextContent, StringComparison.Ordinal);
        Assert.Null(card.QuerySelector("form"));
        using (var asked = new HttpRequestMessage(HttpMethod.Get, card.GetAttribute("hx-get")) { Headers = { { "HX-Request", "true" } } })
        {
            var fragment = await (await maria.SendAsync(asked)).HtmlAsync();
            Assert.Equal("scenario-set", fragment.Body!.FirstElementChild!.Id);
        }
        // Who approves meanwhile is on record with what was known.
        Assert.Equal(HttpStatusCode.Redirect, (await app.As(World.Ines).SubmitAsync(Versions + version, "form[action*=Approve]")).StatusCode);
        var told = await app.InDbAsync(db => db.AuditEntries.AsNoTracking().Where(e => e.Action == AuditActions.PolicyChanged).OrderByDescending(e => e.Sequence).FirstAsync());
        Assert.Equal("Running", JsonDocument.Parse(told.After!).RootElement.GetProperty("what").GetProperty("scenarios").GetProperty("state").GetString());

        // The panel starts again.
        using var job = ActivatorUtilities.CreateInstance<CheckScenarios>(app.Services);
        await job.StartAsync(CancellationToken.None);
        Assert.True((await EndedAsync(app, version)).Passes);
        await job.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task A_version_put_back_is_held_against_them_too_where_it_waits_for_approval()
    {
        await using var app = await PanelApp.StartAsync(("Panel:Protection:FourEyes", "On"));
        await Shop.ReadyAsync(app);
        var (maria, ines) = (app.As(World.Maria), app.As(World.Ines));
        await SaveAsync(maria, "everyday", Decision.Approve);
        await ines.SubmitAsync(Versions + await ProposeAsync(maria), "form[action*=Approve]");
        Assert.Equal(HttpStatusCode.Redirect, (await ines.SubmitAsync(Versions + "1", "form[action*=Revert]", ("reason", "It was a mistake"))).StatusCode);
        Assert.Equal(PolicyState.Proposed, await app.InDbAsync(db => db.Set<PolicyVersion>().Where(p => p.Version == 3).Select(p => p.State).SingleAsync()));
        Assert.True((await EndedAsync(app, 3)).Passes);
    }
}
