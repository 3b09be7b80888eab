using System.Globalization;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Storage.Files;
using ClausumPanel.Web.Jobs;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows.Evidence;

/// <summary>Takes orders for the workbook of all open disputes, and hands it out: each step is in the audit log.</summary>
public sealed class BatchDesk(PanelDb db, FileFolder folder, MakeBatches maker, TimeProvider clock)
{
    /// <returns>The one that was asked for, or the one that this person has under way.</returns>
    public async Task<Guid> AskAsync(Actor actor, TimeZoneInfo zone, CancellationToken stop)
    {
        var (now, person) = (clock.GetUtcNow(), actor.Id!.Value);
        if (await UnderWayAsync() is { } there) return there;
        var batch = new DisputeBatch { AskedById = person, AskedAt = now, Language = CultureInfo.CurrentUICulture.Name, Zone = zone.Id };
        db.Add(batch);
        db.Audit(actor, AuditActions.BatchAsked, now, DisputeDesk.Subject, after: new { Batch = batch.Id, batch.Language, batch.Zone });
        try
        {
            await db.SaveChangesAsync(stop);
        }
        catch (DbUpdateException)
        {
            // The index is the judge: another tab of this person was quicker.
            db.ChangeTracker.Clear();
            if (await UnderWayAsync() is { } quicker) return quicker;
            throw;
        }
        maker.Wake();
        return batch.Id;

        Task<Guid?> UnderWayAsync() => db.Set<DisputeBatch>().UnderWay.NewestFirst.Where(b => b.AskedById == person).Select(b => (Guid?)b.Id).FirstOrDefaultAsync(stop);
    }

    /// <returns>False when it was over already.</returns>
    public async Task<bool> CancelAsync(Actor actor, DisputeBatch batch, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        if (await db.Set<DisputeBatch>().UnderWay.Where(b => b.Id == batch.Id).ExecuteUpdateAsync(b => b.SetProperty(x => x.State, BatchState.Cancelled).SetProperty(x => x.FinishedAt, now), stop) == 0) return false;
        db.Audit(actor, AuditActions.BatchCancelled, now, DisputeDesk.Subject, after: new { Batch = batch.Id });
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(CancellationToken.None);
        return true;
    }

    /// <returns>The file; null when there is none, or none any more.</returns>
    public async Task<byte[]?> HandOutAsync(Actor actor, DisputeBatch batch, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        if (!batch.HasFile(now) || await folder.ReadAsync(batch.StoredAs!, Convert.FromHexString(batch.Sha256!), stop) is not { } bytes) return null;
        db.Audit(actor, AuditActions.Exported, now, DisputeDesk.Subject, after: new { Format = "xlsx", Rows = batch.Made, batch.Sha256, Batch = batch.Id, batch.LeftOut });
        await db.SaveChangesAsync(CancellationToken.None);
        return bytes;
    }

    public static string FileName(DisputeBatch batch) => $"disputes_open_{batch.AskedAt.UtcDateTime.ToString("yyyyMMdd", CultureInfo.InvariantCulture)}.xlsx";
}
