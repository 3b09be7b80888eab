using ClausumPanel.Assess.Rules;

namespace ClausumPanel.Assess.Tests.Rules;

public sealed class RowFormTests
{
    [Theory]
    [InlineData("amount > 5000 MXN", "amount More 5000:MXN")]
    [InlineData("amount between 1.50 MXN and 90 MXN", "amount Between 1.5:MXN 90:MXN")]
    [InlineData("amount > history.customer.amount_mean", "amount MoreFact history.customer.amount_mean")]
    [InlineData("history.email.age < 2h", "history.email.age Less 2:h")]
    [InlineData("velocity.ip.count_1h not in (1, -2.5)", "velocity.ip.count_1h NotAmong 1 -2.5")]
    [InlineData("hour not between 9 and 18", "hour NotBetween 9 18")]
    [InlineData("weekday in (saturday, 7)", "weekday Among saturday sunday")]
    [InlineData("email.free", "email.free Is true")]
    [InlineData("email.free = false", "email.free Is false")]
    [InlineData("email.free != ip.hosting", "email.free IsNotFact ip.hosting")]
    [InlineData("card.country in (\"MX\", \"US\")", "card.country Among MX US")]
    [InlineData("card.country != ip.country", "card.country IsNotFact ip.country")]
    [InlineData("email not in list \"vip\"", "email NotInList vip")]
    [InlineData("email ends with \".ru\"", "email EndsWith .ru")]
    [InlineData("email matches \"^a\\d\"", "email Matches ^a\\d")]
    [InlineData("phone is missing", "phone Missing")]
    [InlineData("false", " Is false")]
    [InlineData("email.domain = \"say \"\"hi\"\"\"", "email.domain Is say \"hi\"")]
    public void A_condition_is_a_row_and_a_row_a_condition(string text, string row)
    {
        var leaf = RuleTree.Parse($"when {text} then review").Condition!;
        var form = RowForm.Read(leaf)!;
        Assert.Equal(row, $"{form.Fact} {string.Join(' ', [form.Operator, .. form.Values.Select(v => (object)(v.Unit.Length > 0 ? $"{v.Text}:{v.Unit}" : v.Text))])}");
        Assert.Equal(form, RowForm.Read(form.Write(out var need)!));
        Assert.Equal(RowNeed.Nothing, need);
    }

    [Theory]
    [InlineData("amount * 2 > 5 MXN"), InlineData("5 MXN < amount"), InlineData("amount > 5"), InlineData("email > \"a\""), InlineData("no.fact"), InlineData("amount"), InlineData("email contains customer.id")]
    [InlineData("weekday < 2.5"), InlineData("weekday = 9"), InlineData("amount between 1 MXN and history.customer.amount_mean"), InlineData("email.free in (true)"), InlineData("amount > email"), InlineData("not not true"), InlineData("email in (\"a\", \"\")"), InlineData("card.country in (\"MX, US\")")]
    public void What_says_more_than_a_row_can_or_does_not_fit_stays_a_text(string text) => Assert.Null(RowForm.Read(RuleTree.Parse($"when {text} then review").Condition!));

    [Fact]
    public void Every_fact_can_be_asked_whatever_it_is_offered_for_and_the_checker_agrees()
    {
        foreach (var fact in FactCatalog.ForRules)
        {
            var first = RowForm.For(fact.Name, "USD");
            Assert.Contains(first.Operator, RowForm.OperatorsOf(fact));
            Sound(first);
            foreach (var asked in RowForm.OperatorsOf(fact))
            {
                var form = first.WithOperator(asked, "USD");
                var leaf = form.Write(out var need);
                if (form.Control is RowControl.Text or RowControl.Pattern or RowControl.List or RowControl.Fact && form.Values[0].Text.Length == 0)
                {
                    Assert.Null(leaf);
                    Assert.NotEqual(RowNeed.Nothing, need);
                    form = form with { Values = [new(form.Control == RowControl.Fact ? fact.Name : "x")] };
                }
                Sound(form);
            }
            // What a fact is not offered is not written of it.
            foreach (var asked in Enum.GetValues<RowOperator>().Except(RowForm.OperatorsOf(fact))) Assert.Null((first with { Operator = asked }).Write(out _));
        }

        static void Sound(RowForm form)
        {
            var tree = RuleTree.Of(form.Write(out _)!, new RuleAction(RuleActionKind.Review));
            Assert.True(CompiledRule.TryCompile(tree.Text, null, out _, out var problems), $"{tree.Text}: {string.Join('\n', problems)}");
            Assert.Equal(form, RowForm.Read(tree.Condition!));
        }
    }

