using ClausumPanel.Assess.Rules;

namespace ClausumPanel.Assess.Tests.Rules;

public sealed class RuleTreeTests
{
    /// <summary>A tidy text and an untidy one that says the same.</summary>
    public static TheoryData<string, string> Texts => new()
    {
        { "when amount > 5000 MXN and card.country != ip.country and velocity.email.count_1h >= 3 then challenge", "WHEN amount>5000MXN\n\tAnd (card.country!=ip.country) and velocity.email.count_1h >= 3\nthen CHALLENGE" },
        { "when email.disposable or not email.free then add -20", "when email.disposable # a comment, and \"more\"\r\nor // another\r\nnot (email.free)\r\nthen add -20 # ends\r\n" },
        { "when hour between 22 and 6 and weekday in (saturday, sunday) then review", "when hour between 22 and 6 and weekday in(Saturday,SUNDAY) then review" },
        { "when (email.free or email.disposable) and not (amount < 1.5 USD) then add 0", "when ((email.free or email.disposable)) and (not amount < 1.50 USD) then add 00" },
        { "when card.country not in (\"MX\", \"US\") then allow", "when card.country not in (\"MX\" , \"US\") then allow" },
        { "when email in list \"vip\" or ip not in list \"say \"\"hi\"\"\" then block", "when email in list \"vip\" or ip not in list \"say \"\"hi\"\"\" then block" },
        { "when email is missing or phone is present then review", "  when email is missing\u00A0or phone is present then review  " },
        { "when email.domain ends with \".mx\" and email starts with \"a\" and email contains customer.id then review", "when email.domain ends with\".mx\"and email starts with\"a\"and email contains customer.id then review" },
        { "when email matches \"^[a-z]{3}\\d+@\" then review", "when email matches \"^[a-z]{3}\\d+@\" then review" },
        { "when history.email.age < 2h and behavior.session_duration < 1500ms then review", "when history.email.age<2h and behavior.session_duration<1500ms then review" },
        { "when amount > history.customer.amount_mean * (2 + 1) - 5 MXN then add 15", "when amount > ((history.customer.amount_mean * (2+1)) - 5 MXN) then add 15" },
        { "when velocity.ip.count_1h - (velocity.ip.count_10m - 1) > -(2) / -velocity.ip.count_24h then add 15", "when velocity.ip.count_1h-(velocity.ip.count_10m-1)>-(2)/-velocity.ip.count_24h then add 15" },
        { "when not not true then review", "when not not true then review" },
        { "when (email.free and email.disposable) and email.tagged then review", "when ( email.free and email.disposable ) and email.tagged then review" },
        { "when email.free = false and amount not between -1 MXN and 90.05 MXN then review", "when email.free=false and amount not between - 1 MXN and 90.050 MXN then review" },
    };

    [Theory, MemberData(nameof(Texts))]
    public void A_tidy_text_is_what_its_own_tree_prints(string tidy, string untidy)
    {
        var tree = Parsed(tidy);
        Assert.Equal(tidy, RuleTree.Of(tree.Condition!, tree.Action!.Value).Text);
        var other = Parsed(untidy);
        Assert.Equal((tree.Condition, tree.Action), (other.Condition, other.Action));
        Assert.Equal(tree.Condition!.GetHashCode(), other.Condition!.GetHashCode());
    }

    [Theory, MemberData(nameof(Texts))]
    public void Tokens_with_their_blanks_and_comments_are_the_text(string tidy, string untidy)
    {
        foreach (var text in new[] { tidy, untidy })
        {
            Assert.Equal(text, string.Concat(Parsed(text).Tokens));
            // Every beginning of a text too, read or not.
            for (var length = 0; length < text.Length; length++) Assert.Equal(text[..length], string.Concat(RuleTree.Parse(text[..length]).Tokens));
        }
    }

    [Fact]
    public void Every_node_knows_where_it_stands()
    {
        var tree = Parsed("when (email.free or\n amount > 5 MXN) and not ip.hosting then review");
        var all = Assert.IsType<AllOf>(tree.Condition);
        var any = Assert.IsType<AnyOf>(all.Conditions[0]);
        Assert.Equal("email.free or\n amount > 5 MXN", tree.Text.Substring(any.Offset, any.Length));
        Assert.Equal("amount > 5 MXN", tree.Text.Substring(any.Conditions[1].Offset, any.Conditions[1].Length));
        Assert.Equal("not ip.hosting", tree.Text.Substring(all.Conditions[1].Offset, all.Conditions[1].Length));
    }

    [Fact]
    public void A_part_is_replaced_and_the_comments_around_it_stay()
    {
        var tree = Parsed("when email.free # free ones\n and ip.hosting then add 5 # done");
        var all = (AllOf)tree.Condition!;
        Assert.Equal("when email.free # free ones\n and (ip.private or email.tagged) then add 5 # done", tree.Replace(all.Conditions[1], new AnyOf([new FactNode("ip.private"), new FactNode("email.tagged")])).Text);
        Assert.Equal("when ip.private # free ones\n and ip.hosting then add 5 # done", tree.Replace(all.Conditions[0], new FactNode("ip.private")).Text);
    }

    [Fact]
    public void A_tree_by_hand_reads_back_as_it_was_made()
    {
        var random = new Random(20_261_124);
        var kinds = new HashSet<Type>();
        for (var i = 0; i < 5_000; i++)
        {
            var condition = RandomRules.Condition(random, random.Next(1, 7));
            var action = new RuleAction((RuleActionKind)random.Next(5));
            if (action.Kind == RuleActionKind.Add) action = action with { Points = random.Next(-100, 101) };
            var tree = RuleTree.Of(condition, action);
            if (tree.Text.Length > RuleLimits.Length) continue;
            Assert.True(tree.Condition is not null, $"{tree.Text}\n{string.Join('\n', tree.Problems)}");
            Assert.Equal((condition, action), (tree.Condition, tree.Action));
            Assert.Equal(tree.Text, RuleTree.Of(tree.Condition, action).Text);
            foreach (var node in RandomRules.All(condition)) kinds.Add(node.GetType());
        }
        Assert.Equal(typeof(RuleNode).Assembly.GetTypes().Count(t => t.IsSubclassOf(typeof(RuleNode))), kinds.Count);
    }

    [Fact]
    public void Trees_that_say_different_things_differ()
    {
        string[] texts = ["when email.free then review", "when not email.free then review", "when email.free and ip.hosting then review", "when email.free or ip.hosting then review", "when amount > 1 MXN then review", "when amount >= 1 MXN then review", "when amount > 1 USD then review", "when ip in list \"a\" then review", "when ip in list \"b\" then review", "when ip not in list \"a\" then review", "when ip in (\"a\") then review", "when ip in (\"a\", \"b\") then review"];
        Assert.Equal(texts.Length, texts.Select(t => Parsed(t).Condition).Distinct().Count());
    }

    [Fact]
    public void A_tree_deeper_than_a_rule_may_be_is_not_printed()
    {
        RuleNode node = new FactNode("email.free");
        for (var i = 0; i < 10_000; i++) node = new Not(node);
        Assert.Throws<ArgumentException>(() => RuleTree.Of(node, new RuleAction(RuleActionKind.Allow)));
        Assert.Throws<ArgumentException>(() => new AllOf([new FactNode("email.free")]));
    }

    private static RuleTree Parsed(string text)
    {
        var tree = RuleTree.Parse(text);
        Assert.True(tree.Problems.Count == 0, $"{text}: {string.Join('\n', tree.Problems)}");
        return tree;
    }
}
