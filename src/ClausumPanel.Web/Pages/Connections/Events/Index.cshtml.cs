using ClausumPanel.Storage;
using ClausumPanel.Storage.Inbound;
using ClausumPanel.Web.Localization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Connections.Events;

/// <summary>What came in, newest first.</summary>
public sealed class ReceivedModel(PanelDb db, Texts T) : PageModel
{
    public const int Size = 50;

    [TempData] public string? Said { get; set; }
    public IReadOnlyList<ReceivedRow> Rows { get; private set; } = [];
    public string Show { get; private set; } = "all";
    public int From { get; private set; }
    public bool HasMore { get; private set; }

    public IReadOnlyList<(string Word, string Title)> Filters => [("all", T["All"]), ("alerts", T["Alerts"]), ("waiting", T["Waiting"]), ("failed", T["Failed"])];

    public async Task OnGetAsync(string? show, int from, CancellationToken stop)
    {
        (Show, From) = (Filters.Any(f => f.Word == show) ? show! : "all", Math.Clamp(from, 0, 1_000_000));
        IQueryable<ReceivedEvent> events = db.ReceivedEvents;
        events = Show switch
        {
            "alerts" => events.Where(e => e.IsAlert),
            "waiting" => events.Where(e => e.State == ReceivedState.Waiting),
            "failed" => events.Where(e => e.State == ReceivedState.Failed),
            _ => events,
        };
        var rows = await events.OrderByDescending(e => e.ReceivedAt).ThenByDescending(e => e.Id).Skip(From).Take(Size + 1)
            .Select(e => new ReceivedRow(e.Id, e.Type, e.ExternalId, e.Source, e.ReceivedAt, e.State, e.Action, e.Rule, e.Outcome, e.IsAlert)).ToListAsync(stop);
        (HasMore, Rows) = (rows.Count > Size, [.. rows.Take(Size)]);
    }
}

public sealed record ReceivedRow(Guid Id, string Type, string? ExternalId, EventSource Source, DateTimeOffset ReceivedAt, ReceivedState State, EventAction Action, string? Rule, string? Outcome, bool IsAlert);
