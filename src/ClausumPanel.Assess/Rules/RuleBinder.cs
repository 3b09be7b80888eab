using System.Collections.Frozen;
using System.Globalization;
using System.Text.RegularExpressions;

namespace ClausumPanel.Assess.Rules;

/// <summary>Gives every part of a condition its type, says what does not fit, and makes of what fits something that can be asked.</summary>
internal sealed class RuleBinder(RuleLists? lists, RuleProblems problems)
{
    private const RegexOptions PatternOptions = RegexOptions.NonBacktracking | RegexOptions.IgnoreCase | RegexOptions.CultureInvariant;

    private static readonly Dictionary<string, Fact> Short = new(StringComparer.Ordinal) { ["hour"] = Known.Hour, ["weekday"] = Known.Weekday };
    private static readonly string[] FactNames = [.. FactCatalog.ForRules.Select(d => d.Name), .. Short.Keys];
    private static readonly RuleLists Nothing = new(new Dictionary<string, IReadOnlySet<string>> { [""] = FrozenSet<string>.Empty });

    private readonly List<(RuleNode Node, Condition Condition)> _leaves = [];

    private enum Kind : byte
    {
        Wrong, Condition, Text, Number, Money, Flag, Duration, Weekday,
    }

    /// <summary>The conditions that are made of no others, in the order of the text.</summary>
    public IReadOnlyList<(RuleNode Node, Condition Condition)> Leaves => _leaves;

    /// <summary>The fact of this name, also by its short one.</summary>
    public static bool TryFind(string name, out Fact fact) => (FactCatalog.ByName.TryGetValue(name, out fact) && FactCatalog.IsForRules(fact)) || Short.TryGetValue(name, out fact);

    /// <summary>Null when something does not fit.</summary>
    public Condition? Bind(RuleNode node)
    {
        if (problems.IsFull) return null;
        switch (node)
        {
            case AllOf all:
                return Join(all.Conditions, parts => new All(parts));
            case AnyOf any:
                return Join(any.Conditions, parts => new Any(parts));
            case Not not:
                return Bind(not.Condition) is { } condition ? new Opposite(condition) : null;
            default:
                var leaf = Leaf(node);
                if (leaf is not null) _leaves.Add((node, leaf));
                return leaf;
        }
    }

    private Condition? Join(IReadOnlyList<RuleNode> nodes, Func<Condition[], Condition> join)
    {
        var parts = nodes.Select(Bind).ToArray();
        return parts.Contains(null) ? null : join(parts!);
    }

    private Condition? Leaf(RuleNode node)
    {
        var operand = Operand(node);
        if (operand.Kind == Kind.Condition) return operand.Condition;
        if (operand.Kind == Kind.Flag) return operand.Fact is { } flag ? new IsSet(flag) : new Always(((FlagNode)node).Value);
        if (operand.Kind != Kind.Wrong) problems.Add(node, RuleProblem.NoCondition, problems.Quote(node));
        return null;
    }

    private Bound Operand(RuleNode node)
    {
        if (problems.IsFull) return default;
        return node switch
        {
            FactNode fact => OfFact(fact),
            NumberNode number => new Bound(Kind.Number, new Constant((double)number.Value)),
            MoneyNode money => OfMoney(money),
            DurationNode duration => new Bound(Kind.Duration, new Constant((double)duration.Amount * Milliseconds(duration.Unit))),
            TextNode text => new Bound(Kind.Text) { Text = new Wording(null, text.Value) },
            FlagNode flag => new Bound(Kind.Flag, new Constant(flag.Value ? 1 : 0)),
            WeekdayNode day => new Bound(Kind.Weekday, new Constant(day.Day)),
            Negative negative => OfNegative(negative),
            Calculated calculated => OfCalculated(calculated),
            Compared compared => OfCompared(compared),
            Between between => OfBetween(between),
            InSet set => OfSet(set),
            InList list => OfList(list),
            Supplied supplied => OfSupplied(supplied),
            Searched searched => OfSearched(searched),
            Matched matched => OfMatched(matched),
            // A condition in parentheses where a value belongs: bound for its own problems.
            _ => Bind(node) is { } condition ? new Bound(condition) : default,
        };
    }

