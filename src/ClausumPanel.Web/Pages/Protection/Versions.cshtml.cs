using ClausumPanel.Storage;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Web.Flows;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Protection;

/// <summary>Every version of the policy there has been, newest first.</summary>
public sealed class VersionsModel(PanelDb db) : PageModel
{
    private const int Most = 200;

    [TempData] public string? Said { get; set; }
    public IReadOnlyList<VersionRow> Rows { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken stop) => Rows = await db.Set<PolicyVersion>().AsNoTracking().OrderByDescending(p => p.Version).Take(Most).Select(VersionRow.Of(db)).ToListAsync(stop);
}
