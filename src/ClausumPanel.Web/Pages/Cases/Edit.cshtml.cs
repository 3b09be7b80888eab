using ClausumPanel.Storage;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Cases;

/// <summary>What a case says, changed.</summary>
public sealed class EditCaseModel(PanelDb db, ChangeCases cases, Reader reader, TimeProvider clock, Texts T) : PageModel
{
    [BindProperty] public CaseInput Input { get; set; } = new();
    [TempData] public string? Said { get; set; }
    public Case Case { get; private set; } = null!;
    public string? Refused { get; private set; }
    public IReadOnlyList<(Guid Id, string Name)> Workers { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken stop)
    {
        if (!await LoadAsync(id, stop)) return NotFound();
        Input = CaseInput.Of(Case);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(Guid id, CancellationToken stop)
    {
        if (!await LoadAsync(id, stop)) return NotFound();
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        // What is sealed asks for no facts, so it reads none.
        CaseFacts? facts = null;
        if (Case.IsSealed) Input.ReadPlan(ModelState, T);
        else facts = Input.Read(ModelState, T, CaseQuery.Today(reader, clock.GetUtcNow()));
        if (!ModelState.IsValid) return Page();
        var edit = new CaseEdit { Version = Input.Version, Facts = facts is null ? null : _ => facts, Plan = plan => new CasePlan(CaseWords.ReadPriority(Input.Priority) ?? plan.Priority, Input.Person, Input.Due) };
        var answer = await cases.ChangeAsync(id, edit, HttpContext.Actor, stop);
        if (answer.IsDone)
        {
            Said = T["Case {0} was changed.", Case.ReferenceNumber];
            return RedirectToPage("Details", new { id });
        }
        Refused = T.Say(answer);
        Response.StatusCode = answer.Fate == CaseFate.NobodySuch ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status409Conflict;
        return Page();
    }

    private async Task<bool> LoadAsync(Guid id, CancellationToken stop)
    {
        if (await db.Set<Case>().AsNoTracking().SingleOrDefaultAsync(c => c.Id == id, stop) is not { } found) return false;
        (Case, Workers) = (found, await cases.WorkersAsync(stop));
        return true;
    }
}
