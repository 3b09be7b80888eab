using System.Collections.Concurrent;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Audit;

/// <summary>The chain being read through for people: one reading each, beside the requests, so that no page waits for a long chain. The newest is kept until the next.</summary>
public sealed partial class AuditChecks(IServiceScopeFactory scopes, AuditKey key, TimeProvider clock, IHostApplicationLifetime life, ILogger<AuditChecks> log)
{
    private readonly Lock _lock = new();
    private readonly ConcurrentDictionary<Guid, AuditCheck> _all = new();

    public AuditCheck Start(Guid owner, Actor actor)
    {
        lock (_lock)
        {
            if (_all.TryGetValue(owner, out var running) && !running.Work.IsCompleted) return running;
            var check = new AuditCheck();
            check.Work = Task.Run(() => RunAsync(check, actor, life.ApplicationStopping));
            return _all[owner] = check;
        }
    }

    /// <summary>The person's own reading; nobody else's is there for them.</summary>
    public AuditCheck? Find(Guid id, Guid owner) => _all.GetValueOrDefault(owner) is { } found && found.Id == id ? found : null;

    private async Task RunAsync(AuditCheck check, Actor actor, CancellationToken stop)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
            check.Total = await db.AuditEntries.LongCountAsync(stop);
            var verdict = await AuditChain.VerifyAsync(db, key, done => check.Done = done, stop);
            db.Audit(actor, AuditActions.AuditVerified, clock.GetUtcNow(), "audit", after: new { verdict.Intact, verdict.Fault, Entry = verdict.IsWhole ? (long?)null : verdict.Sequence });
            await db.SaveChangesAsync(stop);
            check.Verdict = verdict;
        }
        catch (Exception e)
        {
            Failed(e, check.Id);
            throw;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Verification {Id} of the audit trail could not be finished")]
    private partial void Failed(Exception e, Guid id);
}

/// <summary>One reading on its way.</summary>
public sealed class AuditCheck
{
    private long _done, _total;

    public Guid Id { get; } = Guid.CreateVersion7();
    public long Done { get => Interlocked.Read(ref _done); set => Interlocked.Exchange(ref _done, value); }
    public long Total { get => Interlocked.Read(ref _total); set => Interlocked.Exchange(ref _total, value); }
    /// <summary>There once <see cref="Work"/> has ended well.</summary>
    public AuditVerdict? Verdict { get; set; }
    public Task Work { get; set; } = Task.CompletedTask;
}
