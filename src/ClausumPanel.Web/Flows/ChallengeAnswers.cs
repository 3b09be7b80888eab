using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Metrics;
using ClausumPanel.Storage.Outbox;
using ClausumPanel.Storage.Reviews;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>
/// What became of a challenge, as the shop tells it: a payer who passed it is approved, one who did not is declined, with no label, since no person looked. What waits for an answer waits for nobody any more; a case that
/// somebody has in hand, or that one of two has decided, stays theirs and has the answer in its history.
/// </summary>
internal static class ChallengeAnswers
{
    public const string Approved = "challenge_passed", Declined = "challenge_failed", Noted = "challenge_noted", NotAsked = "not_challenged";

    /// <param name="db">In a transaction that holds the ledger's lock; the payment is folded.</param>
    /// <param name="payment">Whose payer was asked.</param>
    /// <param name="hasPassed">They proved what they were asked to.</param>
    /// <param name="said">The event's type.</param>
    /// <param name="actor">What brought it.</param>
    /// <param name="now">The current instant.</param>
    /// <param name="stop">Ends it early.</param>
    /// <returns>What came of it: one of the words above, or of <see cref="ApplyEvents"/>.</returns>
    public static async Task<string> ApplyAsync(PanelDb db, StoredAssessment payment, bool hasPassed, string said, Actor actor, DateTimeOffset now, CancellationToken stop)
    {
        if (await db.Set<Review>().AsNoTracking().SingleOrDefaultAsync(r => r.Seq == payment.Seq, stop) is not { } review) return NotAsked;
        var at = now.ToUnixTimeMilliseconds();
        var (outcome, word) = hasPassed ? (ReviewOutcome.Approve, Approved) : (ReviewOutcome.Decline, Declined);
        // A person's own challenge is answered too: it took effect, and is opened again by the answer.
        var wasAsked = review is { State: ReviewState.Closed, Outcome: ReviewOutcome.Challenge };
        if (review.State == ReviewState.Closed && !wasAsked) return ApplyEvents.Reviewed;
        var events = await db.Set<ReviewEvent>().AsNoTracking().Where(e => e.Seq == review.Seq).OrderBy(e => e.Version).ToListAsync(stop);
        if (review.Decision != Decision.Challenge && !events.Exists(e => e is { Kind: ReviewEventKind.Decided or ReviewEventKind.FirstDecided, Outcome: ReviewOutcome.Challenge })) return NotAsked;
        // Where people have looked it is for people: what was opened again, what they ask each other, what can still be undone.
        var isTheirs = review.State == ReviewState.Decided || review.FirstById is not null || events.Exists(e => e.Kind == ReviewEventKind.Reopened) || events.Handed() is not null;
        if (!wasAsked && (isTheirs || (review.LeaseUntil > at && !review.LeaseIsAhead)))
        {
            db.Add(Line(ReviewEventKind.Noted, review.Version, said));
            return Noted;
        }
        var unchanged = db.Set<Review>().Where(r => r.Seq == review.Seq && r.Version == review.Version && r.State == review.State && (r.LeaseUntil == null || r.LeaseUntil <= at || r.LeaseIsAhead));
        var version = review.Version + 1;
        var taken = await unchanged.ExecuteUpdateAsync(r => r
            .SetProperty(x => x.State, ReviewState.Decided).SetProperty(x => x.Version, version).SetProperty(x => x.Outcome, outcome).SetProperty(x => x.Reason, word).SetProperty(x => x.Note, (string?)null).SetProperty(x => x.Entries, (string?)null)
            .SetProperty(x => x.DecidedById, (Guid?)null).SetProperty(x => x.DecidedWith, (Guid?)null).SetProperty(x => x.DecidedAt, at).SetProperty(x => x.SettlesAt, at).SetProperty(x => x.IsTimedOut, false)
            .Freed(), stop);
        // Somebody took it in this very moment: it is theirs.
        if (taken == 0)
        {
            db.Add(Line(ReviewEventKind.Noted, review.Version, said));
            return Noted;
        }
        if (wasAsked)
        {
            await TallyMoves.FinalAsync(db, review.Seq, review.Outcome, null, stop);
            await DecideReviews.TellAsync(db, review, OutboxEventType.ReviewReopened, at, stop);
        }
        db.Add(Line(ReviewEventKind.ChallengeAnswered, version, null));
        return word;

        ReviewEvent Line(ReviewEventKind kind, int number, string? note) => new()
        {
            Id = Guid.CreateVersion7(now), Seq = review.Seq, At = at, Kind = kind, Queue = review.Queue, ActorName = actor.Name, Outcome = kind == ReviewEventKind.ChallengeAnswered ? outcome : null, Reason = word, Note = note, Version = number,
        };
    }
}
