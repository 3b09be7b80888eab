using System.Globalization;

namespace ClausumPanel.Assess.Rules;

/// <summary>A stretch of a rule's text. Offset and length count UTF-16 units from 0, line and column from 1.</summary>
public readonly record struct TextPlace(int Offset, int Length, int Line, int Column)
{
    internal static TextPlace Of(string text, int offset, int length)
    {
        var (line, start) = (1, 0);
        for (var i = 0; i < offset; i++)
        {
            if (text[i] != '\n' && (text[i] != '\r' || (i + 1 < text.Length && text[i + 1] == '\n'))) continue;
            (line, start) = (line + 1, i + 1);
        }
        return new TextPlace(offset, length, line, offset - start + 1);
    }
}

/// <summary>Something a rule's text says that cannot be.</summary>
/// <param name="At">Where.</param>
/// <param name="Sentence">What is wrong and what would be right, in English with {0}, {1} for the values; the panel translates it. One of <see cref="Sentences"/>.</param>
/// <param name="Values">The values of the sentence.</param>
/// <param name="Suggestion">What was probably meant, or null.</param>
public sealed record RuleProblem(TextPlace At, string Sentence, IReadOnlyList<string> Values, string? Suggestion = null)
{
    /// <summary>The whole sentence in English.</summary>
    public string Reason => string.Format(CultureInfo.InvariantCulture, Sentence, [.. Values]) + (Suggestion is null ? "" : $"; did you mean {Suggestion}?");

    /// <summary>Every sentence a problem can have.</summary>
    public static IReadOnlyList<string> Sentences { get; } =
    [
        TooLong, TooDeep, BadCharacter, NotClosed, NumberTooLong,
        NoWhen, NoThen, NoAction, NoPoints, NoOperand, NoClose, NoSet, NoItem, NoBetweenAnd, NoMissing, NoWith, NoListName, NoPattern, NoNegated, TooMuch,
        UnknownFact, PolicyProblem.NoCurrency, UnknownList, Decimals, PolicyProblem.WeightRange,
        WantsText, WantsNumber, WantsMoney, WantsDuration, WantsFlag, WantsWeekday, NoCondition, NoValue, NoOrder, NoText, NoFact,
        NoArithmetic, NoSum, NoProduct, MixedCurrencies, ByZero, NothingBetween, WrongPattern, UnboundedPattern, LongPattern, RepeatingPattern,
    ];

    internal const string TooLong = "a rule has at most {0} characters, not {1}";
    internal const string TooDeep = "a rule is nested at most {0} deep";
    internal const string BadCharacter = "{0} means nothing in a rule";
    internal const string NotClosed = "the text is not closed with \" on its line";
    internal const string NumberTooLong = "a number has at most {0} digits before the point and {1} after it";

    internal const string NoWhen = "expected when: a rule reads when … then …";
    internal const string NoThen = "expected a comparison, and, or or then here";
    internal const string NoAction = "expected allow, add, review, challenge or block here";
    internal const string NoPoints = "expected a whole number between -100 and 100 here, as in add 15";
    internal const string NoOperand = "expected a fact or a value here";
    internal const string NoClose = "expected ) here";
    internal const string NoSet = "expected values in parentheses or the word list here";
    internal const string NoItem = "expected a text in quotes, a number, an amount, a duration or a day here";
    internal const string NoBetweenAnd = "expected and here, as in between 1 and 5";
    internal const string NoMissing = "expected missing or present here";
    internal const string NoWith = "expected with here";
    internal const string NoListName = "expected the name of a list in quotes here";
    internal const string NoPattern = "expected a pattern in quotes here";
    internal const string NoNegated = "expected in or between here";
    internal const string TooMuch = "a rule ends after its action; this is too much";

    internal const string UnknownFact = "{0} is no fact";
    internal const string UnknownList = "there is no list {0}";
    internal const string Decimals = "{0} has at most {1} digits after the point";
    internal const string WantsText = "expected a text in quotes here, for {0} is a text";
    internal const string WantsNumber = "expected a number here, for {0} is a number";
    internal const string WantsMoney = "expected an amount with its currency here, as in 5000 MXN, for {0} is money";
    internal const string WantsDuration = "expected a duration here, as in 90s, 5m, 2h or 3d, for {0} is a duration";
    internal const string WantsFlag = "expected true or false here, for {0} is a yes or no";
    internal const string WantsWeekday = "{0} is a day of the week and can be compared with weekday only";
    internal const string NoCondition = "expected a condition here; {0} alone is none";
    internal const string NoValue = "expected a value here; {0} is a condition";
    internal const string NoOrder = "{0} has no order: it can be compared with = and != only";
    internal const string NoText = "expected a text here; {0} is none";
    internal const string NoFact = "only a fact can be missing or present; {0} is none";
    internal const string NoArithmetic = "{0} is nothing to calculate with";
    internal const string NoSum = "{0} and {1} cannot be added to or taken from each other";
    internal const string NoProduct = "{0} and {1} cannot be multiplied or divided by each other";
    internal const string MixedCurrencies = "{0} and {1} are different currencies";
    internal const string ByZero = "nothing can be divided by zero";
    internal const string NothingBetween = "nothing lies between {0} and {1}";
    internal const string WrongPattern = "the pattern is wrong at its character {0}";
    internal const string UnboundedPattern = "the pattern uses back references, look-around or something else whose time has no bound";
    internal const string LongPattern = "a pattern has at most {0} characters, not {1}";
    internal const string RepeatingPattern = "the repetitions of a pattern, multiplied, are at most {0}";

    public override string ToString() => $"line {At.Line}, column {At.Column}: {Reason}";
}

/// <summary>The problems of one rule as they are found; after the tenth nothing more is told.</summary>
internal sealed class RuleProblems(string text)
{
    public const int Most = 10;

    private const int Quoted = 40;

    private readonly Dictionary<(string Word, IEnumerable<string> Known), string?> _nearest = [];

    public List<RuleProblem> Found { get; } = [];

    public bool IsFull => Found.Count >= Most;

    public void Add(int offset, int length, string sentence, params string[] values) => Suggest(offset, length, null, sentence, values);

    public void Add(RuleNode at, string sentence, params string[] values) => Add(at.Offset, at.Length, sentence, values);

    public void Suggest(int offset, int length, string? suggestion, string sentence, params string[] values)
    {
        if (!IsFull) Found.Add(new RuleProblem(TextPlace.Of(text, offset, length), sentence, values, suggestion));
    }

    /// <summary>What stands there, short enough for a sentence.</summary>
    public string Quote(RuleNode node) => Shorten(text.AsSpan(node.Offset, node.Length));

    public static string Shorten(ReadOnlySpan<char> text) => text.Length <= Quoted ? text.ToString() : string.Concat(text[..Quoted], "…");

    /// <summary>The nearest known word; a word nobody would write is not compared with hundreds.</summary>
    public string? Nearest(string word, IEnumerable<string> known)
    {
        if (word.Length is <= 2 or > Quoted || IsFull) return null;
        if (!_nearest.TryGetValue((word, known), out var nearest)) _nearest.Add((word, known), nearest = Suggestion.For(word, known));
        return nearest;
    }
}
