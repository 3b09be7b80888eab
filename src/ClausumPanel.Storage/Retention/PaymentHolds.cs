using ClausumPanel.Storage.Cases;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Reviews;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Storage.Retention;

/// <summary>Which payments somebody still needs, however old they are.</summary>
internal static class PaymentHolds
{
    /// <param name="db">The store.</param>
    /// <param name="payments">Place and public id of those that are asked for.</param>
    /// <param name="since">What was closed from then on was closed lately.</param>
    /// <param name="stop">Ends it early.</param>
    public static async Task<Dictionary<long, HoldReason>> FindAsync(PanelDb db, IReadOnlyDictionary<long, Guid> payments, DateTimeOffset since, CancellationToken stop)
    {
        var held = new Dictionary<long, HoldReason>();
        if (payments.Count == 0) return held;
        var (seqs, ids, maybe) = (payments.Keys.ToArray(), payments.Values.ToArray(), payments.Keys.Select(s => (long?)s).ToArray());
        Add(HoldReason.Review, await db.Set<Review>().Where(r => seqs.Contains(r.Seq) && r.State != ReviewState.Closed).Select(r => r.Seq).ToListAsync(stop));

        var disputes = db.Set<Dispute>().Where(d => d.State != DisputeState.Closed || d.ClosedAt >= since);
        Add(HoldReason.Dispute, await disputes.Where(d => maybe.Contains(d.Seq)).Select(d => d.Seq!.Value).ToListAsync(stop));
        // Earlier payments that somebody named as evidence.
        Add(HoldReason.Dispute, await db.Set<DisputeFact>().Where(f => maybe.Contains(f.Seq) && disputes.Any(d => d.Id == f.DisputeId)).Select(f => f.Seq!.Value).ToListAsync(stop));

        var cases = db.Set<Case>().Where(c => (c.Status != CaseStatus.Resolved && c.Status != CaseStatus.Archived) || c.UpdatedAt >= since);
        var places = payments.ToDictionary(p => p.Value, p => p.Key);
        var linked = await db.Set<CaseLink>().Where(l => l.Kind == CaseLinkKind.Assessment && ids.Contains(l.Target) && cases.Any(c => c.Id == l.CaseId)).Select(l => l.Target).ToListAsync(stop);
        Add(HoldReason.Case, linked.Select(id => places[id]));
        Add(HoldReason.Case, await db.Set<Label>().Where(l => seqs.Contains(l.Seq) && cases.Any(c => c.ReportLabel == l.Number)).Select(l => l.Seq).ToListAsync(stop));
        Add(HoldReason.Case, await db.Set<Dispute>().Where(d => maybe.Contains(d.Seq) && cases.Any(c => c.Id == d.CaseId)).Select(d => d.Seq!.Value).ToListAsync(stop));
        return held;

        void Add(HoldReason reason, IEnumerable<long> found)
        {
            foreach (var seq in found) held.TryAdd(seq, reason);
        }
    }
}
