using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Metrics;
using ClausumPanel.Storage.Outbox;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Storage.Settings;
using ClausumPanel.Web.Plumbing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Flows;

/// <summary>
/// Lets decisions take effect once they can no longer be undone: label, list entries, the event for the outside and the trail in one transaction, each decision exactly once. And does to items
/// whose time ran out what their queue says.
/// </summary>
public sealed class SettleReviews(PanelDb db, AssessService service, ListShelf shelf, ReviewTurns turns, IOptions<PanelOptions> panel, TimeProvider clock)
{
    private const int AtOnce = 100;

    /// <returns>When the next decision takes effect, Unix milliseconds; null when none waits.</returns>
    public async Task<long?> RunAsync(CancellationToken stop)
    {
        if (service.Memory is null || turns.IsResting) return null;
        await TimeOutAsync(stop);
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        while (await db.Set<Review>().AsNoTracking().Where(r => r.State == ReviewState.Decided && r.SettlesAt <= now).OrderBy(r => r.SettlesAt).Take(AtOnce).ToListAsync(stop) is { Count: > 0 } due)
        {
            foreach (var review in due) await SettleAsync(review, stop);
        }
        return await db.Set<Review>().Where(r => r.State == ReviewState.Decided).MinAsync(r => r.SettlesAt, stop);
    }

    private async Task SettleAsync(Review review, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        var (ledger, at) = (new LabelLedger(db), now.ToUnixTimeMilliseconds());
        db.ChangeTracker.Clear();
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        await ledger.BeginAsync(stop);
        var stored = await db.Set<StoredAssessment>().AsNoTracking().SingleAsync(a => a.Seq == review.Seq, stop);
        var actor = await ActorAsync(review, stop);
        Label? label = null;
        // Neither time nor a payer who passes a challenge says what a payment turns out to be, and a challenge that waits for its answer says nothing yet.
        if (review is { DecidedById: not null, Label: { } outcome })
        {
            label = (await ledger.AppendAsync([new NewLabel(review.Seq, stored.At, outcome, LabelSource.Analyst) { Reason = review.Reason, Note = review.Note?[..Math.Min(review.Note.Length, Label.LongestNote)], Amount = stored.Amount, Currency = stored.Currency }],
                LabelChannel.Panel, actor, now, stop))[0].Row;
        }
        var labelId = label?.Id;
        if (await db.Set<Review>().Where(r => r.Seq == review.Seq && r.State == ReviewState.Decided && r.Version == review.Version && r.SettlesAt <= at)
            .ExecuteUpdateAsync(r => r.SetProperty(x => x.State, ReviewState.Closed).SetProperty(x => x.Version, x => x.Version + 1).SetProperty(x => x.LabelId, labelId), stop) == 0)
        {
            // Undone in this very moment: nothing of it is kept.
            db.ChangeTracker.Clear();
            return;
        }
        await db.SaveChangesAsync(stop);
        await TallyMoves.FinalAsync(db, review.Seq, null, review.Outcome, stop);
        var entries = await ListAsync(review, stored, actor, now, stop);
        var listed = ReviewEntry.Read(review.Entries).Where(wanted => entries.Exists(e => e.Type == wanted.Type)).ToList();
        db.Add(LeaseReviews.Event(Actor.System, review, ReviewEventKind.Closed, now, raises: true, ReviewEntry.Write(listed)));
        db.Audit(actor, AuditActions.ReviewClosed, now, DecideReviews.Subject, review.Seq.ToString(CultureInfo.InvariantCulture), new { State = nameof(ReviewState.Decided) },
            new { Assessment = stored.Id, Outcome = review.Outcome.ToString(), review.Reason, review.IsTimedOut, Label = labelId, Entries = entries.Count });
        if (label is not null) db.Audit(actor, AuditActions.LabelWritten, now, RecordLabels.Subject, label.Id.ToString(), after: label.Summary);
        if (entries.Count > 0) await db.RaiseAsync(ChangeTopics.Lists, stop);
        await DecideReviews.TellAsync(db, review, OutboxEventType.ReviewClosed, at, stop);
        await transaction.CommitAsync(CancellationToken.None);
        db.ChangeTracker.Clear();
        shelf.Apply(entries.Select(e => new ListChange(e)));
        await service.Memory!.NoteAsync(db, ledger.Changes, CancellationToken.None);
    }

