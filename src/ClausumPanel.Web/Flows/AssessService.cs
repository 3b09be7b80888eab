using System.Diagnostics;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Reviews;

namespace ClausumPanel.Web.Flows;

/// <summary>
/// Brings the assessing up beside a server that already listens: until the memory is rebuilt, callers are told so. Closes it after the last request.
/// </summary>
public sealed partial class AssessService(IServiceProvider services, IServiceScopeFactory scopes, StorageChoice storage, TimeProvider clock, ILogger<AssessService> log) : BackgroundService
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private AssessTransaction? _transaction;

    /// <summary>The way in; null while the memory is being rebuilt.</summary>
    public AssessTransaction? Transaction => Volatile.Read(ref _transaction);

    public AssessmentLog? Log { get; private set; }

    public AssessmentMemory? Memory { get; private set; }

    /// <summary>Completes when assessments are taken; fails when they never will be.</summary>
    public Task Ready => _ready.Task;

    /// <summary>Why an assessment would be refused now, or null.</summary>
    public string? Trouble => Transaction is null ? "The memory of recent activity is being rebuilt." : Log!.Trouble;

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        Volatile.Write(ref _transaction, null);
        Log?.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            // Whoever starts the server goes on at once; this takes as long as there are events to count.
            await Task.Yield();
            var started = clock.GetTimestamp();
            await using var scope = scopes.CreateAsyncScope();
            Memory = await AssessmentMemory.LoadAsync(scope.ServiceProvider.GetRequiredService<PanelDb>(), clock.GetUtcNow(), stoppingToken);
            Log = AssessmentLog.Open(storage, clock, services.GetRequiredService<ILogger<AssessmentLog>>(), services.GetRequiredService<ReviewRouting>());
            await Log.StartAsync();
            Volatile.Write(ref _transaction, ActivatorUtilities.CreateInstance<AssessTransaction>(services, Memory, Log));
            Started(log, Memory.Velocity.Events, (long)clock.GetElapsedTime(started).TotalMilliseconds);
            _ready.SetResult();
        }
        catch (Exception e)
        {
            _ready.TrySetException(e);
            throw;
        }
    }

    [LoggerMessage(LogLevel.Information, "Assessing: {Events} recent events in memory after {Milliseconds} ms")]
    private static partial void Started(ILogger logger, int events, long milliseconds);
}
