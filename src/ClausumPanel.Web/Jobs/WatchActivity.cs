using System.Data.Common;
using ClausumPanel.Web.Flows;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Jobs;

/// <summary>Once a minute: what stands out in the running hour and the one before; after a start, in those of the last day.</summary>
public sealed partial class WatchActivity(IServiceScopeFactory scopes, ILogger<WatchActivity> log) : BackgroundService
{
    private const int AtStart = 24, Usually = 2, ForgetEvery = 60;
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Real time on purpose: what a held clock says is asked in between.
        using var timer = new PeriodicTimer(Period);
        var (hours, failing) = (AtStart, false);
        for (var minute = 0; await timer.WaitForNextTickAsync(stoppingToken); minute++)
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                var alerts = scope.ServiceProvider.GetRequiredService<RaiseAlerts>();
                if (await alerts.RunAsync(hours, stoppingToken) is > 0 and var raised) Raised(raised);
                if (minute % ForgetEvery == 0) await alerts.ForgetAsync(stoppingToken);
                (hours, failing) = (Usually, false);
            }
            catch (Exception e) when (e is DbException or InvalidOperationException or DbUpdateException)
            {
                // Another server raised the same, or the store takes nothing: a minute later it is looked at again.
                if (!failing) Failed(e);
                failing = true;
            }
        }
    }

    [LoggerMessage(LogLevel.Information, "{Count} new alerts: far more of something than in the same hour of earlier weeks")]
    private partial void Raised(int count);

    [LoggerMessage(LogLevel.Error, "Activity cannot be held against earlier weeks at the moment")]
    private partial void Failed(Exception exception);
}
