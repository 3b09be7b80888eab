using System.Collections.Immutable;

namespace ClausumPanel.Assess.Rules;

/// <summary>A condition taken apart into the cases it is true, or false, of: each case asks something of some facts, and the condition is true exactly when one case is.</summary>
internal static class RuleCases
{
    /// <summary>More cases than this and nothing is said about the rule.</summary>
    private const int Most = 128;

    /// <summary>Cases put together before it is given up, whatever comes of them.</summary>
    private const int Steps = 1_000;

    /// <summary>The cases in which the condition comes out like this; null when there are too many.</summary>
    /// <param name="node">The condition.</param>
    /// <param name="holds">How it comes out.</param>
    /// <param name="effort">What may still be spent; gets less.</param>
    public static IReadOnlyList<RuleCase>? Among(RuleNode node, bool holds, ref int effort)
    {
        var allowed = Math.Min(Steps, effort);
        var left = allowed;
        var cases = Of(node, holds, ref left);
        effort -= allowed - Math.Max(left, 0);
        return cases;
    }

    /// <summary>The fact is this text.</summary>
    public static RuleCase Within(Fact fact, string text) => RuleCase.Of(fact, FactValues.Texts(fact, [text], false));

    /// <summary>The fact is another text or missing.</summary>
    public static RuleCase Outside(Fact fact, string text) => RuleCase.Of(fact, FactValues.Texts(fact, [text], false).Opposite);

    public static string NameOf(Flow flow) => flow == Flow.PayIn ? "payin" : "payout";

    private static IReadOnlyList<RuleCase>? Of(RuleNode node, bool holds, ref int steps) => node switch
    {
        AllOf all => holds ? Product(all.Conditions, true, ref steps) : Sum(all.Conditions, false, ref steps),
        AnyOf any => holds ? Sum(any.Conditions, true, ref steps) : Product(any.Conditions, false, ref steps),
        Not not => Of(not.Condition, !holds, ref steps),
        _ => Leaf(node, holds),
    };

    private static List<RuleCase>? Sum(IReadOnlyList<RuleNode> nodes, bool holds, ref int steps)
    {
        var sum = new List<RuleCase>();
        foreach (var node in nodes)
        {
            if (Of(node, holds, ref steps) is not { } cases || sum.Count + cases.Count > Most) return null;
            sum.AddRange(cases);
        }
        return sum;
    }

    private static IReadOnlyList<RuleCase>? Product(IReadOnlyList<RuleNode> nodes, bool holds, ref int steps)
    {
        IReadOnlyList<RuleCase> product = [RuleCase.Anything];
        foreach (var node in nodes)
        {
            if (Of(node, holds, ref steps) is not { } cases || (steps -= product.Count * cases.Count) < 0) return null;
            product = [.. product.SelectMany(one => cases.Select(one.And)).OfType<RuleCase>()];
            if (product.Count > Most) return null;
        }
        return product;
    }

    private static IReadOnlyList<RuleCase> Leaf(RuleNode node, bool holds)
    {
        switch (node)
        {
            case FlagNode flag:
                return flag.Value == holds ? [RuleCase.Anything] : [];
            case FactNode fact when TryFind(fact, out var flagged):
                return Cases(flagged, FactValues.Numbers(flagged, new Span(1, 1)), null, holds);
            case Supplied { Value: FactNode named } supplied when TryFind(named, out var asked):
                var present = FactValues.Present(asked);
                return Cases(asked, supplied.Present ? present : present.Opposite, null, holds);
            case Compared compared when Asked(compared.Left, compared.Right, out var fact):
                return OfCompared(fact, compared.Comparison, compared.Right, node, holds);
            case Compared compared when Asked(compared.Right, compared.Left, out var fact):
                return OfCompared(fact, Turned(compared.Comparison), compared.Left, node, holds);
            case Between between when Asked(between.Value, between.Low, out var fact) && NumberOf(between.Low) is { } low && NumberOf(between.High) is { } high:
                var within = low.Number <= high.Number ? FactValues.Numbers(fact, new Span(low.Number, high.Number)) : FactValues.Numbers(fact, new Span(double.NegativeInfinity, high.Number), new Span(low.Number, double.PositiveInfinity));
                return Cases(fact, between.Negated ? within.Others : within, low.Currency, holds);
            case InSet set when Asked(set.Value, set.Items[0], out var fact):
                return OfSet(fact, set, holds);
            default:
                return Unknown(node, holds);
        }
    }

