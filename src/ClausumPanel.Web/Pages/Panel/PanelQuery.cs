using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Metrics;
using ClausumPanel.Web.Flows.Metrics;
using ClausumPanel.Web.Pages.Transactions;
using ClausumPanel.Web.Plumbing;
using ClausumPanel.Web.TagHelpers;
using Microsoft.AspNetCore.Mvc;

namespace ClausumPanel.Web.Pages.Panel;

/// <summary>What the Panel's address says. Whatever cannot be read is passed over, so an old bookmark still opens.</summary>
public sealed class PanelQuery
{
    public const string Address = "/dashboard";

    [FromQuery(Name = "period")] public string? Period { get; set; }

    /// <summary>The first day of an own period.</summary>
    [FromQuery(Name = "from")] public string? From { get; set; }

    /// <summary>Its last day.</summary>
    [FromQuery(Name = "to")] public string? To { get; set; }
    [FromQuery(Name = "compare")] public string? Compare { get; set; }
    [FromQuery(Name = "flow")] public string? Flow { get; set; }
    [FromQuery(Name = "currency")] public string? Currency { get; set; }
    [FromQuery(Name = "channel")] public string? Channel { get; set; }
    [FromQuery(Name = "submerchant")] public string? Submerchant { get; set; }
    [FromQuery(Name = "simulated")] public string? Simulated { get; set; }

    public bool Compares => Compare == "previous";
    public bool WithSimulated => Simulated == "yes";

    /// <summary>Whoever names a first day means it, whatever was chosen before.</summary>
    public string PeriodName => Day(From) is not null ? MetricPeriod.Own : Period is MetricPeriod.Week or MetricPeriod.Month ? Period : MetricPeriod.Day;

    public MetricScope Scope => new()
    {
        Flow = Flow switch { "payin" => Assess.Flow.PayIn, "payout" => Assess.Flow.PayOut, _ => null },
        Currency = Currency is not null && Currencies.TryFind(Currency.Trim().ToUpperInvariant(), out var code, out _) ? code : null,
        Channel = Text(Channel),
        Submerchant = Text(Submerchant),
        WithSimulated = WithSimulated,
    };

    public MetricPeriod Span(TimeZoneInfo zone, DateTimeOffset now) => MetricPeriod.Of(PeriodName, Day(From), Day(To), zone, now);

    /// <summary>Everything set, as it stands in the address.</summary>
    public IReadOnlyList<(string Name, string Value)> Pairs
    {
        get
        {
            var isOwn = PeriodName == MetricPeriod.Own;
            List<(string, string?)> all =
            [
                ("period", PeriodName == MetricPeriod.Day ? null : PeriodName), ("from", isOwn ? From : null), ("to", isOwn && Day(To) is not null ? To : null), ("compare", Compares ? Compare : null), ("flow", Scope.Flow is null ? null : Flow),
                ("currency", Scope.Currency), ("channel", Scope.Channel), ("submerchant", Scope.Submerchant), ("simulated", WithSimulated ? Simulated : null),
            ];
            return [.. all.Where(p => !string.IsNullOrWhiteSpace(p.Item2)).Select(p => (p.Item1, p.Item2!.Trim()))];
        }
    }

    /// <summary>The Panel's address with one thing set, or removed (null).</summary>
    public string With(string name, string? value, string address = Address) =>
        On(address, Pairs.Where(p => p.Name != name && !(name == "period" && p.Name is "from" or "to")).Append((name, value ?? "")).Where(p => p.Item2.Length > 0));

    public string On(string address, params (string, string)[] more) => On(address, Pairs.Concat(more));

    private static string On(string address, IEnumerable<(string Name, string Value)> pairs) => address + QueryString.Create(pairs.Select(p => KeyValuePair.Create(p.Name, (string?)p.Value))).ToUriComponent();

    private static DateOnly? Day(string? text) => DateOnly.TryParseExact(text?.Trim(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year is > 1970 and < 9000 ? day : null;

    private static string? Text(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}

/// <summary>The addresses of the lists behind the figures: each shows exactly the rows that were counted.</summary>
public sealed class RowLinks(Reader reader, MetricScope scope)
{
    /// <param name="rule">Which assessments.</param>
    /// <param name="span">When; null: ever.</param>
    /// <param name="isOngoing">The period goes on: so does the list.</param>
    /// <param name="more">What else narrows the list.</param>
    public string To(RowRule rule, MetricSpan? span, bool isOngoing = false, params (string Name, string Value)[] more)
    {
        ArgumentNullException.ThrowIfNull(rule);
        List<(string Name, string? Value)> pairs = span is { } s ? [("period", "own"), ("from", reader.Local(s.From)), ("to", isOngoing ? null : reader.Local(s.To))] : [("period", "all")];
        pairs.AddRange(rule.Decisions.Select(d => ("decision", (string?)DecisionTagHelper.Word(d))));
        pairs.AddRange(rule.Finals.Select(f => ("final", (string?)f.Word())));
        if (rule.Label is { } label) pairs.Add(("label", Storage.Labels.LabelWords.Word(label)));
        pairs.Add(("flow", scope.Flow switch { Flow.PayIn => "payin", Flow.PayOut => "payout", null => null }));
        pairs.Add(("currency", scope.Currency));
        pairs.Add(("channel", scope.Channel));
        pairs.Add(("submerchant", scope.Submerchant));
        pairs.Add(("scheme", scope.Scheme));
        pairs.Add(("kind", scope.WithSimulated ? null : "live"));
        foreach (var one in more)
        {
            pairs.RemoveAll(p => p.Name == one.Name);
            pairs.Add((one.Name, one.Value));
        }
        return MonitorQuery.Address(pairs.Where(p => !string.IsNullOrEmpty(p.Value)).Select(p => (p.Name, p.Value!)));
    }
}
