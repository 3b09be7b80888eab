namespace ClausumPanel.Storage.Reviews;

/// <summary>What is asked with an escalation, and what was answered. An escalation that was taken back asked nothing, nor does such an answer answer.</summary>
public static class ReviewQuestion
{
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
}
