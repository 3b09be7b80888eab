using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Pages.Transactions;
using ClausumPanel.Web.Plumbing;
using CsvHelper;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Protection.Lists.Named;

/// <summary>The whole list as a file that the import reads again.</summary>
public sealed class NamedListExportModel(PanelDb db, ChangeNamedLists lists, TimeProvider clock) : PageModel
{
    public IActionResult OnGet(string name) => RedirectToPage("Details", new { name });

    public async Task<IActionResult> OnPostAsync(string name, CancellationToken stop)
    {
        if (await lists.Standing.AsNoTracking().SingleOrDefaultAsync(l => l.Name == name, stop) is not { } list) return NotFound();
        var now = clock.GetUtcNow();
        using var file = new MemoryStream();
        var rows = 0;
        await using (var writer = new StreamWriter(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true))
        await using (var csv = CsvWriter.Create(writer, null, leaveOpen: true))
        {
            await csv.WriteRecordAsync([.. NamedListImport.Columns, "created_at", "owner"], CancellationToken.None);
            var values = lists.ValuesOf(list.Id).AsNoTracking().OrderBy(v => v.Value).Select(v => new { v.Value, v.Reason, v.ExpiresAt, v.CreatedAt, Owner = db.Users.Where(u => u.Id == v.OwnerId).Select(u => u.DisplayName).FirstOrDefault() });
            await foreach (var row in values.AsAsyncEnumerable().WithCancellation(stop))
            {
                rows++;
                await csv.WriteRecordAsync(Array.ConvertAll([row.Value, row.Reason ?? "", Instant(row.ExpiresAt), Instant(row.CreatedAt), row.Owner ?? ""], Exports.Harmless), CancellationToken.None);
            }
        }
        var bytes = file.ToArray();
        db.Audit(HttpContext.Actor, AuditActions.Exported, now, ChangeNamedLists.Subject, name, after: new { Format = "csv", Rows = rows, Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)) });
        await db.SaveChangesAsync(CancellationToken.None);
        return File(bytes, "text/csv; charset=utf-8", string.Create(CultureInfo.InvariantCulture, $"list-{name}-{now:yyyyMMdd-HHmmss}.csv"));
    }

    private static string Instant(DateTimeOffset? at) => at?.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture) ?? "";
}
