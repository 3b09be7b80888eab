using ClausumPanel.Storage;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Web.Flows.Evidence;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Disputes;

/// <summary>One workbook of all open disputes: how far it is, and its file while there is one.</summary>
public sealed class BatchModel(PanelDb db, BatchDesk desk, TimeProvider clock, Texts T) : PageModel
{
    public DisputeBatch Batch { get; private set; } = null!;
    public string By { get; private set; } = "";
    public DateTimeOffset Now { get; } = clock.GetUtcNow();

    /// <summary>Whoever asked for it, or an administrator.</summary>
    public bool MayCancel => Batch.AskedById == User.Id || User.May(Permissions.ManageSettings);
    [TempData] public string? Said { get; set; }

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken stop) => await FindAsync(id, stop) ? Page() : NotFound();

    /// <summary>How far it is; the whole page once it is over.</summary>
    public async Task<IActionResult> OnGetProgressAsync(Guid id, CancellationToken stop)
    {
        if (!await FindAsync(id, stop)) return NotFound();
        if (!Batch.IsUnderWay) Response.Headers["HX-Refresh"] = "true";
        return this.Fragment("_BatchProgress");
    }

    public async Task<IActionResult> OnPostCancelAsync(Guid id, CancellationToken stop)
    {
        if (!await FindAsync(id, stop)) return NotFound();
        if (!MayCancel) return Forbid();
        if (!await desk.CancelAsync(HttpContext.Actor, Batch, stop)) Said = T["It was over already."];
        return Redirect($"/dashboard/disputes/batches/{id}");
    }

    public async Task<IActionResult> OnPostFileAsync(Guid id, CancellationToken stop)
    {
        if (!await FindAsync(id, stop)) return NotFound();
        if (await desk.HandOutAsync(HttpContext.Actor, Batch, stop) is { } bytes) return File(bytes, WorkbookFile.ContentType, BatchDesk.FileName(Batch));
        Said = T["There is no file of it, or none any more."];
        return Redirect($"/dashboard/disputes/batches/{id}");
    }

    private async Task<bool> FindAsync(Guid id, CancellationToken stop)
    {
        if (await db.Set<DisputeBatch>().AsNoTracking().SingleOrDefaultAsync(b => b.Id == id, stop) is not { } found) return false;
        Batch = found;
        By = await db.Users.Where(u => u.Id == found.AskedById).Select(u => u.DisplayName).SingleAsync(stop);
        return true;
    }
}
