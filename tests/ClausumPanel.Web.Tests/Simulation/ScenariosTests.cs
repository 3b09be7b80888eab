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
        Assert.Equal(12, page.QuerySelector("#score-line polyline.now")!.GetAttribute("points")!.Split(' ').Length);
        Assert.Contains($"{scores[0]} a {scores[^1]}", page.QuerySelector("#score-line svg")!.GetAttribute("aria-label"), StringComparison.Ordinal);
        var heads = page.QuerySelectorAll("#repeats thead th").Select(h => h.TextContent).ToList();
        Assert.Contains("device.cards_10m", heads);
        Assert.Equal(Enumerable.Range(1, 12).Select(n => n.ToString(System.Globalization.CultureInfo.InvariantCulture)), page.QuerySelectorAll("#repeats tbody tr").Select(r => r.Children[heads.IndexOf("device.cards_10m")].TextContent.Trim()));
        Assert.Contains("velocity.sequential_cards_1h", page.GetElementById("moves")!.TextContent, StringComparison.Ordinal);
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
    public async Task Whatever_the_API_refuses_is_refused_here_as_request_and_as_change()
    {
        await Shop.ReadyAsync(app);
        var maria = app.As(World.Maria);
        using var page = await maria.GetAsync(Scenarios);
        var form = await Form.ReadAsync(page, "#scenario-form");
        var before = (await RowsAsync()).Count;
        foreach (var (body, field, code) in WrongBodies.All().Where(w => w.Body.Length < 70_000 && w.Body.All(c => c is > '\0' and < '\u0080')).DistinctBy(w => (w.Field, w.Code)))
        {
            (form["json"], form["times"], form["steps"]) = (body, "1", "");
            var answer = await maria.PostAsync(Scenarios, form.Content);
            Assert.True(answer.StatusCode == HttpStatusCode.UnprocessableEntity, $"{(int)answer.StatusCode} for {field} {code}: {body[..Math.Min(200, body.Length)]}");
            (form["json"], form["times"], form["steps"]) = (Shop.Minimum, "2", $"[{body}]");
            answer = await maria.PostAsync(Scenarios, form.Content);
            // What is missing in a change stands in the first request.
            Assert.True(answer.StatusCode is HttpStatusCode.UnprocessableEntity or HttpStatusCode.OK, $"{(int)answer.StatusCode} for {field} {code}: {body[..Math.Min(200, body.Length)]}");
        }
        Assert.InRange((await RowsAsync()).Count - before, 0, 40);
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
            (form["name"], form["expected"], form["json"]) = (name, expected.ToString(), """{"amount":15000,"currency":"MXN","email":"maria@mailinator.com"}""");
            Assert.Equal(HttpStatusCode.Redirect, (await maria.PostAsync(Scenarios + "?handler=Save", form.Content)).StatusCode);
        }
        var before = (await RowsAsync()).Count;
        using var answer = await maria.SubmitAsync(Scenarios, "#check-form");
        var checkedPage = await answer.HtmlAsync();
        Assert.Single(checkedPage.QuerySelectorAll("td .bg-green-lt"));
        Assert.Single(checkedPage.QuerySelectorAll("td .bg-red-lt"));
        Assert.Equal(before, (await RowsAsync()).Count);
        Assert.Equal(2, await app.InDbAsync(db => db.Set<SimulationScenario>().CountAsync()));
        // What came out otherwise says what counted.
        Assert.Contains(checkedPage.QuerySelectorAll("#saved-set tbody tr"), row => row.QuerySelector(".bg-red-lt") is not null && row.QuerySelector("[title=disposable_email]") is not null);
    }

    [Fact]
    public async Task A_draft_sees_what_its_own_answers_leave_behind()
    {
        await using var own = await PanelApp.StartAsync();
        await Shop.ReadyAsync(own);
        var tomas = own.As(World.Tomas);
        await tomas.SubmitAsync("/dashboard/protection/thresholds", "#bands-form", ("review", "1"), ("challenge", "2"), ("decline", "3"));
        using var answer = await tomas.SubmitAsync(Scenarios + "?preset=disposable-mail", "#scenario-form", ("times", "5"), ("beside", "draft"));
        var page = await answer.HtmlAsync();
        Assert.Equal(5, page.QuerySelector("#score-line polyline.beside")!.GetAttribute("points")!.Split(' ').Length);
        var rows = page.QuerySelectorAll("#repeats tbody tr").Select(r => (Active: r.Children[1].TextContent.Trim(), Score: r.Children[2].TextContent, Draft: r.Children[3].TextContent.Trim(), DraftScore: r.Children[4].TextContent)).ToList();
        Assert.Equal(rows[0].Score, rows[0].DraftScore);
        Assert.All(rows, r => Assert.Equal(("Revisión", "Rechazada"), (r.Active, r.Draft)));
        // Only the draft has declined three of them by then, and says so.
        Assert.Contains("repeated_declines", page.GetElementById("answer-beside")!.TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("repeated_declines", page.GetElementById("answer-active")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(5, await own.InDbAsync(db => db.Set<MemoryRecord>().CountAsync()));

        using var alone = await tomas.SubmitAsync(Scenarios + "?preset=card-testing", "#scenario-form", ("times", "2"), ("beside", ""));
        Assert.Null((await alone.HtmlAsync()).GetElementById("answer-beside"));
    }

    [Fact]
    public async Task What_changes_can_be_said_request_by_request_and_left_to_counting_after_that()
    {
        await Shop.ReadyAsync(app);
        var before = (await RowsAsync()).Count;
        using var answer = await app.As(World.Maria).SubmitAsync(Scenarios, "#scenario-form", ("json", Shop.Full), ("times", "4"), ("vary", "Email"), ("steps", """[{"email":"b@example.mx","device":null,"billing":{"city":null}}]"""));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var stored = await app.InDbAsync(db => db.Set<StoredAssessment>().AsNoTracking().OrderBy(a => a.Seq).Skip(before).ToListAsync());
        var requests = stored.Select(a => System.Text.Json.Nodes.JsonNode.Parse(a.Request)!).ToList();
        Assert.Equal(["maria.gonzalez@example.mx", "b@example.mx", "maria.gonzalez2@example.mx", "maria.gonzalez3@example.mx"], requests.Select(r => (string?)r["email"]));
        Assert.Equal([true, false, true, true], requests.Select(r => r["device"] is not null));
        Assert.Equal("06600", (string?)requests[1]["billing"]!["postal_code"]);
        Assert.Null(requests[1]["billing"]!["city"]);
    }

    [Theory]
    [InlineData("{}", "steps"), InlineData("[1]", "steps"), InlineData("[{", "steps"), InlineData("[{\"currency\":\"PESOS\"}]", "steps[0].currency"), InlineData("[{\"occurred_at\":\"2099-01-01T00:00:00Z\"}]", "steps[0].occurred_at")]
    public async Task A_change_that_cannot_be_is_refused_by_its_place(string steps, string field)
    {
        await Shop.ReadyAsync(app);
        var before = (await RowsAsync()).Count;
        using var answer = await app.As(World.Maria).SubmitAsync(Scenarios, "#scenario-form", ("times", "2"), ("steps", steps));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        Assert.Equal(field, (await answer.HtmlAsync()).QuerySelector("#request-errors code")!.TextContent);
        Assert.Equal(before, (await RowsAsync()).Count);
    }

    [Fact]
    public async Task Card_data_is_masked_in_the_changes_too()
    {
        await Shop.ReadyAsync(app);
        using var answer = await app.As(World.Maria).SubmitAsync(Scenarios, "#scenario-form", ("times", "2"), ("steps", """[{"note":"4242 4242 4242 4242","cvv":"123"}]"""));
        var text = await answer.Content.ReadAsStringAsync();
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.DoesNotContain("4242 4242 4242", text, StringComparison.Ordinal);
        Assert.DoesNotContain("cvv&quot;:&quot;123", text, StringComparison.Ordinal);
        Assert.Contains("cvv&quot;:&quot;***", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_conditions_of_a_rule_stand_with_the_values_they_asked()
    {
        await using var own = await PanelApp.StartAsync();
        await Shop.ReadyAsync(own);
        var ines = own.As(World.Ines);
        await ines.PageAsync(Scenarios);
        await using (var scope = own.Services.CreateAsyncScope())
        {
            var desk = scope.ServiceProvider.GetRequiredService<PolicyDesk>();
            var owner = await own.InDbAsync(db => db.Users.AsNoTracking().SingleAsync(u => u.Email == World.Ines.Email));
            var policy = await desk.ActiveAsync(CancellationToken.None);
            var rule = new ClausumPanel.Assess.Rules.PolicyRule("burst", "Burst", "when velocity.device.cards_10m >= 3 and amount < 100 MXN then add 7", "burst");
            Assert.Null((await desk.ChangeAsync(new Actor(ActorKind.Person, owner.Id, owner.DisplayName), PolicyChanges.Between(policy, policy with { Rules = [.. policy.Rules, rule] }), mayRules: true, CancellationToken.None)).Refusal);
        }
        using var answer = await ines.SubmitAsync(Scenarios + "?preset=card-testing", "#scenario-form", ("times", "5"), ("beside", "draft"));
        var group = (await answer.HtmlAsync()).QuerySelectorAll("#answer-beside .fact-group").Single(g => g.TextContent.Contains("Burst", StringComparison.Ordinal));
        Assert.True(group.HasAttribute("open"));
        Assert.Equal(["5", "Sí"], group.QuerySelectorAll("tbody tr")[0].Children.Skip(1).Select(c => c.TextContent));
    }

    [Fact]
    public async Task A_kept_burst_is_kept_whole_and_does_not_grow_old()
    {
        await using var own = await PanelApp.StartAsync();
        await Shop.ReadyAsync(own);
        var maria = own.As(World.Maria);
        using (var page = await maria.GetAsync(Scenarios + "?preset=attack-account-takeover"))
        {
            var form = await Form.ReadAsync(page, "#scenario-form");
            (form["name"], form["expected"]) = ("takeover", "Challenge");
            Assert.Equal(HttpStatusCode.Redirect, (await maria.PostAsync(Scenarios + "?handler=Save", form.Content)).StatusCode);
        }
        var saved = await own.InDbAsync(db => db.Set<SimulationScenario>().AsNoTracking().SingleAsync());
        Assert.Equal(17, saved.Times);
        Assert.Equal(16, ScenarioPlan.ReadSteps(saved.Steps)!.Count);
        using var answer = await maria.SubmitAsync(Scenarios, "#check-form");
        Assert.Single((await answer.HtmlAsync()).QuerySelectorAll("#saved-set td .bg-green-lt"));
        var (plan, now) = (ScenarioPlan.Of(saved), own.Clock.GetUtcNow().AddDays(100));
        var moved = plan.Within(now, TimeZoneInfo.Utc).Last!.Value;
        Assert.InRange(now - moved, TimeSpan.Zero, TimeSpan.FromDays(7));
        Assert.Equal((plan.Last!.Value.ToUniversalTime().DayOfWeek, plan.Last.Value.UtcDateTime.TimeOfDay), (moved.DayOfWeek, moved.UtcDateTime.TimeOfDay));
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
