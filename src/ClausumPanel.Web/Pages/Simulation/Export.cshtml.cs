using System.Globalization;
using System.Security.Cryptography;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Simulations;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Pages.Transactions;
using ClausumPanel.Web.Plumbing;
using ClosedXML.Excel;
using CsvHelper;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Simulation;

/// <summary>A run's figures as a file.</summary>
public sealed class ExportModel(PanelDb db, TimeProvider clock, Texts T) : PageModel
{
    public async Task<IActionResult> OnPostAsync(Guid id, string? format, CancellationToken stop)
    {
        if (format is not ("csv" or "xlsx")) return BadRequest();
        if (await db.Set<SimulationRun>().AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, stop) is not { Result: not null } run) return NotFound();
        var figures = PreviewFigures.Of(run, await SimulationSettings.LoadAsync(db, stop))!;
        var tables = Tables(run, figures);
        var name = $"simulation-{run.Id:N}.{format}";
        var bytes = format == "csv" ? await CsvAsync(tables) : Excel(tables);
        db.Audit(HttpContext.Actor, AuditActions.Exported, clock.GetUtcNow(), "simulation", id.ToString(), null, new { Format = format, Rows = tables.Sum(t => t.Rows.Count - 1), Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)), run.Name });
        await db.SaveChangesAsync(CancellationToken.None);
        return File(bytes, format == "csv" ? "text/csv; charset=utf-8" : "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", name);
    }

    private List<(string Title, List<object[]> Rows)> Tables(SimulationRun run, PreviewFigures f)
    {
        var decisions = Enum.GetValues<Decision>();
        List<object[]> scope =
        [
            [T["Figure"], T["Value"]], [T["Simulation"], T.RunName(run.Name, run.PolicyVersion)], [T["Policy"], run.PolicyVersion is { } version ? T["Version {0}", version] : T["Draft"]], ["SHA-256", run.PolicyHash], [T["Compared with"], T["Version {0}", run.ActiveVersion]],
            [T["From day"], Stamp(run.FromAt)], [T["Until day"], Stamp(run.ToAt)], [T["Judged again"], f.Sums.Judged], [T["Up to place"], run.LastSeq], [T["Decided otherwise"], f.Matrix.Moved],
        ];
        scope.AddRange(f.Sums.Skipped.Select(s => new object[] { T["Passed over: {0}", T.Skipped(s.Key)], s.Value }));
        if (f.Control.All.Count > 0)
            scope.AddRange([[T["Control sample"], f.Control.All.Count], [T["Control sample: known fraud"], f.Control.Fraud.Count], [T["Control sample: known good"], f.Control.Good.Count]]);
        List<object[]> matrix = [[T["As decided"], T["As proposed"], T["Currency"], T["Count"], T["Amount"]]];
        foreach (var from in decisions)
            foreach (var to in decisions)
                foreach (var (currency, amount) in f.Matrix[from, to].All.Money) matrix.Add([T.Name(from), T.Name(to), currency, f.Matrix[from, to].All.Counts[currency], new Money(amount, currency).Major]);
        List<object[]> rates = [[T["Decision"], T["Then"], T["Low"], T["High"], T["Proposed"], T["Low"], T["High"], T["Difference"], T["Low"], T["High"]]];
        foreach (var decision in decisions)
        {
            var shift = f.Matrix.Of(decision);
            rates.Add([T.Name(decision), shift.Before.Value, shift.Before.Low, shift.Before.High, shift.After.Value, shift.After.Low, shift.After.High, shift.Value, shift.Interval.Low, shift.Interval.High]);
        }
        List<object[]> rules = [[T["Rule"], T["Hits then"], T["Hits"], T["Exclusive hits"], T["Fraud"], T["Good"], T["Fraud only it stops"], T["Good only it stops"]]];
        rules.AddRange(f.Sums.Rules.Select(r => new object[] { r.Key, r.Value.Before, r.Value.Hits, r.Value.Exclusive, r.Value.Fraud, r.Value.Good, r.Value.ExclusiveFraud, r.Value.ExclusiveGood }));
        return [(T["Scope"], scope), (T["Matrix"], matrix), (T["Rates"], rates), (T["Rules"], rules)];
    }

    private static string Stamp(long at) => DateTimeOffset.FromUnixTimeMilliseconds(at).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static async Task<byte[]> CsvAsync(List<(string Title, List<object[]> Rows)> tables)
    {
        using var stream = new MemoryStream();
        await using (var writer = new StreamWriter(stream, new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true))
        {
            await using var csv = CsvWriter.Create(writer, null, leaveOpen: true);
            // One file, one width: the shorter tables end in empty cells.
            var width = tables.Max(t => t.Rows.Max(row => row.Length)) + 1;
            foreach (var (title, rows) in tables)
                foreach (var row in rows) await csv.WriteRecordAsync([.. Enumerable.Range(0, width).Select(i => i == 0 ? title : Cell(row.ElementAtOrDefault(i - 1)))], CancellationToken.None);
        }
        return stream.ToArray();
    }

    private static byte[] Excel(List<(string Title, List<object[]> Rows)> tables)
    {
        using var book = new XLWorkbook();
        foreach (var (title, rows) in tables)
        {
            var sheet = book.AddWorksheet(title);
            for (var row = 0; row < rows.Count; row++)
                for (var column = 0; column < rows[row].Length; column++) Set(sheet.Cell(row + 1, column + 1), rows[row][column]);
            sheet.Row(1).Style.Font.Bold = true;
            sheet.SheetView.FreezeRows(1);
            sheet.Columns().Width = 18;
        }
        using var stream = new MemoryStream();
        book.SaveAs(stream);
        return stream.ToArray();
    }

    private static string Cell(object? value) => value is string text ? Exports.Harmless(text) : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    private static void Set(IXLCell cell, object value)
    {
        switch (value)
        {
            case string text: cell.SetValue(Exports.Harmless(text)); break;
            case long count: cell.SetValue(count); break;
            case decimal amount: cell.SetValue(amount); break;
            // Nothing of nothing has no rate.
            case double rate when double.IsNaN(rate): break;
            case double rate: cell.SetValue(rate); break;
            default: throw new ArgumentException($"No cell takes a {value.GetType()}.", nameof(value));
        }
    }
}
