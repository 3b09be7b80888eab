using System.Data.Common;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Settings;
using ClausumPanel.Web.Flows;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace ClausumPanel.Web.Plumbing;

/// <summary>Ready means that a write would succeed now: it tries one, which changes nothing, at most every second.</summary>
internal sealed class StorageHealth(IServiceScopeFactory scopes, AssessService assessing, TimeProvider clock) : IHealthCheck, IDisposable
{
    private static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(1);
    private readonly SemaphoreSlim _one = new(1);
    private (DateTimeOffset At, HealthCheckResult Result)? _last;

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        if (assessing.Trouble is { } trouble) return HealthCheckResult.Unhealthy(trouble);
        await _one.WaitAsync(cancellationToken);
        try
        {
            var now = clock.GetUtcNow();
            if (_last is { } last && now - last.At < GoodFor) return last.Result;
            var result = await TryAsync(cancellationToken);
            _last = (now, result);
            return result;
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<HealthCheckResult> TryAsync(CancellationToken stop)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
            await db.ChangeMarks.Where(m => m.Topic == ChangeTopics.Settings).ExecuteUpdateAsync(m => m.SetProperty(x => x.Version, x => x.Version), stop);
            return HealthCheckResult.Healthy();
        }
        catch (Exception e) when (e is DbException or InvalidOperationException { InnerException: DbException })
        {
            return HealthCheckResult.Unhealthy("the database takes no writes", e);
        }
    }
}
