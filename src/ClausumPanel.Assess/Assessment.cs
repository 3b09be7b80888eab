namespace ClausumPanel.Assess;

/// <summary>One signal that fired, with the numbers its sentence names.</summary>
/// <param name="Signal">Index in the signal catalogue.</param>
/// <param name="Weight">Points it adds to the score, as the policy says; negative when it speaks for the payer.</param>
/// <param name="A">First number of the sentence, or NaN.</param>
/// <param name="B">Second number of the sentence, or NaN.</param>
/// <param name="Text">The text the sentence quotes, or null.</param>
public readonly record struct SignalHit(ushort Signal, short Weight, double A, double B, string? Text);

/// <summary>The answer to one set of facts. Made once and refilled by the assessor; not thread-safe.</summary>
public sealed class Assessment
{
    /// <summary>More signals than this cannot fire at once.</summary>
    public const int MostSignals = 128;

    private readonly SignalHit[] _signals = new SignalHit[MostSignals];

    /// <summary>What to do.</summary>
    public Decision Decision { get; internal set; }

    /// <summary>0 (safe) to 100: the sum of the weights of the signals that fired, capped; 100 on a hard block.</summary>
    public int Score { get; internal set; }

    /// <summary>What blocked it outright (<c>blocklist:email</c>, <c>amount_above_max</c>), or null: a decline by score leaves it null.</summary>
    public string? BlockedBy { get; internal set; }

    /// <summary>How many signals fired.</summary>
    public int SignalCount { get; private set; }

    /// <summary>The signals that fired, in the catalogue's order.</summary>
    public ReadOnlySpan<SignalHit> Signals => _signals.AsSpan(0, SignalCount);

    /// <summary>Takes over an answer that was stored.</summary>
    public void Restore(Decision decision, int score, string? blockedBy, ReadOnlySpan<SignalHit> signals)
    {
        Decision = decision;
        Score = score;
        BlockedBy = blockedBy;
        signals.CopyTo(_signals);
        SignalCount = signals.Length;
    }

    internal void Clear()
    {
        Decision = Decision.Approve;
        Score = 0;
        BlockedBy = null;
        Array.Clear(_signals, 0, SignalCount);
        SignalCount = 0;
    }

    internal void Add(in SignalHit hit) => _signals[SignalCount++] = hit;
}
