using System.Collections.Frozen;
using System.Runtime.Intrinsics;
using System.Text.RegularExpressions;
using ClausumPanel.Assess.Previews;

namespace ClausumPanel.Assess.Rules;

/// <summary>A condition ready to be asked: no allocation, no exception, and false about whatever is missing.</summary>
internal abstract class Condition
{
    public abstract bool Holds(Facts facts);

    /// <summary>Asks it of many payments at once: of the rows that are set, those stay set for which it holds.</summary>
    public abstract void Narrow(StretchFacts facts, Span<ulong> rows);
}

/// <summary>A number from the facts; NaN when one of them is missing.</summary>
internal abstract class Quantity
{
    public abstract double Of(Facts facts);

    /// <summary>The number of each row of a stretch.</summary>
    public abstract void Read(StretchFacts facts, Span<double> into);
}

/// <summary>A text from the facts or from the rule; null when it is missing.</summary>
internal readonly struct Wording(Fact? fact, string? text)
{
    private readonly Fact _fact = fact ?? default;

    public bool IsFact { get; } = fact is not null;

    public string? Of(Facts facts) => IsFact ? facts.Text(_fact) : text;

    public string? Of(StretchFacts facts, int row) => IsFact ? facts.Text(_fact, row) : text;

    /// <summary>Leaves the rows whose text passes: each text is tested once, however many rows have it.</summary>
    public void Narrow(StretchFacts facts, Span<ulong> rows, Func<string, bool> passes)
    {
        if (IsFact) facts.Narrow(_fact, rows, passes);
        else if (text is null || !passes(text)) rows.Clear();
    }
}

internal sealed class All(Condition[] parts) : Condition
{
    public override bool Holds(Facts facts)
    {
        foreach (var part in parts)
            if (!part.Holds(facts)) return false;
        return true;
    }

    public override void Narrow(StretchFacts facts, Span<ulong> rows)
    {
        foreach (var part in parts)
        {
            if (!rows.ContainsAnyExcept(0UL)) return;
            part.Narrow(facts, rows);
        }
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

    public override void Narrow(StretchFacts facts, Span<ulong> rows)
    {
        Span<ulong> found = stackalloc ulong[rows.Length], left = stackalloc ulong[rows.Length];
        found.Clear();
        foreach (var part in parts)
        {
            for (var i = 0; i < rows.Length; i++) left[i] = rows[i] & ~found[i];
            part.Narrow(facts, left);
            for (var i = 0; i < rows.Length; i++) found[i] |= left[i];
        }
        found.CopyTo(rows);
    }
}

internal sealed class Opposite(Condition of) : Condition
{
    public override bool Holds(Facts facts) => !of.Holds(facts);

    public override void Narrow(StretchFacts facts, Span<ulong> rows)
    {
        Span<ulong> held = stackalloc ulong[rows.Length];
        rows.CopyTo(held);
        of.Narrow(facts, held);
        for (var i = 0; i < rows.Length; i++) rows[i] &= ~held[i];
    }
}

internal sealed class Always(bool holds) : Condition
{
    public override bool Holds(Facts facts) => holds;

    public override void Narrow(StretchFacts facts, Span<ulong> rows)
    {
        if (!holds) rows.Clear();
    }
}

internal sealed class IsSet(Fact fact) : Condition
{
    public override bool Holds(Facts facts) => facts.Is(fact);

    public override void Narrow(StretchFacts facts, Span<ulong> rows) => RowBits.Narrow<Same>(rows, facts.Numbers(fact), 1);
}

internal sealed class IsSupplied(Fact fact, bool present) : Condition
{
    public override bool Holds(Facts facts) => facts.Has(fact) == present;

    public override void Narrow(StretchFacts facts, Span<ulong> rows)
    {
        Span<ulong> supplied = stackalloc ulong[rows.Length];
        rows.CopyTo(supplied);
        if (fact.Definition.IsText) facts.Narrow(fact, supplied, _ => true);
        else RowBits.Narrow<Same>(supplied, facts.Numbers(fact), facts.Numbers(fact));
        for (var i = 0; i < rows.Length; i++) rows[i] &= present ? supplied[i] : ~supplied[i];
    }
}

internal interface IComparing
{
    static abstract bool Compare(double left, double right);