    private static IReadOnlyList<RuleCase> OfCompared(Fact fact, Comparison comparison, RuleNode value, RuleNode node, bool holds)
    {
        if (value is TextNode text) return Cases(fact, FactValues.Texts(fact, [text.Value], comparison == Comparison.NotEqual), null, holds);
        if (NumberOf(value) is not { } number) return Unknown(node, holds);
        var same = FactValues.Numbers(fact, new Span(number.Number, number.Number));
        var values = comparison switch
        {
            Comparison.Equal => same,
            Comparison.NotEqual => same.Others,
            Comparison.Less => FactValues.Numbers(fact, new Span(double.NegativeInfinity, number.Number, false, true)),
            Comparison.LessOrEqual => FactValues.Numbers(fact, new Span(double.NegativeInfinity, number.Number)),
            Comparison.Greater => FactValues.Numbers(fact, new Span(number.Number, double.PositiveInfinity, true)),
            _ => FactValues.Numbers(fact, new Span(number.Number, double.PositiveInfinity)),
        };
        return Cases(fact, values, number.Currency, holds);
    }

    private static IReadOnlyList<RuleCase> OfSet(Fact fact, InSet set, bool holds)
    {
        if (set.Items[0] is TextNode) return Cases(fact, FactValues.Texts(fact, [.. set.Items.OfType<TextNode>().Select(item => item.Value)], set.Negated), null, holds);
        var numbers = set.Items.Select(NumberOf).ToArray();
        if (numbers.Any(number => number is null || number.Value.Currency != numbers[0]!.Value.Currency)) return Unknown(set, holds);
        var among = FactValues.Numbers(fact, [.. numbers.Select(number => new Span(number!.Value.Number, number.Value.Number))]);
        return Cases(fact, set.Negated ? among.Others : among, numbers[0]!.Value.Currency, holds);
    }

    private static IReadOnlyList<RuleCase> Cases(Fact fact, FactValues values, string? currency, bool holds)
    {
        if (!holds && currency is not null) return [.. Some(RuleCase.Of(fact, values.Opposite)), Outside(Known.Currency, currency)];
        var one = RuleCase.Of(fact, holds ? values : values.Opposite);
        return [.. Some(currency is null ? one : one.And(Within(Known.Currency, currency)))];
    }

    private static IEnumerable<RuleCase> Some(RuleCase? one) => one is null || one.IsImpossible ? [] : [one];

    // Whatever is not understood is true or false as a whole; true only when nothing it asks is missing.
    private static IReadOnlyList<RuleCase> Unknown(RuleNode node, bool holds)
    {
        var one = RuleCase.Of(node, holds);
        if (!holds) return [one];
        foreach (var fact in FactsOf(node)) one = one.And(RuleCase.Of(fact, FactValues.Present(fact)))!;
        return [one];
    }

    private static IEnumerable<Fact> FactsOf(RuleNode node) => node is FactNode named && TryFind(named, out var fact) ? [fact] : node.Parts.SelectMany(FactsOf);

    private static bool TryFind(FactNode node, out Fact fact) => RuleBinder.TryFind(node.Name, out fact);

    private static bool Asked(RuleNode left, RuleNode right, out Fact fact)
    {
        fact = default;
        return left is FactNode named && right is NumberNode or MoneyNode or DurationNode or TextNode or FlagNode or WeekdayNode && TryFind(named, out fact);
    }

    private static Comparison Turned(Comparison comparison) => comparison switch
    {
        Comparison.Less => Comparison.Greater,
        Comparison.LessOrEqual => Comparison.GreaterOrEqual,
        Comparison.Greater => Comparison.Less,
        Comparison.GreaterOrEqual => Comparison.LessOrEqual,
        _ => comparison,
    };

    private static (double Number, string? Currency)? NumberOf(RuleNode node) => node switch
    {
        NumberNode number => ((double)number.Value, null),
        MoneyNode money when Currencies.TryFind(money.Currency, out var currency, out _) => ((double)(money.Amount * Currencies.Scale(currency)), currency),
        DurationNode duration => ((double)duration.Amount * RuleBinder.Milliseconds(duration.Unit), null),
        FlagNode flag => (flag.Value ? 1 : 0, null),
        WeekdayNode day => (day.Day, null),
        _ => null,
    };
}

/// <summary>Something asked of facts, all of it at once.</summary>
internal sealed class RuleCase
{
    // A handful each: looked through faster than hashed.
    private readonly (Fact Fact, FactValues Values)[] _facts;
    private readonly (RuleNode Node, bool Holds)[] _nodes;

    private RuleCase((Fact, FactValues)[] facts, (RuleNode, bool)[] nodes) => (_facts, _nodes) = (facts, nodes);

    /// <summary>Asks nothing.</summary>
    public static RuleCase Anything { get; } = new([], []);

    /// <summary>True when it asks only for values of facts, each by itself.</summary>
    public bool IsPlain => _nodes.Length == 0;

    public bool IsImpossible => _facts.Length == 1 && _facts[0].Values.IsEmpty;

    public static RuleCase Of(Fact fact, FactValues values) => new([(fact, values)], []);

    public static RuleCase Of(RuleNode node, bool holds) => new([], [(node, holds)]);

