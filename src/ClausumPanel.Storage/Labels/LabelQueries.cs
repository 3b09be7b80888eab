using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Storage.Labels;

/// <summary>What an assessment turned out to be.</summary>
public readonly record struct Outcome(long Seq, LabelOutcome Label);

/// <param name="Day">Days since 1970-01-01 in UTC, of the payments.</param>
public readonly record struct LabelDay(int Day, long Fraud, long Good);

/// <param name="All">Live assessments of the period.</param>
/// <param name="Ripe">Those of them old enough that most labels that will ever come have come.</param>
/// <param name="Labelled">With a label.</param>
/// <param name="Conflicts">Labelled, and the sources disagree.</param>
public readonly record struct LabelCoverage(long All, long Ripe, long Labelled, long Fraud, long Good, long Conflicts)
{
    public double Share => All == 0 ? 0 : Labelled / (double)All;
}

/// <summary>What the assessments that a signal or a rule hit turned out to be, as far as anybody said.</summary>
/// <param name="Labelled">With a label.</param>
/// <param name="Fraud">Of those, fraud.</param>
/// <param name="Outside">Of the labelled, those by the word of somebody outside: a bank, a report, a customer. The others are what analysts decided here.</param>
/// <param name="OutsideFraud">Of those, fraud.</param>
public readonly record struct SignalLabels(long Labelled, long Fraud, long Outside, long OutsideFraud)
{
    public long Own => Labelled - Outside;
    public long OwnFraud => Fraud - OutsideFraud;

    /// <summary>Those from outside alone, where there are any: who approves what a signal holds would else make it look mistaken.</summary>
    public SignalLabels Counted() => Outside == 0 ? this : new(Outside, OutsideFraud, Outside, OutsideFraud);

    public static SignalLabels operator +(SignalLabels a, SignalLabels b) => Add(a, b);

    public static SignalLabels Add(SignalLabels a, SignalLabels b) => new(a.Labelled + b.Labelled, a.Fraud + b.Fraud, a.Outside + b.Outside, a.OutsideFraud + b.OutsideFraud);

    internal static SignalLabels Of(LabelOutcome outcome, bool isOwn, long count) => new(count, outcome == LabelOutcome.Fraud ? count : 0, isOwn ? 0 : count, outcome == LabelOutcome.Fraud && !isOwn ? count : 0);

    internal SignalLabels With(LabelOutcome outcome, LabelSource source)
    {
        var (fraud, outside) = (outcome == LabelOutcome.Fraud ? 1 : 0, source == LabelSource.Analyst ? 0 : 1);
        return new SignalLabels(Labelled + 1, Fraud + fraud, Outside + outside, OutsideFraud + (fraud & outside));
    }
}

/// <summary>The ledger asked.</summary>
public static class LabelQueries
{
    /// <summary>Chargebacks take their time: the absence of a label says little about a payment younger than this.</summary>
    public const int RipeAfterDays = 60;

    /// <summary>Under so many labelled frauds a rate says nothing.</summary>
    public const int Enough = 30;

    public static bool IsRipe(long at, DateTimeOffset now) => at <= now.AddDays(-RipeAfterDays).ToUnixTimeMilliseconds();

    /// <summary>What the assessments of a stretch of the log turned out to be, sorted by their place; those without a label are not among them.</summary>
    /// <param name="db">The store.</param>
    /// <param name="fromSeq">The first place.</param>
    /// <param name="toSeq">The last place.</param>
    /// <param name="asOf">Only what was known then; null: what holds now.</param>
    /// <param name="stop">Ends it early.</param>
    public static async Task<List<Outcome>> EffectiveAsync(PanelDb db, long fromSeq, long toSeq, DateTimeOffset? asOf = null, CancellationToken stop = default)
    {
        if (asOf is not { } at)
            return await db.Set<CurrentLabel>().AsNoTracking().Where(l => l.Seq >= fromSeq && l.Seq <= toSeq).OrderBy(l => l.Seq).Select(l => new Outcome(l.Seq, l.Outcome)).ToListAsync(stop);
        var found = new List<Outcome>();
        var rows = new List<Label>();
        await foreach (var row in db.Set<Label>().AsNoTracking().Where(l => l.Seq >= fromSeq && l.Seq <= toSeq && l.KnownAt <= at).OrderBy(l => l.Seq).ThenBy(l => l.Number).AsAsyncEnumerable().WithCancellation(stop))
        {
            if (rows.Count > 0 && rows[0].Seq != row.Seq) Conclude();
            rows.Add(row);
        }
        Conclude();
        return found;

        void Conclude()
        {
            if (rows.Count > 0 && LabelRanking.Of(rows, at).Effective is { } effective) found.Add(new Outcome(effective.Seq, effective.Outcome));
            rows.Clear();
        }
    }

