using System.Data.Common;
using System.Globalization;
using System.Security.Cryptography;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Storage.Files;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Flows.Evidence;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Jobs;

/// <summary>
/// Makes the workbooks of all open disputes that people asked for, one at a time. Whoever makes one says again and again that it lives; one whose server fell silent is begun anew by the
/// next that looks, which is the same after a restart, or another. What a server made after it lost its turn counts for nothing.
/// </summary>
public sealed partial class MakeBatches(IServiceScopeFactory scopes, FileFolder folder, TimeProvider clock, ILogger<MakeBatches> log) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5), ReportEvery = TimeSpan.FromMilliseconds(400);

    private readonly SemaphoreSlim _asked = new(0);

    /// <summary>There is something to do.</summary>
    public void Wake() => _asked.Release();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var failing = false;
        while (true)
        {
            try
            {
                while (await MakeNextAsync(stoppingToken)) { }
                await ForgetAsync(stoppingToken);
                failing = false;
            }
            catch (Exception e) when (e is DbException or DbUpdateException or InvalidOperationException or IOException or UnauthorizedAccessException)
            {
                if (!failing) NotNow(e);
                failing = true;
            }
            // Real time on purpose: what another server left is looked for, and what a held clock says is asked.
            await _asked.WaitAsync(LookEvery, stoppingToken);
        }
    }

    /// <summary>Removes the files that were kept long enough.</summary>
    public async Task ForgetAsync(CancellationToken stop)
    {
        var kept = clock.GetUtcNow() - DisputeBatch.Kept;
        await using var scope = scopes.CreateAsyncScope();
        var batches = scope.ServiceProvider.GetRequiredService<PanelDb>().Set<DisputeBatch>();
        foreach (var old in await batches.AsNoTracking().Where(b => b.StoredAs != null && b.State != BatchState.Waiting && b.State != BatchState.Running && b.FinishedAt <= kept).ToListAsync(stop))
        {
            // The file first: what the row still names is looked for again.
            folder.Forget(old.StoredAs!);
            await batches.Where(b => b.Id == old.Id).ExecuteUpdateAsync(b => b.SetProperty(x => x.StoredAs, (string?)null), stop);
        }
    }

    /// <returns>False when there is none to make.</returns>
    private async Task<bool> MakeNextAsync(CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        var (db, now, name) = (scope.ServiceProvider.GetRequiredService<PanelDb>(), clock.GetUtcNow(), FileFolder.NewName());
        if (await db.Set<DisputeBatch>().AsNoTracking().Free(now).OrderBy(b => b.AskedAt).ThenBy(b => b.Id).FirstOrDefaultAsync(stop) is not { } next) return false;
        if (!await db.ClaimBatchAsync(next.Id, name, now, stop)) return true;
        if (next.StoredAs is { } left) folder.Forget(left);
        if (next.Turns >= DisputeBatch.MostTurns)
        {
            BrokeOff(next.Id, next.Turns);
            await FailAsync(db, next.Id, name);
        }
        else await MakeAsync(scope.ServiceProvider, db, next, name, stop);
        return true;
    }

    private async Task MakeAsync(IServiceProvider services, PanelDb db, DisputeBatch batch, string name, CancellationToken stop)
    {
        using var cancel = CancellationTokenSource.CreateLinkedTokenSource(stop);
        var progress = new BatchProgress();
        var reporting = ReportAsync(batch.Id, name, progress, cancel);
        try
        {
            var (bytes, rows, leftOut) = await await BackgroundThread.RunAsync(() => WriteAsync(services, batch, progress, cancel.Token));
            await folder.KeepAsync(name, bytes, cancel.Token);
            if (await FinishAsync(db, batch, name, bytes, rows, leftOut)) Made(batch.Id, rows);
            else folder.Forget(name);
        }
        catch (OperationCanceledException) when (cancel.IsCancellationRequested)
        {
            folder.Forget(name);
            // Stopped by somebody, which its row says, or taken over by another server; or this one ends in peace and gives it back, which is no turn.
            if (stop.IsCancellationRequested)
                await db.Set<DisputeBatch>().OfTurn(batch.Id, name).ExecuteUpdateAsync(b => b.SetProperty(x => x.State, BatchState.Waiting).SetProperty(x => x.StoredAs, (string?)null).SetProperty(x => x.Turns, x => x.Turns - 1), CancellationToken.None);
            stop.ThrowIfCancellationRequested();
        }
        catch (Exception e)
        {
            // Whoever waits for it must learn that it ended; the server itself goes on.
            Failed(e, batch.Id);
            folder.Forget(name);
            await FailAsync(db, batch.Id, name);
        }
        finally
        {
            await cancel.CancelAsync();
            await reporting;
        }
    }

    private static async Task<(byte[] Bytes, int Rows, int LeftOut)> WriteAsync(IServiceProvider services, DisputeBatch batch, BatchProgress progress, CancellationToken stop)
    {
        CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(batch.Language);
        var layout = new EvidenceLayout(TimeZoneInfo.FindSystemTimeZoneById(batch.Zone), Outward: false, "", DateOnly.FromDateTime(batch.AskedAt.UtcDateTime));
        return await services.GetRequiredService<BatchWorkbook>().MakeAsync(layout, progress, stop);
    }

    /// <summary>Says how far it is, and that it lives, for as long as it is this one's turn; when it no longer is, it stops.</summary>
    private async Task ReportAsync(Guid id, string name, BatchProgress progress, CancellationTokenSource cancel)
    {
        await using var scope = scopes.CreateAsyncScope();
        var turn = scope.ServiceProvider.GetRequiredService<PanelDb>().Set<DisputeBatch>().OfTurn(id, name);
        // Real time on purpose: somebody looks on.
        using var timer = new PeriodicTimer(ReportEvery);
        while (true)
        {
            try
            {
                if (!await timer.WaitForNextTickAsync(cancel.Token)) return;
                var (total, made, until) = (progress.Total, progress.Made, clock.GetUtcNow() + DisputeBatch.Silence);
                if (await turn.ExecuteUpdateAsync(b => b.SetProperty(x => x.Total, total).SetProperty(x => x.Made, made).SetProperty(x => x.HeldUntil, until), cancel.Token) == 0) await cancel.CancelAsync();
            }
            catch (OperationCanceledException)
            {
                return;
            }
            catch (Exception e) when (e is DbException or InvalidOperationException)
            {
                // Written the next time, or another server takes it over.
                Unreported(e);
            }
        }
    }

    private async Task<bool> FinishAsync(PanelDb db, DisputeBatch batch, string name, byte[] bytes, int rows, int leftOut)
    {
        var (now, sha256) = (clock.GetUtcNow(), Convert.ToHexStringLower(SHA256.HashData(bytes)));
        await using var transaction = await db.Database.BeginTransactionAsync();
        if (await db.Set<DisputeBatch>().OfTurn(batch.Id, name).ExecuteUpdateAsync(b => b
                .SetProperty(x => x.State, BatchState.Done).SetProperty(x => x.Total, rows).SetProperty(x => x.Made, rows).SetProperty(x => x.LeftOut, leftOut).SetProperty(x => x.Size, bytes.LongLength).SetProperty(x => x.Sha256, sha256).SetProperty(x => x.FinishedAt, now)) == 0)
            return false;
        var who = new Actor(ActorKind.Person, batch.AskedById, await db.Users.Where(u => u.Id == batch.AskedById).Select(u => u.DisplayName).SingleAsync());
        db.Audit(who, AuditActions.BatchMade, now, DisputeDesk.Subject, after: new { Batch = batch.Id, Rows = rows, LeftOut = leftOut, Sha256 = sha256 });
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
        return true;
    }

    private Task<int> FailAsync(PanelDb db, Guid id, string name)
    {
        var now = clock.GetUtcNow();
        return db.Set<DisputeBatch>().OfTurn(id, name).ExecuteUpdateAsync(b => b.SetProperty(x => x.State, BatchState.Failed).SetProperty(x => x.StoredAs, (string?)null).SetProperty(x => x.FinishedAt, now), CancellationToken.None);
    }

    [LoggerMessage(LogLevel.Information, "Workbook {Id} of all open disputes: {Rows} disputes")]
    private partial void Made(Guid id, int rows);

    [LoggerMessage(LogLevel.Error, "Workbook {Id} of all open disputes failed")]
    private partial void Failed(Exception e, Guid id);

    [LoggerMessage(LogLevel.Error, "Workbook {Id} of all open disputes was begun {Turns} times and broke off each time: it is not begun again")]
    private partial void BrokeOff(Guid id, int turns);

    [LoggerMessage(LogLevel.Debug, "The progress of a workbook could not be written")]
    private partial void Unreported(Exception e);

    [LoggerMessage(LogLevel.Error, "Workbooks of all open disputes cannot be made at the moment; they will be when the store takes them")]
    private partial void NotNow(Exception e);
}
