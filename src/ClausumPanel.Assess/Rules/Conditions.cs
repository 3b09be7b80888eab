using System.Collections.Frozen;
using System.Text.RegularExpressions;

namespace ClausumPanel.Assess.Rules;

/// <summary>A condition ready to be asked: no allocation, no exception, and false about whatever is missing.</summary>
internal abstract class Condition
{
    public abstract bool Holds(Facts facts);
}

/// <summary>A number from the facts; NaN when one of them is missing.</summary>
internal abstract class Quantity
{
    public abstract double Of(Facts facts);
}

/// <summary>A text from the facts or from the rule; null when it is missing.</summary>
internal readonly struct Wording(Fact? fact, string? text)
{
    private readonly Fact _fact = fact ?? default;

    public bool IsFact { get; } = fact is not null;

    public string? Of(Facts facts) => IsFact ? facts.Text(_fact) : text;
}

internal sealed class All(Condition[] parts) : Condition
{
    public override bool Holds(Facts facts)
    {
        foreach (var part in parts)
            if (!part.Holds(facts)) return false;
        return true;
    }
}

internal sealed class Any(Condition[] parts) : Condition
{
    public override bool Holds(Facts facts)
    {
        foreach (var part in parts)
            if (part.Holds(facts)) return true;
        return false;
    }
}

internal sealed class Opposite(Condition of) : Condition
{
    public override bool Holds(Facts facts) => !of.Holds(facts);
}

internal sealed class Always(bool holds) : Condition
{
    public override bool Holds(Facts facts) => holds;
}

internal sealed class IsSet(Fact fact) : Condition
{
    public override bool Holds(Facts facts) => facts.Is(fact);
}

internal sealed class IsSupplied(Fact fact, bool present) : Condition
{
    public override bool Holds(Facts facts) => facts.Has(fact) == present;
}

internal interface IComparing
{
    static abstract bool Compare(double left, double right);
}

internal readonly struct Same : IComparing
{
    public static bool Compare(double left, double right) => left == right;
}

// NaN differs from everything, a missing fact from nothing.
internal readonly struct Different : IComparing
{
    public static bool Compare(double left, double right) => left < right || left > right;
}

internal readonly struct Less : IComparing
{
    public static bool Compare(double left, double right) => left < right;
}

internal readonly struct LessOrSame : IComparing
{
    public static bool Compare(double left, double right) => left <= right;
}

internal readonly struct More : IComparing
{
    public static bool Compare(double left, double right) => left > right;
}

internal readonly struct MoreOrSame : IComparing
{
    public static bool Compare(double left, double right) => left >= right;
}

internal sealed class FactAgainstNumber<T>(Fact fact, double number) : Condition
    where T : struct, IComparing
{
    public override bool Holds(Facts facts) => T.Compare(facts.Number(fact), number);
}

internal sealed class FactAgainstMoney<T>(Fact fact, double minor, string currency) : Condition
    where T : struct, IComparing
{
    public override bool Holds(Facts facts) => T.Compare(facts.Number(fact), minor) && facts.Text(Known.Currency) == currency;
}

internal sealed class QuantitiesCompared<T>(Quantity left, Quantity right) : Condition
    where T : struct, IComparing
{
    public override bool Holds(Facts facts) => T.Compare(left.Of(facts), right.Of(facts));
}

// Hours and weekdays wrap: from 22 to 6 is the night.
internal sealed class Within(Quantity value, Quantity low, Quantity high, bool wraps, bool negated) : Condition
{
    public override bool Holds(Facts facts)
    {
        var (number, from, to) = (value.Of(facts), low.Of(facts), high.Of(facts));
        if (double.IsNaN(number) || double.IsNaN(from) || double.IsNaN(to)) return false;
        var within = wraps && from > to ? number >= from || number <= to : number >= from && number <= to;
        return within != negated;
    }
}

internal sealed class AmongQuantities(Quantity value, Quantity[] items, bool negated) : Condition
{
    public override bool Holds(Facts facts)
    {
        var number = value.Of(facts);
        var (compared, among) = (false, false);
        foreach (var item in items)
        {
            var other = item.Of(facts);
            compared |= !double.IsNaN(other);
            among |= number == other;
        }
        return compared && !double.IsNaN(number) && among != negated;
    }
}

