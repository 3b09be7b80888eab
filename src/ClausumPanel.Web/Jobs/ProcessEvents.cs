using System.Data.Common;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Inbound;
using ClausumPanel.Web.Flows;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Jobs;

/// <summary>Does with received events what the rules say, one after the other in the order they came; what fails is tried again, later each time.</summary>
public sealed partial class ProcessEvents(IServiceScopeFactory scopes, TimeProvider clock, ILogger<ProcessEvents> log) : BackgroundService
{
    private const int AtOnce = 50;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1);

    private readonly SemaphoreSlim _asked = new(0, 1), _one = new(1, 1);

    /// <summary>Something came in.</summary>
    public void Wake()
    {
        try
        {
            if (_asked.CurrentCount == 0) _asked.Release();
        }
        catch (SemaphoreFullException)
        {
            // It is awake.
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failing = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            await _asked.WaitAsync(Period, stoppingToken);
            try
            {
                await RunAsync(stoppingToken);
                failing = false;
            }
            catch (Exception e) when (e is DbException or InvalidOperationException or DbUpdateException)
            {
                if (!failing) Failed(e);
                failing = true;
            }
        }
    }

    /// <summary>Processes everything that is due.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        await _one.WaitAsync(stop);
        try
        {
            while (await DueAsync(stop) is { Count: > 0 } due)
                foreach (var id in due) await ProcessAsync(id, stop);
        }
        finally
        {
            _one.Release();
        }
    }

    public override void Dispose()
    {
        base.Dispose();
        _asked.Dispose();
        _one.Dispose();
    }

    private async Task<List<Guid>> DueAsync(CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        return await scope.ServiceProvider.GetRequiredService<PanelDb>().ReceivedEvents.Where(e => e.State == ReceivedState.Waiting && e.NextAt <= now).OrderBy(e => e.NextAt).ThenBy(e => e.ReceivedAt).Select(e => e.Id).Take(AtOnce).ToListAsync(stop);
    }

    private async Task ProcessAsync(Guid id, CancellationToken stop)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<ApplyEvents>().RunAsync(id, stop);
        }
        catch (Exception e) when (e is not OperationCanceledException || !stop.IsCancellationRequested)
        {
            EventFailed(id, e);
            await using var scope = scopes.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<ApplyEvents>().PutOffAsync(id, stop);
        }
    }

    [LoggerMessage(LogLevel.Error, "Received events cannot be processed at the moment; they will be when the store answers")]
    private partial void Failed(Exception exception);

    [LoggerMessage(LogLevel.Error, "The received event {Event} could not be processed; it is tried again later")]
    private partial void EventFailed(Guid @event, Exception exception);
}
