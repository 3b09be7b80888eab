using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Metrics;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Enrichment;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using ClausumPanel.Web.TagHelpers;
using Microsoft.AspNetCore.Mvc;

namespace ClausumPanel.Web.Pages.Transactions;

/// <summary>What the Monitor's address says. Whatever cannot be read is passed over, so an old bookmark still opens.</summary>
public sealed class MonitorQuery
{
    [FromQuery(Name = "period")] public string? Period { get; set; }
    [FromQuery(Name = "from")] public string? From { get; set; }
    [FromQuery(Name = "to")] public string? To { get; set; }
    [FromQuery(Name = "decision")] public string[] Decision { get; set; } = [];
    [FromQuery(Name = "flow")] public string? Flow { get; set; }
    [FromQuery(Name = "score_min")] public string? ScoreMin { get; set; }
    [FromQuery(Name = "score_max")] public string? ScoreMax { get; set; }
    [FromQuery(Name = "currency")] public string? Currency { get; set; }
    [FromQuery(Name = "amount_min")] public string? AmountMin { get; set; }
    [FromQuery(Name = "amount_max")] public string? AmountMax { get; set; }
    [FromQuery(Name = "signal")] public string? Signal { get; set; }
    [FromQuery(Name = "rule")] public string? Rule { get; set; }
    [FromQuery(Name = "label")] public string? Label { get; set; }
    [FromQuery(Name = "final")] public string[] Final { get; set; } = [];
    [FromQuery(Name = "review")] public string? Review { get; set; }
    [FromQuery(Name = "channel")] public string? Channel { get; set; }
    [FromQuery(Name = "submerchant")] public string? Submerchant { get; set; }
    [FromQuery(Name = "scheme")] public string? Scheme { get; set; }
    [FromQuery(Name = "country")] public string? Country { get; set; }
    [FromQuery(Name = "kind")] public string? Kind { get; set; }
    [FromQuery(Name = "q")] public string? Search { get; set; }

    /// <summary>With a search: it is the whole text of this sort, and nothing else.</summary>
    [FromQuery(Name = "by")] public string? By { get; set; }
    [FromQuery(Name = "sort")] public string? Sort { get; set; }

    public string PeriodName => Period is "24h" or "7d" or "30d" or "all" or "own" ? Period : From is not null || To is not null ? "own" : "7d";

    public AssessmentOrder Order => Sort switch
    {
        "oldest" => AssessmentOrder.Oldest,
        "score" => AssessmentOrder.HighestScore,
        "-score" => AssessmentOrder.LowestScore,
        "amount" => AssessmentOrder.LargestAmount,
        "-amount" => AssessmentOrder.SmallestAmount,
        _ => AssessmentOrder.Newest,
    };

    public IReadOnlyList<Decision> Decisions => [.. Enum.GetValues<Decision>().Where(d => Decision.Contains(DecisionTagHelper.Word(d)))];

    public IReadOnlyList<FinalOutcome> Finals => [.. FinalOutcomes.All.Where(f => Final.Contains(f.Word()))];

    /// <summary>What the address says for a country that nobody knows.</summary>
    public const string NoCountry = "--";

    /// <summary>The schemes a card may be asked for by.</summary>
    public static readonly IReadOnlyList<string> Schemes = ["visa", "mastercard", "amex", "discover"];

    /// <summary>A proper name, in every language the same.</summary>
    public static string SchemeName(string scheme) => scheme switch
    {
        "visa" => "Visa",
        "mastercard" => "Mastercard",
        "amex" => "American Express",
        _ => "Discover",
    };

    /// <summary>The currency that amounts are in: the one chosen.</summary>
    public string? CurrencyCode => Currency is not null && Currencies.TryFind(Currency.Trim().ToUpperInvariant(), out var code, out _) ? code : null;

    public SignalDefinition? SignalDefinition => Signal is not null && SignalCatalog.ByCode.TryGetValue(Signal, out var found) ? found : null;

    public TermKind? Exactly => string.IsNullOrWhiteSpace(Search) ? null : EntityWords.Kind(By) ?? (By == TermKind.CardBin.Word() ? TermKind.CardBin : null);

    /// <summary>What of those that nobody has decided.</summary>
    public OpenPart? OpenPart => Review switch { "waiting" => Storage.Reviews.OpenPart.Waiting, "put_away" => Storage.Reviews.OpenPart.PutAway, "not_shown" => Storage.Reviews.OpenPart.NotShown, _ => null };

