
using Microsoft.AspNetCore.Routing.Template;

namespace ClausumPanel.Web.Api;

internal static class ApiSetup
{
    public static void AddApi(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<WrongKeys>();
        builder.Services.AddSingleton<ApiKeys>();
    }

    /// <summary>Under /api every failure is a problem document, the ones of the framework too.</summary>
    public static void UseApiProblems(this IApplicationBuilder app) => app.UseWhen(context => context.Request.Path.StartsWithSegments("/api"), api => api.Use(async (context, next) =>
    {
        try
        {
            await next(context);
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            await Problems.WriteAsync(context, e.StatusCode == StatusCodes.Status413PayloadTooLarge ? Problems.TooLarge : Problems.Validation, "The request could not be read.");
            return;
        }
        catch (Exception e) when (!context.Response.HasStarted && !context.RequestAborted.IsCancellationRequested)
        {
            Log.Unexpected(context.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger("ClausumPanel.Api"), context.Request.Path, e);
            context.Response.Clear();
            await Problems.WriteAsync(context, Problems.Internal);
            return;
        }
    }));

    /// <summary>
    /// What no endpoint takes. Said here and not left to routing, where whatever else matches every path (files, while developing) would have a say in it.
    /// </summary>
    public static void MapApiRefusals(this IEndpointRouteBuilder routes) => routes.MapFallback("/api/{**rest}", static context =>
    {
        var methods = context.RequestServices.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(e => (e.RoutePattern.RawText!.TrimStart('/').StartsWith("api/v", StringComparison.Ordinal) || e.RoutePattern.RawText!.TrimStart('/').StartsWith("api/webhooks", StringComparison.Ordinal)) && new TemplateMatcher(new RouteTemplate(e.RoutePattern), []).TryMatch(context.Request.Path, []))
            .SelectMany(e => e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods ?? []).Distinct().Order(StringComparer.Ordinal).ToList();
        if (methods.Count == 0) return Problems.WriteAsync(context, Problems.NotFound);
        context.Response.Headers.Allow = string.Join(", ", methods);
        return Problems.WriteAsync(context, Problems.MethodNotAllowed);
    }).AllowAnonymous();
}

internal static partial class Log
{
    [LoggerMessage(LogLevel.Error, "A call to {Path} failed unexpectedly")]
    public static partial void Unexpected(ILogger logger, string path, Exception e);
}
