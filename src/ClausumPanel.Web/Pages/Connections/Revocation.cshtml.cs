using ClausumPanel.Storage;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Connections;

public sealed class RevocationModel(PanelDb db, ChangeKeys keys, Texts T) : PageModel
{
    [TempData] public string? Said { get; set; }
    public ApiKey Key { get; private set; } = null!;

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken stop) => await FindAsync(id, stop) ? Page() : NotFound();

    public async Task<IActionResult> OnPostAsync(Guid id, CancellationToken stop)
    {
        if (!await FindAsync(id, stop)) return NotFound();
        if (await keys.RevokeAsync(Key, HttpContext.Actor)) Said = T["{0} was revoked.", Key.Name];
        return RedirectToPage("Index");
    }

    private async Task<bool> FindAsync(Guid id, CancellationToken stop)
    {
        if (await db.ApiKeys.SingleOrDefaultAsync(k => k.Id == id, stop) is not { } found) return false;
        Key = found;
        return true;
    }
}
