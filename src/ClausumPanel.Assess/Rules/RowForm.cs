using System.Globalization;

namespace ClausumPanel.Assess.Rules;

/// <summary>What a row asks of its fact. Those with <c>Fact</c> compare it with another fact.</summary>
public enum RowOperator : byte
{
    Is, IsNot, Less, AtMost, More, AtLeast, Between, NotBetween,
    IsFact, IsNotFact, LessFact, AtMostFact, MoreFact, AtLeastFact,
    Among, NotAmong, InList, NotInList,
    StartsWith, EndsWith, Contains, Matches,
    Missing, Present,
}

/// <summary>What a value of a row is chosen or written with.</summary>
public enum RowControl : byte
{
    None, Number, Money, Duration, Flag, Weekday, Country, Currency, Text, Pattern, Fact, List,
}

/// <summary>What a row still needs before it says something.</summary>
public enum RowNeed : byte
{
    Nothing, Fact, OtherFact, OtherFactAlike, Number, Text, Country, Currency, List, Value,
}

/// <summary>One value as it is written in a row: <c>5000</c> and <c>MXN</c>, <c>2</c> and <c>h</c>, or alone.</summary>
public readonly record struct RowValue(string Text, string Unit = "");

/// <summary>A condition as a row has it: a fact, what is asked of it, and the values. What does not fit in one stays a text.</summary>
/// <param name="Fact">The fact's name; empty where none is chosen yet, and the only value then says whether the condition is always true or never.</param>
/// <param name="Operator">What is asked.</param>
/// <param name="Values">As many as <see cref="Count"/> says, or one or more for a set.</param>
public sealed record RowForm(string Fact, RowOperator Operator, IReadOnlyList<RowValue> Values)
{
    public const string Yes = "true", No = "false";

    private static readonly string[] Units = ["ms", "s", "m", "h", "d"];

    private static readonly RowOperator[] Ordered = [RowOperator.Is, RowOperator.IsNot, RowOperator.Less, RowOperator.AtMost, RowOperator.More, RowOperator.AtLeast, RowOperator.Between, RowOperator.NotBetween];
    private static readonly RowOperator[] OrderedFacts = [RowOperator.IsFact, RowOperator.IsNotFact, RowOperator.LessFact, RowOperator.AtMostFact, RowOperator.MoreFact, RowOperator.AtLeastFact];
    private static readonly RowOperator[] Known = [RowOperator.Present, RowOperator.Missing];
    private static readonly RowOperator[] OfNumbers = [.. Ordered, RowOperator.Among, RowOperator.NotAmong, .. OrderedFacts, .. Known];
    private static readonly RowOperator[] OfFlags = [RowOperator.Is, RowOperator.IsNot, RowOperator.IsFact, RowOperator.IsNotFact, .. Known];

    private static readonly RowOperator[] OfTexts =
    [
        RowOperator.Is, RowOperator.IsNot, RowOperator.Among, RowOperator.NotAmong, RowOperator.InList, RowOperator.NotInList,
        RowOperator.StartsWith, RowOperator.EndsWith, RowOperator.Contains, RowOperator.Matches, RowOperator.IsFact, RowOperator.IsNotFact, .. Known,
    ];

    /// <summary>The units of durations, as rules write them.</summary>
    public static IReadOnlyList<string> DurationUnits => Units;

    /// <summary>The days of the week, as rules write them, from Monday.</summary>
    public static IReadOnlyList<string> Weekdays => RuleLexer.Weekdays;

    /// <summary>No fact is chosen yet.</summary>
    public bool IsBlank => Fact.Length == 0;

    /// <summary>What its values are chosen or written with.</summary>
    public RowControl Control => FindFact(Fact) is { } fact ? ControlOf(fact, Operator) : RowControl.None;

    /// <summary>The fact of this name, also by its short one (<c>hour</c>); null when there is none.</summary>
    public static FactDefinition? FindFact(string name) => RuleBinder.TryFind(name, out var fact) ? fact.Definition : null;

    /// <summary>What can be asked of a fact, in the order people are offered it.</summary>
    public static IReadOnlyList<RowOperator> OperatorsOf(FactDefinition fact)
    {
        ArgumentNullException.ThrowIfNull(fact);
        return fact.Type switch { FactType.Text => OfTexts, FactType.Flag => OfFlags, _ => OfNumbers };
    }