    /// <summary>The places of the log whose payments were between two instants; empty (from behind to) when there are none. What is not folded yet is left out.</summary>
    public static async Task<(long From, long To)> SeqsAsync(PanelDb db, DateTimeOffset from, DateTimeOffset to, CancellationToken stop = default)
    {
        var (first, last) = (from.ToUnixTimeMilliseconds(), to.ToUnixTimeMilliseconds());
        var rows = db.Set<AssessmentRow>().Where(r => r.At >= first && r.At < last);
        var low = await rows.MinAsync(r => (long?)r.Seq, stop);
        return low is null ? (1, 0) : (low.Value, await rows.MaxAsync(r => r.Seq, stop));
    }

    /// <summary>The rows of one assessment, oldest first.</summary>
    public static Task<List<Label>> HistoryAsync(PanelDb db, long seq, CancellationToken stop = default) =>
        db.Set<Label>().AsNoTracking().Where(l => l.Seq == seq).OrderBy(l => l.Number).ToListAsync(stop);

    /// <summary>Of which of these somebody stands by it that nobody can tell.</summary>
    public static Task<HashSet<long>> InconclusiveAsync(PanelDb db, IReadOnlyCollection<long> seqs, CancellationToken stop = default) =>
        db.Set<Label>().Where(l => seqs.Contains(l.Seq) && l.Outcome == LabelOutcome.Inconclusive && l.Reverses == null && !db.Set<Label>().Any(o => o.Reverses == l.Number)).Select(l => l.Seq).ToHashSetAsync(stop);

    /// <summary>How many of each day's payments turned out to be what, between two instants.</summary>
    public static async Task<List<LabelDay>> DaysAsync(PanelDb db, DateTimeOffset from, DateTimeOffset to, CancellationToken stop = default)
    {
        var (first, last) = (from.ToUnixTimeMilliseconds(), to.ToUnixTimeMilliseconds());
        var days = await db.Set<CurrentLabel>().Where(l => l.At >= first && l.At < last).GroupBy(l => l.At / 86_400_000)
            .Select(g => new { g.Key, Fraud = g.LongCount(l => l.Outcome == LabelOutcome.Fraud), All = g.LongCount() }).ToListAsync(stop);
        return [.. days.OrderBy(d => d.Key).Select(d => new LabelDay((int)d.Key, d.Fraud, d.All - d.Fraud))];
    }

    /// <summary>How much of the live payments between two instants has a label.</summary>
    public static async Task<LabelCoverage> CoverageAsync(PanelDb db, DateTimeOffset from, DateTimeOffset to, DateTimeOffset now, CancellationToken stop = default)
    {
        var (first, last) = (from.ToUnixTimeMilliseconds(), to.ToUnixTimeMilliseconds());
        var ripe = Math.Min(last, now.AddDays(-RipeAfterDays).ToUnixTimeMilliseconds());
        // Days are counted already; only whole ones, so the edges of a period are the days they lie in.
        var (firstDay, lastDay, ripeDay) = ((int)(first / 86_400_000), (int)((last - 1) / 86_400_000), (int)(ripe / 86_400_000));
        var all = await db.Set<ScoreDay>().Where(d => d.Day >= firstDay && d.Day <= lastDay).SumAsync(d => (long)d.Count, stop);
        var old = await db.Set<ScoreDay>().Where(d => d.Day >= firstDay && d.Day < ripeDay).SumAsync(d => (long)d.Count, stop);
        var labels = await db.Set<CurrentLabel>().Where(l => l.At >= first && l.At < last).GroupBy(l => new { l.Outcome, l.IsConflicted }).Select(g => new { g.Key, Count = g.LongCount() }).ToListAsync(stop);
        var fraud = labels.Where(l => l.Key.Outcome == LabelOutcome.Fraud).Sum(l => l.Count);
        var labelled = labels.Sum(l => l.Count);
        return new LabelCoverage(all, old, labelled, fraud, labelled - fraud, labels.Where(l => l.Key.IsConflicted).Sum(l => l.Count));
    }

