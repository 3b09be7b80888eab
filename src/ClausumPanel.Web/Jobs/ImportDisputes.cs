using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Storage.Files;
using ClausumPanel.Web.Flows;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Jobs;

/// <summary>
/// Writes the disputes that people sent, one sending at a time and some lines together. With each portion its transaction stores that these lines are done, so the next turn, which is the same server's after a
/// restart or another's, goes on right after them: no line is written twice, and none is left out.
/// </summary>
public sealed partial class ImportDisputes(IServiceScopeFactory scopes, FileFolder folder, AssessService service, TimeProvider clock, ILogger<ImportDisputes> log) : BackgroundService
{
    /// <summary>Lines written together: payments wait while a transaction is open.</summary>
    public const int Portion = 100;

    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(5);

    private readonly SemaphoreSlim _asked = new(0);

    /// <summary>There is something to do.</summary>
    public void Wake() => _asked.Release();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // An outcome writes labels, which must wait until the memory is there.
        await service.Ready.WaitAsync(stoppingToken);
        var failing = false;
        while (true)
        {
            try
            {
                while (await WriteNextAsync(stoppingToken)) { }
                await ForgetAsync(stoppingToken);
                failing = false;
            }
            catch (Exception e) when (!stoppingToken.IsCancellationRequested)
            {
                // What was under way is taken up again when its server has been silent for long enough, at the line it had come to.
                if (!failing) NotNow(e);
                failing = true;
            }
            // Real time on purpose: what another server left is looked for, and what a held clock says is asked.
            await _asked.WaitAsync(LookEvery, stoppingToken);
        }
    }

    /// <summary>Removes the texts of what is over, and what became of each line when that was kept long enough.</summary>
    public async Task ForgetAsync(CancellationToken stop)
    {
        var kept = clock.GetUtcNow() - DisputeUpload.Kept;
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
        var uploads = db.Set<DisputeUpload>();
        foreach (var old in await uploads.AsNoTracking().Where(u => u.StoredAs != null && u.State != BatchState.Waiting && u.State != BatchState.Running).ToListAsync(stop))
        {
            // The text first: what the row still names is looked for again.
            folder.Forget(old.StoredAs!);
            await uploads.Where(u => u.Id == old.Id).ExecuteUpdateAsync(u => u.SetProperty(x => x.StoredAs, (string?)null), stop);
        }
        await db.Set<DisputeUploadLine>().Where(l => uploads.Any(u => u.Id == l.UploadId && u.FinishedAt <= kept)).ExecuteDeleteAsync(stop);
    }

    /// <returns>False when there is none to write.</returns>
    private async Task<bool> WriteNextAsync(CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        var (db, now, turn) = (scope.ServiceProvider.GetRequiredService<PanelDb>(), clock.GetUtcNow(), FileFolder.NewName());
        if (await db.Set<DisputeUpload>().Free(now).OrderBy(u => u.AskedAt).ThenBy(u => u.Id).Select(u => (Guid?)u.Id).FirstOrDefaultAsync(stop) is not { } id) return false;
        if (!await db.ClaimUploadAsync(id, turn, now, stop)) return true;
        var upload = await db.Set<DisputeUpload>().AsNoTracking().SingleAsync(u => u.Id == id, stop);
        if (upload.Turns > DisputeUpload.MostTurns)
        {
            BrokeOff(id, upload.Turns - 1);
            await EndAsync(db, upload, turn, BatchState.Failed);
            return true;
        }
        try
        {
            if (await WriteAsync(db, upload, turn, stop)) await EndAsync(db, upload, turn, BatchState.Done);
        }
        catch (OperationCanceledException) when (stop.IsCancellationRequested)
        {
            // This server ends in peace and gives it back, which is no turn.
            await db.Set<DisputeUpload>().OfTurn(id, turn).ExecuteUpdateAsync(u => u.SetProperty(x => x.State, BatchState.Waiting).SetProperty(x => x.Turns, x => x.Turns - 1), CancellationToken.None);
            throw;
        }
        return true;
    }

    /// <returns>False when the turn was lost, or somebody stopped it.</returns>
    private async Task<bool> WriteAsync(PanelDb db, DisputeUpload upload, string turn, CancellationToken stop)
    {
        if (await folder.ReadAsync(upload.StoredAs!, Convert.FromHexString(upload.Sha256), stop) is not { } bytes || DisputeUploadDesk.Lines(bytes) is not { } sent || sent.Count != upload.Total)
        {
            Unreadable(upload.Id);
            await EndAsync(db, upload, turn, BatchState.Failed);
            return false;
        }
        var (zone, who) = (TimeZoneInfo.FindSystemTimeZoneById(upload.Zone), await WhoAsync(db, upload, stop));
        var seen = (await db.Set<DisputeUploadLine>().Where(l => l.UploadId == upload.Id && l.Fate != DisputeFate.Wrong && l.ExternalId != null).Select(l => l.ExternalId!).ToListAsync(stop)).ToHashSet(StringComparer.Ordinal);
        foreach (var portion in sent.Skip(upload.Read).Chunk(Portion))
        {
            await using var scope = scopes.CreateAsyncScope();
            if (!await scope.ServiceProvider.GetRequiredService<DisputeImport>().WriteAsync(upload, turn, portion, seen, zone, who, stop)) return false;
        }
        return true;
    }

    private async Task EndAsync(PanelDb db, DisputeUpload upload, string turn, BatchState state)
    {
        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync();
        if (await db.Set<DisputeUpload>().OfTurn(upload.Id, turn).ExecuteUpdateAsync(u => u.SetProperty(x => x.State, state).SetProperty(x => x.FinishedAt, now)) == 0) return;
        var over = await db.Set<DisputeUpload>().AsNoTracking().SingleAsync(u => u.Id == upload.Id);
        db.Audit(await WhoAsync(db, upload, CancellationToken.None), AuditActions.DisputesImported, now, DisputeDesk.Subject, after: DisputeUploadDesk.Summary(over));
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
        Ended(upload.Id, over.Read, over.Opened, over.Closed);
    }

    private static async Task<Actor> WhoAsync(PanelDb db, DisputeUpload upload, CancellationToken stop) =>
        new(ActorKind.Person, upload.AskedById, await db.Users.Where(u => u.Id == upload.AskedById).Select(u => u.DisplayName).SingleAsync(stop));

    [LoggerMessage(LogLevel.Information, "Import {Id} of disputes: {Lines} lines, {Opened} opened, {Closed} outcomes")]
    private partial void Ended(Guid id, int lines, int opened, int closed);

    [LoggerMessage(LogLevel.Error, "Import {Id} of disputes: its text is gone, or is not what was sent")]
    private partial void Unreadable(Guid id);

    [LoggerMessage(LogLevel.Error, "Import {Id} of disputes was begun {Turns} times and broke off each time: it is not begun again")]
    private partial void BrokeOff(Guid id, int turns);

    [LoggerMessage(LogLevel.Error, "Disputes cannot be imported at the moment; they will be when the store takes them")]
    private partial void NotNow(Exception e);
}
