using System.Globalization;
using System.Text;

namespace ClausumPanel.Assess.Rules;

/// <summary>Writes a tree in the one way a tidy writer would; reading that gives an equal tree.</summary>
internal static class RulePrinter
{
    /// <summary>How tightly a part holds together.</summary>
    public enum Level : byte
    {
        Any, All, Not, Comparison, Sum, Product, Value,
    }

    public static string Write(RuleNode node)
    {
        // A tree by hand can be of any depth; the stack is not.
        if (node.Depth > RuleLimits.Depth) throw new ArgumentException($"A rule is nested at most {RuleLimits.Depth} deep.", nameof(node));
        var text = new StringBuilder();
        Write(text, node);
        return text.ToString();
    }

    /// <summary>In parentheses when it binds looser than that.</summary>
    public static string Write(RuleNode node, Level least) => LevelOf(node) < least ? $"({Write(node)})" : Write(node);

    public static string Write(RuleAction action) => action.Kind switch
    {
        RuleActionKind.Add => string.Create(CultureInfo.InvariantCulture, $"add {action.Points}"),
        RuleActionKind.Allow => "allow",
        RuleActionKind.Review => "review",
        RuleActionKind.Challenge => "challenge",
        RuleActionKind.Block => "block",
        _ => throw new ArgumentOutOfRangeException(nameof(action)),
    };

    /// <summary>What a part of <c>a and b</c> must at least be to stand there without parentheses, or of <c>a or b</c>.</summary>
    public static Level LevelWithin(bool all) => all ? Level.Not : Level.All;

    /// <summary>What a part must at least be to stand after <c>not</c> without parentheses; the language would take a comparison, people misread it.</summary>
    public static Level LevelAfterNot(RuleNode node) => node is Not ? Level.Not : Level.Value;

    public static string Quote(string text) => $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"";

    public static string Symbol(Comparison comparison) => comparison switch
    {
        Comparison.Equal => "=",
        Comparison.NotEqual => "!=",
        Comparison.Less => "<",
        Comparison.LessOrEqual => "<=",
        Comparison.Greater => ">",
        Comparison.GreaterOrEqual => ">=",
        _ => throw new ArgumentOutOfRangeException(nameof(comparison)),
    };

    public static Level LevelOf(RuleNode node) => node switch
    {
        AnyOf => Level.Any,
        AllOf => Level.All,
        Not => Level.Not,
        Compared or Between or InSet or InList or Supplied or Searched or Matched => Level.Comparison,
        Calculated { Operation: Operation.Add or Operation.Subtract } => Level.Sum,
        Calculated => Level.Product,
        _ => Level.Value,
    };

    private static void Write(StringBuilder text, RuleNode node, Level least)
    {
        if (LevelOf(node) >= least)
        {
            Write(text, node);
            return;
        }
        text.Append('(');
        Write(text, node);
        text.Append(')');
    }

    private static void Write(StringBuilder text, RuleNode node)
    {
        switch (node)
        {
            case AnyOf any:
                Join(text, any.Conditions, " or ", LevelWithin(all: false));
                break;
            case AllOf all:
                Join(text, all.Conditions, " and ", LevelWithin(all: true));
                break;
            case Not not:
                text.Append("not ");
                Write(text, not.Condition, LevelAfterNot(not.Condition));
                break;
            case Compared compared:
                Write(text, compared.Left, Level.Sum);
                text.Append(' ').Append(Symbol(compared.Comparison)).Append(' ');
                Write(text, compared.Right, Level.Sum);
                break;
            case Between between:
                Write(text, between.Value, Level.Sum);
                text.Append(between.Negated ? " not between " : " between ");
                Write(text, between.Low, Level.Sum);
                text.Append(" and ");
                Write(text, between.High, Level.Sum);
                break;
            case InSet set:
                Write(text, set.Value, Level.Sum);
                text.Append(set.Negated ? " not in (" : " in (");
                Join(text, set.Items, ", ", Level.Value);
                text.Append(')');
                break;
            case InList list:
                Write(text, list.Value, Level.Sum);
                text.Append(list.Negated ? " not in list " : " in list ").Append(Quote(list.List));
                break;
            case Supplied supplied:
                Write(text, supplied.Value, Level.Sum);
                text.Append(supplied.Present ? " is present" : " is missing");
                break;
            case Searched searched:
                Write(text, searched.Value, Level.Sum);
                text.Append(searched.Search switch { TextSearch.StartsWith => " starts with ", TextSearch.EndsWith => " ends with ", _ => " contains " });
                Write(text, searched.Sought, Level.Sum);
                break;
            case Matched matched:
                Write(text, matched.Value, Level.Sum);
                text.Append(" matches ").Append(Quote(matched.Pattern));
                break;
            case Calculated calculated:
                var own = LevelOf(calculated);
                Write(text, calculated.Left, own);
                text.Append(calculated.Operation switch { Operation.Add => " + ", Operation.Subtract => " - ", Operation.Multiply => " * ", _ => " / " });
                Write(text, calculated.Right, own + 1);
                break;
            case Negative { Value: FactNode fact }:
                text.Append('-').Append(fact.Name);
                break;
            case Negative negative:
                text.Append("-(");
                Write(text, negative.Value);
                text.Append(')');
                break;
            case FactNode fact:
                text.Append(fact.Name);
                break;
            case NumberNode number:
                text.Append(Plain(number.Value));
                break;
            case MoneyNode money:
                text.Append(Plain(money.Amount)).Append(' ').Append(money.Currency);
                break;
            case DurationNode duration:
                text.Append(Plain(duration.Amount)).Append(duration.Unit switch { DurationUnit.Millisecond => "ms", DurationUnit.Second => "s", DurationUnit.Minute => "m", DurationUnit.Hour => "h", _ => "d" });
                break;
            case TextNode quoted:
                text.Append(Quote(quoted.Value));
                break;
            case FlagNode flag:
                text.Append(flag.Value ? "true" : "false");
                break;
            case WeekdayNode day:
                text.Append(RuleLexer.Weekdays[day.Day - 1]);
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(node));
        }
    }

    private static void Join(StringBuilder text, IReadOnlyList<RuleNode> parts, string separator, Level least)
    {
        for (var i = 0; i < parts.Count; i++)
        {
            if (i > 0) text.Append(separator);
            Write(text, parts[i], least);
        }
    }

    public static string Plain(decimal number) => number.ToString("0.############################", CultureInfo.InvariantCulture);
}
