using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using ClausumPanel.Storage;
using ClausumPanel.Web.Enrichment;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Plumbing;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Service;

/// <summary>
/// <c>/metrics</c> for Prometheus, off until a setting says who may read it. Written here and not by an exporter of the OpenTelemetry SDK, since none of those takes a histogram that is already counted:
/// each call would be counted twice, the second time behind a lock.
/// </summary>
internal static class MetricsEndpoint
{
    private const string Path = "/metrics";

    public static void AddServiceMetrics(this WebApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddMetrics();
        services.AddSettings<MetricsOptions>(MetricsOptions.Section);
        services.AddSingleton<ServiceMetrics>();
        services.AddSingleton<WatchService>();
        services.AddHostedService(provider => provider.GetRequiredService<WatchService>());
        ListenAlso(builder);
    }

    public static void MapMetrics(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<IOptions<MetricsOptions>>().Value;
        if (!options.IsOn) return;
        app.MapGet(Path, WriteAsync).AllowAnonymous().WithName("Metrics").ExcludeFromDescription();
    }

    /// <summary>On the port of its own nothing else is answered, and on the others it is not.</summary>
    public static void UseMetricsPort(this WebApplication app)
    {
        if (app.Services.GetRequiredService<IOptions<MetricsOptions>>().Value.Port is not { } port) return;
        app.Use((context, next) =>
        {
            // As routing does: in any case, and with a slash behind.
            var isIt = context.Request.Path.StartsWithSegments(Path, StringComparison.OrdinalIgnoreCase, out var rest) && (!rest.HasValue || rest == "/");
            if (context.Connection.LocalPort == port == isIt) return next(context);
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return Task.CompletedTask;
        });
    }

    /// <summary>Whether the header brings the token; how long the comparison takes says nothing of it.</summary>
    public static bool Brings(string? header, string token)
    {
        const string Scheme = "Bearer ";
        if (header is null || !header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)) return false;
        Span<byte> brought = stackalloc byte[32], wanted = stackalloc byte[32];
        SHA256.HashData(Encoding.UTF8.GetBytes(header[Scheme.Length..].Trim()), brought);
        SHA256.HashData(Encoding.UTF8.GetBytes(token), wanted);
        return CryptographicOperations.FixedTimeEquals(brought, wanted);
    }

    private static async Task WriteAsync(HttpContext context)
    {
        var services = context.RequestServices;
        if (services.GetRequiredService<IOptions<MetricsOptions>>().Value.Port is { } port && context.Connection.LocalPort != port)
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
            return;
        }
        if (services.GetRequiredService<IOptions<MetricsOptions>>().Value.Token is { Length: > 0 } token && !Brings(context.Request.Headers.Authorization, token))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            context.Response.Headers.WWWAuthenticate = "Bearer";
            await context.Response.WriteAsync("This needs the token of Panel__Metrics__Token.\n", context.RequestAborted);
            return;
        }
        StoreSizes? sizes = null;
        try
        {
            sizes = await StoreSizes.ReadAsync(services.GetRequiredService<PanelDb>(), services.GetRequiredService<StorageChoice>(), context.RequestAborted);
        }
        catch (System.Data.Common.DbException)
        {
            // The rest is told all the more when the database is in trouble.
        }
        context.Response.ContentType = PrometheusText.ContentType;
        context.Response.Headers.CacheControl = "no-store";
        await context.Response.WriteAsync(Text(services, sizes), context.RequestAborted);
    }

    private static string Text(IServiceProvider services, StoreSizes? sizes)
    {
        var (metrics, assessing, watch) = (services.GetRequiredService<ServiceMetrics>(), services.GetRequiredService<AssessService>(), services.GetRequiredService<WatchService>());
        var text = new PrometheusText();
        text.Metric("panel_ready", "gauge", "1 while assessments are taken").Sample("panel_ready", assessing.Trouble is null ? 1 : 0);
        text.Histogram("panel_assess_duration_seconds", "Time from the first byte of an answered call to its stored answer", metrics.Whole);
        text.Metric("panel_assess_calls_total", "counter", "Calls for an assessment by how they ended");
        foreach (var end in ServiceMetrics.Ends) text.Sample("panel_assess_calls_total", [("outcome", ServiceMetrics.Word(end))], metrics.Count(end));
        var (commits, rows) = assessing.Log?.Written ?? (0, 0);
        text.Metric("panel_log_commits_total", "counter", "Transactions of assessments that were committed").Sample("panel_log_commits_total", commits);
        text.Metric("panel_log_rows_total", "counter", "Assessments that were committed").Sample("panel_log_rows_total", rows);
        text.Metric("panel_log_waiting", "gauge", "Assessments waiting for the next commit").Sample("panel_log_waiting", assessing.Log?.Waiting ?? 0);
        text.Metric("panel_log_unfolded", "gauge", "Assessments stored and not yet in the lists").Sample("panel_log_unfolded", watch.Unfolded);
        if (sizes is not null)
        {
            text.Metric("panel_outbox_events", "gauge", "Events of the outbox that are not delivered yet").Sample("panel_outbox_events", sizes.Outbox);
            text.Metric("panel_database_bytes", "gauge", "Size of the database").Sample("panel_database_bytes", sizes.Database);
            if (sizes.WriteAhead is { } wal) text.Metric("panel_database_wal_bytes", "gauge", "Size of the write-ahead log").Sample("panel_database_wal_bytes", wal);
        }
        text.Metric("panel_data_file_timestamp_seconds", "gauge", "Day of the content of each file of reference data");
        foreach (var file in services.GetRequiredService<ReferenceData>().Files)
            text.Sample("panel_data_file_timestamp_seconds", [("setting", file.Setting)], new DateTimeOffset(file.Date, TimeOnly.MinValue, TimeSpan.Zero).ToUnixTimeSeconds());
        using var process = Process.GetCurrentProcess();
        text.Metric("process_cpu_seconds_total", "counter", "Processor time").Sample("process_cpu_seconds_total", process.TotalProcessorTime.TotalSeconds);
        text.Metric("process_resident_memory_bytes", "gauge", "Resident memory").Sample("process_resident_memory_bytes", process.WorkingSet64);
        text.Metric("process_start_time_seconds", "gauge", "When the process started").Sample("process_start_time_seconds", Math.Round((process.StartTime.ToUniversalTime() - DateTime.UnixEpoch).TotalSeconds, 3));
        text.Metric("dotnet_gc_pause_seconds_total", "counter", "Time in which collecting garbage stopped everything").Sample("dotnet_gc_pause_seconds_total", GC.GetTotalPauseDuration().TotalSeconds);
        return text.ToString();
    }

    /// <summary>The port of its own beside the addresses that were asked for.</summary>
    private static void ListenAlso(WebApplicationBuilder builder)
    {
        if (!int.TryParse(builder.Configuration[$"{MetricsOptions.Section}:Port"], System.Globalization.CultureInfo.InvariantCulture, out var port) || port is < 1 or > 65_535) return;
        var address = $"http://*:{port}";
        if (builder.Configuration.GetSection("Kestrel:Endpoints").Exists())
        {
            builder.Configuration["Kestrel:Endpoints:Metrics:Url"] = address;
            return;
        }
        var asked = builder.Configuration["urls"] is { Length: > 0 } urls
            ? urls.Split(';')
            : [.. Ports("http_ports").Select(p => $"http://*:{p}"), .. Ports("https_ports").Select(p => $"https://*:{p}")];
        builder.WebHost.UseUrls([.. asked, address]);

        string[] Ports(string name) => (builder.Configuration[name] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
    }
}