    private Bound OfFact(FactNode node)
    {
        if (!TryFind(node.Name, out var fact))
        {
            problems.Suggest(node.Offset, node.Length, problems.Nearest(node.Name, FactNames), RuleProblem.UnknownFact, RuleProblems.Shorten(node.Name));
            return default;
        }
        return fact.Definition.Type switch
        {
            FactType.Text => new Bound(Kind.Text) { Fact = fact, Text = new Wording(fact, null) },
            FactType.Number => new Bound(Kind.Number, new FactQuantity(fact)) { Fact = fact },
            FactType.Money => new Bound(Kind.Money, new FactQuantity(fact)) { Fact = fact },
            FactType.Flag => new Bound(Kind.Flag, new FactQuantity(fact)) { Fact = fact },
            FactType.Duration => new Bound(Kind.Duration, new FactQuantity(fact)) { Fact = fact },
            _ => default,
        };
    }

    private Bound OfMoney(MoneyNode node)
    {
        if (!Currencies.TryFind(node.Currency, out var currency, out var digits))
        {
            problems.Suggest(node.Offset, node.Length, problems.Nearest(node.Currency, Currencies.All), PolicyProblem.NoCurrency, RuleProblems.Shorten(node.Currency));
            return default;
        }
        var minor = node.Amount * Currencies.Scale(currency);
        if (minor == decimal.Truncate(minor)) return new Bound(Kind.Money, new MoneyQuantity((double)minor, currency)) { Currency = currency };
        problems.Add(node, RuleProblem.Decimals, currency, digits.ToString(CultureInfo.InvariantCulture));
        return default;
    }

    private Bound OfNegative(Negative node)
    {
        var value = Operand(node.Value);
        return IsCalculable(node.Value, value) ? value with { Quantity = Calculate(new Constant(-1), Operation.Multiply, value.Quantity!), Fact = null } : default;
    }

    private Bound OfCalculated(Calculated node)
    {
        var (left, right) = (Operand(node.Left), Operand(node.Right));
        var (leftFits, rightFits) = (IsCalculable(node.Left, left), IsCalculable(node.Right, right));
        if (!leftFits || !rightFits || !Agree(node.Left, left, node.Right, right)) return default;
        var (one, other) = (left.Kind, right.Kind);
        if (node.Operation == Operation.Divide && right.Quantity is Constant { Number: 0 } or MoneyQuantity { Minor: 0 })
        {
            problems.Add(node.Right, RuleProblem.ByZero);
            return default;
        }
        var kind = node.Operation switch
        {
            Operation.Add or Operation.Subtract => one == other ? one : Kind.Wrong,
            Operation.Multiply => other == Kind.Number ? one : one == Kind.Number ? other : Kind.Wrong,
            _ => other == Kind.Number ? one : one == other ? Kind.Number : Kind.Wrong,
        };
        if (kind == Kind.Wrong)
        {
            var sentence = node.Operation is Operation.Add or Operation.Subtract ? RuleProblem.NoSum : RuleProblem.NoProduct;
            problems.Add(node, sentence, problems.Quote(node.Left), problems.Quote(node.Right));
            return default;
        }
        return new Bound(kind, Calculate(left.Quantity!, node.Operation, right.Quantity!)) { Currency = kind == Kind.Money ? left.Currency ?? right.Currency : null };
    }

    private Bound OfCompared(Compared node)
    {
        var (left, right) = (Operand(node.Left), Operand(node.Right));
        if (!Fit(node.Left, left, node.Right, right)) return default;
        if (left.Kind is Kind.Text or Kind.Flag && node.Comparison is not (Comparison.Equal or Comparison.NotEqual)) return NoOrder(node.Left);
        var negated = node.Comparison == Comparison.NotEqual;
        if (left.Kind != Kind.Text) return new Bound(Comparing.Of(left.Quantity!, node.Comparison, right.Quantity!));
        return new Bound(left.Fact is { } fact && node.Right is TextNode text ? new FactIsText(fact, text.Value, negated) : new SameText(left.Text, right.Text, negated));
    }

