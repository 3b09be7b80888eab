using System.Globalization;
using System.Net;
using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Assess.Previews;
using ClausumPanel.Assess.Rules;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Storage.Simulations;
using ClausumPanel.Web.CommandLine;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Jobs;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Simulation;

/// <summary>Two hundred payments of which everything is known beforehand, tried out under other rules.</summary>
public sealed class PreviewTests
{
    private const string Previews = "/dashboard/simulation/previews", Thresholds = "/dashboard/protection/thresholds";

    /// <summary>Payments of 1, 2, … 200 pesos.</summary>
    private static async Task PayAsync(PanelApp app, int count = 200)
    {
        var shop = await Shop.OpenAsync(app);
        for (var peso = 1; peso <= count; peso++) (await shop.AssessAsync($$"""{"amount":{{peso}}00,"amount_unit":"minor","currency":"MXN","order_id":"o-{{peso}}","email":"p{{peso}}@example.mx"}""")).MustBeGood();
    }

    private static async Task<SimulationRun> RunAsync(PanelApp app, HttpClient browser, params (string, string)[] fields)
    {
        var answer = await browser.SubmitAsync(Previews, "#preview-form", fields);
        Assert.Equal(HttpStatusCode.Redirect, answer.StatusCode);
        return await EndedAsync(app, Guid.Parse(answer.Headers.Location!.ToString().Split('/')[^1]));
    }

    private static async Task<SimulationRun> EndedAsync(PanelApp app, Guid id)
    {
        while (true)
        {
            var run = await app.InDbAsync(db => db.Set<SimulationRun>().AsNoTracking().SingleAsync(r => r.Id == id));
            if (!run.IsUnderWay) return run;
            await Task.Yield();
        }
    }

    private static PreviewSums Sums(SimulationRun run) => JsonSerializer.Deserialize<PreviewSums>(run.Result!)!;

    /// <summary>A draft of Inés with one rule.</summary>
    private static async Task DraftAsync(PanelApp app, string text)
    {
        await using var scope = app.Services.CreateAsyncScope();
        var desk = scope.ServiceProvider.GetRequiredService<PolicyDesk>();
        var owner = await app.InDbAsync(db => db.Users.AsNoTracking().SingleAsync(u => u.Email == World.Ines.Email));
        var policy = await desk.ActiveAsync(CancellationToken.None);
        var outcome = await desk.ChangeAsync(new Actor(ActorKind.Person, owner.Id, owner.DisplayName), PolicyChanges.Between(policy, policy with { Rules = [new PolicyRule("dear", "Dear", text, "dear")] }), mayRules: true, CancellationToken.None);
        Assert.Null(outcome.Refusal);
    }

