using ClausumPanel.Assess.Rules;

namespace ClausumPanel.Assess.Tests.Rules;

/// <summary>Conditions of every kind, most of which make no sense; those that <see cref="Sound"/> makes do.</summary>
internal static class RandomRules
{
    private static readonly string[] Texts = ["MX", "", "say \"hi\"", "ñandú", "# no comment", "\U0001F600", "\\", "a//b"];
    private static readonly string[] Codes = ["MXN", "CLP", "XYZ", "mxn"];
    private static readonly string[] Names = ["email", "amount", "hour", "no.fact", "velocity.email.count_1h", "email.free"];
    private static readonly string[] Flags = ["email.free", "ip.hosting", "email.disposable"];

    public static RuleNode Condition(Random random, int depth)
    {
        if (depth <= 1) return Value(random, true);
        RuleNode Part() => Condition(random, random.Next(1, depth));
        RuleNode[] Parts() => [.. Enumerable.Range(0, random.Next(2, 4)).Select(_ => Part())];
        return random.Next(13) switch
        {
            0 => new AllOf(Parts()),
            1 => new AnyOf(Parts()),
            2 => new Not(Part()),
            3 => new Compared(Part(), (Comparison)random.Next(6), Part()),
            4 => new Between(Part(), Part(), Part(), random.Next(2) == 0),
            5 => new InSet(Part(), [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Value(random, false))], random.Next(2) == 0),
            6 => new InList(Part(), Texts[random.Next(Texts.Length)], random.Next(2) == 0),
            7 => new Supplied(Part(), random.Next(2) == 0),
            8 => new Searched(Part(), (TextSearch)random.Next(3), Part()),
            9 => new Matched(Part(), Texts[random.Next(Texts.Length)]),
            10 => new Negative(Part()),
            _ => new Calculated(Part(), (Operation)random.Next(4), Part()),
        };
    }

    public static IEnumerable<RuleNode> All(RuleNode node) => node.Parts.SelectMany(All).Prepend(node);

    /// <summary>A rule without problems.</summary>
    public static string Sound(Random random) => RuleTree.Of(SoundCondition(random, 4), new RuleAction((RuleActionKind)random.Next(5), 0)).Text;

    private static RuleNode SoundCondition(Random random, int depth) => random.Next(depth <= 1 ? 5 : 8) switch
    {
        0 => new FactNode(Flags[random.Next(Flags.Length)]),
        1 => new Compared(new FactNode("amount"), (Comparison)random.Next(6), new MoneyNode(random.Next(0, 20_000), "MXN")),
        2 => new InSet(new FactNode("card.country"), [new TextNode("MX"), new TextNode("KP")], random.Next(2) == 0),
        3 => new Between(new Calculated(new FactNode("velocity.email.count_1h"), (Operation)random.Next(4), new FactNode("velocity.ip.count_1h")), new NumberNode(-2), new NumberNode(random.Next(0, 9)), random.Next(2) == 0),
        4 => new Compared(new FactNode("card.country"), Comparison.NotEqual, new FactNode("ip.country")),
        5 => new Not(SoundCondition(random, depth - 1)),
        6 => new AllOf([SoundCondition(random, depth - 1), SoundCondition(random, depth - 1)]),
        _ => new AnyOf([SoundCondition(random, depth - 1), SoundCondition(random, depth - 1)]),
    };

    private static RuleNode Value(Random random, bool orFact) => random.Next(orFact ? 7 : 6) switch
    {
        0 => new NumberNode(random.Next(-5_000, 5_000) / 8m),
        1 => new MoneyNode(random.Next(-500_000, 500_000) / 100m, Codes[random.Next(Codes.Length)]),
        2 => new DurationNode(random.Next(-90, 90) / 2m, (DurationUnit)random.Next(5)),
        3 => new TextNode(Texts[random.Next(Texts.Length)]),
        4 => new FlagNode(random.Next(2) == 0),
        5 => new WeekdayNode(random.Next(1, 8)),
        _ => new FactNode(Names[random.Next(Names.Length)]),
    };
}
