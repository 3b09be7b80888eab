using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Connections.Events;

/// <summary>The small steps of a rule: each a button, which leads back to the list.</summary>
public sealed class RuleStepModel(ChangeEventRules rules, Texts T) : PageModel
{
    [TempData] public string? Said { get; set; }

    public IActionResult OnGet() => RedirectToPage("Rules");

    public async Task<IActionResult> OnPostSwitchAsync(Guid id, bool on, CancellationToken stop) => Back(await rules.SwitchAsync(id, on, HttpContext.Actor, stop), on ? T["The rule is on."] : T["The rule is off."]);

    public async Task<IActionResult> OnPostMoveAsync(Guid id, bool up, CancellationToken stop) => Back(await rules.MoveAsync(id, up, HttpContext.Actor, stop), T["The order was changed."]);

    public async Task<IActionResult> OnPostDeleteAsync(Guid id, CancellationToken stop) => Back(await rules.DeleteAsync(id, HttpContext.Actor, stop), T["The rule was deleted."]);

    private IActionResult Back(bool isDone, string said)
    {
        if (!isDone) return NotFound();
        Said = said;
        return RedirectToPage("Rules");
    }
}
