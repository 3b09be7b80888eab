using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ClausumPanel.Storage.Settings;

/// <summary>Something kept in memory that must follow the database, whoever changes it.</summary>
public interface IFollowChanges
{
    string Topic { get; }
    Task ReloadAsync(PanelDb db, CancellationToken stop);
}

/// <summary>Loads every follower before the server listens, then asks four times a second which topics moved.</summary>
internal sealed partial class ChangeWatch(IEnumerable<IFollowChanges> followers, IServiceScopeFactory scopes, ILogger<ChangeWatch> log) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(250);
    private readonly Dictionary<string, long> _seen = [];

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await LookAsync(cancellationToken);
        await base.StartAsync(cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Real time on purpose: a test that holds its clock still must see changes too.
        using var timer = new PeriodicTimer(Period);
        var failing = false;
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await LookAsync(stoppingToken);
                    failing = false;
                }
                catch (Exception e) when (e is DbException or InvalidOperationException)
                {
                    if (!failing) CannotLook(log, e);
                    failing = true;
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The server stops.
        }
    }

    private async Task LookAsync(CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
        foreach (var mark in await db.ChangeMarks.AsNoTracking().ToListAsync(stop))
        {
            if (_seen.TryGetValue(mark.Topic, out var version) && version == mark.Version) continue;
            foreach (var follower in followers)
                if (follower.Topic == mark.Topic) await follower.ReloadAsync(db, stop);
            _seen[mark.Topic] = mark.Version;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Changes in the database cannot be looked for at the moment; what is in memory stays in use")]
    private static partial void CannotLook(ILogger log, Exception e);
}
