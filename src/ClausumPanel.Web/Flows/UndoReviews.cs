using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Reviews;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ClausumPanel.Web.Flows;

/// <summary>Takes back what somebody did with an item a moment ago, while nobody has been told and no colleague has gone on with it.</summary>
public sealed class UndoReviews(PanelDb db, ReviewTurns turns, TimeProvider clock)
{
    /// <summary>Takes back a decision that has not taken effect yet, or the step that came last (<see cref="ReviewEventKinds.IsStep"/>); whoever took it has the item again.</summary>
    /// <param name="reviewer">Who asks.</param>
    /// <param name="seq">Which item.</param>
    /// <param name="stop">Ends it early.</param>
    /// <param name="takes">False: a decision is taken back for whoever comes next, and what the reviewer has in front of them stays theirs.</param>
    /// <param name="selection">What they go through: put back in turn, it comes next in that. Null: a whole queue by priority.</param>
    /// <returns>The lease, when it worked and they take it.</returns>
    public async Task<(ReviewLease? Lease, ReviewAnswer Answer)> UndoAsync(Reviewer reviewer, long seq, CancellationToken stop, bool takes = true, ReviewSelection? selection = null)
    {
        using var turn = await turns.TakeAsync(stop);
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        if (await DecideReviews.FindAsync(db, seq, stop) is not { } found) return (null, new(LeaseReviews.NotThere));
        var review = found.Review;
        if (review.State == ReviewState.Open) return await UndoStepAsync(reviewer, review, takes, selection, transaction, stop);
        if (review.State == ReviewState.Decided && review.DecidedById != reviewer.Id)
            return (null, new(DecideReviews.NotYours, await db.Users.Where(u => u.Id == review.DecidedById).Select(u => u.DisplayName).FirstOrDefaultAsync(stop) ?? "?"));
        var now = clock.GetUtcNow();
        var at = now.ToUnixTimeMilliseconds();
        // They would have it again, to decide it.
        if (review.State == ReviewState.Decided && review.SettlesAt > at && DecideReviews.Barred(reviewer, review, found.Queue, isOwn: false) is { } barred) return (null, new(barred));
        ReviewLease? lease = takes ? new ReviewLease(seq, (selection ?? ReviewSelection.Of(null)).Token(), (now + LeaseReviews.Length).ToUnixTimeMilliseconds()) : null;
        if (await db.Set<Review>().Where(r => r.Seq == seq && r.State == ReviewState.Decided && r.DecidedById == reviewer.Id && r.SettlesAt > at).ExecuteUpdateAsync(r => r.Opened().LeasedTo(reviewer, lease), stop) == 0)
            return await UndoneAlreadyAsync(reviewer, seq, at, stop) is { } theirs ? (theirs, ReviewAnswer.Done) : (null, new(DecideReviews.TooLate));
        if (takes) await LeaseReviews.PutBackAsync(db, reviewer, seq, review.DecidedAt, at, stop);
        return (lease, await ReviewJournal.WriteAsync(db, reviewer, review, ReviewEventKind.Undone, AuditActions.ReviewUndone, null, now, null, transaction, stop));
    }

    /// <summary>The reviewer's own step that the item stands at, until when it can be taken back, Unix milliseconds, and why they may not be there again all the same; null: it cannot, or something else happened since.</summary>
    /// <param name="reviewer">Who asks.</param>
    /// <param name="review">The item.</param>
    /// <param name="events">Its whole history.</param>
    /// <param name="now">The current instant, Unix milliseconds.</param>
    /// <param name="stop">Ends it early.</param>
    internal async Task<(ReviewEvent Step, long Until, string? Barred)?> StepToUndoAsync(Reviewer reviewer, Review review, IReadOnlyList<ReviewEvent> events, long now, CancellationToken stop)
    {
        if (review.State != ReviewState.Open) return null;
        // Until the next step everything bears its version: who looked at it meanwhile as well.
        var since = events.Where(e => e.Version == review.Version).ToList();
        if (since.Find(e => e.Kind.IsStep()) is not { } step || step.ActorId != reviewer.Id) return null;
        if (since.Exists(e => e.Kind is ReviewEventKind.Leased or ReviewEventKind.TakenOver && e.ActorId != reviewer.Id)) return null;
        if (await db.Set<ReviewQueue>().AsNoTracking().SingleOrDefaultAsync(q => q.Number == step.Queue, stop) is not { } queue) return null;
        // Their own payment they may have in front of them, only not decide; and their first decision is what they take back.
        return step.At + (queue.UndoSeconds * 1_000L) is var until && until > now ? (step, until, DecideReviews.BarredFromReopening(reviewer, queue, isOwn: false)) : null;
    }

