using System.Globalization;
using ClausumPanel.Storage;
using ClausumPanel.Web.Plumbing;
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
        List<object?[]> rows = [[.. Columns]];
        for (var day = 0; day < 7; day++)
            for (var hour = 0; hour < 24; hour++) rows.Add(["weekday_hour", string.Create(CultureInfo.InvariantCulture, $"{day + 1} {hour:00}"), "", shown.Hours[day, hour], null, null, null, null]);
        foreach (var day in shown.Days)
        {
            var key = day.Day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
            rows.Add(["day", key, "", day.Count, null, day.NewPayers, day.KnownPayers, day.Unnamed]);
            foreach (var (currency, money) in day.Money) rows.Add(["day_value", key, currency, money.Count, money.Amount, null, null, null]);
        }
        return await this.CsvAsync(db, now, "behavior", "behavior", rows, $"period={shown.Chosen.Word}");
    }
}
