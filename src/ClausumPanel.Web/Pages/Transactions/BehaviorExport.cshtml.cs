using System.Globalization;
using System.Text;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Web.Plumbing;
using CsvHelper;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Transactions;

/// <summary>Both tables of the behavior page, as a file.</summary>
public sealed class BehaviorExportModel(PanelDb db, Reader reader, TimeProvider clock) : PageModel
{
    private static readonly string[] Columns = ["kind", "key", "currency", "payments", "amount_minor", "new_payers", "known_payers", "unnamed"];

    public IActionResult OnGet() => RedirectToPage("Behavior");

    public async Task<IActionResult> OnPostAsync([FromQuery(Name = "period")] string? period, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        var shown = new BehaviorModel(db, reader, clock) { Period = period };
        await shown.OnGetAsync(stop);
        List<object?[]> rows = [];
        for (var day = 0; day < 7; day++)
            for (var hour = 0; hour < 24; hour++) rows.Add(["weekday_hour", string.Create(CultureInfo.InvariantCulture, $"{day + 1} {hour:00}"), "", shown.Hours[day, hour], null, null, null, null]);
        foreach (var day in shown.Days)
        {
            var key = day.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            rows.Add(["day", key, "", day.Count, null, day.NewPayers, day.KnownPayers, day.Unnamed]);
            foreach (var (currency, money) in day.Money) rows.Add(["day_value", key, currency, money.Count, money.Amount, null, null, null]);
        }
        using var file = new MemoryStream();
        await using (var writer = new StreamWriter(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true))
        await using (var csv = CsvWriter.Create(writer, null, leaveOpen: true))
        {
            await csv.WriteRecordAsync(Columns, CancellationToken.None);
            foreach (var row in rows) await csv.WriteRecordAsync(Array.ConvertAll(row, cell => Convert.ToString(cell, CultureInfo.InvariantCulture) ?? ""), CancellationToken.None);
        }
        db.Audit(HttpContext.Actor, AuditActions.Exported, now, "behavior", after: new { Format = "csv", Rows = rows.Count, Filter = new[] { $"period={shown.Chosen.Word}" } });
        await db.SaveChangesAsync(CancellationToken.None);
        return File(file.ToArray(), "text/csv; charset=utf-8", string.Create(CultureInfo.InvariantCulture, $"behavior-{now:yyyyMMdd-HHmmss}.csv"));
    }
}
