using ClausumPanel.Assess;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Storage.Assessments;

/// <summary>How often a shop was paid exactly one amount, around one payment and before.</summary>
/// <param name="Near">Other payments of it within the minutes, the nearest first.</param>
/// <param name="Far">Those beyond, within a day, the nearest first.</param>
/// <param name="Month">Payments of it in the 30 days before these minutes, as far as they were looked at.</param>
/// <param name="Same">Of the shop's latest payments before these minutes, those of it.</param>
/// <param name="Of">How many latest payments were looked at.</param>
public sealed record AmountSeen(IReadOnlyList<long> Near, IReadOnlyList<long> Far, int Month, int Same, int Of);

public sealed partial class AssessmentReader
{
    /// <summary>Assessments of the very amount that are looked at, whosever, to each side of one.</summary>
    public const int MostOfAmount = 50;

    // Of a price that every tenth payment has PostgreSQL goes through the log by its place instead: no further than this, should it have gone out of use.
    private const long MostPlaces = 200_000;

    /// <summary>Latest assessments of the shop that an amount is held against.</summary>
    public const int MostOfShop = 500;

    /// <summary>
    /// Live payments of the very amount of one at its shop, within so long before and after it. What was answered in the last moments and is not folded yet is left out.
    /// Two seeks by amount; how common it is there is asked only where there are any.
    /// </summary>
    /// <param name="one">A payment.</param>
    /// <param name="shop">Its shop, as rows keep it; empty: it names none, as those it is held against.</param>
    /// <param name="within">To each side.</param>
    /// <param name="stop">Ends it early.</param>
    public async Task<AmountSeen?> AmountSeenAsync(StoredAssessment one, string shop, TimeSpan within, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(one);
        var (seq, at, amount, currency, reach) = (one.Seq, one.At, one.Amount, one.Currency, (long)within.TotalMilliseconds);
        var (first, last) = (seq - MostPlaces, seq + MostPlaces);
        // Cut before anything else is asked of them: a price that half of a marketplace has must not be read to its end for the one shop.
        var of = db.Set<AssessmentRow>().AsNoTracking().Where(r => r.Currency == currency && r.Amount == amount);
        var before = await of.Where(r => r.Seq < seq && r.Seq >= first).OrderByDescending(r => r.Seq).Take(MostOfAmount).Select(r => new { r.Seq, r.At, r.Flow, r.Simulated, r.Submerchant }).ToListAsync(stop);
        var after = await of.Where(r => r.Seq > seq && r.Seq <= last).OrderBy(r => r.Seq).Take(MostOfAmount).Select(r => new { r.Seq, r.At, r.Flow, r.Simulated, r.Submerchant }).ToListAsync(stop);
        var here = before.Concat(after).Where(r => r is { Flow: Flow.PayIn, Simulated: false } && r.Submerchant == shop).ToList();
        var day = (long)TimeSpan.FromDays(1).TotalMilliseconds;
        var close = here.Where(r => Math.Abs(r.At - at) <= day).OrderBy(r => Math.Abs(r.At - at)).ThenBy(r => r.Seq).ToLookup(r => Math.Abs(r.At - at) <= reach, r => r.Seq);
        if (close.Count == 0) return null;
        var (from, month) = (at - reach, at - reach - (long)TimeSpan.FromDays(30).TotalMilliseconds);
        var rows = db.Set<AssessmentRow>().AsNoTracking().Where(r => r.At < from);
        if (shop.Length > 0) rows = rows.Where(r => r.Submerchant == shop && r.Submerchant != "");          // as its index says
        var latest = await rows.OrderByDescending(r => r.At).ThenByDescending(r => r.Seq).Take(MostOfShop).GroupBy(_ => 1)
            .Select(g => new { Of = g.Count(r => r.Flow == Flow.PayIn && !r.Simulated && r.Submerchant == shop), Same = g.Count(r => r.Flow == Flow.PayIn && !r.Simulated && r.Submerchant == shop && r.Amount == amount && r.Currency == currency) }).SingleOrDefaultAsync(stop);
        return new AmountSeen([.. close[true]], [.. close[false]], here.Count(r => r.At < from && r.At >= month), latest?.Same ?? 0, latest?.Of ?? 0);
    }
}
