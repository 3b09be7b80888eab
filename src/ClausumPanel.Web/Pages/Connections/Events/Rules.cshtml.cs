using ClausumPanel.Storage;
using ClausumPanel.Storage.Inbound;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Connections.Events;

/// <summary>The rules for events in the order in which they are asked.</summary>
public sealed class EventRulesModel(PanelDb db) : PageModel
{
    [TempData] public string? Said { get; set; }
    public IReadOnlyList<EventRule> Rules { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken stop) => Rules = await db.EventRules.AsNoTracking().OrderBy(r => r.Priority).ThenBy(r => r.Id).ToListAsync(stop);
}
