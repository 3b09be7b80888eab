using System.Data.Common;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Reviews;

namespace ClausumPanel.Web.Jobs;

/// <summary>Every few seconds: whom the payouts pay that wait since, so that a search has little left to read.</summary>
public sealed partial class ReadPayeeNames(IServiceScopeFactory scopes, PayeeNames names, ILogger<ReadPayeeNames> log) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period);
        var failing = false;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                await names.FollowAsync(scope.ServiceProvider.GetRequiredService<PanelDb>(), stoppingToken);
                failing = false;
            }
            catch (Exception e) when (e is DbException or InvalidOperationException or TimeoutException)
            {
                if (!failing) Failed(e);
                failing = true;
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "Names of who is paid cannot be read ahead at the moment; searches read them themselves")]
    private partial void Failed(Exception exception);
}
