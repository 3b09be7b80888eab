using ClausumPanel.Storage.Submerchants;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Connections.Submerchants;

/// <summary>Deactivates and reactivates: each a button of the list, which it leads back to.</summary>
public sealed class SubmerchantStepModel(ChangeSubmerchants submerchants, SubmerchantShelf shelf, StepUp stepUp, Texts T) : PageModel
{
    [TempData] public string? Said { get; set; }
    [TempData] public string? Refused { get; set; }

    public IActionResult OnGet() => RedirectToPage("Index");

    /// <param name="password">Asked for where it is the first that is active.</param>
    public async Task<IActionResult> OnPostSwitchAsync(Guid id, bool on, string? password, CancellationToken stop)
    {
        if (on && !shelf.Current.MustBeNamed && !await stepUp.PasswordIsRightAsync(User, password))
        {
            Refused = T["This is not your password."];
            return RedirectToPage("Edit", new { which = id });
        }
        if (await submerchants.ChangeAsync(id.ToString(), was => was with { IsActive = on }, HttpContext.Actor, stop) is not { Its: { } its }) return NotFound();
        Said = on ? T["{0} is in use again.", its.Name] : T["{0} is deactivated: payments that name it are refused.", its.Name];
        return RedirectToPage("Index");
    }
}
