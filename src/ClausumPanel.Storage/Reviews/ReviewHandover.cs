namespace ClausumPanel.Storage.Reviews;

/// <summary>How an item came to those who decide the hard ones, and from where: asked of a history in hand, and in the same words of the store. A step that was taken back counts nowhere.</summary>
public static class ReviewHandover
{
    /// <summary>What brought an item to those who decide the hard ones, or the answer with which they sent it back; null: nothing did.</summary>
    /// <param name="events">Its whole history, in order.</param>
    public static ReviewEvent? Handed(this IReadOnlyList<ReviewEvent> events) =>
        events.LastOrDefault(e => e.Kind is ReviewEventKind.Escalated or ReviewEventKind.Disagreed or ReviewEventKind.TimedOut or ReviewEventKind.Answered && !(e.Kind == ReviewEventKind.Escalated && e.Queue == ReviewQueue.EscalatedNumber) && events.Stands(e));

    /// <summary>The last step that brought an item from another queue to those who decide the hard ones, whose <see cref="ReviewEvent.Queue"/> is where it came from; null: none did.</summary>
    /// <param name="events">Its whole history.</param>
    public static ReviewEvent? CameFrom(this IReadOnlyList<ReviewEvent> events) =>
        events.Where(e => e.Kind is ReviewEventKind.Escalated or ReviewEventKind.Disagreed or ReviewEventKind.TimedOut && e.Queue != ReviewQueue.EscalatedNumber && events.Stands(e)).MaxBy(e => e.Version);

    /// <summary>The same of every item in the store: one step each, of those that came from another queue.</summary>
    /// <param name="events">All there are.</param>
    public static IQueryable<ReviewEvent> CameFrom(this IQueryable<ReviewEvent> events)
    {
        var steps = events.Where(e => (e.Kind == ReviewEventKind.Escalated || e.Kind == ReviewEventKind.Disagreed || e.Kind == ReviewEventKind.TimedOut) && e.Queue != ReviewQueue.EscalatedNumber).Standing(events);
        return steps.Where(e => !steps.Any(later => later.Seq == e.Seq && later.Version > e.Version));
    }

    /// <summary>The step was not taken back.</summary>
    /// <param name="events">The item's whole history.</param>
    /// <param name="step">Which.</param>
    public static bool Stands(this IReadOnlyList<ReviewEvent> events, ReviewEvent step) => !events.Any(e => e.Kind == ReviewEventKind.StepUndone && e.Version == step.Version + 1);

    /// <summary>The same asked of the store: those of the steps that were not taken back.</summary>
    /// <param name="steps">Which.</param>
    /// <param name="events">All there are.</param>
    public static IQueryable<ReviewEvent> Standing(this IQueryable<ReviewEvent> steps, IQueryable<ReviewEvent> events) =>
        steps.Where(e => !events.Any(u => u.Seq == e.Seq && u.Kind == ReviewEventKind.StepUndone && u.Version == e.Version + 1));
}
