using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authorization;

namespace ClausumPanel.Web.Api;

/// <summary>The calls that go by a person's session, as the panel's pages do. Everything else under /api knows keys only and goes past this.</summary>
internal static class SessionApi
{
    private static readonly PathString[] Paths = ["/api/v1/blocklists", "/api/v1/cases"];

    public static void UseSessionApi(this WebApplication app) => app.UseWhen(static context => Array.Exists(Paths, path => context.Request.Path.StartsWithSegments(path)), api =>
    {
        api.UseSecurityHeaders();
        api.Use(RefuseAsProblemAsync);
        api.UseAuthentication().UseAuthorization().UseSecondFactorFirst();
        api.Use(RequireTokenAsync);
    });

    /// <summary>Authentication and authorization say only a status; here it gets the body every refusal has.</summary>
    private static async Task RefuseAsProblemAsync(HttpContext context, RequestDelegate next)
    {
        await next(context);
        if (context.Response.HasStarted || context.Response.ContentType is not null) return;
        if (context.Response.StatusCode == StatusCodes.Status401Unauthorized) await Problems.WriteAsync(context, Problems.Unauthorized, "Sign in to the panel: this call goes by a person's session.", json => json.WriteString("reason", "missing"));
        else if (context.Response.StatusCode == StatusCodes.Status403Forbidden)
            await Problems.WriteAsync(context, Problems.Forbidden, context.User.MustSetUpSecondFactor(context) ? "Set up your second factor first." : "Your role does not allow this.");
    }

    /// <summary>A cookie comes along whoever makes the browser call; the token says that it was a page of ours.</summary>
    private static async Task RequireTokenAsync(HttpContext context, RequestDelegate next)
    {
        var method = context.Request.Method;
        var isClosed = context.GetEndpoint() is { } endpoint && endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null;
        if (!isClosed || HttpMethods.IsGet(method) || HttpMethods.IsHead(method) || await context.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(context)) await next(context);
        else await Problems.WriteAsync(context, Problems.TokenRequired, "Send the RequestVerificationToken header with the token that every page of the panel has in its meta element \"antiforgery\".");
    }
}
