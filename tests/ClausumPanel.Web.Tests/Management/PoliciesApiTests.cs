using System.Text.Json;
using System.Text.Json.Nodes;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Storage.Simulations;
using ClausumPanel.Web.Api;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Tests.Management;

public sealed class PoliciesApiTests
{
    private const string Path = "/api/v1/policies";

    private static Answer Fit(Answer answer, string schema)
    {
        ReferenceTests.MustFit(answer.Json, ApiReference.Root.GetProperty("components").GetProperty("schemas").GetProperty(schema), schema);
        return answer;
    }

    /// <summary>The document that judges now, with something changed.</summary>
    private static async Task<string> ChangedAsync(PersonsProgram person, Action<JsonNode> change)
    {
        var document = JsonNode.Parse(Fit((await person.GetAsync($"{Path}/active")).MustBeGood(), "PolicyDetail").Json.GetProperty("document").GetRawText())!;
        change(document);
        return document.ToJsonString();
    }

    private static async Task<int> ProposedAsync(PersonsProgram person, int review, string reason = "More of them should be looked at")
    {
        Fit((await person.SendAsync("PUT", $"{Path}/draft", await ChangedAsync(person, d => d["bands"]!["review"] = review))).MustBeGood(), "PolicyDraft");
        var proposed = await person.PostAsync($"{Path}/draft/propose", $$"""{"reason":"{{reason}}"}""");
        Assert.Equal(201, proposed.Code);
        return Fit(proposed, "PolicyDetail").Json.GetProperty("version").GetInt32();
    }

    [Fact]
    public async Task What_an_analyst_drafts_and_proposes_judges_once_an_admin_approves_it()
    {
        await using var app = await PanelApp.StartAsync();
        var (maria, ines, victor) = (await PersonsProgram.OfAsync(app, World.Maria), await PersonsProgram.OfAsync(app, World.Ines), await PersonsProgram.OfAsync(app, World.Victor));
        (await maria.GetAsync($"{Path}/draft")).MustRefuse(404, "NOT_FOUND");
        (await maria.PostAsync($"{Path}/draft/propose", """{"reason":"nothing"}""")).MustRefuse(404, "NOT_FOUND");
        var version = await ProposedAsync(maria, 17);
        Assert.Equal(2, version);
        (await maria.PostAsync($"{Path}/2/approve")).MustRefuse(403, "FORBIDDEN");
        (await victor.SendAsync("PUT", $"{Path}/draft", "{}")).MustRefuse(403, "FORBIDDEN");
        var seen = Fit((await victor.GetAsync($"{Path}/2")).MustBeGood(), "PolicyDetail").Json;
        Assert.Equal(("proposed", World.Maria.Name, "bands.review", 17), (seen.GetProperty("state").GetString(), seen.GetProperty("author").GetString(), seen.GetProperty("changes")[0].GetProperty("place").GetString(), seen.GetProperty("changes")[0].GetProperty("after").GetInt32()));

        Assert.Equal("active", Fit((await ines.PostAsync($"{Path}/2/approve")).MustBeGood(), "PolicyDetail").Json.GetProperty("state").GetString());
        (await ines.PostAsync($"{Path}/2/approve")).MustRefuse(409, "INVALID_STATE");
        Assert.Equal(2, (await victor.GetAsync($"{Path}/active")).MustBeGood().Json.GetProperty("version").GetInt32());
        var list = Fit((await victor.GetAsync($"{Path}?limit=1")).MustBeGood(), "PolicyVersions").Json;
        Assert.Equal((2, 2, 1), (list.GetProperty("total").GetInt32(), list.GetProperty("data")[0].GetProperty("version").GetInt32(), list.GetProperty("data").GetArrayLength()));
        Assert.Equal(1, (await victor.GetAsync($"{Path}?state=retired")).MustBeGood().Json.GetProperty("total").GetInt32());
        (await victor.GetAsync($"{Path}?state=odd")).MustRefuse(400, "VALIDATION_ERROR");
        (await victor.GetAsync($"{Path}/99")).MustRefuse(404, "NOT_FOUND");
        Assert.Equal([World.Maria.Name, World.Maria.Name, World.Ines.Name], await app.InDbAsync(db => db.AuditEntries.Where(e => e.Action == AuditActions.PolicyChanged).OrderBy(e => e.Sequence).Select(e => e.ActorName).ToListAsync()));
    }

    [Fact]
    public async Task Where_two_are_needed_nobody_approves_their_own()
    {
        await using var app = await PanelApp.StartAsync(("Panel:Protection:FourEyes", "On"));
        var ines = await PersonsProgram.OfAsync(app, World.Ines);
        var version = await ProposedAsync(ines, 18);
        (await ines.PostAsync($"{Path}/{version}/approve")).MustRefuse(403, "FORBIDDEN");
        (await ines.PostAsync($"{Path}/{version}/reject", """{"reason":"no"}""")).MustRefuse(400, "VALIDATION_ERROR");
        (await (await PersonsProgram.OfAsync(app, World.Maria)).PostAsync($"{Path}/{version}/withdraw")).MustRefuse(403, "FORBIDDEN");
        Assert.Equal("withdrawn", (await ines.PostAsync($"{Path}/{version}/withdraw")).MustBeGood().Json.GetProperty("state").GetString());
        Assert.Equal(1, await app.InDbAsync(db => db.Set<PolicyVersion>().Where(p => p.State == PolicyState.Active).Select(p => p.Version).SingleAsync()));
    }

