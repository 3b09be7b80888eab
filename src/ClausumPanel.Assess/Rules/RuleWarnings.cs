namespace ClausumPanel.Assess.Rules;

/// <summary>Something a rule that can be read says and its author can hardly have meant.</summary>
/// <param name="RuleId">The rule it is about.</param>
/// <param name="Other">The id of the other rule that is part of it, or null.</param>
/// <param name="Sentence">What is odd, in English with {0} for the rule's name and {1} for the other's; the panel translates it. One of <see cref="RuleWarnings.Sentences"/>.</param>
/// <param name="Values">The names.</param>
public sealed record RuleWarning(string RuleId, string? Other, string Sentence, IReadOnlyList<string> Values);

/// <summary>
/// What is odd in a list of rules: a rule that never or always fires, one that another makes useless. Says only what is certain; what would take too long to be sure of is left unsaid.
/// </summary>
public static class RuleWarnings
{
    /// <summary>Pairs of cases compared for one list; a list that needs more gets the warnings found until then.</summary>
    private const int Effort = 100_000;

    private const string NoTime = "{0} can never fire: it ends before it begins";
    private const string Ended = "{0} can never fire again: its time is over";
    private const string Contradiction = "{0} can never fire: its conditions exclude each other";
    private const string OutOfScope = "{0} can never fire: its scope leaves out what its conditions ask for";
    private const string Always = "{0} always fires: its conditions are true of every payment in its scope";
    private const string Covered = "{0} changes nothing: {1}, before it, does the same wherever it is true";
    private const string NeverBlocks = "{0} never blocks: {1}, before it, allows wherever it is true";
    private const string NeverAllows = "{0} never allows: {1}, before it, blocks wherever it is true";
    private const string AllowsFirst = "{0} does not block where {1} is true too: that rule stands before it and allows";

    /// <summary>Every sentence a warning can have.</summary>
    public static IReadOnlyList<string> Sentences { get; } = [NoTime, Ended, Contradiction, OutOfScope, Always, Covered, NeverBlocks, NeverAllows, AllowsFirst];

    /// <summary>The warnings of a list of rules, in its order. Rules that are off or cannot be read have none.</summary>
    /// <param name="rules">The rules of a policy.</param>
    /// <param name="now">Unix milliseconds.</param>
    public static IReadOnlyList<RuleWarning> Of(IReadOnlyList<PolicyRule> rules, long now)
    {
        ArgumentNullException.ThrowIfNull(rules);
        var found = new List<RuleWarning>();
        var earlier = new List<Weighed>();
        var effort = Effort;
        foreach (var rule in rules.Where(rule => rule.Enabled))
        {
            if (!CompiledRule.TryCompile(rule.Text, null, out var compiled, out _)) continue;
            var weighed = new Weighed(rule, compiled.Action.Kind, RuleCases.Among(compiled.Tree.Condition!, true, ref effort), RuleCases.Among(compiled.Tree.Condition!, false, ref effort));
            if (AloneOf(weighed, now) is { } alone) found.Add(Say(alone, rule, null));
            if (rule.ObserveOnly || weighed.NeverFires(now)) continue;
            foreach (var other in earlier)
            {
                if (PairOf(other, weighed, now, ref effort) is not { } pair) continue;
                found.Add(Say(pair, rule, other.Rule));
                if (pair != AllowsFirst) break;
            }
            earlier.Add(weighed);
        }
        return found;
    }

    private static RuleWarning Say(string sentence, PolicyRule rule, PolicyRule? other) => new(rule.Id, other?.Id, sentence, other is null ? [rule.Name] : [rule.Name, other.Name]);

    private static string? AloneOf(Weighed rule, long now)
    {
        if (rule.Rule is { Starts: { } starts, Ends: { } ends } && ends <= starts) return NoTime;
        if (rule.Rule.Ends <= now) return Ended;
        if (rule.Unscoped is { Count: 0 }) return Contradiction;
        if (rule.Where is { Count: 0 }) return OutOfScope;
        return rule.Elsewhere is { } elsewhere && elsewhere.All(lacking => !lacking.Meets(rule.Scope)) ? Always : null;
    }

