using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Storage.Settings;
using ClausumPanel.Web.Plumbing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Flows;

/// <summary>Who asks for reviews.</summary>
/// <param name="Who">A person.</param>
/// <param name="IsAdmin">May decide in queues for admins, pick where the order is fixed, and take over.</param>
public readonly record struct Reviewer(Actor Who, bool IsAdmin)
{
    public Guid Id => Who.Id ?? throw new InvalidOperationException("A reviewer is a person.");
}

/// <summary>What came of a step in the review of a payment.</summary>
/// <param name="Refusal">Why not, in English with places for the values; the panel translates it. Null: it is done.</param>
/// <param name="Values">Of the sentence.</param>
public sealed record ReviewAnswer(string? Refusal, params object[] Values)
{
    public static readonly ReviewAnswer Done = new((string?)null);
    public bool IsDone => Refusal is null;
}

/// <summary>A lease on one item.</summary>
/// <param name="Token">Whoever decides shows it.</param>
/// <param name="Until">Unix milliseconds.</param>
public readonly record struct ReviewLease(long Seq, Guid Token, long Until);

/// <summary>What somebody is given who starts.</summary>
/// <param name="Can">Something of what they go through.</param>
/// <param name="Unfiltered">Nothing of that: how much of the whole queue.</param>
/// <param name="GoOn">Nothing of that either: the first other queue of theirs in which something can be had, and how much.</param>
public readonly record struct StartOffer(bool Can, int Unfiltered, (ReviewQueue Queue, int Free)? GoOn);

/// <summary>
/// Gives out reviews: the first free item of what is asked for goes to whoever asks, and to nobody else while the lease runs. A lease is taken by one conditional update, so of twenty at once each gets another one.
/// </summary>
public sealed class LeaseReviews(PanelDb db, ReviewTurns turns, PolicyShelf policies, PayeeNames payees, IOptions<PanelOptions> panel, TimeProvider clock)
{
    public const string
        NoQueue = "There is no such queue.", NotForYou = "Only admins decide in this queue.", FixedOrder = "The order of this queue is fixed: take the next one.", Taken = "Taken by {0} until {1:t}.", NotOpen = "It is decided already.",
        NotThere = "There is no such review.", LeaseGone = "Your time for it is over.", OwnFirst = "You decided first: a second person must look at it.",
        OwnDisputed = "You decided first, and somebody else otherwise: it is not yours to settle.";

    /// <summary>How long a lease runs without a sign of life.</summary>
    public static readonly TimeSpan Length = TimeSpan.FromMinutes(15), AheadLength = TimeSpan.FromMinutes(2), SkippedFor = TimeSpan.FromHours(8), AnsweredFor = TimeSpan.FromDays(7);

    /// <summary>How long it stays with somebody whose page went away.</summary>
    public static readonly TimeSpan LeavingLength = TimeSpan.FromSeconds(10);

    private const int Attempts = 50;

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    /// <summary>The same of a whole queue, by priority; null: of all they may decide in.</summary>
    public Task<ReviewLease?> NextAsync(Reviewer reviewer, int? queue, CancellationToken stop) => NextAsync(reviewer, ReviewSelection.Of(queue), stop);

    /// <summary>The item the person works on, else the one that was fetched ahead, else the first free one of the selection; null when nothing of it waits.</summary>
    /// <param name="reviewer">Who.</param>
    /// <param name="wanted">What they go through.</param>
    /// <param name="stop">Ends it early.</param>
    /// <param name="shown">Stood first in the list they looked at: where they may choose and it is still to be had, it is what they asked for, though time may have put another before it since.</param>
    public async Task<ReviewLease?> NextAsync(Reviewer reviewer, ReviewSelection wanted, CancellationToken stop, long? shown = null)
    {
        using var turn = await turns.TakeAsync(stop);
        var selection = await ReadAsync(wanted, stop);
        if (await HeldAsync(reviewer, selection, null, stop) is { } held)
        {
            var prolonged = await ProlongAsync(held.Seq, held.Token, stop);
            if (prolonged is not null && held.IsAhead) await NoteAsync(reviewer, held.Seq, ReviewEventKind.Leased, stop);
            if (prolonged is not null || !held.IsAhead) return prolonged;
        }
        if (await BestAsync(reviewer, selection, ahead: false, null, stop, shown) is not { } lease) return null;
        await NoteAsync(reviewer, lease.Seq, ReviewEventKind.Leased, stop);
        return lease;
    }

