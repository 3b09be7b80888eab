using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Pages.Transactions;
using ClausumPanel.Web.Plumbing;
using CsvHelper;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Audit;

/// <summary>Exactly the entries that are filtered, as CSV, and in the audit log with its hash.</summary>
[Authorize(Permissions.Export)]
public sealed class AuditExportModel(PanelDb db, Reader reader, TimeProvider clock, Texts T) : PageModel
{
    private const int BatchSize = 1000;

    public IActionResult OnGet() => RedirectToPage("Index");

    public async Task<IActionResult> OnPostAsync([FromQuery(Name = "")] AuditQuery query, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        var filter = query.Filter(reader, now);

        var newest = await db.AuditEntries.Select(e => (long?)e.Sequence).MaxAsync(stop) ?? 0;
        // Nothing leaves before it is recorded who takes what: the file waits beside, and is gone when it was sent.
        var file = Exports.Create(Path.Combine(Path.GetTempPath(), $"clausumpanel-{Guid.NewGuid():N}.csv"), FileOptions.DeleteOnClose);
        try
        {
            var rows = await WriteAsync(file, db.AuditEntries.AsNoTracking().Matching(filter), newest + 1, stop);
            file.Position = 0;
            var sha256 = Convert.ToHexStringLower(await SHA256.HashDataAsync(file, stop));
            file.Position = 0;
            db.Audit(HttpContext.Actor, AuditActions.Exported, now, "audit", after: new { Format = "csv", Rows = rows, Sha256 = sha256, Filter = query.Pairs.Select(p => $"{p.Name}={p.Value}") });
            await db.SaveChangesAsync(CancellationToken.None);
            return File(file, "text/csv; charset=utf-8", $"audit-{now:yyyyMMdd-HHmmss}.csv");
        }
        catch
        {
            await file.DisposeAsync();
            throw;
        }
    }

    private async Task<long> WriteAsync(FileStream file, IQueryable<AuditEntry> entries, long before, CancellationToken stop)
    {
        // With its mark, so that Excel too reads it as UTF-8.
        await using var writer = new StreamWriter(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true);
        await using var csv = CsvWriter.Create(writer, null, leaveOpen: true);
        await csv.WriteRecordAsync(
            [T["Entry"], T["Time"], T["Who"], T["Kind"], T["Address"], T["Code"], T["Action"], T["Object"], T["Object id"], T["State before"], T["State after"], T["Hash"]], stop);
        for (var rows = 0L; ;)
        {
            var batch = await entries.Where(e => e.Sequence < before).NewestFirst.Take(BatchSize).ToListAsync(stop);
            foreach (var entry in batch) await csv.WriteRecordAsync(Array.ConvertAll(Row(entry), Exports.Harmless), stop);
            rows += batch.Count;
            if (batch.Count < BatchSize) return rows;
            before = batch[^1].Sequence;
        }
    }

    private string[] Row(AuditEntry entry) =>
    [
        entry.Sequence.ToString(CultureInfo.InvariantCulture), reader.Zoned(entry.At).ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture), T.Actor(entry.ActorKind, entry.ActorName), T.Name(entry.ActorKind), entry.Address ?? "",
        entry.Action, T.Action(entry.Action), entry.SubjectKind ?? "", entry.SubjectId ?? "", entry.Before ?? "", entry.After ?? "", Convert.ToHexStringLower(entry.Hash),
    ];
}
