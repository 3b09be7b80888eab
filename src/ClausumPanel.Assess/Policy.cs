namespace ClausumPanel.Assess;

/// <summary>Where the score changes the decision: at or above each bound the decision is at least that.</summary>
/// <param name="Review">1…100.</param>
/// <param name="Challenge">At least <paramref name="Review"/>.</param>
/// <param name="Decline">At least <paramref name="Challenge"/>; 101 means never by score.</param>
public readonly record struct Bands(int Review, int Challenge, int Decline)
{
    /// <summary>The decision that a score alone gives.</summary>
    public Decision For(int score) => score >= Decline ? Decision.Decline : score >= Challenge ? Decision.Challenge : score >= Review ? Decision.Review : Decision.Approve;
}

/// <summary>The amounts one flow takes in one currency.</summary>
/// <param name="Flow">The flow it holds for.</param>
/// <param name="Currency">ISO 4217.</param>
/// <param name="Minimum">Minor units; below it <c>amount_below_min</c> fires. Null: no minimum.</param>
/// <param name="Maximum">Minor units; above it the payment is blocked outright. Null: no maximum.</param>
public sealed record AmountLimit(Flow Flow, string Currency, long? Minimum, long? Maximum);

/// <summary>How a policy uses one signal.</summary>
/// <param name="Code">The signal's code.</param>
/// <param name="Weight">-100…100 points.</param>
/// <param name="Enabled">False: never evaluated.</param>
/// <param name="Parameters">Its parameters by name; a name that is missing takes the signal's default.</param>
/// <param name="Texts">Its word lists by name (for example the countries of <c>payout_high_risk_country</c>); a missing one takes the default.</param>
public sealed record SignalSetting(string Code, int Weight, bool Enabled, IReadOnlyDictionary<string, double> Parameters, IReadOnlyDictionary<string, IReadOnlyList<string>> Texts);

/// <summary>One immutable version of what people may change about the judgement.</summary>
/// <param name="Version">1, 2, 3…; every assessment names the version that judged it.</param>
/// <param name="Bands">The score's bounds.</param>
/// <param name="Limits">The amount limits.</param>
/// <param name="Signals">The signals' settings; a signal that is not named takes its defaults.</param>
public sealed record Policy(int Version, Bands Bands, IReadOnlyList<AmountLimit> Limits, IReadOnlyList<SignalSetting> Signals);
