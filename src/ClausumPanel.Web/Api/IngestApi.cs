using System.Data.Common;
using System.Globalization;
using ClausumPanel.Storage.Inbound;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Web.Flows;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Api;

/// <summary>Whoever has something to tell sends it here: it is stored, and processed by the rules for events a moment later. Source: Clausum documentation, guides/event-ingestion.</summary>
public static class IngestApi
{
    private const int Depth = 32;

    public static void MapIngestApi(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/api/webhooks/ingest", IngestAsync).AllowAnonymous().WithTags("Events").WithName("ingestEvent").WithSummary("Send an event").WithMetadata(new AssessApi.RequiresKey(KeyPermissions.Ingest, "ingest"));

    private static async Task IngestAsync(HttpContext context)
    {
        if (await context.RequestServices.GetRequiredService<ApiKeys>().RequireIngestAsync(context) is not { } key) return;
        var now = context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        var quota = key.Use.Take(now, key.PerMinute, key.PerDay);
        context.Response.Headers["X-RateLimit-Remaining"] = quota.Remaining.ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["X-RateLimit-Reset"] = quota.Reset.ToString(CultureInfo.InvariantCulture);
        if (!quota.Allowed)
        {
            context.Response.Headers.RetryAfter = Math.Max(1, quota.Reset - now.ToUnixTimeSeconds()).ToString(CultureInfo.InvariantCulture);
            await Problems.WriteAsync(context, Problems.RateLimited);
            return;
        }
        if (!RequestBody.IsJson(context.Request.ContentType))
        {
            await Problems.WriteAsync(context, Problems.MediaType);
            return;
        }
        var buffer = new byte[RequestBody.Most];
        var length = await RequestBody.ReadAsync(context.Request, buffer, context.RequestAborted);
        if (length < 0)
        {
            await Problems.WriteAsync(context, Problems.TooLarge);
            return;
        }
        string kept;
        string? type, external;
        try
        {
            if (EventBody.Read(buffer.AsMemory(0, length), Depth) is not { } json)
            {
                await Problems.WriteAsync(context, [new FieldError("body", "json", $"The body must be one JSON object, without a member twice, at most {Depth} deep.")]);
                return;
            }
            type = EventBody.Word(json, "event", ReceivedEvent.LongestType) ?? EventBody.Word(json, "type", ReceivedEvent.LongestType);
            var data = EventBody.Member(json, "data");
            external = EventBody.Text(data, "id", ReceivedEvent.LongestExternalId);
            if (type is null || (external is null && EventBody.Member(data, "id") is not null))
            {
                await Problems.WriteAsync(context, [type is null ? new FieldError("event", "required", $"event is required: the type of the event, a text of at most {ReceivedEvent.LongestType} characters (or type).")
                    : new FieldError("data.id", "format", $"data.id must be a text or a number of at most {ReceivedEvent.LongestExternalId} characters.")]);
                return;
            }
            kept = EventBody.Keep(json);
        }
        catch (InvalidOperationException)
        {
            await Problems.WriteAsync(context, [new FieldError("body", "format", "The body has half a surrogate pair.")]);
            return;
        }
        try
        {
            var (id, outcome) = await context.RequestServices.GetRequiredService<ReceiveEvents>().KeepAsync(EventSource.Ingest, type, external, kept, key.Id, CancellationToken.None);
            if (outcome == KeptAs.Same) key.Use.GiveBack();
            if (outcome == KeptAs.Other) await Problems.WriteAsync(context, Problems.Duplicate, "This data.id came before with this key, with another body: give what is another event another number.", json => json.WriteString("event_id", id));
            else await context.AnswerAsync(StatusCodes.Status200OK, answer => WriteReceived(answer, id));
        }
        catch (Exception e) when (e is DbException or DbUpdateException)
        {
            await context.UnavailableAsync();
        }
    }

    internal static void WriteReceived(System.Text.Json.Utf8JsonWriter json, Guid id)
    {
        json.WriteStartObject();
        json.WriteBoolean("success", true);
        json.WriteString("event_id", id);
        json.WriteString("message", "Event received and queued for processing");
        json.WriteEndObject();
    }
}
