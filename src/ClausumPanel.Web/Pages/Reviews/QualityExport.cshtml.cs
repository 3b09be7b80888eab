using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Pages.Transactions;
using ClausumPanel.Web.Plumbing;
using CsvHelper;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Reviews;

/// <summary>What the quality page shows, as a file.</summary>
public sealed class QualityExportModel(PanelDb db, Reader reader, TimeProvider clock, Texts T) : PageModel
{
    private static readonly string[] Columns =
    [
        "kind", "name", "decided", "approved", "challenged", "declined", "first_of_two", "read", "reading_median_ms", "reading_p90_ms", "waiting_median_ms", "late", "overdue_now", "timed_out", "skipped", "held", "escalated", "undone", "reopened",
        "disagreed", "later_labels", "overturned", "waiting_p90_ms", "timed_out_escalated", "timed_out_approved", "timed_out_declined", "later_labels_approved", "overturned_fraud", "later_labels_declined", "overturned_good", "engine_leant", "overruled",
    ];

    public IActionResult OnGet() => RedirectToPage("Quality");

    public async Task<IActionResult> OnPostAsync([FromQuery(Name = "")] QualityQuery query, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        var (from, to) = query.Span(reader, now);
        var quality = await ReviewQuality.OfAsync(db, from.ToUnixTimeMilliseconds(), to.ToUnixTimeMilliseconds(), now.ToUnixTimeMilliseconds(), stop);
        var name = await QualityQuery.QueueNamesAsync(db, T, stop);
        var people = User.May(Permissions.ManageTeam) ? await QualityQuery.PeopleAsync(db, quality, stop) : [];
        using var file = new MemoryStream();
        await using (var writer = new StreamWriter(file, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true))
        await using (var csv = CsvWriter.Create(writer, null, leaveOpen: true))
        {
            await csv.WriteRecordAsync(Columns, CancellationToken.None);
            foreach (var (queue, figures) in quality.Queues) await csv.WriteRecordAsync(Cells("queue", name(queue), figures), CancellationToken.None);
            foreach (var (person, figures) in people) await csv.WriteRecordAsync(Cells("person", person, figures), CancellationToken.None);
        }
        var bytes = file.ToArray();
        db.Audit(HttpContext.Actor, AuditActions.Exported, now, "reviews", after: new { Format = "csv", Rows = quality.Queues.Count + people.Count, Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)), Filter = new[] { $"period={query.Chosen.Word}" } });
        await db.SaveChangesAsync(CancellationToken.None);
        return File(bytes, "text/csv; charset=utf-8", string.Create(CultureInfo.InvariantCulture, $"review-quality-{now:yyyyMMdd-HHmmss}.csv"));
    }

    private static string[] Cells(string kind, string name, QualityFigures f)
    {
        long?[] numbers =
        [
            f.Decided, f.Approved, f.Challenged, f.Declined, f.First, f.Read, f.ReadingMedian, f.ReadingP90, f.WaitingMedian, f.Late, kind == "queue" ? f.OverdueNow : null, f.TimedOut, f.Skipped, f.Held, f.Escalated, f.Undone, f.Reopened,
            f.Disagreed, f.Judged, f.Overturned, f.WaitingP90, f.EscalatedByTime, f.ApprovedByTime, f.DeclinedByTime, f.JudgedApproved, f.ApprovedFraud, f.JudgedDeclined, f.DeclinedGood, f.Leant, f.Overruled,
        ];
        return [kind, Exports.Harmless(name), .. numbers.Select(n => n?.ToString(CultureInfo.InvariantCulture) ?? "")];
    }
}
