using ClausumPanel.Storage;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Pages.Cases;

/// <summary>Says what submitting is and is not, then does it.</summary>
public sealed class SubmissionModel(PanelDb db, ChangeCases cases, CaseReader reading, IOptions<PanelOptions> panel, Texts T) : PageModel
{
    [TempData] public string? Said { get; set; }
    public Case Case { get; private set; } = null!;
    public string? Refused { get; private set; }

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken stop)
    {
        if (!await LoadAsync(id, stop)) return NotFound();
        if (!Case.MaySubmit) Refuse(Case.IsSealed ? CaseFate.SubmittedAlready : CaseFate.IllegalMove);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(Guid id, int version, CancellationToken stop)
    {
        var answer = await cases.SubmitAsync(id, version, reading, panel.Value, HttpContext.Actor, stop);
        if (answer.Fate == CaseFate.NotFound) return NotFound();
        if (answer.IsDone)
        {
            Said = T["The case is sealed and submitted. Download the package and hand it in yourself."];
            return RedirectToPage("Details", new { id });
        }
        await LoadAsync(id, stop);
        Refuse(answer.Fate);
        return Page();
    }

    private void Refuse(CaseFate fate)
    {
        Refused = T.Say(new CaseAnswer(fate, Case));
        Response.StatusCode = StatusCodes.Status409Conflict;
    }

    private async Task<bool> LoadAsync(Guid id, CancellationToken stop)
    {
        if (await db.Set<Case>().AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, stop) is not { } found) return false;
        Case = found;
        return true;
    }
}