    [Fact]
    public void What_is_asked_stays_when_it_fits_another_fact_and_the_values_when_they_fit_what_is_asked()
    {
        var many = new RowForm("velocity.email.count_1h", RowOperator.AtMost, [new("7")]);
        Assert.Equal(many with { Fact = "velocity.ip.count_1h" }, many.WithFact("velocity.ip.count_1h", "MXN"));
        Assert.Equal(RowForm.For("amount", "USD"), many.WithFact("amount", "USD"));
        Assert.Equal(RowForm.For("weekday", "MXN"), many.WithFact("weekday", "MXN"));
        Assert.Equal([new("7"), new("7")], many.WithOperator(RowOperator.Between, "MXN").Values);
        Assert.Equal([new("7")], many.WithOperator(RowOperator.Among, "MXN").Values);
        Assert.Equal([new("")], many.WithOperator(RowOperator.LessFact, "MXN").Values);
        Assert.Equal([new("MX")], new RowForm("card.country", RowOperator.Among, [new("MX"), new("US")]).WithOperator(RowOperator.StartsWith, "MXN").Values);
        Assert.Empty(many.WithOperator(RowOperator.Missing, "MXN").Values);
        Assert.Equal([new("1")], many.WithOperator(RowOperator.Missing, "MXN").WithOperator(RowOperator.Is, "MXN").Values);
    }

    [Theory]
    [InlineData("velocity.ip.count_1h", RowOperator.Is, "1,500.5", "", "1500.5")]
    [InlineData("velocity.ip.count_1h", RowOperator.Is, " -2 ", "", "-2")]
    [InlineData("amount", RowOperator.Less, "12,000", "CLP", "12000 CLP")]
    [InlineData("history.ip.age", RowOperator.More, "1.5", "d", "1.5d")]
    public void Numbers_are_taken_as_people_write_them(string fact, RowOperator asked, string text, string unit, string written) =>
        Assert.EndsWith(" " + written, new RowForm(fact, asked, [new(text, unit)]).Write(out _)!.ToString(), StringComparison.Ordinal);

    [Theory]
    [InlineData("velocity.ip.count_1h", RowOperator.Is, "1,5", RowNeed.Number), InlineData("velocity.ip.count_1h", RowOperator.Is, "", RowNeed.Number), InlineData("velocity.ip.count_1h", RowOperator.Among, " ", RowNeed.Value)]
    [InlineData("card.country", RowOperator.Is, "Mexico", RowNeed.Country), InlineData("currency", RowOperator.Is, "XYZ", RowNeed.Currency), InlineData("email", RowOperator.InList, "", RowNeed.List)]
    [InlineData("email", RowOperator.IsFact, "e-mail", RowNeed.OtherFact), InlineData("email", RowOperator.IsFact, "amount", RowNeed.OtherFactAlike), InlineData("e-mail", RowOperator.Is, "x", RowNeed.Fact), InlineData("email", RowOperator.Contains, "", RowNeed.Text)]
    public void What_a_row_still_needs_is_said(string fact, RowOperator asked, string text, RowNeed needed)
    {
        Assert.Null(new RowForm(fact, asked, [new(text)]).Write(out var need));
        Assert.Equal(needed, need);
    }
}
