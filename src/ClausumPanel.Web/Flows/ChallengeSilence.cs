using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Pages.Entities;
using ClausumPanel.Web.Plumbing;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>That the shop has told of no answer to a challenge, and whether that says anything of the payer: a shop that tells of none is silent whatever its payers do.</summary>
/// <param name="Since">How long ago it was to be asked.</param>
/// <param name="Told">Answers to other challenges that the shop told of in <see cref="Days"/> days, as far as they were counted.</param>
/// <param name="Last">When it told of the last.</param>
/// <param name="IsMore">There were more answers, of all shops, than were looked at.</param>
public sealed record ChallengeSilence(TimeSpan Since, int Told, DateTimeOffset? Last, bool IsMore)
{
    /// <summary>Days in which the shop's answers are counted.</summary>
    public const int Days = 7;

    // Of many shops the latest answers may all be of others.
    private const int MostLooked = 2_000;

    // Who was just asked has not had the time to answer.
    private static readonly TimeSpan Says = TimeSpan.FromMinutes(15);

    /// <param name="db">The store.</param>
    /// <param name="stored">The payment.</param>
    /// <param name="facts">Of it.</param>
    /// <param name="review">Its review.</param>
    /// <param name="events">What happened to that.</param>
    /// <param name="now">The current instant.</param>
    /// <param name="stop">Ends it early.</param>
    /// <returns>Null where the engine did not challenge it, it waits no more, or somebody has told how that ended.</returns>
    public static async Task<ChallengeSilence?> OfAsync(PanelDb db, StoredAssessment stored, Facts facts, Review review, IEnumerable<ReviewEvent> events, DateTimeOffset now, CancellationToken stop)
    {
        if (stored.Decision != Decision.Challenge || review.State != ReviewState.Open || events.Any(IsAnswer)) return null;
        var (told, isMore) = await ToldAsync(db, facts, now, stop);
        return new ChallengeSilence(now - stored.Instant, told.Count, told.Count == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(told.Max()), isMore);
    }

    /// <summary>The shop of the payment has told of no answer to any challenge in <see cref="Days"/> days: of one more it will hardly tell.</summary>
    /// <param name="db">The store.</param>
    /// <param name="facts">Of the payment.</param>
    /// <param name="now">The current instant.</param>
    /// <param name="stop">Ends it early.</param>
    public static async Task<bool> IsUsualAsync(PanelDb db, Facts facts, DateTimeOffset now, CancellationToken stop) => await ToldAsync(db, facts, now, stop) is { Told.Count: 0, IsMore: false };

    private static async Task<(List<long> Told, bool IsMore)> ToldAsync(PanelDb db, Facts facts, DateTimeOffset now, CancellationToken stop)
    {
        var (since, shop) = (now.AddDays(-Days).ToUnixTimeMilliseconds(), FoundBy.Submerchant(facts));
        List<long> told = [];
        var isMore = false;
        foreach (var kind in (ReviewEventKind[])[ReviewEventKind.ChallengeAnswered, ReviewEventKind.Noted])
        {
            var answers = db.Set<ReviewEvent>().AsNoTracking().Where(e => e.Kind == kind && e.At > since);
            if (kind == ReviewEventKind.Noted) answers = answers.Where(e => e.Reason == ChallengeAnswers.Approved || e.Reason == ChallengeAnswers.Declined);
            var latest = answers.OrderByDescending(e => e.At).Take(MostLooked);
            var found = await (from e in latest join r in db.Set<AssessmentRow>() on e.Seq equals r.Seq select new { e.At, IsTheirs = r.Submerchant == shop }).ToListAsync(stop);
            isMore |= found.Count == MostLooked;
            told.AddRange(found.Where(f => f.IsTheirs).Select(f => f.At));
        }
        return (told, isMore);
    }

    /// <summary>It is an answer to a challenge, whether it settled the case or only stands in its history.</summary>
    private static bool IsAnswer(ReviewEvent line) =>
        line.Kind == ReviewEventKind.ChallengeAnswered || (line.Kind == ReviewEventKind.Noted && line.Reason is ChallengeAnswers.Approved or ChallengeAnswers.Declined);

    /// <summary>The shop tells of no answers at all: its silence says nothing.</summary>
    public bool IsUsual => Told == 0 && !IsMore;

    /// <summary>The same behind what the shop was told.</summary>
    public string Say(Texts T) => T["It has told of no answer so far."] + (IsUsual ? " " + T["It has told of none to any challenge in {0} days, so its silence says nothing.", Days] : "");

    /// <summary>The same as a reason against; null: it says nothing, for the shop tells of no answers, or not yet.</summary>
    public Argument? Against(Reader reader, Texts T)
    {
        ArgumentNullException.ThrowIfNull(reader);
        if (Since < Says || Last is not { } last) return null;
        var told = Told.ToString("N0", CultureInfo.CurrentCulture) + (IsMore ? "+" : "");
        return new Argument(T["The shop has told of no answer to the challenge in {0}", T.Age(Since)], T[Told == 1 ? "to other challenges it told of {0} answer in {1} days, on {2}" : "to other challenges it told of {0} answers in {1} days, the last on {2}", told, Days, reader.Day(last.ToUnixTimeMilliseconds())], 5);
    }
}
