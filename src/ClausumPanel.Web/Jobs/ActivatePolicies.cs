using ClausumPanel.Web.Flows;

namespace ClausumPanel.Web.Jobs;

/// <summary>Lets approved versions of the policy judge when their time has come; one whose time came while the service was down judges right after it starts.</summary>
public sealed partial class ActivatePolicies(IServiceScopeFactory scopes, TimeProvider clock, ILogger<ActivatePolicies> log) : BackgroundService
{
    /// <summary>Another process may have scheduled one.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    private readonly SemaphoreSlim _asked = new(0);

    /// <summary>Another version is waiting for its time.</summary>
    public void Wake() => _asked.Release();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            var wait = LongestWait;
            try
            {
                await using var scope = scopes.CreateAsyncScope();
                if (await scope.ServiceProvider.GetRequiredService<PolicyDesk>().ActivateDueAsync(stoppingToken) is { } next && next - clock.GetUtcNow() < wait) wait = next - clock.GetUtcNow();
            }
            catch (Exception failed) when (failed is not OperationCanceledException)
            {
                Failed(failed);
            }
            await WaitAsync(wait, stoppingToken);
        }
    }

    private async Task WaitAsync(TimeSpan wait, CancellationToken stop)
    {
        using var due = new CancellationTokenSource(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(due.Token, stop);
        try
        {
            await _asked.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            // It is time.
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _asked.Dispose();
    }

    [LoggerMessage(LogLevel.Error, "Approved versions of the policy could not be activated.")]
    private partial void Failed(Exception exception);
}
