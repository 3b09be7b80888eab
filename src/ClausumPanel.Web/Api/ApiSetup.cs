
namespace ClausumPanel.Web.Api;

internal static class ApiSetup
{
    public static void AddApi(this WebApplicationBuilder builder)
    {
        builder.Services.AddSingleton<RateLimiter>();
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
        if (context.Response is { HasStarted: false, ContentLength: null, ContentType: null })
        {
            if (context.Response.StatusCode == StatusCodes.Status404NotFound) await Problems.WriteAsync(context, Problems.NotFound);
            else if (context.Response.StatusCode == StatusCodes.Status405MethodNotAllowed) await Problems.WriteAsync(context, Problems.MethodNotAllowed);
        }
    }));
}

internal static partial class Log
{
    [LoggerMessage(LogLevel.Error, "A call to {Path} failed unexpectedly")]
    public static partial void Unexpected(ILogger logger, string path, Exception e);
}
