using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Metrics;
using ClausumPanel.Storage.Outbox;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Storage.Settings;
using ClausumPanel.Web.Plumbing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Flows;

/// <summary>
/// A person's challenge whose end nobody tells comes back: to the queue that shows the engine's, once as long has passed since it took effect as that queue waits. What was said then stands until somebody decides anew, and the
/// outside is told that it is open again. Each comes back once; one that is answered, or opened again, in that moment does not.
/// </summary>
public sealed class UnansweredChallenges(PanelDb db, AssessService service, ReviewTurns turns, IOptions<PanelOptions> panel, TimeProvider clock)
{
    /// <summary>Older ones nobody waits for any more.</summary>
    public static readonly TimeSpan Longest = TimeSpan.FromDays(7);

    private const int AtOnce = 100;

    /// <summary>Where a challenge that took effect comes back to, and when, Unix milliseconds; null: nowhere, for no queue waits for the answers to challenges.</summary>
    /// <param name="review">Decided as a challenge by a person, for good.</param>
    /// <param name="stored">Its payment.</param>
    /// <param name="queues">All there are.</param>
    internal static (ReviewQueue Queue, long At)? ReturnOf(Review review, StoredAssessment stored, IEnumerable<ReviewQueue> queues)
    {
        if (review is not { State: ReviewState.Decided or ReviewState.Closed, Outcome: ReviewOutcome.Challenge, DecidedById: not null, SettlesAt: { } settled }) return null;
        return QueueOf(stored, queues) is { } queue ? (queue, settled + (queue.DelayMinutes * 60_000L)) : null;
    }

    /// <summary>The queue that a challenge of the payment comes back to when nobody answers it; null: none.</summary>
    /// <param name="stored">The payment.</param>
    /// <param name="queues">All there are.</param>
    internal static ReviewQueue? QueueOf(StoredAssessment stored, IEnumerable<ReviewQueue> queues) => WaitingFor(queues).FirstOrDefault(q => new QueueTrial(q).Takes(stored, Decision.Challenge));

    /// <summary>The queues that take challenges, and only after a while: the answer may come.</summary>
    private static IEnumerable<ReviewQueue> WaitingFor(IEnumerable<ReviewQueue> queues) =>
        queues.Where(q => q is { IsActive: true, IsManual: false, DelayMinutes: > 0 } && q.ReadFilter().Decision == Decision.Challenge).OrderBy(q => q.Position);

    /// <summary>Brings back those whose time has come.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        if (service.Memory is null || turns.IsResting) return;
        var queues = await db.Set<ReviewQueue>().AsNoTracking().ToListAsync(stop);
        if (WaitingFor(queues).Select(q => (int?)q.DelayMinutes).Min() is not { } shortest) return;
        var now = clock.GetUtcNow();
        var (since, latest) = ((now - Longest).ToUnixTimeMilliseconds(), now.AddMinutes(-shortest).ToUnixTimeMilliseconds());
        // Of what was decided lately only the challenges that stand: the index of decisions has all that is asked of the first.
        var asked = await (from e in db.Set<ReviewEvent>()
                           where e.Kind == ReviewEventKind.Decided && e.At > since && e.At <= latest && e.Outcome == ReviewOutcome.Challenge
                           join r in db.Set<Review>() on e.Seq equals r.Seq
                           where r.State == ReviewState.Closed && r.Outcome == ReviewOutcome.Challenge && r.DecidedById != null && r.Version == e.Version + 1 && r.SettlesAt <= latest
                           orderby r.Seq
                           select r.Seq).ToListAsync(stop);
        foreach (var seqs in asked.Chunk(AtOnce))
        {
            var some = await db.Set<Review>().AsNoTracking().Where(r => seqs.Contains(r.Seq)).OrderBy(r => r.Seq).ToListAsync(stop);
            var stored = await db.Set<StoredAssessment>().AsNoTracking().Where(a => seqs.Contains(a.Seq)).ToDictionaryAsync(a => a.Seq, stop);
            foreach (var review in some)
                if (stored.TryGetValue(review.Seq, out var payment) && ReturnOf(review, payment, queues) is var (queue, at) && at <= now.ToUnixTimeMilliseconds()) await ReturnAsync(review, queue, now, stop);
        }
    }

    private async Task ReturnAsync(Review review, ReviewQueue queue, DateTimeOffset now, CancellationToken stop)
    {
        db.ChangeTracker.Clear();
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        // The queue it comes back to must still be there when that is written.
        await db.LockQueuesAsync(stop);
        // An answer takes the same lock: whichever is first, the other finds what it did.
        await new LabelLedger(db).BeginAsync(stop);
        var at = now.ToUnixTimeMilliseconds();
        var (number, term) = (queue.Number, ReviewTerm.Of(queue, at, panel.Value.Zone));
        if (await db.Set<Review>().Where(r => r.Seq == review.Seq && r.Version == review.Version && r.State == ReviewState.Closed && r.Outcome == ReviewOutcome.Challenge).ExecuteUpdateAsync(r => r.Opened()
            .SetProperty(x => x.Queue, number).SetProperty(x => x.VisibleAt, at).SetProperty(x => x.DueAt, term.DueAt).SetProperty(x => x.WarnAt, term.WarnAt)
            .SetProperty(x => x.FirstById, (Guid?)null).SetProperty(x => x.SecondById, (Guid?)null).SetProperty(x => x.FirstOutcome, (ReviewOutcome?)null), stop) == 0) return;
        await TallyMoves.FinalAsync(db, review.Seq, review.Outcome, null, stop);
        await DecideReviews.TellAsync(db, review, OutboxEventType.ReviewReopened, at, stop);
        db.Add(LeaseReviews.Event(Actor.System, review, ReviewEventKind.ChallengeUnanswered, now, raises: true));
        db.Audit(Actor.System, AuditActions.ReviewReopened, now, DecideReviews.Subject, review.Seq.ToString(CultureInfo.InvariantCulture), new { State = review.State.ToString(), Outcome = review.Outcome?.ToString() },
            new { Step = nameof(ReviewEventKind.ChallengeUnanswered), Queue = number });
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(CancellationToken.None);
        db.ChangeTracker.Clear();
    }
}
