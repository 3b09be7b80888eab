using System.Globalization;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Connections;

public sealed class ConnectionsModel(PanelDb db, Reader reader, TimeProvider clock, Texts T) : PageModel
{
    [TempData] public string? Said { get; set; }
    public IReadOnlyList<KeyRow> Keys { get; private set; } = [];
    public DateTimeOffset Now { get; private set; }

    public async Task OnGetAsync(CancellationToken stop)
    {
        Now = clock.GetUtcNow();
        Keys = await db.ApiKeys.OrderBy(k => k.RevokedAt != null).ThenByDescending(k => k.Id)
            .Select(k => new KeyRow(k.Id, k.Name, k.Type, k.Prefix, k.LastFour, k.Permissions, k.PerMinute, k.PerDay, k.CreatedAt,
                db.Users.Where(u => u.Id == k.CreatedById).Select(u => u.DisplayName).FirstOrDefault(), k.LastUsedAt, k.ExpiresAt, k.RevokedAt))
            .ToListAsync(stop);
    }

    public string TypeName(KeyType type) => type switch
    {
        KeyType.Server => T["Server"],
        KeyType.Checkout => T["Checkout"],
        KeyType.Ingest => T["Event ingest"],
    };

    public string Day(DateTimeOffset at) => reader.Zoned(at).ToString("d", CultureInfo.CurrentCulture);
    public string Moment(DateTimeOffset at) => reader.Zoned(at).ToString("g", CultureInfo.CurrentCulture);
}

public sealed record KeyRow(Guid Id, string Name, KeyType Type, string Prefix, string LastFour, string Permissions, int PerMinute, int? PerDay, DateTimeOffset CreatedAt, string? CreatedBy,
    DateTimeOffset? LastUsedAt, DateTimeOffset? ExpiresAt, DateTimeOffset? RevokedAt);