    /// <summary>How many values it takes; null: one or more.</summary>
    public static int? Count(RowOperator asked) => asked switch
    {
        RowOperator.Present or RowOperator.Missing => 0,
        RowOperator.Between or RowOperator.NotBetween => 2,
        RowOperator.Among or RowOperator.NotAmong => null,
        _ => 1,
    };

    public static RowControl ControlOf(FactDefinition fact, RowOperator asked)
    {
        ArgumentNullException.ThrowIfNull(fact);
        if (Count(asked) == 0) return RowControl.None;
        if (asked is >= RowOperator.IsFact and <= RowOperator.AtLeastFact) return RowControl.Fact;
        if (asked is RowOperator.InList or RowOperator.NotInList) return RowControl.List;
        if (asked == RowOperator.Matches) return RowControl.Pattern;
        if (asked is RowOperator.StartsWith or RowOperator.EndsWith or RowOperator.Contains) return RowControl.Text;
        return fact.Type switch
        {
            FactType.Text => fact.Unit switch { "ISO 3166" => RowControl.Country, "ISO 4217" => RowControl.Currency, _ => RowControl.Text },
            FactType.Money => RowControl.Money,
            FactType.Flag => RowControl.Flag,
            FactType.Duration => RowControl.Duration,
            _ => fact.Fact == Assess.Known.Weekday ? RowControl.Weekday : RowControl.Number,
        };
    }

    /// <summary>A row without a fact, which is always true or never.</summary>
    public static RowForm Blank(bool holds) => new("", RowOperator.Is, [new(holds ? Yes : No)]);

    /// <summary>What a row begins with when its fact is chosen: something that can be read, to be changed.</summary>
    /// <param name="name">The fact.</param>
    /// <param name="currency">What amounts are written in.</param>
    public static RowForm For(string name, string currency)
    {
        if (FindFact(name) is not { } fact) return new RowForm(name, RowOperator.Present, []);
        if (fact.Fact == Assess.Known.Hour) return new RowForm(name, RowOperator.Between, [new("22"), new("6")]);
        if (fact.Fact == Assess.Known.Weekday) return new RowForm(name, RowOperator.Among, [new("saturday"), new("sunday")]);
        if (fact.Fact == Assess.Known.Flow) return new RowForm(name, RowOperator.Is, [new("payin")]);
        var asked = fact.Type switch
        {
            FactType.Money => RowOperator.More,
            FactType.Number => RowOperator.AtLeast,
            FactType.Duration => RowOperator.Less,
            FactType.Flag => RowOperator.Is,
            _ => fact.Unit is "ISO 3166" or "ISO 4217" ? RowOperator.Is : RowOperator.Present,
        };
        return new RowForm(name, asked, asked == RowOperator.Present ? [] : [First(ControlOf(fact, asked), fact, currency)]);
    }

    /// <summary>The same asked of another fact, when that can be asked of it and the values fit; else what a row begins with.</summary>
    public RowForm WithFact(string name, string currency)
    {
        if (FindFact(name) is { } next && FindFact(Fact) is { } fact && next.Type == fact.Type && ControlOf(next, Operator) == Control) return this with { Fact = name };
        return For(name, currency);
    }

    /// <summary>Something else asked of the same fact, of the same values as far as they fit.</summary>
    public RowForm WithOperator(RowOperator asked, string currency)
    {
        if (FindFact(Fact) is not { } fact) return this;
        var (from, to) = (Control, ControlOf(fact, asked));
        var fits = from == to || (IsWritten(from) && IsWritten(to));
        var values = fits && Values.Count > 0 ? Values : [First(to, fact, currency)];
        return this with
        {
            Operator = asked,
            Values = Count(asked) switch { null => values, 0 => [], 2 => [values[0], values.Count > 1 ? values[1] : values[0]], _ => [values[0]] },
        };
    }

