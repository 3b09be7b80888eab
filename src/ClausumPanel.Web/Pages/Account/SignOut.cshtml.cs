using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Account;

public sealed class SignOutModel(PanelDb db, SignInManager<User> signIn, SessionTickets tickets, TimeProvider clock) : PageModel
{
    public async Task<IActionResult> OnPostAsync()
    {
        var current = await tickets.CurrentAsync(HttpContext);
        await using (var transaction = await db.Database.BeginTransactionAsync())
        {
            await db.UserSessions.Where(s => s.Id == current).ExecuteDeleteAsync();         // a copied cookie opens nothing any more
            db.Audit(HttpContext.Actor, AuditActions.SignedOut, clock.GetUtcNow(), "user", User.Id.ToString());
            await db.SaveChangesAsync();
            await transaction.CommitAsync();
        }
        await signIn.SignOutAsync();
        Response.ForgetThisSite();
        return RedirectToPage("Login");
    }
}
