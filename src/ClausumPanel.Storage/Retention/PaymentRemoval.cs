using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Metrics;
using ClausumPanel.Storage.Reviews;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ClausumPanel.Storage.Retention;

/// <summary>
/// Removes payments with everything that finds them, their reviews and the reports about them. Sums stay as they are, and what was summed nowhere is summed now; labels stay, which name nobody and are what quality is
/// read from; so do the hashed keys of payments that turned out to be fraud.
/// </summary>
/// <param name="db">The store.</param>
/// <param name="before">The beginning of a UTC day: days are counted whole. Null: nothing is removed.</param>
/// <param name="since">A case or dispute that was closed from then on still needs its payments.</param>
public sealed class PaymentRemoval(PanelDb db, DateTimeOffset? before, DateTimeOffset since) : RetentionStep(db)
{
    // Texts lie together by segments of the log, each of which is read through once.
    private const int MostSegments = 4;

    private readonly long _before = before?.ToUnixTimeMilliseconds() ?? long.MinValue;
    private (long At, long Seq) _after = (long.MinValue, 0);
    private List<AssessmentRow> _rows = [];
    private Dictionary<long, Judged> _judged = [];

    private sealed record Judged(long Seq, Guid Id, int PolicyVersion, byte[] Signals, long? Replaces);

    public override KeptData What => KeptData.Payments;

    public override DateTimeOffset? Before => before;

    public override async Task<bool> LookAsync(int most, CancellationToken stop)
    {
        if (before is null) return false;
        var (at, seq) = _after;
        var rows = await Db.Set<AssessmentRow>().AsNoTracking().Where(r => r.At >= at && r.At < _before && (r.At > at || r.Seq > seq)).OrderBy(r => r.At).ThenBy(r => r.Seq).Take(most).ToListAsync(stop);
        var segments = new HashSet<long>();
        _rows = [.. rows.TakeWhile(r => segments.Add(AssessmentTerm.SegmentOf(r.Seq)) ? segments.Count <= MostSegments : true)];
        var seqs = Seqs(_rows);
        _judged = await Db.Set<StoredAssessment>().AsNoTracking().Where(a => seqs.Contains(a.Seq)).Select(a => new Judged(a.Seq, a.Id, a.PolicyVersion, a.Signals, a.Replaces)).ToDictionaryAsync(a => a.Seq, stop);
        return _rows.Count > 0;
    }

    public override async Task<long> RemoveAsync(CancellationToken stop)
    {
        // Whoever writes a label, a review's end or an event waits for this moment.
        await Db.LockLabelsAsync(stop);
        // Another node that was thought silent may have removed some of them meanwhile.
        var (last, seqs) = (_rows[^1], Seqs(_rows));
        var still = (await Db.Set<AssessmentRow>().Where(r => seqs.Contains(r.Seq)).Select(r => r.Seq).ToListAsync(stop)).ToHashSet();
        _rows.RemoveAll(r => !still.Contains(r.Seq));
        var held = await PaymentHolds.FindAsync(Db, _judged.ToDictionary(j => j.Key, j => j.Value.Id), since, stop);
        await HoldReplacingAsync(held, stop);
        foreach (var reason in held.Values) Hold(reason);
        var rows = _rows.Where(r => !held.ContainsKey(r.Seq)).ToList();
        _after = (last.At, last.Seq);
        if (rows.Count == 0) return 0;
        if (await MarkAsync(Db, RetentionMark.Payments, stop) is not { } mark || mark.At < _before) await MarkAsync(Db, RetentionMark.Payments, _before, 0, stop);
        await SumSeldomAsync(rows, stop);
        await DeleteHitsAsync(rows, stop);
        await DeleteAsync(rows, stop);
        return rows.Count;
    }

    public override async Task<DateTimeOffset?> OldestAsync(CancellationToken stop) =>
        await Db.Set<AssessmentRow>().MinAsync(r => (long?)r.At, stop) is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;

    /// <summary>Without the one that took its place, a held payment would count twice in its payer's history.</summary>
    private async Task HoldReplacingAsync(Dictionary<long, HoldReason> held, CancellationToken stop)
    {
        var replaced = _judged.Values.Where(j => j.Replaces is { } first && !_judged.ContainsKey(first)).Select(j => j.Replaces!.Value).ToArray();
        var there = replaced.Length == 0 ? [] : await Db.Set<AssessmentRow>().Where(r => replaced.Contains(r.Seq)).Select(r => r.Seq).ToListAsync(stop);
        foreach (var one in _judged.Values.OrderBy(j => j.Seq))
            if (one.Replaces is { } first && (held.ContainsKey(first) || there.Contains(first))) held.TryAdd(one.Seq, HoldReason.Replaced);
    }

