using System.Text.Json;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Webhooks;
using ClausumPanel.Web.Api;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Connections.Webhooks;

/// <summary>One delivery: what was sent, and every answer.</summary>
public sealed class DeliveryModel(PanelDb db) : PageModel
{
    private const int Most = 100;

    [TempData] public string? Said { get; set; }
    [TempData] public string? Refused { get; set; }
    public WebhookDelivery Its { get; private set; } = null!;
    public string Address { get; private set; } = "";
    public bool IsRemoved { get; private set; }
    public IReadOnlyList<WebhookAttempt> Attempts { get; private set; } = [];

    /// <summary>As it was sent, laid out for reading.</summary>
    public string? Body { get; private set; }

    public async Task<IActionResult> OnGetAsync(Guid id, Guid delivery, CancellationToken stop)
    {
        if (await db.WebhookDeliveries.AsNoTracking().SingleOrDefaultAsync(d => d.Id == delivery && d.EndpointId == id, stop) is not { } its) return NotFound();
        Its = its;
        var endpoint = await db.WebhookEndpoints.Where(e => e.Id == id).Select(e => new { e.Url, e.State }).SingleAsync(stop);
        (Address, IsRemoved) = (WebhookEndpoint.PlaceOf(endpoint.Url), endpoint.State == EndpointState.Removed);
        Attempts = await db.Set<WebhookAttempt>().AsNoTracking().Where(a => a.DeliveryId == delivery).OrderByDescending(a => a.At).ThenByDescending(a => a.Id).Take(Most).ToListAsync(stop);
        if (its.Body is { } body)
        {
            using var json = JsonDocument.Parse(body);
            Body = ApiReference.Indented(json.RootElement);
        }
        return Page();
    }
}