    /// <summary>By decision: what the labelled payments between two instants turned out to be, and by whose word.</summary>
    public static async Task<Dictionary<Decision, SignalLabels>> DecisionsAsync(PanelDb db, DateTimeOffset from, DateTimeOffset to, CancellationToken stop = default)
    {
        var (first, last) = (from.ToUnixTimeMilliseconds(), to.ToUnixTimeMilliseconds());
        var counts = await db.Set<CurrentLabel>().Where(l => l.At >= first && l.At < last && l.Currency != "").GroupBy(l => new { l.Decision, l.Outcome, IsOwn = l.Source == LabelSource.Analyst }).Select(g => new { g.Key, Count = g.LongCount() }).ToListAsync(stop);
        return counts.GroupBy(c => c.Key.Decision).ToDictionary(g => g.Key, g => g.Select(c => SignalLabels.Of(c.Key.Outcome, c.Key.IsOwn, c.Count)).Aggregate(SignalLabels.Add));
    }

    /// <summary>Per signal, by its stable number: in how many labelled payments between two instants it fired, in how many frauds, and by whose word. Hits are counted by day elsewhere.</summary>
    public static async Task<Dictionary<int, SignalLabels>> SignalsAsync(PanelDb db, DateTimeOffset from, DateTimeOffset to, CancellationToken stop = default) =>
        (await SignalsByFlowAsync(db, from, to, stop)).GroupBy(c => c.Key.Signal).ToDictionary(g => g.Key, g => g.Select(c => c.Value).Aggregate(SignalLabels.Add));

    /// <summary>The same for payments and payouts apart.</summary>
    public static async Task<Dictionary<(Flow Flow, int Signal), SignalLabels>> SignalsByFlowAsync(PanelDb db, DateTimeOffset from, DateTimeOffset to, CancellationToken stop = default)
    {
        var (first, last) = (from.ToUnixTimeMilliseconds(), to.ToUnixTimeMilliseconds());
        var counts = new Dictionary<(Flow, int), SignalLabels>();
        var hits = new SignalHit[Assessment.MostSignals];
        var seen = new HashSet<int>();
        var rows = Labelled(db, first, last);
        await foreach (var row in rows.AsAsyncEnumerable().WithCancellation(stop))
        {
            seen.Clear();
            var count = SignalHits.Read(row.Signals, hits);
            for (var i = 0; i < count; i++)
            {
                var id = SignalCatalog.All[hits[i].Signal].Id;
                if (!seen.Add(id)) continue;
                counts[(row.Flow, id)] = counts.GetValueOrDefault((row.Flow, id)).With(row.Outcome, row.Source);
            }
        }
        return counts;
    }

    /// <summary>Per version of the policy and place of a rule in it: in how many labelled payments between two instants it hit, in how many frauds, and by whose word.</summary>
    public static async Task<Dictionary<(int Version, int Rule), SignalLabels>> RulesAsync(PanelDb db, DateTimeOffset from, DateTimeOffset to, CancellationToken stop = default)
    {
        var counts = new Dictionary<(int, int), SignalLabels>();
        var hits = new RuleHit[Assessment.MostRules];
        await foreach (var row in Labelled(db, from.ToUnixTimeMilliseconds(), to.ToUnixTimeMilliseconds()).AsAsyncEnumerable().WithCancellation(stop))
        {
            var count = SignalHits.ReadRules(row.Signals, hits);
            for (var i = 0; i < count; i++)
            {
                var key = (row.PolicyVersion, (int)hits[i].Rule);
                counts[key] = counts.GetValueOrDefault(key).With(row.Outcome, row.Source);
            }
        }
        return counts;
    }

    private static IQueryable<LabelledRow> Labelled(PanelDb db, long first, long last) =>
        from label in db.Set<CurrentLabel>().AsNoTracking()
        where label.At >= first && label.At < last && label.Currency != ""
        select new LabelledRow(label.Flow, label.Outcome, label.Source, label.PolicyVersion, label.Signals);

    private sealed record LabelledRow(Flow Flow, LabelOutcome Outcome, LabelSource Source, int PolicyVersion, byte[] Signals);
}
