using System.Net;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Metrics;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Storage.Velocity;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Reviews;

/// <summary>Which label a decision writes, and that one which nobody can give counts nowhere.</summary>
public sealed class DecisionLabelTests : DecisionLabelStories
{
    private const string Queue = "/dashboard/reviews";

    protected override PanelApp Make() => new();

    [Fact] public Task A_decision_is_labelled_as_its_reason_says_or_as_whoever_decides_does_and_what_nobody_can_tell_counts_nowhere() => LabelledAsync();

    [Fact] public Task What_is_undone_or_opened_again_is_labelled_anew_and_twice_the_same_is_once() => UndoneAsync();

    [Fact] public Task What_others_say_stands_beside_it_as_if_it_were_not_there() => BesideAsync();

    [Fact] public Task Of_two_the_one_who_decides_in_the_end_labels_it() => SecondAsync();

    [Fact]
    public async Task Whoever_declines_for_another_reason_says_what_it_was()
    {
        await using var world = await StartAsync(1);
        var (maria, item) = (world.App.As(World.Maria), await AddressAsync(world, 1));
        using (await maria.SubmitAsync(item, "form[action*=Take]")) { }
        var page = await maria.PageAsync(item);
        Assert.Equal(["Fraud", "Inconclusive"], page.QuerySelectorAll(".reasons[data-outcome=Decline] [name='Input.Label']").Select(i => i.GetAttribute("value")));
        Assert.Equal([("payer_unreachable", "Inconclusive"), ("stolen_card", "Fraud"), ("other", "")],
            ((string[])["payer_unreachable", "stolen_card", "other"]).Select(r => (r, page.QuerySelector($"[name='Input.DeclineReason'][value={r}]")!.GetAttribute("data-label"))));
        Assert.Empty(page.QuerySelectorAll("[name='Input.Label'][checked]"));
        (string, string)[] said = [("Input.Outcome", "Decline"), ("Input.DeclineReason", "other"), ("Input.Note", "A reason of its own")];
        using var refused = await maria.SubmitAsync(item, "#decide", said);
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "Elija la etiqueta: fraude o no concluyente."), (refused.StatusCode, (await refused.HtmlAsync()).QuerySelector("#refused")!.TextContent));
        using var decided = await maria.SubmitAsync(item, "#decide", [.. said, ("Input.Label", "Inconclusive")]);
        Assert.Equal(HttpStatusCode.Redirect, decided.StatusCode);
        // Though it is not written down yet.
        Assert.EndsWith(" · etiqueta: no concluyente · este caso", (await maria.PageAsync(item)).QuerySelector(".strip .is-here")!.GetAttribute("title"), StringComparison.Ordinal);
        Settle(world);
        await world.SettleAsync();
        page = await maria.PageAsync(item);
        Assert.StartsWith("Rechazada · Otro motivo · etiqueta: no concluyente", page.QuerySelector("#state-said")!.TextContent, StringComparison.Ordinal);
        Assert.Contains(page.QuerySelectorAll(".timeline-list li"), li => li.TextContent.Contains("Rechazar · Otro motivo · etiqueta: no concluyente · María Analiza", StringComparison.Ordinal));
        Assert.Null((await maria.PageAsync(Queue)).QuerySelector("[data-labelled]"));
        var payment = await maria.PageAsync(item.Replace("reviews", "transactions", StringComparison.Ordinal));
        Assert.StartsWith("No concluyente: ni fraude ni legítimo, según se decidió.", payment.QuerySelector("[aria-labelledby=labels] p.text-secondary")!.TextContent, StringComparison.Ordinal);
        Assert.EndsWith("no concluyente: ni fraude ni legítimo, según se decidió · este caso", payment.QuerySelector(".strip .is-here")!.GetAttribute("title"), StringComparison.Ordinal);
        Assert.StartsWith("No concluyente · Analista · Otro motivo", string.Join(' ', payment.QuerySelector(".label-list li")!.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Many_at_once_are_labelled_alike()
    {
        await using var world = await StartAsync(4);
        var admin = world.App.As(World.Ines);
        var token = (await admin.PageAsync($"{Queue}/bulk?seqs=1")).QuerySelector("#bulk-form [name=__RequestVerificationToken]")!.GetAttribute("value")!;
        Task<HttpResponseMessage> SendAsync(long seq, string verdict, string? label) => admin.PostAsync($"{Queue}/bulk?handler=Decide", new FormUrlEncodedContent(
            [new("__RequestVerificationToken", token), new("Verdict", verdict), new("Note", "Said together"), new("Label", label ?? ""), new("seqs", seq.ToString(System.Globalization.CultureInfo.InvariantCulture))]));
        using var refused = await SendAsync(1, "Decline:other", null);
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "Elija la etiqueta: fraude o no concluyente."), (refused.StatusCode, (await refused.HtmlAsync()).QuerySelector(".alert-danger")!.TextContent));
        foreach (var (seq, verdict, label, said) in ((long, string, string?, string)[])[
            (1, "Decline:other", "Inconclusive", "Otro motivo · etiqueta: no concluyente"), (2, "Decline:payer_unreachable", null, "No se localiza al pagador · etiqueta: no concluyente"),
            (3, "Decline:stolen_card", "Inconclusive", "Tarjeta robada · etiqueta: no concluyente"), (4, "Approve:known_customer", "Fraud", "Cliente conocido · etiqueta: legítimo")])
        {
            using var answer = await SendAsync(seq, verdict, label);
            Assert.Contains(said, (await admin.PageAsync(answer.Headers.Location!.OriginalString)).QuerySelector($"tr[data-seq='{seq}'] [data-outcome]")!.TextContent, StringComparison.Ordinal);
        }
        Settle(world);
        await world.SettleAsync();
        Assert.Equal([LabelOutcome.Inconclusive, LabelOutcome.Inconclusive, LabelOutcome.Inconclusive, LabelOutcome.Good], await world.App.InDbAsync(db => db.Set<Label>().OrderBy(l => l.Seq).Select(l => l.Outcome).ToListAsync()));
    }

    [Fact]
    public async Task A_decline_that_said_nothing_is_overturned_all_the_same_once_it_was_good()
    {
        await using var world = await StartAsync(2);
        var maria = await world.PersonAsync(World.Maria);
        foreach (var seq in (long[])[1, 2]) await DecideAsync(world, maria, seq, new(ReviewOutcome.Decline, "payer_unreachable"));
        Settle(world);
        await world.SettleAsync();
        var at = TestClock.Start.ToUnixTimeMilliseconds();
        await world.DoAsync<RecordLabels, IReadOnlyList<LabelWritten>>(r => r.AddAsync([new(1, at, LabelOutcome.Good, LabelSource.Chargeback), new(2, at, LabelOutcome.Fraud, LabelSource.Chargeback)], LabelChannel.Panel, Actor.System, null, default));
        world.App.Clock.Advance(TimeSpan.FromMinutes(1));
        var page = await world.App.As(World.Ines).PageAsync($"{Queue}/quality");
        var figures = page.QuerySelector("tr[data-figures='1']")!;
        Assert.Equal(("2", "1", "1"), (figures.GetAttribute("data-judged"), figures.GetAttribute("data-overturned"), figures.GetAttribute("data-declined-good")));
    }

    private static async Task<string> AddressAsync(ReviewWorld world, long seq) => $"{Queue}/{await world.App.InDbAsync(db => db.Set<StoredAssessment>().Where(a => a.Seq == seq).Select(a => a.Id).SingleAsync())}";
}

