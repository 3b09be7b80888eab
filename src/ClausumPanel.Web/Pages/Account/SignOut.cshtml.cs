using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Account;

public sealed class SignOutModel(PanelDb db, SignInManager<User> signIn, TimeProvider clock) : PageModel
{
    public async Task<IActionResult> OnPostAsync()
    {
        db.Audit(HttpContext.Actor, AuditActions.SignedOut, clock.GetUtcNow(), "user", User.Id.ToString());
        await db.SaveChangesAsync();
        await signIn.SignOutAsync();            // the ticket's row goes too: a copied cookie opens nothing any more
        Response.ForgetThisSite();
        return RedirectToPage("Login");
    }
}