    [Fact]
    public async Task What_is_known_beforehand_comes_out_and_every_number_counts_the_rows_it_opens()
    {
        await using var app = await PanelApp.StartAsync();
        await PayAsync(app);
        await app.InDbAsync(async db =>
        {
            var rows = await db.Set<StoredAssessment>().AsNoTracking().OrderBy(a => a.Amount).ToListAsync();
            await using var scope = app.Services.CreateAsyncScope();
            var record = scope.ServiceProvider.GetRequiredService<RecordLabels>();
            // Fraud: 191 to 200 pesos. Good: 101 to 190.
            await record.AddAsync([.. rows.Where(r => r.Amount > 100_00).Select(r => new NewLabel(r.Seq, r.At, r.Amount > 190_00 ? LabelOutcome.Fraud : LabelOutcome.Good, LabelSource.Analyst))], LabelChannel.Panel, Actor.System, null, CancellationToken.None);
        });
        var ines = app.As(World.Ines);
        await ines.PageAsync(Previews);
        await DraftAsync(app, "when amount > 150 MXN then review");
        var run = await RunAsync(app, ines);
        var sums = Sums(run);
        Assert.Equal((200, 150, 50), (sums.Judged, sums.Decided[Decision.Approve, Decision.Approve].All.Count, sums.Decided[Decision.Approve, Decision.Review].All.Count));
        Assert.Equal(Enumerable.Range(151, 50).Sum(p => p * 100L), sums.Decided[Decision.Approve, Decision.Review].All.Money["MXN"]);
        Assert.Equal((10, 40), (sums.Decided[Decision.Approve, Decision.Review].Fraud.Count, sums.Decided[Decision.Approve, Decision.Review].Good.Count));
        Assert.Equal((50, 50, 10, 40), (sums.Rules["dear"].Hits, sums.Rules["dear"].Exclusive, sums.Rules["dear"].ExclusiveFraud, sums.Rules["dear"].ExclusiveGood));
        var shift = sums.Decided.Of(Decision.Approve);
        Assert.Equal((1.0, 0.75, -0.25), (shift.Before.Value, shift.After.Value, shift.Value));

        var page = await ines.PageAsync($"{Previews}/{run.Id}");
        foreach (var link in page.QuerySelectorAll(".matrix a, td a[href*=rows]"))
        {
            var number = long.Parse(link.TextContent.Trim(), NumberStyles.AllowThousands, CultureInfo.GetCultureInfo("es-MX"));
            var opened = await ines.PageAsync(link.GetAttribute("href")!);
            Assert.Equal(number, long.Parse(opened.QuerySelector("[data-count]")!.GetAttribute("data-count")!, CultureInfo.InvariantCulture));
            var rows = opened.QuerySelectorAll("tr[data-row]").Length;
            for (; opened.QuerySelector("a[rel=next]") is { } next; rows += opened.QuerySelectorAll("tr[data-row]").Length) opened = await ines.PageAsync(next.GetAttribute("href")!);
            Assert.Equal(number, rows);
        }
        Assert.Contains("dear", (await ines.PageAsync($"{Previews}/{run.Id}/rows?set={PreviewSets.Decided(Decision.Approve, Decision.Review)}")).QuerySelector(".signal-chip")!.TextContent, StringComparison.Ordinal);

        var again = await RunAsync(app, ines);
        Assert.Equal(run.Result, again.Result);
        Assert.Equal([AuditActions.SimulationStarted, AuditActions.SimulationStarted], await app.InDbAsync(db => db.AuditEntries.Where(e => e.Action == AuditActions.SimulationStarted).Select(e => e.Action).ToListAsync()));
        var token = page.QuerySelector("form[action$=export] input[name=__RequestVerificationToken]")!.GetAttribute("value")!;
        var csv = await ines.PostAsync($"{Previews}/{run.Id}/export", new FormUrlEncodedContent([new("__RequestVerificationToken", token), new("format", "csv")]));
        Assert.Equal("text/csv", csv.StatusCode == HttpStatusCode.OK && csv.Content.Headers.ContentType?.MediaType == "text/csv" ? "text/csv" : csv.StatusCode + await csv.Content.ReadAsStringAsync());
        Assert.Contains("dear,0,50,50,10,40,10,40", (await csv.Content.ReadAsStringAsync()).Replace("\"", "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_active_policy_moves_nothing_and_an_older_one_is_explained()
    {
        await using var app = await PanelApp.StartAsync(("Panel:Protection:FourEyes", "Off"));
        await PayAsync(app, 20);
        var ines = app.As(World.Ines);
        var same = Sums(await RunAsync(app, ines, ("Input.Version", "1")));
        Assert.Equal((20, 0, 0), (same.Judged, same.Decided.Moved, same.Drift.Count));

        // From now on everything is declined.
        await ines.SubmitAsync(Thresholds, "#bands-form", ("review", "1"), ("challenge", "2"), ("decline", "3"));
        var proposed = await ines.SubmitAsync(Thresholds, "form[action*=Propose]", ("reason", "A trial"));
        await ines.SubmitAsync(proposed.Headers.Location!.ToString(), "form[action*=Approve]");
        await app.InDbAsync(db => app.Services.GetRequiredService<PolicyShelf>().ReloadAsync(db, CancellationToken.None));
        var shop = await Shop.OpenAsync(app);
        (await shop.AssessAsync("""{"amount":15000,"currency":"MXN","order_id":"later"}""")).MustBeGood();
        var later = Sums(await RunAsync(app, ines, ("Input.Version", "2")));
        Assert.Equal(21, later.Judged);
        Assert.Equal(0, later.Active.Moved);
        Assert.Equal(later.Decided.Moved, later.Drift.GetValueOrDefault(1));
        Assert.False(later.Drift.ContainsKey(2));
    }

    [Fact]
    public async Task What_lost_its_device_facts_by_age_is_passed_over_where_they_are_asked_for()
    {
        await using var app = await PanelApp.StartAsync(("Panel:Retention:DeviceFactMonths", "6"));
        await PayFromAsync("old", 20);
        var from = app.Clock.GetUtcNow().AddDays(-1);
        app.Clock.Advance(TimeSpan.FromDays(185));
        Assert.Equal(20, (await app.Services.GetRequiredService<ApplyRetention>().RunAsync(CancellationToken.None))!.Lines.Single(l => l.What == ClausumPanel.Storage.Retention.KeptData.DeviceFacts).Removed);
        await PayFromAsync("new", 5);
        (string, string)[] period = [("Input.From", from.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)), ("Input.To", app.Clock.GetUtcNow().AddDays(1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))];
        var ines = app.As(World.Ines);
        var same = Sums(await RunAsync(app, ines, [("Input.Version", "1"), .. period]));
        Assert.Equal((25, 0, 0), (same.Judged, same.Decided.Moved, same.Skipped.Count));

        await DraftAsync(app, "when device.timezone = \"America/Mexico_City\" then challenge");
        var run = await RunAsync(app, ines, period);
        var asked = Sums(run);
        Assert.Equal((5, 5, 20), (asked.Judged, asked.Decided.Moved, asked.Skipped[PreviewJudge.FactsRemoved]));
        var page = await ines.PageAsync($"{Previews}/{run.Id}");
        Assert.Contains("sus datos del dispositivo se eliminaron por antigüedad", page.Body!.TextContent, StringComparison.Ordinal);
        var rows = await ines.PageAsync($"{Previews}/{run.Id}/rows?set={PreviewSets.Skipped(PreviewJudge.FactsRemoved)}");
        Assert.Equal(20, rows.QuerySelectorAll("tr[data-row]").Length);
        Assert.All(rows.QuerySelectorAll("tr[data-row]"), row => Assert.Equal("–", row.Children[2].TextContent.Trim()));
        var again = await ines.SubmitAsync(rows.QuerySelector("tr[data-row] a")!.GetAttribute("href")!, "#judge-again form");
        Assert.Contains("no se puede volver a evaluar igual", await again.Content.ReadAsStringAsync().ContinueWith(t => WebUtility.HtmlDecode(t.Result), TaskScheduler.Default), StringComparison.Ordinal);

        async Task PayFromAsync(string order, int count)
        {
            var shop = await Shop.OpenAsync(app);
            for (var i = 1; i <= count; i++) (await shop.AssessAsync($$"""{"amount":{{i}}00,"amount_unit":"minor","currency":"MXN","order_id":"{{order}}-{{i}}","email":"{{order}}{{i}}@example.mx","device":{"fingerprint":"fp_{{order}}{{i}}","timezone":"America/Mexico_City"} }""")).MustBeGood();
            await app.Services.GetRequiredService<AssessService>().Log!.CatchUpAsync(CancellationToken.None);
        }
    }

    [Fact]
    public async Task A_period_without_payments_says_so()
    {
        await using var app = await PanelApp.StartAsync();
        var ines = app.As(World.Ines);
        var run = await RunAsync(app, ines, ("Input.Version", "1"));
        Assert.Equal(RunState.Done, run.State);
        Assert.Equal("No hay evaluaciones en este periodo.", (await ines.PageAsync($"{Previews}/{run.Id}")).QuerySelector(".empty-title")!.TextContent);
        var refused = await ines.SubmitAsync(Previews, "#preview-form", ("Input.Version", "1"), ("Input.From", "2026-11-20"), ("Input.To", "2026-11-10"));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "El periodo debe terminar después de empezar."), (refused.StatusCode, (await refused.HtmlAsync()).QuerySelector("[role=alert]")!.TextContent.Trim()));
    }

