using System.Diagnostics;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Retention;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Plumbing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Jobs;

/// <summary>
/// Once a night removes what was kept long enough, and writes down what. Its portions are short, with a rest after each that is several times as long, so that whoever pays does not wait for them. One node works at a day's
/// run; what one leaves unfinished, another takes up when it has been silent for a while.
/// </summary>
public sealed partial class ApplyRetention(IServiceScopeFactory scopes, StorageChoice storage, RetentionTerms terms, AuditKey key, RunSimulations simulations, IOptions<PanelOptions> panel, TimeProvider clock, ILogger<ApplyRetention> log)
    : BackgroundService
{
    public const string Subject = "retention";

    /// <summary>A day's run begins between these hours, in the organization's time zone: not whenever the service happens to be started.</summary>
    public const int Hour = 3, LastHour = 6;
    private const int Smallest = 20, Largest = 500, RestFactor = 4, CopyEvery = 40;

    public static readonly TimeSpan Silent = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Period = TimeSpan.FromMinutes(1), Short = TimeSpan.FromMilliseconds(8), Long = TimeSpan.FromMilliseconds(25), Rest = TimeSpan.FromMilliseconds(20);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Real time on purpose: what a held clock says is asked in between.
        using var timer = new PeriodicTimer(Period);
        var failing = false;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await RunAsync(stoppingToken, mayBegin: Local.Hour is >= Hour and < LastHour);
                failing = false;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                if (!failing) Failed(e);
                failing = true;
            }
        }
    }

    /// <summary>Does today's run, or what is left of it.</summary>
    /// <param name="stop">Ends it early.</param>
    /// <param name="mayBegin">False: only what was begun goes on.</param>
    /// <returns>Null when it is done, could not be done wholly, or somebody else is at it.</returns>
    public async Task<RetentionRun?> RunAsync(CancellationToken stop, bool mayBegin = true)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
        if (await ClaimAsync(db, mayBegin, stop) is not { } run) return null;
        var (lines, isWhole) = (run.Lines.ToList(), true);
        foreach (var step in Steps(db, clock.GetUtcNow()))
        {
            var line = lines.Find(l => l.What == step.What);
            if (line is { IsDone: true }) continue;
            if (line is null) lines.Add(line = new RetentionLine { What = step.What, Before = step.Before });
            try
            {
                if (!await WorkAsync(db, run, lines, line, step, stop)) return null;
            }
            catch (Exception e) when (!stop.IsCancellationRequested)
            {
                // One row that cannot be read keeps nothing else from going; its kind is tried again when the run is taken up.
                FailedAt(e, step.What);
                isWhole = false;
                db.ChangeTracker.Clear();
                lines = [.. (await db.Set<RetentionRun>().AsNoTracking().SingleAsync(r => r.Id == run.Id, stop)).Lines];
            }
        }
        return isWhole && await FinishAsync(db, run, lines) ? run : null;
    }

    /// <summary>Somebody has said meanwhile that this is kept longer.</summary>
    private bool IsKeptLonger(RetentionStep step) => step.Before is { } before && !(terms.Before(step.What, clock.GetUtcNow()) >= before);

    private DateTimeOffset Local => TimeZoneInfo.ConvertTime(clock.GetUtcNow(), panel.Value.Zone);

    private IEnumerable<RetentionStep> Steps(PanelDb db, DateTimeOffset now) =>
    [
        new PaymentRemoval(db, terms.Before(KeptData.Payments, now), terms.Before(KeptData.Payments, now) ?? now), new FactBlanking(db, terms.Before(KeptData.DeviceFacts, now), terms.Before(KeptData.DeviceFacts, now) ?? now),
        new DeliveryRemoval(db, terms.Before(KeptData.Deliveries, now)), new EventRemoval(db, terms.Before(KeptData.ReceivedEvents, now)), new SimulationRemoval(db, terms.Before(KeptData.Simulations, now)),
        new ImportRemoval(db, terms.Before(KeptData.Imports, now)), new AuditRemoval(db, key, terms.Before(KeptData.Audit, now), now),
    ];

    private async Task<RetentionRun?> ClaimAsync(PanelDb db, bool mayBegin, CancellationToken stop)
    {
        var (now, day, mine) = (clock.GetUtcNow(), DateOnly.FromDateTime(Local.DateTime), Guid.NewGuid());
        if (await db.Set<RetentionRun>().AsNoTracking().SingleOrDefaultAsync(r => r.Day == day, stop) is not { } known)
        {
            // One that goes on over midnight ends before the next begins.
            if (!mayBegin || await db.Set<RetentionRun>().AnyAsync(r => r.FinishedAt == null && r.BeatAt > now - Silent, stop)) return null;
            var begun = new RetentionRun { Day = day, StartedAt = now, BeatAt = now, Claim = mine };
            db.Add(begun);
            try
            {
                await db.SaveChangesAsync(stop);
            }
            catch (DbUpdateException)
            {
                return null;            // another node was quicker
            }
            db.ChangeTracker.Clear();
            return begun;
        }
        if (known.FinishedAt is not null || known.BeatAt > now - Silent) return null;
        var taken = await db.Set<RetentionRun>().Where(r => r.Id == known.Id && r.Claim == known.Claim && r.FinishedAt == null).ExecuteUpdateAsync(r => r.SetProperty(x => x.Claim, mine).SetProperty(x => x.BeatAt, now), stop);
        known.Claim = mine;
        return taken == 1 ? known : null;
    }

    /// <returns>False when somebody else has taken the run over.</returns>
    private async Task<bool> WorkAsync(PanelDb db, RetentionRun run, List<RetentionLine> lines, RetentionLine line, RetentionStep step, CancellationToken stop)
    {
        var size = Smallest * 5;
        for (var portion = 1; await step.LookAsync(size, stop); portion++)
        {
            stop.ThrowIfCancellationRequested();
            if (IsKeptLonger(step)) return await KeepAsync(db, run, lines, stop);
            var began = Stopwatch.GetTimestamp();
            await using (var transaction = await db.Database.BeginTransactionAsync(stop))
            {
                line.Removed += await step.RemoveAsync(stop);
                line.Held = new(step.Held);
                if (!await KeepAsync(db, run, lines, stop)) return false;
                await transaction.CommitAsync(CancellationToken.None);
            }
            db.ChangeTracker.Clear();
            var took = Stopwatch.GetElapsedTime(began);
            size = Math.Clamp(took > Long ? size / 2 : took < Short ? size * 2 : size, Smallest, Largest);
            // The log copies what it writes itself into the file; this much beside it would let it grow.
            if (portion % CopyEvery == 0) await CopyAsync(db, stop);
            await Task.Delay(took * RestFactor + Rest, stop);
        }
        (line.Held, line.OldestLeft, line.IsDone) = (new(step.Held), await step.OldestAsync(stop), true);
        await CopyAsync(db, stop);
        if (line is { What: KeptData.Payments or KeptData.DeviceFacts, Removed: > 0 }) simulations.Forget();
        return await KeepAsync(db, run, lines, stop);
    }

    private async Task<bool> KeepAsync(PanelDb db, RetentionRun run, List<RetentionLine> lines, CancellationToken stop)
    {
        var (now, report) = (clock.GetUtcNow(), RetentionRun.Write(lines));
        return await db.Set<RetentionRun>().Where(r => r.Id == run.Id && r.Claim == run.Claim).ExecuteUpdateAsync(r => r.SetProperty(x => x.Report, report).SetProperty(x => x.BeatAt, now), stop) == 1;
    }

    private async Task<bool> FinishAsync(PanelDb db, RetentionRun run, List<RetentionLine> lines)
    {
        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync();
        if (await db.Set<RetentionRun>().Where(r => r.Id == run.Id && r.Claim == run.Claim).ExecuteUpdateAsync(r => r.SetProperty(x => x.FinishedAt, now)) == 0) return false;
        db.Audit(Actor.System, AuditActions.RetentionRun, now, Subject, run.Day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
            after: lines.Where(l => l.Removed > 0 || l.Held.Count > 0).ToDictionary(l => l.What.ToString(), l => new { OlderThan = l.Before, l.Removed, Held = l.Held.Values.Sum() }));
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
        (run.FinishedAt, run.Report) = (now, RetentionRun.Write(lines));
        Done(run.Day, lines.Sum(l => l.Removed));
        return true;
    }

    private async Task CopyAsync(PanelDb db, CancellationToken stop)
    {
        if (storage.Provider == StorageProvider.Sqlite) await db.Database.ExecuteSqlRawAsync("PRAGMA wal_checkpoint(PASSIVE)", stop);
    }

    [LoggerMessage(LogLevel.Information, "What was kept long enough is removed: {Removed} rows in the run of {Day}")]
    private partial void Done(DateOnly day, long removed);

    [LoggerMessage(LogLevel.Error, "What was kept long enough of {What} cannot be removed; it is tried again")]
    private partial void FailedAt(Exception exception, KeptData what);

    [LoggerMessage(LogLevel.Error, "What was kept long enough cannot be removed at the moment; it will be when the store answers")]
    private partial void Failed(Exception exception);
}
