using System.Globalization;

namespace ClausumPanel.Assess.Rules;

/// <summary>What a token of a rule's text is.</summary>
public enum RuleTokenKind : byte
{
    /// <summary>A word of the language: <c>when</c>, <c>and</c>, <c>saturday</c>.</summary>
    Keyword,

    /// <summary>Any other word: a fact or a currency.</summary>
    Name,

    /// <summary><c>15</c>, <c>0.5</c>.</summary>
    Number,

    /// <summary><c>90s</c>, <c>5m</c>, <c>2h</c>, <c>3d</c>, <c>250ms</c>.</summary>
    Duration,

    /// <summary>A text in quotes.</summary>
    Text,

    /// <summary>An operator, a parenthesis or a comma.</summary>
    Symbol,

    /// <summary>What no rule can say.</summary>
    Bad,

    /// <summary>The end; its trivia is what follows the last token.</summary>
    End,
}

/// <summary>A token with the blanks and comments before it: all tokens of a rule, one after the other, are its text.</summary>
public readonly record struct RuleToken(RuleTokenKind Kind, string Trivia, string Text, int Offset)
{
    internal int End => Offset + Text.Length;

    internal bool Is(string word) => Kind is RuleTokenKind.Keyword or RuleTokenKind.Symbol && Text.Equals(word, StringComparison.OrdinalIgnoreCase);

    public override string ToString() => Trivia + Text;
}

