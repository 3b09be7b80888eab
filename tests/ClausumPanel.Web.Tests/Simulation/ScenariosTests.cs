using System.Net;
using AngleSharp.Dom;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Simulations;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Simulation;

public sealed class ScenariosTests(PanelApp app) : IClassFixture<PanelApp>
{
    private const string Scenarios = "/dashboard/simulation";

    /// <summary>The log itself, in which everything stands that was answered.</summary>
    private Task<List<MemoryRecord>> RowsAsync() => app.InDbAsync(db => db.Set<MemoryRecord>().AsNoTracking().OrderBy(r => r.Seq).ToListAsync());

    private (int Events, int Entities) Counted => app.Services.GetRequiredService<AssessService>().Memory!.Velocity is var velocity ? (velocity.Events, velocity.EntityCount) : default;

    /// <summary>Until the sums have caught up with the log.</summary>
    private async Task FoldedAsync()
    {
        var last = (await RowsAsync())[^1].Seq;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (app.Services.GetRequiredService<AssessService>().Log!.FoldedSeq < last)
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    [Fact]
    public async Task A_burst_sees_itself_and_nothing_else_does()
    {
        var (maria, shop) = (app.As(World.Maria), await Shop.OpenAsync(app));
        (await shop.AssessAsync(Shop.Minimum)).MustBeGood();
        var (counted, before) = (Counted, (await RowsAsync()).Count);
        await FoldedAsync();
        var days = await app.InDbAsync(db => db.Set<ScoreDay>().SumAsync(d => d.Count));

        using var answer = await maria.SubmitAsync(Scenarios + "?preset=card-testing", "#scenario-form", ("times", "12"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var page = await answer.HtmlAsync();
        var scores = page.QuerySelectorAll("#repeats tbody tr").Select(r => int.Parse(r.Children[2].TextContent, System.Globalization.CultureInfo.InvariantCulture)).ToList();
        Assert.Equal(12, scores.Count);
        Assert.True(scores[^1] > scores[0], string.Join(' ', scores));
        Assert.NotEmpty(page.QuerySelectorAll("#answer-active .waterfall code"));
        Assert.StartsWith("ps_", page.GetElementById("session")!.TextContent, StringComparison.Ordinal);
        Assert.NotNull((await maria.PageAsync(page.GetElementById("stored")!.GetAttribute("href")!)).QuerySelector(".signal-chip"));

        var rows = await RowsAsync();
        Assert.Equal(before + 12, rows.Count);
        Assert.All(rows.Skip(before), r => Assert.True(r.Simulated));
        var simulated = rows.Skip(before).Select(r => r.Seq).ToList();
        Assert.Equal(counted, Counted);
        await FoldedAsync();
        Assert.Equal(days, await app.InDbAsync(db => db.Set<ScoreDay>().SumAsync(d => d.Count)));
        Assert.Empty(await app.InDbAsync(db => db.Set<ClausumPanel.Storage.Reviews.Review>().Where(r => simulated.Contains(r.Seq)).ToListAsync()));
        Assert.Equal(World.Maria.Name, (await app.InDbAsync(db => db.AuditEntries.AsNoTracking().Where(e => e.Action == AuditActions.ScenarioRun).OrderByDescending(e => e.Sequence).FirstAsync())).ActorName);
    }

    [Theory]
    [InlineData("{\"amount\":1", "body")]
    [InlineData("{\"amount\":100,\"currency\":\"PESOS\"}", "currency")]
    public async Task What_is_wrong_is_said_by_name_and_stores_nothing(string json, string field)
    {
        await Shop.ReadyAsync(app);
        var before = (await RowsAsync()).Count;
        using var answer = await app.As(World.Maria).SubmitAsync(Scenarios, "#scenario-form", ("json", json));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal(field, (await answer.HtmlAsync()).QuerySelector("#request-errors code")!.TextContent);
        Assert.Equal(before, (await RowsAsync()).Count);
    }

    [Fact]
    public async Task Whoever_only_looks_runs_nothing()
    {
        await Shop.ReadyAsync(app);
        var victor = app.As(World.Victor);
        var page = await victor.PageAsync(Scenarios);
        Assert.Null(page.GetElementById("scenario-form"));
        var token = page.QuerySelector("input[name=__RequestVerificationToken]")!.GetAttribute("value")!;
        foreach (var handler in (string[])["", "?handler=Save", "?handler=Check", "?handler=Delete"])
        {
            using var form = new FormUrlEncodedContent(new Dictionary<string, string> { ["__RequestVerificationToken"] = token, ["flow"] = "PayIn", ["json"] = Shop.Minimum, ["times"] = "1", ["name"] = "x", ["expected"] = "Approve" });
            Assert.Equal(HttpStatusCode.Forbidden, (await victor.PostAsync(Scenarios + handler, form)).StatusCode);
        }
    }

    [Fact]
    public async Task A_saved_set_says_what_is_decided_otherwise()
    {
        await Shop.ReadyAsync(app);
        var maria = app.As(World.Maria);
        foreach (var (name, expected) in ((string, Decision)[])[("right", Decision.Approve), ("wrong", Decision.Decline)])
        {
            using var page = await maria.GetAsync(Scenarios);
            var form = await Form.ReadAsync(page, "#scenario-form");
            (form["name"], form["expected"], form["json"]) = (name, expected.ToString(), Shop.Minimum);
            Assert.Equal(HttpStatusCode.Redirect, (await maria.PostAsync(Scenarios + "?handler=Save", form.Content)).StatusCode);
        }
        var before = (await RowsAsync()).Count;
        using var answer = await maria.SubmitAsync(Scenarios, "#check-form");
        var checkedPage = await answer.HtmlAsync();
        Assert.Single(checkedPage.QuerySelectorAll("td .bg-green-lt"));
        Assert.Single(checkedPage.QuerySelectorAll("td .bg-red-lt"));
        Assert.Equal(before, (await RowsAsync()).Count);
        Assert.Equal(2, await app.InDbAsync(db => db.Set<SimulationScenario>().CountAsync()));
    }

    [Fact]
    public async Task The_api_simulates_with_a_server_key_only_and_counts_nothing()
    {
        var (shop, page) = (await Shop.OpenAsync(app), await Shop.OpenAsync(app, KeyType.Checkout));
        var counted = Counted;
        foreach (var (path, body) in ((string, string)[])[("/api/v1/simulation/payin", Shop.Full), ("/api/v1/simulation/payout", Shop.Payout)])
        {
            var bytes = System.Text.Encoding.UTF8.GetBytes(body);
            var (first, second) = ((await shop.PostAsync(path, bytes, "application/json")).MustBeGood(), (await shop.PostAsync(path, bytes, "application/json")).MustBeGood());
            Assert.True(first.Json.GetProperty("simulated").GetBoolean());
            Assert.NotEqual(first.Json.GetProperty("assessment_id").GetString(), second.Json.GetProperty("assessment_id").GetString());
            (await page.PostAsync(path, bytes, "application/json")).MustRefuse(403, "SECRET_KEY_REQUIRED");
        }
        Assert.Equal(counted, Counted);
        Assert.False((await shop.AssessAsync(Shop.Minimum)).MustBeGood().Json.TryGetProperty("simulated", out _));
    }
}