    private async Task<(ReviewLease? Lease, ReviewAnswer Answer)> UndoStepAsync(Reviewer reviewer, Review review, bool takes, ReviewSelection? selection, IDbContextTransaction transaction, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        var (seq, at) = (review.Seq, now.ToUnixTimeMilliseconds());
        // The queue it goes back to must still be there when that is written.
        await db.LockQueuesAsync(stop);
        var events = await db.Set<ReviewEvent>().AsNoTracking().Where(e => e.Seq == seq).ToListAsync(stop);
        if (await StepToUndoAsync(reviewer, review, events, at, stop) is not ({ } step, _, var barred)) return await TooLateAsync();
        // For whoever comes next only a decision is taken back.
        if (!takes && step.Kind is not (ReviewEventKind.FirstDecided or ReviewEventKind.Disagreed)) return (null, new(DecideReviews.TooLate));
        if (barred is not null) return (null, new(barred));
        ReviewLease? lease = takes ? new ReviewLease(seq, (selection ?? ReviewSelection.Of(null)).Token(), (now + LeaseReviews.Length).ToUnixTimeMilliseconds()) : null;
        var (version, queue, shownAt, dueAt, warnAt) = (step.Version, step.Queue, step.ShownBefore ?? review.VisibleAt, step.DueBefore, step.WarnBefore);
        var (first, firstOutcome) = step.Kind == ReviewEventKind.FirstDecided ? (null, null) : (review.FirstById, review.FirstOutcome);
        var second = step.Kind == ReviewEventKind.Disagreed ? null : review.SecondById;
        // What is only kept ready for a colleague nobody looks at yet.
        if (await db.Set<Review>().Where(r => r.Seq == seq && r.State == ReviewState.Open && r.Version == version && (r.LeaseUntil == null || r.LeaseUntil <= at || r.LeaseIsAhead || r.LeaseOwner == reviewer.Id)).ExecuteUpdateAsync(r => r
            .SetProperty(x => x.Queue, queue).SetProperty(x => x.VisibleAt, shownAt).SetProperty(x => x.DueAt, dueAt).SetProperty(x => x.WarnAt, warnAt).SetProperty(x => x.Version, x => x.Version + 1)
            .SetProperty(x => x.FirstById, first).SetProperty(x => x.FirstOutcome, firstOutcome).SetProperty(x => x.SecondById, second)
            .LeasedTo(reviewer, lease), stop) == 0) return await TooLateAsync();
        if (takes) await LeaseReviews.PutBackAsync(db, reviewer, seq, step.At, at, stop);
        var code = step.Kind switch { ReviewEventKind.Skipped => "skipped", ReviewEventKind.Held => "held", ReviewEventKind.Answered => "answered", ReviewEventKind.FirstDecided => "first_decided", ReviewEventKind.Disagreed => "disagreed", _ => "escalated" };
        // The line stands where the step does, whose figures it takes back.
        review.Queue = queue;
        return (lease, await ReviewJournal.WriteAsync(db, reviewer, review, ReviewEventKind.StepUndone, AuditActions.ReviewUndone, new ReviewVerdict(default, code), now, null, transaction, stop));

        async Task<(ReviewLease? Lease, ReviewAnswer Answer)> TooLateAsync()
        {
            if (!takes) return (null, new(DecideReviews.TooLate));
            if (await UndoneAlreadyAsync(reviewer, seq, at, stop) is { } theirs) return (theirs, ReviewAnswer.Done);
            var isAhead = await db.Set<Review>().AnyAsync(r => r.Seq == seq && r.State == ReviewState.Open && r.LeaseIsAhead, stop);
            return (null, !isAhead && await LeaseReviews.WhyNotAsync(db, seq, reviewer, at, stop) is { Refusal: not LeaseReviews.LeaseGone } taken ? taken : new(DecideReviews.StepTooLate));
        }
    }

    /// <summary>The lease of who asked twice: the first has taken the step back, and nothing happened since.</summary>
    private async Task<ReviewLease?> UndoneAlreadyAsync(Reviewer reviewer, long seq, long now, CancellationToken stop)
    {
        var review = await db.Set<Review>().AsNoTracking().SingleAsync(r => r.Seq == seq, stop);
        if (review is not { State: ReviewState.Open, LeaseIsAhead: false, LeaseToken: { } token, LeaseUntil: { } until } || review.LeaseOwner != reviewer.Id || until <= now) return null;
        var since = await db.Set<ReviewEvent>().Where(e => e.Seq == seq && e.Version == review.Version && e.Kind != ReviewEventKind.Noted).Select(e => new { e.Kind, e.ActorId }).ToListAsync(stop);
        return since is [{ Kind: ReviewEventKind.Undone or ReviewEventKind.StepUndone } only] && only.ActorId == reviewer.Id ? new ReviewLease(seq, token, until) : null;
    }
}
