using System.Data.Common;
using ClausumPanel.Web.Flows;

namespace ClausumPanel.Web.Jobs;

/// <summary>Once a second: decisions that can no longer be undone take effect, and items whose time ran out go where their queue says. Every tenth time challenges that nobody answered come back.</summary>
public sealed partial class CloseReviews(IServiceScopeFactory scopes, ILogger<CloseReviews> log) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private const int BetweenUnanswered = 10;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Real time on purpose: what a held clock says is asked in between.
        using var timer = new PeriodicTimer(Period);
        var (failing, turn) = (false, 0);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                await scope.ServiceProvider.GetRequiredService<SettleReviews>().RunAsync(stoppingToken);
                if (turn++ % BetweenUnanswered == 0) await scope.ServiceProvider.GetRequiredService<UnansweredChallenges>().RunAsync(stoppingToken);
                failing = false;
            }
            catch (Exception e) when (e is DbException or InvalidOperationException or Microsoft.EntityFrameworkCore.DbUpdateException)
            {
                if (!failing) Failed(e);
                failing = true;
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "Decisions of reviews cannot take effect at the moment; they will when the store takes them")]
    private partial void Failed(Exception exception);
}
