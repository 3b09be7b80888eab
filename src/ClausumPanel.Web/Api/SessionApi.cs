using System.Globalization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authorization;

namespace ClausumPanel.Web.Api;

/// <summary>The calls that go by a person: by the session of their browser, as the panel's pages do, or by the access token of a program they signed in with. Everything else under /api knows keys only and goes past this.</summary>
internal static class SessionApi
{
    private const string Scheme = "Bearer ", KeyPrefix = "clm_";
    private static readonly PathString[] Paths = ["/api/v1/blocklists", "/api/v1/cases", "/api/v1/keys", "/api/v1/policies", "/api/v1/reviews"];

    /// <summary>What a server may ask for with its key, and a person with a token.</summary>
    private static readonly PathString[] Shared = ["/api/v1/dashboard/overview", "/api/v1/disputes", "/api/v1/submerchants"];

    public static void UseSessionApi(this WebApplication app) => app.UseWhen(IsOfPerson, api =>
    {
        api.UseSecurityHeaders();
        api.Use(RefuseAsProblemAsync);
        // A call that brings a token is never taken for the browser's session beside it.
        api.UseWhen(static context => !BringsToken(context), session => session.UseAuthentication());
        api.UseWhen(BringsToken, program => program.Use(OpenAsync));
        api.UseAuthorization().UseSecondFactorFirst();
        api.Use(RequireTokenAsync);
    });

    /// <summary>Wrong tokens are counted with wrong keys. On a refusal it has answered already and gives false.</summary>
    public static async Task<bool> MayBeWrongAgainAsync(this HttpContext context)
    {
        if (context.RequestServices.GetRequiredService<WrongKeys>().TryNote(context.Connection.RemoteIpAddress, out var seconds)) return true;
        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        await Problems.WriteAsync(context, Problems.TooManyWrongKeys);
        return false;
    }

    private static bool IsOfPerson(HttpContext context) =>
        Array.Exists(Paths, path => context.Request.Path.StartsWithSegments(path)) || (BringsToken(context) && !BringsKey(context) && Array.Exists(Shared, path => context.Request.Path.StartsWithSegments(path)));

    private static bool BringsToken(HttpContext context) => context.Request.Headers.Authorization.ToString().StartsWith(Scheme, StringComparison.OrdinalIgnoreCase);

    private static bool BringsKey(HttpContext context) => context.Request.Headers.Authorization.ToString().AsSpan(Scheme.Length).TrimStart().StartsWith(KeyPrefix, StringComparison.Ordinal);

    private static async Task OpenAsync(HttpContext context, RequestDelegate next)
    {
        if (await context.RequestServices.GetRequiredService<ProgramSessions>().OpenAsync(context) is { } person)
        {
            context.User = person;
            await next(context);
        }
        else if (await context.MayBeWrongAgainAsync())
        {
            context.Response.Headers.WWWAuthenticate = "Bearer error=\"invalid_token\"";
            var isKey = BringsKey(context);
            await Problems.WriteAsync(context, Problems.Unauthorized, isKey ? "This call goes by a person: send the access token of whoever is signed in, not a key." : "The access token is over, was ended, or was never one: refresh it, or sign in again.",
                json => json.WriteString("reason", isKey ? "wrong_type" : "token"));
        }
    }

    /// <summary>Authentication and authorization say only a status; here it gets the body every refusal has.</summary>
    private static async Task RefuseAsProblemAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (context.Response.HasStarted || context.Response.ContentType is not null) return;
        if (context.Response.StatusCode == StatusCodes.Status401Unauthorized)
            await Problems.WriteAsync(context, Problems.Unauthorized, "Sign in: this call goes by a person, by the access token of a program or by a session of the panel.", json => json.WriteString("reason", "missing"));
        else if (context.Response.StatusCode == StatusCodes.Status403Forbidden)
            await Problems.WriteAsync(context, Problems.Forbidden, context.User.MustSetUpSecondFactor(context) ? "Set up your second factor first." : "Your role does not allow this.");
    }

    /// <summary>A cookie comes along whoever makes the browser call; the token of a page says that it was a page of ours. A program's access token comes along with nothing.</summary>
    private static async Task RequireTokenAsync(HttpContext context, RequestDelegate next)
    {
        var method = context.Request.Method;
        var isClosed = context.GetEndpoint() is { } endpoint && endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null;
        if (!isClosed || BringsToken(context) || HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || await context.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(context)) await next(context);
        else await Problems.WriteAsync(context, Problems.TokenRequired, "Send the RequestVerificationToken header with the token that every page of the panel has in its meta element \"antiforgery\".");
    }
}
