using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;

namespace ClausumPanel.Web.Pages.Entities;

/// <summary>A thing of its own as far as stored payments tell.</summary>
public sealed class EntityView
{
    public required TermKind Kind { get; init; }

    /// <summary>As the newest payment wrote it; as asked for when there is none.</summary>
    public required string Text { get; init; }

    /// <summary>Live assessments, the newest first.</summary>
    public required IReadOnlyList<TermEvent> Events { get; init; }

    /// <summary>There are older ones than were counted.</summary>
    public required bool IsMore { get; init; }

    /// <summary>Of the newest payment; null when there is none.</summary>
    public Facts? Newest { get; init; }

    /// <summary>Whose it is, as the newest payout that says so wrote it; null: of no beneficiary, or none said.</summary>
    public string? Holder { get; init; }

    /// <summary>As memory has it: null when it has nothing, or is being rebuilt.</summary>
    public Storage.Velocity.EntityActivity? Activity { get; init; }
    public IReadOnlyList<EntityAttribute> Attributes { get; init; } = [];

    /// <summary>Its value, its domain or its range met an entry of a list when one of the payments looked at was judged.</summary>
    public bool MetList { get; init; }

    /// <summary>Payments that <see cref="Attributes"/> were read from.</summary>
    public int LookedAt { get; init; }

    public int Of(Decision decision) => Events.Count(e => e.Decision == decision);

    /// <summary>So many in the end, with what people and time decided; of <see cref="Decision.Review"/> what was never decided, or waits.</summary>
    public int Finally(Decision decision) => Events.Count(e => e.Final == decision);

    /// <summary>Some were decided in a review.</summary>
    public bool IsReviewed => Events.Any(e => e.Outcome is not null);
    public IReadOnlyList<TermEvent> Waiting => [.. Events.Where(e => e.IsWaiting)];
    public int Frauds => Events.Count(e => e.Label == LabelOutcome.Fraud);
    public int Goods => Events.Count(e => e.Label == LabelOutcome.Good);
    public int Disputed => Events.Count(e => e.IsDisputed);

    /// <summary>Per flow and currency, never added up.</summary>
    public IEnumerable<(Flow Flow, string Currency, int Count, Money All, Money Approved)> Sums =>
        from e in Events
        group e by (e.Flow, e.Currency) into g
        orderby g.Key.Flow, g.Count() descending
        select (g.Key.Flow, g.Key.Currency, g.Count(), new Money(g.Sum(e => e.Amount), g.Key.Currency), new Money(g.Where(e => e.Final == Decision.Approve).Sum(e => e.Amount), g.Key.Currency));
}

/// <summary>Something named together with an entity.</summary>
/// <param name="With">Of the payments looked at, those that name both.</param>
/// <param name="Others">Different others of the entity's own kind that named it in the last 30 days; null when memory cannot tell.</param>
/// <param name="Ever">Payments that ever named it, by memory.</param>
public sealed record EntityAttribute(TermKind Kind, string Text, int With, int? Others, bool OthersAreMore, int? Ever)
{
    /// <summary>Its shop orders its payouts from there, as <see cref="LinkAttribute.IsUsual"/> says it of one payout.</summary>
    public bool IsUsual { get; init; }

    /// <inheritdoc cref="LinkAttribute.OrdersPayouts"/>
    public bool OrdersPayouts { get; init; }

    /// <inheritdoc cref="LinkAttribute.IsOfFew"/>
    public bool IsOfFew => OrdersPayouts && Strength == LinkStrength.Medium && Others <= LinkAttribute.MostStrong;

    /// <inheritdoc cref="LinkAttribute.Numbers"/>
    public int Numbers { get; init; }

    public LinkStrength Strength => Others switch
    {
        null or 0 => Numbers > 0 ? LinkStrength.Own : LinkStrength.None,
        _ when IsUsual => LinkStrength.Weak,
        <= LinkAttribute.MostStrong => OrdersPayouts ? LinkStrength.Medium : LinkStrength.Strong,
        <= LinkAttribute.MostMedium => LinkStrength.Medium,
        _ => LinkStrength.Weak,
    };
}
