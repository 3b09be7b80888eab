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

    /// <summary>The rule with one part of its condition replaced; the text around it, with its comments, stays as it is. Of a comparison only the side that differs is replaced.</summary>
    public RuleTree Replace(RuleNode part, RuleNode by)
    {
        ArgumentNullException.ThrowIfNull(part);
        ArgumentNullException.ThrowIfNull(by);
        if (part is Compared old && by is Compared next)
        {
            var (left, word, right) = (old.Left.Equals(next.Left), old.Comparison == next.Comparison, old.Right.Equals(next.Right));
            if (word && right) return left ? this : Replace(old.Left, next.Left);
            if (left && word) return Replace(old.Right, next.Right);
            if (left && right)
            {
                var token = Tokens.First(t => t.Offset >= old.Left.Offset + old.Left.Length && t.Is(RulePrinter.Symbol(old.Comparison)));
                return With(token.Offset, token.Text.Length, RulePrinter.Symbol(next.Comparison));
            }
        }
        return With(part.Offset, part.Length, RulePrinter.Write(by, LevelAround(part, by)));
    }

    /// <summary>The rule with another action. Where only the points differ, only they are replaced.</summary>
    public RuleTree SetAction(RuleAction action)
    {
        if (Action is not { } old) throw new InvalidOperationException("There is no action in a text that cannot be read.");
        if (old == action) return this;
        var last = Tokens[^2];
        var first = Tokens.Last(t => t.Is("then")).Offset;
        first = Tokens.First(t => t.Offset > first).Offset;
        var written = RulePrinter.Write(action);
        if (old.Kind == RuleActionKind.Add && action.Kind == RuleActionKind.Add)
        {
            first = Tokens.First(t => t.Offset > first).Offset;
            written = action.Points.ToString(System.Globalization.CultureInfo.InvariantCulture);
        }
        return With(first, last.End - first, written);
    }

    /// <summary>What must at least stand in a part's place to stand there without parentheses.</summary>
    internal RulePrinter.Level LevelAround(RuleNode part, RuleNode by)
    {
        if (IsEnclosed(part)) return RulePrinter.Level.Any;
        return Condition is null || ReferenceEquals(Condition, part) ? RulePrinter.Level.Any : Around(Condition, part) switch
        {
            AllOf => RulePrinter.LevelWithin(all: true),
            AnyOf => RulePrinter.LevelWithin(all: false),
            Not => RulePrinter.LevelAfterNot(by),
            _ => RulePrinter.LevelOf(part),
        };
    }

    private static RuleNode? Around(RuleNode node, RuleNode part)
    {
        foreach (var mine in node.Parts)
        {
            if (ReferenceEquals(mine, part)) return node;
            if (Around(mine, part) is { } found) return found;
        }
        return null;
    }

    // In parentheses of its own, which are not those of a set.
    private bool IsEnclosed(RuleNode part)
    {
        var before = -1;
        while (Tokens[before + 1].Offset < part.Offset) before++;
        var after = before + 1;
        while (Tokens[after].Offset < part.Offset + part.Length) after++;
        return before > 0 && Tokens[before].Is("(") && Tokens[after].Is(")") && !Tokens[before - 1].Is("in");
    }

    private RuleTree With(int offset, int length, string by)
    {
        var edits = new TextEdits(Text);
        edits.Put(offset, offset + length, by);
        return Parse(edits.Done());
    }

    public override string ToString() => Text;

    private static IEnumerable<string> ListsOf(RuleNode node) => node.Parts.SelectMany(ListsOf).Concat(node is InList list ? [list.List] : []);

    private static string Invariant(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
