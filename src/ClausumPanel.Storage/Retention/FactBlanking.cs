using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Storage.Retention;

/// <summary>
/// Takes the facts about devices out of payments that are older than those are kept. What is looked at: payments that were held before, those that grew old since the last run, and what came to the log since then but is of
/// an earlier time.
/// </summary>
/// <param name="db">The store.</param>
/// <param name="before">Of the payments; null: nothing is taken out.</param>
/// <param name="since">A case or dispute that was closed from then on still needs its payments.</param>
public sealed class FactBlanking(PanelDb db, DateTimeOffset? before, DateTimeOffset since) : RetentionStep(db)
{
    private enum Phase
    {
        Begin, Held, Aged, Late, End, Over,
    }

    private readonly long _before = before?.ToUnixTimeMilliseconds() ?? long.MinValue;
    private readonly Facts _facts = new();
    private readonly byte[] _room = new byte[FactSnapshot.MostBytes];
    private Phase _phase;
    private (long At, long Seq) _mark = (long.MinValue, 0);
    private long _earlier, _logMark, _newest, _after;
    private List<(long Seq, long At)> _rows = [];
    private Dictionary<long, Stored> _stored = [];

    private sealed record Stored(long Seq, Guid Id, byte[] Facts, byte[] Request);

    public override KeptData What => KeptData.DeviceFacts;

    public override DateTimeOffset? Before => before;

    public override async Task<bool> LookAsync(int most, CancellationToken stop)
    {
        if (before is null) return false;
        if (_phase == Phase.Begin) await BeginAsync(stop);
        while (_phase < Phase.End)
        {
            var found = await (_phase switch
            {
                Phase.Held => Db.Set<HeldFacts>().Where(h => h.Seq > _after).Join(Db.Set<AssessmentRow>(), h => h.Seq, r => r.Seq, (_, r) => r).OrderBy(r => r.Seq),
                Phase.Aged => Db.Set<AssessmentRow>().Where(r => r.At >= _mark.At && r.At < _before && (r.At > _mark.At || r.Seq > _mark.Seq)).OrderBy(r => r.At).ThenBy(r => r.Seq),
                _ => Db.Set<AssessmentRow>().Where(r => r.Seq > _after && r.Seq <= _newest && r.At < _earlier).OrderBy(r => r.Seq),
            }).Take(most).Select(r => new { r.Seq, r.At }).ToListAsync(stop);
            _rows = found.ConvertAll(r => (r.Seq, r.At));
            if (_rows.Count > 0)
            {
                await LoadAsync(stop);
                return true;
            }
            _phase++;
            _after = _phase == Phase.Late ? _logMark : 0;
        }
        _rows = [];
        _stored = [];
        return _phase == Phase.End;
    }

    public override async Task<long> RemoveAsync(CancellationToken stop)
    {
        if (_phase == Phase.End)
        {
            await MarkAsync(Db, RetentionMark.FactsInLog, 0, _newest, stop);
            _phase = Phase.Over;
            return 0;
        }
        // A dispute or a case that is opened now sees them, or is seen.
        await Db.LockLabelsAsync(stop);
        var changed = _stored.Values.Select(s => (s.Seq, s.Id, Facts: DeviceFacts.Without(s.Facts, _facts, _room), Request: DeviceFacts.Without(s.Request))).Where(c => c.Facts is not null || c.Request is not null).ToList();
        var held = await PaymentHolds.FindAsync(Db, changed.ToDictionary(c => c.Seq, c => c.Id), since, stop);
        // What an earlier, shorter term had reached and today's has not waits like what is held.
        var young = _rows.Where(r => r.At >= _before).Select(r => r.Seq).ToHashSet();
        foreach (var (seq, reason) in held)
            if (!young.Contains(seq)) Hold(reason);
        var waiting = changed.Where(c => held.ContainsKey(c.Seq) || young.Contains(c.Seq)).Select(c => c.Seq).ToList();
        changed.RemoveAll(c => held.ContainsKey(c.Seq) || young.Contains(c.Seq));
        foreach (var (seq, _, facts, request) in changed)
        {
            var (newFacts, newRequest) = (facts ?? _stored[seq].Facts, request ?? _stored[seq].Request);
            await Db.Set<StoredAssessment>().Where(a => a.Seq == seq).ExecuteUpdateAsync(a => a.SetProperty(x => x.Facts, newFacts).SetProperty(x => x.Request, newRequest), stop);
        }
        await ForgetTermsAsync([.. changed.Select(c => c.Seq)], stop);
        await KeepHeldAsync(waiting, stop);
        _after = _rows[^1].Seq;
        if (_phase == Phase.Aged)
        {
            _mark = (_rows[^1].At, _rows[^1].Seq);
            await MarkAsync(Db, RetentionMark.Facts, _mark.At, _mark.Seq, stop);
        }
        return changed.Count;
    }

    /// <summary>What is kept in full begins after the last that was looked at; what is held before it is told of by itself.</summary>
    public override async Task<DateTimeOffset?> OldestAsync(CancellationToken stop)
    {
        var mark = await MarkAsync(Db, RetentionMark.Facts, stop);
        var (at, seq) = (mark?.At ?? long.MinValue, mark?.Seq ?? 0);
        return await Db.Set<AssessmentRow>().Where(r => r.At >= at && (r.At > at || r.Seq > seq)).MinAsync(r => (long?)r.At, stop) is { } oldest ? DateTimeOffset.FromUnixTimeMilliseconds(oldest) : null;
    }

    private async Task BeginAsync(CancellationToken stop)
    {
        if (await MarkAsync(Db, RetentionMark.Facts, stop) is { } mark) _mark = (mark.At, mark.Seq);
        // A run that was cut off may have come further by time than by place: what came late is looked at again.
        _earlier = _mark.At;
        _newest = await Db.Set<AssessmentRow>().MaxAsync(r => (long?)r.Seq, stop) ?? 0;
        _logMark = (await MarkAsync(Db, RetentionMark.FactsInLog, stop))?.Seq ?? 0;
        _phase = Phase.Held;
    }

    private async Task LoadAsync(CancellationToken stop)
    {
        var seqs = _rows.Select(r => r.Seq).ToArray();
        _stored = await Db.Set<StoredAssessment>().AsNoTracking().Where(a => seqs.Contains(a.Seq)).Select(a => new Stored(a.Seq, a.Id, a.Facts, a.Request)).ToDictionaryAsync(a => a.Seq, stop);
    }

    /// <summary>By its device it is found no longer.</summary>
    private async Task ForgetTermsAsync(long[] seqs, CancellationToken stop)
    {
        foreach (var segment in seqs.GroupBy(AssessmentTerm.SegmentOf))
        {
            var (number, its) = (segment.Key, segment.ToArray());
            await Db.Set<AssessmentTerm>().Where(t => t.Segment == number && (t.Kind == TermKind.Device || t.Kind == TermKind.Ip) && its.Contains(t.Seq)).ExecuteDeleteAsync(stop);
        }
    }

    private async Task KeepHeldAsync(ICollection<long> held, CancellationToken stop)
    {
        var seqs = _rows.Select(r => r.Seq).ToArray();
        await Db.Set<HeldFacts>().Where(h => seqs.Contains(h.Seq)).ExecuteDeleteAsync(stop);
        foreach (var seq in held) Db.Add(new HeldFacts { Seq = seq });
        await Db.SaveChangesAsync(stop);
    }
}
