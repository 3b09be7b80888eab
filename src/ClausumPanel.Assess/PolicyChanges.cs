using System.Collections.Frozen;
using ClausumPanel.Assess.Rules;

namespace ClausumPanel.Assess;

/// <summary>One thing in which two policies differ.</summary>
/// <param name="Place">Where, as a path into the policy's JSON: <c>signals.new_device.weight</c>.</param>
/// <param name="Before">A <see cref="long"/>, <see cref="double"/>, <see cref="bool"/>, text or list of texts; null: it was not there.</param>
/// <param name="After">As <paramref name="Before"/>; null: it is gone.</param>
public sealed record PolicyChange(string Place, object? Before, object? After)
{
    /// <summary>The parts of the place: <c>signals</c>, <c>new_device</c>, <c>weight</c>.</summary>
    public IReadOnlyList<string> Path => Place.Split('.');
}

/// <summary>Compares policies thing by thing, and carries the changes of one over to another.</summary>
public static class PolicyChanges
{
    /// <summary>The place of the rules' order: a list of their ids.</summary>
    public const string RuleOrder = "rules.order";

    /// <summary>Where the places of what a report does begin.</summary>
    public const string Effects = "report_effects";

    /// <summary>Where the places of the control sample begin.</summary>
    public const string Sample = "control_sample";

    /// <summary>What would have to change for <paramref name="before"/> to decide as <paramref name="after"/>; in the order of the documents. A signal left out counts with its defaults.</summary>
    public static IReadOnlyList<PolicyChange> Between(Policy before, Policy after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        var (old, now) = (Things(before), Things(after));
        var changes = new List<PolicyChange>();
        foreach (var (place, value) in old)
            if (!now.TryGetValue(place, out var other)) changes.Add(new PolicyChange(place, value, null));
            else if (!Same(value, other)) changes.Add(new PolicyChange(place, value, other));
        changes.AddRange(now.Where(thing => !old.ContainsKey(thing.Key)).Select(thing => new PolicyChange(thing.Key, null, thing.Value)));
        return changes;
    }