public sealed class PostgresDecisionLabelTests : DecisionLabelStories
{
    protected override PanelApp Make() => new PostgresPanelApp();

    [PostgresFact] public Task A_decision_is_labelled_as_its_reason_says_or_as_whoever_decides_does_and_what_nobody_can_tell_counts_nowhere() => LabelledAsync();

    [PostgresFact] public Task What_is_undone_or_opened_again_is_labelled_anew_and_twice_the_same_is_once() => UndoneAsync();

    [PostgresFact] public Task What_others_say_stands_beside_it_as_if_it_were_not_there() => BesideAsync();

    [PostgresFact] public Task Of_two_the_one_who_decides_in_the_end_labels_it() => SecondAsync();
}

public abstract class DecisionLabelStories
{
    protected abstract PanelApp Make();

    protected async Task LabelledAsync()
    {
        (ReviewVerdict Verdict, LabelOutcome? Label)[] all =
        [
            .. ReviewReasons.Decline.Select(reason => (new ReviewVerdict(ReviewOutcome.Decline, reason, "A note"), (LabelOutcome?)(reason is "payer_unreachable" or "reseller_abuse" or "against_policy" ? LabelOutcome.Inconclusive : LabelOutcome.Fraud))),
            (new(ReviewOutcome.Decline, "stolen_card", Label: LabelOutcome.Inconclusive), LabelOutcome.Inconclusive), (new(ReviewOutcome.Decline, "payer_unreachable", Label: LabelOutcome.Fraud), LabelOutcome.Fraud),
            (new(ReviewOutcome.Decline, "other", "A note", Label: LabelOutcome.Inconclusive), LabelOutcome.Inconclusive), (new(ReviewOutcome.Approve, "known_customer"), LabelOutcome.Good), (new(ReviewOutcome.Challenge, "confirm_card"), null),
        ];
        await using var world = await StartAsync(all.Length);
        var maria = await world.PersonAsync(World.Maria);
        foreach (var (place, (verdict, _)) in all.Index()) await DecideAsync(world, maria, place + 1, verdict);
        foreach (var wrong in (ReviewVerdict[])[new(ReviewOutcome.Approve, "known_customer", Label: LabelOutcome.Fraud), new(ReviewOutcome.Challenge, "confirm_card", Label: LabelOutcome.Inconclusive), new(ReviewOutcome.Decline, "stolen_card", Label: LabelOutcome.Good)])
        {
            await world.HoldAsync(1);
            await world.FoldedAsync();
            Assert.Equal(DecideReviews.LabelWithDecline, (await world.DecideAsync(maria, (await world.NextAsync(maria))!.Value, wrong)).Refusal);
        }
        Settle(world);
        await world.SettleAsync();

        var rows = await world.App.InDbAsync(db => db.Set<Label>().AsNoTracking().OrderBy(l => l.Seq).ToListAsync());
        var said = all.Index().Where(a => a.Item.Label is not null).Select(a => ((long)a.Index + 1, a.Item.Label!.Value, LabelSource.Analyst, a.Item.Verdict.Reason, a.Item.Verdict.Note)).ToList();
        Assert.Equal(said, rows.Select(l => (l.Seq, l.Outcome, l.Source, l.Reason, l.Note)));
        var counted = said.Where(s => s.Value != LabelOutcome.Inconclusive).Select(s => (s.Item1, s.Value)).ToList();
        var holds = await world.App.InDbAsync(db => db.Set<CurrentLabel>().AsNoTracking().OrderBy(l => l.Seq).ToListAsync());
        Assert.Equal(counted, holds.Select(l => (l.Seq, l.Outcome)));
        Assert.DoesNotContain(holds, l => l.IsConflicted);
        foreach (var asOf in (DateTimeOffset?[])[null, world.App.Clock.GetUtcNow()])
            Assert.Equal(counted, (await world.App.InDbAsync(db => LabelQueries.EffectiveAsync(db, 1, all.Length, asOf))).Select(l => (l.Seq, l.Label)));
        var frauds = counted.Count(c => c.Value == LabelOutcome.Fraud);
        var coverage = await world.App.InDbAsync(db => LabelQueries.CoverageAsync(db, TestClock.Start.AddDays(-1), TestClock.Start.AddDays(1), TestClock.Start));
        Assert.Equal((counted.Count, frauds, 1, 0), (coverage.Labelled, coverage.Fraud, coverage.Good, coverage.Conflicts));
        var day = (int)(TestClock.Start.ToUnixTimeMilliseconds() / 86_400_000);
        var quality = await world.App.InDbAsync(db => DecisionQuality.OfAsync(db, day - 1, day + 2, default));
        Assert.Equal((frauds, 1L), ((int)quality.Whole.Fraud, quality.Whole.Good));
        Assert.All(await world.App.InDbAsync(db => new RollupCheck(db, world.App.Services.GetRequiredService<StorageChoice>(), world.App.Clock).VerifyAsync(_ => { }, default)), d => Assert.True(d.IsNone, $"{d}"));

        // The payer's history, now and after a restart.
        var now = world.App.Services.GetRequiredService<AssessService>().Memory!;
        var restarted = await world.App.InDbAsync(db => AssessmentMemory.LoadAsync(db, world.App.Clock.GetUtcNow(), default));
        foreach (var (seq, label, _, _, _) in said)
            foreach (var memory in (AssessmentMemory[])[now, restarted]) Assert.Equal((seq, label == LabelOutcome.Fraud ? 1 : 0), (seq, Reported(memory, $"payer{seq}@held.example")));
        Assert.Equal(said.Count, await world.App.InDbAsync(db => db.AuditEntries.CountAsync(e => e.Action == AuditActions.LabelWritten)));
        Assert.Equal(said.Count(s => s.Value == LabelOutcome.Inconclusive), await world.App.InDbAsync(db => db.AuditEntries.CountAsync(e => e.Action == AuditActions.LabelWritten && e.After!.Contains("inconclusive"))));
    }

