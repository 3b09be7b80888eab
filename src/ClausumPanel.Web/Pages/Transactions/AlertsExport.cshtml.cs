using ClausumPanel.Storage;
using ClausumPanel.Storage.Alerts;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Transactions;

/// <summary>The alerts that wait, or those that somebody has seen, as a file: also those that the page has no room for.</summary>
public sealed class AlertsExportModel(PanelDb db, PolicyShelf policies, TimeProvider clock, Texts T) : PageModel
{
    private const int Most = 50_000;
    private static readonly string[] Columns = ["hour_utc", "kind", "key", "name", "count", "same_hour_of_four_weeks_before", "usually", "raised_at", "acknowledged_at", "acknowledged_by", "reason"];

    public IActionResult OnGet() => RedirectToPage("Alerts");

    public async Task<IActionResult> OnPostAsync([FromQuery(Name = "show")] string? show, CancellationToken stop)
    {
        var isSeen = show == AlertsModel.Seen;
        var alerts = await AlertsModel.Shown(db, isSeen).Take(Most).ToListAsync(stop);
        var policy = policies.Active.Policy;
        return await this.CsvAsync(db, clock.GetUtcNow(), "alerts", "alerts", [Columns, .. alerts.Select(a => Cells(a, AlertsModel.Name(T, policy, a)))], $"show={(isSeen ? AlertsModel.Seen : "waiting")}");
    }

    private static IReadOnlyList<object?> Cells(Alert alert, string name) =>
        [AlertsModel.Start(alert), alert.Kind.ToString(), alert.Key, name, alert.Count, alert.Earlier, alert.Mean, alert.RaisedAt, alert.AcknowledgedAt, alert.AcknowledgedBy, alert.Reason];
}