    private async Task<Actor> ActorAsync(Review review, CancellationToken stop)
    {
        if (review.DecidedById is not { } id) return Actor.System;
        return new Actor(ActorKind.Person, id, await db.Users.Where(u => u.Id == id).Select(u => u.DisplayName).FirstOrDefaultAsync(stop) ?? "?");
    }

    private async Task<List<ListEntry>> ListAsync(Review review, StoredAssessment stored, Actor actor, DateTimeOffset now, CancellationToken stop)
    {
        var written = new List<ListEntry>();
        if (ReviewEntry.Read(review.Entries) is not { Count: > 0 } all) return written;
        var facts = new Facts();
        FactSnapshot.Read(stored.Facts, facts);
        foreach (var wanted in all)
        {
            if (ReviewEntry.ValueOf(wanted.Type, facts) is not { } value) continue;
            var ends = wanted.Days is { } days ? now.AddDays(days) : (DateTimeOffset?)null;
            var reason = ListedByReview.Reason(stored.Id);
            if (await db.Set<ListEntry>().SingleOrDefaultAsync(e => e.Type == wanted.Type && e.Value == value, stop) is { } entry)
            {
                // Somebody allowed it meanwhile: a person decides that, not this.
                if (entry.IsActive && entry.Severity == ListSeverity.Allow && wanted.Severity == ListSeverity.Block) continue;
                var before = entry.Summary;
                (entry.Severity, entry.IsActive, entry.ExpiresAt, entry.Reason) = (wanted.Severity, true, ends, reason);
                db.Audit(actor, AuditActions.ListEntryChanged, now, ChangeLists.Subject, entry.Id.ToString(), before, entry.Summary);
            }
            else
            {
                entry = new ListEntry { Id = Guid.CreateVersion7(now), Type = wanted.Type, Value = value, Severity = wanted.Severity, Reason = reason, Source = ListSource.Manual, CreatedAt = now, ExpiresAt = ends, OwnerId = actor.Id };
                db.Add(entry);
                db.Audit(actor, AuditActions.ListEntryAdded, now, ChangeLists.Subject, entry.Id.ToString(), after: entry.Summary);
            }
            written.Add(entry);
        }
        return written;
    }

    private async Task TimeOutAsync(CancellationToken stop)
    {
        var at = clock.GetUtcNow().ToUnixTimeMilliseconds();
        var queues = await db.Set<ReviewQueue>().AsNoTracking().ToDictionaryAsync(q => q.Number, stop);
        var numbers = queues.Values.Where(q => q.Timeout != TimeoutAction.None).Select(q => q.Number).ToArray();
        if (numbers.Length == 0) return;
        // Who put one off may take it back until then, and must not find it decided.
        var steps = from e in db.Set<ReviewEvent>()
                    join q in db.Set<ReviewQueue>() on e.Queue equals q.Number
                    where (e.Kind == ReviewEventKind.Skipped || e.Kind == ReviewEventKind.Held || e.Kind == ReviewEventKind.Escalated || e.Kind == ReviewEventKind.Answered) && e.At + (q.UndoSeconds * 1_000L) > at
                    select e;
        var overdue = db.Set<Review>().AsNoTracking().Waiting(at).Free(at).Where(r => r.DueAt <= at && numbers.Contains(r.Queue) && (r.FirstById == null || r.Queue != ReviewQueue.EscalatedNumber) && !steps.Any(e => e.Seq == r.Seq && e.Version == r.Version));
        if (queues[ReviewQueue.EscalatedNumber].Timeout is TimeoutAction.Approve or TimeoutAction.Decline) overdue = SecondPerson.WithoutThoseForTwo(overdue, db, queues);
        var (dueAt, seq, done) = (long.MinValue, 0L, 0);
        // What stays for people where it is keeps nothing behind it from its turn.
        while (done < AtOnce && await overdue.Where(r => r.DueAt > dueAt || (r.DueAt == dueAt && r.Seq > seq)).OrderBy(r => r.DueAt).ThenBy(r => r.Seq).Take(AtOnce).ToListAsync(stop) is { Count: > 0 } some)
        {
            (dueAt, seq) = (some[^1].DueAt!.Value, some[^1].Seq);
            var seqs = some.ConvertAll(r => r.Seq);
            var amounts = await db.Set<StoredAssessment>().Where(a => seqs.Contains(a.Seq)).Select(a => new { a.Seq, a.Amount, a.Currency }).ToDictionaryAsync(a => a.Seq, a => new Money(a.Amount, a.Currency), stop);
            // What stands with those who decide the hard ones is asked how it came there, and what was put away for how long.
            var histories = (await db.Set<ReviewEvent>().AsNoTracking().Where(e => seqs.Contains(e.Seq)).OrderBy(e => e.At).ThenBy(e => e.Version).ToListAsync(stop)).ToLookup(e => e.Seq);
            foreach (var review in some)
            {
                List<ReviewEvent> history = [.. histories[review.Seq]];
                if (HeldTerm(review, queues[review.Queue], history) <= at && ActionOn(review, queues, amounts[review.Seq], history) is not TimeoutAction.None and var action && await TimeOutAsync(review, action, queues[ReviewQueue.EscalatedNumber], at, stop)) done++;
            }
        }
    }

