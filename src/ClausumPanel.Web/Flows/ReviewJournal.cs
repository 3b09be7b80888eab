using System.Globalization;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Reviews;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ClausumPanel.Web.Flows;

/// <summary>What somebody did with an item: its line in the history and in the audit trail, with which the step is kept.</summary>
internal static class ReviewJournal
{
    private const int LongestReadingMilliseconds = 3_600_000;

    public static async Task<ReviewAnswer> WriteAsync(PanelDb db, Reviewer reviewer, Review review, ReviewEventKind kind, string action, ReviewVerdict? said, DateTimeOffset now, long? until, IDbContextTransaction transaction, CancellationToken stop,
        bool raises = true, int? sentTo = null)
    {
        var decides = kind is ReviewEventKind.Decided or ReviewEventKind.FirstDecided or ReviewEventKind.Disagreed;
        var most = said?.ReadingMilliseconds > 0 ? Math.Min(LongestReadingMilliseconds, await HeldForAsync(db, reviewer, review.Seq, now.ToUnixTimeMilliseconds(), stop)) : 0;
        db.Add(new ReviewEvent
        {
            Id = Guid.CreateVersion7(now), Seq = review.Seq, At = now.ToUnixTimeMilliseconds(), Kind = kind, Queue = review.Queue, ActorId = reviewer.Id, ActorName = reviewer.Who.Name, Outcome = decides ? said!.Outcome : null, Reason = said?.Reason,
            Note = ListTexts.Clean(said?.Note), Label = decides ? said!.Says : null, Until = until, Entries = decides || kind == ReviewEventKind.Reopened ? ReviewEntry.Write(said!.Entries) : null, ReadingMilliseconds = said?.ReadingMilliseconds is { } read ? (int)Math.Clamp(read, 0, most) : null, Version = review.Version + (raises ? 1 : 0),
            ShownBefore = kind.IsStep() ? review.VisibleAt : null, DueBefore = kind.IsStep() ? review.DueAt : null, WarnBefore = kind.IsStep() ? review.WarnAt : null,
            WaitedMilliseconds = decides ? now.ToUnixTimeMilliseconds() - review.OpenedAt : null, IsLate = decides && now.ToUnixTimeMilliseconds() > review.DueAt,
        });
        db.Audit(reviewer.Who, action, now, DecideReviews.Subject, review.Seq.ToString(CultureInfo.InvariantCulture), new { State = review.State.ToString(), Outcome = review.Outcome?.ToString() },
            sentTo is { } to ? (object)new { Step = kind.ToString(), said?.Reason, Queue = to } : new { Step = kind.ToString(), Outcome = decides ? said!.Outcome.ToString() : null, said?.Reason, Label = decides ? said!.Says?.Word() : null, Until = until, said?.Entries });
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(CancellationToken.None);
        return ReviewAnswer.Done;
    }

    /// <summary>How long the reviewer has had the item, all visits together, milliseconds. A lease that ran out by itself left no line: it counts until the next one.</summary>
    private static async Task<long> HeldForAsync(PanelDb db, Reviewer reviewer, long seq, long now, CancellationToken stop)
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
}
