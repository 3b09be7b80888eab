using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Storage.Files;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Disputes;

/// <summary>One attached file, always as a download: nothing that somebody sent in is ever shown inside the panel.</summary>
public sealed class AttachmentModel(PanelDb db, FileFolder folder, TimeProvider clock) : PageModel
{
    public async Task<IActionResult> OnGetAsync(Guid id, Guid row, CancellationToken stop)
    {
        if (await db.Set<DisputeFile>().AsNoTracking().SingleOrDefaultAsync(f => f.Id == row && f.DisputeId == id, stop) is not { } file || await folder.ReadAsync(file.StoredAs, Convert.FromHexString(file.Sha256), stop) is not { } bytes) return NotFound();
        var number = await db.Set<Dispute>().Where(d => d.Id == id).Select(d => d.Number).SingleAsync(stop);
        db.Audit(HttpContext.Actor, AuditActions.Exported, clock.GetUtcNow(), DisputeDesk.Subject, Dispute.CodeOf(number), after: new { Format = "file", Rows = 1, file.Sha256, file.Name, file.Size });
        await db.SaveChangesAsync(CancellationToken.None);
        return File(bytes, file.ContentType, file.Name);
    }
}
