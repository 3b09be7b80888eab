using System.Net;
using System.Security.Claims;
using ClausumPanel.Storage;
using ClausumPanel.Web.CommandLine;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration.Memory;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Plumbing;

internal static class Startup
{
    private const string UsualAddress = "http://localhost:5080";

    /// <summary>`dotnet run` says Development by the launch profile; whoever names another environment means it.</summary>
    public static string? EnvironmentName(string[] args) =>
        Array.Exists(args, a => a.StartsWith("--environment", StringComparison.OrdinalIgnoreCase)) ? null : Environment.GetEnvironmentVariable("ASPNETCORE_ENVIRONMENT");

    /// <summary>The pages' files as they were published, whatever folder the program is started from; null where it runs as it was built.</summary>
    public static string? PublishedWebRoot() => Path.Combine(AppContext.BaseDirectory, "wwwroot") is var published && Directory.Exists(published) ? published : null;

    /// <summary>What holds where nobody said otherwise. An empty appsettings runs.</summary>
    public static void UsePanelDefaults(this WebApplicationBuilder builder, bool quiet)
    {
        builder.Configuration.Sources.Insert(0, new MemoryConfigurationSource
        {
            InitialData = new Dictionary<string, string?>
            {
                ["Logging:LogLevel:Default"] = "Information",
                ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
                ["Logging:LogLevel:Microsoft.EntityFrameworkCore"] = "Warning",
                ["Logging:LogLevel:Microsoft.Hosting.Lifetime"] = "Information",
                // It warns at every start that the keys' folder is protected by its mode alone; the documentation says so once.
                ["Logging:LogLevel:Microsoft.AspNetCore.DataProtection"] = "Error",
            },
        });
        if (quiet) builder.Logging.ClearProviders();
        builder.Services.AddSettings<PanelOptions>("Panel", shared: true);
        builder.Services.AddSingleton<LiveSettings>();
        builder.Services.AddSingleton<ClausumPanel.Storage.Settings.IFollowChanges>(provider => provider.GetRequiredService<LiveSettings>());
        builder.Services.AddHealthChecks().AddCheck<StorageHealth>("storage");
        builder.Services.AddSingleton<StorageHealth>();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.AddServerHeader = false);
        // What reads from a socket is a pool thread already and goes straight on with the request; nothing here blocks one for long.
        builder.WebHost.UseSockets(sockets => sockets.UnsafePreferInlineScheduling = true);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(8));

        string[] said = ["urls", "http_ports", "https_ports"];
        if (said.All(name => string.IsNullOrEmpty(builder.Configuration[name])) && !builder.Configuration.GetSection("Kestrel:Endpoints").Exists()) builder.WebHost.UseUrls(UsualAddress);
    }

    /// <returns>Held for as long as the server runs: nobody else may serve the same file.</returns>
    public static async Task<IDisposable?> PrepareStorageAsync(this WebApplication app, StorageChoice storage)
    {
        var ownership = storage.Provider == StorageProvider.Sqlite ? FileOwnership.Take(storage.File) : null;
        try
        {
            await using var scope = app.Services.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<PanelDb>().PrepareAsync(storage, app.Services.GetRequiredService<TimeProvider>(), Console.WriteLine);
            return ownership;
        }
        catch
        {
            ownership?.Dispose();
            throw;
        }
    }

    public static async Task<int> RunCommandAsync(this WebApplication app, CommandRun run)
    {
        run.Services = app.Services;
        using var stop = new CancellationTokenSource();
        Console.CancelKeyPress += (_, pressed) =>
        {
            pressed.Cancel = true;
            stop.Cancel();
        };
        try
        {
            if (run.Command.NeedsDatabase)
            {
                await using var scope = app.Services.CreateAsyncScope();
                await scope.ServiceProvider.GetRequiredService<PanelDb>().PrepareAsync(run.Get<StorageChoice>(), run.Get<TimeProvider>(), stop: stop.Token);
            }
            return await run.Command.RunAsync(run, stop.Token);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            return run.Refuse("Stopped before it was done.");
        }
        catch (Exception e) when (e is System.Data.Common.DbException or DbUpdateException)
        {
            return run.Refuse($"The database did not take it: {e.GetBaseException().Message}");
        }
    }

    /// <summary>What a proxy says about the caller counts only from the proxies that the settings name.</summary>
    public static void UseProxies(this WebApplication app)
    {
        var setting = app.Services.GetRequiredService<IOptions<SecurityOptions>>().Value.Proxies;
        var options = new ForwardedHeadersOptions { ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto };
        options.KnownProxies.Clear();
        options.KnownIPNetworks.Clear();
        foreach (var word in setting.Split([' ', ','], StringSplitOptions.RemoveEmptyEntries))
        {
            if (IPAddress.TryParse(word, out var address)) options.KnownProxies.Add(address);
            else if (System.Net.IPNetwork.TryParse(word, out var network)) options.KnownIPNetworks.Add(network);
            else throw new SettingException($"Panel__Security__Proxies has \"{word}\", which is neither an address nor a network.");
        }
        if (options.KnownProxies.Count + options.KnownIPNetworks.Count > 0) app.UseForwardedHeaders(options);
    }

    /// <summary>Whoever must have a second factor and has none gets nothing but the pages of their own account until they do.</summary>
    public static IApplicationBuilder UseSecondFactorFirst(this IApplicationBuilder app)
    {
        return app.Use((context, next) =>
        {
            var isClosed = context.GetEndpoint() is { } endpoint && endpoint.Metadata.GetMetadata<IAllowAnonymous>() is null && !context.Request.Path.StartsWithSegments("/account");
            if (!isClosed || !context.User.MustSetUpSecondFactor(context)) return next(context);
            if (context.Request.Path.StartsWithSegments("/api")) context.Response.StatusCode = StatusCodes.Status403Forbidden;
            else if (context.Request.Headers.ContainsKey("HX-Request")) context.Response.Headers["HX-Redirect"] = "/account/second-factor/setup";
            else context.Response.Redirect("/account/second-factor/setup");
            return Task.CompletedTask;
        });
    }

    public static bool MustSetUpSecondFactor(this ClaimsPrincipal person, HttpContext context) =>
        person.IsSignedIn && !person.HasSecondFactor && person.Role is { } role && context.RequestServices.GetRequiredService<LiveSettings>().SecondFactorRoles.Contains(role);

    /// <summary>People get a page that says what happened; machines under /api have their own.</summary>
    public static void UseErrorPages(this WebApplication app) => app.UseForPages(pages => pages.UseExceptionHandler("/error/500").UseStatusCodePagesWithReExecute("/error/{0}"));

    /// <summary>What only people need: a call of the API goes past it, since every layer costs it time.</summary>
    public static void UseForPages(this WebApplication app, Action<IApplicationBuilder> use)
    {
        // Told so, the framework does not put its own in front of everything.
        IApplicationBuilder builder = app;
        builder.Properties["__AuthenticationMiddlewareSet"] = true;
        builder.Properties["__AuthorizationMiddlewareSet"] = true;
        builder.Properties["__AntiforgeryMiddlewareSet"] = true;
        app.UseWhen(static context => !context.Request.Path.StartsWithSegments("/api"), use);
    }

    /// <summary>Alive: the process answers. Ready: everything registered as a health check is, above all that a write would succeed.</summary>
    public static void MapHealth(this WebApplication app)
    {
        app.MapGet("/health/live", () => Results.Text("live")).AllowAnonymous().WithName("Live");
        app.MapHealthChecks("/health/ready", new HealthCheckOptions
        {
            ResponseWriter = (context, report) => context.Response.WriteAsync(report.Status == HealthStatus.Healthy
                ? "ready"
                : "not ready: " + string.Join("; ", report.Entries.Where(e => e.Value.Status != HealthStatus.Healthy).Select(e => e.Value.Description ?? e.Key))),
        }).AllowAnonymous().WithDisplayName("Ready");
    }
}
