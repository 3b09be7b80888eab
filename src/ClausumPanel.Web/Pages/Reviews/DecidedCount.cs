using System.Globalization;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Localization;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Reviews;

/// <summary>What somebody decided in a time and did not take back, by what they decided.</summary>
public readonly record struct DecidedCount(int Approved, int Declined, int Challenged)
{
    public int All => Approved + Declined + Challenged;

    /// <param name="db">The store.</param>
    /// <param name="person">Who.</param>
    /// <param name="since">From when on, Unix milliseconds.</param>
    /// <param name="stop">Ends it early.</param>
    internal static async Task<DecidedCount> OfAsync(PanelDb db, Guid person, long since, CancellationToken stop)
    {
        var counts = await db.Set<ReviewEvent>().DecidedBy(person).Where(e => e.At >= since && e.Outcome != null).GroupBy(e => e.Outcome!.Value).Select(g => new { g.Key, Count = g.Select(e => e.Seq).Distinct().Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, stop);
        return new(counts.GetValueOrDefault(ReviewOutcome.Approve), counts.GetValueOrDefault(ReviewOutcome.Decline), counts.GetValueOrDefault(ReviewOutcome.Challenge));
    }

    /// <summary>Each with its number; none of what there is none of.</summary>
    /// <param name="T">The reader's language.</param>
    internal string Say(Texts T) => string.Join(", ", ((string?[])
    [
        Approved == 0 ? null : T["approved: {0}", Approved.ToString("N0", CultureInfo.CurrentCulture)], Declined == 0 ? null : T["declined: {0}", Declined.ToString("N0", CultureInfo.CurrentCulture)], Challenged == 0 ? null : SayChallenged(T),
    ]).Where(part => part is not null));

    /// <summary>What is easily taken for undecided.</summary>
    /// <param name="T">The reader's language.</param>
    internal string SayChallenged(Texts T) => T["challenged: {0}", Challenged.ToString("N0", CultureInfo.CurrentCulture)];
}
