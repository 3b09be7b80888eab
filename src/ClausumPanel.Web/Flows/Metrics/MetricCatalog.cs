using ClausumPanel.Assess;
using ClausumPanel.Assess.Previews;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Metrics;

namespace ClausumPanel.Web.Flows.Metrics;

public enum MetricKind
{
    /// <summary>How many.</summary>
    Count,

    /// <summary>Some of a whole, in percent, with its interval.</summary>
    Share,

    /// <summary>Some of a whole, in ten-thousandths, with its interval.</summary>
    BasisPoints,

    /// <summary>So many of these for each of those.</summary>
    Ratio,

    /// <summary>An amount for each currency.</summary>
    Money,

    /// <summary>An amount among another, in ten-thousandths, for each currency.</summary>
    MoneyBasisPoints,
}

/// <summary>A figure, defined once: whoever shows, exports or answers it counts it here. Names and sentences are English keys of the texts.</summary>
/// <param name="Id">Its word outside.</param>
/// <param name="Kind">How it is written.</param>
/// <param name="Name">What it is called.</param>
/// <param name="Definition">What it counts, in a sentence or two.</param>
/// <param name="Formula">How it is computed.</param>
/// <param name="Part">The assessments above the line.</param>
/// <param name="Whole">The assessments below the line; null: it has none.</param>
public sealed record Metric(string Id, MetricKind Kind, string Name, string Definition, string Formula, RowRule Part, RowRule? Whole = null)
{
    /// <summary>It says nothing while too few frauds are labelled.</summary>
    public bool NeedsFrauds { get; init; }

    public bool IsMoney => Kind is MetricKind.Money or MetricKind.MoneyBasisPoints;

    public MetricValue Of(TallySheet sheet)
    {
        ArgumentNullException.ThrowIfNull(sheet);
        MetricMoney[] monies = !IsMoney ? [] :
        [
            .. sheet.Currencies.Select(c => new MetricMoney(c, sheet.Amount(Part, c), Whole is null ? 0 : sheet.Amount(Whole, c), sheet.CountLive(Part, c), Whole is null ? 0 : sheet.CountLive(Whole, c)))
                .Where(m => m.PartCount + m.WholeCount > 0),
        ];
        return new MetricValue(this, sheet.Count(Part), Whole is null ? 0 : sheet.Count(Whole), sheet.Count(MetricCatalog.Frauds), monies);
    }
}

/// <param name="Part">Minor units.</param>
/// <param name="Whole">Minor units.</param>
public readonly record struct MetricMoney(string Currency, long Part, long Whole, long PartCount, long WholeCount);

/// <summary>A figure as it came out.</summary>
/// <param name="Part">The count above the line.</param>
/// <param name="Whole">The count below the line.</param>
/// <param name="Frauds">Labelled frauds of the same time.</param>
/// <param name="Monies">One for each currency, the busiest first: they are never added.</param>
public sealed record MetricValue(Metric Metric, long Part, long Whole, long Frauds, IReadOnlyList<MetricMoney> Monies)
{
    public Share Share => new(Part, Whole);

    public bool HasTooFew => Metric.NeedsFrauds && Frauds < LabelQueries.Enough;

    /// <summary>There is something to divide by, and enough of it to say so.</summary>
    public bool IsKnown => !HasTooFew && (Metric.Whole is null || Metric.IsMoney || Whole > 0);

    /// <summary>So many for each: 1.4 of 1.4 : 1.</summary>
    public double Ratio => Whole == 0 ? double.NaN : (double)Part / Whole;

    /// <summary>The 95 % interval of <see cref="Ratio"/>, from the interval of the part among both.</summary>
    public (double Low, double High) RatioInterval
    {
        get
        {
            var share = new Share(Part, Part + Whole);
            return (share.Low / (1 - share.Low), share.High >= 1 ? double.PositiveInfinity : share.High / (1 - share.High));
        }
    }
}

/// <summary>Every figure of the Panel. Other pages take theirs from here, or add to it.</summary>
public static class MetricCatalog
{
    private static readonly RowRule Approved = new() { Finals = [FinalOutcome.Approve] }, Declined = new() { Finals = [FinalOutcome.Decline] };

    public static readonly RowRule Frauds = new() { Label = LabelOutcome.Fraud };

