using System.Text.RegularExpressions;
using ClausumPanel.Assess.Rules;

namespace ClausumPanel.Assess.Tests.Rules;

public sealed partial class CompiledRuleTests
{
    private static readonly RuleLists Lists = new(new Dictionary<string, IReadOnlySet<string>>
    {
        ["vip"] = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "maria@example.com" }, ["none"] = new HashSet<string>(),
    });

    /// <summary>María's documented payment of 150.00 MXN, on a Tuesday at 14 h; nobody knows her card's history.</summary>
    private static Facts Maria => Given.TheDocumentedRequest.With(EntityKind.Email, HistoryPart.Age, 7_200_000).With(EntityKind.Email, Measure.Count, Window.OneHour, 3).With(EntityKind.Customer, HistoryPart.AmountMean, 5_000).Facts;

    [Theory]
    [InlineData("amount = 150 MXN", true)]
    [InlineData("amount > 149.99 MXN", true)]
    [InlineData("amount >= 150.00 MXN", true)]
    [InlineData("amount > 150 MXN", false)]
    [InlineData("amount < 150 MXN", false)]
    [InlineData("amount <= 150 MXN", true)]
    [InlineData("amount != 150 MXN", false)]
    [InlineData("amount != 1 MXN", true)]
    [InlineData("150 MXN = amount", true)]
    [InlineData("amount > 1 USD", false)]
    [InlineData("amount < 1000 USD", false)]
    [InlineData("amount != 1 USD", false)]
    [InlineData("amount not between 1 USD and 2 USD", false)]
    [InlineData("not (amount > 1 USD)", true)]
    [InlineData("amount in (1 USD, 150 MXN)", true)]
    [InlineData("amount not in (1 USD, 151 MXN)", true)]
    [InlineData("amount not in (1 USD, 2 EUR)", false)]
    [InlineData("amount = history.customer.amount_mean * 3", true)]
    [InlineData("amount / history.customer.amount_mean = 3", true)]
    [InlineData("amount - history.customer.amount_mean = 100 MXN", true)]
    [InlineData("amount - history.customer.amount_mean = 100 USD", false)]
    [InlineData("(amount + 50 MXN) / 2 = 2 * 50 MXN", true)]
    [InlineData("amount / 50 MXN = 3", true)]
    [InlineData("-amount < 0 MXN", true)]
    [InlineData("amount between 100 MXN and 150 MXN", true)]
    [InlineData("amount not between 100 MXN and 149 MXN", true)]
    [InlineData("card.country = \"MX\"", true)]
    [InlineData("card.country = \"mx\"", true)]
    [InlineData("\"MX\" = card.country", true)]
    [InlineData("card.country = ip.country", true)]
    [InlineData("card.country != ip.country", false)]
    [InlineData("card.country != \"US\"", true)]
    [InlineData("card.country in (\"US\", \"mx\")", true)]
    [InlineData("card.country not in (\"US\", \"MX\")", false)]
    [InlineData("email in list \"vip\"", true)]
    [InlineData("email not in list \"vip\"", false)]
    [InlineData("email not in list \"none\"", true)]
    [InlineData("email starts with \"Maria@\"", true)]
    [InlineData("email ends with \".com\"", true)]
    [InlineData("email ends with email.domain", true)]
    [InlineData("email contains \"@ex\"", true)]
    [InlineData("email contains \"@ey\"", false)]
    [InlineData("email matches \"^[a-z]+@EXAMPLE\\.com$\"", true)]
    [InlineData("email matches \"^\\d\"", false)]
    [InlineData("email.free", false)]
    [InlineData("not email.free", true)]
    [InlineData("email.free = false", true)]
    [InlineData("email.free != ip.hosting", false)]
    [InlineData("phone.valid", true)]
    [InlineData("phone.valid in (true)", true)]
    [InlineData("true", true)]
    [InlineData("false or phone.valid and true", true)]
    [InlineData("true or false and false", true)]
    [InlineData("(true or false) and false", false)]
    [InlineData("history.email.age = 2h", true)]
    [InlineData("history.email.age < 0.5d and history.email.age > 119m and history.email.age >= 7200s and history.email.age = 7200000ms", true)]
    [InlineData("history.email.age / 1h = 2", true)]
    [InlineData("history.email.age - 1h = 60m", true)]
    [InlineData("velocity.email.count_1h >= 3", true)]
    [InlineData("velocity.email.count_1h - 1 = 2 and velocity.email.count_1h * 2 = 6 and velocity.email.count_1h / 2 = 1.5", true)]
    [InlineData("velocity.email.count_1h / velocity.ip.count_1h > 1", false)]
    [InlineData("velocity.email.count_1h / velocity.ip.count_1h <= 1", false)]
    [InlineData("velocity.email.count_1h / velocity.ip.count_1h != 1", false)]
    [InlineData("hour between 9 and 17", true)]
    [InlineData("hour between 22 and 6", false)]
    [InlineData("hour not between 22 and 6", true)]
    [InlineData("hour between 13 and 6", true)]
    [InlineData("time.hour = 14", true)]
    [InlineData("weekday = tuesday", true)]
    [InlineData("tuesday = weekday", true)]
    [InlineData("weekday in (saturday, sunday)", false)]
    [InlineData("weekday not in (saturday, sunday)", true)]
    [InlineData("weekday between saturday and tuesday", true)]
    [InlineData("time.weekday < 3", true)]
    [InlineData("beneficiary.bank is missing", true)]
    [InlineData("beneficiary.bank is present", false)]
    [InlineData("amount is present", true)]
    [InlineData("amount is missing", false)]
    [InlineData("beneficiary.bank = \"x\"", false)]
    [InlineData("beneficiary.bank != \"x\"", false)]
    [InlineData("beneficiary.bank != card.country", false)]
    [InlineData("beneficiary.bank not in (\"x\")", false)]
    [InlineData("beneficiary.bank not in list \"vip\"", false)]
    [InlineData("beneficiary.bank contains \"\"", false)]
    [InlineData("beneficiary.bank matches \"\"", false)]
    [InlineData("beneficiary.clabe_valid", false)]
    [InlineData("beneficiary.clabe_valid = false", false)]
    [InlineData("beneficiary.clabe_valid != true", false)]
    [InlineData("history.card.age > 1s", false)]
    [InlineData("history.card.age <= 1s", false)]
    [InlineData("history.card.age != 1s", false)]
    [InlineData("not (history.card.age > 1s)", true)]
    [InlineData("history.card.age + 1h > 1s", false)]
    [InlineData("history.card.age not between 1s and 2s", false)]
    [InlineData("history.card.age not in (1s)", false)]
    public void A_condition_is_true_of_what_it_says(string condition, bool holds) => Assert.Equal(holds, Compiled($"when {condition} then review").Holds(Maria));

    [Theory]
    [InlineData("allow", RuleActionKind.Allow, 0)]
    [InlineData("add 15", RuleActionKind.Add, 15)]
    [InlineData("add -15", RuleActionKind.Add, -15)]
    [InlineData("review", RuleActionKind.Review, 0)]
    [InlineData("challenge", RuleActionKind.Challenge, 0)]
    [InlineData("block", RuleActionKind.Block, 0)]
    public void The_action_comes_from_the_text(string text, RuleActionKind kind, int points) => Assert.Equal(new RuleAction(kind, points), Compiled($"when true then {text}").Action);

    [Fact]
    public void An_explanation_says_of_every_condition_whether_it_was_true_and_of_what()
    {
        var rule = Compiled("when amount > 5000 MXN and (card.country != ip.country or not email.free) and beneficiary.bank is missing then review");
        var leaves = rule.Explain(Maria);
        Assert.Equal(["amount > 5000 MXN", "card.country != ip.country", "email.free", "beneficiary.bank is missing"], leaves.Select(l => l.Text));
        Assert.Equal([false, false, false, true], leaves.Select(l => l.Holds));
        Assert.Equal([new FactReading(Known.Amount, 15_000, null), new FactReading(Known.Currency, double.NaN, "MXN")], leaves[0].Facts);
        Assert.Equal([new FactReading(Known.CardCountry, double.NaN, "MX"), new FactReading(Known.IpCountry, double.NaN, "MX")], leaves[1].Facts);
        Assert.True(Assert.Single(leaves[3].Facts).IsMissing);
    }

    [Fact]
    public void An_explanation_agrees_with_the_judgement_whatever_rule_and_facts()
    {
        var random = new Random(8);
        var facts = new Facts();
        var outcomes = new HashSet<bool>();
        for (var i = 0; i < 3_000; i++)
        {
            var rule = Compiled(RandomRules.Sound(random));
            RandomFacts.Fill(facts, random);
            var leaves = new Queue<RuleLeaf>(rule.Explain(facts));
            Assert.Equal(rule.Holds(facts), Told(rule.Tree.Condition!));
            Assert.Empty(leaves);
            outcomes.Add(rule.Holds(facts));

            // Every leaf is taken in the order of the text, so no short cuts.
            bool Told(RuleNode node) => node switch
            {
                AllOf all => all.Conditions.Select(Told).ToArray().All(told => told),
                AnyOf any => any.Conditions.Select(Told).ToArray().Any(told => told),
                Not not => !Told(not.Condition),
                _ => leaves.Dequeue().Holds,
            };
        }
        Assert.Equal(2, outcomes.Count);
    }

    [Fact]
    public void Asking_allocates_nothing()
    {
        string[] conditions =
        [
            "amount > 5000 MXN and card.country != ip.country and velocity.email.count_1h >= 3", "email in list \"vip\" or card.country in (\"US\", \"CA\", \"BR\", \"CL\", \"CO\")", "not (amount / 2 - history.customer.amount_mean * 1.5 > 3 MXN)",
            "email starts with \"x\" or email ends with \"y\" or email contains \"z\"", "hour between 22 and 6 or weekday in (saturday, sunday)", "amount in (1 MXN, 2 USD) or beneficiary.bank is missing", "email matches \"^[a-z]{2,9}\\d*@(example|test)\\.\"",
        ];
        var rules = conditions.Select(c => Compiled($"when {c} then review")).ToArray();
        var facts = Maria;
        var held = Count(rules, facts);

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1_000; i++) held += Count(rules, facts);
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.InRange(held, 1_001, 7_006);

        static int Count(CompiledRule[] rules, Facts facts)
        {
            var count = 0;
            foreach (var rule in rules)
                if (rule.Holds(facts)) count++;
            return count;
        }
    }

    [Fact]
    public void Every_example_of_the_documentation_is_a_rule()
    {
        var page = File.ReadAllText(SourceTree.PathOf("docs", "rules.md"));
        var rules = Fenced().Matches(page).Select(m => m.Groups[1].Value).ToArray();
        var conditions = page.Split("## ").Single(part => part.StartsWith("Conditions", StringComparison.Ordinal)).Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .SelectMany(line => Quoted().Matches(line.Split(" | ")[0])).Select(m => $"when {m.Groups[1].Value} then review").ToArray();
        Assert.InRange(rules.Length, 2, 9);
        Assert.InRange(conditions.Length, 20, 50);
        var lists = new RuleLists(new Dictionary<string, IReadOnlySet<string>> { ["vip"] = new HashSet<string>(), ["offices"] = new HashSet<string>() });
        Assert.All(rules.Concat(conditions), text => Assert.True(CompiledRule.TryCompile(text, lists, out _, out var problems), $"{text}: {string.Join('\n', problems)}"));
    }

    [GeneratedRegex("```\n(.+?)\n```", RegexOptions.Singleline)]
    private static partial Regex Fenced();

    [GeneratedRegex("`([^`]+)`")]
    private static partial Regex Quoted();

    private static CompiledRule Compiled(string text)
    {
        Assert.True(CompiledRule.TryCompile(text, Lists, out var rule, out var problems), $"{text}: {string.Join('\n', problems)}");
        return rule;
    }
}
