using System.Security.Cryptography;
using System.Text.Json;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Storage.Files;
using ClausumPanel.Web.Jobs;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>Takes in many disputes at once, to be written beside the requests; each step is in the audit log.</summary>
public sealed class DisputeUploadDesk(PanelDb db, FileFolder folder, ImportDisputes writer, TimeProvider clock)
{
    /// <summary>Sent twice within this time by the same person it is one sending: a button was pressed twice.</summary>
    private static readonly TimeSpan Twice = TimeSpan.FromMinutes(2);

    /// <param name="lines">As they were split; kept without card numbers until they are written.</param>
    /// <param name="zone">The clock of whoever sends them.</param>
    /// <param name="actor">Who sends them.</param>
    /// <param name="stop">Ends it before anything is stored.</param>
    /// <returns>The import; the one that is there when the same was sent a moment ago.</returns>
    public async Task<Guid> AskAsync(IReadOnlyList<SentDispute> lines, TimeZoneInfo zone, Actor actor, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(lines);
        ArgumentNullException.ThrowIfNull(zone);
        ArgumentNullException.ThrowIfNull(actor);
        // Cell by cell: what lies side by side in a file is not one number.
        var bytes = JsonSerializer.SerializeToUtf8Bytes(lines.Select(l => l with { Values = l.Values.ToDictionary(v => v.Key, v => ListTexts.Clean(v.Value) ?? "") }));
        var (now, name, person, hash) = (clock.GetUtcNow(), FileFolder.NewName(), actor.Id!.Value, Convert.ToHexStringLower(SHA256.HashData(bytes)));
        if (await db.Set<DisputeUpload>().Where(u => u.AskedById == person && u.Sha256 == hash && u.AskedAt > now - Twice && u.State != BatchState.Cancelled && u.State != BatchState.Failed).Select(u => (Guid?)u.Id).FirstOrDefaultAsync(stop) is { } there) return there;
        var upload = new DisputeUpload { AskedById = person, AskedAt = now, Zone = zone.Id, StoredAs = name, Sha256 = hash, Total = lines.Count };
        // The bytes first: a row without its text would be worse than a text without its row.
        await folder.KeepAsync(name, bytes, stop);
        db.Add(upload);
        db.Audit(actor, AuditActions.DisputeImportAsked, now, DisputeDesk.Subject, after: new { Import = upload.Id, Read = lines.Count, upload.Sha256 });
        try
        {
            // To its end: a row that is stored must not lose its text to somebody who has closed the page.
            await db.SaveChangesAsync(CancellationToken.None);
        }
        catch
        {
            folder.Forget(name);
            throw;
        }
        writer.Wake();
        return upload.Id;
    }

    /// <summary>The lines as they are kept.</summary>
    /// <exception cref="JsonException">They are not such lines.</exception>
    internal static List<SentDispute> Lines(byte[] kept) => JsonSerializer.Deserialize<List<SentDispute>>(kept) ?? [];

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
