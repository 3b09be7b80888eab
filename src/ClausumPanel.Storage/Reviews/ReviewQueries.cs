using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Storage.Reviews;

/// <summary>The parts of an item's priority, each 0…1000 (time up to 2000) times its weight; the highest sum comes first.</summary>
public readonly record struct ReviewPriority(long Time, long Stake, long Loyalty, long Expiry)
{
    /// <summary>An authorisation that lapses later than this is no hurry: two hours, in milliseconds.</summary>
    public const long ExpiryMatters = 7_200_000;

    public long Sum => Time + Stake + Loyalty + Expiry;

    /// <summary>As <see cref="ReviewQueries.InOrder"/> computes it in the database.</summary>
    public static ReviewPriority Of(Review review, ReviewQueue queue, long now)
    {
        ArgumentNullException.ThrowIfNull(review);
        ArgumentNullException.ThrowIfNull(queue);
        var expiry = review.ExpiresAt is not { } ends || ends - now >= ExpiryMatters ? 0 : ends <= now ? 1_000 : 1_000 - ((ends - now) * 1_000 / ExpiryMatters);
        return new(TimeOf(review, queue, now) * queue.WeightOfTime, review.Stake * (long)queue.WeightOfStake, review.IsLoyal ? 1_000L * queue.WeightOfLoyalty : 0, expiry * queue.WeightOfExpiry);
    }

    // Business hours are in the two instants: from the one to the other it is the clock on the wall.
    private static long TimeOf(Review review, ReviewQueue queue, long now)
    {
        if (review.DueAt is not { } due || due <= review.OpenedAt || now <= review.OpenedAt) return 0;
        if (now >= due) return Math.Min(2_000, (now - review.OpenedAt) * 1_000 / (due - review.OpenedAt));
        if (review.WarnAt is not { } warn) return 0;
        var soon = queue.WarnPercent * 10L;
        return now < warn ? (now - review.OpenedAt) * soon / (warn - review.OpenedAt) : soon + ((now - warn) * (1_000 - soon) / (due - warn));
    }
}

/// <summary>An item that was sent back with an answer.</summary>
/// <param name="By">Who answered.</param>
/// <param name="To">Who had asked.</param>
public sealed record AnsweredItem(long Seq, Guid? By, Guid? To);

/// <summary>The parts of what nobody has decided.</summary>
public enum OpenPart
{
    /// <summary>The queues show it.</summary>
    Waiting,

    /// <summary>Somebody put it away until later.</summary>
    PutAway,

    /// <summary>It is not shown yet.</summary>
    NotShown,
}

/// <summary>Where an item stands that nobody has decided.</summary>
/// <param name="VisibleAt">Until when it is on hold, or from when on its queue shows it, Unix milliseconds.</param>
/// <param name="IsEscalated">It is with those who decide the hard ones.</param>
/// <param name="AdminsOnly">Only admins decide in its queue.</param>
public sealed record OpenItem(long Seq, int Queue, OpenPart Part, long VisibleAt, bool IsEscalated, bool AdminsOnly);

/// <summary>The queues asked.</summary>
public static class ReviewQueries
{
    /// <summary>Items that wait now, whoever has them.</summary>
    public static IQueryable<Review> Waiting(this IQueryable<Review> reviews, long now) => reviews.Where(r => r.State == ReviewState.Open && r.VisibleAt <= now);

    /// <summary>Items that somebody put on hold; what its queue lets settle first is none of them.</summary>
    public static IQueryable<Review> PutAway(this IQueryable<Review> reviews, IQueryable<ReviewEvent> events, long now) =>
        reviews.Where(r => r.State == ReviewState.Open && r.VisibleAt > now && events.Any(e => e.Seq == r.Seq && e.Kind == ReviewEventKind.Held && e.Until == r.VisibleAt));

    /// <summary>Items that are in no list yet and that nobody put away: their queue lets them settle first, or the step before can still be taken back.</summary>
    public static IQueryable<Review> NotShown(this IQueryable<Review> reviews, IQueryable<ReviewEvent> events, long now) =>
        reviews.Where(r => r.State == ReviewState.Open && r.VisibleAt > now && !events.Any(e => e.Seq == r.Seq && e.Kind == ReviewEventKind.Held && e.Until == r.VisibleAt));

    /// <summary>Items of one part of what is open: each is of exactly one.</summary>
    public static IQueryable<Review> Of(this IQueryable<Review> reviews, OpenPart part, IQueryable<ReviewEvent> events, long now) => part switch
    {
        OpenPart.Waiting => reviews.Waiting(now),
        OpenPart.PutAway => reviews.PutAway(events, now),
        OpenPart.NotShown => reviews.NotShown(events, now),
    };

