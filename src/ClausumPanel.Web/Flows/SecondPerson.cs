using ClausumPanel.Assess;
using ClausumPanel.Storage;
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
        return IsNeeded(events, queue, await db.Set<ReviewQueue>().AsNoTracking().ToDictionaryAsync(q => q.Number, stop), amount, who);
    }

    /// <summary>The same of an item nobody has decided, which was handed to those who decide the hard ones.</summary>
    /// <param name="events">Its history.</param>
    /// <param name="queue">In which it waits.</param>
    /// <param name="queues">All there are.</param>
    /// <param name="amount">Of the payment.</param>
    /// <param name="who">Who decides; null: time, which is nobody.</param>
    public static bool IsNeeded(IReadOnlyCollection<ReviewEvent> events, ReviewQueue queue, IReadOnlyDictionary<int, ReviewQueue> queues, Money amount, Guid? who)
    {
        var undone = events.Where(e => e.Kind == ReviewEventKind.StepUndone).Select(e => e.Version - 1).ToHashSet();
        var handed = events.Where(e => e.Kind is ReviewEventKind.Escalated or ReviewEventKind.Disagreed or ReviewEventKind.TimedOut && e.Queue != queue.Number && !undone.Contains(e.Version)).MaxBy(e => e.Version);
        // What a queue asked that is gone nobody knows any more: two are safe.
        if (handed is null || (queues.TryGetValue(handed.Queue, out var from) && !from.IsForTwo(amount))) return false;
        // What was opened again two decide anew.
        return handed.Kind != ReviewEventKind.Escalated || who is null || handed.ActorId == who || events.Any(e => e.Kind == ReviewEventKind.Reopened && e.Version > handed.Version);
    }
}
