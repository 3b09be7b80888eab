using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Reviews;

/// <summary>What somebody escalated and challenged lately, and what became of it.</summary>
/// <param name="HandedOn">What they escalated, newest first.</param>
/// <param name="AnsweredToday">How many of those were answered or decided since their day began.</param>
/// <param name="Asked">What they challenged, newest first.</param>
public sealed record FollowedItems(IReadOnlyList<HandedRow> HandedOn, int AnsweredToday, IReadOnlyList<HandedRow> Asked)
{
    private const int Most = 20;
    private static readonly TimeSpan For = TimeSpan.FromDays(7);

    public static FollowedItems None { get; } = new([], 0, []);

    /// <summary>How many of the challenges nobody has told how they ended.</summary>
    public int Unanswered => Asked.Count(a => a.Review.Outcome == ReviewOutcome.Challenge);

    /// <summary>How many of them came back for that, and wait again.</summary>
    public int CameBack => Asked.Count(a => a.IsBack);

    internal static async Task<FollowedItems> OfAsync(PanelDb db, AssessmentReader assessments, Guid me, long now, long dayStart, CancellationToken stop)
    {
        var (events, since) = (db.Set<ReviewEvent>().AsNoTracking(), now - (long)For.TotalMilliseconds);
        var handed = await ReadAsync(db, assessments, events.EscalatedBy(me, since), stop);
        var asked = await ReadAsync(db, assessments, events.DecidedBy(me).Where(e => e.At > since && e.Outcome == ReviewOutcome.Challenge), stop);
        var open = asked.Where(a => a.Review.Outcome == ReviewOutcome.Challenge).Select(a => a.Review.Seq).ToList();
        if (open.Count > 0)
        {
            var queues = await db.Set<ReviewQueue>().AsNoTracking().ToListAsync(stop);
            var payments = await db.Set<StoredAssessment>().AsNoTracking().Where(a => open.Contains(a.Seq)).ToDictionaryAsync(a => a.Seq, stop);
            asked = [.. asked.Select(a => a with { Return = payments.TryGetValue(a.Review.Seq, out var payment) ? UnansweredChallenges.ReturnOf(a.Review, payment, queues) : null })];
        }
        return new FollowedItems(handed, handed.Count(h => (h.Review.State != ReviewState.Open && h.Review.DecidedAt >= dayStart) || h.Answer?.At >= dayStart), asked);
    }

    /// <summary>What became of what these steps were taken with: the latest of each, newest first.</summary>
    private static async Task<IReadOnlyList<HandedRow>> ReadAsync(PanelDb db, AssessmentReader assessments, IQueryable<ReviewEvent> of, CancellationToken stop)
    {
        // By what an index holds: of thousands of decisions few are such.
        var latest = (await of.OrderByDescending(e => e.At).Take(Most).Select(e => new { e.Seq, e.Kind, e.Version }).ToListAsync(stop)).DistinctBy(e => e.Seq).ToList();
        if (latest.Count == 0) return [];
        var seqs = latest.ConvertAll(e => e.Seq);
        var reviews = await db.Set<Review>().AsNoTracking().Where(r => seqs.Contains(r.Seq)).Select(r => new { Review = r, Decider = db.Users.Where(u => u.Id == r.DecidedById).Select(u => u.DisplayName).FirstOrDefault() }).ToDictionaryAsync(r => r.Review.Seq, stop);
        var lines = (await assessments.LinesAsync(seqs, stop)).ToDictionary(l => l.Seq);
        var events = (await db.Set<ReviewEvent>().AsNoTracking().Where(e => seqs.Contains(e.Seq)).OrderBy(e => e.At).ThenBy(e => e.Version).ToListAsync(stop)).ToLookup(e => e.Seq);
        var steps = latest.ConvertAll(l => events[l.Seq].Last(e => e.Kind == l.Kind && e.Version == l.Version));
        return [.. steps.Where(e => reviews.ContainsKey(e.Seq) && lines.ContainsKey(e.Seq)).Select(e => new HandedRow(e, reviews[e.Seq].Review, lines[e.Seq], reviews[e.Seq].Decider, events[e.Seq].ToList().Answer(e)) { IsBack = reviews[e.Seq].Review.State == ReviewState.Open && events[e.Seq].Any(later => later.Kind == ReviewEventKind.ChallengeUnanswered && later.Version > e.Version) })];
    }
}

/// <param name="Step">The escalation, with what was asked; or the decision to challenge it.</param>
/// <param name="Decider">Who decided it; null: nobody yet, or time.</param>
/// <param name="Answer">What was answered; null: nothing.</param>
public sealed record HandedRow(ReviewEvent Step, Review Review, AssessmentLine Line, string? Decider, ReviewEvent? Answer)
{
    /// <summary>A challenge that nobody told the end of: it waits again.</summary>
    public bool IsBack { get; init; }

    /// <summary>A challenge without an answer yet: where it comes back to, and when, Unix milliseconds; null: nowhere.</summary>
    public (ReviewQueue Queue, long At)? Return { get; init; }
}
