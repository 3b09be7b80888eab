using ClausumPanel.Storage;
using ClausumPanel.Storage.Reviews;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>
/// Of which items a person who reviews sees neither the score nor what it leans to: those of a blind queue, until they have decided them. Escalating takes nothing from what the queue it came from asks.
/// </summary>
public sealed class BlindReviews(PanelDb db)
{
    private static readonly HashSet<long> None = [];

    /// <param name="reader">Null: who only looks, and is kept from nothing.</param>
    /// <param name="seqs">The payments that are shown.</param>
    /// <param name="stop">Ends it early.</param>
    public async Task<IReadOnlySet<long>> OfAsync(Guid? reader, IReadOnlyCollection<long> seqs, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(seqs);
        if (reader is not { } me || seqs.Count == 0) return None;
        var blind = await db.Set<ReviewQueue>().Where(q => q.IsBlind).Select(q => q.Number).ToListAsync(stop);
        if (blind.Count == 0) return None;
        var open = await db.Set<Review>().Where(r => seqs.Contains(r.Seq) && r.State != ReviewState.Closed && !(r.State == ReviewState.Decided && r.DecidedById == me) && (r.FirstById == null || r.FirstById != me) && (r.SecondById == null || r.SecondById != me)).Select(r => new { r.Seq, r.Queue }).ToListAsync(stop);
        var kept = open.Where(r => blind.Contains(r.Queue)).Select(r => r.Seq).ToHashSet();
        var handed = open.Where(r => r.Queue == ReviewQueue.EscalatedNumber && !kept.Contains(r.Seq)).Select(r => r.Seq).ToList();
        if (handed.Count == 0) return kept;
        // All that happened to them, which is little.
        var from = await db.Set<ReviewEvent>().Where(e => handed.Contains(e.Seq)).Select(e => new { e.Seq, e.Queue }).ToListAsync(stop);
        kept.UnionWith(from.Where(e => blind.Contains(e.Queue)).Select(e => e.Seq));
        return kept;
    }

    /// <summary>Whether the list of a queue may hold some of them: it is not sorted by the score, by nobody.</summary>
    public static Task<bool> MayHoldAsync(PanelDb db, int queue, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(db);
        return db.Set<ReviewQueue>().AnyAsync(q => q.IsBlind && (q.Number == queue || queue == ReviewQueue.EscalatedNumber), stop);
    }
}
