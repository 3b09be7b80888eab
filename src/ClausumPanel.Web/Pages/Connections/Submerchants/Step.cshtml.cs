using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Connections.Submerchants;

/// <summary>Deactivates and reactivates: each a button of the list, which it leads back to.</summary>
public sealed class SubmerchantStepModel(ChangeSubmerchants submerchants, Texts T) : PageModel
{
    [TempData] public string? Said { get; set; }

    public IActionResult OnGet() => RedirectToPage("Index");

    public async Task<IActionResult> OnPostSwitchAsync(Guid id, bool on, CancellationToken stop)
    {
        if (await submerchants.ChangeAsync(id.ToString(), was => was with { IsActive = on }, HttpContext.Actor, stop) is not { Its: { } its }) return NotFound();
        Said = on ? T["{0} is in use again.", its.Name] : T["{0} is deactivated: payments that name it are refused.", its.Name];
        return RedirectToPage("Index");
    }
}