    public static readonly Metric Assessed = new("assessed", MetricKind.Count, "Assessed", "Every payment and payout that was assessed in the period.", "N = all assessments", RowRule.Everything);

    public static readonly Metric ApprovalEngine = new("approval_engine", MetricKind.Share, "Approval by the engine", "What the engine approved at once, among everything assessed.", "approved ÷ N",
        new() { Decisions = [Decision.Approve] }, RowRule.Everything);

    public static readonly Metric ApprovalFinal = new("approval_final", MetricKind.Share, "Approval after reviews", "What the engine approved, and what it held and a person then approved, among everything assessed. What still waits counts as not approved.",
        "(approved + held and then approved) ÷ N", Approved, RowRule.Everything);

    public static readonly Metric Review = new("review", MetricKind.Share, "Sent to review", "What the engine held for a person to look at, whatever became of it.", "review ÷ N", new() { Decisions = [Decision.Review] }, RowRule.Everything);

    public static readonly Metric Challenge = new("challenge", MetricKind.Share, "Challenged", "Where the engine asked for a further proof, whatever became of it.", "challenge ÷ N", new() { Decisions = [Decision.Challenge] }, RowRule.Everything);

    public static readonly Metric Decline = new("decline", MetricKind.Share, "Declined by the engine", "What the engine declined: blocked outright, or by score or rule.", "declined ÷ N", new() { Decisions = [Decision.Decline] }, RowRule.Everything);

    public static readonly Metric MoneyProtected = new("money_protected", MetricKind.Money, "Money protected",
        "What was declined, by the engine or by a person. Much of it may have been honest: beside it stands how much of it is labelled as fraud. Simulations move no money.",
        "Σ amount of what was declined; beside it Σ amount of what was declined and is labelled as fraud", Declined, Declined with { Label = LabelOutcome.Fraud });

    public static readonly Metric FraudByCount = new("fraud_count", MetricKind.BasisPoints, "Fraud by count", "Of the payments of the month that were approved in the end, those that turned out to be fraud, of ten thousand.",
        "approved and labelled as fraud ÷ approved × 10,000", Approved with { Label = LabelOutcome.Fraud }, Approved) { NeedsFrauds = true };

    public static readonly Metric FraudByValue = new("fraud_value", MetricKind.MoneyBasisPoints, "Fraud by value", "The same by amount, for each currency by itself.",
        "Σ amount approved and labelled as fraud ÷ Σ amount approved × 10,000", Approved with { Label = LabelOutcome.Fraud }, Approved) { NeedsFrauds = true };

    public static readonly Metric FalsePositiveRatio = new("false_positive_ratio", MetricKind.Ratio, "False-positive ratio", "For each fraud that was declined, so many honest payments were declined too. Only what is labelled counts.",
        "declined and labelled as good ÷ declined and labelled as fraud", Declined with { Label = LabelOutcome.Good }, Declined with { Label = LabelOutcome.Fraud }) { NeedsFrauds = true };

    public static readonly Metric FalsePositiveRate = new("false_positive_rate", MetricKind.Share, "False-positive rate", "Of the honest payments, those that were declined. Only what is labelled counts.",
        "declined and labelled as good ÷ labelled as good", Declined with { Label = LabelOutcome.Good }, new() { Label = LabelOutcome.Good }) { NeedsFrauds = true };

    public static readonly Metric Waiting = new("waiting", MetricKind.Count, "Waiting for a person", "Live payments of any age that the queues of Reviews show, whoever has them, and since when the oldest of them waits. What is on hold, or not shown yet, stands beside it.",
        "shown in a queue and not decided; now − time of the oldest", new() { Finals = [FinalOutcome.Open] });

    /// <summary>Of the chosen period.</summary>
    public static readonly IReadOnlyList<Metric> OfPeriod = [Assessed, ApprovalFinal, ApprovalEngine, Review, Challenge, Decline];

    /// <summary>Of the last ripe month.</summary>
    public static readonly IReadOnlyList<Metric> OfRipeMonth = [FraudByCount, FraudByValue, FalsePositiveRatio, FalsePositiveRate];

    public static readonly IReadOnlyList<Metric> All = [.. OfPeriod, MoneyProtected, .. OfRipeMonth, Waiting];
}
