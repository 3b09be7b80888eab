using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Web.Flows;

namespace ClausumPanel.Web.Localization;

/// <summary>A change of the policy as a person says it.</summary>
public static class PolicyWords
{
    /// <summary>What was changed: "New device: weight".</summary>
    public static string Title(this Texts T, PolicyChange change)
    {
        var path = change.Path;
        return path[0] switch
        {
            "bands" => T["{0} from", T.Name(BandOf(path[1]))],
            "limits" => $"{(path[1] == "payout" ? T.Name(Flow.PayOut) : T.Name(Flow.PayIn))} · {path[2]}: {T.LimitName(path[3])}",
            "signals" when SignalCatalog.ByCode.TryGetValue(path[1], out var signal) => $"{Texts.Translate(signal.Title)}: {T.PartName(signal, path)}",
            PolicyChanges.Effects when ReportEffects.Reason(path[1]) is { } reason && ReportEffects.Type(path[2]) is { } type => T.EffectTitle(reason, type, path[3]),
            PolicyChanges.Sample => path.Count < 4 ? T["Control sample, %"] : $"{T["Control sample"]} · {path[2]}: {(path[3] == "day" ? T["Total amount a day"] : T["Amount of the largest payment"])}",
            "rules" => path.Count < 3 ? T["Order of the rules"] : T["Rule {0}: {1}", path[1], T.RulePart(path[2])],
            _ => change.Place,
        };
    }

    /// <summary>A value of a change, as the reader writes it.</summary>
    public static string Say(this Texts T, PolicyChange change, object? value) => value switch
    {
        null => T["none"],
        bool on => on ? T["On"] : T["Off"],
        long minor when change.Path[0] is "limits" or PolicyChanges.Sample => SignalText.Money(minor, change.Path[2], CultureInfo.CurrentCulture),
        long points when change.Path[^1] == "weight" => Showing.WithSign((int)points),
        long moment when change.Path[^1] is "starts" or "ends" => DateTimeOffset.FromUnixTimeMilliseconds(moment).ToString("u", CultureInfo.InvariantCulture),
        string severity when change.Path[0] == PolicyChanges.Effects => ReportEffects.Severity(severity) is { } known ? T.Name(known) : severity,
        long number => number.ToString("N0", CultureInfo.CurrentCulture),
        double number => number.ToString("#,0.####", CultureInfo.CurrentCulture),
        IReadOnlyList<string> words => words.Count == 0 ? T["none"] : string.Join(", ", words),
        _ => value.ToString() ?? "",
    };

    private static string EffectTitle(this Texts T, FraudReason reason, ListType type, string part) => part == "days"
        ? T["Report of fraud, {0}: days on the list ({1})", T.Name(reason), T.Name(type)] : T["Report of fraud, {0}: {1}", T.Name(reason), T.Name(type)];

    public static string LimitName(this Texts T, string bound) => bound switch
    {
        "minimum" => T["Minimum"],
        "small" => T["Small from below"],
        "large" => T["Large from"],
        _ => T["Maximum"],
    };

    public static string Name(this Texts T, PolicyState state) => state switch
    {
        PolicyState.Proposed => T["Waits for approval"],
        PolicyState.Scheduled => T["Approved, begins later"],
        PolicyState.Active => T["Active"],
        PolicyState.Retired => T["Retired"],
        PolicyState.Rejected => T["Rejected"],
        PolicyState.Withdrawn => T["Withdrawn"],
    };

    /// <summary>Why it was not done, in the reader's words.</summary>
    public static string Say(this Texts T, PolicyOutcome outcome) => outcome.Problems is [var first, ..]
        ? T.Invalid(first)
        : T[outcome.Refusal ?? "", outcome.Value];

    /// <summary>Why a policy cannot judge.</summary>
    public static string Invalid(this Texts T, PolicyProblem problem) => T[PolicyDesk.Invalid, $"{problem.Place} {T[problem.Sentence, [.. problem.Values]]}"];

    /// <summary>"below (ms)".</summary>
    public static string Name(this Texts T, SignalParameter parameter) => T[parameter.Description] + (parameter.Unit is { } unit ? $" ({Texts.Translate(unit)})" : "");

    private static string RulePart(this Texts T, string member) => member switch
    {
        "name" => T["its name"],
        "text" => T["text"],
        "reason" => T["its reason"],
        "flow" => T["its flow"],
        "currency" => T["its currency"],
        "submerchant" => T["sub-merchant"],
        "starts" => T["in force from"],
        "ends" => T["until"],
        "enabled" => T["switched"],
        _ => T["only observes"],
    };

    private static Decision BandOf(string name) => name switch
    {
        "review" => Decision.Review,
        "challenge" => Decision.Challenge,
        _ => Decision.Decline,
    };

    private static string PartName(this Texts T, SignalDefinition signal, IReadOnlyList<string> path) => path[2] switch
    {
        "weight" => T["weight"],
        "enabled" => T["switched"],
        "parameters" when signal.Parameters.FirstOrDefault(p => p.Name == path[3]) is { } parameter => T.Name(parameter),
        "words" when signal.Words.FirstOrDefault(w => w.Name == path[3]) is { } words => T[words.Description],
        _ => path[^1],
    };
}
