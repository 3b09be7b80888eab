using ClausumPanel.Storage;
using ClausumPanel.Web.Flows.Metrics;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Protection;

/// <summary>The counts behind the programmes, month by month, as a file.</summary>
public sealed class ProgrammesExportModel(PanelDb db, ReadSchemes schemes, TimeProvider clock) : PageModel
{
    private static readonly string[] Columns = ["programme", "month", "above_the_line", "above_counted_twice", "base_month", "payments", "limit_basis_points", "limit_count", "standing"];

    public IActionResult OnGet() => RedirectToPage("Programmes");

    public async Task<IActionResult> OnPostAsync([FromQuery] string? month, CancellationToken stop)
    {
        var chosen = ProgrammesModel.Parse(month, schemes.ThisMonth);
        var months = await schemes.ReadAsync(chosen, ProgrammesModel.Shown, stop);
        var rows = months.SelectMany(m => m).OrderBy(m => m.Programme.Id, StringComparer.Ordinal).ThenByDescending(m => m.First).Select(Row);
        return await this.CsvAsync(db, clock.GetUtcNow(), "programmes", "programmes", [Columns, .. rows], $"month={ProgrammesModel.Word(chosen)}");
    }

    private static IReadOnlyList<object?> Row(SchemeMonth m)
    {
        var limit = m.Lowest;
        return [m.Programme.Id, ProgrammesModel.Word(m.First), m.Count, m.Twice, ProgrammesModel.Word(m.BaseFirst), m.Payments, limit?.BasisPoints, limit?.Count, limit is null ? null : m.Standing(limit).ToString().ToLowerInvariant()];
    }
}
