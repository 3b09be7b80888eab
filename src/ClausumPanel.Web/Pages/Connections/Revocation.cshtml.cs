using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Settings;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Connections;

public sealed class RevocationModel(PanelDb db, TimeProvider clock, Texts T) : PageModel
{
    [TempData] public string? Said { get; set; }
    public ApiKey Key { get; private set; } = null!;

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken stop) => await FindAsync(id, stop) ? Page() : NotFound();

    public async Task<IActionResult> OnPostAsync(Guid id, CancellationToken stop)
    {
        if (!await FindAsync(id, stop)) return NotFound();
        var now = clock.GetUtcNow();
        if (Key.Revoke(User.Id, now))
        {
            db.Audit(HttpContext.Actor, AuditActions.KeyRevoked, now, "key", Key.Id.ToString(), before: Key.Summary);
            await db.SaveAndRaiseAsync(ChangeTopics.Keys, CancellationToken.None);
            Said = T["{0} was revoked.", Key.Name];
        }
        return RedirectToPage("Index");
    }

    private async Task<bool> FindAsync(Guid id, CancellationToken stop)
    {
        if (await db.ApiKeys.SingleOrDefaultAsync(k => k.Id == id, stop) is not { } found) return false;
        Key = found;
        return true;
    }
}
