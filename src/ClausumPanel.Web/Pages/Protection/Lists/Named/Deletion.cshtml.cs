using ClausumPanel.Storage.Lists;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Protection.Lists.Named;

/// <summary>Asks once more, then deletes; never while a rule that judges asks the list.</summary>
public sealed class ListDeletionModel(ChangeNamedLists lists, Texts T) : PageModel
{
    [TempData] public string? Said { get; set; }
    public NamedList List { get; private set; } = null!;
    public IReadOnlyList<ListUse> Uses { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(string name, CancellationToken stop)
    {
        if (!await FindAsync(name, stop)) return NotFound();
        Uses = [.. (await lists.UsesAsync(null, stop))[name]];
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(string name, CancellationToken stop)
    {
        if (!await FindAsync(name, stop)) return NotFound();
        Uses = await lists.DeleteAsync(List, HttpContext.Actor);
        if (Uses.Count > 0)
        {
            Response.StatusCode = StatusCodes.Status409Conflict;
            return Page();
        }
        Said = T["The list {0} was deleted.", name];
        return RedirectToPage("Index");
    }

    private async Task<bool> FindAsync(string name, CancellationToken stop)
    {
        if (await lists.Standing.AsNoTracking().SingleOrDefaultAsync(l => l.Name == name, stop) is not { } found) return false;
        List = found;
        return true;
    }
}
