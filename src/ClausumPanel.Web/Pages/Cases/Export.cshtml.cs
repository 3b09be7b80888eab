using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Web.Pages.Transactions;
using ClausumPanel.Web.Plumbing;
using CsvHelper;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Cases;

/// <summary>Exactly the cases that are filtered, as a file.</summary>
public sealed class CaseExportModel(PanelDb db, Reader reader, TimeProvider clock) : PageModel
{
    private static readonly string[] Columns =
        ["reference_number", "status", "priority", "incident_type", "jurisdiction", "amount", "currency", "victim_name", "victim_email", "assigned_to", "due_date", "created_at", "updated_at", "id"];

    public IActionResult OnGet() => RedirectToPage("Index");

    public async Task<IActionResult> OnPostAsync([FromQuery(Name = "")] CaseQuery query, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(query);
        var now = clock.GetUtcNow();
        using var file = new MemoryStream();
        var rows = 0;
        var (order, descending) = query.Order;
        // With its mark, so that Excel too reads it as UTF-8.
        await using (var writer = new StreamWriter(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true))
        await using (var csv = CsvWriter.Create(writer, null, leaveOpen: true))
        {
            await csv.WriteRecordAsync(Columns, CancellationToken.None);
            await foreach (var row in db.Set<Case>().AsNoTracking().Narrowed(query.Filter(User.Id, CaseQuery.Today(reader, now))).Sorted(order, descending).Rows(db).AsAsyncEnumerable().WithCancellation(stop))
            {
                rows++;
                string[] cells =
                [
                    row.ReferenceNumber, row.Status.Word(), row.Priority.Word(), row.IncidentType.Word(), row.Jurisdiction ?? "", row is { Amount: { } amount, Currency: { } currency } ? CaseInput.Written(new(amount, currency)) : "", row.Currency ?? "",
                    row.VictimName ?? "", row.VictimEmail ?? "", row.AssignedTo ?? "", CaseQuery.Written(row.DueOn), Instant(row.OpenedAt), Instant(row.UpdatedAt), row.Id.ToString(),
                ];
                await csv.WriteRecordAsync(Array.ConvertAll(cells, Exports.Harmless), CancellationToken.None);
            }
        }
        var bytes = file.ToArray();
        db.Audit(HttpContext.Actor, AuditActions.Exported, now, "cases", after: new { Format = "csv", Rows = rows, Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)), Filter = query.Pairs.Select(p => $"{p.Name}={p.Value}") });
        await db.SaveChangesAsync(CancellationToken.None);
        return File(bytes, "text/csv; charset=utf-8", string.Create(CultureInfo.InvariantCulture, $"cases-{now:yyyyMMdd-HHmmss}.csv"));
    }

    private static string Instant(DateTimeOffset at) => at.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
