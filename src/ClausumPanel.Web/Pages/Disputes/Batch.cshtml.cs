using System.Globalization;
using System.Security.Cryptography;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Flows.Evidence;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Disputes;

/// <summary>Every dispute that waits for an answer, one a row, as a workbook.</summary>
public sealed class BatchModel(PanelDb db, BatchWorkbook batch, Reader reader, TimeProvider clock) : PageModel
{
    public IActionResult OnGet() => Redirect("/dashboard/disputes");

    public async Task<IActionResult> OnPostAsync(CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        var (bytes, rows, leftOut) = await batch.MakeAsync(new EvidenceLayout(reader.Zone, Outward: false, User.DisplayName, DateOnly.FromDateTime(now.UtcDateTime)), stop);
        db.Audit(HttpContext.Actor, AuditActions.Exported, now, DisputeDesk.Subject, after: new { Format = "xlsx", Rows = rows, LeftOut = leftOut, Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)) });
        await db.SaveChangesAsync(CancellationToken.None);
        return File(bytes, WorkbookFile.ContentType, $"disputes_open_{now.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture)}.xlsx");
    }
}