    [Fact]
    public async Task Rules_are_changed_by_admins_and_what_cannot_be_is_named_by_its_place()
    {
        await using var app = await PanelApp.StartAsync();
        var (maria, ines) = (await PersonsProgram.OfAsync(app, World.Maria), await PersonsProgram.OfAsync(app, World.Ines));
        static void AddRule(JsonNode document) => document["rules"] = JsonNode.Parse("""[{"id":"large","name":"Large","text":"when amount > 5000 MXN then review","reason":"","enabled":true}]""");
        (await maria.SendAsync("PUT", $"{Path}/draft", await ChangedAsync(maria, AddRule))).MustRefuse(403, "FORBIDDEN");
        Fit((await ines.SendAsync("PUT", $"{Path}/draft", await ChangedAsync(ines, AddRule))).MustBeGood(), "PolicyDraft");
        Assert.Contains((await maria.SendAsync("PUT", $"{Path}/draft", await ChangedAsync(maria, d => d["bands"]!["review"] = 900))).MustRefuse(400, "VALIDATION_ERROR").Complaints, c => c == "bands.review policy");
        (await maria.SendAsync("PUT", $"{Path}/draft", "[]")).MustRefuse(400, "VALIDATION_ERROR");
        (await maria.SendAsync("PUT", $"{Path}/draft", await ChangedAsync(maria, _ => { }))).MustBeGood();
        (await maria.GetAsync($"{Path}/draft")).MustRefuse(404, "NOT_FOUND");
        (await ines.SendAsync("DELETE", $"{Path}/draft")).MustBeGood();
        (await ines.SendAsync("DELETE", $"{Path}/draft")).MustRefuse(404, "NOT_FOUND");
    }

    [Fact]
    public async Task A_draft_that_was_overtaken_is_carried_over_and_a_version_is_gone_back_to()
    {
        await using var app = await PanelApp.StartAsync();
        var (maria, ines) = (await PersonsProgram.OfAsync(app, World.Maria), await PersonsProgram.OfAsync(app, World.Ines));
        (await maria.SendAsync("PUT", $"{Path}/draft", await ChangedAsync(maria, d => d["bands"]!["review"] = 19))).MustBeGood();
        var version = await ProposedAsync(ines, 20);
        (await ines.PostAsync($"{Path}/{version}/approve", """{"effective_at":"2020-01-01T00:00:00Z"}""")).MustRefuse(400, "VALIDATION_ERROR");
        (await ines.PostAsync($"{Path}/{version}/approve")).MustBeGood();
        (await maria.PostAsync($"{Path}/draft/propose", """{"reason":"Mine too"}""")).MustRefuse(409, "INVALID_STATE");
        var stale = Fit((await maria.GetAsync($"{Path}/draft")).MustBeGood(), "PolicyDraft").Json;
        Assert.Equal((true, "bands.review", 20), (stale.GetProperty("is_stale").GetBoolean(), stale.GetProperty("conflicts")[0].GetProperty("place").GetString(), stale.GetProperty("conflicts")[0].GetProperty("theirs").GetInt32()));
        var mine = Fit((await maria.PostAsync($"{Path}/draft/rebase")).MustBeGood(), "PolicyDraft").Json;
        Assert.Equal((false, version, 19), (mine.GetProperty("is_stale").GetBoolean(), mine.GetProperty("based_on").GetInt32(), mine.GetProperty("changes")[0].GetProperty("after").GetInt32()));
        (await maria.PostAsync($"{Path}/1/revert", """{"reason":"Too many"}""")).MustRefuse(403, "FORBIDDEN");
        var reverted = await ines.PostAsync($"{Path}/1/revert", """{"reason":"Too many"}""");
        Assert.Equal((201, 1), (reverted.Code, Fit(reverted, "PolicyDetail").Json.GetProperty("reverts").GetInt32()));
    }

    [Fact]
    public async Task A_version_tells_how_the_saved_scenarios_came_out_under_it()
    {
        await using var app = await PanelApp.StartAsync();
        var maria = await PersonsProgram.OfAsync(app, World.Maria);
        var version = await ProposedAsync(maria, 21);
        (await maria.PostAsync($"{Path}/{version}/check")).MustRefuse(409, "INVALID_STATE");
        await app.InDbAsync(async db =>
        {
            db.Add(new SimulationScenario { Name = "small", Request = Shop.Minimum, CreatedAt = app.Clock.GetUtcNow() });
            await db.SaveChangesAsync();
        });
        Fit((await maria.PostAsync($"{Path}/{version}/check")).MustBeGood(), "PolicyDetail");
        var deadline = Environment.TickCount64 + 30_000;
        JsonElement scenarios;
        do
        {
            Assert.True(Environment.TickCount64 < deadline, "The scenarios were never checked.");
            await Task.Yield();
            scenarios = Fit((await maria.GetAsync($"{Path}/{version}")).MustBeGood(), "PolicyDetail").Json.GetProperty("scenarios");
        }
        while (scenarios.GetProperty("state").GetString() != "done");
        Assert.Equal((1, true), (scenarios.GetProperty("of").GetInt32(), scenarios.GetProperty("passes").GetBoolean()));
    }
}
