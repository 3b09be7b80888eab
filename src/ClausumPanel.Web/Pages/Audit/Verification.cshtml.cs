using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Audit;

/// <summary>Whether every entry is as it was written. A short chain is answered at once; a long one shows how far it is.</summary>
public sealed class VerificationModel(AuditChecks checks) : PageModel
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    public AuditCheck Check { get; private set; } = null!;

    public IActionResult OnGet(Guid? id)
    {
        if (id is null) return RedirectToPage("Index");
        if (checks.Find(id.Value, User.Id) is not { } found) return NotFound();
        Check = found;
        return this.Fragment("_Verification");
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken stop)
    {
        var check = checks.Start(User.Id, HttpContext.Actor);
        await Task.WhenAny(check.Work, Task.Delay(Patience, stop));
        return RedirectToPage(new { id = check.Id });
    }
}
