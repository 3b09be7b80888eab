using ClausumPanel.Assess;
using ClausumPanel.Assess.Rules;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Policies;
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

    /// <summary>The id of a rule that held it, under whichever version of the policy; it counts once <see cref="ReviewLists.PlacedAsync"/> has said at which places it stands.</summary>
    public string? Rule { get; init; }

    /// <summary>What the payment names begins so, as in <see cref="AssessmentFilter.Search"/>, or each of its words begins a word of the beneficiary's name; it counts once <see cref="ReviewLists.PlacedAsync"/> has said what that finds.</summary>
    public string? Search { get; init; }

    /// <summary>With <see cref="Search"/>: as in <see cref="AssessmentFilter.Phones"/>.</summary>
    public IReadOnlyList<string> Phones { get; init; } = [];

    /// <summary>The open items that the search finds.</summary>
    internal IReadOnlyList<long>? Found { get; init; }

    /// <summary>The places of the rule, as <see cref="AssessmentRule.Of"/> names them.</summary>
    internal IReadOnlyList<long>? Places { get; init; }

    public bool AsksNothing => this is { AsksOfPayment: false, IsTaken: null, Signal: null, Rule: null, Search: null };
    internal bool AsksOfPayment => Flow is not null || Currency is not null;
}

/// <summary>What comes first in the list of a queue.</summary>
public enum ReviewOrder
{
    /// <summary>As they are given out: see <see cref="ReviewQueries.InOrder"/>.</summary>
    Priority, Due, Oldest, Newest, Amount, Score,
}

/// <summary>
/// The list of a queue as a reader wants it. The payment is asked for each item that waits, by its place, and what it says is taken as one value: joined, or asked whether there is such a one, either engine would begin
/// with all payments, or all of a currency or score, of which a queue holds few.
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
        if (filter.Rule is not null)
        {
            var places = (filter.Places ?? throw new InvalidOperationException("Nobody said where the rule stands.")).ToArray();
            reviews = reviews.Where(r => db.Set<AssessmentRule>().Any(h => places.Contains(h.Rule) && h.Seq == r.Seq));
        }
        if (filter.Search is not null)
        {
            IEnumerable<long> found = filter.Found ?? throw new InvalidOperationException("Nobody said what the search finds.");
            // As one value, however many: each number of them would be another statement.
            reviews = filter.Found.Count == 0 ? reviews.Where(r => false) : reviews.Where(r => EF.Parameter(found).Contains(r.Seq));
        }
        if (!filter.AsksOfPayment) return reviews;
        var (payments, flow, currency, least) = (db.Set<AssessmentRow>(), filter.Flow, filter.Currency, filter.LeastAmount);
        return reviews.Where(r => payments.Where(p => p.Seq == r.Seq).Select(p => (flow == null || p.Flow == flow) && (currency == null || p.Currency == currency) && (least == null || p.Amount >= least)).FirstOrDefault());
    }

    /// <summary>With a search: what it finds of what is open, asked once however often the filter counts then. With a rule: at which places it stands in the versions that judged what the queues hold.</summary>
    /// <param name="filter">What is asked.</param>
    /// <param name="db">Where.</param>
    /// <param name="policies">The versions.</param>
    /// <param name="names">Who is paid.</param>
    /// <param name="queues">Null: all.</param>
    /// <param name="stop">Ends it.</param>
    public static async Task<ReviewFilter> PlacedAsync(this ReviewFilter filter, PanelDb db, PolicyShelf policies, PayeeNames names, IReadOnlyCollection<int>? queues, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(filter);
        ArgumentNullException.ThrowIfNull(db);
        ArgumentNullException.ThrowIfNull(policies);
        ArgumentNullException.ThrowIfNull(names);
        var open = db.Set<Review>().Where(r => r.State == ReviewState.Open);
        if (queues is not null) open = open.Where(r => queues.Contains(r.Queue));
        if (filter.Search is { } search) filter = filter with { Found = await FoundAsync(search, filter.Phones, open, names, db, stop) };
        if (filter.Rule is not { } rule) return filter;
        var places = new List<long>();
        // Whatever was retired before the oldest of them was judged has judged none; nodes learn of a new version a moment later.
        // As a sum: for the least key itself PostgreSQL walks through all that are closed.
        var oldest = await open.MinAsync(r => (long?)(r.Seq + 0), stop) is { } first ? await db.Set<AssessmentRow>().Where(a => a.Seq == first).Select(a => (long?)a.At).SingleOrDefaultAsync(stop) : null;
        if (oldest is not { } at) return filter with { Places = places };
        var since = DateTimeOffset.FromUnixTimeMilliseconds(at).AddHours(-1);
        foreach (var version in await db.Set<PolicyVersion>().Where(p => p.ActivatedAt != null && (p.RetiredAt == null || p.RetiredAt >= since)).Select(p => p.Version).ToListAsync(stop))
        {
            if (await policies.PolicyAsync(db, version, stop) is not { } policy) continue;
            for (var place = 0; place < policy.Rules.Count; place++)
                // One that is only watched, or only takes points away, holds nothing.
                if (policy.Rules[place] is { ObserveOnly: false } its && its.Id == rule && RuleTree.Parse(its.Text).Action is not { Points: < 0 }) places.Add(AssessmentRule.Of(version, place));
        }
        return filter with { Places = places };
    }

    /// <summary>Looked for only where something open is, which is a small part of all; and what is found there is held against what is open at once, which of thousands of terms is few.</summary>
    private static async Task<IReadOnlyList<long>> FoundAsync(string search, IReadOnlyList<string> phones, IQueryable<Review> reviews, PayeeNames names, PanelDb db, CancellationToken stop)
    {
        var seqs = await reviews.Select(r => r.Seq).ToListAsync(stop);
        if (seqs.Count == 0) return [];
        IEnumerable<long> open = seqs;
        long[] segments = [.. seqs.Select(AssessmentTerm.SegmentOf).Distinct()];
        var terms = db.Set<AssessmentTerm>();
        var found = terms.Beginning(search, segments).Where(t => EF.Parameter(open).Contains(t.Seq)).Select(t => t.Seq);
        if (phones.Count > 0) found = found.Union(terms.Phones(phones, segments).Where(t => EF.Parameter(open).Contains(t.Seq)).Select(t => t.Seq));
        var named = await found.ToListAsync(stop);
        return [.. named.Union(await names.CalledAsync(search, seqs, db, stop))];
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
