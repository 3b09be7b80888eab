using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Metrics;
using ClausumPanel.Web.Flows.Metrics;
using ClausumPanel.Web.Plumbing;
using ClausumPanel.Web.TagHelpers;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Panel;

/// <summary>What one chart, or all tiles, show, as a file.</summary>
public sealed class PanelExportModel(PanelDb db, ReadFigures figures, Reader reader, TimeProvider clock) : PageModel
{
    public IActionResult OnGet() => LocalRedirect(PanelQuery.Address);

    public async Task<IActionResult> OnPostAsync([FromQuery(Name = "")] PanelQuery query, [FromQuery(Name = "chart")] string? chart, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        var read = await figures.ReadAsync(query.Scope, query.Span(reader.Zone, now), reader.Zone, now, stop);
        IReadOnlyList<string[]>? rows = chart switch
        {
            "tiles" => [.. Tiles(read)],
            "decisions" => [.. Decisions(read)],
            "scores" => [["score", "assessments", "period_before"], .. Enumerable.Range(0, 101).Select(s => (string[])[Number(s), Number(read.Values[TallyKind.Score, s].Count), Number(read.ValuesBefore[TallyKind.Score, s].Count)])],
            "countries" => [["country", "assessments", "declined"], .. read.Values.Of(TallyKind.Country).OrderByDescending(c => c.Count.Count).Select(c => (string[])[TallyValues.Country(c.Value), Number(c.Count.Count), Number(c.Count.Declined)])],
            "signals" => [["signal", "now", "all_now", "before", "all_before"], .. read.Moves.Select(m => (string[])[m.Signal.Code, Number(m.Now.Part), Number(m.Now.Whole), Number(m.Before.Part), Number(m.Before.Whole)])],
            "latency" => [["up_to_microseconds", "assessments"], .. read.Values.Of(TallyKind.Latency).OrderBy(l => l.Value).Select(l => (string[])[Number(TallyValues.Latency(l.Value)), Number(l.Count.Count)])],
            _ => null,
        };
        if (rows is null) return BadRequest();
        return await this.CsvAsync(db, now, "rollups", $"panel-{chart}", rows, [$"chart={chart}", .. query.Pairs.Select(p => $"{p.Name}={p.Value}")]);
    }

    private IEnumerable<string[]> Decisions(PanelFigures read)
    {
        yield return ["from", "to", "whole", "assessments", .. Enum.GetValues<Decision>().Select(DecisionTagHelper.Word)];
        for (var i = 0; i < read.Buckets.Count; i++)
        {
            var (bucket, sheet) = (read.Period.Buckets[i], read.Buckets[i]);
            yield return [Moment(bucket.Span.From), Moment(bucket.Span.To), bucket.IsWhole ? "yes" : "no", Number(sheet.Count(RowRule.Everything)), .. Enum.GetValues<Decision>().Select(d => Number(sheet.Count(d)))];
        }
    }

    private static IEnumerable<string[]> Tiles(PanelFigures read)
    {
        yield return ["metric", "currency", "part", "whole", "part_minor", "whole_minor"];
        foreach (var value in MetricCatalog.OfPeriod.Append(MetricCatalog.MoneyProtected).Select(m => m.Of(read.Sheet)).Concat(MetricCatalog.OfRipeMonth.Select(m => m.Of(read.Ripe))))
        {
            if (!value.Metric.IsMoney) yield return [value.Metric.Id, "", Number(value.Part), value.Metric.Whole is null ? "" : Number(value.Whole), "", ""];
            foreach (var money in value.Monies) yield return [value.Metric.Id, money.Currency, Number(money.PartCount), Number(money.WholeCount), Number(money.Part), Number(money.Whole)];
        }
        yield return [MetricCatalog.Waiting.Id, "", Number(read.Waiting.Count), "", "", ""];
        yield return ["put_away", "", Number(read.Waiting.PutAway), "", "", ""];
        yield return ["not_shown_yet", "", Number(read.Waiting.NotShown), "", "", ""];
    }

    private string Moment(long at) => reader.Zoned(DateTimeOffset.FromUnixTimeMilliseconds(at)).ToString("yyyy-MM-dd'T'HH:mmzzz", CultureInfo.InvariantCulture);

    private static string Number(long number) => number.ToString(CultureInfo.InvariantCulture);
}
