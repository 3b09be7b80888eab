using System.Security.Cryptography;
using System.Text;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Storage.Files;
using ClausumPanel.Web.Api;
using ClausumPanel.Web.Jobs;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>Takes in many disputes at once, to be written beside the requests; each step is in the audit log.</summary>
public sealed class DisputeUploadDesk(PanelDb db, FileFolder folder, ImportDisputes writer, TimeProvider clock)
{
    /// <param name="text">Looked at already; kept without card numbers until it is written.</param>
    /// <param name="lines">It has.</param>
    /// <param name="zone">The clock of whoever sends it.</param>
    /// <param name="actor">Who sends it.</param>
    /// <param name="stop">Ends it before anything is stored.</param>
    public async Task<Guid> AskAsync(string text, int lines, TimeZoneInfo zone, Actor actor, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(text);
        ArgumentNullException.ThrowIfNull(zone);
        ArgumentNullException.ThrowIfNull(actor);
        var (now, bytes, name) = (clock.GetUtcNow(), Encoding.UTF8.GetBytes(text), FileFolder.NewName());
        CardData.Mask(bytes);
        var upload = new DisputeUpload { AskedById = actor.Id!.Value, AskedAt = now, Zone = zone.Id, StoredAs = name, Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)), Total = lines };
        // The bytes first: a row without its text would be worse than a text without its row.
        await folder.KeepAsync(name, bytes, stop);
        db.Add(upload);
        db.Audit(actor, AuditActions.DisputeImportAsked, now, DisputeDesk.Subject, after: new { Import = upload.Id, Read = lines, upload.Sha256 });
        try
        {
            await db.SaveChangesAsync(stop);
        }
        catch
        {
            folder.Forget(name);
            throw;
        }
        writer.Wake();
        return upload.Id;
    }

    /// <summary>What is written stays written; the rest is not begun.</summary>
    /// <returns>False when it was over already.</returns>
    public async Task<bool> CancelAsync(DisputeUpload upload, Actor actor, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(upload);
        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        if (await db.Set<DisputeUpload>().UnderWay.Where(u => u.Id == upload.Id).ExecuteUpdateAsync(u => u.SetProperty(x => x.State, BatchState.Cancelled).SetProperty(x => x.FinishedAt, now), stop) == 0) return false;
        var its = await db.Set<DisputeUpload>().AsNoTracking().SingleAsync(u => u.Id == upload.Id, stop);
        db.Audit(actor, AuditActions.DisputeImportCancelled, now, DisputeDesk.Subject, after: Summary(its));
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(CancellationToken.None);
        return true;
    }

    /// <summary>What the trail keeps of one that is over.</summary>
    internal static object Summary(DisputeUpload upload) => new { Import = upload.Id, upload.Read, upload.Opened, upload.Closed, upload.Known, upload.Wrong, upload.Sha256 };
}