/// <summary>Cuts a rule's text into tokens; loses nothing, whatever the text.</summary>
internal static class RuleLexer
{
    public static readonly string[] Actions = ["allow", "add", "review", "challenge", "block"];
    public static readonly string[] Weekdays = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];

    private static readonly HashSet<string> Keywords = new(
        ["when", "then", "and", "or", "not", "is", "missing", "present", "in", "list", "starts", "ends", "with", "contains", "matches", "between", "true", "false", .. Actions, .. Weekdays],
        StringComparer.OrdinalIgnoreCase);

    private static readonly string[] Symbols = ["!=", "<=", ">=", "=", "<", ">", "(", ")", ",", "+", "-", "*", "/"];

    private static readonly Dictionary<string, string> Meant = new(StringComparer.Ordinal)
    {
        ["=="] = "=", ["<>"] = "!=", ["≠"] = "!=", ["≤"] = "<=", ["≥"] = ">=", ["&&"] = "and", ["&"] = "and", ["||"] = "or", ["|"] = "or", ["!"] = "not", ["“"] = "\"", ["”"] = "\"", ["'"] = "\"", ["×"] = "*", ["÷"] = "/",
    };

    public static List<RuleToken> Read(string text, RuleProblems problems)
    {
        var tokens = new List<RuleToken>();
        var at = 0;
        do
        {
            var start = SkipTrivia(text, at, problems);
            var (kind, end) = Next(text, start, problems);
            tokens.Add(new RuleToken(kind, text[at..start], text[start..end], start));
            at = end;
        }
        while (tokens[^1].Kind != RuleTokenKind.End);
        return tokens;
    }

    private static int SkipTrivia(string text, int at, RuleProblems problems)
    {
        while (at < text.Length)
        {
            if (char.IsWhiteSpace(text[at]))
            {
                at++;
                continue;
            }
            if (text[at] != '#' && !(text[at] == '/' && at + 1 < text.Length && text[at + 1] == '/')) break;
            var start = at;
            while (at < text.Length && !IsLineEnd(text[at])) at++;
            CheckCharacters(text, start, at, problems);
        }
        return at;
    }

    private static (RuleTokenKind Kind, int End) Next(string text, int start, RuleProblems problems)
    {
        if (start == text.Length) return (RuleTokenKind.End, start);
        var c = text[start];
        if (c == '"') return (RuleTokenKind.Text, TextEnd(text, start, problems));
        if (char.IsAsciiDigit(c)) return Number(text, start, problems);
        if (char.IsLetter(c) || c == '_')
        {
            var end = start;
            while (end < text.Length && IsWordPart(text[end])) end++;
            return (Keywords.Contains(text[start..end]) ? RuleTokenKind.Keyword : RuleTokenKind.Name, end);
        }
        var (meant, bad) = MeantAt(text, start);
        if (meant is null && Symbols.FirstOrDefault(s => text.AsSpan(start).StartsWith(s, StringComparison.Ordinal)) is { } symbol) return (RuleTokenKind.Symbol, start + symbol.Length);
        if (meant is null)
        {
            bad = start + 1;
            while (bad < text.Length && !char.IsWhiteSpace(text[bad]) && !char.IsLetterOrDigit(text[bad]) && text[bad] != '"' && !Symbols.Any(s => s[0] == text[bad])) bad++;
        }
        problems.Suggest(start, bad - start, meant, RuleProblem.BadCharacter, Visible(text.AsSpan(start, bad - start)));
        return (RuleTokenKind.Bad, bad);
    }

    private static (string? Meant, int End) MeantAt(string text, int start)
    {
        foreach (var length in (ReadOnlySpan<int>)[2, 1])
            if (start + length <= text.Length && Meant.TryGetValue(text.Substring(start, length), out var meant) && !(length == 1 && text.AsSpan(start).StartsWith("!=", StringComparison.Ordinal)))
                return (meant, start + length);
        return (null, start);
    }

    private static (RuleTokenKind Kind, int End) Number(string text, int start, RuleProblems problems)
    {
        var end = start;
        while (end < text.Length && char.IsAsciiDigit(text[end])) end++;
        var (whole, decimals) = (end - start, 0);
        if (end + 1 < text.Length && text[end] == '.' && char.IsAsciiDigit(text[end + 1]))
        {
            var point = end++;
            while (end < text.Length && char.IsAsciiDigit(text[end])) end++;
            decimals = end - point - 1;
        }
        if (whole > RuleLimits.Digits || decimals > RuleLimits.Decimals)
            problems.Add(start, end - start, RuleProblem.NumberTooLong, RuleLimits.Digits.ToString(CultureInfo.InvariantCulture), RuleLimits.Decimals.ToString(CultureInfo.InvariantCulture));
        var word = end;
        while (word < text.Length && IsWordPart(text[word])) word++;
        return text.AsSpan(end, word - end) is "ms" or "s" or "m" or "h" or "d" ? (RuleTokenKind.Duration, word) : (RuleTokenKind.Number, end);
    }

    private static int TextEnd(string text, int start, RuleProblems problems)
    {
        var end = start + 1;
        while (end < text.Length && !IsLineEnd(text[end]))
        {
            if (text[end] == '"')
            {
                if (end + 1 == text.Length || text[end + 1] != '"')
                {
                    CheckCharacters(text, start, end, problems);
                    return end + 1;
                }
                end++;
            }
            end++;
        }
        problems.Add(start, end - start, RuleProblem.NotClosed);
        return end;
    }

    // What JSON or UTF-8 could not keep, and what no eye could see.
    private static void CheckCharacters(string text, int start, int end, RuleProblems problems)
    {
        for (var i = start; i < end; i++)
        {
            if (char.IsSurrogate(text[i]) && i + 1 < end && char.IsSurrogatePair(text[i], text[i + 1])) i++;
            else if (char.IsSurrogate(text[i]) || (char.IsControl(text[i]) && text[i] != '\t'))
            {
                problems.Add(i, 1, RuleProblem.BadCharacter, Visible(text.AsSpan(i, 1)));
                return;
            }
        }
    }

    private static string Visible(ReadOnlySpan<char> text) =>
        char.IsControl(text[0]) || (char.IsSurrogate(text[0]) && (text.Length == 1 || !char.IsSurrogatePair(text[0], text[1])))
            ? "U+" + ((int)text[0]).ToString("X4", CultureInfo.InvariantCulture)
            : RuleProblems.Shorten(text);

    private static bool IsLineEnd(char c) => c is '\n' or '\r';

    internal static bool IsWordPart(char c) => char.IsLetterOrDigit(c) || c is '_' or '.';
}
