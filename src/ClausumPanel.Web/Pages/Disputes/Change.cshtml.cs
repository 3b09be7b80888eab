using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Disputes;

/// <summary>Corrects what a dispute says.</summary>
public sealed class ChangeModel(PanelDb db, DisputeDesk desk, Reader reader, TimeProvider clock, Texts T) : PageModel
{
    [BindProperty] public DisputeInput Input { get; set; } = new();
    public Dispute Dispute { get; private set; } = null!;

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken stop)
    {
        if (await db.Set<Dispute>().AsNoTracking().SingleOrDefaultAsync(d => d.Id == id, stop) is not { } found) return NotFound();
        Dispute = found;
        Input = DisputeInput.Of(found, await db.Set<StoredAssessment>().Where(a => a.Seq == found.Seq).Select(a => (Guid?)a.Id).SingleOrDefaultAsync(stop), reader);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(Guid id, CancellationToken stop)
    {
        if (await db.Set<Dispute>().SingleOrDefaultAsync(d => d.Id == id, stop) is not { } found) return NotFound();
        Dispute = found;
        if (Input.Read(this, reader.Zone, clock.GetUtcNow(), T) is { } item)
        {
            if (item.ExternalId is { } external && await db.Set<Dispute>().AsNoTracking().SingleOrDefaultAsync(d => d.ExternalId == external && d.Id != id, stop) is { } same)
                ModelState.AddModelError("Input.ExternalId", T["That is {0} already.", same.Code]);
            else
            {
                await desk.ChangeAsync(found, item, Input.Version, HttpContext.Actor, CancellationToken.None);
                return RedirectToPage("Details", new { id });
            }
        }
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Page();
    }
}