    /// <summary>Where those of them stand that nobody has decided.</summary>
    public static IQueryable<OpenItem> Standing(this IQueryable<Review> reviews, IQueryable<ReviewQueue> queues, IQueryable<ReviewEvent> events, long now) =>
        from r in reviews
        join q in queues on r.Queue equals q.Number
        where r.State == ReviewState.Open
        select new OpenItem(r.Seq, r.Queue, r.VisibleAt <= now ? OpenPart.Waiting : events.Any(e => e.Seq == r.Seq && e.Kind == ReviewEventKind.Held && e.Until == r.VisibleAt) ? OpenPart.PutAway : OpenPart.NotShown, r.VisibleAt, q.IsManual, q.AdminsOnly);

    /// <summary>What that person decided and did not take back in time.</summary>
    public static IQueryable<ReviewEvent> DecidedBy(this IQueryable<ReviewEvent> events, Guid person) =>
        events.Where(e => e.Kind == ReviewEventKind.Decided && e.ActorId == person && !events.Any(u => u.Seq == e.Seq && u.Kind == ReviewEventKind.Undone && u.Version == e.Version + 1));

    /// <summary>What that person left undecided since then and did not take back in time: skipped, put on hold, escalated.</summary>
    public static IQueryable<ReviewEvent> LeftBy(this IQueryable<ReviewEvent> events, Guid person, long since) =>
        events.Where(e => e.At >= since && (e.Kind == ReviewEventKind.Skipped || e.Kind == ReviewEventKind.Held || e.Kind == ReviewEventKind.Escalated) && e.ActorId == person && !events.Any(u => u.Seq == e.Seq && u.Kind == ReviewEventKind.StepUndone && u.Version == e.Version + 1));

    /// <summary>What that person passed over since then and did not take back in time.</summary>
    public static IQueryable<ReviewEvent> SkippedBy(this IQueryable<ReviewEvent> events, Guid person, long since) =>
        events.Where(e => e.At > since && e.Kind == ReviewEventKind.Skipped && e.ActorId == person).Standing(events);

    /// <summary>What that person escalated since then and did not take back in time.</summary>
    public static IQueryable<ReviewEvent> EscalatedBy(this IQueryable<ReviewEvent> events, Guid person, long since) =>
        events.Where(e => e.At > since && e.Kind == ReviewEventKind.Escalated && e.ActorId == person).Standing(events);

    /// <summary>Answers since then after which nothing was done with the item: which one, who answered, and who had asked.</summary>
    public static IQueryable<AnsweredItem> Answered(this IQueryable<ReviewEvent> events, IQueryable<Review> reviews, long since) =>
        from answer in events
        where answer.Kind == ReviewEventKind.Answered && answer.At > since
        join review in reviews on answer.Seq equals review.Seq
        where review.State == ReviewState.Open && review.Version == answer.Version
        select new AnsweredItem(answer.Seq, answer.ActorId, events.Where(e => e.Seq == answer.Seq && e.Kind == ReviewEventKind.Escalated && e.Version < answer.Version && !events.Any(u => u.Seq == e.Seq && u.Kind == ReviewEventKind.StepUndone && u.Version == e.Version + 1))
            .OrderByDescending(e => e.Version).Select(e => e.ActorId).FirstOrDefault());

    /// <summary>Items nobody has.</summary>
    public static IQueryable<Review> Free(this IQueryable<Review> reviews, long now) => reviews.Where(r => r.LeaseUntil == null || r.LeaseUntil <= now);

    /// <summary>The most urgent first, by each queue's own weights; among equals the oldest.</summary>
    public static IQueryable<Review> InOrder(this IQueryable<Review> reviews, IQueryable<ReviewQueue> queues, long now) =>
        from r in reviews
        join q in queues on r.Queue equals q.Number
        orderby ((r.DueAt == null || r.DueAt <= r.OpenedAt || now <= r.OpenedAt ? 0L
                : now >= r.DueAt ? (now - r.OpenedAt) * 1_000 / (r.DueAt!.Value - r.OpenedAt) > 2_000 ? 2_000L : (now - r.OpenedAt) * 1_000 / (r.DueAt!.Value - r.OpenedAt)
                : r.WarnAt == null ? 0L
                : now < r.WarnAt ? (now - r.OpenedAt) * (q.WarnPercent * 10L) / (r.WarnAt!.Value - r.OpenedAt)
                : (q.WarnPercent * 10L) + ((now - r.WarnAt!.Value) * (1_000 - (q.WarnPercent * 10L)) / (r.DueAt!.Value - r.WarnAt!.Value))) * q.WeightOfTime)
            + ((long)r.Stake * q.WeightOfStake)
            + (r.IsLoyal ? 1_000L * q.WeightOfLoyalty : 0L)
            + ((r.ExpiresAt == null || r.ExpiresAt - now >= ReviewPriority.ExpiryMatters ? 0L
                : r.ExpiresAt <= now ? 1_000L : 1_000L - ((r.ExpiresAt!.Value - now) * 1_000 / ReviewPriority.ExpiryMatters)) * q.WeightOfExpiry) descending, r.Seq
        select r;
}