    /// <summary>A sub-merchant that few payments name is counted by reading them: those that go are summed under its name.</summary>
    private async Task SumSeldomAsync(List<AssessmentRow> rows, CancellationToken stop)
    {
        var named = rows.Where(r => r.Submerchant.Length > 0).ToLookup(r => r.Submerchant);
        if (named.Count == 0) return;
        var names = named.Select(n => n.Key).ToArray();
        var seldom = await Db.Set<Submerchant>().Where(s => names.Contains(s.Name) && s.Count < Submerchant.Tallied).Select(s => s.Name).ToListAsync(stop);
        foreach (var group in named)
        {
            var (name, gone) = (group.Key, (long)group.Count());
            await Db.Set<Submerchant>().Where(s => s.Name == name).ExecuteUpdateAsync(s => s.SetProperty(x => x.Removed, x => x.Removed + gone), stop);
        }
        if (seldom.Count == 0) return;
        var seqs = Seqs(rows);
        var labels = await Db.Set<CurrentLabel>().Where(l => seqs.Contains(l.Seq)).ToDictionaryAsync(l => l.Seq, l => l.Outcome, stop);
        var closed = await Db.Set<Review>().Where(r => seqs.Contains(r.Seq) && r.State == ReviewState.Closed).ToDictionaryAsync(r => r.Seq, r => r.Outcome, stop);
        using var tallies = new TallyWriter(Db.Database.GetDbConnection(), Db.Database.CurrentTransaction?.GetDbTransaction());
        foreach (var row in seldom.SelectMany(name => named[name]))
        {
            var scopes = TallyScope.OfSubmerchant(row.Channel, row.Submerchant);
            tallies.Add(row, scopes, FinalOutcomes.Of(row.Decision, closed.GetValueOrDefault(row.Seq)), labels.TryGetValue(row.Seq, out var label) ? label : null);
            tallies.AddValues(row, scopes);
        }
        tallies.Write();
    }

    /// <summary>What stands under a signal or a rule is found by what hit the payment.</summary>
    private async Task DeleteHitsAsync(List<AssessmentRow> rows, CancellationToken stop)
    {
        var (signals, rules) = (new Dictionary<int, List<long>>(), new Dictionary<long, List<long>>());
        var hits = new RuleHit[Assessment.MostRules];
        foreach (var row in rows)
        {
            for (var i = 0; i < row.Signals.Length; i += 2) Under(signals, System.Buffers.Binary.BinaryPrimitives.ReadUInt16LittleEndian(row.Signals.AsSpan(i)), row.Seq);
            if (!_judged.TryGetValue(row.Seq, out var its)) continue;
            var count = SignalHits.ReadRules(its.Signals, hits);
            for (var i = 0; i < count; i++) Under(rules, AssessmentRule.Of(its.PolicyVersion, hits[i].Rule), row.Seq);
        }
        foreach (var (signal, seqs) in signals) await Db.Set<AssessmentSignal>().Where(s => s.Signal == signal && seqs.Contains(s.Seq)).ExecuteDeleteAsync(stop);
        foreach (var (rule, seqs) in rules) await Db.Set<AssessmentRule>().Where(r => r.Rule == rule && seqs.Contains(r.Seq)).ExecuteDeleteAsync(stop);

        static void Under<TKey>(Dictionary<TKey, List<long>> all, TKey key, long seq) where TKey : notnull
        {
            if (!all.TryGetValue(key, out var its)) all[key] = its = [];
            its.Add(seq);
        }
    }

    private async Task DeleteAsync(List<AssessmentRow> rows, CancellationToken stop)
    {
        var seqs = Seqs(rows);
        foreach (var segment in rows.GroupBy(r => AssessmentTerm.SegmentOf(r.Seq)))
        {
            var (number, its) = (segment.Key, Seqs(segment));
            await Db.Set<AssessmentTerm>().Where(t => t.Segment == number && its.Contains(t.Seq)).ExecuteDeleteAsync(stop);
        }
        await Db.Set<ReviewEvent>().Where(e => seqs.Contains(e.Seq)).ExecuteDeleteAsync(stop);
        await Db.Set<Review>().Where(r => seqs.Contains(r.Seq)).ExecuteDeleteAsync(stop);
        await Db.Set<HeldFacts>().Where(h => seqs.Contains(h.Seq)).ExecuteDeleteAsync(stop);
        await Db.Set<MemoryRecord>().Where(m => seqs.Contains(m.Seq) && !Db.Set<CurrentLabel>().Any(l => l.Seq == m.Seq && (l.IsReported || l.IsDisputed))).ExecuteDeleteAsync(stop);
        // What is still remembered stays released as it was.
        await Db.Set<AssessmentRelease>().Where(r => seqs.Contains(r.Seq) && !Db.Set<MemoryRecord>().Any(m => m.Seq == r.Seq)).ExecuteDeleteAsync(stop);
        await Db.Set<AssessmentRow>().Where(r => seqs.Contains(r.Seq)).ExecuteDeleteAsync(stop);
        await Db.Set<StoredAssessment>().Where(a => seqs.Contains(a.Seq)).ExecuteDeleteAsync(stop);
        // The store lets a report go once its payment is gone.
        await Db.Set<FraudReport>().Where(r => seqs.Contains(r.Seq)).ExecuteDeleteAsync(stop);
    }

    private static long[] Seqs(IEnumerable<AssessmentRow> rows) => [.. rows.Select(r => r.Seq)];
}
