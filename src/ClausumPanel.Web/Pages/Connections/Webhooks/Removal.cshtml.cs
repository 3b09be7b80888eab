using ClausumPanel.Storage;
using ClausumPanel.Storage.Webhooks;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Connections.Webhooks;

public sealed class RemovalModel(PanelDb db, ChangeWebhooks webhooks, Texts T) : PageModel
{
    [TempData] public string? Said { get; set; }
    public Guid Id { get; private set; }
    public string Address { get; private set; } = "";

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken stop)
    {
        if (await db.WebhookEndpoints.Where(e => e.Id == id && e.State != EndpointState.Removed).Select(e => e.Url).SingleOrDefaultAsync(stop) is not { } url) return NotFound();
        (Id, Address) = (id, WebhookEndpoint.PlaceOf(url));
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(Guid id, CancellationToken stop)
    {
        if (!await webhooks.RemoveAsync(id, HttpContext.Actor, stop)) return NotFound();
        Said = T["The endpoint was removed."];
        return RedirectToPage("Index");
    }
}