    [Fact]
    public async Task A_list_that_is_gone_and_facts_that_cannot_be_read_are_told_in_a_sentence()
    {
        const string lists = "/dashboard/protection/lists";
        await using var app = await PanelApp.StartAsync();
        await PayAsync(app, 3);
        await app.InDbAsync(async db =>
        {
            var rows = db.Set<StoredAssessment>();
            var seqs = await rows.OrderBy(a => a.Seq).Select(a => a.Seq).ToListAsync();
            // One of the shape before sizes were written, which is still read; one of a version that is not known; one with a fact that is not.
            foreach (var (seq, facts) in seqs.Zip<long, byte[]>([[1], [99], [3, 0x80, 0xFA, 0x01, 4, (byte)'x']])) await rows.Where(a => a.Seq == seq).ExecuteUpdateAsync(r => r.SetProperty(a => a.Facts, facts));
        });
        var ines = app.As(World.Ines);
        var run = await RunAsync(app, ines, ("Input.Version", "1"));
        Assert.Equal((1, 1, 1), (Sums(run).Judged, Sums(run).Skipped[PreviewJudge.Unreadable], Sums(run).Skipped[PreviewJudge.NewerFacts]));
        var scope = (await ines.PageAsync($"{Previews}/{run.Id}")).QuerySelector("section[aria-labelledby=scope]")!.TextContent;
        foreach (var sentence in (string[])["sus datos no se pueden leer", "un programa más nuevo guardó datos que este no conoce"]) Assert.Contains(sentence, scope, StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.Found, (await ines.SubmitAsync($"{lists}/new", ("Input.Name", "vip"), ("Input.Kind", "email"))).StatusCode);
        await DraftAsync(app, "when email in list \"vip\" then allow");
        Assert.Equal(HttpStatusCode.Found, (await ines.SubmitAsync($"{lists}/vip/deletion")).StatusCode);
        var refused = await ines.SubmitAsync(Previews, "#preview-form", ("Input.Version", ""));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Contains("vip", (await refused.HtmlAsync()).QuerySelector("[role=alert]")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(1, await app.InDbAsync(db => db.Set<SimulationRun>().CountAsync()));
    }

    [Fact]
    public async Task What_was_stopped_goes_on_where_it_was_and_ends_as_if_it_never_had()
    {
        await using var app = await PanelApp.StartAsync();
        await PayAsync(app, 30);
        var ines = app.As(World.Ines);
        await ines.PageAsync(Previews);
        await DraftAsync(app, "when amount > 15 MXN then challenge");
        var whole = await RunAsync(app, ines);
        // As it is after a kill in the middle of nowhere: begun, and nothing counted.
        await app.InDbAsync(async db =>
        {
            await db.Set<SimulationRun>().Where(r => r.Id == whole.Id).ExecuteUpdateAsync(r => r.SetProperty(x => x.State, RunState.Interrupted).SetProperty(x => x.Result, (string?)null).SetProperty(x => x.Judged, 0).SetProperty(x => x.DoneSeq, whole.FirstSeq - 1));
            await db.Set<SimulationPart>().ExecuteDeleteAsync();
            await db.Set<SimulationSet>().ExecuteDeleteAsync();
        });
        var page = await ines.PageAsync($"{Previews}/{whole.Id}");
        Assert.Contains("Interrumpida", page.QuerySelector("#progress")!.TextContent, StringComparison.Ordinal);
        await ines.SubmitAsync($"{Previews}/{whole.Id}", "form[action*=Resume]");
        Assert.Equal(whole.Result, (await EndedAsync(app, whole.Id)).Result);
    }

    [Fact]
    public async Task A_proposal_that_breaks_a_guard_rail_needs_a_word_and_a_second_person()
    {
        await using var app = await PanelApp.StartAsync(("Panel:Protection:FourEyes", "Off"));
        await PayAsync(app, 20);
        var ines = app.As(World.Ines);
        await ines.PageAsync(Previews);
        await DraftAsync(app, "when amount > 1 MXN then block");
        var run = await RunAsync(app, ines);
        Assert.NotEmpty((await ines.PageAsync($"{Previews}/{run.Id}")).QuerySelectorAll(".alert-warning li"));
        var refused = await ines.SubmitAsync(Thresholds, "form[action*=Propose]", ("reason", "Stop everything"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Contains("límite de seguridad", (await refused.HtmlAsync()).QuerySelector("[role=alert]")!.TextContent, StringComparison.Ordinal);
        var proposed = await ines.SubmitAsync(Thresholds, "form[action*=Propose]", ("reason", "Stop everything"), ("guardReason", "An attack is under way"));
        var version = proposed.Headers.Location!.ToString();
        Assert.Equal(HttpStatusCode.Redirect, proposed.StatusCode);
        Assert.Contains("An attack is under way", (await ines.PageAsync(version)).Body!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_viewer_looks_and_starts_nothing()
    {
        await using var app = await PanelApp.StartAsync();
        var viewer = app.As(World.Victor);
        Assert.Null((await viewer.PageAsync(Previews)).QuerySelector("#preview-form"));
        var refused = await viewer.PostAsync(Previews, new FormUrlEncodedContent([new("__RequestVerificationToken", (await viewer.PageAsync(Previews)).QuerySelector("input[name=__RequestVerificationToken]")!.GetAttribute("value")!)]));
        Assert.Equal(HttpStatusCode.Forbidden, refused.StatusCode);
        Assert.Equal(0, await app.InDbAsync(db => db.Set<SimulationRun>().CountAsync()));
    }

    [Fact]
    public async Task What_was_predicted_is_held_against_what_came()
    {
        await using var app = await PanelApp.StartAsync(("Panel:Protection:FourEyes", "Off"));
        await PayAsync(app, 20);
        var ines = app.As(World.Ines);
        await ines.PageAsync(Previews);
        await ines.SubmitAsync("/dashboard/simulation/settings", "form[method=post]:not([action])", ("Input.MostApprovalDrop", ""), ("Input.MostReviewRise", ""));
        await DraftAsync(app, "when amount > 10 MXN then review");
        var run = await RunAsync(app, ines);
        Assert.Null((await ines.PageAsync($"{Previews}/{run.Id}")).QuerySelector("#observed"));

        var proposed = await ines.SubmitAsync(Thresholds, "form[action*=Propose]", ("reason", "A trial"));
        await ines.SubmitAsync(proposed.Headers.Location!.ToString(), "form[action*=Approve]");
        await app.InDbAsync(db => app.Services.GetRequiredService<PolicyShelf>().ReloadAsync(db, CancellationToken.None));
        Assert.Contains("aún no ha evaluado", (await ines.PageAsync($"{Previews}/{run.Id}")).QuerySelector("#observed")!.TextContent, StringComparison.Ordinal);

        // In the next quarter of an hour but one: what is older belongs to both versions.
        app.Clock.Advance(TimeSpan.FromMinutes(20));
        var shop = await Shop.OpenAsync(app);
        foreach (var peso in (int[])[5, 8, 50, 60, 70]) (await shop.AssessAsync($$"""{"amount":{{peso}}00,"amount_unit":"minor","currency":"MXN","order_id":"later-{{peso}}","email":"later{{peso}}@example.mx"}""")).MustBeGood();
        app.Clock.Advance(TimeSpan.FromMinutes(20));
        // It has been too long: she signs in again.
        ines = app.As(World.Ines);
        var page = await ines.PageAsync($"{Previews}/{run.Id}");
        string? Observed(Decision decision) => page.QuerySelector($"[data-came='{(int)decision}']")!.GetAttribute("data-observed");
        Assert.Equal(("2", "3", "0", "0"), (Observed(Decision.Approve), Observed(Decision.Review), Observed(Decision.Challenge), Observed(Decision.Decline)));
        Assert.Contains("50", page.QuerySelector($"[data-came='{(int)Decision.Review}'] td:nth-child(2)")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("60", page.QuerySelector($"[data-came='{(int)Decision.Review}'] td:nth-child(3)")!.TextContent, StringComparison.Ordinal);
        Assert.Equal("grows", (await WithHoursAsync(0)).QuerySelector("[data-forecast]")!.GetAttribute("data-forecast"));
        Assert.Equal("keeps", (await WithHoursAsync(24)).QuerySelector("[data-forecast]")!.GetAttribute("data-forecast"));

        async Task<AngleSharp.Dom.IDocument> WithHoursAsync(int hours)
        {
            await ines.SubmitAsync("/dashboard/simulation/settings", "form[method=post]:not([action])", ("Input.ReviewHours", $"{hours}"));
            return await ines.PageAsync($"{Previews}/{run.Id}");
        }
    }

    /// <summary>Two whole stretches of the log and the beginning of a third.</summary>
    [Fact]
    public async Task Traffic_that_is_kept_in_memory_gives_the_same_bytes_as_traffic_that_is_read()
    {
        (string, string)[][] scopes = [[], [], [("Input.Currency", "USD")], [("Input.Flow", "PayOut")], [("Input.From", "2026-11-08"), ("Input.To", "2026-11-13")]];
        var kept = await RunsAsync("256", scopes, isKept: true);
        Assert.Equal(await RunsAsync("0", scopes, isKept: false), kept);
        Assert.Equal(kept[0], kept[1]);
        Assert.Equal(kept.Count - 1, kept.Distinct().Count());
    }

    private static async Task<IReadOnlyList<string>> RunsAsync(string megabytes, (string, string)[][] scopes, bool isKept)
    {
        const int payments = (2 * TrafficBlock.Places) + 100;
        await using var app = await PanelApp.StartAsync(("Panel:Simulation:ResidentMegabytes", megabytes));
        await app.Services.GetRequiredService<AssessService>().Ready;
        var file = Path.Combine(Directory.CreateTempSubdirectory("panel-preview-").FullName, "history.ndjson");
        var first = new DateTimeOffset(2026, 11, 3, 0, 0, 0, TimeSpan.Zero);
        await File.WriteAllLinesAsync(file, Enumerable.Range(0, payments).Select(i =>
            $$"""{"flow":"{{(i % 7 == 0 ? "payout" : "payin")}}","amount":{{100 + (i * 7919 % 90_000)}},"amount_unit":"minor","currency":"{{(i % 5 == 0 ? "USD" : "MXN")}}","email":"p{{i % 300}}@example.mx","beneficiary":{"id":"b{{i % 40}}"},"occurred_at":"{{first.AddMinutes(2 * i):O}}"}"""));
        try
        {
            Assert.True(Commands.TryRead(["import", file], out var run, out _));
            using var said = new StringWriter();
            (run!.Services, run.Out, run.Error) = (app.Services, said, said);
            Assert.Equal(0, await run.Command.RunAsync(run, CancellationToken.None));
        }
        finally
        {
            Directory.Delete(Path.GetDirectoryName(file)!, recursive: true);
        }
        var ines = app.As(World.Ines);
        await ines.PageAsync(Previews);
        await DraftAsync(app, "when amount > 500 MXN and velocity.email.count_24h >= 2 then review");
        var results = new List<string>();
        foreach (var scope in scopes)
        {
            var ended = await RunAsync(app, ines, scope);
            Assert.Equal(RunState.Done, ended.State);
            results.Add(ended.Result!);
        }
        Assert.Equal(isKept, app.Services.GetRequiredService<RunSimulations>().ResidentBytes > 0);
        Assert.Equal(payments, Sums(await RunAsync(app, ines)).Judged);
        return results;
    }
}