    private Bound OfBetween(Between node)
    {
        var (value, low, high) = (Operand(node.Value), Operand(node.Low), Operand(node.High));
        var (lowFits, highFits) = (Fit(node.Value, value, node.Low, low), Fit(node.Value, value, node.High, high));
        if (!lowFits || !highFits || !Agree(node.Low, low, node.High, high)) return default;
        if (value.Kind is Kind.Text or Kind.Flag) return NoOrder(node.Value);
        var wraps = value.Fact is { } fact && (fact == Known.Hour || fact == Known.Weekday);
        if (!wraps && NumberOf(low) > NumberOf(high))
        {
            problems.Add(node, RuleProblem.NothingBetween, problems.Quote(node.Low), problems.Quote(node.High));
            return default;
        }
        return new Bound(new Within(value.Quantity!, low.Quantity!, high.Quantity!, wraps, node.Negated));
    }

    private Bound OfSet(InSet node)
    {
        var value = Operand(node.Value);
        var items = node.Items.Select(Operand).ToArray();
        var fit = true;
        for (var i = 0; i < items.Length; i++) fit &= Fit(node.Value, value, node.Items[i], items[i]);
        if (!fit) return default;
        return new Bound(value.Kind == Kind.Text
            ? new AmongTexts(value.Text, node.Items.OfType<TextNode>().Select(t => t.Value).ToFrozenSet(StringComparer.OrdinalIgnoreCase), node.Negated)
            : new AmongQuantities(value.Quantity!, [.. items.Select(i => i.Quantity!)], node.Negated));
    }

    private Bound OfList(InList node)
    {
        var value = Operand(node.Value);
        var isText = IsText(node.Value, value);
        var list = Nothing.ByName[""];
        if (lists is not null && lists.ByName.TryGetValue(node.List, out var known)) list = known;
        else if (lists is { AreOpen: false })
        {
            var length = RulePrinter.Quote(node.List).Length;
            problems.Suggest(node.Offset + node.Length - length, length, problems.Nearest(node.List, lists.ByName.Keys), RuleProblem.UnknownList, RuleProblems.Shorten(node.List));
            return default;
        }
        return isText ? new Bound(new Listed(value.Text, list, node.Negated)) : default;
    }

    private Bound OfSupplied(Supplied node)
    {
        var value = Operand(node.Value);
        if (value.Fact is { } fact) return new Bound(new IsSupplied(fact, node.Present));
        if (value.Kind != Kind.Wrong) problems.Add(node.Value, RuleProblem.NoFact, problems.Quote(node.Value));
        return default;
    }

    private Bound OfSearched(Searched node)
    {
        var (value, sought) = (Operand(node.Value), Operand(node.Sought));
        var (valueFits, soughtFits) = (IsText(node.Value, value), IsText(node.Sought, sought));
        return valueFits && soughtFits ? new Bound(new TextWithin(value.Text, node.Search, sought.Text)) : default;
    }

    private Bound OfMatched(Matched node)
    {
        var value = Operand(node.Value);
        var isText = IsText(node.Value, value);
        return Pattern(node) is { } pattern && isText ? new Bound(new TextMatches(value.Text, pattern)) : default;
    }

    private Regex? Pattern(Matched node)
    {
        var length = RulePrinter.Quote(node.Pattern).Length;
        var at = node.Offset + node.Length - length;
        if (node.Pattern.Length > RuleLimits.Pattern)
        {
            problems.Add(at, length, RuleProblem.LongPattern, RuleLimits.Pattern.ToString(CultureInfo.InvariantCulture), node.Pattern.Length.ToString(CultureInfo.InvariantCulture));
            return null;
        }
        if (Repetitions(node.Pattern) > RuleLimits.Repetitions)
        {
            problems.Add(at, length, RuleProblem.RepeatingPattern, RuleLimits.Repetitions.ToString(CultureInfo.InvariantCulture));
            return null;
        }
        try
        {
            return new Regex(node.Pattern, PatternOptions);
        }
        catch (RegexParseException wrong)
        {
            problems.Add(at, length, RuleProblem.WrongPattern, Math.Max(wrong.Offset, 1).ToString(CultureInfo.InvariantCulture));
        }
        catch (NotSupportedException)
        {
            problems.Add(at, length, RuleProblem.UnboundedPattern);
        }
        return null;
    }

