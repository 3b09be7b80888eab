using System.Data.Common;
using System.Text;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Imports;
using ClausumPanel.Storage.Settings;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>Takes in, in the running server, what the command line hands over.</summary>
internal sealed partial class ImportService(ImportRunner runner, IServiceScopeFactory scopes, TimeProvider clock, ILogger<ImportService> log) : BackgroundService, IFollowChanges
{
    private static readonly TimeSpan ReportEvery = TimeSpan.FromMilliseconds(300);

    private readonly SemaphoreSlim _asked = new(0);

    public string Topic => ChangeTopics.Imports;

    public Task ReloadAsync(PanelDb db, CancellationToken stop)
    {
        _asked.Release();
        return Task.CompletedTask;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using (var scope = scopes.CreateAsyncScope())
        {
            // One process owns the store: what still runs now was cut off with the one before.
            await scope.ServiceProvider.GetRequiredService<PanelDb>().Set<ImportJob>().Running.ExecuteUpdateAsync(j => j
                .SetProperty(x => x.State, ImportState.Failed).SetProperty(x => x.Failure, "The server stopped before it was done.").SetProperty(x => x.FinishedAt, clock.GetUtcNow()), stoppingToken);
        }
        while (true)
        {
            await _asked.WaitAsync(stoppingToken);
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
            foreach (var job in await db.Set<ImportJob>().AsNoTracking().Waiting.OrderBy(j => j.CreatedAt).ToListAsync(stoppingToken))
                if (await db.ClaimImportAsync(job.Id, stoppingToken)) await RunAsync(db, job, stoppingToken);
        }
    }

    private async Task RunAsync(PanelDb db, ImportJob job, CancellationToken stop)
    {
        var (tally, problems, failure) = (new ImportTally(), new StringBuilder(), default(string));
        var running = runner.RunAsync(job.Kind, job.Path, tally, line => Note(problems, line), stop);
        // Real time on purpose, as in ChangeWatch: somebody at a terminal looks on.
        while (await Task.WhenAny(running, Task.Delay(ReportEvery, CancellationToken.None)) != running) await TryReportAsync(db, job, tally, problems, stop);
        try
        {
            await running;
        }
        catch (ImportException e)
        {
            failure = e.Message;
        }
        catch (OperationCanceledException)
        {
            failure = "The server stopped before it was done.";
        }
        catch (Exception e)
        {
            // Whoever waits for it must learn that it ended; the server itself goes on.
            failure = "The server met an error it did not expect; its log has it.";
            Broken(log, e);
        }
        await ReportAsync(db, job, tally, problems, CancellationToken.None);
        await db.Set<ImportJob>().Where(j => j.Id == job.Id).ExecuteUpdateAsync(j => j
            .SetProperty(x => x.State, failure is null ? ImportState.Done : ImportState.Failed).SetProperty(x => x.Failure, failure).SetProperty(x => x.FinishedAt, clock.GetUtcNow()), CancellationToken.None);
        Finished(log, tally.Stored, tally.Refused, failure ?? "done");
        stop.ThrowIfCancellationRequested();
    }

    private static void Note(StringBuilder problems, string line)
    {
        lock (problems)
            if (problems.Length + line.Length < ImportJob.LongestProblems) problems.Append(line).Append('\n');
    }

    /// <summary>Progress that cannot be written now is written the next time.</summary>
    private async Task TryReportAsync(PanelDb db, ImportJob job, ImportTally tally, StringBuilder problems, CancellationToken stop)
    {
        try
        {
            await ReportAsync(db, job, tally, problems, stop);
        }
        catch (Exception e) when (e is DbException or OperationCanceledException)
        {
            Unreported(log, e);
        }
    }

    private static async Task ReportAsync(PanelDb db, ImportJob job, ImportTally tally, StringBuilder problems, CancellationToken stop)
    {
        string said;
        lock (problems) said = problems.ToString();
        var (read, stored, known, refused) = (tally.Read, tally.Stored, tally.Known, tally.Refused);
        await db.Set<ImportJob>().Where(j => j.Id == job.Id).ExecuteUpdateAsync(j => j
            .SetProperty(x => x.Read, read).SetProperty(x => x.Stored, stored).SetProperty(x => x.Known, known).SetProperty(x => x.Refused, refused).SetProperty(x => x.Problems, said), stop);
    }

    [LoggerMessage(LogLevel.Information, "Import: {Stored} assessments stored, {Refused} refused, {Outcome}")]
    private static partial void Finished(ILogger logger, int stored, int refused, string outcome);

    [LoggerMessage(LogLevel.Debug, "The progress of an import could not be written")]
    private static partial void Unreported(ILogger logger, Exception e);

    [LoggerMessage(LogLevel.Error, "An import broke off")]
    private static partial void Broken(ILogger logger, Exception e);
}
