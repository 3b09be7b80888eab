using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Metrics;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Protection;

/// <summary>What protection did today on the reader's own clock, held against the same hours of yesterday, and the money it kept this month.</summary>
public sealed class OverviewModel(PanelDb db, MetricReader metrics, AssessmentReader assessments, PolicyShelf policies, Reader reader, TimeProvider clock) : PageModel
{
    private const int Latest = 10;
    private static readonly AssessmentFilter Live = new() { Simulated = false };
    private static readonly RowRule Declined = new() { Decisions = [Decision.Decline] }, Confirmed = Declined with { Label = LabelOutcome.Fraud };

    public DateTimeOffset Today { get; private set; }
    public DateTimeOffset Month { get; private set; }

    /// <summary>Up to here today is held against yesterday: the last quarter of an hour that is over.</summary>
    public DateTimeOffset ComparedUntil { get; private set; }
    public DayFigures Now { get; private set; } = DayFigures.None;
    public DayFigures Compared { get; private set; } = DayFigures.None;
    public DayFigures Yesterday { get; private set; } = DayFigures.None;
    public IReadOnlyList<ProtectedMoney> Monies { get; private set; } = [];
    public IReadOnlyList<AssessmentLine> Lines { get; private set; } = [];
    public Policy Policy => policies.Active.Policy;

    /// <summary>As the Monitor's filter says it.</summary>
    public string Day => reader.Zoned(Today).ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture);
    public string MonthStart => reader.Zoned(Month).ToString("yyyy-MM-dd'T'HH:mm", CultureInfo.InvariantCulture);

    public async Task OnGetAsync(CancellationToken stop) => await LoadAsync(stop);

    /// <summary>Asked every half minute.</summary>
    public async Task<IActionResult> OnGetLiveAsync(CancellationToken stop)
    {
        await LoadAsync(stop);
        return this.Fragment("_Overview");
    }

    private async Task LoadAsync(CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        var local = reader.Zoned(now);
        var date = DateOnly.FromDateTime(local.DateTime);
        Today = reader.StartOfDay(date);
        Month = reader.StartOfDay(new DateOnly(date.Year, date.Month, 1));
        ComparedUntil = DateTimeOffset.FromUnixTimeMilliseconds(Rollup.BucketOf(now.ToUnixTimeMilliseconds()));
        // The same hours by the clock on the wall: where it was put forward or back in between, as many fewer or more.
        var before = reader.StartOfDay(date.AddDays(-1));
        var until = Later(before, reader.Zoned(ComparedUntil).DateTime - date.ToDateTime(TimeOnly.MinValue));
        await using var snapshot = await metrics.SnapshotAsync(stop);       // what is being folded is neither missed nor counted twice
        Now = await OfAsync(Today, null, stop);
        Compared = await OfAsync(Today, ComparedUntil, stop);
        Yesterday = await OfAsync(before, until < before ? before : until, stop);
        // Whatever was imported may lie ahead of the clock.
        var month = (await metrics.SheetsAsync(new MetricScope(), [new MetricSpan(Month.ToUnixTimeMilliseconds(), MetricSpan.Floor(DateTimeOffset.MaxValue.ToUnixTimeMilliseconds()))], stop))[0];
        Monies = [.. month.Currencies.Select(c => new ProtectedMoney(new Money(month.Amount(Declined, c), c), month.CountLive(Declined, c), new Money(month.Amount(Confirmed, c), c), month.CountLive(Confirmed, c)))
            .Where(m => m.Count > 0).OrderByDescending(m => m.Count).ThenBy(m => m.Declined.Currency, StringComparer.Ordinal)];
        Lines = (await assessments.PageAsync(Live, AssessmentOrder.Newest, null, Latest, stop)).Lines;
    }

    /// <summary>That long after midnight by the clock on the wall.</summary>
    private DateTimeOffset Later(DateTimeOffset midnight, TimeSpan time)
    {
        var local = reader.Zoned(midnight).Date + time;
        while (reader.Zone.IsInvalidTime(local)) local = local.AddMinutes(15);
        return new DateTimeOffset(local, reader.Zone.GetUtcOffset(local)).ToUniversalTime();
    }

    private async Task<DayFigures> OfAsync(DateTimeOffset from, DateTimeOffset? until, CancellationToken stop)
    {
        var (first, end) = (from.ToUnixTimeMilliseconds(), until?.ToUnixTimeMilliseconds() ?? long.MaxValue);
        var counts = await db.Set<Rollup>().Where(r => r.Bucket >= first && r.Bucket < end && !r.Simulated).GroupBy(r => r.Decision).Select(g => new { g.Key, Count = g.Sum(r => r.Count), Blocked = g.Sum(r => r.Blocked) }).ToListAsync(stop);
        long Of(Decision decision) => counts.Find(c => c.Key == decision)?.Count ?? 0;
        return new DayFigures(Of(Decision.Approve), Of(Decision.Review), Of(Decision.Challenge), Of(Decision.Decline), counts.Sum(c => c.Blocked));
    }
}

/// <param name="Blocked">Of the declined, those that were blocked outright.</param>
public sealed record DayFigures(long Approved, long Review, long Challenge, long Declined, long Blocked)
{
    public static readonly DayFigures None = new(0, 0, 0, 0, 0);

    public long All => Approved + Review + Challenge + Declined;

    public double? ApprovalRate => All == 0 ? null : Approved / (double)All;
}

/// <summary>The money of one currency that was declined, and how much of it is known to have been fraud.</summary>
public sealed record ProtectedMoney(Money Declined, long Count, Money Confirmed, long ConfirmedCount);
