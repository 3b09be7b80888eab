using System.Globalization;
using System.Text.Json;
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
using ClausumPanel.Web.Enrichment;
using ClausumPanel.Web.Plumbing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Flows;

/// <summary>A value of the payment that goes on a list with the decision.</summary>
/// <param name="Type">Which of its values.</param>
/// <param name="Severity">Block or allow.</param>
/// <param name="Days">For how long; null: for good.</param>
public sealed record ReviewEntry(ListType Type, ListSeverity Severity, int? Days)
{
    /// <returns>Null where there are none.</returns>
    internal static string? Write(IReadOnlyList<ReviewEntry>? entries) => entries is { Count: > 0 } ? JsonSerializer.Serialize(entries) : null;

    internal static IReadOnlyList<ReviewEntry> Read(string? entries) => entries is null ? [] : JsonSerializer.Deserialize<List<ReviewEntry>>(entries)!;
}

/// <summary>What a person decides.</summary>
/// <param name="Outcome">What becomes of the payment.</param>
/// <param name="Reason">One of the queue's codes for it, which fits the flow.</param>
/// <param name="Note">In their own words.</param>
/// <param name="ReadingMilliseconds">How long it was in front of them, as the page measured it; more than they have had it is not believed.</param>
/// <param name="Entries">What goes on lists with it.</param>
/// <param name="Label">Of a decline, what they say the payment was: fraud, or inconclusive; null: what the reason says.</param>
/// <param name="AsksIfQuick">A decline that was read for less than the queue asks is refused once: whoever decides has not confirmed it.</param>
public sealed record ReviewVerdict(ReviewOutcome Outcome, string? Reason, string? Note = null, int? ReadingMilliseconds = null, IReadOnlyList<ReviewEntry>? Entries = null, LabelOutcome? Label = null, bool AsksIfQuick = false)
{
    /// <summary>What it says the payment was, once it is for good; null: nothing.</summary>
    public LabelOutcome? Says => Label ?? ReviewReasons.LabelOf(Outcome, Reason);

    /// <summary>How long it was read, in whole seconds as they are said; 1 at least.</summary>
    public int ReadingSeconds => Math.Max(1, (int)Math.Round((ReadingMilliseconds ?? 0) / 1_000d));
}

/// <summary>
/// The steps in the review of a payment. A decision needs the lease, a reason of the queue and, above an amount, a second person; it takes effect when it can no longer be undone
/// (<see cref="SettleReviews"/>). Every step is one transaction with its line in the item's history and in the audit trail.
/// </summary>
public sealed class DecideReviews(PanelDb db, ReviewTurns turns, ListShelf shelf, ReferenceData data, IOptions<PanelOptions> panel, TimeProvider clock)
{
    public const string
        Subject = "review", ReasonMissing = "Choose a reason.", NoteMissing = "Write a note of at least {0} characters.", NoteTooLong = "A note has at most {0} characters.", NoteForAmount = "Its amount needs a note in this queue: at least {0} characters.", DeclineQuick = "Decided in {0} s. Decline anyway?",
        OwnPayment = "This payment is your own: somebody else must decide it.", DecidedAlready = "{0} decided it: {1}.", TimeDecided = "Time ran out, and it was decided: {0}.", AnswerDecided = "The challenge was answered, which decided it: {0}.", TooLate = "It can no longer be undone. Reopen it instead.", StepTooLate = "It can no longer be undone.",
        NotYours = "Only {0} can undo it.", NotClosed = "It is not closed.", EscalatedAlready = "It is escalated already.", NoQuestion = "Nobody has asked anything here that waits for an answer.", NoSuchHold = "Choose a time to come within {0} days.", NothingToList = "The payment has no value of the type {0}.", ListedOtherwise = "{0}: there is an entry that allows it.", TooMuchToList = "A decision lists at most {0} values, one of each type.", NothingWithChallenge = "A challenge lists nothing: block or allow values with an approval or a decline.",
        LabelMissing = "Choose the label: fraud or inconclusive.", LabelWithDecline = "Only a decline takes a label: fraud or inconclusive.";

    public const int LongestHoldDays = 30, MostEntries = 12, ShortestNote = 3;

    private const int LongestReadingMilliseconds = 3_600_000, LongestEntryDays = 3_650;

