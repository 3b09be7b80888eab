using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Metrics;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Protection;

/// <summary>The counts behind the overview, as a file: every rate and trend on it is one of them divided by another.</summary>
public sealed class OverviewExportModel(PanelDb db, MetricReader metrics, AssessmentReader assessments, PolicyShelf policies, Reader reader, TimeProvider clock) : PageModel
{
    private static readonly string[] Columns = ["figure", "currency", "assessed", "approved", "review", "challenge", "declined", "blocked", "declined_minor", "confirmed_fraud", "confirmed_fraud_minor"];

    public IActionResult OnGet() => RedirectToPage("Index");

    public async Task<IActionResult> OnPostAsync(CancellationToken stop)
    {
        var shown = new OverviewModel(db, metrics, assessments, policies, reader, clock);
        await shown.OnGetAsync(stop);
        IReadOnlyList<object?>[] rows =
        [
            Columns, Cells("today", shown.Now), Cells("today_until_the_last_full_quarter", shown.Compared), Cells("yesterday_until_the_same_time", shown.Yesterday),
            .. shown.Monies.Select(m => (IReadOnlyList<object?>)["month_to_date", m.Declined.Currency, null, null, null, null, m.Count, null, m.Declined.Minor, m.ConfirmedCount, m.Confirmed.Minor]),
        ];
        return await this.CsvAsync(db, clock.GetUtcNow(), "protection", "protection", rows);
    }

    private static IReadOnlyList<object?> Cells(string name, DayFigures day) => [name, null, day.All, day.Approved, day.Review, day.Challenge, day.Declined, day.Blocked, null, null, null];
}
