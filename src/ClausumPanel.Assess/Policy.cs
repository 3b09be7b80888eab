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
/// <param name="Small">Minor units; at or below it an amount is what a tester of stolen cards would try. Null: no amount is small.</param>
/// <param name="Large">Minor units; at or above it an amount is large, which several signals ask. Null: no amount is large.</param>
public sealed record AmountLimit(Flow Flow, string Currency, long? Minimum, long? Maximum, long? Small = null, long? Large = null);

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
public sealed record Policy(int Version, Bands Bands, IReadOnlyList<AmountLimit> Limits, IReadOnlyList<SignalSetting> Signals)
{
    /// <summary>The policy the product ships with.</summary>
    public static Policy Default { get; } = new(1, new Bands(30, 50, 80),
    [
        new(Flow.PayIn, "MXN", 100, 20_000_000, 2_000, 1_000_000),
        new(Flow.PayIn, "USD", 50, 1_000_000, 100, 50_000),
        new(Flow.PayIn, "CLP", 50, 10_000_000, 1_000, 500_000),
        new(Flow.PayIn, "BRL", 100, 5_000_000, 500, 250_000),
        new(Flow.PayIn, "COP", 100_000, 4_000_000_000, 500_000, 200_000_000),
        new(Flow.PayIn, "PEN", 100, 4_000_000, 500, 200_000),
        new(Flow.PayIn, "ARS", 10_000, 1_200_000_000, 200_000, 60_000_000),
        new(Flow.PayIn, "UYU", 1_000, 40_000_000, 5_000, 2_000_000),
        new(Flow.PayIn, "EUR", 50, 1_000_000, 100, 50_000),
        new(Flow.PayOut, "MXN", null, 100_000_000, null, 2_000_000),
        new(Flow.PayOut, "USD", null, 5_000_000, null, 100_000),
        new(Flow.PayOut, "CLP", null, 50_000_000, null, 1_000_000),
        new(Flow.PayOut, "BRL", null, 25_000_000, null, 500_000),
        new(Flow.PayOut, "COP", null, 20_000_000_000, null, 400_000_000),
        new(Flow.PayOut, "PEN", null, 20_000_000, null, 400_000),
        new(Flow.PayOut, "ARS", null, 6_000_000_000, null, 120_000_000),
        new(Flow.PayOut, "UYU", null, 200_000_000, null, 4_000_000),
        new(Flow.PayOut, "EUR", null, 5_000_000, null, 100_000),
    ], []);
}