    /// <summary>The row of a condition; null when it says more than a row can.</summary>
    public static RowForm? Read(RuleNode leaf)
    {
        switch (leaf)
        {
            case FlagNode flag:
                return Blank(flag.Value);
            case FactNode named when FindFact(named.Name) is { Type: FactType.Flag }:
                return new RowForm(named.Name, RowOperator.Is, [new(Yes)]);
            case Supplied { Value: FactNode named } supplied when FindFact(named.Name) is not null:
                return new RowForm(named.Name, supplied.Present ? RowOperator.Present : RowOperator.Missing, []);
            case Compared { Left: FactNode named, Right: FactNode other } compared when FindFact(named.Name) is { } fact && FindFact(other.Name) is { } second && fact.Type == second.Type:
                return Offered(fact, named, RowOperator.IsFact + (byte)compared.Comparison, [new(other.Name)]);
            case Compared { Left: FactNode named } compared when FindFact(named.Name) is { } fact && ValueOf(fact, compared.Right) is { } value:
                return Offered(fact, named, RowOperator.Is + (byte)compared.Comparison, [value]);
            case Between { Value: FactNode named } between when FindFact(named.Name) is { } fact && ValueOf(fact, between.Low) is { } low && ValueOf(fact, between.High) is { } high:
                return Offered(fact, named, between.Negated ? RowOperator.NotBetween : RowOperator.Between, [low, high]);
            case InSet { Value: FactNode named } set when FindFact(named.Name) is { } fact:
                var values = set.Items.Select(item => ValueOf(fact, item)).OfType<RowValue>().ToArray();
                var isShown = values.Length == set.Items.Count && values.All(value => ControlOf(fact, RowOperator.Among) == RowControl.Country ? value.Text.Length == 2 : value.Text.Trim().Length > 0);
                return isShown ? Offered(fact, named, set.Negated ? RowOperator.NotAmong : RowOperator.Among, values) : null;
            case InList { Value: FactNode named } list when FindFact(named.Name) is { } fact:
                return Offered(fact, named, list.Negated ? RowOperator.NotInList : RowOperator.InList, [new(list.List)]);
            case Searched { Value: FactNode named, Sought: TextNode sought } searched when FindFact(named.Name) is { } fact:
                return Offered(fact, named, RowOperator.StartsWith + (byte)searched.Search, [new(sought.Value)]);
            case Matched { Value: FactNode named } matched when FindFact(named.Name) is { } fact:
                return Offered(fact, named, RowOperator.Matches, [new(matched.Pattern)]);
            default:
                return null;
        }
    }

    /// <summary>The condition it says; null, with what it still needs, when it says none.</summary>
    public RuleNode? Write(out RowNeed need)
    {
        need = RowNeed.Nothing;
        if (IsBlank) return new FlagNode(Values is [{ Text: Yes }]);
        if (FindFact(Fact) is not { } fact || !OperatorsOf(fact).Contains(Operator))
        {
            need = RowNeed.Fact;
            return null;
        }
        var named = new FactNode(Fact);
        if (Operator is RowOperator.Present or RowOperator.Missing) return new Supplied(named, Operator == RowOperator.Present);
        var written = Values.Where(value => Count(Operator) is not null || value.Text.Trim().Length > 0).ToArray();
        if (written.Length == 0 || (Count(Operator) is { } count && written.Length != count)) need = RowNeed.Value;
        var values = new List<RuleNode>();
        foreach (var value in written)
        {
            if (need == RowNeed.Nothing && NodeOf(fact, Control, value, out need) is { } node) values.Add(node);
        }
        if (need != RowNeed.Nothing) return null;
        return Operator switch
        {
            RowOperator.Is when values[0] is FlagNode { Value: true } => named,
            <= RowOperator.AtLeast => new Compared(named, (Comparison)(Operator - RowOperator.Is), values[0]),
            >= RowOperator.IsFact and <= RowOperator.AtLeastFact => new Compared(named, (Comparison)(Operator - RowOperator.IsFact), values[0]),
            RowOperator.Between or RowOperator.NotBetween => new Between(named, values[0], values[1], Operator == RowOperator.NotBetween),
            RowOperator.Among or RowOperator.NotAmong => new InSet(named, values, Operator == RowOperator.NotAmong),
            RowOperator.InList or RowOperator.NotInList => new InList(named, ((TextNode)values[0]).Value, Operator == RowOperator.NotInList),
            RowOperator.Matches => new Matched(named, ((TextNode)values[0]).Value),
            _ => new Searched(named, (TextSearch)(Operator - RowOperator.StartsWith), values[0]),
        };
    }

    public bool Equals(RowForm? other) => other is not null && Fact == other.Fact && Operator == other.Operator && Values.SequenceEqual(other.Values);

    public override int GetHashCode() => HashCode.Combine(Fact, Operator, Values.Count);

    private static RowForm? Offered(FactDefinition fact, FactNode named, RowOperator asked, IReadOnlyList<RowValue> values) =>
        OperatorsOf(fact).Contains(asked) ? new RowForm(named.Name, asked, values) : null;

