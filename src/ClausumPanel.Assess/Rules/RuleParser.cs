using System.Globalization;

namespace ClausumPanel.Assess.Rules;

/// <summary>
/// Reads tokens into a tree by recursive descent. The first thing it cannot read ends it. Only parentheses and <c>not</c> recurse, and both are counted.
/// </summary>
internal sealed class RuleParser(List<RuleToken> tokens, RuleProblems problems)
{
    private int _at;
    private int _nested;

    private RuleToken Here => tokens[_at];

    private int Before => _at == 0 ? 0 : tokens[_at - 1].End;

    public (RuleNode Condition, RuleAction Action)? Read()
    {
        if (!Take("when")) return Fail(RuleProblem.NoWhen, ["when"]);
        if (Any() is not { } condition) return null;
        if (!Take("then")) return Fail(RuleProblem.NoThen, ["then", "and", "or", "is", "in", "contains", "matches", "between"]);
        if (Action() is not { } action) return null;
        return Here.Kind == RuleTokenKind.End ? (condition, action) : Fail(RuleProblem.TooMuch, []);
    }

    private RuleAction? Action()
    {
        if (Take("allow")) return new RuleAction(RuleActionKind.Allow);
        if (Take("review")) return new RuleAction(RuleActionKind.Review);
        if (Take("challenge")) return new RuleAction(RuleActionKind.Challenge);
        if (Take("block")) return new RuleAction(RuleActionKind.Block);
        if (!Take("add"))
        {
            Fail(RuleProblem.NoAction, RuleLexer.Actions);
            return null;
        }
        var start = Here.Offset;
        var sign = Take("-") ? -1 : 1;
        if (Here.Kind != RuleTokenKind.Number || Here.Text.Contains('.', StringComparison.Ordinal))
        {
            Fail(RuleProblem.NoPoints, []);
            return null;
        }
        var points = sign * long.Parse(Here.Text, CultureInfo.InvariantCulture);
        _at++;
        if (points is >= -100 and <= 100) return new RuleAction(RuleActionKind.Add, (int)points);
        problems.Add(start, Before - start, PolicyProblem.WeightRange, points.ToString(CultureInfo.InvariantCulture));
        return null;
    }

    private RuleNode? Any() => Chain("or", () => Chain("and", Not, parts => new AllOf(parts)), parts => new AnyOf(parts));

    private RuleNode? Chain(string word, Func<RuleNode?> part, Func<List<RuleNode>, RuleNode> join)
    {
        var start = Here.Offset;
        if (part() is not { } first) return null;
        if (!Here.Is(word)) return first;
        var parts = new List<RuleNode> { first };
        while (Take(word))
        {
            if (part() is not { } next) return null;
            parts.Add(next);
        }
        return Placed(join(parts), start);
    }

    private RuleNode? Not()
    {
        var start = Here.Offset;
        if (!Take("not")) return Comparison();
        if (!Enter(start)) return null;
        if (Not() is not { } condition) return null;
        _nested--;
        return Placed(new Not(condition), start);
    }

    private RuleNode? Comparison()
    {
        var start = Here.Offset;
        if (Sum() is not { } left) return null;
        if (ComparisonHere() is { } comparison)
        {
            _at++;
            return Sum() is { } right ? Placed(new Compared(left, comparison, right), start) : null;
        }
        if (Take("is"))
        {
            if (Take("missing")) return Placed(new Supplied(left, false), start);
            return Take("present") ? Placed(new Supplied(left, true), start) : FailNode(RuleProblem.NoMissing, ["missing", "present"]);
        }
        if (Take("starts")) return Search(left, TextSearch.StartsWith, start);
        if (Take("ends")) return Search(left, TextSearch.EndsWith, start);
        if (Take("contains")) return Sum() is { } sought ? Placed(new Searched(left, TextSearch.Contains, sought), start) : null;
        if (Take("matches")) return Quoted() is { } pattern ? Placed(new Matched(left, pattern), start) : FailNode(RuleProblem.NoPattern, []);
        var negated = Take("not");
        if (Take("in")) return In(left, negated, start);
        if (Take("between")) return Range(left, negated, start);
        return negated ? FailNode(RuleProblem.NoNegated, ["in", "between"]) : left;
    }

    private Comparison? ComparisonHere()
    {
        if (Here.Kind != RuleTokenKind.Symbol) return null;
        return Here.Text switch
        {
            "=" => Rules.Comparison.Equal,
            "!=" => Rules.Comparison.NotEqual,
            "<" => Rules.Comparison.Less,
            "<=" => Rules.Comparison.LessOrEqual,
            ">" => Rules.Comparison.Greater,
            ">=" => Rules.Comparison.GreaterOrEqual,
            _ => null,
        };
    }

    private RuleNode? Search(RuleNode left, TextSearch search, int start)
    {
        if (!Take("with")) return FailNode(RuleProblem.NoWith, ["with"]);
        return Sum() is { } sought ? Placed(new Searched(left, search, sought), start) : null;
    }

    private RuleNode? Range(RuleNode left, bool negated, int start)
    {
        if (Sum() is not { } low) return null;
        if (!Take("and")) return FailNode(RuleProblem.NoBetweenAnd, ["and"]);
        return Sum() is { } high ? Placed(new Between(left, low, high, negated), start) : null;
    }

