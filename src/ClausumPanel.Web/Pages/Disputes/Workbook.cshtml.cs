using System.Globalization;
using System.Security.Cryptography;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Flows.Evidence;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Disputes;

/// <summary>The evidence as a workbook of fourteen sheets, or as pages to print; either is written down in the audit log with its SHA-256.</summary>
public sealed class WorkbookModel(PanelDb db, ReadEvidence evidence, Reader reader, TimeProvider clock, Texts T) : PageModel
{
    private static readonly int[] Printed = [1, 3, 6, 8];

    public Dispute Dispute { get; private set; } = null!;
    public IReadOnlyList<EvidenceSheet> Sheets { get; private set; } = [];

    /// <summary>How wide the columns are on paper, in hundredths: where there is room for it, no word, day or time is broken.</summary>
    internal static IReadOnlyList<int> Widths(EvidenceTable table, IReadOnlyList<int> used)
    {
        const int LongestWord = 14, LongestLine = 24, Edges = 5;
        var wanted = used.Select(i =>
        {
            var texts = table.Rows.Select(r => r[i].ToString()).Append(table.Columns[i].Title).ToList();
            return Edges + Math.Max(Math.Min(LongestWord, texts.Max(t => t.Split(' ', '\n').Max(word => word.Length))), Math.Min(LongestLine, texts.Max(t => t.Length) / 2));
        }).ToList();
        return [.. wanted.Select(w => w * 100 / wanted.Sum())];
    }

    public IActionResult OnGet(Guid id) => Redirect($"/dashboard/disputes/{id}");

    /// <param name="id">Of the dispute.</param>
    /// <param name="copy"><c>bank</c>, or anything else for the house.</param>
    /// <param name="language"><c>es</c> or <c>en</c>.</param>
    /// <param name="format"><c>xlsx</c>, or <c>print</c>.</param>
    /// <param name="stop">Ends it early.</param>
    public async Task<IActionResult> OnPostAsync(Guid id, string? copy, string? language, string? format, CancellationToken stop)
    {
        if (await db.Set<Dispute>().AsNoTracking().SingleOrDefaultAsync(d => d.Id == id, stop) is not { } found) return NotFound();
        Dispute = found;
        var culture = CultureInfo.GetCultureInfo(language switch { "en" => "en-US", "es" => "es-MX", _ => CultureInfo.CurrentUICulture.Name });
        (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = (culture, culture);
        var now = clock.GetUtcNow();
        var outward = copy == "bank";
        var file = await evidence.OfAsync(found, stop);
        var layout = new EvidenceLayout(reader.Zone, outward, User.DisplayName, DateOnly.FromDateTime(now.UtcDateTime));
        Sheets = EvidenceSheets.Of(file, layout, T);
        var print = format == "print";
        if (print) Sheets = [.. Sheets.Where(s => Printed.Contains(s.Number))];
        var bytes = print ? [] : WorkbookFile.Write(Sheets, $"{found.Code} {T.Name(found.Scheme)} {found.ReasonCode}", file.DataAt, T["Page {0} of {1}"]);
        var sha = print ? Convert.ToHexStringLower(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(string.Join('\n', Sheets.Select(s => s.Sha256))))) : Convert.ToHexStringLower(SHA256.HashData(bytes));
        db.Audit(HttpContext.Actor, AuditActions.Exported, now, DisputeDesk.Subject, found.Code, after: new
        {
            Format = print ? "print" : "xlsx", Rows = Sheets.Sum(s => s.Tables.Sum(t => t.Rows.Count)), Sha256 = sha, Copy = outward ? "bank" : "house", Language = culture.TwoLetterISOLanguageName, DisputeVersion = found.Version,
        });
        await db.SaveChangesAsync(CancellationToken.None);
        return print ? Page() : File(bytes, WorkbookFile.ContentType, EvidenceSheets.FileName(found, layout.On));
    }
}
