using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Storage.Reviews;

/// <summary>Which of the waiting items a reader wants to see.</summary>
public sealed record ReviewFilter
{
    public Flow? Flow { get; init; }
    public string? Currency { get; init; }

    /// <summary>Minor units of <see cref="Currency"/>.</summary>
    public long? LeastAmount { get; init; }

    /// <summary>Somebody looks at it; what is only kept ready is free.</summary>
    public bool? IsTaken { get; init; }

    /// <summary>The stable number of a signal that fired.</summary>
    public int? Signal { get; init; }

    /// <summary>What the payment names begins so, as in <see cref="AssessmentFilter.Search"/>; it counts once <see cref="ReviewLists.PlacedAsync"/> has said where to look.</summary>
    public string? Search { get; init; }

    /// <summary>The segments of terms that are looked into.</summary>
    internal IReadOnlyList<long>? Segments { get; init; }

    public bool AsksNothing => this is { AsksOfPayment: false, IsTaken: null, Signal: null, Search: null };
    internal bool AsksOfPayment => Flow is not null || Currency is not null;
}

/// <summary>What comes first in the list of a queue.</summary>
public enum ReviewOrder
{
    /// <summary>As they are given out: see <see cref="ReviewQueries.InOrder"/>.</summary>
    Priority, Due, Oldest, Newest, Amount, Score,
}

/// <summary>
/// The list of a queue as a reader wants it. The payment is asked for each item that waits, by its place: joined, SQLite would begin with all payments of a currency or score, of which a queue holds few.
/// </summary>
public static class ReviewLists
{
    public static IQueryable<Review> Only(this IQueryable<Review> reviews, ReviewFilter filter, PanelDb db, long now)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentNullException.ThrowIfNull(db);
        if (filter.IsTaken == true) reviews = reviews.Where(r => r.LeaseUntil > now && !r.LeaseIsAhead);
        if (filter.IsTaken == false) reviews = reviews.Where(r => r.LeaseUntil == null || r.LeaseUntil <= now || r.LeaseIsAhead);
        if (filter.Signal is { } signal) reviews = reviews.Where(r => db.Set<AssessmentSignal>().Any(s => s.Signal == signal && s.Seq == r.Seq));
        if (filter.Search is { } search)
        {
            var named = db.Set<AssessmentTerm>().Beginning(search, filter.Segments ?? throw new InvalidOperationException("Nobody said where to look.")).Select(t => t.Seq);
            reviews = reviews.Where(r => named.Contains(r.Seq));
        }
        if (!filter.AsksOfPayment) return reviews;
        IQueryable<AssessmentRow> payments = db.Set<AssessmentRow>();
        var (flow, currency, least) = (filter.Flow, filter.Currency, filter.LeastAmount);
        if (flow is not null) payments = payments.Where(p => p.Flow == flow);
        if (currency is not null) payments = payments.Where(p => p.Currency == currency);
        if (least is not null) payments = payments.Where(p => p.Amount >= least);
        return reviews.Where(r => payments.Any(p => p.Seq == r.Seq));
    }

    /// <summary>With a search: looks where something of the queue is, which is a small part of all.</summary>
    public static Task<ReviewFilter> PlacedAsync(this ReviewFilter filter, IQueryable<Review> reviews, int queue, CancellationToken stop) => filter.PlacedAsync(reviews, [queue], stop);

    /// <summary>The same of several queues.</summary>
    public static async Task<ReviewFilter> PlacedAsync(this ReviewFilter filter, IQueryable<Review> reviews, IReadOnlyCollection<int> queues, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(filter);
        if (filter.Search is null) return filter;
        return filter with { Segments = await reviews.Where(r => r.State == ReviewState.Open && queues.Contains(r.Queue)).Select(r => r.Seq / (1L << AssessmentTerm.SegmentBits)).Distinct().ToListAsync(stop) };
    }

    /// <summary>Among equals the oldest. Amounts of different currencies are not compared: they stand by currency.</summary>
    public static IQueryable<Review> Sorted(this IQueryable<Review> reviews, ReviewOrder order, IQueryable<ReviewQueue> queues, IQueryable<AssessmentRow> payments, long now) => order switch
    {
        ReviewOrder.Due => reviews.OrderBy(r => r.DueAt == null).ThenBy(r => r.DueAt).ThenBy(r => r.Seq),
        ReviewOrder.Oldest => reviews.OrderBy(r => r.OpenedAt).ThenBy(r => r.Seq),
        ReviewOrder.Newest => reviews.OrderByDescending(r => r.OpenedAt).ThenByDescending(r => r.Seq),
        ReviewOrder.Amount => reviews.OrderBy(r => payments.Where(p => p.Seq == r.Seq).Select(p => p.Currency).FirstOrDefault()).ThenByDescending(r => payments.Where(p => p.Seq == r.Seq).Select(p => p.Amount).FirstOrDefault()).ThenBy(r => r.Seq),
        ReviewOrder.Score => reviews.OrderByDescending(r => payments.Where(p => p.Seq == r.Seq).Select(p => p.Score).FirstOrDefault()).ThenBy(r => r.Seq),
        _ => reviews.InOrder(queues, now),
    };
}
