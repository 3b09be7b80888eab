using System.Globalization;
using System.Text.Json;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Web.Plumbing;

namespace ClausumPanel.Web.Api;

/// <param name="Actor">As the trail names them.</param>
/// <param name="Key">Null: it is a person.</param>
internal sealed record KeyOrPerson(Actor Actor, ApiKeyInfo? Key);

/// <summary>What the calls of a server that are not counted in thousands a second have in common.</summary>
internal static class KeyCall
{
    /// <summary>The server key that may, with its limit taken; on a refusal it has answered already and gives null.</summary>
    public static async Task<ApiKeyInfo?> RequireServerKeyAsync(this HttpContext context, string permission)
    {
        if (await context.RequestServices.GetRequiredService<ApiKeys>().RequireAsync(context, permission, serverOnly: true) is not { } key) return null;
        var now = context.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow();
        var quota = key.Use.Take(now, key.PerMinute, key.PerDay);
        context.Response.Headers["X-RateLimit-Remaining"] = quota.Remaining.ToString(CultureInfo.InvariantCulture);
        context.Response.Headers["X-RateLimit-Reset"] = quota.Reset.ToString(CultureInfo.InvariantCulture);
        if (quota.Allowed) return key;
        context.Response.Headers.RetryAfter = Math.Max(1, quota.Reset - now.ToUnixTimeSeconds()).ToString(CultureInfo.InvariantCulture);
        await Problems.WriteAsync(context, Problems.RateLimited);
        return null;
    }

    /// <summary>The person who came with a token and may, or the server key that may. On a refusal it has answered already and gives null.</summary>
    public static async Task<KeyOrPerson?> RequireKeyOrPersonAsync(this HttpContext context, AssessApi.RequiresKey wanted)
    {
        if (!context.User.IsSignedIn) return await context.RequireServerKeyAsync(wanted.Permission) is { } key ? new KeyOrPerson(context.ActorOf(key), key) : null;
        var isUnfinished = context.User.MustSetUpSecondFactor(context);
        if (!isUnfinished && wanted.OrPerson is { } right && context.User.May(right)) return new KeyOrPerson(context.Actor, null);
        await Problems.WriteAsync(context, Problems.Forbidden, isUnfinished ? "Set up your second factor first." : "Your role does not allow this.");
        return null;
    }

    /// <summary>The key as the trail names it.</summary>
    public static Actor ActorOf(this HttpContext context, ApiKeyInfo key) => new(ActorKind.Key, key.Id, key.Name, context.Address);

    /// <summary>The Idempotency-Key header. On a refusal it has answered already and gives false.</summary>
    public static async Task<(bool IsRight, string? Key)> ReadIdempotencyKeyAsync(this HttpContext context)
    {
        var header = context.Request.Headers["Idempotency-Key"];
        if (header.Count == 0) return (true, null);
        var key = header.ToString();
        if (header.Count == 1 && key.Length is >= 1 and <= 255 && !key.AsSpan().ContainsAnyExceptInRange('!', '~')) return (true, key);
        await Problems.WriteAsync(context, [new FieldError("Idempotency-Key", "format", "Idempotency-Key must be 1 to 255 visible ASCII characters.")]);
        return (false, null);
    }

    public static async Task AnswerAsync(this HttpContext context, int status, Action<Utf8JsonWriter> write)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json; charset=utf-8";
        await using (var json = new Utf8JsonWriter(context.Response.BodyWriter)) write(json);
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    public static async Task UnavailableAsync(this HttpContext context)
    {
        context.Response.Headers.RetryAfter = "1";
        await Problems.WriteAsync(context, Problems.Maintenance, "The panel is starting, or its store takes nothing at the moment. Nothing was written.");
    }
}
