using ClausumPanel.Assess.Rules;

namespace ClausumPanel.Assess.Tests.Rules;

public sealed class RuleTemplatesTests
{
    public static TheoryData<string, string, double> Attacks => new()
    {
        { "card-testing", "velocity.ip.cards_10m", 5 },
        { "bin-attack", "velocity.sequential_cards_1h", 3 },
        { "disposable-mail", "email.disposable", 1 },
        { "new-device", "velocity.device.count_30d", 0 },
        { "busy-address", "velocity.ip.count_10m", 10 },
        { "hosting-first", "ip.hosting", 1 },
        { "new-beneficiary", "payout.first_to_beneficiary", 1 },
        { "night", "time.hour", 3 },
        { "shared-device", "velocity.device.cards_24h", 4 },
    };

    [Theory]
    [MemberData(nameof(Attacks))]
    public void A_template_fires_on_its_attack_and_not_without_it(string key, string sign, double value)
    {
        var facts = LargePayment();
        var rule = Compiled(RuleTemplates.All.Single(template => template.Key == key));
        Assert.False(rule.Holds(facts));
        facts.Set(FactCatalog.ByName[sign], value);
        Assert.True(rule.Holds(facts));
    }

    [Fact]
    public void A_card_from_abroad_is_looked_at()
    {
        var facts = LargePayment();
        var rule = Compiled(RuleTemplates.All.Single(template => template.Key == "country-mismatch"));
        Assert.False(rule.Holds(facts));
        facts.Set(Known.CardCountry, "US");
        Assert.True(rule.Holds(facts));
    }

    [Fact]
    public void Every_template_is_tried_and_has_a_key_of_its_own() =>
        Assert.Equal(RuleTemplates.All.Select(template => template.Key).Order(), Attacks.Select(row => (string)row[0]).Append("country-mismatch").Order());

    private static Facts LargePayment()
    {
        var facts = new Facts();
        facts.Set(Known.Amount, 5_000_000);
        facts.Set(Known.Currency, "MXN");
        facts.Set(Known.CardCountry, "MX");
        facts.Set(FactCatalog.ByName["ip.country"], "MX");
        facts.Set(FactCatalog.ByName["device.fingerprint"], "d1");
        facts.Set(FactCatalog.ByName["velocity.email.count_30d"], 0);
        return facts;
    }

    private static CompiledRule Compiled(RuleTemplate template)
    {
        Assert.True(CompiledRule.TryCompile(template.Text, null, out var rule, out var problems), string.Join("; ", problems));
        return rule;
    }
}
