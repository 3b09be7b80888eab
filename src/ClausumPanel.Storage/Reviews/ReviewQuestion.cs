namespace ClausumPanel.Storage.Reviews;

/// <summary>What is asked with an escalation, and what was answered. An escalation that was taken back asked nothing, nor does such an answer answer.</summary>
public static class ReviewQuestion
{
    /// <summary>What brought an item to those who decide the hard ones, or the answer with which they sent it back; null: nothing did.</summary>
    /// <param name="events">Its whole history, in order.</param>
    public static ReviewEvent? Handed(this IReadOnlyList<ReviewEvent> events) =>
        events.LastOrDefault(e => e.Kind is ReviewEventKind.Escalated or ReviewEventKind.Disagreed or ReviewEventKind.TimedOut or ReviewEventKind.Answered && !(e.Kind == ReviewEventKind.Escalated && e.Queue == ReviewQueue.EscalatedNumber) && events.Stands(e));

    /// <summary>The queue from which it came to those who decide the hard ones; null: from none.</summary>
    /// <param name="events">Its whole history, in order.</param>
    public static int? From(this IReadOnlyList<ReviewEvent> events) =>
        events.LastOrDefault(e => e.Kind is ReviewEventKind.Escalated or ReviewEventKind.Disagreed or ReviewEventKind.TimedOut && e.Queue != ReviewQueue.EscalatedNumber && events.Stands(e))?.Queue;

    /// <summary>The question that waits for its answer; null: there is none, as where two disagree or time ran out.</summary>
    /// <param name="events">The item's whole history, in order.</param>
    public static ReviewEvent? Question(this IReadOnlyList<ReviewEvent> events) => events.Handed() is { Kind: ReviewEventKind.Escalated, ActorId: not null } asked ? asked : null;

    /// <summary>What was asked that this answers.</summary>
    /// <param name="events">The item's whole history, in order.</param>
    /// <param name="answer">The answer.</param>
    public static ReviewEvent? Question(this IReadOnlyList<ReviewEvent> events, ReviewEvent answer) => events.LastOrDefault(e => e.Kind == ReviewEventKind.Escalated && e.Version < answer.Version && events.Stands(e));

    /// <summary>What was answered to this question; null: nothing yet.</summary>
    /// <param name="events">The item's whole history, in order.</param>
    /// <param name="asked">The question.</param>
    public static ReviewEvent? Answer(this IReadOnlyList<ReviewEvent> events, ReviewEvent asked) => events.LastOrDefault(e => e.Kind == ReviewEventKind.Answered && e.Version > asked.Version && events.Stands(e));

    /// <summary>The step was not taken back.</summary>
    /// <param name="events">The item's whole history.</param>
    /// <param name="step">Which.</param>
    public static bool Stands(this IReadOnlyList<ReviewEvent> events, ReviewEvent step) => !events.Any(e => e.Kind == ReviewEventKind.StepUndone && e.Version == step.Version + 1);
}
