using ClausumPanel.Assess;
using ClausumPanel.Assess.Previews;
using ClausumPanel.Storage.Simulations;
using ClausumPanel.Web.Flows;

namespace ClausumPanel.Web.Localization;

/// <summary>The words of the simulation.</summary>
public static class SimulationWords
{
    public static string Name(this Texts T, RunState state) => state switch
    {
        RunState.Waiting => T["Waits its turn"],
        RunState.Running => T["Running"],
        RunState.Done => T["Finished"],
        RunState.Cancelled => T["Cancelled"],
        RunState.Interrupted => T["Interrupted"],
        RunState.Failed => T["Failed"],
    };

    public static string Name(this Texts T, CheckState state) => state switch
    {
        CheckState.Waiting => T["Waits its turn"],
        CheckState.Running => T["Running"],
        CheckState.Done => T["Finished"],
        CheckState.Failed => T["Failed"],
    };

    /// <summary>A signal or rule by its code, as people call it.</summary>
    public static string ReasonTitle(this Texts T, string code) => SignalCatalog.ByCode.TryGetValue(code, out var signal) ? Texts.Translate(signal.Title)
        : code.StartsWith("rule:", StringComparison.Ordinal) ? T["Rule {0}", code["rule:".Length..]] : code;

    /// <summary>What is another one each time.</summary>
    public static string Name(this Texts T, Varied varied) => varied switch
    {
        Varied.Card => T["Card"],
        Varied.Email => T["E-mail"],
        Varied.Device => T["Device"],
        Varied.Ip => T["IP address"],
        Varied.Customer => T["Customer"],
        Varied.Beneficiary => T["Beneficiary"],
        Varied.Amount => T["Amount (a tenth more)"],
        _ => varied.ToString(),
    };

    public static string Name(this Texts T, FactGroup group) => group switch
    {
        FactGroup.Payment => T["Payment"],
        FactGroup.Payer => T["Payer"],
        FactGroup.Card => T["Card"],
        FactGroup.Device => T["Device"],
        FactGroup.Behavior => T["Behavior"],
        FactGroup.Places => T["Billing and shipping"],
        FactGroup.Payout => T["Payout"],
        FactGroup.Velocity => T["Recent activity"],
        FactGroup.History => T["History"],
        FactGroup.Lists => T["Lists"],
        FactGroup.Call => T["Moment"],
    };

    /// <summary>What the run is called; one that a proposal began by itself has no name of its own.</summary>
    public static string RunName(this Texts T, string name, int? version) => name.Length > 0 ? name : T["Proposal {0}", version];

    /// <summary>The badge's colours.</summary>
    public static string Badge(this Texts _, RunState state) => state switch
    {
        RunState.Done => "bg-green-lt",
        RunState.Waiting or RunState.Running => "bg-blue-lt",
        RunState.Interrupted or RunState.Failed => "bg-red-lt",
        RunState.Cancelled => "bg-secondary-lt",
    };

    public static string Say(this Texts T, TryPolicies.Tried tried) => tried.Problem is { } problem ? T.Invalid(problem) : T[tried.Refusal ?? "", tried.Value];

    /// <summary>Why an assessment was passed over.</summary>
    public static string Skipped(this Texts T, string reason) => reason switch
    {
        PreviewJudge.NoFacts => T["no facts were stored with it"],
        PreviewJudge.NewerFacts => T["a newer program stored facts this one does not know"],
        PreviewJudge.Unreadable => T["its facts cannot be read"],
        PreviewJudge.FactsRemoved => T["its device facts were removed by age"],
        _ => reason,
    };

    /// <summary>A guard-rail and how it is broken.</summary>
    public static string Say(this Texts T, GuardBreach breach) => T[breach.Sentence, breach.Measured, breach.Bound];
}