    /// <summary>From when on time may decide what somebody took before the time it was put away until, as late as it was: its colleagues have what they would have had. <see cref="long.MinValue"/>: nothing of that kind.</summary>
    private long HeldTerm(Review review, ReviewQueue queue, IReadOnlyList<ReviewEvent> history) =>
        history.LastOrDefault(e => e.Kind is ReviewEventKind.Held or ReviewEventKind.Escalated or ReviewEventKind.Answered or ReviewEventKind.Disagreed or ReviewEventKind.TimedOut or ReviewEventKind.Moved or ReviewEventKind.Reopened or ReviewEventKind.ChallengeUnanswered && history.Stands(e))
            is { Kind: ReviewEventKind.Held, Until: { } until } hold && hold.Queue == review.Queue && review.VisibleAt < until ? ReviewTerm.Of(queue, until, panel.Value.Zone).DueAt ?? until : long.MinValue;

    /// <summary>What time does to the item. Where two people decide it is none of them.</summary>
    /// <param name="review">The item.</param>
    /// <param name="queues">All there are.</param>
    /// <param name="amount">Of the payment.</param>
    /// <param name="history">Its own; asked only of what stands with those who decide the hard ones.</param>
    internal static TimeoutAction ActionOn(Review review, IReadOnlyDictionary<int, ReviewQueue> queues, Money amount, IReadOnlyList<ReviewEvent> history)
    {
        var queue = queues[review.Queue];
        if (queue.Timeout is TimeoutAction.None or TimeoutAction.Escalate) return queue.Timeout;
        var isForTwo = review.FirstById is not null || queue.IsForTwo(amount) || (queue.IsManual && SecondPerson.IsNeeded(history, queues, amount, null));
        return !isForTwo ? queue.Timeout : queue.IsManual ? TimeoutAction.None : TimeoutAction.Escalate;
    }

    private async Task<bool> TimeOutAsync(Review review, TimeoutAction action, ReviewQueue escalated, long at, CancellationToken stop)
    {
        var free = db.Set<Review>().Where(r => r.Seq == review.Seq && r.Version == review.Version).Waiting(at).Free(at);
        db.ChangeTracker.Clear();
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        var (outcome, term) = (action == TimeoutAction.Approve ? ReviewOutcome.Approve : ReviewOutcome.Decline, ReviewTerm.Of(escalated, at, panel.Value.Zone));
        var moved = action == TimeoutAction.Escalate
            ? await free.ExecuteUpdateAsync(r => r.SetProperty(x => x.Queue, ReviewQueue.EscalatedNumber).SetProperty(x => x.Version, x => x.Version + 1).SetProperty(x => x.DueAt, term.DueAt).SetProperty(x => x.WarnAt, term.WarnAt), stop)
            : await free.ExecuteUpdateAsync(r => r.SetProperty(x => x.State, ReviewState.Decided).SetProperty(x => x.Version, x => x.Version + 1).SetProperty(x => x.Outcome, outcome).SetProperty(x => x.Reason, "timed_out")
                .SetProperty(x => x.DecidedAt, at).SetProperty(x => x.SettlesAt, at).SetProperty(x => x.IsTimedOut, true), stop);
        if (moved == 0) return false;
        var now = DateTimeOffset.FromUnixTimeMilliseconds(at);
        db.Add(LeaseReviews.Event(Actor.System, review, ReviewEventKind.TimedOut, now, raises: true, outcome: action == TimeoutAction.Escalate ? null : outcome));
        db.Audit(Actor.System, AuditActions.ReviewTimedOut, now, DecideReviews.Subject, review.Seq.ToString(CultureInfo.InvariantCulture), null, new { Action = action.ToString(), review.Queue });
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(CancellationToken.None);
        return true;
    }
}