    /// <summary>Decides, or decides first where two must.</summary>
    public async Task<ReviewAnswer> DecideAsync(Reviewer reviewer, long seq, Guid token, ReviewVerdict verdict, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(verdict);
        using var turn = await turns.TakeAsync(stop);
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        if (await FindAsync(seq, stop) is not { } found) return new(LeaseReviews.NotThere);
        var (review, queue) = found;
        if (review.State != ReviewState.Open) return review.DecidedWith == token && review.DecidedById == reviewer.Id && review.Outcome == verdict.Outcome && review.Label == verdict.Says ? ReviewAnswer.Done : await DecidedByAsync(db, review, stop);
        var stored = await db.Set<StoredAssessment>().AsNoTracking().SingleAsync(a => a.Seq == seq, stop);
        var facts = new Facts();
        FactSnapshot.Read(stored.Facts, facts);
        // Whichever way they came to hold it.
        if (Barred(reviewer, review, queue, await IsOwnAsync(reviewer, facts, stop)) is { } barred) return new(barred);
        if (await RefusalAsync(review, queue, stored, verdict, facts, stop) is { } refusal) return refusal;
        if (verdict is { AsksIfQuick: true, Outcome: ReviewOutcome.Decline } && queue.IsQuick(verdict.ReadingMilliseconds)) return new(DeclineQuick, verdict.ReadingSeconds);
        var now = clock.GetUtcNow();
        if (await SecondPerson.IsNeededAsync(db, review, queue, stored.Money, reviewer.Id, stop)) return await DecideFirstAsync(reviewer, review, queue, token, verdict, now, transaction, stop);
        if (review is { FirstOutcome: { } first, SecondById: null } && first != verdict.Outcome) return await DisagreeAsync(reviewer, review, queue, token, verdict, now, transaction, stop);

        var entries = ReviewEntry.Write(verdict.Entries);
        var (decidedAt, settlesAt) = (now.ToUnixTimeMilliseconds(), now.AddSeconds(queue.UndoSeconds).ToUnixTimeMilliseconds());
        var (note, label) = (ListTexts.Clean(verdict.Note), verdict.Says);
        if (await Held(seq, token, reviewer.Id, now).ExecuteUpdateAsync(r => r
            .SetProperty(x => x.State, ReviewState.Decided).SetProperty(x => x.Version, x => x.Version + 1).SetProperty(x => x.Outcome, verdict.Outcome).SetProperty(x => x.Reason, verdict.Reason).SetProperty(x => x.Note, note).SetProperty(x => x.Label, label)
            .SetProperty(x => x.DecidedById, reviewer.Id).SetProperty(x => x.DecidedAt, decidedAt).SetProperty(x => x.SettlesAt, settlesAt).SetProperty(x => x.DecidedWith, token).SetProperty(x => x.Entries, entries)
            .SetProperty(x => x.LeaseOwner, (Guid?)null).SetProperty(x => x.LeaseToken, (Guid?)null).SetProperty(x => x.LeaseUntil, (long?)null), stop) == 0) return await LostAsync(reviewer, review.Seq, token, verdict, now, stop);
        return await WriteAsync(reviewer, review, ReviewEventKind.Decided, AuditActions.ReviewDecided, verdict, now, null, transaction, stop);
    }

    /// <summary>Why somebody may not decide an item, whatever they would decide; null: they may. What is refused for it is not offered either.</summary>
    internal static string? Barred(Reviewer reviewer, Review review, ReviewQueue queue, bool isOwn) =>
        BarredFromReopening(reviewer, queue, isOwn) ?? LeaseReviews.BarredAsFirst(reviewer, review);

    /// <summary>Why somebody may not take back what was decided for good; null: they may. Whoever decided first may: reopening lets two decide anew.</summary>
    internal static string? BarredFromReopening(Reviewer reviewer, ReviewQueue queue, bool isOwn) => queue.AdminsOnly && !reviewer.IsAdmin ? LeaseReviews.NotForYou : isOwn ? OwnPayment : null;

