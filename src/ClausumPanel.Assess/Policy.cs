using ClausumPanel.Assess.Rules;

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

/// <summary>One immutable version of what people may change about the judgement. <see cref="PolicyJson"/> reads and writes it.</summary>
/// <param name="Version">1, 2, 3…; every assessment names the version that judged it.</param>
/// <param name="Bands">The score's bounds.</param>
/// <param name="Limits">The amount limits.</param>
/// <param name="Signals">The signals' settings; a signal that is not named takes its defaults, or is off (<paramref name="OnlyNamed"/>).</param>
/// <param name="OnlyNamed">
/// True: a signal that is not named is off. A policy that names all of them then decides the same under a later version of the program, which may know more signals.
/// </param>
public sealed record Policy(int Version, Bands Bands, IReadOnlyList<AmountLimit> Limits, IReadOnlyList<SignalSetting> Signals, bool OnlyNamed = false)
{
    /// <summary>The rules, in the order in which they are asked.</summary>
    public IReadOnlyList<PolicyRule> Rules { get; init; } = [];

    /// <summary>What a report of fraud does to the lists; judges nothing by itself.</summary>
    public IReadOnlyList<ReportEffect> ReportEffects { get; init; } = Assess.ReportEffects.Documented;

    /// <summary>What is let through by chance of what the score declines; nothing unless somebody says so.</summary>
    public ControlSample ControlSample { get; init; } = ControlSample.None;

    /// <summary>The policy the product ships with: <c>DefaultPolicy.json</c>. It names every signal.</summary>
    public static Policy Default { get; } = PolicyJson.Shipped();

    /// <summary>What this policy says about a signal, its defaults filled in.</summary>
    public SignalSetting Of(SignalDefinition definition)
    {
        ArgumentNullException.ThrowIfNull(definition);
        var named = Signals.FirstOrDefault(s => s.Code == definition.Code);
        return new SignalSetting(
            definition.Code,
            named?.Weight ?? definition.Weight,
            definition.IsFixed || (named?.Enabled ?? (definition.IsEnabled && !OnlyNamed)),
            definition.Parameters.ToDictionary(p => p.Name, p => named is not null && named.Parameters.TryGetValue(p.Name, out var value) ? value : p.Default, StringComparer.Ordinal),
            definition.Words.ToDictionary(w => w.Name, w => named?.Texts.GetValueOrDefault(w.Name) ?? w.Default, StringComparer.Ordinal));
    }

    /// <summary>The same policy with every signal named and every default filled in, so that nothing about it can change from outside. It decides alike.</summary>
    public Policy Complete() => this with { Signals = [.. SignalCatalog.All.Where(d => !d.IsFixed).Select(Of)], OnlyNamed = true };
}
