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
/// <param name="IsMore">It told of more.</param>
/// <param name="Last">When it told of the last.</param>
public sealed record ChallengeSilence(TimeSpan Since, int Told, bool IsMore, DateTimeOffset? Last)
{
    /// <summary>Days in which the shop's answers are counted.</summary>
    public const int Days = 7;

    private const int MostCounted = 200;

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
        if (stored.Decision != Decision.Challenge || review.State != ReviewState.Open || events.Any(e => e.Kind == ReviewEventKind.ChallengeAnswered)) return null;
        var (since, shop) = (now.AddDays(-Days).ToUnixTimeMilliseconds(), FoundBy.Submerchant(facts));
        var latest = db.Set<ReviewEvent>().AsNoTracking().Where(e => e.Kind == ReviewEventKind.ChallengeAnswered && e.At > since).OrderByDescending(e => e.At).Take(MostCounted);
        var told = await (from e in latest join r in db.Set<AssessmentRow>() on e.Seq equals r.Seq where r.Submerchant == shop select e.At).ToListAsync(stop);
        return new ChallengeSilence(now - stored.Instant, told.Count, told.Count == MostCounted, told.Count == 0 ? null : DateTimeOffset.FromUnixTimeMilliseconds(told.Max()));
    }

    /// <summary>The same behind what the shop was told.</summary>
    public string Say(Texts T) => T["It has told of no answer so far."] + (Told == 0 ? " " + T["It has told of none to any challenge in {0} days: that says nothing of the payer.", Days] : "");

    /// <summary>The same as a reason against; null: it says nothing, for the shop tells of no answers, or not yet.</summary>
    public Argument? Against(Reader reader, Texts T)
    {
        ArgumentNullException.ThrowIfNull(reader);
        if (Since < Says || Last is not { } last) return null;
        var told = Told.ToString("N0", CultureInfo.CurrentCulture) + (IsMore ? "+" : "");
        return new Argument(T["The shop has told of no answer to the challenge in {0}", T.Age(Since)], T[Told == 1 ? "it told of {0} other answer in {1} days, on {2}" : "it told of {0} other answers in {1} days, the last on {2}", told, Days, reader.Day(last.ToUnixTimeMilliseconds())], 5);
    }
}
