using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;

namespace ClausumPanel.Web.Pages.Reviews;

/// <summary>What was refused, and where on the screen that is said.</summary>
/// <param name="Words">The reader's.</param>
/// <param name="At">Which step of the decision's own panel it was, beside whose button it is said; null: none of them, or it cannot be tried again.</param>
/// <param name="Quick">How long the decline that was just sent was read, seconds: it is asked once more. Null: none is.</param>
/// <param name="Status">Of the answer: somebody or something else was first, or what was sent does not do.</param>
public sealed record StepRefusal(string Words, string? At, int? Quick, int Status)
{
    /// <param name="answer">The refusal.</param>
    /// <param name="step">What was tried.</param>
    /// <param name="screen">The item as it is now.</param>
    /// <param name="zone">The reader's.</param>
    /// <param name="T">Their language.</param>
    internal static StepRefusal Of(ReviewAnswer answer, string? step, CaseScreen screen, TimeZoneInfo zone, Texts T)
    {
        var rights = screen.Rights;
        // What the page does not offer has no button of its own.
        var at = !rights.IsMine || rights.Barred is not null ? null : step switch
        {
            "Answer" => rights.GoesBack is null ? "Decide" : "Answer",
            "Escalate" => screen.History.Queue.IsManual ? "Decide" : "Escalate",
            "Decide" or "Skip" or "Hold" => step,
            _ => null,
        };
        return new StepRefusal(T.Say(answer, zone), at, answer is { Refusal: DecideReviews.DeclineQuick, Values: [int seconds] } ? seconds : null,
            answer.Refusal is LeaseReviews.LeaseGone or LeaseReviews.Taken or LeaseReviews.NotOpen or DecideReviews.DecidedAlready or DecideReviews.TimeDecided or DecideReviews.TooLate or DecideReviews.StepTooLate
                ? StatusCodes.Status409Conflict : StatusCodes.Status422UnprocessableEntity);
    }
}
