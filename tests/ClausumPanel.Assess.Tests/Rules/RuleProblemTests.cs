using ClausumPanel.Assess.Rules;

namespace ClausumPanel.Assess.Tests.Rules;

public sealed class RuleProblemTests
{
    private static readonly RuleLists Lists = new(new Dictionary<string, IReadOnlySet<string>> { ["vip"] = new HashSet<string> { "ana@example.com" } });

    /// <summary>A rule, what of it is wrong, and what is said about that.</summary>
    public static TheoryData<string, string, string> Wrong => new()
    {
        { "", "", "line 1, column 1: expected when: a rule reads when … then …" },
        { "wen amount > 1 MXN then review", "wen", "line 1, column 1: expected when: a rule reads when … then …; did you mean when?" },
        { "when email.free\n  thn review", "thn", "line 2, column 3: expected a comparison, and, or or then here; did you mean then?" },
        { "when email.free then chalenge", "chalenge", "line 1, column 22: expected allow, add, review, challenge or block here; did you mean challenge?" },
        { "when email.free then", "", "line 1, column 21: expected allow, add, review, challenge or block here" },
        { "when email.free then add", "", "expected a whole number between -100 and 100 here, as in add 15" },
        { "when email.free then add 1.5", "1.5", "expected a whole number between -100 and 100 here, as in add 15" },
        { "when email.free then add 101", "101", "must be between -100 and 100, not 101" },
        { "when email.free then add -101", "-101", "must be between -100 and 100, not -101" },
        { "when email.free then review now", "now", "a rule ends after its action; this is too much" },
        { "when and then review", "and", "expected a fact or a value here" },
        { "when amount > then review", "then", "expected a fact or a value here" },
        { "when - then review", "then", "expected a fact or a value here" },
        { "when (email.free then review", "then", "expected ) here" },
        { "when ip in (\"a\" then review", "then", "expected ) here" },
        { "when ip in \"a\" then review", "\"a\"", "expected values in parentheses or the word list here" },
        { "when ip in (email) then review", "email", "expected a text in quotes, a number, an amount, a duration or a day here" },
        { "when amount between 1 MXN or 2 MXN then review", "or", "expected and here, as in between 1 and 5" },
        { "when ip is mising then review", "mising", "expected missing or present here; did you mean missing?" },
        { "when email starts \"a\" then review", "\"a\"", "expected with here" },
        { "when email in list vip then review", "vip", "expected the name of a list in quotes here" },
        { "when email matches a then review", "a", "expected a pattern in quotes here" },
        { "when email not contains \"a\" then review", "contains", "expected in or between here" },
        { "when email.free == true then review", "==", "== means nothing in a rule; did you mean =?" },
        { "when email.free && ip.hosting then review", "&&", "&& means nothing in a rule; did you mean and?" },
        { "when amount > $5 then review", "$", "$ means nothing in a rule" },
        { "when email = \"a\0b\" then review", "\0", "U+0000 means nothing in a rule" },
        { "when email = \"abc then review", "\"abc then review", "the text is not closed with \" on its line" },
        { "when velocity.ip.count_1h > 1234567890123456 then review", "1234567890123456", "a number has at most 15 digits before the point and 6 after it" },

        { "when amount > 1 MXN\r\nand card.contry = \"MX\" then review", "card.contry", "line 2, column 5: card.contry is no fact; did you mean card.country?" },
        { "when qwertyuiop then review", "qwertyuiop", "qwertyuiop is no fact" },
        { "when Amount > 1 MXN then review", "Amount", "Amount is no fact; did you mean amount?" },
        { "when amount > 5000 then review", "5000", "expected an amount with its currency here, as in 5000 MXN, for amount is money" },
        { "when 5000 < amount then review", "5000", "expected an amount with its currency here, as in 5000 MXN, for amount is money" },
        { "when amount > 5000 MXM then review", "5000 MXM", "MXM is no currency of ISO 4217; did you mean MXN?" },
        { "when amount > 5.001 MXN then review", "5.001 MXN", "MXN has at most 2 digits after the point" },
        { "when amount > 5.1 CLP then review", "5.1 CLP", "CLP has at most 0 digits after the point" },
        { "when card.country = 5 then review", "5", "expected a text in quotes here, for card.country is a text" },
        { "when card.country in (\"MX\", 5) then review", "5", "expected a text in quotes here, for card.country is a text" },
        { "when velocity.ip.count_1h > \"3\" then review", "\"3\"", "expected a number here, for velocity.ip.count_1h is a number" },
        { "when history.email.age < 5 then review", "5", "expected a duration here, as in 90s, 5m, 2h or 3d, for history.email.age is a duration" },
        { "when email.free = \"yes\" then review", "\"yes\"", "expected true or false here, for email.free is a yes or no" },
        { "when hour = saturday then review", "saturday", "saturday is a day of the week and can be compared with weekday only" },
        { "when amount then review", "amount", "expected a condition here; amount alone is none" },
        { "when email.free and \"x\" then review", "\"x\"", "expected a condition here; \"x\" alone is none" },
        { "when (amount > 1 MXN) = true then review", "amount > 1 MXN", "expected a value here; amount > 1 MXN is a condition" },
        { "when email < \"b\" then review", "email", "email has no order: it can be compared with = and != only" },
        { "when email.free between true and false then review", "email.free", "email.free has no order: it can be compared with = and != only" },
        { "when amount starts with \"1\" then review", "amount", "expected a text here; amount is none" },
        { "when email contains 1 then review", "1", "expected a text here; 1 is none" },
        { "when amount in list \"vip\" then review", "amount", "expected a text here; amount is none" },
        { "when amount + 1 MXN is missing then review", "amount + 1 MXN", "only a fact can be missing or present; amount + 1 MXN is none" },
        { "when email + 1 > 2 then review", "email", "email is nothing to calculate with" },
        { "when -(email.free) > 2 then review", "email.free", "email.free is nothing to calculate with" },
        { "when amount + 1 > 2 MXN then review", "amount + 1", "amount and 1 cannot be added to or taken from each other" },
        { "when amount * amount > 2 MXN then review", "amount * amount", "amount and amount cannot be multiplied or divided by each other" },
        { "when amount > 1 MXN + 1 USD then review", "1 USD", "1 MXN and 1 USD are different currencies" },
        { "when amount between 1 MXN and 2 USD then review", "2 USD", "1 MXN and 2 USD are different currencies" },
        { "when velocity.ip.count_1h / (1 - 1) > 1 then review", "1 - 1", "nothing can be divided by zero" },
        { "when velocity.ip.count_1h between 5 and 1 then review", "velocity.ip.count_1h between 5 and 1", "nothing lies between 5 and 1" },
        { "when email in list \"vp\" then review", "\"vp\"", "there is no list vp" },
        { "when email in list \"vipp\" then review", "\"vipp\"", "there is no list vipp; did you mean vip?" },
        { "when email matches \"a(b\" then review", "\"a(b\"", "the pattern is wrong at its character 3" },
        { "when email matches \"(a)\\1\" then review", "\"(a)\\1\"", "the pattern uses back references, look-around or something else whose time has no bound" },
        { "when email matches \"(a{99}){99}\" then review", "\"(a{99}){99}\"", "the repetitions of a pattern, multiplied, are at most 200" },
    };

