using ClausumPanel.Assess.Previews;
using ClausumPanel.Assess.Rules;

namespace ClausumPanel.Assess.Tests.Rules;

/// <summary>A rule asked of many payments at once says of each what it says when it is asked of that one.</summary>
public sealed class StretchFactsTests
{
    private static readonly RuleLists Lists = new(new Dictionary<string, IRuleList> { ["late"] = new Late(), ["none"] = new None() });

    // Every way in which a condition can be written, beside those that are made at random.
    private static readonly string[] Conditions =
    [
        "true", "false", "not false", "email.free", "not ip.hosting", "email.free = ip.hosting", "email.free != ip.hosting", "phone.valid in (true)",
        "amount = 2 MXN", "amount != 2 MXN", "amount < 5 MXN", "amount <= 5 USD", "amount > 10 CLP", "amount >= 10 MXN", "10 MXN > amount", "amount > 1 USD or amount > 1 MXN", "amount in (1 USD, 2 MXN, 3 CLP)", "amount not in (1 USD, 2 EUR)",
        "amount between 1 MXN and 5000 MXN", "amount not between 1 USD and 500 USD", "amount = history.customer.amount_mean * 3", "amount / history.customer.amount_mean > 1.5", "amount - history.customer.amount_mean < 100 MXN", "-amount < 0 MXN",
        "(amount + 50 MXN) / 2 >= 2 * 50 MXN", "amount / 50 MXN > 3", "1 / (velocity.email.count_1h - velocity.email.count_1h) > 0",
        "velocity.email.count_1h = 2", "velocity.email.count_1h != 2", "velocity.email.count_1h < 3", "velocity.email.count_1h <= 0", "velocity.email.count_1h > velocity.ip.count_1h", "velocity.email.count_1h + 1 >= velocity.ip.count_1h * 2", "velocity.email.count_1h in (1, 2, 3)",
        "velocity.email.count_1h not in (1, 2.5)", "history.email.age < 2h", "history.email.age / 1h > 2",
        "hour between 9 and 17", "hour between 22 and 6", "hour not between 22 and 6", "weekday = tuesday", "weekday in (saturday, sunday)", "weekday between saturday and tuesday",
        "card.country = \"mx\"", "card.country != \"KP\"", "\"US\" = card.country", "card.country = ip.country", "card.country != ip.country", "card.country in (\"us\", \"KP\")", "card.country not in (\"US\", \"xyz\")",
        "email starts with \"ANA\"", "email ends with \".com\"", "email contains \"@\"", "email contains \"\"", "email ends with email.domain", "email matches \"^[a-z]+@example\"", "email in list \"late\"", "email not in list \"late\"", "card.country not in list \"none\"",
        "card.country is missing", "card.country is present", "amount is missing", "amount is present", "ip.hosting is missing",
    ];

    [Fact]
    public void A_rule_holds_for_the_same_payments_whether_it_is_asked_of_one_or_of_all()
    {
        var random = new Random(12);
        CompiledRule[] rules = [.. Conditions.Select(c => $"when {c} then review").Concat(Enumerable.Range(0, 300).Select(_ => RandomRules.Sound(random))).Select(Compiled)];
        var (holding, failing) = (new bool[rules.Length], new bool[rules.Length]);
        var stretch = new StretchFacts();
        // Neither a whole number of sixty-fours nor always the same.
        foreach (var count in (int[])[700, 64, 1, 129])
        {
            foreach (var isKept in (bool[])[true, false])
            {
                var (block, payments) = Stretch(random, count, rules, isKept);
                stretch.Open(block);
                for (var i = 0; i < rules.Length; i++)
                {
                    var rows = stretch.Rows.ToArray();
                    rules[i].Narrow(stretch, rows);
                    for (var row = 0; row < count; row++)
                    {
                        var holds = rules[i].Holds(payments[row]);
                        Assert.True(RowBits.Has(rows, row) == holds, $"{rules[i].Tree.Text} of payment {row} of {count}, {(isKept ? "kept" : "passing")}: {holds} when it is asked alone");
                        holding[i] |= holds;
                        failing[i] |= !holds;
                    }
                    for (var behind = count; behind < rows.Length * RowBits.Together; behind++) Assert.False(RowBits.Has(rows, behind));
                }
            }
        }
        // Each of the others was seen both ways.
        string[] constant = ["true", "false", "not false", "1 / (velocity.email.count_1h - velocity.email.count_1h) > 0"];
        Assert.Equal(constant.Order(), Conditions.Where((_, i) => !holding[i] || !failing[i]).Order());
    }

    private static (TrafficBlock Block, Facts[] Payments) Stretch(Random random, int count, CompiledRule[] rules, bool isKept)
    {
        var builder = new TrafficBlock.Builder(new PreviewNeeds(PreviewNeeds.Common.Concat(rules.SelectMany(r => r.Facts)).ToHashSet(), [], 0, new Dictionary<int, Policy>()), isKept);
        var payments = new Facts[count];
        var buffer = new byte[FactSnapshot.MostBytes];
        for (var row = 0; row < count; row++)
        {
            payments[row] = RandomFacts.Fill(new Facts(), random);
            foreach (var type in Enum.GetValues<ListType>()) payments[row].Set(FactCatalog.List(type), double.NaN);
            if (random.Next(4) == 0) payments[row].Set(Known.Amount, 200);
            payments[row].Moment = row * 1_000L;
            Assert.True(builder.Add(new PreviewRow
            {
                Seq = row + 1, At = row * 1_000L, Decision = Decision.Approve, Score = 0, Amount = 1, PolicyVersion = 1, IsBlocked = false, Signals = [], Facts = buffer.AsSpan(0, FactSnapshot.Write(payments[row], buffer)),
            }));
        }
        return (builder.Finish(), payments);
    }

    private static CompiledRule Compiled(string text)
    {
        Assert.True(CompiledRule.TryCompile(text, Lists, out var rule, out var problems), $"{text}: {string.Join('\n', problems)}");
        return rule;
    }

    // What a list says depends on the moment.
    private sealed class Late : IRuleList
    {
        public bool Contains(string text, long moment) => text.Contains('@', StringComparison.Ordinal) && moment % 2_000 == 0;
    }

    private sealed class None : IRuleList
    {
        public bool Contains(string text, long moment) => false;
    }
}
