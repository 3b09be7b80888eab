using System.Globalization;
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

/// <summary>Exactly the entries that are filtered, as CSV, written to whoever asked as they are read.</summary>
[Authorize(Permissions.Export)]
public sealed class AuditExportModel(PanelDb db, Reader reader, TimeProvider clock, Texts T) : PageModel
{
    private const int BatchSize = 1000;

    public IActionResult OnGet() => RedirectToPage("Index");

    public async Task<IActionResult> OnPostAsync([FromQuery(Name = "")] AuditQuery query, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        var filter = query.Filter(reader, now);

        // Counted and recorded in one transaction. Entries never change, so what is written afterwards is what was counted.
        long newest, rows;
        await using (var transaction = await db.Database.BeginTransactionAsync(stop))
        {
            newest = await db.AuditEntries.Select(e => (long?)e.Sequence).MaxAsync(stop) ?? 0;
            rows = await db.AuditEntries.Matching(filter).LongCountAsync(e => e.Sequence <= newest, stop);
            db.Audit(HttpContext.Actor, AuditActions.Exported, now, "audit", after: new { Format = "csv", Rows = rows, Filter = query.Pairs.Select(p => $"{p.Name}={p.Value}") });
            await db.SaveChangesAsync(stop);
            await transaction.CommitAsync(CancellationToken.None);
        }

        Response.ContentType = "text/csv; charset=utf-8";
        Response.Headers.ContentDisposition = $"attachment; filename=\"audit-{now:yyyyMMdd-HHmmss}.csv\"";
        await WriteAsync(db.AuditEntries.AsNoTracking().Matching(filter), newest + 1, stop);
        return new EmptyResult();
    }

    private async Task WriteAsync(IQueryable<AuditEntry> entries, long before, CancellationToken stop)
    {
        // With its mark, so that Excel too reads it as UTF-8.
        await using var writer = new StreamWriter(Response.Body, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true);
        await using var csv = CsvWriter.Create(writer, null, leaveOpen: true);
        await csv.WriteRecordAsync(
            [T["Entry"], T["Time"], T["Who"], T["Kind"], T["Address"], T["Code"], T["Action"], T["Object"], T["Object id"], T["State before"], T["State after"], T["Hash"]], stop);
        while (true)
        {
            var batch = await entries.Where(e => e.Sequence < before).NewestFirst.Take(BatchSize).ToListAsync(stop);
            foreach (var entry in batch) await csv.WriteRecordAsync(Array.ConvertAll(Row(entry), Exports.Harmless), stop);
            if (batch.Count < BatchSize) return;
            before = batch[^1].Sequence;
        }
    }

    private string[] Row(AuditEntry entry) =>
    [
        entry.Sequence.ToString(CultureInfo.InvariantCulture), reader.Zoned(entry.At).ToString("yyyy-MM-dd HH:mm:ss zzz", CultureInfo.InvariantCulture), T.Actor(entry.ActorKind, entry.ActorName), T.Name(entry.ActorKind), entry.Address ?? "",
        entry.Action, T.Action(entry.Action), entry.SubjectKind ?? "", entry.SubjectId ?? "", entry.Before ?? "", entry.After ?? "", Convert.ToHexStringLower(entry.Hash),
    ];
}
