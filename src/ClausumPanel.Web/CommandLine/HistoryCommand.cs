using System.Globalization;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Imports;
using ClausumPanel.Storage.Settings;
using ClausumPanel.Web.Enrichment;
using ClausumPanel.Web.Flows;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.CommandLine;

/// <summary>
/// What brings history in. Where no server runs it does so itself; a running one is asked to, since what it holds in memory must know of it.
/// </summary>
internal abstract class HistoryCommand : Command
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromMilliseconds(200), ServerMayTake = TimeSpan.FromSeconds(5);

    /// <returns>What became of it; null when it was refused as a whole, and that has been said.</returns>
    protected static async Task<ImportTally?> BringInAsync(CommandRun run, ImportKind kind, string path, CancellationToken stop)
    {
        var storage = run.Get<StorageChoice>();
        var tally = new ImportTally();
        string? failure;
        if (storage.Provider == StorageProvider.Sqlite && FileOwnership.TryTake(storage.File, out var ownership))
            using (ownership) failure = await RunHereAsync(run, kind, path, tally, stop);
        else failure = await HandOverAsync(run, storage, kind, path, tally, stop);

        await run.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{tally.Read:N0} read: {tally.Stored:N0} stored, {tally.Known:N0} known before, {tally.Refused:N0} refused"));
        if (failure is null) return tally;
        run.Refuse(failure);
        return null;
    }

    private static async Task<string?> RunHereAsync(CommandRun run, ImportKind kind, string path, ImportTally tally, CancellationToken stop)
    {
        var enrichment = run.Services.LoadReferenceDataAsync();
        await using (var scope = run.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
            foreach (var follower in run.Services.GetServices<IFollowChanges>()) await follower.ReloadAsync(db, stop);
        }
        await enrichment;
        var service = run.Get<AssessService>();
        await service.StartAsync(stop);
        try
        {
            var running = run.Get<ImportRunner>().RunAsync(kind, path, tally, run.Error.WriteLine, stop);
            await ImportProgress.ShowAsync(running, () => tally.Read, read => Show(run, read));
            return null;
        }
        catch (ImportException e)
        {
            return e.Message;
        }
        finally
        {
            await service.StopAsync(CancellationToken.None);
        }
    }

    private static async Task<string?> HandOverAsync(CommandRun run, StorageChoice storage, ImportKind kind, string path, ImportTally tally, CancellationToken stop)
    {
        var (clock, said, shown) = (run.Get<TimeProvider>(), 0, 0);
        await using var scope = run.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
        var job = new ImportJob { Kind = kind, Path = path, CreatedAt = clock.GetUtcNow() };
        db.Add(job);
        await db.SaveAndRaiseAsync(ChangeTopics.Imports, stop);
        var (silence, second) = (System.Diagnostics.Stopwatch.StartNew(), System.Diagnostics.Stopwatch.StartNew());
        while (true)
        {
            await Task.Delay(LookEvery, stop);
            var now = await db.Set<ImportJob>().AsNoTracking().SingleAsync(j => j.Id == job.Id, stop);
            if (now.Read != tally.Read) silence.Restart();
            (tally.Read, tally.Stored, tally.Known, tally.Refused) = (now.Read, now.Stored, now.Known, now.Refused);
            await run.Error.WriteAsync(now.Problems.AsMemory(said), stop);
            said = now.Problems.Length;
            if (now.IsFinished) return now.Failure;
            if (second.Elapsed.TotalSeconds >= 1 && now.Read != shown)
            {
                second.Restart();
                Show(run, shown = now.Read);
            }
            if (silence.Elapsed < ServerMayTake) continue;
            silence.Restart();
            if (storage.Provider == StorageProvider.Sqlite)
            {
                if (!FileOwnership.TryTake(storage.File, out var ownership)) continue;          // it is there, and busy with something else
                using (ownership) return await GiveUpAsync(db, job, clock.GetUtcNow(), stop);
            }
            // Nobody took it, so nobody serves this database.
            if (now.State == ImportState.Waiting && await db.ClaimImportAsync(job.Id, stop))
            {
                var failure = await RunHereAsync(run, kind, path, tally, stop);
                await FinishAsync(db, job, failure, clock.GetUtcNow(), stop);
                return failure;
            }
        }
    }

    private static async Task<string> GiveUpAsync(PanelDb db, ImportJob job, DateTimeOffset now, CancellationToken stop)
    {
        const string Gone = "The server stopped before it was done. Run the command again.";
        await FinishAsync(db, job, Gone, now, stop);
        return Gone;
    }

    private static Task<int> FinishAsync(PanelDb db, ImportJob job, string? failure, DateTimeOffset now, CancellationToken stop) => db.Set<ImportJob>().Where(j => j.Id == job.Id).ExecuteUpdateAsync(j => j
        .SetProperty(x => x.State, failure == null ? ImportState.Done : ImportState.Failed).SetProperty(x => x.Failure, failure).SetProperty(x => x.FinishedAt, now), stop);

    private static void Show(CommandRun run, int read) => run.Out.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{read:N0} …"));

    /// <summary>Says in the audit trail what came in.</summary>
    protected static async Task RecordAsync(CommandRun run, string path, ImportTally tally, CancellationToken stop)
    {
        await using var scope = run.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
        db.Audit(Actor.CommandLine, AuditActions.HistoryImported, run.Get<TimeProvider>().GetUtcNow(), "file", path, after: new { tally.Read, tally.Stored, tally.Known, tally.Refused });
        await db.SaveChangesAsync(stop);
    }
}
