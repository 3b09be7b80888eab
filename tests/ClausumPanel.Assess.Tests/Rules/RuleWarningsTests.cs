using System.Diagnostics;
using ClausumPanel.Assess.Rules;

namespace ClausumPanel.Assess.Tests.Rules;

public sealed class RuleWarningsTests
{
    private const long Now = 1_800_000_000_000;
    private const string Never = "its conditions exclude each other";

    [Theory]
    [InlineData("amount > 5000 MXN and amount < 1000 MXN", Never)]
    [InlineData("amount > 5000 MXN and amount < 9000 USD", Never)]
    [InlineData("amount > 10 MXN and currency = \"USD\"", Never)]
    [InlineData("card.country = \"MX\" and card.country in (\"US\", \"CA\")", Never)]
    [InlineData("card.country = \"MX\" and card.country not in (\"mx\")", Never)]
    [InlineData("phone is missing and phone.country = \"MX\" and phone starts with \"+52\"", Never)]
    [InlineData("email.free and not email.free", Never)]
    [InlineData("email.free and email.free = false", Never)]
    [InlineData("hour > 23", Never)]
    [InlineData("hour between 22 and 6 and hour between 9 and 18", Never)]
    [InlineData("weekday in (saturday, sunday) and weekday <= friday", Never)]
    [InlineData("history.email.age < 2h and history.email.age > 1d", Never)]
    [InlineData("email matches \"x\" and not (email matches \"x\")", Never)]
    [InlineData("(ip.hosting or ip.private) and not ip.hosting and not ip.private", Never)]
    [InlineData("5 < velocity.ip.count_1h and velocity.ip.count_1h <= 5", Never)]
    [InlineData("velocity.ip.count_1h = 5 and velocity.ip.count_1h != 5", Never)]
    [InlineData("false", Never)]
    [InlineData("true", "always fires")]
    [InlineData("phone is missing or phone is present", "always fires")]
    [InlineData("not (amount > 5 MXN and amount < 3 MXN)", "always fires")]
    [InlineData("amount > 5000 MXN and amount < 5001 MXN", null)]
    [InlineData("amount >= 5 MXN and amount <= 5 MXN", null)]
    [InlineData("card.country = \"MX\" or not (card.country = \"MX\") and ip.hosting", null)]
    [InlineData("card.country = \"MX\" or card.country != \"MX\"", null)]
    [InlineData("velocity.ip.count_1h > 5 or velocity.ip.count_1h <= 5", null)]
    [InlineData("hour between 22 and 6 and hour between 5 and 8", null)]
    [InlineData("not (phone = \"1\") and phone is missing", null)]
    [InlineData("amount > history.customer.amount_mean * 3 and amount < 5 MXN", null)]
    [InlineData("email contains \"a\" and not (email contains \"b\")", null)]
    public void A_rule_alone(string condition, string? said)
    {
        var found = RuleWarnings.Of([Rule("one", $"when {condition} then review")], Now);
        if (said is null) Assert.Empty(found);
        else Assert.Contains(said, Assert.Single(found).Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void Its_scope_and_its_time_count()
    {
        Assert.Contains("scope leaves out", Alone(Rule("one", "when amount > 5 MXN then review") with { Currency = "USD" }), StringComparison.Ordinal);
        Assert.Contains("scope leaves out", Alone(Rule("one", "when flow = \"payout\" then review") with { Flow = Flow.PayIn }), StringComparison.Ordinal);
        Assert.Contains("always fires", Alone(Rule("one", "when flow = \"payin\" then review") with { Flow = Flow.PayIn }), StringComparison.Ordinal);
        Assert.Contains("time is over", Alone(Rule("one", "when ip.hosting then review") with { Ends = Now }), StringComparison.Ordinal);
        Assert.Contains("ends before", Alone(Rule("one", "when ip.hosting then review") with { Starts = Now + 5, Ends = Now + 5 }), StringComparison.Ordinal);
        Assert.Equal("", Alone(Rule("one", "when amount > 5 MXN then review") with { Currency = "MXN", Ends = Now + 1, Flow = Flow.PayOut }));
        Assert.Equal("", Alone(Rule("one", "when false then review") with { Enabled = false }));
    }

    [Theory]
    [InlineData("amount > 5000 MXN then block", "amount > 9000 MXN then block", "changes nothing")]
    [InlineData("ip.hosting or ip.private then review", "ip.private and email.free then review", "changes nothing")]
    [InlineData("card.country in (\"KP\", \"IR\") then block", "card.country = \"kp\" and hour < 6 then block", "changes nothing")]
    [InlineData("email ends with \".ru\" then challenge", "email.free and email ends with \".ru\" then challenge", "changes nothing")]
    [InlineData("amount < 500 MXN then allow", "amount < 100 MXN and ip.hosting then block", "never blocks")]
    [InlineData("ip.hosting then block", "ip.hosting and email.free then allow", "never allows")]
    [InlineData("amount < 500 MXN then allow", "ip.hosting then block", "does not block where")]
    [InlineData("amount < 500 MXN then allow", "amount > 500 MXN then block", null)]
    [InlineData("amount > 5000 MXN then block", "amount > 4999 MXN then block", null)]
    [InlineData("amount > 5000 MXN then block", "amount > 9000 USD then block", null)]
    [InlineData("card.country != \"MX\" then block", "not (card.country = \"MX\") then block", null)]
    [InlineData("ip.hosting then add 5", "ip.hosting then add 5", null)]
    [InlineData("ip.hosting then review", "ip.hosting then block", null)]
    public void Two_rules_in_their_order(string first, string second, string? said)
    {
        var found = RuleWarnings.Of([Rule("first", "when " + first), Rule("second", "when " + second)], Now);
        if (said is null)
        {
            Assert.Empty(found);
            return;
        }
        var warning = Assert.Single(found);
        Assert.Equal(("second", "first"), (warning.RuleId, warning.Other));
        Assert.Contains(said, warning.Sentence, StringComparison.Ordinal);
        Assert.Equal(["Second", "First"], warning.Values.Select(name => char.ToUpperInvariant(name[0]) + name[1..]));
    }

    [Fact]
    public void A_narrower_or_a_watching_rule_covers_nothing()
    {
        var wide = Rule("second", "when ip.hosting then block");
        foreach (var first in (PolicyRule[])[
            Rule("first", "when ip.hosting then block") with { ObserveOnly = true },
            Rule("first", "when ip.hosting then block") with { Enabled = false },
            Rule("first", "when ip.hosting then block") with { Flow = Flow.PayIn },
            Rule("first", "when ip.hosting then block") with { Currency = "MXN" },
            Rule("first", "when ip.hosting then block") with { Submerchant = "Ana" },
            Rule("first", "when ip.hosting then block") with { Starts = Now + 1 },
            Rule("first", "when ip.hosting then block") with { Ends = Now + 1 }])
            Assert.Empty(RuleWarnings.Of([first, wide], Now));
        var narrow = Rule("first", "when ip.hosting then block") with { Currency = "MXN", Submerchant = "Ana" };
        Assert.Empty(RuleWarnings.Of([narrow, wide with { Currency = "MXN", Submerchant = "ana" }], Now));
        Assert.Single(RuleWarnings.Of([narrow, wide with { Currency = "MXN", Submerchant = "Ana" }], Now));
    }

    [Fact]
    public void What_is_said_is_true_of_facts_as_they_come()
    {
        var random = new Random(7);
        var sampled = Enumerable.Range(0, 300).Select(_ => RandomFacts.Fill(new Facts(), random)).ToArray();
        foreach (var one in sampled) one.Set(Known.Hour, (double)random.Next(24));
        var said = 0;
        for (var round = 0; round < 400; round++)
        {
            PolicyRule[] rules = [.. Enumerable.Range(0, 4).Select(place => Rule($"r{place}", RandomRules.Sound(random)))];
            foreach (var warning in RuleWarnings.Of(rules, Now))
            {
                said++;
                var rule = Compile(rules.Single(known => known.Id == warning.RuleId));
                var other = warning.Other is null ? null : Compile(rules.Single(known => known.Id == warning.Other));
                Assert.All(sampled, one => Assert.True(
                    warning.Sentence.Contains("never fire", StringComparison.Ordinal) ? !rule.Holds(one)
                    : warning.Sentence.Contains("always", StringComparison.Ordinal) ? rule.Holds(one)
                    : warning.Sentence.Contains("does not block", StringComparison.Ordinal) || !rule.Holds(one) || other!.Holds(one), warning.ToString()));
            }
        }
        Assert.True(said > 50, $"only {said} warnings");
    }

    [Fact]
    public void A_list_made_to_take_long_is_given_up()
    {
        var knot = string.Join(" and ", Enumerable.Range(1, 60).Select(i => $"(amount = {i} MXN or hour = {i % 24} or email contains \"{i}\")"));
        var rules = Enumerable.Range(0, RuleLimits.Rules).Select(place => Rule($"r{place}", $"when {knot} then block")).ToArray();
        var watch = Stopwatch.StartNew();
        Assert.Empty(RuleWarnings.Of(rules, Now));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"{watch.Elapsed}");
    }

    private static string Alone(PolicyRule rule) => RuleWarnings.Of([rule], Now).SingleOrDefault()?.Sentence ?? "";

    private static PolicyRule Rule(string id, string text) => new(id, id, text, "why");

    private static CompiledRule Compile(PolicyRule rule)
    {
        Assert.True(CompiledRule.TryCompile(rule.Text, null, out var compiled, out _));
        return compiled;
    }
}
