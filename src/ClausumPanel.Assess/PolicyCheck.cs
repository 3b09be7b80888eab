using System.Globalization;

namespace ClausumPanel.Assess;

/// <summary>Finds what cannot be in a policy.</summary>
internal static class PolicyCheck
{
    private const int MostWords = 1_000;
    private const int LongestWord = 64;

    public static List<PolicyProblem> Problems(Policy policy)
    {
        ArgumentNullException.ThrowIfNull(policy);
        var problems = new List<PolicyProblem>();
        CheckBands(policy.Bands, problems);
        CheckLimits(policy.Limits, problems);
        CheckSignals(policy.Signals, problems);
        return problems;
    }

    private static void CheckBands(Bands bands, List<PolicyProblem> problems)
    {
        Check("bands.review", bands.Review, 1);
        Check("bands.challenge", bands.Challenge, Math.Max(bands.Review, 1));
        Check("bands.decline", bands.Decline, Math.Max(bands.Challenge, 1));

        void Check(string place, int bound, int least)
        {
            if (bound < least || bound > 101) problems.Add(new(place, "must be between {0} and 101 (101: never by score), not {1}", Text(least), Text(bound)));
        }
    }

    private static void CheckLimits(IReadOnlyList<AmountLimit> limits, List<PolicyProblem> problems)
    {
        var seen = new HashSet<(Flow, string)>();
        foreach (var limit in limits)
        {
            var place = $"limits.{FlowName(limit.Flow)}.{limit.Currency}";
            if (!Currencies.TryFind(limit.Currency, out _, out _)) problems.Add(new(place, "{0} is no currency of ISO 4217{1}", limit.Currency, Suggestion.For(limit.Currency, Currencies.All)));
            if (!seen.Add((limit.Flow, limit.Currency))) problems.Add(new(place, "is named twice"));
            (string Name, long? Value)[] ordered = [("minimum", limit.Minimum), ("small", limit.Small), ("large", limit.Large), ("maximum", limit.Maximum)];
            var last = (Name: "", Value: (long?)null);
            foreach (var bound in ordered)
            {
                if (bound.Value is not { } value) continue;
                if (value < 0) problems.Add(new($"{place}.{bound.Name}", "must not be negative"));
                if (value < last.Value && bound.Name != "small") problems.Add(new($"{place}.{bound.Name}", "must not be less than {0}", last.Name));
                last = bound;
            }
        }
    }

    private static void CheckSignals(IReadOnlyList<SignalSetting> settings, List<PolicyProblem> problems)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var setting in settings)
        {
            var place = $"signals.{setting.Code}";
            if (!seen.Add(setting.Code)) problems.Add(new(place, "is named twice"));
            if (!SignalCatalog.ByCode.TryGetValue(setting.Code, out var definition))
            {
                problems.Add(new(place, "{0} is no signal{1}", setting.Code, Suggestion.For(setting.Code, SignalCatalog.ByCode.Keys)));
                continue;
            }
            if (definition.IsFixed && (setting.Weight != definition.Weight || !setting.Enabled)) problems.Add(new(place, "is what the engine itself does and cannot be changed"));
            if (setting.Weight is < -100 or > 100) problems.Add(new($"{place}.weight", "must be between -100 and 100, not {0}", Text(setting.Weight)));
            CheckParameters(place, setting, definition, problems);
            CheckWords(place, setting, definition, problems);
        }
    }

    private static void CheckParameters(string place, SignalSetting setting, SignalDefinition definition, List<PolicyProblem> problems)
    {
        foreach (var (name, value) in setting.Parameters)
        {
            if (definition.Parameters.FirstOrDefault(p => p.Name == name) is not { } parameter)
                problems.Add(new($"{place}.parameters.{name}", "{0} has no parameter {1}{2}", setting.Code, name, Suggestion.For(name, definition.Parameters.Select(p => p.Name))));
            else if (!(value >= parameter.Minimum && value <= parameter.Maximum))
                problems.Add(new($"{place}.parameters.{name}", "must be between {0} and {1}, not {2}", Text(parameter.Minimum), Text(parameter.Maximum), Text(value)));
        }
    }

    private static void CheckWords(string place, SignalSetting setting, SignalDefinition definition, List<PolicyProblem> problems)
    {
        foreach (var (name, words) in setting.Texts)
        {
            if (definition.Words.All(w => w.Name != name))
                problems.Add(new($"{place}.words.{name}", "{0} has no list {1}{2}", setting.Code, name, Suggestion.For(name, definition.Words.Select(w => w.Name))));
            else if (words.Count > MostWords)
                problems.Add(new($"{place}.words.{name}", "may hold at most {0} words, not {1}", Text(MostWords), Text(words.Count)));
            else if (words.FirstOrDefault(w => string.IsNullOrWhiteSpace(w) || w.Length > LongestWord) is { } word)
                problems.Add(new($"{place}.words.{name}", "a word has 1 to {0} characters; this one has not: {1}", Text(LongestWord), word.Length > LongestWord ? word[..LongestWord] + "…" : $"“{word}”"));
        }
    }

    internal static string FlowName(Flow flow) => flow == Flow.PayOut ? "payout" : "payin";

    private static string Text(double number) => number.ToString(CultureInfo.InvariantCulture);
}
