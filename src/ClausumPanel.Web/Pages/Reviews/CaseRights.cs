using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Pages.Entities;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Reviews;

/// <summary>Who has an item, what the reader may do with it, and why not.</summary>
public sealed record CaseRights
{
    /// <summary>The reader has it, or will once it is shown.</summary>
    public bool IsMine { get; private init; }

    /// <summary>Until when the reader has it, Unix milliseconds.</summary>
    public long MineUntil { get; init; }

    /// <summary>Who has it now; null: nobody.</summary>
    public string? Holder { get; private init; }

    /// <summary>Why the reader may not decide it, in the words of the refusal; null: they may.</summary>
    public string? Barred { get; private init; }

    /// <summary>Why the reader may not reopen it; null: they may.</summary>
    public string? NotToReopen { get; private init; }

    /// <summary>Why it would not be given to the reader, whoever has it now; null: it would, or is no longer to be had.</summary>
    public string? NotToTake { get; private init; }

    /// <summary>Until when the reader can take their last step back, Unix milliseconds; null: they cannot.</summary>
    public long? StepUntil { get; private init; }

    /// <summary>Whatever is decided of it needs a note, for its amount.</summary>
    public bool NeedsNote { get; private init; }

    /// <summary>What the reader decides is only the first of two decisions.</summary>
    public bool IsFirst { get; private init; }

    /// <summary>What waits for an answer of the reader, who has it: where that sends it, and who had asked; null: nothing, or not theirs to answer.</summary>
    public (ReviewEvent Asked, ReviewQueue To)? GoesBack { get; private init; }

    /// <summary>Where an escalation goes, and who decides there; null: the reader has nothing to escalate.</summary>
    public (string Queue, IReadOnlyList<string> Who)? Escalates { get; private init; }

    /// <summary>Another item that the reader, who does not have this one, has at this moment, and until when at the latest, Unix milliseconds; null: none.</summary>
    public (StoredAssessment Of, int Queue, long Until)? Other { get; private init; }

    /// <param name="db">The store.</param>
    /// <param name="decide">Who may decide, and what of.</param>
    /// <param name="undo">What can be taken back.</param>
    /// <param name="reviewer">The reader.</param>
    /// <param name="mayReview">They may review at all.</param>
    /// <param name="history">What happened to the item.</param>
    /// <param name="why">Its payment.</param>
    /// <param name="ahead">It is shown as it will look once the reader has it.</param>
    /// <param name="stop">Ends it early.</param>
    internal static async Task<CaseRights> ReadAsync(PanelDb db, DecideReviews decide, UndoReviews undo, Reviewer reviewer, bool mayReview, CaseHistory history, WhyView why, bool ahead, CancellationToken stop)
    {
        var (review, queue, events, now) = history;
        var (stored, me) = (why.Stored, reviewer.Id);
        // What is only kept ready for the reader is nobody's until it is taken.
        var owner = review.State == ReviewState.Open && review.LeaseUntil > now ? review.LeaseOwner : null;
        var isMine = owner == me && (ahead || !review.LeaseIsAhead);
        var isOwn = await decide.IsOwnAsync(reviewer, why.Facts, stop);
        var barred = DecideReviews.Barred(reviewer, review, queue, isOwn);
        var mayDecide = isMine && barred is null;
        return new CaseRights
        {
            IsMine = isMine,
            MineUntil = owner is null ? 0 : ahead ? now + (long)LeaseReviews.Length.TotalMilliseconds : review.LeaseUntil!.Value,
            Holder = isMine ? reviewer.Who.Name : owner is null || owner == me ? null : await db.Users.Where(u => u.Id == owner).Select(u => u.DisplayName).FirstOrDefaultAsync(stop),
            Barred = barred,
            NotToReopen = DecideReviews.BarredFromReopening(reviewer, queue, isOwn),
            // In a fixed order theirs is what was given to them, or is kept ready.
            NotToTake = review.State != ReviewState.Open ? null : barred ?? (mayReview && queue.IsRestricted && !reviewer.IsAdmin && owner != me ? LeaseReviews.FixedOrder : null),
            StepUntil = mayReview && !isMine && await undo.StepToUndoAsync(reviewer, review, events, now, stop) is (_, var until, null) ? until : null,
            NeedsNote = mayDecide && await decide.NeedsNoteAsync(review, queue, stored.Money, stop),
            IsFirst = mayDecide && await SecondPerson.IsNeededAsync(db, review, queue, stored.Money, me, stop),
            GoesBack = mayDecide && queue.IsManual && events.Question() is { } asked ? (asked, await decide.WhereToAsync(asked, stored, stop)) : null,
            Other = mayReview && !isMine && !ahead ? await OtherAsync(db, me, review.Seq, now, stop) : null,
            Escalates = isMine && !queue.IsManual ? await WhoDecidesAsync(db, me, stop) : null,
        };
    }

    private static async Task<(StoredAssessment Of, int Queue, long Until)?> OtherAsync(PanelDb db, Guid me, long seq, long now, CancellationToken stop)
    {
        if (await db.Set<Review>().AsNoTracking().Where(r => r.LeaseOwner == me && r.LeaseUntil > now && !r.LeaseIsAhead && r.State == ReviewState.Open && r.Seq != seq).OrderByDescending(r => r.LeaseUntil).Select(r => new { r.Seq, r.Queue, r.LeaseUntil }).FirstOrDefaultAsync(stop) is not { } other) return null;
        return (await db.Set<StoredAssessment>().AsNoTracking().SingleAsync(a => a.Seq == other.Seq, stop), other.Queue, other.LeaseUntil!.Value);
    }

    private static async Task<(string Queue, IReadOnlyList<string> Who)> WhoDecidesAsync(PanelDb db, Guid me, CancellationToken stop)
    {
        var to = await db.Set<ReviewQueue>().AsNoTracking().SingleAsync(q => q.Number == ReviewQueue.EscalatedNumber, stop);
        Role[] roles = to.AdminsOnly ? [Role.Admin] : [Role.Admin, Role.Analyst];
        return (to.Name, await db.Users.Where(u => u.IsActive && roles.Contains(u.Role) && u.Id != me).OrderBy(u => u.DisplayName).Select(u => u.DisplayName).Take(4).ToListAsync(stop));
    }
}
