using ClausumPanel.Storage;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Protection.Lists;

/// <summary>Asks once more, then deletes.</summary>
public sealed class DeletionModel(PanelDb db, ChangeLists lists, Texts T) : PageModel
{
    [TempData] public string? Said { get; set; }
    public ListEntry Entry { get; private set; } = null!;

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken stop) => await FindAsync(id, stop) ? Page() : NotFound();

    public async Task<IActionResult> OnPostAsync(Guid id, CancellationToken stop)
    {
        if (!await FindAsync(id, stop)) return NotFound();
        await lists.DeleteAsync(Entry, HttpContext.Actor);
        Said = T["{0} was deleted.", Entry.Value];
        return RedirectToPage("Index");
    }

    private async Task<bool> FindAsync(Guid id, CancellationToken stop)
    {
        if (await db.Set<ListEntry>().SingleOrDefaultAsync(e => e.Id == id, stop) is not { } found) return false;
        Entry = found;
        return true;
    }
}
