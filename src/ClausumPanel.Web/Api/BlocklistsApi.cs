using System.Globalization;
using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Api;

/// <summary>The lists for programs of people who are signed in. Source: Clausum documentation, api-reference/blocklists.</summary>
public static class BlocklistsApi
{
    public const int MostRows = 1_000;

    public static void MapBlocklistsApi(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/v1").WithTags("Blocklists");
        group.MapGet("/blocklists", ListAsync).WithName("listBlocklistEntries").WithSummary("Read the lists").RequireAuthorization(Permissions.ViewPanel);
        group.MapPost("/blocklists", AddAsync).WithName("addBlocklistEntry").WithSummary("Add an entry").RequireAuthorization(Permissions.EditLists);
        group.MapPatch("/blocklists", ChangeAsync).WithName("updateBlocklistEntry").WithSummary("Change an entry").RequireAuthorization(Permissions.EditLists);
        group.MapDelete("/blocklists", DeleteAsync).WithName("deleteBlocklistEntry").WithSummary("Delete an entry").RequireAuthorization(Permissions.DeleteFromLists);
    }

    private static async Task ListAsync(HttpContext context)
    {
        var (query, errors) = (context.Request.Query, new List<FieldError>());
        var filter = new ListFilter
        {
            Type = Word("list_type", ListWords.Type), Severity = Word("severity", ListWords.Severity), Source = Word("source", ListWords.Source),
            State = Word<ListState>("state", s => s switch { "active" => ListState.Active, "ended" => ListState.Ended, "off" => ListState.Off, _ => null }), Search = query["search"].ToString(),
        };
        var limit = query["limit"].ToString() is not { Length: > 0 } text ? 100 : int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var asked) && asked is >= 1 and <= MostRows ? asked : 0;
        if (limit == 0) errors.Add(new("limit", "range", $"limit is a whole number from 1 to {MostRows}."));
        var after = Word<Guid>("after", s => Guid.TryParse(s, out var id) ? id : null);
        if (filter.Search?.Length > 200) errors.Add(new("search", "length", "search has at most 200 characters."));
        if (errors.Count > 0)
        {
            await RefuseAsync(context, errors);
            return;
        }
        var (db, now, stop) = (context.RequestServices.GetRequiredService<PanelDb>(), Now(context), context.RequestAborted);
        var total = await db.Set<ListEntry>().Narrowed(filter, now).CountAsync(stop);
        var (rows, next) = await db.ListPageAsync(filter, ListOrder.Newest, after, limit, now, stop);
        await AnswerAsync(context, StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            json.WriteStartArray("data");
            foreach (var row in rows) Write(json, Organization(context), row.Id, row.Type, row.Value, row.Severity, row.FlowScope, row.Reason, row.Source, row.IsActive, row.ExpiresAt, row.CreatedAt, row.Hits, row.LastHitAt);
            json.WriteEndArray();
            json.WriteNumber("total", total);
            if (next is { } id) json.WriteString("next", id);
            else json.WriteNull("next");
            json.WriteEndObject();
        });

        T? Word<T>(string name, Func<string, T?> read) where T : struct
        {
            if (query[name].ToString() is not { Length: > 0 } word) return null;
            if (read(word) is not { } known)
            {
                errors.Add(new(name, "format", $"{name} has no such value."));
                return null;
            }
            return known;
        }
    }

    private static async Task AddAsync(HttpContext context)
    {
        if (await JsonBody.ReadAsync(context) is not { } body) return;
        var now = Now(context);
        var type = body.Word("list_type", ListWords.Type);
        var value = body.Text("value", ListValues.Longest);
        var severity = body.Word("severity", ListWords.Severity) ?? ListSeverity.Block;
        var source = body.Word("source", ListWords.Source) ?? ListSource.Manual;
        var scope = body.Word("flow_scope", ListWords.Scope) ?? FlowScope.Both;
        var (reason, expires) = (ListTexts.Clean(body.Text("reason", ListValues.LongestReason)), body.Moment("expires_at"));
        if (!body.Has("list_type")) body.Errors.Add(new("list_type", "required", "list_type and value are required."));
        if (!body.Has("value")) body.Errors.Add(new("value", "required", "list_type and value are required."));
        var normalized = "";
        if (type is { } known && value is not null && !ListValues.TryNormalize(known, value, out normalized, out var problem))
            body.Errors.Add(new("value", problem == ListProblem.CardNumber ? "card_number" : "format", ListSentences.English(problem)));
        if (expires <= now) body.Errors.Add(new("expires_at", "range", "expires_at lies in the past."));
        if (body.Errors.Count > 0)
        {
            await RefuseAsync(context, body.Errors);
            return;
        }
        var entry = new ListEntry
        {
            Id = Guid.CreateVersion7(now), Type = type!.Value, Value = normalized, Severity = severity, FlowScope = scope, Reason = reason, Source = source, CreatedAt = now, ExpiresAt = expires, OwnerId = context.User.Id,
        };
        if (await context.RequestServices.GetRequiredService<ChangeLists>().AddAsync(entry, context.Actor, context.RequestAborted) is { } existing)
            await Problems.WriteAsync(context, Problems.Duplicate, $"The list {existing.Type.Word()} has this value already, as {existing.Severity.Word()}.", json => json.WriteString("id", existing.Id));
        else await AnswerAsync(context, StatusCodes.Status201Created, json => Write(json, context, entry));
    }

    private static async Task ChangeAsync(HttpContext context)
    {
        if (await JsonBody.ReadAsync(context) is not { } body) return;
        var db = context.RequestServices.GetRequiredService<PanelDb>();
        var id = body.Word<Guid>("id", s => Guid.TryParse(s, out var known) ? known : null, "format");
        if (!body.Has("id")) body.Errors.Add(new("id", "required", "id is required."));
        var severity = body.Word("severity", ListWords.Severity);
        var scope = body.Word("flow_scope", ListWords.Scope);
        var (reason, expires, active) = (ListTexts.Clean(body.Text("reason", ListValues.LongestReason)), body.Moment("expires_at"), body.Flag("is_active"));
        if (body.Errors.Count > 0)
        {
            await RefuseAsync(context, body.Errors);
            return;
        }
        if (await db.Set<ListEntry>().Include(e => e.Hits).SingleOrDefaultAsync(e => e.Id == id, context.RequestAborted) is not { } entry)
        {
            await Problems.WriteAsync(context, Problems.NotFound, "There is no entry with this id.");
            return;
        }
        var edit = new ListEdit(severity ?? entry.Severity, scope ?? entry.FlowScope, body.Names("reason") ? reason : entry.Reason, body.Names("expires_at") ? expires : entry.ExpiresAt, active ?? entry.IsActive);
        await context.RequestServices.GetRequiredService<ChangeLists>().ChangeAsync(entry, edit, context.Actor);
        await AnswerAsync(context, StatusCodes.Status200OK, json => Write(json, context, entry));
    }

    private static async Task DeleteAsync(HttpContext context)
    {
        var db = context.RequestServices.GetRequiredService<PanelDb>();
        if (!Guid.TryParse(context.Request.Query["id"], out var id)) await RefuseAsync(context, [new("id", "required", "id names the entry: ?id=….")]);
        else if (await db.Set<ListEntry>().SingleOrDefaultAsync(e => e.Id == id, context.RequestAborted) is not { } entry) await Problems.WriteAsync(context, Problems.NotFound, "There is no entry with this id.");
        else
        {
            await context.RequestServices.GetRequiredService<ChangeLists>().DeleteAsync(entry, context.Actor);
            await AnswerAsync(context, StatusCodes.Status200OK, json =>
            {
                json.WriteStartObject();
                json.WriteBoolean("success", true);
                json.WriteEndObject();
            });
        }
    }

    private static DateTimeOffset Now(HttpContext context) => context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();

    /// <summary>One installation is one organization: its id is made from its own secret, so it is the same at every start.</summary>
    private static Guid Organization(HttpContext context) => new(context.RequestServices.GetRequiredService<AuditKey>().Derive("organization id").AsSpan(0, 16), bigEndian: true);

    /// <summary>The documented codes for an unknown type or severity; everything that is wrong by name.</summary>
    private static Task RefuseAsync(HttpContext context, List<FieldError> errors)
    {
        var first = errors[0];
        if (first is { Field: "list_type", Code: "unknown" }) return Problems.WriteAsync(context, Problems.InvalidType, first.Reason, json => json.WriteString("field", first.Field));
        if (first is { Field: "severity", Code: "unknown" }) return Problems.WriteAsync(context, Problems.InvalidSeverity, first.Reason, json => json.WriteString("field", first.Field));
        return Problems.WriteAsync(context, [.. errors.Select(e => e.Code == "unknown" ? e with { Code = "format" } : e)]);
    }

    private static async Task AnswerAsync(HttpContext context, int status, Action<Utf8JsonWriter> write)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        await using (var json = new Utf8JsonWriter(context.Response.BodyWriter)) write(json);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private static void Write(Utf8JsonWriter json, HttpContext context, ListEntry e) =>
        Write(json, Organization(context), e.Id, e.Type, e.Value, e.Severity, e.FlowScope, e.Reason, e.Source, e.IsActive, e.ExpiresAt, e.CreatedAt,
            e.Hits?.Count ?? 0, e.Hits is { } hits ? DateTimeOffset.FromUnixTimeMilliseconds(hits.LastAt) : null);

    private static void Write(
        Utf8JsonWriter json, Guid organization, Guid id, ListType type, string value, ListSeverity severity, FlowScope scope, string? reason, ListSource source, bool active, DateTimeOffset? expires, DateTimeOffset created,
        long hits, DateTimeOffset? lastHit)
    {
        json.WriteStartObject();
        json.WriteString("id", id);
        json.WriteString("organization_id", organization);
        json.WriteString("list_type", type.Word());
        json.WriteString("value", value);
        json.WriteString("severity", severity.Word());
        json.WriteString("flow_scope", scope.Word());
        json.WriteString("reason", reason);
        json.WriteString("source", source.Word());
        json.WriteBoolean("is_active", active);
        Write("expires_at", expires);
        json.WriteString("created_at", Instant(created));
        json.WriteNumber("hits", hits);
        Write("last_hit_at", lastHit);
        json.WriteEndObject();

        void Write(string name, DateTimeOffset? at)
        {
            if (at is { } there) json.WriteString(name, Instant(there));
            else json.WriteNull(name);
        }

        static string Instant(DateTimeOffset at) => at.ToUniversalTime().ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
    }
}