    static abstract Vector256<double> Compare(Vector256<double> left, Vector256<double> right);
}

internal readonly struct Same : IComparing
{
    public static bool Compare(double left, double right) => left == right;

    public static Vector256<double> Compare(Vector256<double> left, Vector256<double> right) => Vector256.Equals(left, right);
}

// NaN differs from everything, a missing fact from nothing.
internal readonly struct Different : IComparing
{
    public static bool Compare(double left, double right) => left < right || left > right;

    public static Vector256<double> Compare(Vector256<double> left, Vector256<double> right) => Vector256.LessThan(left, right) | Vector256.GreaterThan(left, right);
}

internal readonly struct Less : IComparing
{
    public static bool Compare(double left, double right) => left < right;

    public static Vector256<double> Compare(Vector256<double> left, Vector256<double> right) => Vector256.LessThan(left, right);
}

internal readonly struct LessOrSame : IComparing
{
    public static bool Compare(double left, double right) => left <= right;

    public static Vector256<double> Compare(Vector256<double> left, Vector256<double> right) => Vector256.LessThanOrEqual(left, right);
}

internal readonly struct More : IComparing
{
    public static bool Compare(double left, double right) => left > right;

    public static Vector256<double> Compare(Vector256<double> left, Vector256<double> right) => Vector256.GreaterThan(left, right);
}

internal readonly struct MoreOrSame : IComparing
{
    public static bool Compare(double left, double right) => left >= right;

    public static Vector256<double> Compare(Vector256<double> left, Vector256<double> right) => Vector256.GreaterThanOrEqual(left, right);
}

internal sealed class FactAgainstNumber<T>(Fact fact, double number) : Condition
    where T : struct, IComparing
{
    public override bool Holds(Facts facts) => T.Compare(facts.Number(fact), number);

    public override void Narrow(StretchFacts facts, Span<ulong> rows) => RowBits.Narrow<T>(rows, facts.Numbers(fact), number);
}

internal sealed class FactAgainstMoney<T>(Fact fact, double minor, string currency) : Condition
    where T : struct, IComparing
{
    public override bool Holds(Facts facts) => T.Compare(facts.Number(fact), minor) && facts.Text(Known.Currency) == currency;

    public override void Narrow(StretchFacts facts, Span<ulong> rows)
    {
        RowBits.Narrow<T>(rows, facts.Numbers(fact), minor);
        RowBits.And(rows, facts.WithText(Known.Currency, currency));
    }
}

internal sealed class QuantitiesCompared<T>(Quantity left, Quantity right) : Condition
    where T : struct, IComparing
{
    public override bool Holds(Facts facts) => T.Compare(left.Of(facts), right.Of(facts));

    public override void Narrow(StretchFacts facts, Span<ulong> rows)
    {
        var (one, other) = (facts.Rent(left), facts.Rent(right));
        RowBits.Narrow<T>(rows, one, other);
        facts.Return(one);
        facts.Return(other);
    }
}

// Hours and weekdays wrap: from 22 to 6 is the night.
internal sealed class Within(Quantity value, Quantity low, Quantity high, bool wraps, bool negated) : Condition
{
    public override bool Holds(Facts facts) => Holds(value.Of(facts), low.Of(facts), high.Of(facts));

    public override void Narrow(StretchFacts facts, Span<ulong> rows)
    {
        var (numbers, lows, highs) = (facts.Rent(value), facts.Rent(low), facts.Rent(high));
        for (var i = 0; i < rows.Length; i++)
        {
            if (rows[i] == 0) continue;
            var held = 0UL;
            for (var at = 0; at < RowBits.Together; at += Vector256<double>.Count)
            {
                var place = (i * RowBits.Together) + at;
                held |= (ulong)Hold(Vector256.Create(numbers, place), Vector256.Create(lows, place), Vector256.Create(highs, place)).ExtractMostSignificantBits() << at;
            }
            rows[i] &= held;
        }
        facts.Return(numbers);
        facts.Return(lows);
        facts.Return(highs);
    }

    private Vector256<double> Hold(Vector256<double> numbers, Vector256<double> from, Vector256<double> to)
    {
        var (after, before) = (Vector256.GreaterThanOrEqual(numbers, from), Vector256.LessThanOrEqual(numbers, to));
        var within = after & before;
        if (wraps) within = Vector256.ConditionalSelect(Vector256.GreaterThan(from, to), after | before, within);
        if (!negated) return within;
        // Whatever is missing is neither within nor without.
        return Vector256.Equals(numbers, numbers) & Vector256.Equals(from, from) & Vector256.Equals(to, to) & ~within;
    }

    private bool Holds(double number, double from, double to)
    {
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

    public override void Narrow(StretchFacts facts, Span<ulong> rows)
    {
        Span<ulong> compared = stackalloc ulong[rows.Length], among = stackalloc ulong[rows.Length], some = stackalloc ulong[rows.Length];
        compared.Clear();
        among.Clear();
        var numbers = facts.Rent(value);
        RowBits.Narrow<Same>(rows, numbers, numbers);
        foreach (var item in items)
        {
            var others = facts.Rent(item);
            rows.CopyTo(some);
            RowBits.Narrow<Same>(some, others, others);
            RowBits.Or(compared, some);
            RowBits.Narrow<Same>(some, numbers, others);
            RowBits.Or(among, some);
            facts.Return(others);
        }
        for (var i = 0; i < rows.Length; i++) rows[i] &= compared[i] & (negated ? ~among[i] : among[i]);
        facts.Return(numbers);
    }
}

internal sealed class SameText(Wording left, Wording right, bool negated) : Condition
{
    public override bool Holds(Facts facts) => left.Of(facts) is { } one && right.Of(facts) is { } other && string.Equals(one, other, StringComparison.OrdinalIgnoreCase) != negated;