    // {n}, {n,} and {n,m} count, also where a pattern means the brace itself: too strict is safe.
    private static double Repetitions(string pattern)
    {
        var product = 1d;
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] != '{') continue;
            var (largest, number) = (1d, 0d);
            while (++i < pattern.Length && (char.IsAsciiDigit(pattern[i]) || pattern[i] == ','))
            {
                number = pattern[i] == ',' ? 0 : (number * 10) + (pattern[i] - '0');
                largest = Math.Max(largest, number);
            }
            product *= largest;
        }
        return product;
    }

    /// <summary>Whether two values can be compared; says at the one that is less of a fact what the other wants.</summary>
    private bool Fit(RuleNode leftNode, Bound left, RuleNode rightNode, Bound right)
    {
        var (leftIsValue, rightIsValue) = (IsValue(leftNode, left), IsValue(rightNode, right));
        if (!leftIsValue || !rightIsValue) return false;
        foreach (var (dayNode, day, other) in ((RuleNode, Bound, Bound)[])[(leftNode, left, right), (rightNode, right, left)])
        {
            if (day.Kind != Kind.Weekday || other.Fact == Known.Weekday) continue;
            problems.Add(dayNode, RuleProblem.WantsWeekday, problems.Quote(dayNode));
            return false;
        }
        if (left.Kind == Kind.Weekday || right.Kind == Kind.Weekday) return true;
        if (left.Kind == right.Kind) return Agree(leftNode, left, rightNode, right);
        var (asking, asked) = left.Fact is null && right.Fact is not null ? ((rightNode, right), leftNode) : ((leftNode, left), rightNode);
        problems.Add(asked, asking.Item2.Kind switch
        {
            Kind.Text => RuleProblem.WantsText,
            Kind.Money => RuleProblem.WantsMoney,
            Kind.Duration => RuleProblem.WantsDuration,
            Kind.Flag => RuleProblem.WantsFlag,
            _ => RuleProblem.WantsNumber,
        }, problems.Quote(asking.Item1));
        return false;
    }

    private bool Agree(RuleNode leftNode, Bound left, RuleNode rightNode, Bound right)
    {
        if (left.Currency is null || right.Currency is null || left.Currency == right.Currency) return true;
        problems.Add(rightNode, RuleProblem.MixedCurrencies, problems.Quote(leftNode), problems.Quote(rightNode));
        return false;
    }

    private bool IsValue(RuleNode node, Bound bound)
    {
        if (bound.Kind == Kind.Condition) problems.Add(node, RuleProblem.NoValue, problems.Quote(node));
        return bound.Kind is not (Kind.Wrong or Kind.Condition);
    }

    private bool IsText(RuleNode node, Bound bound)
    {
        if (bound.Kind is not (Kind.Text or Kind.Wrong)) problems.Add(node, RuleProblem.NoText, problems.Quote(node));
        return bound.Kind == Kind.Text;
    }

    private bool IsCalculable(RuleNode node, Bound bound)
    {
        if (bound.Kind is Kind.Number or Kind.Money or Kind.Duration) return true;
        if (bound.Kind != Kind.Wrong) problems.Add(node, RuleProblem.NoArithmetic, problems.Quote(node));
        return false;
    }

    private Bound NoOrder(RuleNode node)
    {
        problems.Add(node, RuleProblem.NoOrder, problems.Quote(node));
        return default;
    }

    private static double NumberOf(Bound bound) => bound.Quantity switch { Constant constant => constant.Number, MoneyQuantity money => money.Minor, _ => double.NaN };

    private static Quantity Calculate(Quantity left, Operation operation, Quantity right) => (left, right) switch
    {
        (Constant one, Constant other) => new Constant(CalculatedQuantity.Calculate(one.Number, operation, other.Number)),
        _ => new CalculatedQuantity(left, operation, right),
    };

    internal static double Milliseconds(DurationUnit unit) => unit switch
    {
        DurationUnit.Millisecond => 1,
        DurationUnit.Second => 1_000,
        DurationUnit.Minute => 60_000,
        DurationUnit.Hour => 3_600_000,
        DurationUnit.Day => 86_400_000,
        _ => throw new ArgumentOutOfRangeException(nameof(unit)),
    };

    private readonly record struct Bound(Kind Kind, Quantity? Quantity = null)
    {
        public Bound(Condition condition) : this(Kind.Condition) => Condition = condition;

        public Condition? Condition { get; init; }
        public Wording Text { get; init; }
        public Fact? Fact { get; init; }
        public string? Currency { get; init; }
    }
}
