using ClausumPanel.Storage;
using ClausumPanel.Storage.Outbox;
using ClausumPanel.Storage.Webhooks;
using ClausumPanel.Web.Localization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Connections.Webhooks;

/// <summary>One endpoint and the log of its deliveries.</summary>
public sealed class EndpointModel(PanelDb db, TimeProvider clock, Texts T) : PageModel
{
    public const int Size = 50;

    [TempData] public string? Said { get; set; }
    [TempData] public string? Refused { get; set; }
    public WebhookEndpoint Endpoint { get; private set; } = null!;
    public string? CreatedBy { get; private set; }
    public IReadOnlyList<DeliveryRow> Rows { get; private set; } = [];
    public string State { get; private set; } = "all";
    public int From { get; private set; }
    public bool HasMore { get; private set; }
    public DateTimeOffset Now { get; private set; }

    /// <summary>Events of the outbox that its worker has not come to; among them may be such as it does not want.</summary>
    public long Behind { get; private set; }

    public IReadOnlyList<(string Word, string Title)> Filters => [("all", T["All"]), ("waiting", T["Waiting"]), ("delivered", T["Delivered"]), ("failed", T["Given up"])];

    public async Task<IActionResult> OnGetAsync(Guid id, string? state, int from, CancellationToken stop)
    {
        if (await db.WebhookEndpoints.AsNoTracking().SingleOrDefaultAsync(e => e.Id == id, stop) is not { } endpoint) return NotFound();
        (Endpoint, Now, From) = (endpoint, clock.GetUtcNow(), Math.Clamp(from, 0, 1_000_000));
        State = Filters.Any(f => f.Word == state) ? state! : "all";
        CreatedBy = await db.Users.Where(u => u.Id == endpoint.CreatedById).Select(u => u.DisplayName).SingleOrDefaultAsync(stop);
        var rows = db.WebhookDeliveries.Where(d => d.EndpointId == id);
        rows = State switch
        {
            "waiting" => rows.Where(d => d.State == DeliveryState.Waiting || d.State == DeliveryState.Sending),
            "delivered" => rows.Where(d => d.State == DeliveryState.Delivered),
            "failed" => rows.Where(d => d.State == DeliveryState.Failed),
            _ => rows,
        };
        var shown = await rows.OrderByDescending(d => d.At).ThenByDescending(d => d.Event).Skip(From).Take(Size + 1).Select(d => new DeliveryRow(d.Id, d.Name, d.Subject, d.At, d.State, d.Status, d.Error, d.Attempts, d.NextAt)).ToListAsync(stop);
        (HasMore, Rows) = (shown.Count > Size, [.. shown.Take(Size)]);
        Behind = Math.Max(0, (await db.Set<OutboxEvent>().MaxAsync(e => (long?)e.Number, stop) ?? 0) - endpoint.Mark);
        return Page();
    }
}

public sealed record DeliveryRow(Guid Id, string Name, string Subject, long At, DeliveryState State, int? Status, string? Error, int Attempts, long NextAt);
