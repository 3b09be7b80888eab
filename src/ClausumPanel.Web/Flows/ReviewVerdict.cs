using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Reviews;

namespace ClausumPanel.Web.Flows;

/// <summary>What a person decides.</summary>
/// <param name="Outcome">What becomes of the payment.</param>
/// <param name="Reason">One of the queue's codes for it, which fits the flow.</param>
/// <param name="Note">In their own words.</param>
/// <param name="ReadingMilliseconds">How long it was in front of them, as the page measured it; more than they have had it is not believed.</param>
/// <param name="Entries">What goes on lists with it.</param>
/// <param name="Label">Of a decline, what they say the payment was: fraud, or inconclusive; null: what the reason says.</param>
/// <param name="AsksIfQuick">A decline that was read for less than the queue asks is refused once: whoever decides has not confirmed it.</param>
public sealed record ReviewVerdict(ReviewOutcome Outcome, string? Reason, string? Note = null, int? ReadingMilliseconds = null, IReadOnlyList<ReviewEntry>? Entries = null, LabelOutcome? Label = null, bool AsksIfQuick = false)
{
    /// <summary>What it says the payment was, once it is for good; null: nothing.</summary>
    public LabelOutcome? Says => Label ?? ReviewReasons.LabelOf(Outcome, Reason);

    /// <summary>How long it was read, in whole seconds as they are said; 1 at least.</summary>
    public int ReadingSeconds => Math.Max(1, (int)Math.Round((ReadingMilliseconds ?? 0) / 1_000d));
}
