using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Transactions;

/// <summary>Exactly what is filtered, as a file. A short one comes at once; a long one shows how far it is.</summary>
[Authorize(Permissions.Export)]
public sealed class ExportModel(PanelDb db, AssessmentReader assessments, Exports exports, Flows.QualityReport rules, Reader reader, TimeProvider clock, Texts T) : PageModel
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    public Export Export { get; private set; } = null!;
    public bool TooLong { get; private set; }

    public IActionResult OnGet(Guid? id)
    {
        if (id is null) return RedirectToPage("Index");
        if (exports.Find(id.Value, User.Id) is not { } found) return NotFound();
        Export = found;
        return this.Fragment("_ExportProgress");
    }

    public async Task<IActionResult> OnGetFileAsync(Guid? id) => id is { } known && exports.Find(known, User.Id) is { Work.IsCompletedSuccessfully: true } found ? await HandOutAsync(found) : NotFound();

    public async Task<IActionResult> OnPostAsync([FromQuery(Name = "")] MonitorQuery query, [FromForm] string? format, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        if (format is not ("csv" or "xlsx")) return BadRequest();
        var filter = await query.FilterAsync(reader, now, rules, stop);
        filter = filter with { To = filter.To ?? now.ToUnixTimeMilliseconds() + 1 };         // what was counted is what is written
        var total = await assessments.CountAsync(filter, stop);
        if (format == "xlsx" && total > Exports.MostExcelRows)
        {
            TooLong = true;
            Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            return Page();
        }
        Export = exports.Start(User.Id, format, filter, [.. query.Pairs.Select(p => $"{p.Name}={p.Value}")], query.Order, total, reader.Zone, T);
        await Task.WhenAny(Export.Work, Task.Delay(Patience, stop));
        return Export.Work.IsCompletedSuccessfully ? await HandOutAsync(Export) : RedirectToPage(new { id = Export.Id });
    }

    /// <summary>Nothing leaves before it is recorded who takes what.</summary>
    private async Task<IActionResult> HandOutAsync(Export export)
    {
        db.Audit(HttpContext.Actor, AuditActions.Exported, clock.GetUtcNow(), "assessments", after: new { export.Format, Rows = export.Done, export.Sha256, export.Filter });
        await db.SaveChangesAsync(CancellationToken.None);
        return PhysicalFile(export.File, export.ContentType, export.Name);
    }
}