internal sealed class SameText(Wording left, Wording right, bool negated) : Condition
{
    public override bool Holds(Facts facts) => left.Of(facts) is { } one && right.Of(facts) is { } other && string.Equals(one, other, StringComparison.OrdinalIgnoreCase) != negated;
}

internal sealed class FactIsText(Fact fact, string text, bool negated) : Condition
{
    public override bool Holds(Facts facts) => facts.Text(fact) is { } found && string.Equals(found, text, StringComparison.OrdinalIgnoreCase) != negated;
}

internal sealed class AmongTexts(Wording value, FrozenSet<string> items, bool negated) : Condition
{
    public override bool Holds(Facts facts) => value.Of(facts) is { } text && items.Contains(text) != negated;
}

internal sealed class Listed(Wording value, IRuleList list, bool negated) : Condition
{
    public override bool Holds(Facts facts) => value.Of(facts) is { } text && list.Contains(text, facts.Moment) != negated;
}

internal sealed class TextWithin(Wording value, TextSearch search, Wording sought) : Condition
{
    public override bool Holds(Facts facts) => value.Of(facts) is { } text && sought.Of(facts) is { } part && search switch
    {
        TextSearch.StartsWith => text.StartsWith(part, StringComparison.OrdinalIgnoreCase),
        TextSearch.EndsWith => text.EndsWith(part, StringComparison.OrdinalIgnoreCase),
        TextSearch.Contains => text.Contains(part, StringComparison.OrdinalIgnoreCase),
        _ => false,
    };
}

internal sealed class TextMatches(Wording value, Regex pattern) : Condition
{
    public override bool Holds(Facts facts) => value.Of(facts) is { } text && pattern.IsMatch(text.AsSpan(0, Math.Min(text.Length, RuleLimits.Searched)));
}

internal sealed class Constant(double number) : Quantity
{
    public double Number => number;

    public override double Of(Facts facts) => number;
}

internal sealed class FactQuantity(Fact fact) : Quantity
{
    public Fact Fact => fact;

    public override double Of(Facts facts) => facts.Number(fact);
}

/// <summary>An amount in one currency: missing where the payment is in another.</summary>
internal sealed class MoneyQuantity(double minor, string currency) : Quantity
{
    public double Minor => minor;

    public string Currency => currency;

    public override double Of(Facts facts) => facts.Text(Known.Currency) == currency ? minor : double.NaN;
}

internal sealed class CalculatedQuantity(Quantity left, Operation operation, Quantity right) : Quantity
{
    public override double Of(Facts facts) => Calculate(left.Of(facts), operation, right.Of(facts));

    public static double Calculate(double left, Operation operation, double right) => operation switch
    {
        Operation.Add => left + right,
        Operation.Subtract => left - right,
        Operation.Multiply => left * right,
        Operation.Divide => right == 0 ? double.NaN : left / right,
        _ => double.NaN,
    };
}

/// <summary>Makes the condition that fits what is compared, so that the usual ones take one call.</summary>
internal static class Comparing
{
    public static Condition Of(Quantity left, Comparison comparison, Quantity right) => comparison switch
    {
        Comparison.Equal => Of<Same>(left, right),
        Comparison.NotEqual => Of<Different>(left, right),
        Comparison.Less => Of<Less>(left, right),
        Comparison.LessOrEqual => Of<LessOrSame>(left, right),
        Comparison.Greater => Of<More>(left, right),
        Comparison.GreaterOrEqual => Of<MoreOrSame>(left, right),
        _ => throw new ArgumentOutOfRangeException(nameof(comparison)),
    };

    private static Condition Of<T>(Quantity left, Quantity right)
        where T : struct, IComparing => (left, right) switch
        {
            (FactQuantity fact, Constant number) => new FactAgainstNumber<T>(fact.Fact, number.Number),
            (FactQuantity fact, MoneyQuantity money) => new FactAgainstMoney<T>(fact.Fact, money.Minor, money.Currency),
            _ => new QuantitiesCompared<T>(left, right),
        };
}
