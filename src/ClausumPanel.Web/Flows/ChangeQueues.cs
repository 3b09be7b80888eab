using System.Globalization;
using System.Security.Cryptography;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Storage.Settings;
using ClausumPanel.Web.Plumbing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Flows;

/// <summary>Of the latest reviews, how many a filter takes.</summary>
/// <param name="All">Looked at.</param>
/// <param name="Days">The period they are from.</param>
public readonly record struct QueueReach(int Taken, int All, int Days);

/// <summary>
/// Changes the queues of reviews: what they take, how fast, in what order. Every change is one transaction with its line in the audit trail, and holds for payments from then on; what waits already keeps its
/// queue and its time, and has that of another queue when it is moved there.
/// </summary>
public sealed class ChangeQueues(PanelDb db, ReviewRouting routing, IOptions<PanelOptions> panel, TimeProvider clock)
{
    public const string
        Subject = "review-queue", CameWithIt = "This queue came with the installation: it can be switched off, not deleted.", StillOn = "Switch the queue off first.", StillWaiting = "{0} items wait in it: choose the queue they move to.",
        NoTarget = "There is no such queue to move them to.", ChangedMeanwhile = "Somebody else changed this queue meanwhile. Look at it again.", ManualStays = "What is escalated always has its queue.";

    private const string LastNumber = "reviews.last-queue";
    private const int ReachDays = 30, MostTried = 5_000, MovedAtOnce = 500;