    public AssessmentFilter Filter(Reader reader, DateTimeOffset now)
    {
        var (from, to) = PeriodName switch
        {
            "24h" => (now.AddHours(-24), (DateTimeOffset?)null),
            "7d" => (reader.StartOfDay(DateOnly.FromDateTime(reader.Zoned(now).DateTime).AddDays(-6)), null),
            "30d" => (reader.StartOfDay(DateOnly.FromDateTime(reader.Zoned(now).DateTime).AddDays(-29)), null),
            "own" => (reader.Instant(From), reader.Instant(To)),
            _ => ((DateTimeOffset?)null, null),
        };
        return new AssessmentFilter
        {
            From = from?.ToUnixTimeMilliseconds(),
            To = to?.ToUnixTimeMilliseconds(),
            Decisions = Decisions,
            Flow = Flow switch { "payin" => Assess.Flow.PayIn, "payout" => Assess.Flow.PayOut, _ => null },
            MinScore = Score(ScoreMin),
            MaxScore = Score(ScoreMax),
            Currency = CurrencyCode,
            MinAmount = CurrencyCode is { } c ? Minor(AmountMin, c) : null,
            MaxAmount = CurrencyCode is { } d ? Minor(AmountMax, d) : null,
            Signal = SignalDefinition?.Id,
            Label = LabelWords.Outcome(Label),
            Finals = Finals,
            Open = OpenPart is { } part ? (part, now.ToUnixTimeMilliseconds()) : null,
            Channel = string.IsNullOrWhiteSpace(Channel) ? null : Channel.Trim(),
            Submerchant = string.IsNullOrWhiteSpace(Submerchant) ? null : Submerchant.Trim(),
            Scheme = Schemes.Contains(Scheme) ? Scheme : null,
            Country = Country?.Trim() is { Length: 2 } country ? country == NoCountry ? "" : country.ToUpperInvariant() : null,
            Simulated = Kind switch { "live" => false, "simulated" => true, _ => null },
            Search = string.IsNullOrWhiteSpace(Search) ? null : BankAccounts.Typed(Search.Trim()),
            Phones = Search is null || Exactly is not null ? [] : PhoneNumbers.MayMean(Search),
            Exactly = Exactly,
        };
    }

    /// <summary>The filter with the rule's places in all versions of the policy looked up.</summary>
    public async Task<AssessmentFilter> FilterAsync(Reader reader, DateTimeOffset now, Flows.QualityReport rules, CancellationToken stop) =>
        string.IsNullOrWhiteSpace(Rule) ? Filter(reader, now) : Filter(reader, now) with { Rules = await rules.PlacesAsync(Rule.Trim(), stop) };

    /// <summary>Everything set, as it stands in the address.</summary>
    public IReadOnlyList<(string Name, string Value)> Pairs
    {
        get
        {
            List<(string, string?)> all =
            [
                ("period", Period), ("from", PeriodName == "own" ? From : null), ("to", PeriodName == "own" ? To : null), .. Decisions.Select(d => ("decision", (string?)DecisionTagHelper.Word(d))), ("flow", Flow),
                ("score_min", ScoreMin), ("score_max", ScoreMax), ("currency", Currency), ("amount_min", AmountMin), ("amount_max", AmountMax), ("signal", Signal), ("rule", Rule), ("label", Label), .. Finals.Select(f => ("final", (string?)f.Word())), ("review", OpenPart is null ? null : Review), ("channel", Channel), ("submerchant", Submerchant), ("scheme", Schemes.Contains(Scheme) ? Scheme : null), ("country", Country), ("kind", Kind),
                ("by", Exactly is { } kind ? kind.Word() : null), ("q", Search), ("sort", Sort),
            ];
            return [.. all.Where(p => !string.IsNullOrWhiteSpace(p.Item2)).Select(p => (p.Item1, p.Item2!.Trim()))];
        }
    }

    /// <summary>The Monitor's address with one thing set, removed (null), or one of several values taken out.</summary>
    public string With(string name, string? value) => Address(Pairs.Where(p => p.Name != name && !(name == "period" && p.Name is "from" or "to")).Append((name, value ?? "")).Where(p => p.Item2.Length > 0));

    public string Without(string name, string value) => Address(Pairs.Where(p => (p.Name, p.Value) != (name, value)));

    public static string Address(IEnumerable<(string Name, string Value)> pairs)
    {
        var query = QueryString.Create(pairs.Select(p => KeyValuePair.Create(p.Name, (string?)p.Value)));
        return "/dashboard/transactions" + query.ToUriComponent();
    }

    /// <summary>As the browser's field for a moment wants it: without how far from UTC it was.</summary>
    public static string? Field(string? moment) => moment is { Length: > 16 } ? moment[..16] : moment;

    private static int? Score(string? text) => int.TryParse(text, NumberStyles.Integer, CultureInfo.InvariantCulture, out var score) ? Math.Clamp(score, 0, 100) : null;

    private static long? Minor(string? text, string currency) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var major) && major is >= 0 and < 1_000_000_000_000m ? (long)decimal.Round(major * Currencies.Scale(currency)) : null;
}
