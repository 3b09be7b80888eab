using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using ClausumPanel.Storage.Keys;

namespace ClausumPanel.Web.Api;

/// <summary>Who calls: the one place that reads keys from requests. On a refusal it has answered already and gives null.</summary>
public sealed class ApiKeys(ApiKeyRing ring, WrongKeys wrongKeys)
{
    private const string Scheme = "Bearer ";

    public async ValueTask<ApiKeyInfo?> RequireAsync(HttpContext context, string permission, bool serverOnly)
    {
        var request = context.Request;
        if (!TryFind(context, forEvents: false, out var key, out var refusal))
        {
            await refusal;
            return null;
        }
        if (key.Type == KeyType.Checkout)
        {
            if (serverOnly)
            {
                await Problems.WriteAsync(context, Problems.SecretKeyRequired);
                return null;
            }
            var origin = request.Headers.Origin.ToString();
            if (origin.Length > 0 && !key.AllowsOrigin(origin))
            {
                await Problems.WriteAsync(context, Problems.OriginNotAllowed, "Add the page's origin to the key under Connections.");
                return null;
            }
        }
        else if (IsBrowser(request))
        {
            await Problems.WriteAsync(context, Problems.ServerKeyFromBrowser, "This call comes from a browser (it has an Origin, Sec-Fetch-Site or Sec-Fetch-Dest header). Whoever opens the page can read the key: revoke it and use a checkout key there.");
            return null;
        }
        if (key.Allows(permission)) return key;
        await Problems.WriteAsync(context, Problems.Forbidden, $"The key lacks the permission {permission}.");
        return null;
    }

    /// <summary>The key that whoever sends events has, and no other.</summary>
    public async ValueTask<ApiKeyInfo?> RequireIngestAsync(HttpContext context)
    {
        if (!TryFind(context, forEvents: true, out var key, out var refusal))
        {
            await refusal;
            return null;
        }
        if (IsBrowser(context.Request))
        {
            await Problems.WriteAsync(context, Problems.ServerKeyFromBrowser, "This call comes from a browser (it has an Origin or Sec-Fetch header). Whoever opens the page can read the key: revoke it and send events from a server.");
            return null;
        }
        if (key.Allows(KeyPermissions.Ingest)) return key;
        await Problems.WriteAsync(context, Problems.Forbidden, $"The key lacks the permission {KeyPermissions.Ingest}.");
        return null;
    }

    /// <summary>The key that the header brings, if it is one of the sort that is wanted; else the refusal, which is on its way.</summary>
    private bool TryFind(HttpContext context, bool forEvents, [NotNullWhen(true)] out ApiKeyInfo? key, [NotNullWhen(false)] out Task? refusal)
    {
        (key, refusal) = (null, null);
        var request = context.Request;
        if (request.QueryString.HasValue && request.Query.ContainsKey("api_key"))
        {
            refusal = Problems.WriteAsync(context, Problems.KeyInQuery, "Send the key in the Authorization header as a Bearer token: a URL is logged in many places.");
            return false;
        }
        var header = request.Headers.Authorization.ToString();
        var presented = header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header.AsSpan(Scheme.Length).Trim() : default;
        if (ring.TryFind(presented, out key, out var why) && key.Type == KeyType.Ingest == forEvents) return true;
        // Whoever holds a right key is let through, whatever comes from the same address: behind a proxy that may be everybody.
        if (wrongKeys.TryNote(context.Connection.RemoteIpAddress, out var seconds)) refusal = Refuse(context, why, forEvents);
        else
        {
            context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
            refusal = Problems.WriteAsync(context, Problems.TooManyWrongKeys);
        }
        return false;
    }

    // Sec-Fetch-Mode alone is no browser: the fetch of Node sends it, and nothing else of the kind.
    private static bool IsBrowser(HttpRequest request) =>
        request.Headers.Origin.Count > 0 || request.Headers.ContainsKey("Sec-Fetch-Site") || request.Headers.ContainsKey("Sec-Fetch-Dest");

    private static Task Refuse(HttpContext context, KeyRefusal why, bool forEvents)
    {
        var (reason, sentence) = why switch
        {
            KeyRefusal.Missing => ("missing", "Send the API key in the Authorization header as a Bearer token."),
            KeyRefusal.Malformed => ("malformed", "This is not written as a key of ours; it may have been cut or mistyped."),
            KeyRefusal.Revoked => ("revoked", "The key was revoked."),
            KeyRefusal.Expired => ("expired", "The key has expired."),
            KeyRefusal.Unknown => ("unknown", "The key is not known."),
            KeyRefusal.None => ("wrong_type", forEvents ? "Only a key for event ingestion can be used here." : "A key for event ingestion cannot be used here."),
        };
        context.Response.Headers.WWWAuthenticate = "Bearer";
        return Problems.WriteAsync(context, Problems.Unauthorized, sentence, json => json.WriteString("reason", reason));
    }
}
