using System.Globalization;
using ClausumPanel.Assess.Rules;

namespace ClausumPanel.Assess;

/// <summary>Finds what cannot be in a policy.</summary>
internal static class PolicyCheck
{
    internal const int MostWords = 1_000;
    internal const int LongestWord = 64;
    internal const int LongestId = 64;
    internal const int LongestName = 100;
    internal const int LongestReason = 500;
    internal const int LongestSubmerchant = 128;

    /// <param name="policy">The policy.</param>
    /// <param name="lists">The lists its rules may name; null: any.</param>
    public static List<PolicyProblem> Problems(Policy policy, RuleLists? lists = null)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var problems = new PolicyProblems();
        CheckBands(policy.Bands, problems);
        CheckLimits(policy.Limits, problems);
        CheckSignals(policy.Signals, problems);
        CheckRules(policy.Rules, lists, problems);
        CheckEffects(policy.ReportEffects, problems);
        CheckSample(policy.ControlSample, problems);
        return problems.Found;
    }

    /// <summary>The policy without what no signal of this version knows or takes, and with the rules off that this version cannot read: their places stay.</summary>
    public static Policy Prune(Policy policy, RuleLists? lists) => policy with
    {
        Rules = [.. policy.Rules.Select(rule => CompiledRule.TryCompile(rule.Text, lists, out _, out _) ? rule : rule with { Enabled = false })],
        Signals = [.. from setting in policy.Signals
                      let definition = SignalCatalog.ByCode.GetValueOrDefault(setting.Code)
                      where definition is { IsFixed: false }
                      select setting with
                      {
                          Parameters = setting.Parameters.Where(p => definition.Parameters.Any(d => d.Name == p.Key && p.Value >= d.Minimum && p.Value <= d.Maximum)).ToDictionary(),
                          Texts = setting.Texts.Where(t => definition.Words.Any(d => d.Name == t.Key)).ToDictionary(),
                      }],
    };

    private static void CheckBands(Bands bands, PolicyProblems problems)
    {
        Check("bands.review", bands.Review, 1);
        Check("bands.challenge", bands.Challenge, Math.Max(bands.Review, 1));
        Check("bands.decline", bands.Decline, Math.Max(bands.Challenge, 1));

        void Check(string place, int bound, int least)
        {
            if (bound < least || bound > 101) problems.Add(place, PolicyProblem.BandRange, Text(least), Text(bound));
        }
    }

    private static void CheckLimits(IReadOnlyList<AmountLimit> limits, PolicyProblems problems)
    {
        var seen = new HashSet<(Flow, string)>();
        foreach (var limit in limits)
        {
            var place = $"limits.{FlowName(limit.Flow)}.{limit.Currency}";
            if (!Currencies.TryFind(limit.Currency, out _, out _)) problems.AddUnknown(place, PolicyProblem.NoCurrency, limit.Currency, Currencies.All);
            if (!seen.Add((limit.Flow, limit.Currency))) problems.Add(place, PolicyProblem.Twice);
            (string Name, long? Value)[] ordered = [("minimum", limit.Minimum), ("small", limit.Small), ("large", limit.Large), ("maximum", limit.Maximum)];
            var last = (Name: "", Value: (long?)null);
            foreach (var bound in ordered)
            {
                if (bound.Value is not { } value) continue;
                if (value < 0) problems.Add($"{place}.{bound.Name}", PolicyProblem.Negative);
                if (value < last.Value && bound.Name != "small") problems.Add($"{place}.{bound.Name}", PolicyProblem.Order, last.Name);
                last = bound;
            }
        }
    }

    private static void CheckSignals(IReadOnlyList<SignalSetting> settings, PolicyProblems problems)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var setting in settings)
        {
            var place = $"signals.{setting.Code}";
            if (!seen.Add(setting.Code)) problems.Add(place, PolicyProblem.Twice);
            if (!SignalCatalog.ByCode.TryGetValue(setting.Code, out var definition))
            {
                problems.AddUnknown(place, PolicyProblem.NoSignal, setting.Code, SignalCatalog.ByCode.Keys);
                continue;
            }
            if (definition.IsFixed && (setting.Weight != definition.Weight || !setting.Enabled)) problems.Add(place, PolicyProblem.Fixed);
            if (setting.Weight is < -100 or > 100) problems.Add($"{place}.weight", PolicyProblem.WeightRange, Text(setting.Weight));
            CheckParameters(place, setting, definition, problems);
            CheckWords(place, setting, definition, problems);
        }
    }

    private static void CheckParameters(string place, SignalSetting setting, SignalDefinition definition, PolicyProblems problems)
    {
        foreach (var (name, value) in setting.Parameters)
        {
            if (definition.Parameters.FirstOrDefault(p => p.Name == name) is not { } parameter)
                problems.AddUnknown($"{place}.parameters.{name}", PolicyProblem.NoParameter, name, definition.Parameters.Select(p => p.Name), setting.Code, name);
            else if (!(value >= parameter.Minimum && value <= parameter.Maximum))
                problems.Add($"{place}.parameters.{name}", PolicyProblem.ParameterRange, Text(parameter.Minimum), Text(parameter.Maximum), Text(value));
        }
    }

    private static void CheckWords(string place, SignalSetting setting, SignalDefinition definition, PolicyProblems problems)
    {
        foreach (var (name, words) in setting.Texts)
        {
            if (definition.Words.All(w => w.Name != name))
                problems.AddUnknown($"{place}.words.{name}", PolicyProblem.NoList, name, definition.Words.Select(w => w.Name), setting.Code, name);
            else if (words.Count > MostWords)
                problems.Add($"{place}.words.{name}", PolicyProblem.TooManyWords, Text(MostWords), Text(words.Count));
            else if (words.FirstOrDefault(w => string.IsNullOrWhiteSpace(w) || w.Length > LongestWord) is { } word)
                problems.Add($"{place}.words.{name}", PolicyProblem.WordLength, Text(LongestWord), word.Length > LongestWord ? word[..LongestWord] + "…" : $"“{word}”");
        }
    }

    private static void CheckRules(IReadOnlyList<PolicyRule> rules, RuleLists? lists, PolicyProblems problems)
    {
        if (rules.Count > RuleLimits.Rules) problems.Add("rules", PolicyProblem.TooManyRules, Text(RuleLimits.Rules), Text(rules.Count));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < Math.Min(rules.Count, RuleLimits.Rules); i++)
        {
            var (rule, place) = (rules[i], $"rules[{Text(i)}]");
            if (rule.Id.Length is 0 or > LongestId || rule.Id.Any(c => !char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c is not ('-' or '_'))) problems.Add($"{place}.id", PolicyProblem.RuleId, Text(LongestId));
            else if (!seen.Add(rule.Id)) problems.Add($"{place}.id", PolicyProblem.Twice);
            CheckLength($"{place}.name", rule.Name, 1, LongestName);
            CheckLength($"{place}.reason", rule.Reason, 0, LongestReason);
            if (rule.Currency is { } currency && !Currencies.TryFind(currency, out _, out _)) problems.AddUnknown($"{place}.scope.currency", PolicyProblem.NoCurrency, currency, Currencies.All);
            if (rule.Submerchant is { } submerchant) CheckLength($"{place}.scope.submerchant", submerchant, 1, LongestSubmerchant);
            if (rule.Ends <= rule.Starts) problems.Add($"{place}.ends", PolicyProblem.LaterThan, "starts");
            CheckText($"{place}.text", rule);
        }

        void CheckLength(string place, string text, int least, int most)
        {
            if (text.Length < least || text.Length > most) problems.Add(place, PolicyProblem.TextLength, Text(least), Text(most), Text(text.Length));
        }

        void CheckText(string place, PolicyRule rule)
        {
            if (!rule.Enabled) CheckLength(place, rule.Text, 0, RuleLimits.Length);
            else if (!CompiledRule.TryCompile(rule.Text, lists, out _, out var wrong))
                problems.Found.AddRange(wrong.Select(p => new PolicyProblem(place, p.Sentence, p.Values, p.Suggestion, p.At)));
        }
    }

    private static void CheckEffects(IReadOnlyList<ReportEffect> effects, PolicyProblems problems)
    {
        foreach (var effect in effects)
        {
            var place = $"report_effects.{effect.Reason.Word()}.{ReportEffects.Word(effect.Type)}";
            if (!ReportEffects.Severities(effect.Type).Contains(effect.Severity)) problems.Add($"{place}.severity", PolicyProblem.OfMany);
            if (effect.Days is < 1 or > ReportEffects.MostDays) problems.Add($"{place}.days", PolicyProblem.DaysRange, Text(ReportEffects.MostDays), Text(effect.Days.Value));
        }
    }

    private static void CheckSample(ControlSample sample, PolicyProblems problems)
    {
        var steps = sample.Percent * ControlSample.Draws / 100;
        if (!(sample.Percent >= 0 && sample.Percent <= ControlSample.MostPercent) || Math.Abs(steps - Math.Round(steps)) > 1e-6)
            problems.Add("control_sample.percent", PolicyProblem.PercentRange, Text(ControlSample.MostPercent), Text(sample.Percent));
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var limit in sample.Limits)
        {
            var place = $"control_sample.limits.{limit.Currency}";
            if (!Currencies.TryFind(limit.Currency, out _, out _)) problems.AddUnknown(place, PolicyProblem.NoCurrency, limit.Currency, Currencies.All);
            if (!seen.Add(limit.Currency)) problems.Add(place, PolicyProblem.Twice);
            if (limit.Payment < 0) problems.Add($"{place}.payment", PolicyProblem.Negative);
            if (limit.Day < limit.Payment) problems.Add($"{place}.day", PolicyProblem.Order, "payment");
        }
    }

    internal static string FlowName(Flow flow) => flow == Flow.PayOut ? "payout" : "payin";

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}
