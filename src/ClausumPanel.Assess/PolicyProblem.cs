using System.Globalization;
using ClausumPanel.Assess.Rules;

namespace ClausumPanel.Assess;

/// <summary>Something a policy says that cannot be.</summary>
/// <param name="Place">Where, as a path into the policy's JSON: <c>signals.short_session.parameters.below</c>.</param>
/// <param name="Sentence">What is wrong and what would be right, in English with {0}, {1} for the values; the panel translates it. One of <see cref="Sentences"/>.</param>
/// <param name="Values">The values of the sentence.</param>
/// <param name="Suggestion">The word that was probably meant, or null.</param>
/// <param name="At">Where within the text of a rule, or null.</param>
public sealed record PolicyProblem(string Place, string Sentence, IReadOnlyList<string> Values, string? Suggestion = null, TextPlace? At = null)
{
    /// <summary>The whole sentence in English.</summary>
    public string Reason => string.Format(CultureInfo.InvariantCulture, Sentence, [.. Values]) + (Suggestion is null ? "" : $"; did you mean {Suggestion}?");

    /// <summary>Every sentence a problem can have.</summary>
    public static IReadOnlyList<string> Sentences { get; } =
    [
        NoJson, Wanted, NoMember, Missing, Twice, NoCurrency, NoSignal, NoParameter, NoList, BandRange, WeightRange, ParameterRange, Negative, Order, Fixed, TooManyWords, WordLength,
        TooManyRules, RuleId, TextLength, LaterThan, OfMany, DaysRange, PercentRange,
    ];

    internal const string NoJson = "is not JSON: line {0}, place {1}";
    internal const string Wanted = "must be {0}, not {1}";
    internal const string NoMember = "{0} is not known here";
    internal const string Missing = "{0} is missing";
    internal const string Twice = "is named twice";
    internal const string NoCurrency = "{0} is no currency of ISO 4217";
    internal const string NoSignal = "{0} is no signal";
    internal const string NoParameter = "{0} has no parameter {1}";
    internal const string NoList = "{0} has no word list {1}";
    internal const string BandRange = "must be between {0} and 101 (101: never by score), not {1}";
    internal const string WeightRange = "must be between -100 and 100, not {0}";
    internal const string ParameterRange = "must be between {0} and {1}, not {2}";
    internal const string Negative = "must not be negative";
    internal const string Order = "must not be less than {0}";
    internal const string Fixed = "is what the engine itself does and cannot be changed";
    internal const string TooManyWords = "may hold at most {0} words, not {1}";
    internal const string WordLength = "a word has 1 to {0} characters; this one has not: {1}";

    internal const string TooManyRules = "a policy has at most {0} rules, not {1}";
    internal const string RuleId = "must be 1 to {0} lower-case letters, digits, - and _";
    internal const string TextLength = "must have {0} to {1} characters, not {2}";
    internal const string LaterThan = "must be later than {0}";
    internal const string OfMany = "belongs to many people: a report may flag it or send it to review, never block it";
    internal const string DaysRange = "must be between 1 and {0} days, not {1}";
    internal const string PercentRange = "must be between 0 and {0} per cent, in steps of 0.01, not {1}";

    public override string ToString() => At is { } at ? $"{Place} (line {at.Line}, column {at.Column}): {Reason}" : $"{Place}: {Reason}";
}

/// <summary>The problems of one policy as they are found.</summary>
internal sealed class PolicyProblems
{
    public List<PolicyProblem> Found { get; } = [];

    public void Add(string place, string sentence, params string[] values) => Found.Add(new PolicyProblem(place, sentence, values));

    /// <summary>A word that is not known, with the known one that is nearest.</summary>
    public void AddUnknown(string place, string sentence, string word, IEnumerable<string> known, params string[] values) =>
        Found.Add(new PolicyProblem(place, sentence, values.Length == 0 ? [word] : values, Suggestion.For(word, known)));
}