    public override void Narrow(StretchFacts facts, Span<ulong> rows) =>
        RowBits.Narrow(rows, row => left.Of(facts, row) is { } one && right.Of(facts, row) is { } other && string.Equals(one, other, StringComparison.OrdinalIgnoreCase) != negated);
}

internal sealed class FactIsText(Fact fact, string text, bool negated) : Condition
{
    public override bool Holds(Facts facts) => facts.Text(fact) is { } found && string.Equals(found, text, StringComparison.OrdinalIgnoreCase) != negated;

    public override void Narrow(StretchFacts facts, Span<ulong> rows) => facts.Narrow(fact, rows, found => string.Equals(found, text, StringComparison.OrdinalIgnoreCase) != negated);
}

internal sealed class AmongTexts(Wording value, FrozenSet<string> items, bool negated) : Condition
{
    public override bool Holds(Facts facts) => value.Of(facts) is { } text && items.Contains(text) != negated;

    public override void Narrow(StretchFacts facts, Span<ulong> rows) => value.Narrow(facts, rows, text => items.Contains(text) != negated);
}

internal sealed class Listed(Wording value, IRuleList list, bool negated) : Condition
{
    public override bool Holds(Facts facts) => value.Of(facts) is { } text && list.Contains(text, facts.Moment) != negated;

    public override void Narrow(StretchFacts facts, Span<ulong> rows) => RowBits.Narrow(rows, row => value.Of(facts, row) is { } text && list.Contains(text, facts.At(row)) != negated);
}

internal sealed class TextWithin(Wording value, TextSearch search, Wording sought) : Condition
{
    public override bool Holds(Facts facts) => value.Of(facts) is { } text && sought.Of(facts) is { } part && IsIn(text, part);

    public override void Narrow(StretchFacts facts, Span<ulong> rows)
    {
        if (sought.IsFact) RowBits.Narrow(rows, row => value.Of(facts, row) is { } text && sought.Of(facts, row) is { } part && IsIn(text, part));
        else value.Narrow(facts, rows, text => sought.Of(facts, 0) is { } part && IsIn(text, part));
    }

    private bool IsIn(string text, string part) => search switch
    {
        TextSearch.StartsWith => text.StartsWith(part, StringComparison.OrdinalIgnoreCase),
        TextSearch.EndsWith => text.EndsWith(part, StringComparison.OrdinalIgnoreCase),
        TextSearch.Contains => text.Contains(part, StringComparison.OrdinalIgnoreCase),
        _ => false,
    };
}

internal sealed class TextMatches(Wording value, Regex pattern) : Condition
{
    public override bool Holds(Facts facts) => value.Of(facts) is { } text && IsMatch(text);

    public override void Narrow(StretchFacts facts, Span<ulong> rows) => value.Narrow(facts, rows, IsMatch);

    private bool IsMatch(string text) => pattern.IsMatch(text.AsSpan(0, Math.Min(text.Length, RuleLimits.Searched)));
}

internal sealed class Constant(double number) : Quantity
{
    public double Number => number;

    public override double Of(Facts facts) => number;

    public override void Read(StretchFacts facts, Span<double> into) => into.Fill(number);
}

internal sealed class FactQuantity(Fact fact) : Quantity
{
    public Fact Fact => fact;

    public override double Of(Facts facts) => facts.Number(fact);

    public override void Read(StretchFacts facts, Span<double> into) => facts.Numbers(fact).CopyTo(into);
}

/// <summary>An amount in one currency: missing where the payment is in another.</summary>
internal sealed class MoneyQuantity(double minor, string currency) : Quantity
{
    public double Minor => minor;

    public string Currency => currency;

    public override double Of(Facts facts) => facts.Text(Known.Currency) == currency ? minor : double.NaN;

    public override void Read(StretchFacts facts, Span<double> into)
    {
        var rows = facts.WithText(Known.Currency, currency);
        for (var row = 0; row < into.Length; row++) into[row] = RowBits.Has(rows, row) ? minor : double.NaN;
    }
}

internal sealed class CalculatedQuantity(Quantity left, Operation operation, Quantity right) : Quantity
{
    public override double Of(Facts facts) => Calculate(left.Of(facts), operation, right.Of(facts));

    public override void Read(StretchFacts facts, Span<double> into)
    {
        left.Read(facts, into);
        var others = facts.Rent(right);
        for (var row = 0; row < into.Length; row++) into[row] = Calculate(into[row], operation, others[row]);
        facts.Return(others);
    }

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
