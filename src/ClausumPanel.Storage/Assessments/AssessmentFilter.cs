using System.Linq.Expressions;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Metrics;
using ClausumPanel.Storage.Reviews;

namespace ClausumPanel.Storage.Assessments;

/// <summary>What a list of assessments is narrowed to. Everything that is set must hold.</summary>
public sealed record AssessmentFilter
{
    /// <summary>From this instant on, Unix milliseconds.</summary>
    public long? From { get; init; }

    /// <summary>Before this instant, Unix milliseconds.</summary>
    public long? To { get; init; }
    public Flow? Flow { get; init; }
    public IReadOnlyList<Decision> Decisions { get; init; } = [];
    public int? MinScore { get; init; }
    public int? MaxScore { get; init; }
    public string? Currency { get; init; }

    /// <summary>Minor units of <see cref="Currency"/>, which then must be set.</summary>
    public long? MinAmount { get; init; }
    public long? MaxAmount { get; init; }

    /// <summary>A signal's stable number.</summary>
    public int? Signal { get; init; }

    /// <summary>Hit by one of these rules, each as <see cref="AssessmentRule.Of"/> names it; null: whatever rules.</summary>
    public IReadOnlyList<long>? Rules { get; init; }

    /// <summary>What it turned out to be.</summary>
    public LabelOutcome? Label { get; init; }

    /// <summary>What became of it in the end; none: whatever.</summary>
    public IReadOnlyList<FinalOutcome> Finals { get; init; } = [];

    /// <summary>Only what nobody has decided, of one part, at a moment (Unix milliseconds).</summary>
    public (OpenPart Part, long Now)? Open { get; init; }

    /// <summary>As the caller states it.</summary>
    public string? Channel { get; init; }

    /// <summary>As the caller states it.</summary>
    public string? Submerchant { get; init; }

    /// <summary>Of its card, as <see cref="FoundBy.Scheme"/> names it.</summary>
    public string? Scheme { get; init; }

    /// <summary>ISO 3166, upper case; empty: of those of which nobody knows.</summary>
    public string? Country { get; init; }

    /// <summary>The beginning of an e-mail address, of a card's last digits, an order, payment, customer, device, session or IP.</summary>
    public string? Search { get; init; }

    /// <summary>With <see cref="Search"/>: the phone numbers that it may be, each whole.</summary>
    public IReadOnlyList<string> Phones { get; init; } = [];

    /// <summary>With <see cref="Search"/>: only this sort of text, and whole.</summary>
    public TermKind? Exactly { get; init; }

    /// <summary>With <see cref="Exactly"/>: its beginning is enough.</summary>
    public bool Begins { get; init; }

    /// <summary>Null: both; live ones only when false.</summary>
    public bool? Simulated { get; init; }

    /// <summary>The part of the filter that a narrow row can answer.</summary>
    /// <param name="byAmount">What is found is sorted by its amount.</param>
    internal IEnumerable<Expression<Func<AssessmentRow, bool>>> Conditions(bool byAmount = false)
    {
        if (From is { } from) yield return r => r.At >= from;
        if (To is { } to) yield return r => r.At < to;
        if (Flow is { } flow) yield return r => r.Flow == flow;
        if (Decisions.Count > 0)
        {
            // No array: of that a span would be asked, which the tail's interpreted conditions cannot.
            var decisions = Decisions.ToList();
            if (decisions is [var only]) yield return r => r.Decision == only;
            else yield return r => decisions.Contains(r.Decision);
        }
        if (MinScore is { } minScore) yield return r => r.Score >= minScore;
        if (MaxScore is { } maxScore) yield return r => r.Score <= maxScore;
        if (Currency is { } currency)
        {
            // Mostly all there is has one currency. Its index stands by the amount: for anything else, going through it would mean reading everything.
            if (byAmount || MinAmount is not null || MaxAmount is not null) yield return r => r.Currency == currency;
            else yield return r => r.Currency.Substring(0) == currency;
        }
        if (MinAmount is { } minAmount) yield return r => r.Amount >= minAmount;
        if (MaxAmount is { } maxAmount) yield return r => r.Amount <= maxAmount;
        if (Country is { } country) yield return r => r.Country == country;
        if (Channel is { } channel) yield return r => r.Channel == channel;
        if (Submerchant is { } submerchant) yield return r => r.Submerchant == submerchant && r.Submerchant != "";          // as its index says
        if (Scheme is { } scheme) yield return r => r.Scheme == scheme;
        if (Simulated is { } simulated) yield return r => r.Simulated == simulated;
    }
}

