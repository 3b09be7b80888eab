using ClausumPanel.Assess;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;

namespace ClausumPanel.Web.Pages.Reviews;

/// <summary>What the form of an item sends.</summary>
public sealed class ReviewInput
{
    public const string NoOutcome = "Choose what becomes of it: approve, challenge or decline.";

    public ReviewOutcome? Outcome { get; set; }
    public string? ApproveReason { get; set; }
    public string? ChallengeReason { get; set; }
    public string? DeclineReason { get; set; }

    /// <summary>What a decline says the payment was; left out, what its reason says.</summary>
    public LabelOutcome? Label { get; set; }
    public string? Note { get; set; }
    public int? ReadingMilliseconds { get; set; }

    /// <summary>A decline that was asked once more, for it was read for so little.</summary>
    public bool Confirmed { get; set; }
    public IList<ListChoice> Lists { get; set; } = [];
    public string? SkipReason { get; set; }
    public string? SkipNote { get; set; }

    /// <summary>A code of <see cref="HoldTime"/>; left out, <see cref="HoldUntil"/> says when.</summary>
    public string? HoldFor { get; set; }
    public string? HoldUntil { get; set; }
    public string? HoldNote { get; set; }
    public string? EscalateNote { get; set; }
    public string? AnswerNote { get; set; }
    public string? FreeNote { get; set; }
    public string? ReopenNote { get; set; }

    /// <summary>The verdict it comes to with that outcome: of each only its own reason counts, and a label that was chosen for a decline may be sent with something else.</summary>
    internal ReviewVerdict Says(ReviewOutcome outcome) => new(outcome,
        outcome switch { ReviewOutcome.Approve => ApproveReason, ReviewOutcome.Challenge => ChallengeReason, _ => DeclineReason },
        Note, ReadingMilliseconds, [.. Lists.Where(l => l.Chosen).Select(l => new ReviewEntry(l.Type, outcome == ReviewOutcome.Approve ? ListSeverity.Allow : ListSeverity.Block, l.Days))],
        outcome == ReviewOutcome.Decline ? Label : null, AsksIfQuick: !Confirmed);
}

/// <summary>A value that may go on a list with the decision.</summary>
public sealed class ListChoice
{
    public ListType Type { get; set; }
    public bool Chosen { get; set; }
    public int? Days { get; set; } = 90;
}
