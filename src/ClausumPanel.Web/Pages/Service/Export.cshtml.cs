using System.Globalization;
using ClausumPanel.Storage;
using ClausumPanel.Web.Plumbing;
using ClausumPanel.Web.Service;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Service;

/// <summary>The last hour by minute, as a file.</summary>
public sealed class ExportModel(PanelDb db, ServiceMetrics metrics, TimeProvider clock) : PageModel
{
    private static readonly string[] Columns =
        ["minute", .. ServiceMetrics.Ends.Select(ServiceMetrics.Word), "p50_us", "p95_us", "p99_us", "max_us", "commits", "rows", "waiting_most", "unfolded_most"];

    public IActionResult OnGet() => RedirectToPage("Index");

    public async Task<IActionResult> OnPostAsync()
    {
        return await this.CsvAsync(db, clock.GetUtcNow(), "service", "service", [Columns, .. metrics.LastHour().Select(Cells)]);
    }

    private static string[] Cells(ServiceMetrics.Minute minute)
    {
        var latency = minute.Latency;
        long?[] numbers =
        [
            .. ServiceMetrics.Ends.Select(e => (long?)minute.Of(e)), latency.Percentile(.5), latency.Percentile(.95), latency.Percentile(.99), latency.Count == 0 ? null : latency.Max, minute.Commits, minute.Rows, minute.Waiting, minute.Unfolded,
        ];
        return [minute.Start.ToString("yyyy-MM-dd'T'HH:mm'Z'", CultureInfo.InvariantCulture), .. numbers.Select(n => n?.ToString(CultureInfo.InvariantCulture) ?? "")];
    }
}
