using System.Data.Common;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Inbound;
using ClausumPanel.Web.Flows;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Jobs;

/// <summary>Does with received events what the rules say, one after the other in the order they came; what fails is tried again, later each time.</summary>
public sealed partial class ProcessEvents(IServiceScopeFactory scopes, TimeProvider clock, IOptions<EventOptions> options, ILogger<ProcessEvents> log) : BackgroundService
{
    private const int AtOnce = 50, DroppedAtOnce = 500;
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(1), TidyEvery = TimeSpan.FromHours(1), TidyFirst = TimeSpan.FromMinutes(2);

    private DateTimeOffset? _tidied;
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
                await TidyWhenDueAsync(stoppingToken);
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

    /// <summary>Lets go of what was processed long enough ago; what waits, and an alert that nobody has seen, stays.</summary>
    public async Task TidyAsync(CancellationToken stop)
    {
        var before = clock.GetUtcNow().AddDays(-options.Value.KeepDays);
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
        // Looked for first and deleted by their ids, some at a time: nobody who pays waits for the store meanwhile.
        while (await db.ReceivedEvents.Where(e => e.ReceivedAt < before && e.State != ReceivedState.Waiting && !e.IsAlert).OrderBy(e => e.ReceivedAt).Select(e => e.Id).Take(DroppedAtOnce).ToListAsync(stop) is { Count: > 0 } old)
            await db.ReceivedEvents.Where(e => old.Contains(e.Id)).ExecuteDeleteAsync(stop);
    }

    private async Task TidyWhenDueAsync(CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        _tidied ??= now - TidyEvery + TidyFirst;        // a start has enough to do
        if (now - _tidied < TidyEvery) return;
        _tidied = now;
        await TidyAsync(stop);
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
