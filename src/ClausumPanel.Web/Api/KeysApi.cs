using System.Text.Json;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Plumbing;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Api;

/// <summary>The keys for programs of people who are signed in: as under Connections, with the password again before one is made.</summary>
public static class KeysApi
{
    private const int MostPermissions = 10, MostOrigins = 50;

    public static void MapKeysApi(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1").WithTags("Keys");
        group.MapGet("/keys", ListAsync).WithName("listKeys").WithSummary("Read the keys").RequireAuthorization(Permissions.ViewKeys);
        group.MapPost("/keys", CreateAsync).WithName("createKey").WithSummary("Create a key").RequireAuthorization(Permissions.ManageKeys);
        group.MapPost("/keys/{id}/revoke", RevokeAsync).WithName("revokeKey").WithSummary("Revoke a key").RequireAuthorization(Permissions.ManageKeys);
    }

    private static async Task ListAsync(HttpContext context)
    {
        var (db, stop) = (context.RequestServices.GetRequiredService<PanelDb>(), context.RequestAborted);
        var keys = await db.ApiKeys.AsNoTracking().OrderBy(k => k.RevokedAt != null).ThenByDescending(k => k.Id).ToListAsync(stop);
        var names = await NamesAsync(db, keys, stop);
        await context.AnswerAsync(StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("data");
            foreach (var key in keys) Write(json, context, key, names, null);
            json.WriteEndArray();
            json.WriteEndObject();
        });
    }

    private static async Task CreateAsync(HttpContext context)
    {
        if (await JsonBody.ReadAsync(context) is not { } body) return;
        var (name, type) = (body.Text("name", WantedKey.LongestName), body.Word<KeyType>("type", word => KeyTypes.TryParse(word, out var known) ? known : null, "format"));
        if (!body.Has("name")) body.Wrong("name", "required", "name is required.");
        if (!body.Has("type")) body.Wrong("type", "required", "type is required: server, checkout or ingest.");
        var (perMinute, perDay, days) = (body.Number("rate_limit_per_minute", 1, int.MaxValue), body.Number("rate_limit_per_day", 1, int.MaxValue), body.Number("expires_in_days", 1, WantedKey.MostDays));
        var kind = type ?? KeyType.Server;
        var words = body.Texts("permissions", MostPermissions, 40) ?? KeyPermissions.Of(kind);
        if (!KeyPermissions.TryRead(kind, string.Join(' ', words), out var permissions)) body.Wrong("permissions", "enum", $"permissions has what a key of this type may not: {string.Join(", ", KeyPermissions.Of(kind))} or *.");
        var said = string.Join(' ', body.Texts("allowed_origins", MostOrigins, 200) ?? []);
        if (!Origins.TryRead(said, out var origins, out _) || origins.Length > WantedKey.LongestOrigins) body.Wrong("allowed_origins", "format", "allowed_origins has something that is no origin: write https:// and the host, nothing after.");
        if (origins.Length > 0 && kind != KeyType.Checkout) body.Wrong("allowed_origins", "range", "allowed_origins belongs to checkout keys.");
        var password = body.Secret("password", Passwords.Longest);
        if (body.Errors.Count == 0 && !await context.RequestServices.GetRequiredService<StepUp>().PasswordIsRightAsync(context.User, password)) body.Wrong("password", "credentials", "password is not your password.");
        if (body.Errors.Count > 0)
        {
            await Problems.WriteAsync(context, body.Errors);
            return;
        }
        var wanted = new WantedKey(name!, kind, permissions, perMinute ?? ApiKey.DefaultPerMinute, perDay, origins, days);
        var (key, text) = await context.RequestServices.GetRequiredService<ChangeKeys>().CreateAsync(wanted, context.Actor);
        var names = new Dictionary<Guid, string> { [context.User.Id] = context.User.DisplayName };
        await context.AnswerAsync(StatusCodes.Status201Created, json => Write(json, context, key, names, text));
    }

    private static async Task RevokeAsync(HttpContext context)
    {
        var (db, stop) = (context.RequestServices.GetRequiredService<PanelDb>(), context.RequestAborted);
        if (!Guid.TryParse(context.Request.RouteValues["id"]?.ToString(), out var id) || await db.ApiKeys.SingleOrDefaultAsync(k => k.Id == id, stop) is not { } key) await Problems.WriteAsync(context, Problems.NotFound, "There is no key with this id.");
        else if (!await context.RequestServices.GetRequiredService<ChangeKeys>().RevokeAsync(key, context.Actor)) await Problems.WriteAsync(context, Problems.InvalidState, "This key was revoked already.");
        else
        {
            var names = await NamesAsync(db, [key], stop);
            await context.AnswerAsync(StatusCodes.Status200OK, json => Write(json, context, key, names, null));
        }
    }

    private static Task<Dictionary<Guid, string>> NamesAsync(PanelDb db, List<ApiKey> keys, CancellationToken stop)
    {
        var makers = keys.Select(k => k.CreatedById).Distinct().ToList();
        return db.Users.Where(u => makers.Contains(u.Id)).ToDictionaryAsync(u => u.Id, u => u.DisplayName, stop);
    }

    private static void Write(Utf8JsonWriter json, HttpContext context, ApiKey key, Dictionary<Guid, string> names, string? text)
    {
        var now = context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        json.WriteStartObject();
        json.WriteString("id", key.Id);
        json.WriteString("name", key.Name);
        json.WriteString("type", key.Type.Name());
        if (text is not null) json.WriteString("key", text);
        json.WriteString("prefix", key.Prefix);
        json.WriteString("last_four", key.LastFour);
        json.WriteString("status", key.RevokedAt is not null ? "revoked" : key.IsUsable(now) ? "active" : "expired");
        json.WriteTexts("permissions", key.Permissions.Split(' '));
        json.WriteTexts("allowed_origins", key.AllowedOrigins.Split(' ', StringSplitOptions.RemoveEmptyEntries));
        json.WriteNumber("rate_limit_per_minute", key.PerMinute);
        json.WriteNumberOrNull("rate_limit_per_day", key.PerDay);
        json.WriteInstant("created_at", key.CreatedAt);
        json.WriteString("created_by", key.CreatedById is { } maker ? names.GetValueOrDefault(maker) : null);
        json.WriteInstant("last_used_at", key.LastUsedAt);
        json.WriteInstant("expires_at", key.ExpiresAt);
        json.WriteInstant("revoked_at", key.RevokedAt);
        json.WriteEndObject();
    }
}
