using ClausumPanel.Storage;
using ClausumPanel.Storage.Webhooks;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Connections.Webhooks;

/// <summary>Everybody who is told of what happens.</summary>
public sealed class WebhooksModel(PanelDb db) : PageModel
{
    [TempData] public string? Said { get; set; }
    public IReadOnlyList<EndpointRow> Rows { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken stop) => Rows = await db.WebhookEndpoints.Where(e => e.State != EndpointState.Removed).OrderBy(e => e.CreatedAt).ThenBy(e => e.Id)
        .Select(e => new EndpointRow(e.Id, WebhookEndpoint.PlaceOf(e.Url), e.Description, e.Events, e.State, e.StateReason, e.Failures, e.LastSuccessAt,
            db.WebhookDeliveries.Count(d => d.EndpointId == e.Id && (d.State == DeliveryState.Waiting || d.State == DeliveryState.Sending)), db.WebhookDeliveries.Count(d => d.EndpointId == e.Id && d.State == DeliveryState.Failed && d.Event != null)))
        .ToListAsync(stop);
}

public sealed record EndpointRow(Guid Id, string Place, string Description, string Events, EndpointState State, string? Reason, int Failures, DateTimeOffset? LastSuccessAt, int Waiting, int Failed);
