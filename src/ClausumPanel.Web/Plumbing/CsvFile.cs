using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Web.Pages.Transactions;
using CsvHelper;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Plumbing;

/// <summary>The figures of a page as a file that spreadsheets open, and the line in the audit log that somebody took them.</summary>
public static class CsvFile
{
    /// <param name="page">Which is asked.</param>
    /// <param name="db">Where it is audited.</param>
    /// <param name="now">The present.</param>
    /// <param name="subject">What the audit log calls it.</param>
    /// <param name="name">The beginning of the file's name.</param>
    /// <param name="rows">The first names the columns; every cell is written so that a spreadsheet takes it for text or a number, never for a formula.</param>
    /// <param name="filter">What the page was narrowed to.</param>
    public static async Task<IActionResult> CsvAsync(this PageModel page, PanelDb db, DateTimeOffset now, string subject, string name, IReadOnlyList<IReadOnlyList<object?>> rows, params string[] filter)
    {
        ArgumentNullException.ThrowIfNull(page);
        ArgumentNullException.ThrowIfNull(db);
        ArgumentNullException.ThrowIfNull(rows);
        using var file = new MemoryStream();
        await using (var writer = new StreamWriter(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true))
        await using (var csv = CsvWriter.Create(writer, null, leaveOpen: true))
            foreach (var row in rows) await csv.WriteRecordAsync([.. row.Select(Cell)], CancellationToken.None);
        var bytes = file.ToArray();
        db.Audit(page.HttpContext.Actor, AuditActions.Exported, now, subject, after: new { Format = "csv", Rows = rows.Count - 1, Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)), Filter = filter });
        await db.SaveChangesAsync(CancellationToken.None);
        return page.File(bytes, "text/csv; charset=utf-8", string.Create(CultureInfo.InvariantCulture, $"{name}-{now:yyyyMMdd-HHmmss}.csv"));
    }

    private static string Cell(object? value) => value switch
    {
        null => "",
        string text => Exports.Harmless(text),
        DateTimeOffset at => at.ToString("yyyy-MM-dd'T'HH:mm:sszzz", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
    };
}