    /// <summary>Both; null when they exclude each other.</summary>
    public RuleCase? And(RuleCase other)
    {
        if (!Meets(other)) return null;
        var facts = _facts.ToList();
        foreach (var (fact, values) in other._facts)
        {
            var mine = facts.FindIndex(known => known.Fact == fact);
            if (mine < 0) facts.Add((fact, values));
            else facts[mine] = (fact, facts[mine].Values.And(values));
        }
        return new RuleCase([.. facts], other._nodes.Length == 0 ? _nodes : [.. _nodes, .. other._nodes.Where(theirs => Array.TrueForAll(_nodes, mine => !mine.Node.Equals(theirs.Node)))]);
    }

    /// <summary>False when no payment can be both.</summary>
    public bool Meets(RuleCase other)
    {
        if (IsImpossible || other.IsImpossible) return false;
        foreach (var (fact, values) in other._facts)
        foreach (var (known, mine) in _facts)
            if (known == fact && mine.And(values).IsEmpty) return false;
        foreach (var (node, holds) in other._nodes)
        foreach (var (known, mine) in _nodes)
            if (mine != holds && known.Equals(node)) return false;
        return true;
    }
}

/// <summary>Numbers from one to another; each end belongs to it unless it is open.</summary>
internal readonly record struct Span(double From, double To, bool OpenFrom = false, bool OpenTo = false)
{
    public bool IsEmpty => From > To || (From == To && (OpenFrom || OpenTo));

    public Span And(Span other)
    {
        var (from, openFrom) = From == other.From ? (From, OpenFrom || other.OpenFrom) : From > other.From ? (From, OpenFrom) : (other.From, other.OpenFrom);
        var (to, openTo) = To == other.To ? (To, OpenTo || other.OpenTo) : To < other.To ? (To, OpenTo) : (other.To, other.OpenTo);
        return new Span(from, to, openFrom, openTo);
    }
}

/// <summary>The values one fact may have: some numbers, or some texts whatever the case, and whether it may be missing.</summary>
internal sealed class FactValues
{
    private static readonly Span Everything = new(double.NegativeInfinity, double.PositiveInfinity);

    private readonly Fact _fact;
    private readonly bool _missing;
    private readonly ImmutableArray<Span> _spans;
    private readonly ImmutableHashSet<string> _texts;
    private readonly bool _except;

    private FactValues(Fact fact, bool missing, ImmutableArray<Span> spans, ImmutableHashSet<string> texts, bool except) => (_fact, _missing, _spans, _texts, _except) = (fact, missing, spans, texts, except);

    private static ImmutableHashSet<string> NoTexts { get; } = ImmutableHashSet.Create<string>(StringComparer.OrdinalIgnoreCase);

    public bool IsEmpty => !_missing && (IsText ? !_except && _texts.IsEmpty : _spans.IsEmpty);

    /// <summary>All values but these, missing where these are not.</summary>
    public FactValues Opposite => new(_fact, !_missing, Others._spans, _texts, !_except);

    /// <summary>All values but these; missing neither there nor here.</summary>
    public FactValues Others
    {
        get
        {
            if (IsText) return new FactValues(_fact, false, [], _texts, !_except);
            var others = Possible(_fact);
            foreach (var span in _spans)
                others = [.. others.SelectMany(other => (Span[])[other.And(new Span(double.NegativeInfinity, span.From, false, !span.OpenFrom)), other.And(new Span(span.To, double.PositiveInfinity, !span.OpenTo))]).Where(other => !other.IsEmpty)];
            return new FactValues(_fact, false, others, NoTexts, false);
        }
    }

    private bool IsText => _fact.Definition.IsText;

    public static FactValues Present(Fact fact) => new(fact, false, fact.Definition.IsText ? [] : Possible(fact), NoTexts, true);

    public static FactValues Numbers(Fact fact, params Span[] spans) =>
        new(fact, false, [.. spans.SelectMany(span => Possible(fact).Select(span.And)).Where(span => !span.IsEmpty)], NoTexts, false);

    public static FactValues Texts(Fact fact, IReadOnlyCollection<string> texts, bool except) => new(fact, false, [], NoTexts.Union(texts), except);

    public FactValues And(FactValues other)
    {
        var missing = _missing && other._missing;
        if (!IsText) return new FactValues(_fact, missing, [.. _spans.SelectMany(span => other._spans.Select(span.And)).Where(span => !span.IsEmpty)], NoTexts, false);
        return (_except, other._except) switch
        {
            (true, true) => new FactValues(_fact, missing, [], _texts.Union(other._texts), true),
            (false, true) => new FactValues(_fact, missing, [], _texts.Except(other._texts), false),
            (true, false) => new FactValues(_fact, missing, [], other._texts.Except(_texts), false),
            _ => new FactValues(_fact, missing, [], _texts.Intersect(other._texts), false),
        };
    }

    // What a fact can be at all.
    private static ImmutableArray<Span> Possible(Fact fact) =>
        fact.Definition.Type == FactType.Flag ? [new Span(0, 0), new Span(1, 1)]
        : fact == Known.Hour ? [new Span(0, 23)]
        : fact == Known.Weekday ? [new Span(1, 7)]
        : [Everything];
}