    [Theory, MemberData(nameof(Wrong))]
    public void What_is_wrong_is_told_with_its_place_and_what_would_be_right(string text, string where, string said)
    {
        var problem = Assert.Single(Problems(text));
        Assert.Equal(where, text.Substring(problem.At.Offset, problem.At.Length));
        Assert.Equal(said, said.StartsWith("line", StringComparison.Ordinal) ? problem.ToString() : problem.Reason);
        Assert.Contains(problem.Sentence, RuleProblem.Sentences);
    }

    [Fact]
    public void Half_a_character_is_refused_for_no_file_could_keep_it()
    {
        var problem = Assert.Single(Problems("when email = \"a\uD800\" then review # \U0001F600"));
        Assert.Equal((new TextPlace(15, 1, 1, 16), "U+D800 means nothing in a rule"), (problem.At, problem.Reason));
        Assert.Equal("U+DC00 means nothing in a rule", Assert.Single(Problems("when email.free then review # \uDC00")).Reason);
    }

    [Fact]
    public void Every_sentence_has_its_test()
    {
        string[] large = [new('x', 5_000), Nested(65), Matching(201)];
        var said = Wrong.Select(row => (string)row[0]).Concat(large).SelectMany(Problems).Select(p => p.Sentence).Distinct();
        Assert.Equal(RuleProblem.Sentences.Order(), said.Order());
        Assert.Equal(RuleProblem.Sentences.Count, RuleProblem.Sentences.Distinct().Count());
    }

