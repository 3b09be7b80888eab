using ClausumPanel.Assess;
using ClausumPanel.Storage.Reviews;

namespace ClausumPanel.Storage.Metrics;

/// <summary>What became of a payment in the end: what the engine decided, or a person where it left that open. Numbered as the rows keep them, and as <see cref="ReviewOutcome"/> is.</summary>
public enum FinalOutcome
{
    Approve = 0, Challenge = 1, Decline = 2,

    /// <summary>Held for review or challenge, and nobody's decision has taken effect yet.</summary>
    Open = 3,
}

/// <summary>The outcomes and their words.</summary>
public static class FinalOutcomes
{
    public static readonly IReadOnlyList<FinalOutcome> All = [FinalOutcome.Approve, FinalOutcome.Open, FinalOutcome.Challenge, FinalOutcome.Decline];

    /// <param name="decision">The engine's.</param>
    /// <param name="closed">Of a review whose decision has taken effect; null: there is none.</param>
    public static FinalOutcome Of(Decision decision, ReviewOutcome? closed) => closed is { } outcome ? (FinalOutcome)outcome : decision switch
    {
        Decision.Approve => FinalOutcome.Approve,
        Decision.Decline => FinalOutcome.Decline,
        Decision.Review or Decision.Challenge => FinalOutcome.Open,
    };

    public static string Word(this FinalOutcome outcome) => outcome switch
    {
        FinalOutcome.Approve => "approve",
        FinalOutcome.Challenge => "challenge",
        FinalOutcome.Decline => "decline",
        FinalOutcome.Open => "open",
    };

    public static FinalOutcome? Find(string? word)
    {
        foreach (var outcome in All)
            if (outcome.Word() == word) return outcome;
        return null;
    }
}
