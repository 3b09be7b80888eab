using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Reviews;

namespace ClausumPanel.Web.Pages.Entities;

/// <summary>One of the last events of a payer.</summary>
/// <param name="Outcome">What a person or time decided of it, though that may still be undone; null: nobody did.</param>
/// <param name="IsHere">It is the one at hand.</param>
/// <param name="IsAfter">It came after the one at hand: whoever judged that could not know it.</param>
/// <param name="Gap">Since the one before it in the strip; null: it is the first.</param>
public sealed record StripEvent(Guid Id, TermEvent Event, ReviewOutcome? Outcome, bool IsHere, bool IsAfter, TimeSpan? Gap = null)
{
    /// <summary>Who decided it could not tell what it was, and nobody else has said.</summary>
    public bool IsInconclusive { get; init; }

    /// <summary>What its decision says it was, though nobody has written that down yet.</summary>
    public LabelOutcome? Says { get; init; }

    /// <summary>How close it is to the one before it, as the strip draws it.</summary>
    public string Closeness => Gap switch { { TotalHours: < 1 } => "is-burst", { TotalDays: < 1 } => "is-near", _ => "is-far" };

    /// <summary>The gap in its largest unit, which stands in two words: between two boxes is no room for more.</summary>
    public TimeSpan? Roughly => Gap switch { { TotalHours: >= 47.5 } gap => TimeSpan.FromDays(Math.Round(gap.TotalDays)), { TotalHours: >= 1 } gap => TimeSpan.FromHours(Math.Round(gap.TotalHours)), _ => Gap };

    /// <summary>What was decided in the end.</summary>
    public Decision Decision => Outcome switch { ReviewOutcome.Approve => Decision.Approve, ReviewOutcome.Challenge => Decision.Challenge, ReviewOutcome.Decline => Decision.Decline, _ => Event.Decision };
}

/// <summary>The last events of whoever pays, of a payout of whoever is paid, the newest last, as time runs.</summary>
/// <param name="Kind">By what they were recognised.</param>
/// <param name="HereIsOlder">The one at hand is older than the last events: it stands first, and others lie between it and them.</param>
public sealed record StripView(TermKind Kind, string Text, IReadOnlyList<StripEvent> Events, int Total, bool IsMore, bool HereIsOlder)
{
    /// <summary>Others of the name, which too many have to be shown for the same person; null: none, or they are shown.</summary>
    public StripNamed? Named { get; init; }

    public Blinded Kept { get; init; } = Blinded.Nothing;

    /// <summary>Of all amounts; null: they are of different ones, and each says its own.</summary>
    public string? Currency => Events.Select(e => e.Event.Currency).Distinct().Count() == 1 ? Events[0].Event.Currency : null;

    /// <summary>The one at hand as its page says it was decided, though that may still be undone.</summary>
    public StripView Decided(ReviewOutcome outcome, LabelOutcome? label) => this with { Events = [.. Events.Select(e => e.IsHere ? e with { Outcome = outcome, Says = label } : e)] };

    /// <summary>The newest last, each with how long after the one before it it came.</summary>
    public static IReadOnlyList<StripEvent> Spaced(IEnumerable<StripEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        List<StripEvent> spaced = [];
        foreach (var e in events) spaced.Add(spaced.Count == 0 ? e : e with { Gap = TimeSpan.FromMilliseconds(Math.Max(0, e.Event.At - spaced[^1].Event.At)) });
        return spaced;
    }
}

/// <summary>Payouts to the same name.</summary>
public sealed record StripNamed(string Name, int Count, bool IsMore);