    /// <summary>A mark of what the queue says, so that a form knows whether somebody changed it meanwhile.</summary>
    public static string Stamp(ReviewQueue queue) => Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(ReviewQueue.Write(queue.Summary))))[..16];

    /// <summary>Makes a queue; it is asked before all others.</summary>
    public async Task<ReviewQueue> AddAsync(Action<ReviewQueue> say, Actor actor, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(say);
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        var queues = await InOrder().ToListAsync(stop);
        // A number is given once: the history of a queue that was deleted must never be another's.
        var last = await LastNumberAsync(stop);
        var queue = new ReviewQueue { Number = Math.Max(queues.Max(q => q.Number), last) + 1 };
        say(queue);
        Place([queue, .. queues]);
        db.Add(queue);
        db.Audit(actor, AuditActions.ReviewQueueChanged, clock.GetUtcNow(), Subject, Name(queue), null, queue.Summary);
        await SaveAsync(transaction, stop);
        return queue;
    }

    /// <param name="number">Which.</param>
    /// <param name="stamp">What it said when the form was shown.</param>
    /// <param name="say">Writes into it what it says from now on.</param>
    /// <param name="actor">Who.</param>
    /// <param name="stop">Ends it before anything is written.</param>
    public async Task<ReviewAnswer> ChangeAsync(int number, string? stamp, Action<ReviewQueue> say, Actor actor, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(say);
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        if (await db.Set<ReviewQueue>().SingleOrDefaultAsync(q => q.Number == number, stop) is not { } queue) return new(LeaseReviews.NoQueue);
        if (Stamp(queue) is var now && now != stamp) return new(ChangedMeanwhile);
        var before = queue.Summary;
        say(queue);
        if (Stamp(queue) == now) return ReviewAnswer.Done;
        db.Audit(actor, AuditActions.ReviewQueueChanged, clock.GetUtcNow(), Subject, Name(queue), before, queue.Summary);
        await SaveAsync(transaction, stop);
        return ReviewAnswer.Done;
    }

    /// <summary>Lets it be asked before, or after, its neighbour.</summary>
    public async Task<ReviewAnswer> MoveAsync(int number, bool up, Actor actor, CancellationToken stop)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        var queues = await InOrder().ToListAsync(stop);
        var at = queues.FindIndex(q => q.Number == number);
        if (at < 0) return new(LeaseReviews.NoQueue);
        var to = at + (up ? -1 : 1);
        if (to < 0 || to >= queues.Count || queues[at].IsManual || queues[to].IsManual) return ReviewAnswer.Done;
        var before = queues[at].Summary;
        (queues[at], queues[to]) = (queues[to], queues[at]);
        Place(queues);
        db.Audit(actor, AuditActions.ReviewQueueChanged, clock.GetUtcNow(), Subject, Name(queues[to]), before, queues[to].Summary);
        await SaveAsync(transaction, stop);
        return ReviewAnswer.Done;
    }

    /// <summary>Nothing new comes into a queue that is off; what waits in it is decided as before.</summary>
    public async Task<ReviewAnswer> SwitchAsync(int number, bool on, Actor actor, CancellationToken stop)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        if (await db.Set<ReviewQueue>().SingleOrDefaultAsync(q => q.Number == number, stop) is not { } queue) return new(LeaseReviews.NoQueue);
        if (queue.IsManual) return new(ManualStays);
        if (queue.IsActive == on) return ReviewAnswer.Done;
        var before = queue.Summary;
        queue.IsActive = on;
        db.Audit(actor, AuditActions.ReviewQueueChanged, clock.GetUtcNow(), Subject, Name(queue), before, queue.Summary);
        await SaveAsync(transaction, stop);
        return ReviewAnswer.Done;
    }

    /// <summary>How many items wait in it for a decision, shown already or not.</summary>
    public Task<int> OpenAsync(int number, CancellationToken stop) => db.Set<Review>().CountAsync(r => r.Queue == number && r.State == ReviewState.Open, stop);

    /// <summary>Removes a queue somebody made. What is in it goes to another one: what waits has that one's time, what is decided is found there when it is opened again.</summary>
    /// <param name="number">Which.</param>
    /// <param name="target">Where its items go; needed when some wait.</param>
    /// <param name="actor">Who.</param>
    /// <param name="stop">Ends it before anything is written.</param>
    public async Task<ReviewAnswer> DeleteAsync(int number, int? target, Actor actor, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        await db.LockQueuesAsync(stop);
        if (await db.Set<ReviewQueue>().SingleOrDefaultAsync(q => q.Number == number, stop) is not { } queue) return new(LeaseReviews.NoQueue);
        if (!queue.IsOwn) return new(CameWithIt);
        if (queue.IsActive) return new(StillOn);
        if (target is { } chosen && (chosen == number || !await db.Set<ReviewQueue>().AnyAsync(q => q.Number == chosen, stop))) return new(NoTarget);
        if (target is null && await OpenAsync(number, stop) is > 0 and var waiting) return new(StillWaiting, waiting);
        var to = target ?? await db.Set<ReviewQueue>().Where(q => !q.IsManual && q.Number != number).OrderBy(q => q.Number <= ReviewQueue.EscalatedNumber ? 0 : 1).ThenByDescending(q => q.Position).Select(q => q.Number).FirstAsync(stop);
        var moved = await MoveItemsAsync(number, to, actor, now, stop);
        var last = Math.Max(number, await LastNumberAsync(stop)).ToString(CultureInfo.InvariantCulture);
        if (await db.Settings.SingleOrDefaultAsync(s => s.Name == LastNumber, stop) is { } setting) (setting.Value, setting.ChangedAt) = (last, now);
        else db.Settings.Add(new PanelSetting { Name = LastNumber, Value = last, ChangedAt = now });
        db.Remove(queue);
        db.Audit(actor, AuditActions.ReviewQueueChanged, now, Subject, Name(queue), queue.Summary, new { Deleted = true, MovedTo = to, Moved = moved });
        await SaveAsync(transaction, stop);
        return ReviewAnswer.Done;
    }

    /// <summary>What the queue's filter would have taken of the latest reviews.</summary>
    public async Task<QueueReach> ReachAsync(ReviewQueue queue, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        var (from, to) = await LabelQueries.SeqsAsync(db, now.AddDays(-ReachDays), now.AddSeconds(1), stop);
        var trial = new QueueTrial(queue);
        var (taken, all) = (0, 0);
        var rows = from review in db.Set<Review>().AsNoTracking()
                   join stored in db.Set<StoredAssessment>().AsNoTracking() on review.Seq equals stored.Seq
                   where review.Seq >= @from && review.Seq <= to
                   orderby review.Seq descending
                   select stored;
        await foreach (var stored in rows.Take(MostTried).AsAsyncEnumerable().WithCancellation(stop))
        {
            all++;
            if (trial.Takes(stored)) taken++;
        }
        return new QueueReach(taken, all, ReachDays);
    }

    private async Task<int> MoveItemsAsync(int number, int to, Actor actor, DateTimeOffset now, CancellationToken stop)
    {
        var (moved, at, target) = (0, now.ToUnixTimeMilliseconds(), await db.Set<ReviewQueue>().AsNoTracking().SingleAsync(q => q.Number == to, stop));
        while (await db.Set<Review>().AsNoTracking().Where(r => r.Queue == number && r.State == ReviewState.Open).OrderBy(r => r.VisibleAt).Take(MovedAtOnce).ToListAsync(stop) is { Count: > 0 } open)
        {
            // What is shown has its new time from now on, what is put away once it is back.
            foreach (var shown in open.GroupBy(r => Math.Max(r.VisibleAt, at)))
            {
                var (seqs, term) = (shown.Select(r => r.Seq).ToList(), ReviewTerm.Of(target, shown.Key, panel.Value.Zone));
                await db.Set<Review>().Where(r => seqs.Contains(r.Seq) && r.Queue == number && r.State == ReviewState.Open)
                    .ExecuteUpdateAsync(r => r.SetProperty(x => x.Queue, to).SetProperty(x => x.DueAt, term.DueAt).SetProperty(x => x.WarnAt, term.WarnAt).SetProperty(x => x.Version, x => x.Version + 1), stop);
            }
            db.AddRange(open.Select(r => LeaseReviews.Event(actor, r, ReviewEventKind.Moved, now, raises: true)));
            await db.SaveChangesAsync(stop);
            moved += open.Count;
        }
        await db.Set<Review>().Where(r => r.Queue == number).ExecuteUpdateAsync(r => r.SetProperty(x => x.Queue, to), stop);
        return moved;
    }

    private async Task<int> LastNumberAsync(CancellationToken stop) => await db.Settings.Where(s => s.Name == LastNumber).Select(s => s.Value).SingleOrDefaultAsync(stop) is { } text ? int.Parse(text, CultureInfo.InvariantCulture) : 0;

    /// <summary>What is escalated comes in by hand: its queue is asked for nothing and stands last.</summary>
    private IQueryable<ReviewQueue> InOrder() => db.Set<ReviewQueue>().OrderBy(q => q.IsManual).ThenBy(q => q.Position).ThenBy(q => q.Number);

    private static void Place(List<ReviewQueue> queues)
    {
        for (var i = 0; i < queues.Count; i++) queues[i].Position = i + 1;
    }

    private static string Name(ReviewQueue queue) => queue.Number.ToString(CultureInfo.InvariantCulture);

    private async Task SaveAsync(Microsoft.EntityFrameworkCore.Storage.IDbContextTransaction transaction, CancellationToken stop)
    {
        await db.RaiseAsync(ChangeTopics.Reviews, stop);
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(CancellationToken.None);
        await routing.ReloadAsync(db, CancellationToken.None);
    }
}