    /// <summary>Whether the reviewer is who pays: by the mailbox, however its address is written, or by the phone.</summary>
    internal async Task<bool> IsOwnAsync(Reviewer reviewer, Facts facts, CancellationToken stop)
    {
        if (await db.Users.Where(u => u.Id == reviewer.Id).Select(u => new { u.Email, u.PhoneNumber }).SingleOrDefaultAsync(stop) is not { } person) return false;
        return Same(Mailbox(facts.Text(Known.Email)), Mailbox(person.Email)) || Same(Number(facts.Text(Known.Phone)), Number(person.PhoneNumber));

        string? Mailbox(string? address) => address is not null && data.Emails.TryLook(address, out var known) ? known.Normalized : address;
        // Without a country code it is one of the payment's country.
        string? Number(string? phone) => phone is null ? null : PhoneNumbers.Read(phone, facts.Text(Known.PhoneCountry)).Number ?? phone.Trim();
        static bool Same(string? one, string? other) => !string.IsNullOrEmpty(one) && string.Equals(one, other, StringComparison.OrdinalIgnoreCase);
    }

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
        if (await FindAsync(seq, stop) is not { } found) return (null, new(LeaseReviews.NotThere));
        var review = found.Review;
        if (review.State == ReviewState.Open) return await UndoStepAsync(reviewer, review, takes, selection, transaction, stop);
        if (review.State == ReviewState.Decided && review.DecidedById != reviewer.Id)
            return (null, new(NotYours, await db.Users.Where(u => u.Id == review.DecidedById).Select(u => u.DisplayName).FirstOrDefaultAsync(stop) ?? "?"));
        var now = clock.GetUtcNow();
        var at = now.ToUnixTimeMilliseconds();
        // They would have it again, to decide it.
        if (review.State == ReviewState.Decided && review.SettlesAt > at && Barred(reviewer, review, found.Queue, isOwn: false) is { } barred) return (null, new(barred));
        ReviewLease? lease = takes ? new ReviewLease(seq, (selection ?? ReviewSelection.Of(null)).Token(), (now + LeaseReviews.Length).ToUnixTimeMilliseconds()) : null;
        var (owner, token, until) = (takes ? reviewer.Id : (Guid?)null, lease?.Token, lease?.Until);
        if (await db.Set<Review>().Where(r => r.Seq == seq && r.State == ReviewState.Decided && r.DecidedById == reviewer.Id && r.SettlesAt > at).ExecuteUpdateAsync(r => Opened(r)
            .SetProperty(x => x.LeaseOwner, owner).SetProperty(x => x.LeaseToken, token).SetProperty(x => x.LeaseUntil, until).SetProperty(x => x.LeaseIsAhead, false), stop) == 0)
            return await UndoneAlreadyAsync(reviewer, seq, at, stop) is { } theirs ? (theirs, ReviewAnswer.Done) : (null, new(TooLate));
        if (takes) await LeaseReviews.PutBackAsync(db, reviewer, seq, review.DecidedAt, at, stop);
        return (lease, await WriteAsync(reviewer, review, ReviewEventKind.Undone, AuditActions.ReviewUndone, null, now, null, transaction, stop));
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
        return step.At + (queue.UndoSeconds * 1_000L) is var until && until > now ? (step, until, BarredFromReopening(reviewer, queue, isOwn: false)) : null;
    }

    private async Task<(ReviewLease? Lease, ReviewAnswer Answer)> UndoStepAsync(Reviewer reviewer, Review review, bool takes, ReviewSelection? selection, Microsoft.EntityFrameworkCore.Storage.IDbContextTransaction transaction, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        var (seq, at) = (review.Seq, now.ToUnixTimeMilliseconds());
        // The queue it goes back to must still be there when that is written.
        await db.LockQueuesAsync(stop);
        var events = await db.Set<ReviewEvent>().AsNoTracking().Where(e => e.Seq == seq).ToListAsync(stop);
        if (await StepToUndoAsync(reviewer, review, events, at, stop) is not ({ } step, _, var barred)) return await TooLateAsync();
        // For whoever comes next only a decision is taken back.
        if (!takes && step.Kind is not (ReviewEventKind.FirstDecided or ReviewEventKind.Disagreed)) return (null, new(TooLate));
        if (barred is not null) return (null, new(barred));
        ReviewLease? lease = takes ? new ReviewLease(seq, (selection ?? ReviewSelection.Of(null)).Token(), (now + LeaseReviews.Length).ToUnixTimeMilliseconds()) : null;
        var (owner, token, until) = (takes ? reviewer.Id : (Guid?)null, lease?.Token, lease?.Until);
        var (version, queue, shownAt, dueAt, warnAt) = (step.Version, step.Queue, step.ShownBefore ?? review.VisibleAt, step.DueBefore, step.WarnBefore);
        var (first, firstOutcome) = step.Kind == ReviewEventKind.FirstDecided ? (null, null) : (review.FirstById, review.FirstOutcome);
        var second = step.Kind == ReviewEventKind.Disagreed ? null : review.SecondById;
        // What is only kept ready for a colleague nobody looks at yet.
        if (await db.Set<Review>().Where(r => r.Seq == seq && r.State == ReviewState.Open && r.Version == version && (r.LeaseUntil == null || r.LeaseUntil <= at || r.LeaseIsAhead || r.LeaseOwner == reviewer.Id)).ExecuteUpdateAsync(r => r
            .SetProperty(x => x.Queue, queue).SetProperty(x => x.VisibleAt, shownAt).SetProperty(x => x.DueAt, dueAt).SetProperty(x => x.WarnAt, warnAt).SetProperty(x => x.Version, x => x.Version + 1)
            .SetProperty(x => x.FirstById, first).SetProperty(x => x.FirstOutcome, firstOutcome).SetProperty(x => x.SecondById, second)
            .SetProperty(x => x.LeaseOwner, owner).SetProperty(x => x.LeaseToken, token).SetProperty(x => x.LeaseUntil, until).SetProperty(x => x.LeaseIsAhead, false), stop) == 0) return await TooLateAsync();
        if (takes) await LeaseReviews.PutBackAsync(db, reviewer, seq, step.At, at, stop);
        var code = step.Kind switch { ReviewEventKind.Skipped => "skipped", ReviewEventKind.Held => "held", ReviewEventKind.Answered => "answered", ReviewEventKind.FirstDecided => "first_decided", ReviewEventKind.Disagreed => "disagreed", _ => "escalated" };
        // The line stands where the step does, whose figures it takes back.
        review.Queue = queue;
        return (lease, await WriteAsync(reviewer, review, ReviewEventKind.StepUndone, AuditActions.ReviewUndone, new ReviewVerdict(default, code), now, null, transaction, stop));

        async Task<(ReviewLease? Lease, ReviewAnswer Answer)> TooLateAsync()
        {
            if (!takes) return (null, new(TooLate));
            if (await UndoneAlreadyAsync(reviewer, seq, at, stop) is { } theirs) return (theirs, ReviewAnswer.Done);
            var isAhead = await db.Set<Review>().AnyAsync(r => r.Seq == seq && r.State == ReviewState.Open && r.LeaseIsAhead, stop);
            return (null, !isAhead && await LeaseReviews.WhyNotAsync(db, seq, reviewer, at, stop) is { Refusal: not LeaseReviews.LeaseGone } taken ? taken : new(StepTooLate));
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

    /// <summary>Passes it over, with a reason; it does not come back to the same person for a while.</summary>
    public Task<ReviewAnswer> SkipAsync(Reviewer reviewer, long seq, Guid token, string? reason, string? note, CancellationToken stop) => StepAsync(reviewer, seq, token, ReviewEventKind.Skipped, AuditActions.ReviewSkipped,
        reason is not null && ReviewReasons.Skip.Contains(reason) ? new ReviewVerdict(default, reason, note) : null, null, null, stop);

    /// <summary>Puts it away until a time.</summary>
    public async Task<ReviewAnswer> HoldAsync(Reviewer reviewer, long seq, Guid token, DateTimeOffset? until, string? note, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        if (until is not { } at || at <= now || at > now.AddDays(LongestHoldDays)) return new(NoSuchHold, LongestHoldDays);
        return await StepAsync(reviewer, seq, token, ReviewEventKind.Held, AuditActions.ReviewHeld, new ReviewVerdict(default, "held", note), at.ToUnixTimeMilliseconds(), null, stop);
    }

    /// <summary>Hands it to those who decide the hard ones.</summary>
    public Task<ReviewAnswer> EscalateAsync(Reviewer reviewer, long seq, Guid token, string? note, CancellationToken stop) =>
        StepAsync(reviewer, seq, token, ReviewEventKind.Escalated, AuditActions.ReviewEscalated, new ReviewVerdict(default, "escalated", note), null, ReviewQueue.EscalatedNumber, stop, needsNote: true);

    /// <summary>Answers whoever escalated it, and sends it back to where they had it. It has the time of that queue once more.</summary>
    public Task<ReviewAnswer> AnswerAsync(Reviewer reviewer, long seq, Guid token, string? note, CancellationToken stop) =>
        StepAsync(reviewer, seq, token, ReviewEventKind.Answered, AuditActions.ReviewAnswered, new ReviewVerdict(default, "answered", note), null, null, stop, needsNote: true);

    /// <summary>Where an answer sends an item: back to the queue it was escalated from; where that is gone or off, to the one that would take it now; where none would, to that one although it is off, or to the last of those that are always there.</summary>
    internal async Task<ReviewQueue> WhereToAsync(ReviewEvent asked, StoredAssessment stored, CancellationToken stop)
    {
        var queues = await db.Set<ReviewQueue>().AsNoTracking().Where(q => !q.IsManual).OrderBy(q => q.Position).ToListAsync(stop);
        var its = queues.Find(q => q.Number == asked.Queue);
        return its is { IsActive: true } ? its : queues.Find(q => q.IsActive && new QueueTrial(q).Takes(stored)) ?? its ?? queues.Last(q => !q.IsOwn);
    }

    /// <summary>Where the item goes with its answer; or why it stays.</summary>
    private async Task<(ReviewQueue? To, string? Refusal)> SentBackAsync(Reviewer reviewer, Review review, ReviewQueue queue, CancellationToken stop)
    {
        var stored = await db.Set<StoredAssessment>().AsNoTracking().SingleAsync(a => a.Seq == review.Seq, stop);
        var facts = new Facts();
        FactSnapshot.Read(stored.Facts, facts);
        if (Barred(reviewer, review, queue, await IsOwnAsync(reviewer, facts, stop)) is { } barred) return (null, barred);
        var events = await db.Set<ReviewEvent>().AsNoTracking().Where(e => e.Seq == review.Seq).OrderBy(e => e.At).ThenBy(e => e.Version).ToListAsync(stop);
        if (!queue.IsManual || events.Question() is not { } asked) return (null, NoQuestion);
        return (await WhereToAsync(asked, stored, stop), null);
    }

    /// <summary>Writes something down for whoever comes after.</summary>
    public async Task<ReviewAnswer> NoteAsync(Reviewer reviewer, long seq, string? note, CancellationToken stop)
    {
        if (Refused(note, needed: true) is { } refusal) return refusal;
        using var turn = await turns.TakeAsync(stop);
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        if (await FindAsync(seq, stop) is not { } found) return new(LeaseReviews.NotThere);
        return await WriteAsync(reviewer, found.Review, ReviewEventKind.Noted, AuditActions.ReviewNoted, new ReviewVerdict(default, null, note), clock.GetUtcNow(), null, transaction, stop, raises: false);
    }

    /// <summary>Opens a closed one again: its label is taken back, and what it put on lists where nobody changed that since and no other review wants it; the outside is told.</summary>
    public async Task<ReviewAnswer> ReopenAsync(Reviewer reviewer, long seq, string? note, RecordLabels labels, CancellationToken stop)
    {
        if (Refused(note, needed: true) is { } refusal) return refusal;
        if (await FindAsync(seq, stop) is not { } found) return new(LeaseReviews.NotThere);
        var review = found.Review;
        if (review.State != ReviewState.Closed) return new(NotClosed);
        var stored = await db.Set<StoredAssessment>().AsNoTracking().SingleAsync(a => a.Seq == seq, stop);
        var facts = new Facts();
        FactSnapshot.Read(stored.Facts, facts);
        if (BarredFromReopening(reviewer, found.Queue, await IsOwnAsync(reviewer, facts, stop)) is { } barred) return new(barred);
        // First what it was taken for; a crash in between leaves a closed item without its label, which can be reopened again.
        if (review.LabelId is { } label) await labels.ReverseAsync(label, ListTexts.Clean(note), LabelChannel.Panel, reviewer.Who, stop);
        var now = clock.GetUtcNow();
        using var turn = await turns.TakeAsync(stop);
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        await new LabelLedger(db).BeginAsync(stop);
        var at = now.ToUnixTimeMilliseconds();
        var closedAs = await db.Set<Review>().Where(r => r.Seq == seq).Select(r => r.Outcome).SingleAsync(stop);
        var term = ReviewTerm.Of(found.Queue, at, panel.Value.Zone);
        if (await db.Set<Review>().Where(r => r.Seq == seq && r.State == ReviewState.Closed).ExecuteUpdateAsync(r => Opened(r).SetProperty(x => x.LabelId, (Guid?)null).SetProperty(x => x.FirstById, (Guid?)null).SetProperty(x => x.SecondById, (Guid?)null)
            .SetProperty(x => x.FirstOutcome, (ReviewOutcome?)null).SetProperty(x => x.IsTimedOut, false).SetProperty(x => x.DueAt, term.DueAt).SetProperty(x => x.WarnAt, term.WarnAt).SetProperty(x => x.VisibleAt, at), stop) == 0) return new(NotClosed);
        await TallyMoves.FinalAsync(db, seq, closedAs, null, stop);
        await TellAsync(db, review, OutboxEventType.ReviewReopened, at, stop);
        var listed = (await ListedByReview.OfAsync(db, stored, now, stop)).Where(l => l.IsAsLeft || l.Heir is not null).ToList();
        foreach (var (entry, heir) in listed.Select(l => (l.Entry!, l.Heir)))
        {
            var before = entry.Summary;
            if (heir is null) entry.IsActive = false;
            else (entry.Severity, entry.ExpiresAt, entry.Reason) = (heir.Severity, heir.ExpiresAt, ListedByReview.Reason(heir.Assessment));
            db.Audit(reviewer.Who, AuditActions.ListEntryChanged, now, ChangeLists.Subject, entry.Id.ToString(), before, entry.Summary);
        }
        if (listed.Count > 0) await db.RaiseAsync(ChangeTopics.Lists, stop);
        var answer = await WriteAsync(reviewer, review, ReviewEventKind.Reopened, AuditActions.ReviewReopened, new ReviewVerdict(default, null, note, Entries: [.. listed.Where(l => l.IsAsLeft).Select(l => l.Wanted)]), now, null, transaction, stop);
        shelf.Apply(listed.Select(l => new ListChange(l.Entry!)));
        return answer;
    }

    /// <summary>Decides many that nobody has, each by itself: one that cannot be decided keeps none of the others.</summary>
    public async Task<IReadOnlyList<(long Seq, ReviewAnswer Answer)>> DecideManyAsync(Reviewer reviewer, IReadOnlyList<long> seqs, ReviewVerdict verdict, LeaseReviews leases, CancellationToken stop)
    {
        var answers = new List<(long, ReviewAnswer)>(seqs.Count);
        foreach (var seq in seqs)
        {
            var before = await db.Set<Review>().Where(r => r.Seq == seq).Select(r => new { r.VisibleAt, r.DueAt, r.WarnAt }).SingleOrDefaultAsync(stop);
            var (lease, answer) = await leases.TakeAsync(reviewer, seq, stop);
            if (lease is { } held)
            {
                answer = await DecideAsync(reviewer, seq, held.Token, verdict, stop);
                if (!answer.IsDone)
                {
                    await leases.ReleaseAsync(reviewer, seq, held.Token, stop);
                    // Nothing was done: what was on hold is so again, unless somebody has it by now.
                    var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
                    if (before is { } its && its.VisibleAt > now)
                        await db.Set<Review>().Where(r => r.Seq == seq && r.State == ReviewState.Open && r.LeaseToken == null && r.VisibleAt <= now)
                            .ExecuteUpdateAsync(r => r.SetProperty(x => x.VisibleAt, its.VisibleAt).SetProperty(x => x.DueAt, its.DueAt).SetProperty(x => x.WarnAt, its.WarnAt), stop);
                }
            }
            answers.Add((seq, answer));
        }
        return answers;
    }

    /// <summary>Who decided it, and what.</summary>
    internal static async Task<ReviewAnswer> DecidedByAsync(PanelDb db, Review review, CancellationToken stop) =>
        DecidedBy(review, review.DecidedById is null ? null : await db.Users.Where(u => u.Id == review.DecidedById).Select(u => u.DisplayName).FirstOrDefaultAsync(stop));

    internal static ReviewAnswer DecidedBy(Review review, string? name) => review.IsTimedOut ? new(TimeDecided, review.Outcome!) : review.IsAnswered ? new(AnswerDecided, review.Outcome!) : new(DecidedAlready, name ?? "?", review.Outcome!);

    /// <summary>Numbers an event for the outside; the ledger's lock is held.</summary>
    internal static async Task TellAsync(PanelDb db, Review review, OutboxEventType type, long at, CancellationToken stop)
    {
        var number = (await db.Set<OutboxEvent>().MaxAsync(e => (long?)e.Number, stop) ?? 0) + 1;
        var outcome = review.Outcome?.ToString().ToLowerInvariant();
        var (before, after) = type == OutboxEventType.ReviewClosed ? (null, outcome) : (outcome, (string?)null);
        db.Add(new OutboxEvent { Number = number, Type = type, Seq = review.Seq, At = at, ReviewVersion = review.Version + 1, Before = before, After = after });
        await db.SaveChangesAsync(stop);
    }

    /// <summary>The value of the payment that an entry of the type lists; null when it has none.</summary>
    public static string? ValueOf(ListType type, Facts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var value = type switch
        {
            ListType.Email => facts.Text(Known.Email),
            // From a free provider half of everybody writes: its domain is nobody's.
            ListType.EmailDomain when facts.Is(Known.EmailFree) => null,
            ListType.EmailDomain => facts.Text(Known.EmailDomain),
            ListType.IpAddress => facts.Text(Known.Ip),
            ListType.DeviceFingerprint => facts.Text(Known.Fingerprint),
            ListType.CardBin => facts.Text(Known.CardBin),
            ListType.CardHash => facts.Text(Known.CardHash),
            ListType.Phone => facts.Text(Known.Phone),
            ListType.CustomerId => facts.Text(Known.CustomerId),
            ListType.Clabe => facts.Text(Known.BeneficiaryClabe),
            ListType.Iban => facts.Text(Known.BeneficiaryIban),
            ListType.AccountHash => facts.Text(Known.BeneficiaryAccountHash),
            ListType.BeneficiaryId => facts.Text(Known.BeneficiaryId),
            _ => null,
        };
        return value is not null && ListValues.TryNormalize(type, value, out var normalized, out _) ? normalized : null;
    }

    /// <summary>Whether nobody decides it without a note, for its amount. Escalating takes nothing from what the queue it came from asks.</summary>
    internal async Task<bool> NeedsNoteAsync(Review review, ReviewQueue queue, Money amount, CancellationToken stop)
    {
        if (queue.NeedsNote(amount)) return true;
        if (!queue.IsManual) return false;
        var events = await db.Set<ReviewEvent>().AsNoTracking().Where(e => e.Seq == review.Seq).OrderBy(e => e.At).ThenBy(e => e.Version).ToListAsync(stop);
        return events.From() is { } from && await db.Set<ReviewQueue>().AsNoTracking().SingleOrDefaultAsync(q => q.Number == from, stop) is { } asked && asked.NeedsNote(amount);
    }

    private async Task<ReviewAnswer?> RefusalAsync(Review review, ReviewQueue queue, StoredAssessment stored, ReviewVerdict verdict, Facts facts, CancellationToken stop)
    {
        if (!Enum.IsDefined(verdict.Outcome) || verdict.Reason is null || !queue.ReasonsFor(verdict.Outcome, stored.Flow).Contains(verdict.Reason)) return new(ReasonMissing);
        if (Refused(verdict.Note, verdict.Reason == "other" || (verdict.Outcome == ReviewOutcome.Decline && queue.DeclineNeedsNote)) is { } refusal) return refusal;
        if (IsShort(verdict.Note) && await NeedsNoteAsync(review, queue, stored.Money, stop)) return new(NoteForAmount, ShortestNote);
        if (verdict.Label is { } label && (verdict.Outcome != ReviewOutcome.Decline || label is not (LabelOutcome.Fraud or LabelOutcome.Inconclusive))) return new(LabelWithDecline);
        if (verdict is { Outcome: ReviewOutcome.Challenge, Entries.Count: > 0 }) return new(NothingWithChallenge);
        var entries = verdict.Entries ?? [];
        if (entries.Count > MostEntries || entries.DistinctBy(e => e.Type).Count() < entries.Count) return new(TooMuchToList, MostEntries);
        foreach (var entry in entries)
        {
            if (entry.Severity is not (ListSeverity.Block or ListSeverity.Allow) || entry.Days is < 1 or > LongestEntryDays || ValueOf(entry.Type, facts) is not { } value) return new(NothingToList, entry.Type);
            if (entry.Severity == ListSeverity.Block && await db.Set<ListEntry>().AnyAsync(e => e.Type == entry.Type && e.Value == value && e.IsActive && e.Severity == ListSeverity.Allow, stop)) return new(ListedOtherwise, value);
        }
        return null;
    }

    private async Task<ReviewAnswer> DecideFirstAsync(Reviewer reviewer, Review review, ReviewQueue queue, Guid token, ReviewVerdict verdict, DateTimeOffset now, Microsoft.EntityFrameworkCore.Storage.IDbContextTransaction transaction, CancellationToken stop)
    {
        // The second person is given it once it can no longer be taken back.
        var shownAt = now.AddSeconds(queue.UndoSeconds).ToUnixTimeMilliseconds();
        if (await Held(review.Seq, token, reviewer.Id, now).ExecuteUpdateAsync(r => r
            .SetProperty(x => x.FirstById, reviewer.Id).SetProperty(x => x.FirstOutcome, verdict.Outcome).SetProperty(x => x.Version, x => x.Version + 1).SetProperty(x => x.VisibleAt, shownAt)
            .SetProperty(x => x.LeaseOwner, (Guid?)null).SetProperty(x => x.LeaseToken, (Guid?)null).SetProperty(x => x.LeaseUntil, (long?)null), stop) == 0) return await LostAsync(reviewer, review.Seq, token, verdict, now, stop);
        return await WriteAsync(reviewer, review, ReviewEventKind.FirstDecided, AuditActions.ReviewDecided, verdict, now, null, transaction, stop);
    }

    private async Task<ReviewAnswer> DisagreeAsync(Reviewer reviewer, Review review, ReviewQueue queue, Guid token, ReviewVerdict verdict, DateTimeOffset now, Microsoft.EntityFrameworkCore.Storage.IDbContextTransaction transaction, CancellationToken stop)
    {
        var (shownAt, term) = (now.AddSeconds(queue.UndoSeconds).ToUnixTimeMilliseconds(), await TermAsync(review, queue, ReviewQueue.EscalatedNumber, null, now, stop));
        if (await Held(review.Seq, token, reviewer.Id, now).ExecuteUpdateAsync(r => r
            .SetProperty(x => x.Queue, ReviewQueue.EscalatedNumber).SetProperty(x => x.SecondById, reviewer.Id).SetProperty(x => x.Version, x => x.Version + 1)
            .SetProperty(x => x.VisibleAt, shownAt).SetProperty(x => x.DueAt, term.DueAt).SetProperty(x => x.WarnAt, term.WarnAt)
            .SetProperty(x => x.LeaseOwner, (Guid?)null).SetProperty(x => x.LeaseToken, (Guid?)null).SetProperty(x => x.LeaseUntil, (long?)null), stop) == 0) return await LostAsync(reviewer, review.Seq, token, verdict, now, stop);
        return await WriteAsync(reviewer, review, ReviewEventKind.Disagreed, AuditActions.ReviewEscalated, verdict, now, null, transaction, stop);
    }

    private async Task<ReviewAnswer> StepAsync(Reviewer reviewer, long seq, Guid token, ReviewEventKind kind, string action, ReviewVerdict? said, long? until, int? queue, CancellationToken stop, bool needsNote = false)
    {
        if (said is null) return new(ReasonMissing);
        if (Refused(said.Note, needsNote || said.Reason == "other") is { } refusal) return refusal;
        var now = clock.GetUtcNow();
        using var turn = await turns.TakeAsync(stop);
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        if (await FindAsync(seq, stop) is not { } found) return new(LeaseReviews.NotThere);
        var review = found.Review;
        if (review.State != ReviewState.Open) return await DecidedByAsync(db, review, stop);
        if (kind == ReviewEventKind.Escalated && found.Queue.IsManual) return new(EscalatedAlready);
        if (kind == ReviewEventKind.Answered)
        {
            // The queue it goes back to must still be there when that is written.
            await db.LockQueuesAsync(stop);
            if (!await Held(seq, token, reviewer.Id, now).AnyAsync(stop)) return await LostAsync(reviewer, seq, token, null, now, stop);
            var (to, refused) = await SentBackAsync(reviewer, review, found.Queue, stop);
            if (to is null) return new(refused);
            queue = to.Number;
        }
        var term = await TermAsync(review, found.Queue, queue ?? review.Queue, until, now, stop);
        if (await Held(seq, token, reviewer.Id, now).ExecuteUpdateAsync(r => r
            .SetProperty(x => x.Queue, x => queue ?? x.Queue).SetProperty(x => x.VisibleAt, x => until ?? x.VisibleAt).SetProperty(x => x.DueAt, term.DueAt).SetProperty(x => x.WarnAt, term.WarnAt).SetProperty(x => x.Version, x => x.Version + 1)
            .SetProperty(x => x.LeaseOwner, (Guid?)null).SetProperty(x => x.LeaseToken, (Guid?)null).SetProperty(x => x.LeaseUntil, (long?)null), stop) == 0) return await LostAsync(reviewer, review.Seq, token, null, now, stop);
        return await WriteAsync(reviewer, review, kind, action, said, now, until, transaction, stop, sentTo: kind == ReviewEventKind.Answered ? queue : null);
    }

    /// <summary>By when it is due once it is in that queue and was put away until then: another queue has a time of its own, and who comes back from being put away has all of it.</summary>
    private async Task<ReviewTerm> TermAsync(Review review, ReviewQueue queue, int to, long? until, DateTimeOffset now, CancellationToken stop)
    {
        if (to == queue.Number && until is null) return new(review.DueAt, review.WarnAt);
        var target = to == queue.Number ? queue : await db.Set<ReviewQueue>().AsNoTracking().SingleAsync(q => q.Number == to, stop);
        return ReviewTerm.Of(target, Math.Max(until ?? review.VisibleAt, now.ToUnixTimeMilliseconds()), panel.Value.Zone);
    }

    private async Task<ReviewAnswer> WriteAsync(Reviewer reviewer, Review review, ReviewEventKind kind, string action, ReviewVerdict? said, DateTimeOffset now, long? until, Microsoft.EntityFrameworkCore.Storage.IDbContextTransaction transaction, CancellationToken stop,
        bool raises = true, int? sentTo = null)
    {
        var decides = kind is ReviewEventKind.Decided or ReviewEventKind.FirstDecided or ReviewEventKind.Disagreed;
        var most = said?.ReadingMilliseconds > 0 ? Math.Min(LongestReadingMilliseconds, await HeldForAsync(reviewer, review.Seq, now.ToUnixTimeMilliseconds(), stop)) : 0;
        db.Add(new ReviewEvent
        {
            Id = Guid.CreateVersion7(now), Seq = review.Seq, At = now.ToUnixTimeMilliseconds(), Kind = kind, Queue = review.Queue, ActorId = reviewer.Id, ActorName = reviewer.Who.Name, Outcome = decides ? said!.Outcome : null, Reason = said?.Reason,
            Note = ListTexts.Clean(said?.Note), Label = decides ? said!.Says : null, Until = until, Entries = decides || kind == ReviewEventKind.Reopened ? ReviewEntry.Write(said!.Entries) : null, ReadingMilliseconds = said?.ReadingMilliseconds is { } read ? (int)Math.Clamp(read, 0, most) : null, Version = review.Version + (raises ? 1 : 0),
            ShownBefore = kind.IsStep() ? review.VisibleAt : null, DueBefore = kind.IsStep() ? review.DueAt : null, WarnBefore = kind.IsStep() ? review.WarnAt : null,
            WaitedMilliseconds = decides ? now.ToUnixTimeMilliseconds() - review.OpenedAt : null, IsLate = decides && now.ToUnixTimeMilliseconds() > review.DueAt,
        });
        db.Audit(reviewer.Who, action, now, Subject, review.Seq.ToString(CultureInfo.InvariantCulture), new { State = review.State.ToString(), Outcome = review.Outcome?.ToString() },
            sentTo is { } to ? (object)new { Step = kind.ToString(), said?.Reason, Queue = to } : new { Step = kind.ToString(), Outcome = decides ? said!.Outcome.ToString() : null, said?.Reason, Label = decides ? said!.Says?.Word() : null, Until = until, said?.Entries });
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(CancellationToken.None);
        return ReviewAnswer.Done;
    }

    /// <summary>How long the reviewer has had the item, all visits together, milliseconds. A lease that ran out by itself left no line: it counts until the next one.</summary>
    private async Task<long> HeldForAsync(Reviewer reviewer, long seq, long now, CancellationToken stop)
    {
        var lines = await db.Set<ReviewEvent>().Where(e => e.Seq == seq && e.Kind != ReviewEventKind.Noted && e.Kind != ReviewEventKind.Moved).OrderBy(e => e.At).ThenBy(e => e.Version).Select(e => new { e.At, e.Kind, e.ActorId }).ToListAsync(stop);
        var (held, since) = (0L, (long?)null);
        foreach (var line in lines)
        {
            held += line.At - since ?? 0;
            since = line.ActorId == reviewer.Id && line.Kind is ReviewEventKind.Leased or ReviewEventKind.TakenOver or ReviewEventKind.Undone or ReviewEventKind.StepUndone ? line.At : null;
        }
        return held + (now - since ?? 0);
    }

    private async Task<(Review Review, ReviewQueue Queue)?> FindAsync(long seq, CancellationToken stop)
    {
        if (await db.Set<Review>().AsNoTracking().SingleOrDefaultAsync(r => r.Seq == seq, stop) is not { } review) return null;
        return (review, await db.Set<ReviewQueue>().AsNoTracking().SingleAsync(q => q.Number == review.Queue, stop));
    }

    /// <summary>Nobody was let through: somebody was faster, or the very same was sent twice at once and the first has done it.</summary>
    private async Task<ReviewAnswer> LostAsync(Reviewer reviewer, long seq, Guid token, ReviewVerdict? verdict, DateTimeOffset now, CancellationToken stop)
    {
        if (verdict is { Outcome: var outcome, Says: var label } && await db.Set<Review>().AnyAsync(r => r.Seq == seq && r.State != ReviewState.Open && r.DecidedWith == token && r.DecidedById == reviewer.Id && r.Outcome == outcome && r.Label == label, stop)) return ReviewAnswer.Done;
        return await LeaseReviews.WhyNotAsync(db, seq, reviewer, now.ToUnixTimeMilliseconds(), stop);
    }

    private IQueryable<Review> Held(long seq, Guid token, Guid owner, DateTimeOffset now)
    {
        var at = now.ToUnixTimeMilliseconds();
        return db.Set<Review>().Where(r => r.Seq == seq && r.State == ReviewState.Open && r.LeaseToken == token && r.LeaseOwner == owner && r.LeaseUntil > at && !r.LeaseIsAhead);
    }

    internal static Microsoft.EntityFrameworkCore.Query.UpdateSettersBuilder<Review> Opened(Microsoft.EntityFrameworkCore.Query.UpdateSettersBuilder<Review> r) => r
        .SetProperty(x => x.State, ReviewState.Open).SetProperty(x => x.Version, x => x.Version + 1).SetProperty(x => x.Outcome, (ReviewOutcome?)null).SetProperty(x => x.Reason, (string?)null).SetProperty(x => x.Note, (string?)null).SetProperty(x => x.Label, (LabelOutcome?)null)
        .SetProperty(x => x.DecidedById, (Guid?)null).SetProperty(x => x.DecidedAt, (long?)null).SetProperty(x => x.SettlesAt, (long?)null).SetProperty(x => x.DecidedWith, (Guid?)null).SetProperty(x => x.Entries, (string?)null);

    private static ReviewAnswer? Refused(string? note, bool needed)
    {
        return note?.Trim().Length > Review.LongestNote ? new(NoteTooLong, Review.LongestNote) : needed && IsShort(note) ? new(NoteMissing, ShortestNote) : null;
    }

    private static bool IsShort(string? note) => (note?.Trim().Length ?? 0) < ShortestNote;
}
