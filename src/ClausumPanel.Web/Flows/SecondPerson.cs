using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Reviews;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>Above an amount two different people have to do with an item. Who decided first is one; of what was handed to those who decide the hard ones, who escalated it is.</summary>
internal static class SecondPerson
{
    /// <summary>Whether a decision would be only the first of two.</summary>
    /// <param name="db">The store.</param>
    /// <param name="review">The item.</param>
    /// <param name="queue">In which it waits.</param>
    /// <param name="amount">Of the payment.</param>
    /// <param name="who">Who decides; null: time, which is nobody.</param>
    /// <param name="stop">Ends it early.</param>
    public static async Task<bool> IsNeededAsync(PanelDb db, Review review, ReviewQueue queue, Money amount, Guid? who, CancellationToken stop)
    {
        if (review.FirstById is not null) return false;
        if (queue.IsForTwo(amount)) return true;
        if (!queue.IsManual) return false;
        // Escalating takes nothing from what the queue it came from asks.
        var events = await db.Set<ReviewEvent>().AsNoTracking().Where(e => e.Seq == review.Seq).ToListAsync(stop);
        return IsNeeded(events, await db.Set<ReviewQueue>().AsNoTracking().ToDictionaryAsync(q => q.Number, stop), amount, who);
    }

    /// <summary>The same of an item nobody has decided, which was handed to those who decide the hard ones.</summary>
    /// <param name="events">Its history.</param>
    /// <param name="queues">All there are.</param>
    /// <param name="amount">Of the payment.</param>
    /// <param name="who">Who decides; null: time, which is nobody.</param>
    public static bool IsNeeded(IReadOnlyList<ReviewEvent> events, IReadOnlyDictionary<int, ReviewQueue> queues, Money amount, Guid? who)
    {
        // What a queue asked that is gone nobody knows any more: two are safe.
        if (events.CameFrom() is not { } handed || (queues.TryGetValue(handed.Queue, out var from) && !from.IsForTwo(amount))) return false;
        // What was opened again two decide anew.
        return handed.Kind != ReviewEventKind.Escalated || who is null || handed.ActorId == who || events.Any(e => e.Kind == ReviewEventKind.Reopened && e.Version > handed.Version);
    }

    /// <summary>The same asked of the store, for time: without the items with those who decide the hard ones on which two must decide there. Time comes by each second, and has nothing to do with them however long they wait.</summary>
    /// <param name="reviews">Which nobody has decided first.</param>
    /// <param name="db">The store.</param>
    /// <param name="queues">All there are.</param>
    public static IQueryable<Review> WithoutThoseForTwo(IQueryable<Review> reviews, PanelDb db, IReadOnlyDictionary<int, ReviewQueue> queues)
    {
        var (payments, handed, known) = (db.Set<AssessmentRow>(), db.Set<ReviewEvent>().CameFrom(), queues.Keys.ToArray());
        foreach (var (currency, above) in queues[ReviewQueue.EscalatedNumber].ReadSecondAbove())
            reviews = reviews.Where(r => r.Queue != ReviewQueue.EscalatedNumber || !payments.Any(p => p.Seq == r.Seq && p.Currency == currency && p.Amount > above));
        reviews = reviews.Where(r => r.Queue != ReviewQueue.EscalatedNumber || !handed.Any(h => h.Seq == r.Seq && !known.Contains(h.Queue)));
        foreach (var (number, queue) in queues)
            foreach (var (currency, above) in queue.ReadSecondAbove())
                if (!queue.IsManual) reviews = reviews.Where(r => r.Queue != ReviewQueue.EscalatedNumber || !handed.Any(h => h.Seq == r.Seq && h.Queue == number && payments.Any(p => p.Seq == h.Seq && p.Currency == currency && p.Amount > above)));
        return reviews;
    }
}