    private static string? PairOf(Weighed earlier, Weighed later, long now, ref int effort)
    {
        var (said, some) = (earlier.Action, later.Action) switch
        {
            (RuleActionKind.Allow, RuleActionKind.Block) => (NeverBlocks, AllowsFirst),
            (RuleActionKind.Block, RuleActionKind.Allow) => (NeverAllows, null),
            (RuleActionKind.Add, _) => (null, null),
            var (one, other) when one == other => (Covered, null),
            _ => ((string?)null, (string?)null),
        };
        if (said is null || later.Where is null) return null;
        if (IsWithin(later, earlier, now, ref effort)) return said;
        return some is not null && Overlap(later, earlier, now, ref effort) ? some : null;
    }

    private static bool IsWithin(Weighed inner, Weighed outer, long now, ref int effort)
    {
        if (outer.Elsewhere is null || (outer.Rule.Submerchant is { } submerchant && inner.Rule.Submerchant != submerchant)) return false;
        if (outer.Rule.Starts > Math.Max(inner.Rule.Starts ?? long.MinValue, now) || outer.Rule.Ends < (inner.Rule.Ends ?? long.MaxValue)) return false;
        if (inner.Rule.Starts is null && inner.Rule.Ends is null && (outer.Rule.Starts ?? outer.Rule.Ends) is not null) return false;
        foreach (var one in inner.Where!)
        {
            if (outer.Rule.Flow is not null && one.Meets(RuleCases.Outside(Known.Flow, RuleCases.NameOf(outer.Rule.Flow.Value)))) return false;
            if (outer.Rule.Currency is not null && one.Meets(RuleCases.Outside(Known.Currency, outer.Rule.Currency))) return false;
            foreach (var lacking in outer.Elsewhere)
                if (--effort < 0 || one.Meets(lacking)) return false;
        }
        return true;
    }

    private static bool Overlap(Weighed one, Weighed other, long now, ref int effort)
    {
        if (other.Where is null) return false;
        var (from, to) = (Math.Max(Math.Max(one.Rule.Starts ?? now, other.Rule.Starts ?? now), now), Math.Min(one.Rule.Ends ?? long.MaxValue, other.Rule.Ends ?? long.MaxValue));
        if (from >= to || (one.Rule.Submerchant is { } first && other.Rule.Submerchant is { } second && first != second)) return false;
        foreach (var mine in one.Where!)
        foreach (var theirs in other.Where)
        {
            if (--effort < 0) return false;
            if (mine.IsPlain && theirs.IsPlain && mine.Meets(theirs)) return true;
        }
        return false;
    }

    private sealed class Weighed
    {
        public Weighed(PolicyRule rule, RuleActionKind action, IReadOnlyList<RuleCase>? holding, IReadOnlyList<RuleCase>? lacking)
        {
            (Rule, Action, Unscoped, Elsewhere) = (rule, action, holding, lacking);
            Scope = RuleCase.Anything;
            if (rule.Flow is { } flow) Scope = Scope.And(RuleCases.Within(Known.Flow, RuleCases.NameOf(flow)))!;
            if (rule.Currency is { } currency) Scope = Scope.And(RuleCases.Within(Known.Currency, currency))!;
            if (rule.Submerchant is { } submerchant) Scope = Scope.And(RuleCases.Within(Known.SubmerchantId, submerchant))!;
            Where = holding is null ? null : [.. holding.Select(one => one.And(Scope)).OfType<RuleCase>()];
        }

        public PolicyRule Rule { get; }
        public RuleActionKind Action { get; }

        /// <summary>What its scope asks.</summary>
        public RuleCase Scope { get; }

        /// <summary>The cases its condition is true of; null: too many.</summary>
        public IReadOnlyList<RuleCase>? Unscoped { get; }

        /// <summary>The same, within its scope.</summary>
        public IReadOnlyList<RuleCase>? Where { get; }

        /// <summary>The cases its condition is false of; null: too many.</summary>
        public IReadOnlyList<RuleCase>? Elsewhere { get; }

        public bool NeverFires(long now) => Where is { Count: 0 } || Rule.Ends <= now || Rule.Ends <= Rule.Starts;
    }
}