    protected async Task UndoneAsync()
    {
        await using var world = await StartAsync(1);
        var maria = await world.PersonAsync(World.Maria);
        var lease = await DecideAsync(world, maria, 1, new(ReviewOutcome.Decline, "stolen_card", Label: LabelOutcome.Inconclusive));
        Assert.True((await world.DecideAsync(maria, lease, new(ReviewOutcome.Decline, "stolen_card", Label: LabelOutcome.Inconclusive))).IsDone);
        Assert.Equal(DecideReviews.DecidedAlready, (await world.DecideAsync(maria, lease, new(ReviewOutcome.Decline, "stolen_card"))).Refusal);
        Assert.Equal(LabelOutcome.Inconclusive, await LabelAsync(world));
        var (again, undone) = await world.DoAsync<UndoReviews, (ReviewLease? Lease, ReviewAnswer Answer)>(d => d.UndoAsync(maria, 1, default));
        Assert.True(undone.IsDone);
        Assert.Null(await LabelAsync(world));
        Settle(world);
        await world.SettleAsync();
        Assert.Empty(await LedgerAsync(world));
        Assert.True((await world.DecideAsync(maria, again!.Value, new(ReviewOutcome.Decline, "stolen_card"))).IsDone);
        Settle(world);
        await world.SettleAsync();
        Assert.Equal(["Fraud"], await LedgerAsync(world));
        Assert.Equal(1, await world.App.InDbAsync(db => db.Set<CurrentLabel>().CountAsync(l => l.Outcome == LabelOutcome.Fraud)));

        // Opened again the fraud is taken back, and whoever then cannot say says nothing.
        var labels = world.App.Services.CreateScope().ServiceProvider.GetRequiredService<RecordLabels>();
        async Task ReopenAsync() => Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.ReopenAsync(maria, 1, "Nobody can tell", labels, default))).IsDone);
        await ReopenAsync();
        Assert.Null(await LabelAsync(world));
        await DecideAsync(world, maria, 1, new(ReviewOutcome.Decline, "payer_unreachable"));
        Settle(world);
        await world.SettleAsync();
        Assert.Equal(["Fraud", "Fraud taken back", "Inconclusive"], await LedgerAsync(world));
        Assert.Equal(0, await world.App.InDbAsync(db => db.Set<CurrentLabel>().CountAsync()));
        await ReopenAsync();
        await DecideAsync(world, maria, 1, new(ReviewOutcome.Approve, "known_customer"));
        Settle(world);
        await world.SettleAsync();
        Assert.Equal(["Fraud", "Fraud taken back", "Inconclusive", "Inconclusive taken back", "Good"], await LedgerAsync(world));
        Assert.Equal((LabelOutcome.Good, false), await world.App.InDbAsync(db => db.Set<CurrentLabel>().Select(l => new ValueTuple<LabelOutcome, bool>(l.Outcome, l.IsConflicted)).SingleAsync()));
        Assert.All(await world.App.InDbAsync(db => new RollupCheck(db, world.App.Services.GetRequiredService<StorageChoice>(), world.App.Clock).VerifyAsync(_ => { }, default)), d => Assert.True(d.IsNone, $"{d}"));
    }

    protected async Task BesideAsync()
    {
        await using var world = await StartAsync(3);
        var (maria, at) = (await world.PersonAsync(World.Maria), TestClock.Start.ToUnixTimeMilliseconds());
        Task SayAsync(params NewLabel[] said) => world.DoAsync<RecordLabels, IReadOnlyList<LabelWritten>>(r => r.AddAsync(said, LabelChannel.Api, maria.Who, null, default));
        await SayAsync(new(1, at, LabelOutcome.Fraud, LabelSource.Analyst), new NewLabel(2, at, LabelOutcome.Good, LabelSource.Customer));
        foreach (var seq in (long[])[1, 2, 3]) await DecideAsync(world, maria, seq, new(ReviewOutcome.Decline, "against_policy"));
        Settle(world);
        await world.SettleAsync();
        Assert.Equal([(1L, LabelOutcome.Fraud, LabelSource.Analyst, false), (2L, LabelOutcome.Good, LabelSource.Customer, false)], await HeldAsync());
        // Whatever is said later holds, and disagrees with nobody.
        await SayAsync(new NewLabel(3, at, LabelOutcome.Good, LabelSource.Customer));
        Assert.Equal((3L, LabelOutcome.Good, LabelSource.Customer, false), (await HeldAsync())[2]);

        async Task<List<(long, LabelOutcome, LabelSource, bool)>> HeldAsync() =>
            [.. (await world.App.InDbAsync(db => db.Set<CurrentLabel>().AsNoTracking().OrderBy(l => l.Seq).ToListAsync())).Select(l => (l.Seq, l.Outcome, l.Source, l.IsConflicted))];
    }

    protected async Task SecondAsync()
    {
        await using var world = await StartAsync(2);
        await world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == 1).ExecuteUpdateAsync(q => q.SetProperty(x => x.SecondAbove, ReviewQueue.Write(new Dictionary<string, long> { ["MXN"] = 1 }))));
        var (maria, tomas) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Tomas));
        ReviewVerdict fraud = new(ReviewOutcome.Decline, "stolen_card"), unknown = new(ReviewOutcome.Decline, "stolen_card", Label: LabelOutcome.Inconclusive);
        await DecideAsync(world, maria, 1, unknown);
        await DecideAsync(world, maria, 2, fraud);
        Settle(world);
        await DecideAsync(world, tomas, 1, fraud);
        await DecideAsync(world, tomas, 2, unknown);
        Settle(world);
        await world.SettleAsync();
        Assert.Equal([(1L, LabelOutcome.Fraud), (2L, LabelOutcome.Inconclusive)], (await world.App.InDbAsync(db => db.Set<Label>().OrderBy(l => l.Seq).ToListAsync())).Select(l => (l.Seq, l.Outcome)));
        Assert.Equal([(1L, LabelOutcome.Inconclusive), (1L, LabelOutcome.Fraud), (2L, LabelOutcome.Fraud), (2L, LabelOutcome.Inconclusive)],
            (await world.App.InDbAsync(db => db.Set<ReviewEvent>().Where(e => e.Label != null).OrderBy(e => e.Seq).ThenBy(e => e.Version).ToListAsync())).Select(e => (e.Seq, e.Label!.Value)));
    }

    private protected static void Settle(ReviewWorld world) => world.App.Clock.Advance(TimeSpan.FromSeconds(9));

    private protected async Task<ReviewWorld> StartAsync(int count)
    {
        var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(count);
        await world.FoldedAsync();
        return world;
    }

    private protected static async Task<ReviewLease> DecideAsync(ReviewWorld world, Reviewer who, long seq, ReviewVerdict verdict)
    {
        var (lease, taken) = await world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer Answer)>(l => l.TakeAsync(who, seq, default));
        Assert.True(taken.IsDone, taken.Refusal);
        var answer = await world.DecideAsync(who, lease!.Value, verdict);
        Assert.True(answer.IsDone, answer.Refusal);
        return lease.Value;
    }

    private static Task<LabelOutcome?> LabelAsync(ReviewWorld world) => world.App.InDbAsync(db => db.Set<Review>().Where(r => r.Seq == 1).Select(r => r.Label).SingleAsync());

    private static async Task<IEnumerable<string>> LedgerAsync(ReviewWorld world) => (await world.App.InDbAsync(db => db.Set<Label>().OrderBy(l => l.Number).ToListAsync())).Select(l => l.Outcome + (l.Reverses is null ? "" : " taken back"));

    private static int Reported(AssessmentMemory memory, string email)
    {
        var (facts, keys) = (new Facts(), new EntityKeys());
        keys[(int)EntityKind.Email] = memory.Hasher.Key(EntityKind.Email, email);
        memory.Velocity.Undo(memory.Velocity.Observe(new Observation { At = TestClock.Start.AddDays(1).ToUnixTimeMilliseconds(), Currency = "MXN", Amount = 1, Last4 = -1, Keys = keys }, facts));
        return (int)facts.Number(FactCatalog.History(EntityKind.Email, HistoryPart.Reported));
    }
}