    /// <summary>The policy with the changes made to it, whatever stood there before.</summary>
    public static Policy Apply(Policy policy, IEnumerable<PolicyChange> changes)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(changes);
        var things = Things(policy);
        foreach (var change in changes)
            if (change.After is null) things.Remove(change.Place); else things[change.Place] = change.After;
        return Built(policy.Version, things);
    }

    /// <summary>The places that both have changed, to different values: whoever puts one on top of the other should look at these.</summary>
    public static IReadOnlyList<PolicyChange> Conflicts(IReadOnlyList<PolicyChange> mine, IReadOnlyList<PolicyChange> theirs)
    {
        var others = theirs.ToFrozenDictionary(change => change.Place);
        return [.. mine.Where(change => others.TryGetValue(change.Place, out var other) && !Same(change.After, other.After))];
    }

    private static bool Same(object? one, object? other) => (one, other) switch
    {
        (IReadOnlyList<string> a, IReadOnlyList<string> b) => a.SequenceEqual(b, StringComparer.Ordinal),
        _ => Equals(one, other),
    };

    private static OrderedDictionary<string, object> Things(Policy policy)
    {
        var things = new OrderedDictionary<string, object>(StringComparer.Ordinal)
        {
            ["bands.review"] = (long)policy.Bands.Review,
            ["bands.challenge"] = (long)policy.Bands.Challenge,
            ["bands.decline"] = (long)policy.Bands.Decline,
        };
        foreach (var limit in policy.Limits.OrderBy(l => l.Flow).ThenBy(l => l.Currency, StringComparer.Ordinal))
        {
            var place = $"limits.{PolicyCheck.FlowName(limit.Flow)}.{limit.Currency}";
            Note($"{place}.minimum", limit.Minimum);
            Note($"{place}.small", limit.Small);
            Note($"{place}.large", limit.Large);
            Note($"{place}.maximum", limit.Maximum);
        }
        foreach (var setting in policy.Complete().Signals)
        {
            var place = $"signals.{setting.Code}";
            things[$"{place}.weight"] = (long)setting.Weight;
            things[$"{place}.enabled"] = setting.Enabled;
            foreach (var (name, value) in setting.Parameters) things[$"{place}.parameters.{name}"] = value;
            foreach (var (name, words) in setting.Texts) things[$"{place}.words.{name}"] = words;
        }
        if (policy.Rules.Count > 0) things[RuleOrder] = (IReadOnlyList<string>)[.. policy.Rules.Select(r => r.Id)];
        foreach (var rule in policy.Rules)
        {
            var place = $"rules.{rule.Id}";
            things[$"{place}.name"] = rule.Name;
            things[$"{place}.text"] = rule.Text;
            things[$"{place}.reason"] = rule.Reason;
            if (rule.Flow is { } flow) things[$"{place}.flow"] = PolicyCheck.FlowName(flow);
            if (rule.Currency is { } currency) things[$"{place}.currency"] = currency;
            if (rule.Submerchant is { } submerchant) things[$"{place}.submerchant"] = submerchant;
            Note($"{place}.starts", rule.Starts);
            Note($"{place}.ends", rule.Ends);
            things[$"{place}.enabled"] = rule.Enabled;
            things[$"{place}.observe_only"] = rule.ObserveOnly;
        }
        foreach (var effect in ReportEffects.Ordered(policy.ReportEffects))
        {
            var place = $"{Effects}.{effect.Reason.Word()}.{ReportEffects.Word(effect.Type)}";
            things[$"{place}.severity"] = ReportEffects.Word(effect.Severity);
            Note($"{place}.days", effect.Days);
        }
        if (policy.ControlSample.Percent != 0) things[$"{Sample}.percent"] = policy.ControlSample.Percent;
        foreach (var limit in policy.ControlSample.Limits.OrderBy(l => l.Currency, StringComparer.Ordinal))
        {
            things[$"{Sample}.limits.{limit.Currency}.payment"] = limit.Payment;
            things[$"{Sample}.limits.{limit.Currency}.day"] = limit.Day;
        }
        return things;

        void Note(string place, long? value)
        {
            if (value is { } known) things[place] = known;
        }
    }

    private static Policy Built(int version, OrderedDictionary<string, object> things)
    {
        var limits = new OrderedDictionary<(Flow, string), AmountLimit>();
        var signals = new OrderedDictionary<string, SignalSetting>(StringComparer.Ordinal);
        foreach (var (place, value) in things)
        {
            var path = place.Split('.');
            if (path[0] == "limits")
            {
                var flow = path[1] == "payout" ? Flow.PayOut : Flow.PayIn;
                var limit = limits.TryGetValue((flow, path[2]), out var known) ? known : new AmountLimit(flow, path[2], null, null);
                limits[(flow, path[2])] = path[3] switch
                {
                    "minimum" => limit with { Minimum = (long)value },
                    "small" => limit with { Small = (long)value },
                    "large" => limit with { Large = (long)value },
                    _ => limit with { Maximum = (long)value },
                };
            }
            else if (path[0] == "signals")
            {
                var setting = signals.TryGetValue(path[1], out var known) ? known : new SignalSetting(path[1], 0, true, new Dictionary<string, double>(), new Dictionary<string, IReadOnlyList<string>>());
                signals[path[1]] = path[2] switch
                {
                    "weight" => setting with { Weight = (int)(long)value },
                    "enabled" => setting with { Enabled = (bool)value },
                    "parameters" => setting with { Parameters = new Dictionary<string, double>(setting.Parameters, StringComparer.Ordinal) { [path[3]] = (double)value } },
                    _ => setting with { Texts = new Dictionary<string, IReadOnlyList<string>>(setting.Texts, StringComparer.Ordinal) { [path[3]] = (IReadOnlyList<string>)value } },
                };
            }
        }
        // A rule that the order does not name is gone.
        var rules = things.TryGetValue(RuleOrder, out var order) ? ((IReadOnlyList<string>)order).Select(id => Rule(id, things)) : [];
        var bands = new Bands((int)(long)things["bands.review"], (int)(long)things["bands.challenge"], (int)(long)things["bands.decline"]);
        return new Policy(version, bands, [.. limits.Values], [.. signals.Values], OnlyNamed: true) { Rules = [.. rules], ReportEffects = EffectsOf(things), ControlSample = SampleOf(things) };
    }

    /// <summary>Days of something that has no severity (any more) say nothing.</summary>
    private static IReadOnlyList<ReportEffect> EffectsOf(OrderedDictionary<string, object> things) => ReportEffects.Ordered(
        from reason in ReportEffects.Reasons
        from type in ReportEffects.Types
        let place = $"{Effects}.{reason.Word()}.{ReportEffects.Word(type)}"
        where things.ContainsKey($"{place}.severity")
        select new ReportEffect(reason, type, ReportEffects.Severity((string)things[$"{place}.severity"]) ?? ListSeverity.None, things.TryGetValue($"{place}.days", out var days) ? (int)(long)days : null));

    /// <summary>A currency that has lost one of its bounds has lost both.</summary>
    private static ControlSample SampleOf(OrderedDictionary<string, object> things) => new(
        things.TryGetValue($"{Sample}.percent", out var percent) ? (double)percent : 0,
        [.. from thing in things
            let path = thing.Key.Split('.')
            where path is [Sample, "limits", _, "payment"]
            where things.ContainsKey($"{Sample}.limits.{path[2]}.day")
            select new ControlLimit(path[2], (long)thing.Value, (long)things[$"{Sample}.limits.{path[2]}.day"])]);

    private static PolicyRule Rule(string id, OrderedDictionary<string, object> things)
    {
        return new PolicyRule(id, Of<string>("name") ?? "", Of<string>("text") ?? "", Of<string>("reason") ?? "")
        {
            Flow = Of<string>("flow") switch { "payin" => Flow.PayIn, "payout" => Flow.PayOut, _ => null },
            Currency = Of<string>("currency"),
            Submerchant = Of<string>("submerchant"),
            Starts = Moment("starts"),
            Ends = Moment("ends"),
            Enabled = Flag("enabled", true),
            ObserveOnly = Flag("observe_only", false),
        };

        T? Of<T>(string member) where T : class => things.TryGetValue($"rules.{id}.{member}", out var value) ? (T)value : null;
        long? Moment(string member) => things.TryGetValue($"rules.{id}.{member}", out var value) ? (long)value : null;
        bool Flag(string member, bool otherwise) => things.TryGetValue($"rules.{id}.{member}", out var value) ? (bool)value : otherwise;
    }
}
