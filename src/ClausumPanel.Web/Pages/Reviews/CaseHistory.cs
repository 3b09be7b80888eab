using ClausumPanel.Storage.Reviews;

namespace ClausumPanel.Web.Pages.Reviews;

/// <summary>What happened to an item, as its page tells it.</summary>
/// <param name="Review">The item.</param>
/// <param name="Queue">In which it waits.</param>
/// <param name="Events">The whole history as the reader may see it, in order.</param>
/// <param name="Now">The current instant, Unix milliseconds.</param>
public sealed record CaseHistory(Review Review, ReviewQueue Queue, IReadOnlyList<ReviewEvent> Events, long Now)
{
    /// <summary>The decision that was opened again and is to be made anew; null: there was none.</summary>
    public ReviewEvent? OpenedAgain => LastOpened is { Kind: ReviewEventKind.Reopened } reopened
        ? Events.LastOrDefault(e => e.Kind is ReviewEventKind.Decided or ReviewEventKind.TimedOut or ReviewEventKind.ChallengeAnswered && e.Version < reopened.Version) : null;

    /// <summary>The challenge for whose answer nobody waits any more, and which is to be decided anew; null: there is none.</summary>
    public ReviewEvent? Unanswered => LastOpened is { Kind: ReviewEventKind.ChallengeUnanswered } back ? Events.LastOrDefault(e => e.Kind == ReviewEventKind.Decided && e.Version < back.Version) : null;

    private ReviewEvent? LastOpened => Review.State == ReviewState.Open ? Events.LastOrDefault(e => e.Kind is ReviewEventKind.Reopened or ReviewEventKind.ChallengeUnanswered) : null;

    /// <summary>How often it was opened again, or came back unanswered: what was written before is of another decision.</summary>
    public int TimesReopened => Events.Count(e => e.Kind is ReviewEventKind.Reopened or ReviewEventKind.ChallengeUnanswered);

    /// <summary>A person's decision that stands, for good or until it is undone; null: there is none.</summary>
    public ReviewEvent? Decided => Review.State != ReviewState.Open && Review.DecidedById is not null ? Events.LastOrDefault(e => e.Kind == ReviewEventKind.Decided) : null;

    /// <summary>The step that put it away until <see cref="Review.VisibleAt"/>; null: its queue lets it settle, or it is shown.</summary>
    public ReviewEvent? Away => Review.VisibleAt > Now ? Events.LastOrDefault(e => e.Kind == ReviewEventKind.Held && e.Until == Review.VisibleAt) : null;

    /// <summary>It was decided a moment ago by the first of two, or otherwise by the second: until that can no longer be taken back it is kept from whoever comes next.</summary>
    public bool IsJustDecided => Review.VisibleAt > Now && Events.LastOrDefault(e => e.Kind.IsStep()) is { Kind: ReviewEventKind.FirstDecided or ReviewEventKind.Disagreed } step && step.Version == Review.Version;

    /// <summary>What was asked with the escalation that brought it to those who decide the hard ones, or what else did; or what was asked before they sent it back.</summary>
    public ReviewEvent? Asked => Events.Handed() is not { } handed || (!Queue.IsManual && handed.Kind != ReviewEventKind.Answered) ? null : handed.Kind == ReviewEventKind.Answered ? Events.Question(handed) : handed;

    /// <summary>The answer with which it was sent back; null: there was none since it was escalated.</summary>
    public ReviewEvent? Answer => Events.Handed() is { Kind: ReviewEventKind.Answered } answer ? answer : null;

    /// <summary>What somebody noted that stands neither at the top of the case nor beside it, and was not taken back.</summary>
    /// <param name="isMine">The reader has it, and the decision in the place of its status.</param>
    /// <param name="isHeld">Somebody has it.</param>
    public IReadOnlyList<ReviewEvent> Noted(bool isMine, bool isHeld)
    {
        return [.. Events.Where(e => e.Note is not null && e.Id != Asked?.Id && e.Id != Answer?.Id && !HistoryLine.IsTakenBack(Events, e) && (isMine || !IsInStatus(e)))];

        bool IsInStatus(ReviewEvent e) => Review.State == ReviewState.Open ? !isHeld && e.Id == Away?.Id : e.Kind == ReviewEventKind.Decided && e.Note == Review.Note;
    }
}
