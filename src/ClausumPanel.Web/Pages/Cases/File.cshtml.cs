using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Storage.Files;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Cases;

/// <summary>A file of evidence, to be kept by whoever asks: never shown by the browser, and only as it was stored.</summary>
public sealed class CaseFileModel(PanelDb db, FileFolder folder, TimeProvider clock) : PageModel
{
    public async Task<IActionResult> OnGetAsync(Guid id, Guid file, CancellationToken stop)
    {
        if (await db.Set<CaseFile>().AsNoTracking().SingleOrDefaultAsync(f => f.CaseId == id && f.Id == file, stop) is not { } found) return NotFound();
        // Gone from the folder, or not what was stored: nobody gets something else under its name.
        if (await folder.ReadAsync(found.StoredAs, found.Sha256, stop) is not { } bytes) return NotFound();
        db.Audit(HttpContext.Actor, AuditActions.Exported, clock.GetUtcNow(), ChangeCases.Subject, id.ToString(), after: new { Format = found.ContentType, Rows = 1, Sha256 = Convert.ToHexStringLower(found.Sha256), File = found.Id, found.Name });
        await db.SaveChangesAsync(CancellationToken.None);
        return File(bytes, found.ContentType, found.Name);
    }
}
