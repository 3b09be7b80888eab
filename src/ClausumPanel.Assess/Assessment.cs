using ClausumPanel.Assess.Rules;

namespace ClausumPanel.Assess;

/// <summary>One signal that fired, with the numbers its sentence names.</summary>
/// <param name="Signal">Index in the signal catalogue.</param>
/// <param name="Weight">Points it adds to the score, as the policy says; negative when it speaks for the payer.</param>
/// <param name="A">First number of the sentence, or NaN.</param>
/// <param name="B">Second number of the sentence, or NaN.</param>
/// <param name="Text">The text the sentence quotes, or null.</param>
public readonly record struct SignalHit(ushort Signal, short Weight, double A, double B, string? Text);

/// <summary>One rule whose condition was true.</summary>
/// <param name="Rule">Its place in the policy's list.</param>
/// <param name="Points">Points it adds to the score; 100 for a block that counts.</param>
/// <param name="Observed">True: it only observes, and the points are what it would have added.</param>
/// <param name="Without">What the decision would be without this rule, where that is another one; said only after <see cref="Assessor.MarkDecisive(Facts, long, Assessment, Assessment)"/>.</param>
public readonly record struct RuleHit(ushort Rule, short Points, bool Observed, Decision? Without = null);

/// <summary>The answer to one set of facts. Made once and refilled by the assessor; not thread-safe.</summary>
public sealed class Assessment
{
    /// <summary>More signals than this cannot fire at once.</summary>
    public const int MostSignals = 128;

    /// <summary>More rules than this cannot fire at once.</summary>
    public const int MostRules = RuleLimits.Rules;

    private readonly SignalHit[] _signals = new SignalHit[MostSignals];
    private readonly RuleHit[] _rules = new RuleHit[MostRules];

    /// <summary>What to do.</summary>
    public Decision Decision { get; internal set; }

    /// <summary>0 (safe) to 100: the sum of the weights of the signals and the points of the rules that fired, capped; 100 on a hard block.</summary>
    public int Score { get; internal set; }

    /// <summary>What blocked it outright (<c>blocklist:email</c>, <c>amount_above_max</c>, <c>rule:night-payouts</c>), or null: a decline by score leaves it null.</summary>
    public string? BlockedBy { get; internal set; }

    /// <summary>Nothing but its score declines it, and it is within the bounds of the control sample: chance says whether it is let through.</summary>
    public bool IsWithinSample { get; internal set; }

    /// <summary>Its score declines it, and the control sample lets it through.</summary>
    public bool IsControl { get; internal set; }

    /// <summary>How many signals fired.</summary>
    public int SignalCount { get; private set; }

    /// <summary>The signals that fired, in the catalogue's order.</summary>
    public ReadOnlySpan<SignalHit> Signals => _signals.AsSpan(0, SignalCount);

    /// <summary>How many rules fired, those that only observe included.</summary>
    public int RuleCount { get; private set; }

    /// <summary>The rules that fired, in the policy's order.</summary>
    public ReadOnlySpan<RuleHit> Rules => _rules.AsSpan(0, RuleCount);

    /// <summary>Takes over an answer that was stored.</summary>
    public void Restore(Decision decision, int score, string? blockedBy, ReadOnlySpan<SignalHit> signals, ReadOnlySpan<RuleHit> rules = default)
    {
        Decision = decision;
        Score = score;
        BlockedBy = blockedBy;
        IsWithinSample = IsControl = false;
        signals.CopyTo(_signals);
        SignalCount = signals.Length;
        rules.CopyTo(_rules);
        RuleCount = rules.Length;
    }

    internal void Clear()
    {
        Decision = Decision.Approve;
        Score = 0;
        BlockedBy = null;
        IsWithinSample = IsControl = false;
        Array.Clear(_signals, 0, SignalCount);
        SignalCount = 0;
        RuleCount = 0;
    }

    internal void Add(in SignalHit hit) => _signals[SignalCount++] = hit;

    internal void Add(in RuleHit hit) => _rules[RuleCount++] = hit;

    internal void SetPoints(int hit, int points) => _rules[hit] = _rules[hit] with { Points = (short)points };

    internal void SetWithout(int hit, Decision decision) => _rules[hit] = _rules[hit] with { Without = decision };

    /// <summary>Forgets the hits of the rules that are marked, unless they only observe.</summary>
    internal void DropRules(bool[] marked)
    {
        var kept = 0;
        for (var i = 0; i < RuleCount; i++)
            if (_rules[i].Observed || !marked[_rules[i].Rule]) _rules[kept++] = _rules[i];
        RuleCount = kept;
    }
}