    private static bool IsWritten(RowControl control) => control is RowControl.Text or RowControl.Pattern or RowControl.Country or RowControl.Currency;

    private static RowValue First(RowControl control, FactDefinition fact, string currency) => control switch
    {
        RowControl.Number => new(fact.Unit switch { "0-100" => "50", "4 or 6" => "6", _ => "1" }),
        RowControl.Money => new("0", currency),
        RowControl.Duration => fact.Source == FactSource.History ? new("1", "d") : new("5", "s"),
        RowControl.Flag => new(Yes),
        RowControl.Weekday => new("monday"),
        RowControl.Country => new("MX"),
        RowControl.Currency => new(currency),
        _ => new(""),
    };

    private static RowValue? ValueOf(FactDefinition fact, RuleNode node) => (fact.Type, node) switch
    {
        (FactType.Text, TextNode text) => new(text.Value),
        (FactType.Flag, FlagNode flag) => new(flag.Value ? Yes : No),
        (FactType.Money, MoneyNode money) => new(RulePrinter.Plain(money.Amount), money.Currency),
        (FactType.Duration, DurationNode duration) => new(RulePrinter.Plain(duration.Amount), Units[(int)duration.Unit]),
        (FactType.Number, WeekdayNode day) when fact.Fact == Assess.Known.Weekday => new(RuleLexer.Weekdays[day.Day - 1]),
        (FactType.Number, NumberNode { Value: >= 1 and <= 7 } day) when fact.Fact == Assess.Known.Weekday => decimal.Truncate(day.Value) == day.Value ? new(RuleLexer.Weekdays[(int)day.Value - 1]) : null,
        (FactType.Number, NumberNode number) when fact.Fact != Assess.Known.Weekday => new(RulePrinter.Plain(number.Value)),
        _ => null,
    };

    private static RuleNode? NodeOf(FactDefinition fact, RowControl control, RowValue value, out RowNeed need)
    {
        var text = control is RowControl.Text or RowControl.Pattern ? value.Text : value.Text.Trim();
        (RuleNode? node, need) = control switch
        {
            RowControl.Number => (TryNumber(text, out var number) ? (RuleNode)new NumberNode(number) : null, RowNeed.Number),
            RowControl.Money => (TryNumber(text, out var amount) && value.Unit.Length > 0 ? new MoneyNode(amount, value.Unit) : null, RowNeed.Number),
            RowControl.Duration => (TryNumber(text, out var length) && Array.IndexOf(Units, value.Unit) is >= 0 and var unit ? new DurationNode(length, (DurationUnit)unit) : null, RowNeed.Number),
            RowControl.Flag => (text is Yes or No ? new FlagNode(text == Yes) : null, RowNeed.Value),
            RowControl.Weekday => (Array.IndexOf(RuleLexer.Weekdays, text) is >= 0 and var day ? new WeekdayNode(day + 1) : null, RowNeed.Value),
            RowControl.Country => (text.Length == 2 && text.All(char.IsAsciiLetter) ? new TextNode(text.ToUpperInvariant()) : null, RowNeed.Country),
            RowControl.Currency => (Currencies.TryFind(text.ToUpperInvariant(), out var currency, out _) ? new TextNode(currency) : null, RowNeed.Currency),
            RowControl.List => (text.Length > 0 ? new TextNode(text) : null, RowNeed.List),
            RowControl.Fact => FindFact(text) is not { } other ? (null, RowNeed.OtherFact) : other.Type == fact.Type ? (new FactNode(text), RowNeed.OtherFact) : (null, RowNeed.OtherFactAlike),
            _ => (text.Length > 0 ? new TextNode(text) : null, RowNeed.Text),
        };
        if (node is not null) need = RowNeed.Nothing;
        return node;
    }

    // 5000, -0.5, 1,500.00.
    private static bool TryNumber(string text, out decimal number)
    {
        number = 0;
        var isGrouped = text.Contains(',', StringComparison.Ordinal);
        if (isGrouped)
        {
            var whole = text.TrimStart('-').Split('.')[0].Split(',');
            if (whole[0].Length is 0 or > 3 || whole.Skip(1).Any(group => group.Length != 3)) return false;
        }
        return decimal.TryParse(text, NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | (isGrouped ? NumberStyles.AllowThousands : 0), CultureInfo.InvariantCulture, out number);
    }
}
