using System.Data.Common;
using ClausumPanel.Storage.Inbound;
using ClausumPanel.Web.Flows;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Api;

/// <summary>What Stripe tells: believed for its signature alone. Source: Clausum documentation, guides/stripe-webhooks; Stripe documentation, webhooks/signature.</summary>
public static class StripeApi
{
    private const int Most = 256 * 1024, Depth = 64;

    public static void MapStripeApi(this IEndpointRouteBuilder routes)
    {
        routes.MapPost("/api/webhooks/stripe", ReceiveAsync).AllowAnonymous().WithTags("Events").WithName("stripeEvent").WithSummary("Events of Stripe").WithMetadata(new AssessApi.RequiresKey("Stripe's signature", "no"));
        routes.MapGet("/api/webhooks/stripe", (HttpContext context) => context.AnswerAsync(StatusCodes.Status200OK, json =>
        {
            json.WriteStartObject();
            json.WriteString("status", "ok");
            json.WriteString("version", "2.0");
            json.WriteString("pipeline", "processProviderInboundWebhook");
            json.WriteEndObject();
        })).AllowAnonymous().WithTags("Events").WithName("stripeEndpoint").WithSummary("Whether events of Stripe are taken");
    }

    private static async Task ReceiveAsync(HttpContext context)
    {
        var buffer = new byte[Most];
        var length = await RequestBody.ReadAsync(context.Request, buffer, context.RequestAborted);
        if (length < 0)
        {
            await Problems.WriteAsync(context, Problems.TooLarge, $"The body is larger than {Most / 1024} KiB.");
            return;
        }
        var body = buffer.AsMemory(0, length);
        var providers = context.RequestServices.GetRequiredService<ProviderSecrets>();
        try
        {
            if (await providers.CheckStripeAsync(context.Request.Headers["Stripe-Signature"].ToString(), body, CancellationToken.None) is { } wrong)
            {
                // Whoever has no signature may not make the store write as often as they like.
                if (!context.RequestServices.GetRequiredService<WrongKeys>().TryNote(context.Connection.RemoteIpAddress, out var seconds))
                {
                    context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
                    await Problems.WriteAsync(context, Problems.TooManyWrongKeys);
                    return;
                }
                await providers.CountStripeAsync(CancellationToken.None);
                await Problems.WriteAsync(context, Problems.Unauthorized, wrong, json => json.WriteString("reason", "signature"));
                return;
            }
            if (EventBody.Read(body, Depth) is not { } json || EventBody.Word(json, "id", ReceivedEvent.LongestExternalId) is not { } id || EventBody.Word(json, "type", ReceivedEvent.LongestType) is not { } type)
            {
                await Problems.WriteAsync(context, [new FieldError("body", "json", "The body must be an event of Stripe: a JSON object with id and type.")]);
                return;
            }
            var (received, _) = await context.RequestServices.GetRequiredService<ReceiveEvents>().KeepAsync(EventSource.Stripe, type, id, EventBody.Keep(json), null, CancellationToken.None);
            await context.AnswerAsync(StatusCodes.Status200OK, answer => IngestApi.WriteReceived(answer, received));
        }
        catch (InvalidOperationException)
        {
            await Problems.WriteAsync(context, [new FieldError("body", "format", "The body has half a surrogate pair.")]);
        }
        catch (Exception e) when (e is DbException or DbUpdateException)
        {
            await context.UnavailableAsync();
        }
    }
}
