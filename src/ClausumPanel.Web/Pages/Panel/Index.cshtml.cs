using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Panel;

/// <summary>Today at a glance, on the reader's own clock. Whatever it counts is one click away as a list of just as many rows.</summary>
public sealed class PanelModel(PanelDb db, AssessmentReader assessments, Reader reader, TimeProvider clock) : PageModel
{
    private const int Latest = 12;
    private static readonly AssessmentFilter Live = new() { Simulated = false };

    public DateTimeOffset Today { get; private set; }
    public IReadOnlyList<DecisionCount> Counts { get; private set; } = [];
    public long Total => Counts.Sum(c => c.Count);
    public IReadOnlyList<MoneyRow> Monies { get; private set; } = [];
    public IReadOnlyList<HourRow> Hours { get; private set; } = [];
    public IReadOnlyList<AssessmentLine> Lines { get; private set; } = [];
    public long Newest => Lines.Count == 0 ? 0 : Lines.Max(l => l.Seq);

    /// <summary>The page is there already: what lies outside of the live part is sent along to be swapped in its place.</summary>
    public bool IsRefresh { get; private set; }

    /// <summary>The first day in the reader's words of the Monitor's filter.</summary>
    public string Day => reader.Zoned(Today).ToString("yyyy-MM-dd'T'HH:mm", System.Globalization.CultureInfo.InvariantCulture);

    public async Task OnGetAsync(CancellationToken stop) => await LoadAsync(stop);

    /// <summary>Asked every few seconds; silent while nothing has happened.</summary>
    public async Task<IActionResult> OnGetLiveAsync(long since, CancellationToken stop)
    {
        var newest = await db.Set<StoredAssessment>().MaxAsync(a => (long?)a.Seq, stop) ?? 0;
        if (Request.IsHtmx && newest == since) return StatusCode(StatusCodes.Status204NoContent);
        IsRefresh = true;
        await LoadAsync(stop);
        return this.Fragment("_Live");
    }

    private async Task LoadAsync(CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        Today = reader.StartOfDay(now);
        var from = Today.ToUnixTimeMilliseconds();
        var rollups = await db.Set<Rollup>().AsNoTracking().Where(r => r.Bucket >= from && !r.Simulated).ToListAsync(stop);
        Counts = [.. Enum.GetValues<Decision>().Select(d => new DecisionCount(d, rollups.Where(r => r.Decision == d).Sum(r => r.Count)))];
        Monies = [.. rollups.GroupBy(r => r.Currency).OrderByDescending(g => g.Sum(r => r.Count))
            .Select(g => new MoneyRow(Sum(g, r => r.Decision == Decision.Approve), Sum(g, r => r.Decision is Decision.Review or Decision.Challenge), Sum(g, r => r.Decision == Decision.Decline)))];
        var hours = rollups.ToLookup(r => (r.Bucket - from) / 3_600_000);
        Hours = [.. Enumerable.Range(0, (int)((now - Today).TotalHours) + 1)
            .Select(h => new HourRow(Today.AddHours(h), [.. Enum.GetValues<Decision>().Select(d => hours[h].Where(r => r.Decision == d).Sum(r => r.Count))]))];
        Lines = (await assessments.PageAsync(Live, AssessmentOrder.Newest, null, Latest, stop)).Lines;

        static Money Sum(IGrouping<string, Rollup> rows, Func<Rollup, bool> which) => new(rows.Where(which).Sum(r => r.Amount), rows.Key);
    }
}

public sealed record DecisionCount(Decision Decision, long Count);

/// <summary>The money of one currency; those of two are never added.</summary>
public sealed record MoneyRow(Money Approved, Money Held, Money Declined);

/// <param name="Counts">One per decision, in their order.</param>
public sealed record HourRow(DateTimeOffset Start, IReadOnlyList<long> Counts);