/// <summary>How a list is sorted; equal ones by their place in the log, newest first.</summary>
public enum AssessmentOrder
{
    Newest, Oldest, HighestScore, LowestScore, LargestAmount, SmallestAmount,
}

/// <summary>Where the next page begins: after the row with this value and place.</summary>
public readonly record struct AssessmentCursor(long Value, long Seq)
{
    public override string ToString() => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{Value}.{Seq}");

    public static bool TryParse(string? text, out AssessmentCursor cursor)
    {
        cursor = default;
        var dot = text?.IndexOf('.', StringComparison.Ordinal) ?? -1;
        if (dot <= 0) return false;
        var style = System.Globalization.NumberStyles.AllowLeadingSign;
        var culture = System.Globalization.CultureInfo.InvariantCulture;
        if (!long.TryParse(text.AsSpan(0, dot), style, culture, out var value) || !long.TryParse(text.AsSpan(dot + 1), style, culture, out var seq)) return false;
        cursor = new AssessmentCursor(value, seq);
        return true;
    }
}

/// <summary>One line of a list.</summary>
public sealed record AssessmentLine(
    long Seq, Guid Id, DateTimeOffset At, Flow Flow, Decision Decision, int Score, Money Money, string? Email, string? CustomerId, string? CardLast4, string? CardBrand, string? Ip, string Country,
    string? Beneficiary, string? OrderId, string SessionId, IReadOnlyList<SignalHit> Signals, string? BlockedBy, bool Simulated)
{
    /// <summary>What it turned out to be; null when nobody has said.</summary>
    public LabelOutcome? Label { get; init; }

    /// <summary>Who says so; null when nobody has.</summary>
    public LabelSource? LabelledBy { get; init; }

    /// <summary>Sources disagree about that.</summary>
    public bool IsConflicted { get; init; }

    /// <summary>What a person or time decided, where somebody looked it up; null: nobody did.</summary>
    public ReviewOutcome? Outcome { get; init; }

    /// <summary>Who decided it, where somebody looked it up; null: no person did.</summary>
    public string? DecidedBy { get; init; }

    /// <summary>What that decision says it was, where somebody looked it up: before its label is written, too.</summary>
    public LabelOutcome? Says { get; init; }

    /// <summary>That decision can still be taken back, where somebody looked it up.</summary>
    public bool IsUndoable { get; init; }

    /// <summary>It waits for a person's decision, where somebody looked it up.</summary>
    public bool Waits { get; init; }

    /// <summary>It waits among the escalated ones, where somebody looked it up.</summary>
    public bool IsEscalated { get; init; }

    /// <summary>The code of the reason for that decision, where somebody looked it up.</summary>
    public string? Reason { get; init; }

    /// <summary>What was noted with it, where somebody looked it up.</summary>
    public string? Note { get; init; }

    /// <summary>Why it is fraud, by whoever outside says so: a code of a card scheme or of a fraud report, where somebody looked it up.</summary>
    public string? LabelReason { get; init; }

    /// <summary>What somebody asked when they escalated it, while it waits for those who decide the hard ones, where somebody looked it up.</summary>
    public string? Asked { get; init; }

    /// <summary>What the shop says was bought, or a payout is for, where somebody looked it up; null: it said nothing.</summary>
    public string? Bought { get; init; }

    /// <summary>The card as assessments are found by it; null when it names none.</summary>
    public string? Card { get; init; }
    public string? PaymentId { get; init; }
    public string? SubmerchantId { get; init; }

    /// <summary>Who pays; of a payout who is paid. Null when it names nobody.</summary>
    public string? Person => Flow == Flow.PayOut ? Beneficiary ?? Email ?? CustomerId : Email ?? CustomerId;
}

/// <param name="Lines">In the order asked for.</param>
/// <param name="Next">Where the next page begins; null on the last.</param>
public sealed record AssessmentPage(IReadOnlyList<AssessmentLine> Lines, AssessmentCursor? Next);
