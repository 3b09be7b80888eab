using ClausumPanel.Storage;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Simulation;

/// <summary>What a decision costs, and the guard-rails a proposal may not break without a word.</summary>
public sealed class SettingsModel(PanelDb db, TimeProvider clock, Texts T) : PageModel
{
    [BindProperty] public SimulationSettings Input { get; set; } = new();
    [BindProperty(SupportsGet = true)] public Guid? Back { get; set; }
    [TempData] public string? Said { get; set; }

    public async Task OnGetAsync(CancellationToken stop) => Input = await SimulationSettings.LoadAsync(db, stop);

    public async Task<IActionResult> OnPostAsync(CancellationToken stop)
    {
        if (!ModelState.IsValid)
        {
            Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            return Page();
        }
        await Input.SaveAsync(db, HttpContext.Actor, clock.GetUtcNow(), stop);
        Said = T["Saved."];
        return Back is { } run ? RedirectToPage("Preview", new { id = run }) : RedirectToPage();
    }
}
