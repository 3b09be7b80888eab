using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Cases;

/// <summary>A case by hand, or about a payment.</summary>
public sealed class NewCaseModel(ChangeCases cases, AssessmentReader assessments, Reader reader, TimeProvider clock, Texts T) : PageModel
{
    [BindProperty] public CaseInput Input { get; set; } = new();

    /// <summary>The payment it is about.</summary>
    [BindProperty(SupportsGet = true)] public Guid? Assessment { get; set; }
    [TempData] public string? Said { get; set; }
    public StoredAssessment? Stored { get; private set; }
    public IReadOnlyList<(Guid Id, string Name)> Workers { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(CancellationToken stop)
    {
        if (!await LoadAsync(stop)) return NotFound();
        if (Stored is not { } stored) return Page();
        var facts = new Facts();
        FactSnapshot.Read(stored.Facts, facts);
        Input = new CaseInput
        {
            IncidentDate = CaseQuery.Written(CaseQuery.Today(reader, stored.Instant)), Amount = CaseInput.Written(stored.Money), Currency = stored.Currency,
            Jurisdiction = CaseWords.JurisdictionOf(stored.Currency, facts.Text(Known.IpCountry) ?? facts.Text(Known.CardCountry)),
        };
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken stop)
    {
        if (!await LoadAsync(stop)) return NotFound();
        if (Input.Read(ModelState, T, CaseQuery.Today(reader, clock.GetUtcNow())) is { } facts)
        {
            var opening = new CaseOpening(facts, Stored is null ? CaseOrigin.Manual : CaseOrigin.Row)
            {
                Priority = CaseWords.ReadPriority(Input.Priority), AssignedToId = Input.Person, DueOn = Input.Due, Assessments = Stored is { } stored ? [stored] : [],
            };
            if (await cases.OpenAsync(opening, HttpContext.Actor, stop) is { } opened)
            {
                Said = T["Case {0} was opened.", opened.ReferenceNumber];
                return RedirectToPage("Details", new { id = opened.Id });
            }
            ModelState.AddModelError("Input.AssignedTo", T["Nobody of that name may work on cases."]);
        }
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Page();
    }

    private async Task<bool> LoadAsync(CancellationToken stop)
    {
        Workers = await cases.WorkersAsync(stop);
        if (Assessment is not { } id) return true;
        Stored = await assessments.FindAsync(id, stop);
        return Stored is not null;
    }
}
