using ClausumPanel.Storage;
using ClausumPanel.Storage.Reviews;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>
/// Of which items a person who reviews sees neither the score nor what it leans to: those of a blind queue, until they have decided them and can no longer take that back, to decide again by what they
/// have seen. Escalating takes nothing from what the queue it came from asks.
/// </summary>
public sealed class BlindReviews(PanelDb db, TimeProvider clock)
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
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var all = await db.Set<Review>().Where(r => seqs.Contains(r.Seq) && r.State != ReviewState.Closed && !(r.State == ReviewState.Decided && r.DecidedById == me && r.SettlesAt <= now))
            .Select(r => new { r.Seq, r.Queue, IsOneOfTwo = r.FirstById == me || r.SecondById == me }).ToListAsync(stop);
        var fresh = await UndoableAsync(me, [.. all.Where(r => r.IsOneOfTwo).Select(r => r.Seq)], now, stop);
        var open = all.Where(r => !r.IsOneOfTwo || fresh.Contains(r.Seq)).ToList();
        var kept = open.Where(r => blind.Contains(r.Queue)).Select(r => r.Seq).ToHashSet();
        var handed = open.Where(r => r.Queue == ReviewQueue.EscalatedNumber && !kept.Contains(r.Seq)).Select(r => r.Seq).ToList();
        if (handed.Count == 0) return kept;
        // All that happened to them, which is little.
        var from = await db.Set<ReviewEvent>().Where(e => handed.Contains(e.Seq)).Select(e => new { e.Seq, e.Queue }).ToListAsync(stop);
        kept.UnionWith(from.Where(e => blind.Contains(e.Queue)).Select(e => e.Seq));
        return kept;
    }

    /// <summary>Those whose first decision of two, or whose disagreement, was theirs a moment ago: their queue lets it be taken back still.</summary>
    private async Task<IReadOnlySet<long>> UndoableAsync(Guid me, List<long> seqs, long now, CancellationToken stop)
    {
        if (seqs.Count == 0) return None;
        var since = now - (ReviewQueue.MostUndoSeconds * 1_000L);
        var steps = from e in db.Set<ReviewEvent>()
                    join q in db.Set<ReviewQueue>() on e.Queue equals q.Number
                    where seqs.Contains(e.Seq) && e.At > since && e.ActorId == me && (e.Kind == ReviewEventKind.FirstDecided || e.Kind == ReviewEventKind.Disagreed)
                    select new { e.Seq, Until = e.At + (q.UndoSeconds * 1_000L) };
        return (await steps.ToListAsync(stop)).Where(s => s.Until > now).Select(s => s.Seq).ToHashSet();
    }

    /// <summary>Whether the list of a queue may hold some of them: it is not sorted by the score, by nobody.</summary>
    public static Task<bool> MayHoldAsync(PanelDb db, int queue, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(db);
        return db.Set<ReviewQueue>().AnyAsync(q => q.IsBlind && (q.Number == queue || queue == ReviewQueue.EscalatedNumber), stop);
    }
}
