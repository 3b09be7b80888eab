using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using ClausumPanel.Web.TagHelpers;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Protection;

/// <summary>The counts behind the quality page, as a file: every rate on it is one of them divided by another.</summary>
public sealed class QualityExportModel(PanelDb db, QualityReport report, TimeProvider clock) : PageModel
{
    private static readonly string[] Columns = ["kind", "key", "name", "payments_or_hits", "decided_or_both", "labelled", "fraud", "first_hits", "second_hits", "amount_minor", "fraud_amount_minor", "good_amount_minor"];

    public IActionResult OnGet() => RedirectToPage("Quality");

    public async Task<IActionResult> OnPostAsync([FromQuery(Name = "")] QualityPeriod period, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        var (first, end) = period.Days(now);
        return await this.CsvAsync(db, now, "quality", "quality", [Columns, .. Rows(await report.ReadAsync(first, end, stop))], $"period={period.Chosen.Word}", $"ripe={(period.IsRipeOnly ? 1 : 0)}");
    }

    private static IEnumerable<string[]> Rows(DecisionFigures figures)
    {
        var quality = figures.Decisions;
        foreach (var decision in Enum.GetValues<Decision>()) yield return Row("decision", DecisionTagHelper.Word(decision), "", quality[decision].All, null, quality[decision].Labelled, quality[decision].Fraud);
        for (var bin = 0; bin < quality.Bins.Count; bin++)
        {
            var (from, to) = QualityModel.ScoresOf(bin);
            yield return Row("score", $"{from}-{to}", "", quality.Bins[bin].All, null, quality.Bins[bin].Labelled, quality.Bins[bin].Fraud);
        }
        foreach (var (currency, money) in quality.Currencies)
            foreach (var decision in Enum.GetValues<Decision>())
                yield return Row("value", $"{currency} {DecisionTagHelper.Word(decision)}", "", null, null, null, null, null, null, money.All[(int)decision], money.Fraud[(int)decision], money.Good[(int)decision]);
        foreach (var line in figures.Rules) yield return Row("rule", line.Key, line.Name, line.Hits, line.Decided, line.Labelled, line.Fraud);
        foreach (var line in figures.Signals) yield return Row("signal", line.Key, Texts.Translate(line.Name), line.Hits, null, line.Labelled, line.Fraud);
        foreach (var pair in figures.RulePairs) yield return Row("rule_pair", $"{pair.FirstKey} {pair.SecondKey}", $"{pair.FirstName} + {pair.SecondName}", null, pair.Both, null, null, pair.First, pair.Second);
        foreach (var pair in figures.SignalPairs) yield return Row("signal_pair", $"{pair.FirstKey} {pair.SecondKey}", $"{Texts.Translate(pair.FirstName)} + {Texts.Translate(pair.SecondName)}", null, pair.Both, null, null, pair.First, pair.Second);
    }

    private static string[] Row(string kind, string key, string name, params long?[] numbers) =>
        [kind, key, name, .. numbers.Concat(Enumerable.Repeat((long?)null, Columns.Length - 3)).Take(Columns.Length - 3).Select(n => n?.ToString(CultureInfo.InvariantCulture) ?? "")];
}