    private RuleNode? In(RuleNode left, bool negated, int start)
    {
        if (Take("list")) return Quoted() is { } list ? Placed(new InList(left, list, negated), start) : FailNode(RuleProblem.NoListName, []);
        if (!Take("(")) return FailNode(RuleProblem.NoSet, ["list"]);
        var items = new List<RuleNode>();
        do
        {
            if (Literal() is not { } item) return problems.Found.Count > 0 ? null : FailNode(RuleProblem.NoItem, RuleLexer.Weekdays);
            items.Add(item);
        }
        while (Take(","));
        return Take(")") ? Placed(new InSet(left, items, negated), start) : FailNode(RuleProblem.NoClose, []);
    }

    private RuleNode? Sum() => Calculation(Product, "+", Operation.Add, "-", Operation.Subtract);

    private RuleNode? Product() => Calculation(Value, "*", Operation.Multiply, "/", Operation.Divide);

    private RuleNode? Calculation(Func<RuleNode?> part, string one, Operation ofOne, string other, Operation ofOther)
    {
        var start = Here.Offset;
        if (part() is not { } left) return null;
        while (Here.Is(one) || Here.Is(other))
        {
            var operation = Here.Is(one) ? ofOne : ofOther;
            _at++;
            if (part() is not { } right || Placed(new Calculated(left, operation, right), start) is not { } both) return null;
            left = both;
        }
        return left;
    }

    private RuleNode? Value()
    {
        if (Literal() is { } literal) return literal;
        var start = Here.Offset;
        if (Take("-"))
        {
            if (!Here.Is("(") && Here.Kind != RuleTokenKind.Name) return FailNode(RuleProblem.NoOperand, []);
            return Value() is { } value ? Placed(new Negative(value), start) : null;
        }
        if (Here.Kind == RuleTokenKind.Name)
        {
            _at++;
            return Placed(new FactNode(tokens[_at - 1].Text), start);
        }
        if (!Take("(")) return FailNode(RuleProblem.NoOperand, []);
        if (!Enter(start) || Any() is not { } inner) return null;
        _nested--;
        return Take(")") ? inner : FailNode(RuleProblem.NoClose, []);
    }

    /// <summary>A value, or null with nothing taken.</summary>
    private RuleNode? Literal()
    {
        var start = Here.Offset;
        if (Quoted() is { } text) return Placed(new TextNode(text), start);
        if (Take("true")) return Placed(new FlagNode(true), start);
        if (Take("false")) return Placed(new FlagNode(false), start);
        if (Here.Kind == RuleTokenKind.Keyword && Array.FindIndex(RuleLexer.Weekdays, day => Here.Is(day)) is >= 0 and var weekday)
        {
            _at++;
            return Placed(new WeekdayNode(weekday + 1), start);
        }
        var negative = Here.Is("-") && tokens[_at + 1].Kind is RuleTokenKind.Number or RuleTokenKind.Duration;
        if (negative) _at++;
        if (Here.Kind is not (RuleTokenKind.Number or RuleTokenKind.Duration)) return null;
        var token = Here;
        _at++;
        if (token.Kind == RuleTokenKind.Duration) return Placed(Duration(token.Text, negative), start);
        var number = decimal.Parse(token.Text, CultureInfo.InvariantCulture);
        if (negative) number = -number;
        if (Here.Kind != RuleTokenKind.Name) return Placed(new NumberNode(number), start);
        _at++;
        return Placed(new MoneyNode(number, tokens[_at - 1].Text), start);
    }

    private static DurationNode Duration(string text, bool negative)
    {
        var digits = text.AsSpan().TrimEnd("msdh");
        var amount = decimal.Parse(digits, CultureInfo.InvariantCulture);
        return new DurationNode(negative ? -amount : amount, text.AsSpan(digits.Length) switch
        {
            "ms" => DurationUnit.Millisecond,
            "s" => DurationUnit.Second,
            "m" => DurationUnit.Minute,
            "h" => DurationUnit.Hour,
            _ => DurationUnit.Day,
        });
    }

    private string? Quoted()
    {
        if (Here.Kind != RuleTokenKind.Text) return null;
        _at++;
        return tokens[_at - 1].Text[1..^1].Replace("\"\"", "\"", StringComparison.Ordinal);
    }

    private bool Take(string word)
    {
        if (!Here.Is(word)) return false;
        _at++;
        return true;
    }

    private bool Enter(int start)
    {
        if (++_nested < RuleLimits.Depth) return true;
        TooDeep(start);
        return false;
    }

    private RuleNode? Placed(RuleNode node, int start)
    {
        if (node.Depth <= RuleLimits.Depth) return node with { Offset = start, Length = Before - start };
        TooDeep(start);
        return null;
    }

    private void TooDeep(int start) => problems.Add(start, Math.Max(Before - start, 1), RuleProblem.TooDeep, RuleLimits.Depth.ToString(CultureInfo.InvariantCulture));

    private (RuleNode, RuleAction)? Fail(string sentence, string[] expected)
    {
        FailNode(sentence, expected);
        return null;
    }

    private RuleNode? FailNode(string sentence, string[] expected)
    {
        var suggestion = Here.Kind is RuleTokenKind.Name or RuleTokenKind.Keyword ? problems.Nearest(Here.Text, expected) : null;
        problems.Suggest(Here.Offset, Here.Text.Length, suggestion, sentence);
        return null;
    }
}
