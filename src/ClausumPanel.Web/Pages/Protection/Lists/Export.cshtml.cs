using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Pages.Transactions;
using ClausumPanel.Web.Plumbing;
using CsvHelper;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Protection.Lists;

/// <summary>Exactly what is filtered, as a file that the import reads again.</summary>
public sealed class ListExportModel(PanelDb db, AssessmentReader assessments, TimeProvider clock) : PageModel
{
    public IActionResult OnGet() => RedirectToPage("Index");

    public async Task<IActionResult> OnPostAsync([FromQuery(Name = "")] ListQuery query, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        using var file = new MemoryStream();
        var rows = 0;
        var filter = (await CardsByDigits.FindAsync(assessments, query.Search, stop)).Widen(query.Filter);
        // With its mark, so that Excel too reads it as UTF-8.
        await using (var writer = new StreamWriter(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true))
        await using (var csv = CsvWriter.Create(writer, null, leaveOpen: true))
        {
            await csv.WriteRecordAsync([.. ListImport.Columns, "source", "created_at", "owner", "id", "hits", "last_hit_at"], CancellationToken.None);
            await foreach (var row in db.Set<ListEntry>().AsNoTracking().Narrowed(filter, now).Sorted(query.Order).Rows(db).AsAsyncEnumerable().WithCancellation(stop))
            {
                rows++;
                string[] cells =
                [
                    row.Type.Word(), row.Value, row.Severity.Word(), row.FlowScope.Word(), row.Reason ?? "", Instant(row.ExpiresAt), row.IsActive ? "true" : "false", row.Source.Word(), Instant(row.CreatedAt), row.Owner ?? "", row.Id.ToString(),
                    row.Hits.ToString(CultureInfo.InvariantCulture), Instant(row.LastHitAt),
                ];
                await csv.WriteRecordAsync(Array.ConvertAll(cells, Exports.Harmless), CancellationToken.None);
            }
        }
        var bytes = file.ToArray();
        db.Audit(HttpContext.Actor, AuditActions.Exported, now, "lists", after: new { Format = "csv", Rows = rows, Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)), Filter = query.Pairs.Select(p => $"{p.Name}={p.Value}") });
        await db.SaveChangesAsync(CancellationToken.None);
        return File(bytes, "text/csv; charset=utf-8", string.Create(CultureInfo.InvariantCulture, $"lists-{now:yyyyMMdd-HHmmss}.csv"));
    }

    private static string Instant(DateTimeOffset? at) => at?.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture) ?? "";
}
