namespace ClausumPanel.Assess.Rules;

/// <summary>A rule's text and what it says. Whatever the text, its tokens one after the other are the text again.</summary>
public sealed class RuleTree
{
    private RuleTree(string text, IReadOnlyList<RuleToken> tokens, RuleNode? condition, RuleAction? action, IReadOnlyList<RuleProblem> problems)
    {
        Text = text;
        Tokens = tokens;
        Condition = condition;
        Action = action;
        Problems = problems;
    }

    /// <summary>The text, with every blank and comment.</summary>
    public string Text { get; }

    /// <summary>The tokens, with the blanks and comments before each; the last one is the end.</summary>
    public IReadOnlyList<RuleToken> Tokens { get; }

    /// <summary>What stands between <c>when</c> and <c>then</c>; null when the text cannot be read.</summary>
    public RuleNode? Condition { get; }

    /// <summary>What stands after <c>then</c>; null when the text cannot be read.</summary>
    public RuleAction? Action { get; }

    /// <summary>Why the text cannot be read. What is read can still be wrong: <see cref="CompiledRule.TryCompile"/> says so.</summary>
    public IReadOnlyList<RuleProblem> Problems { get; }

    /// <summary>The names of the lists its condition names, in the order of the text.</summary>
    public IEnumerable<string> Lists => Condition is null ? [] : ListsOf(Condition);

    /// <summary>Reads a text; never throws.</summary>
    public static RuleTree Parse(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var problems = new RuleProblems(text);
        if (text.Length > RuleLimits.Length)
        {
            problems.Add(RuleLimits.Length, text.Length - RuleLimits.Length, RuleProblem.TooLong, Invariant(RuleLimits.Length), Invariant(text.Length));
            return new RuleTree(text, [new RuleToken(RuleTokenKind.Bad, "", text, 0)], null, null, problems.Found);
        }
        var tokens = RuleLexer.Read(text, problems);
        if (problems.Found.Count == 0 && new RuleParser(tokens, problems).Read() is { } rule) return new RuleTree(text, tokens, rule.Condition, rule.Action, []);
        return new RuleTree(text, tokens, null, null, problems.Found);
    }

    /// <summary>A rule made by hand, with the text a tidy writer would give it.</summary>
    /// <exception cref="ArgumentException">The condition is nested deeper than a rule may be.</exception>
    public static RuleTree Of(RuleNode condition, RuleAction action) => Parse($"when {condition} then {RulePrinter.Write(action)}");

    /// <summary>The rule with one part of its condition replaced; the text around it, with its comments, stays as it is.</summary>
    public RuleTree Replace(RuleNode part, RuleNode by)
    {
        ArgumentNullException.ThrowIfNull(part);
        ArgumentNullException.ThrowIfNull(by);
        var written = RulePrinter.BindsLooser(by, part) ? $"({by})" : by.ToString();
        return Parse(string.Concat(Text.AsSpan(0, part.Offset), written, Text.AsSpan(part.Offset + part.Length)));
    }

    public override string ToString() => Text;

    private static IEnumerable<string> ListsOf(RuleNode node) => node.Parts.SelectMany(ListsOf).Concat(node is InList list ? [list.List] : []);

    private static string Invariant(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