    /// <summary>The same of a whole queue, by priority; null: of all they may decide in.</summary>
    public Task<ReviewLease?> AheadAsync(Reviewer reviewer, int? queue, long current, CancellationToken stop) => AheadAsync(reviewer, ReviewSelection.Of(queue), current, stop);

    /// <summary>Keeps the item that would come next for a moment, so that it is there at once: what <see cref="NextAsync(Reviewer, ReviewSelection, CancellationToken)"/> gives when the current one is done. Nothing is decided with such a lease.</summary>
    public async Task<ReviewLease?> AheadAsync(Reviewer reviewer, ReviewSelection wanted, long current, CancellationToken stop)
    {
        using var turn = await turns.TakeAsync(stop);
        var selection = await ReadAsync(wanted, stop);
        if (await HeldAsync(reviewer, selection, current, stop) is not { } held) return await BestAsync(reviewer, selection, ahead: true, current, stop);
        var now = Now;
        await KeepAheadAsync(reviewer, now, stop);
        return new ReviewLease(held.Seq, held.Token, held.IsAhead ? now + (long)AheadLength.TotalMilliseconds : held.Until);
    }

    /// <summary>What <see cref="NextAsync(Reviewer, ReviewSelection, CancellationToken)"/> would give, without giving it.</summary>
    /// <param name="reviewer">Who.</param>
    /// <param name="wanted">What they go through.</param>
    /// <param name="stop">Ends it early.</param>
    public async Task<StartOffer> OfferAsync(Reviewer reviewer, ReviewSelection wanted, CancellationToken stop)
    {
        var (selection, me, now) = (await ReadAsync(wanted, stop), reviewer.Id, Now);
        var skipped = db.Set<ReviewEvent>().SkippedBy(me, now - (long)SkippedFor.TotalMilliseconds).Select(e => e.Seq);
        var queues = db.Set<ReviewQueue>().AsNoTracking().Where(q => reviewer.IsAdmin || !q.AdminsOnly);
        var theirs = db.Set<Review>().AsNoTracking().Waiting(now).Where(r => queues.Any(q => q.Number == r.Queue)
            && ((r.LeaseOwner == me && r.LeaseUntil > now) || ((r.LeaseUntil == null || r.LeaseUntil <= now) && (r.FirstById == null || r.FirstById != me) && !skipped.Contains(r.Seq))));
        var here = theirs.Where(r => selection.Queue == null || r.Queue == selection.Queue);
        if (selection.Filter.AsksNothing)
        {
            if (await here.AnyAsync(stop)) return new StartOffer(true, 0, null);
        }
        else
        {
            // Whether it is free is not asked of what they work on.
            var begun = here.Where(r => r.LeaseOwner == me && r.LeaseUntil > now && !r.LeaseIsAhead);
            if (await begun.Only(selection.Filter with { IsTaken = null }, db, now).AnyAsync(stop) || await here.Where(r => r.LeaseUntil == null || r.LeaseUntil <= now || r.LeaseIsAhead).Only(selection.Filter, db, now).AnyAsync(stop))
                return new StartOffer(true, 0, null);
            if (await here.CountAsync(stop) is > 0 and var unfiltered) return new StartOffer(false, unfiltered, null);
        }
        var free = await theirs.GroupBy(r => r.Queue).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, stop);
        return new StartOffer(false, 0, free.Count > 0 && (await queues.OrderBy(q => q.Position).ToListAsync(stop)).Find(q => free.ContainsKey(q.Number)) is { } next ? (next, free[next.Number]) : null);
    }

    /// <summary>A selection as it counts: where the order is fixed nobody chooses, whatever an address says, where it is decided blind nobody sorts by the score, and over all queues there is no list to choose from.</summary>
    public async Task<ReviewSelection> ReadAsync(ReviewSelection wanted, CancellationToken stop)
    {
        if (wanted.IsPlain || wanted.IsRead) return wanted;
        if (wanted.Queue is not { } queue || !await db.Set<ReviewQueue>().AnyAsync(q => q.Number == queue && !q.IsRestricted, stop)) return ReviewSelection.Of(wanted.Queue);
        // By its score nobody sorts what is decided blind.
        if (wanted.Order == ReviewOrder.Score && await BlindReviews.MayHoldAsync(db, queue, stop)) wanted = wanted with { Order = ReviewOrder.Priority };
        return wanted with { Filter = await wanted.Filter.PlacedAsync(db, policies, payees, [queue], stop), IsRead = true };
    }

    /// <summary>How long an item stays with the person, milliseconds; 0: it is not theirs, or no longer.</summary>
    public async Task<long> LeftAsync(Reviewer reviewer, long seq, CancellationToken stop)
    {
        var now = Now;
        return await Mine(reviewer, now).Where(r => r.Seq == seq).Select(r => r.LeaseUntil!.Value - now).SingleOrDefaultAsync(stop);
    }

    /// <summary>Whether the person holds it with that token, to decide it.</summary>
    public Task<bool> HoldsAsync(Reviewer reviewer, long seq, Guid token, CancellationToken stop)
    {
        var now = Now;
        return Mine(reviewer, now).AnyAsync(r => r.Seq == seq && r.LeaseToken == token && !r.LeaseIsAhead, stop);
    }

    /// <summary>Takes the item somebody picked.</summary>
    /// <param name="reviewer">Who.</param>
    /// <param name="seq">Which.</param>
    /// <param name="stop">Ends it early.</param>
    /// <param name="selection">What they go through: put back in turn, it comes next in that. Null: a whole queue by priority.</param>
    public async Task<(ReviewLease? Lease, ReviewAnswer Answer)> TakeAsync(Reviewer reviewer, long seq, CancellationToken stop, ReviewSelection? selection = null)
    {
        using var turn = await turns.TakeAsync(stop);
        var now = Now;
        if (await db.Set<Review>().AsNoTracking().SingleOrDefaultAsync(r => r.Seq == seq, stop) is not { } review) return (null, new(NotThere));
        var queue = await db.Set<ReviewQueue>().AsNoTracking().SingleAsync(q => q.Number == review.Queue, stop);
        if (review.State != ReviewState.Open) return (null, new(NotOpen));
        if (queue.AdminsOnly && !reviewer.IsAdmin) return (null, new(NotForYou));
        if (review.LeaseOwner == reviewer.Id && review.LeaseUntil > now && await ProlongAsync(seq, review.LeaseToken!.Value, stop) is { } own)
        {
            if (review.LeaseIsAhead) await NoteAsync(reviewer, seq, ReviewEventKind.Leased, stop);
            return (own, ReviewAnswer.Done);
        }
        if (queue.IsRestricted && !reviewer.IsAdmin) return (null, new(FixedOrder));
        if (BarredAsFirst(reviewer, review) is { } barred) return (null, new(barred));
        var lease = new ReviewLease(seq, (selection ?? ReviewSelection.Of(null)).Token(), now + (long)Length.TotalMilliseconds);
        if (await LeaseAsync(db.Set<Review>().Where(r => r.Seq == seq), reviewer, lease, ahead: false, now, stop))
        {
            if (review.VisibleAt > now) await EndHoldAsync(review, queue, now, stop);
            await NoteAsync(reviewer, seq, ReviewEventKind.Leased, stop);
            return (lease, ReviewAnswer.Done);
        }
        return (null, await WhyNotAsync(db, seq, reviewer, now, stop));
    }

    /// <summary>Whoever takes what was put away ends that: it waits as all others do, as late as it was. Moved to another queue meanwhile it has that one's time, from now.</summary>
    private async Task EndHoldAsync(Review review, ReviewQueue queue, long now, CancellationToken stop)
    {
        var away = db.Set<Review>().Where(r => r.Seq == review.Seq && r.VisibleAt == review.VisibleAt);
        var hold = await db.Set<ReviewEvent>().AsNoTracking().Where(e => e.Seq == review.Seq && e.Kind == ReviewEventKind.Held && e.Until == review.VisibleAt).OrderByDescending(e => e.Version).FirstOrDefaultAsync(stop);
        if (hold is null) return;
        var term = hold.Queue == queue.Number ? new ReviewTerm(hold.DueBefore, hold.WarnBefore) : ReviewTerm.Of(queue, now, panel.Value.Zone);
        await away.ExecuteUpdateAsync(r => r.SetProperty(x => x.VisibleAt, now).SetProperty(x => x.DueAt, term.DueAt).SetProperty(x => x.WarnAt, term.WarnAt), stop);
    }

    /// <summary>A sign of life of the page that shows it; what is kept ready beside it is kept on.</summary>
    /// <returns>Null when the lease is gone.</returns>
    public async Task<ReviewLease?> BeatAsync(Reviewer reviewer, long seq, Guid token, CancellationToken stop)
    {
        using var turn = await turns.TakeAsync(stop);
        if (await ProlongAsync(seq, token, stop, reviewer.Id) is not { } lease) return null;
        await KeepAheadAsync(reviewer, Now, stop);
        return lease;
    }

    /// <summary>The page went away: what it had, and what was kept ready, is free in a moment, unless the page is there again by then.</summary>
    public async Task LeaveAsync(Reviewer reviewer, long seq, Guid token, CancellationToken stop)
    {
        using var turn = await turns.TakeAsync(stop);
        var until = Now + (long)LeavingLength.TotalMilliseconds;
        await db.Set<Review>().Where(r => r.LeaseOwner == reviewer.Id && r.State == ReviewState.Open && r.LeaseUntil > until && (r.LeaseIsAhead || (r.Seq == seq && r.LeaseToken == token)))
            .ExecuteUpdateAsync(r => r.SetProperty(x => x.LeaseUntil, until), stop);
    }

    /// <summary>What was kept ready for somebody who stops is free.</summary>
    public async Task StopAsync(Reviewer reviewer, CancellationToken stop)
    {
        using var turn = await turns.TakeAsync(stop);
        await FreeAheadAsync(reviewer, stop);
    }

    /// <summary>Gives it back undecided, and with it what was kept ready.</summary>
    public async Task ReleaseAsync(Reviewer reviewer, long seq, Guid token, CancellationToken stop)
    {
        using var turn = await turns.TakeAsync(stop);
        await FreeAheadAsync(reviewer, stop);
        if (await db.Set<Review>().Where(r => r.Seq == seq && r.LeaseToken == token && r.LeaseOwner == reviewer.Id && r.State == ReviewState.Open).ExecuteUpdateAsync(r => r.Freed(), stop) > 0)
            await NoteAsync(reviewer, seq, ReviewEventKind.Released, stop);
    }

    /// <summary>Whoever took one by hand has no other beside it.</summary>
    /// <returns>What went back to its queue.</returns>
    public async Task<IReadOnlyList<long>> ReleaseOthersAsync(Reviewer reviewer, long seq, CancellationToken stop)
    {
        using var turn = await turns.TakeAsync(stop);
        List<long> freed = [];
        foreach (var other in await Mine(reviewer, Now).Where(r => r.Seq != seq && !r.LeaseIsAhead).Select(r => new { r.Seq, r.LeaseToken }).ToListAsync(stop))
        {
            if (await db.Set<Review>().Where(r => r.Seq == other.Seq && r.LeaseToken == other.LeaseToken && r.LeaseOwner == reviewer.Id && r.State == ReviewState.Open).ExecuteUpdateAsync(r => r.Freed(), stop) == 0) continue;
            await NoteAsync(reviewer, other.Seq, ReviewEventKind.Released, stop);
            freed.Add(other.Seq);
        }
        return freed;
    }

    /// <summary>An admin takes what somebody else has; written down.</summary>
    public async Task<(ReviewLease? Lease, ReviewAnswer Answer)> TakeOverAsync(Reviewer reviewer, long seq, CancellationToken stop)
    {
        if (!reviewer.IsAdmin) return (null, new(NotForYou));
        var now = clock.GetUtcNow();
        using var turn = await turns.TakeAsync(stop);
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        if (await db.Set<Review>().AsNoTracking().SingleOrDefaultAsync(r => r.Seq == seq, stop) is not { } review) return (null, new(NotThere));
        if (BarredAsFirst(reviewer, review) is { } barred) return (null, new(barred));
        var lease = new ReviewLease(seq, ReviewSelection.Of(null).Token(), (now + Length).ToUnixTimeMilliseconds());
        var taken = await db.Set<Review>().Where(r => r.Seq == seq && r.State == ReviewState.Open).ExecuteUpdateAsync(r => r.LeasedTo(reviewer, lease), stop);
        if (taken == 0) return (null, new(NotOpen));
        if (review.VisibleAt > now.ToUnixTimeMilliseconds()) await EndHoldAsync(review, await db.Set<ReviewQueue>().AsNoTracking().SingleAsync(q => q.Number == review.Queue, stop), now.ToUnixTimeMilliseconds(), stop);
        db.Add(Event(reviewer.Who, review, ReviewEventKind.TakenOver, now));
        db.Audit(reviewer.Who, AuditActions.ReviewTakenOver, now, DecideReviews.Subject, seq.ToString(System.Globalization.CultureInfo.InvariantCulture), new { From = review.LeaseOwner }, null);
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(CancellationToken.None);
        return (lease, ReviewAnswer.Done);
    }

    /// <summary>Why who decided first has it no second time, in whichever queue; null: it was not they.</summary>
    internal static string? BarredAsFirst(Reviewer reviewer, Review review) => review.FirstById != reviewer.Id ? null : review.SecondById is null ? OwnFirst : OwnDisputed;

    /// <summary>Why an item cannot be had, or decided: who decided it, or who has it.</summary>
    internal static async Task<ReviewAnswer> WhyNotAsync(PanelDb db, long seq, Reviewer reviewer, long now, CancellationToken stop)
    {
        if (await db.Set<Review>().AsNoTracking().SingleOrDefaultAsync(r => r.Seq == seq, stop) is not { } review) return new(NotThere);
        if (review.State != ReviewState.Open) return await DecideReviews.DecidedByAsync(db, review, stop);
        return review.LeaseOwner is { } owner && owner != reviewer.Id && review.LeaseUntil is { } until && until > now
            ? new(Taken, await db.Users.Where(u => u.Id == owner).Select(u => u.DisplayName).FirstOrDefaultAsync(stop) ?? "?", DateTimeOffset.FromUnixTimeMilliseconds(until)) : new(LeaseGone);
    }

    /// <summary>An item of a review's history.</summary>
    internal static ReviewEvent Event(Actor who, Review review, ReviewEventKind kind, DateTimeOffset now, bool raises = false, string? entries = null, ReviewOutcome? outcome = null) => new()
    {
        Id = Guid.CreateVersion7(now), Seq = review.Seq, At = now.ToUnixTimeMilliseconds(), Kind = kind, Queue = review.Queue, ActorId = who.Kind == ActorKind.Person ? who.Id : null, ActorName = who.Name, Version = review.Version + (raises ? 1 : 0), Entries = entries, Outcome = outcome,
    };

    /// <summary>Who takes a step back works on that one again: what was shown meanwhile is only kept ready, and what was kept ready behind it is free.</summary>
    /// <param name="db">The store.</param>
    /// <param name="reviewer">Who takes it back.</param>
    /// <param name="seq">The item of the step.</param>
    /// <param name="steppedAt">When the step was taken, Unix milliseconds.</param>
    /// <param name="now">The current instant, Unix milliseconds.</param>
    /// <param name="stop">Ends it early.</param>
    internal static async Task PutBackAsync(PanelDb db, Reviewer reviewer, long seq, long? steppedAt, long now, CancellationToken stop)
    {
        // What another tab of theirs shows was taken before.
        var since = db.Set<ReviewEvent>().Where(e => e.Kind == ReviewEventKind.Leased && e.ActorId == reviewer.Id && e.At >= steppedAt).Select(e => e.Seq);
        var others = db.Set<Review>().Where(r => r.LeaseOwner == reviewer.Id && r.Seq != seq && r.State == ReviewState.Open && r.LeaseUntil > now);
        await others.Where(r => r.LeaseIsAhead).ExecuteUpdateAsync(r => r.Freed(), stop);
        var until = now + (long)AheadLength.TotalMilliseconds;
        await others.Where(r => since.Contains(r.Seq)).ExecuteUpdateAsync(r => r.SetProperty(x => x.LeaseUntil, until).SetProperty(x => x.LeaseIsAhead, true), stop);
    }

    private IQueryable<Review> Mine(Reviewer reviewer, long now) => db.Set<Review>().Where(r => r.LeaseOwner == reviewer.Id && r.LeaseUntil > now && r.State == ReviewState.Open);

    /// <summary>What the person has of the selection: of what they work on the one that was looked at last, so that a decision that was undone comes back before what was begun after it; else of what is kept ready, by several tabs, the one that was shown as the next.</summary>
    private async Task<Held?> HeldAsync(Reviewer reviewer, ReviewSelection selection, long? current, CancellationToken stop)
    {
        var (now, queue) = (Now, selection.Queue);
        var mine = Mine(reviewer, now).Where(r => r.Seq != current && (queue == null || r.Queue == queue));
        if (!selection.IsPlain)
        {
            // Whether it is free is not asked of what they have.
            var fitting = db.Set<Review>().Only(selection.Filter with { IsTaken = null }, db, now);
            mine = mine.Where(r => r.LeaseIsAhead || fitting.Any(f => f.Seq == r.Seq));
        }
        var held = (await mine.Select(r => new { r.Seq, r.LeaseToken, r.LeaseUntil, r.LeaseIsAhead }).ToListAsync(stop)).ConvertAll(r => new Held(r.Seq, r.LeaseToken!.Value, r.LeaseUntil!.Value, r.LeaseIsAhead));
        var others = held.Where(h => h.IsAhead && !selection.Gave(h.Token)).Select(h => h.Seq).ToList();
        // Kept ready for another selection it must not come next, and is free for everybody.
        if (others.Count > 0) await db.Set<Review>().Where(r => others.Contains(r.Seq) && r.LeaseOwner == reviewer.Id && r.LeaseIsAhead && r.State == ReviewState.Open).ExecuteUpdateAsync(r => r.Freed(), stop);
        return held.Where(h => !h.IsAhead).OrderByDescending(h => h.Until).ThenBy(h => h.Seq).Concat(held.Where(h => h.IsAhead && selection.Gave(h.Token)).OrderBy(h => h.Until).ThenBy(h => h.Seq)).Select(h => (Held?)h).FirstOrDefault();
    }

    private async Task<ReviewLease?> BestAsync(Reviewer reviewer, ReviewSelection selection, bool ahead, long? current, CancellationToken stop, long? shown = null)
    {
        var queue = selection.Queue;
        var queues = db.Set<ReviewQueue>().Where(q => (queue == null || q.Number == queue) && (!q.AdminsOnly || reviewer.IsAdmin));
        var answered = await db.Set<ReviewEvent>().Answered(db.Set<Review>(), Now - (long)AnsweredFor.TotalMilliseconds).ToListAsync(stop);
        // What was answered to them comes first, what they sent back themselves last.
        var toThem = answered.Where(a => a.To == reviewer.Id).Select(a => a.Seq).ToList();
        var byThem = answered.Where(a => a.By == reviewer.Id && a.To != reviewer.Id).Select(a => a.Seq).ToList();
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var now = Now;
            var since = now - (long)SkippedFor.TotalMilliseconds;
            // Asked once, not for every item that waits.
            var skipped = db.Set<ReviewEvent>().SkippedBy(reviewer.Id, since).Select(e => e.Seq);
            var free = db.Set<Review>().Waiting(now).Free(now).Where(r => r.Seq != current && (r.FirstById == null || r.FirstById != reviewer.Id) && !skipped.Contains(r.Seq));
            if (!selection.IsPlain) free = free.Where(r => r.Queue == queue && queues.Any(q => q.Number == r.Queue)).Only(selection.Filter, db, now);
            var best = free.Sorted(selection.Order, queues, db.Set<AssessmentRow>(), now).Select(r => r.Seq);
            var first = toThem.Count == 0 ? null : await best.Where(seq => toThem.Contains(seq)).Select(seq => (long?)seq).FirstOrDefaultAsync(stop);
            if (shown is { } seen && !byThem.Contains(seen)) first ??= await free.Where(r => r.Seq == seen && queues.Any(q => q.Number == r.Queue && !q.IsRestricted)).Select(r => (long?)r.Seq).FirstOrDefaultAsync(stop);
            if (byThem.Count > 0) first ??= await best.Where(seq => !byThem.Contains(seq)).Select(seq => (long?)seq).FirstOrDefaultAsync(stop);
            first ??= await best.Select(seq => (long?)seq).FirstOrDefaultAsync(stop);
            if (first is not { } chosen) return null;
            var lease = new ReviewLease(chosen, selection.Token(), now + (long)(ahead ? AheadLength : Length).TotalMilliseconds);
            if (await LeaseAsync(db.Set<Review>().Where(r => r.Seq == chosen), reviewer, lease, ahead, now, stop)) return lease;
            // Somebody was faster; the next best is looked for.
        }
        return null;
    }

    private static async Task<bool> LeaseAsync(IQueryable<Review> which, Reviewer reviewer, ReviewLease lease, bool ahead, long now, CancellationToken stop) =>
        await which.Where(r => r.State == ReviewState.Open).Free(now).ExecuteUpdateAsync(r => r.LeasedTo(reviewer, lease, ahead), stop) == 1;

    private async Task<ReviewLease?> ProlongAsync(long seq, Guid token, CancellationToken stop, Guid? owner = null)
    {
        var now = Now;
        var until = now + (long)Length.TotalMilliseconds;
        return await db.Set<Review>().Where(r => r.Seq == seq && r.LeaseToken == token && r.LeaseUntil > now && r.State == ReviewState.Open && (owner == null || r.LeaseOwner == owner))
            .ExecuteUpdateAsync(r => r.SetProperty(x => x.LeaseUntil, until).SetProperty(x => x.LeaseIsAhead, false), stop) == 1 ? new ReviewLease(seq, token, until) : null;
    }

    private Task<int> FreeAheadAsync(Reviewer reviewer, CancellationToken stop) =>
        db.Set<Review>().Where(r => r.LeaseOwner == reviewer.Id && r.LeaseIsAhead && r.State == ReviewState.Open).ExecuteUpdateAsync(r => r.Freed(), stop);

    private async Task KeepAheadAsync(Reviewer reviewer, long now, CancellationToken stop)
    {
        var until = now + (long)AheadLength.TotalMilliseconds;
        await Mine(reviewer, now).Where(r => r.LeaseIsAhead).ExecuteUpdateAsync(r => r.SetProperty(x => x.LeaseUntil, until), stop);
    }

    private async Task NoteAsync(Reviewer reviewer, long seq, ReviewEventKind kind, CancellationToken stop)
    {
        db.Add(Event(reviewer.Who, await db.Set<Review>().AsNoTracking().SingleAsync(r => r.Seq == seq, stop), kind, clock.GetUtcNow()));
        await db.SaveChangesAsync(stop);
    }

    private readonly record struct Held(long Seq, Guid Token, long Until, bool IsAhead);
}