    [Fact]
    public void A_rule_may_be_as_large_as_its_limits_and_no_larger()
    {
        Assert.Empty(Problems("when email.free then review".PadRight(4_000)));
        Assert.Equal("line 1, column 4001: a rule has at most 4000 characters, not 4001", Assert.Single(Problems("when email.free then review".PadRight(4_001))).ToString());
        Assert.Empty(Problems(Nested(63)));
        Assert.Equal("a rule is nested at most 64 deep", Assert.Single(Problems(Nested(64))).Reason);
        Assert.Equal("a rule is nested at most 64 deep", Assert.Single(Problems($"when {string.Join(" + ", Enumerable.Repeat("1", 70))} > 1 then review")).Reason);
        Assert.Empty(Problems($"when {string.Join(" and ", Enumerable.Repeat("email.free", 200))} then review"));
        Assert.Empty(Problems(Matching(200)));
        Assert.Equal("a pattern has at most 200 characters, not 201", Assert.Single(Problems(Matching(201))).Reason);
        Assert.Empty(Problems("when email.free then add 100"));
        Assert.Empty(Problems("when email.free then add -100"));
    }

    [Fact]
    public void All_that_is_wrong_is_said_at_once_up_to_ten()
    {
        Assert.Equal(["email.fre", "5"], Problems("when email.fre and amount > 5 then review").Select(p => p.Values[0] == "amount" ? "5" : p.Values[0]));
        Assert.Equal(10, Problems($"when {string.Join(" and ", Enumerable.Repeat("card.contry = 5", 100))} then review").Count);
        Assert.Equal(10, Problems(string.Concat(Enumerable.Repeat("$ ", 1_000))).Count);
    }

    [Fact]
    public void Without_lists_any_list_may_be_named_and_is_empty()
    {
        Assert.True(CompiledRule.TryCompile("when email in list \"any\" then review", null, out var rule, out _));
        Assert.False(rule.Holds(new Given().With(Known.Email, "ana@example.com").Facts));
    }

    public static TheoryData<string> Hostile => new()
    {
        new string('(', 100_000), new string('a', 100_000), new string('"', 100_001), new string('\0', 100_000), new string('\uD800', 3_000), "when " + new string('9', 3_000) + " > 1 then review",
        "when " + new string('(', 3_900), "when " + string.Concat(Enumerable.Repeat("not ", 900)) + "email.free then review", "when " + new string('-', 3_000) + "1 > 2 then review",
        "when amount > 1" + string.Concat(Enumerable.Repeat("*1", 1_900)), "when " + string.Concat(Enumerable.Repeat("(email.fre=1)or ", 200)), new string('\n', 3_999) + "$",
        "when ip in (" + string.Concat(Enumerable.Repeat("\"a\",", 900)), "when email matches \"" + new string('(', 190) + "\" then review", "when email matches \"" + string.Concat(Enumerable.Repeat("(a*)*", 40)) + "b\" then review",
        "when email matches \"((((a{9}){9}){9}){9})\" then review", "when 1 / 0 > 1 then review", "when velocity.ip.count_1h / velocity.email.count_1h > 999999999999999 * 999999999999999 then review", "\uFEFFwhen", "when \u202Eemail then review",
    };

    [Theory, MemberData(nameof(Hostile))]
    public void No_text_throws_overflows_or_loses_a_character(string text)
    {
        var compiled = CompiledRule.TryCompile(text, Lists, out var rule, out var problems);
        Assert.Equal(compiled, problems.Count == 0);
        Assert.Equal(text, string.Concat(RuleTree.Parse(text).Tokens));
        Assert.All(problems, p => Assert.InRange(p.At.Offset + p.At.Length, p.At.Offset, text.Length));
        rule?.Holds(new Given().With(Known.Email, new string('a', 10_000)).Facts);
    }

    [Fact]
    public void No_soup_of_words_throws_either()
    {
        string[] words = ["when ", "then ", "and ", "or ", "not ", "(", ")", "amount ", "email ", "email.free ", "> ", "= ", "in ", "list ", "\"x\" ", "5 ", "MXN ", "2h ", "between ", "is ", "missing ", "add ", "block ", "- ", "* ", "matches ", "saturday ", "#", "\n", "\"", "$", ", "];
        var random = new Random(5);
        for (var i = 0; i < 20_000; i++)
        {
            var text = "when " + string.Concat(Enumerable.Range(0, random.Next(12)).Select(_ => words[random.Next(words.Length)])) + (random.Next(2) == 0 ? " then review" : "");
            var compiled = CompiledRule.TryCompile(text, Lists, out _, out var problems);
            Assert.Equal(compiled, problems.Count == 0);
            Assert.Equal(text, string.Concat(RuleTree.Parse(text).Tokens));
        }
    }

    private static string Nested(int depth) => $"when {new string('(', depth)}email.free{new string(')', depth)} then review";

    private static string Matching(int length) => $"when email matches \"{new string('a', length)}\" then review";

    private static IReadOnlyList<RuleProblem> Problems(string text)
    {
        CompiledRule.TryCompile(text, Lists, out _, out var problems);
        return problems;
    }
}
