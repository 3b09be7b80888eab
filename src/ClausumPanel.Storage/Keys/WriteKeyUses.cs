using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace ClausumPanel.Storage.Keys;

/// <summary>Every ten seconds, and once more when the server stops. A killed server forgives each key what it was used in the last of them.</summary>
internal sealed partial class WriteKeyUses(ApiKeyRing ring, IServiceScopeFactory scopes, TimeProvider clock, ILogger<WriteKeyUses> log) : BackgroundService
{
    private static readonly TimeSpan Period = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Period, clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken)) await WriteAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            await WriteAsync(CancellationToken.None);
        }
    }

    private async Task WriteAsync(CancellationToken stop)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await ring.WriteUsesAsync(scope.ServiceProvider.GetRequiredService<PanelDb>(), stop);
        }
        catch (DbException e)
        {
            NotWritten(log, e);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "When keys were last used could not be written; it will be tried again")]
    private static partial void NotWritten(ILogger log, Exception e);
}
