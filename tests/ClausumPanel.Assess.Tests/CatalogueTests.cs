using System.Text.RegularExpressions;

namespace ClausumPanel.Assess.Tests;

public sealed partial class CatalogueTests
{
    [Fact]
    public void Codes_and_ids_are_unique_and_well_formed()
    {
        Assert.Equal(SignalCatalog.Count, SignalCatalog.All.Select(d => d.Code).Distinct().Count());
        Assert.Equal(SignalCatalog.Count, SignalCatalog.All.Select(d => d.Id).Distinct().Count());
        Assert.All(SignalCatalog.All, d => Assert.Matches("^[a-z][a-z0-9_]{2,39}$", d.Code));
        Assert.All(SignalCatalog.All, d => Assert.Equal(d, SignalCatalog.All[d.Index]));
        Assert.True(SignalCatalog.Count <= Assessment.MostSignals);
    }

    [Fact]
    public void No_id_was_ever_given_to_another_signal() =>
        SourceTree.FileSays(SourceTree.PathOf("tests", "ClausumPanel.Assess.Tests", "SignalIds.txt"),
            string.Concat(SignalCatalog.All.OrderBy(d => d.Id).Select(d => $"{d.Id} {d.Code}\n")));

    [Theory]
    [InlineData("high_velocity", 35)]
    [InlineData("disposable_email", 20)]
    [InlineData("short_session", 8)]
    [InlineData("suspicious_tld", 15)]
    [InlineData("no_mouse_movement", 10)]
    [InlineData("copy_paste_detected", 10)]
    [InlineData("bot_pattern", 30)]
    [InlineData("amount_below_min", 10)]
    [InlineData("amount_outlier", 20)]
    [InlineData("country_mismatch", 15)]
    [InlineData("payer_prior_fraud", 40)]
    [InlineData("payer_prior_chargeback", 30)]
    [InlineData("payout_first_beneficiary", 15)]
    [InlineData("payout_high_risk_country", 30)]
    [InlineData("payout_cross_border_high_amount", 25)]
    [InlineData("payout_unattributed_initiator", 15)]
    public void A_weight_the_contract_names_is_the_one_we_ship(string code, int weight)
    {
        Assert.Equal(weight, SignalCatalog.ByCode[code].Weight);
        Assert.Equal(weight, Policy.Default.Of(SignalCatalog.ByCode[code]).Weight);
    }

    [Fact]
    public void Every_list_type_has_its_signal_with_40_and_25()
    {
        foreach (var type in Enum.GetValues<ListType>())
        {
            var definition = SignalCatalog.ByCode["blocklist_" + FactCatalog.ListName(type)];
            Assert.Equal((40, 25), (definition.Weight, definition.Parameters.Single().Default));
            Assert.Equal(SignalCategory.Lists, definition.Category);
        }
    }

    [Fact]
    public void Every_category_and_both_flows_are_served()
    {
        Assert.Equal(Enum.GetValues<SignalCategory>(), SignalCatalog.All.Select(d => d.Category).Distinct().Order());
        Assert.All(SignalCatalog.All, d => Assert.NotEqual((SignalFlows)0, d.Flows));
        Assert.All(SignalCatalog.All, d => Assert.Equal(d.Category == SignalCategory.Payout, d.Flows == SignalFlows.PayOut));
    }

    [Fact]
    public void Parameters_and_words_are_well_formed()
    {
        foreach (var definition in SignalCatalog.All)
        {
            Assert.InRange(definition.Weight, -100, 100);
            foreach (var parameter in definition.Parameters)
            {
                Assert.InRange(parameter.Default, parameter.Minimum, parameter.Maximum);
                Assert.Matches("^[a-z][a-z_]+$", parameter.Name);
                Assert.NotEmpty(parameter.Description);
            }
            Assert.Equal(definition.Parameters.Count + definition.Words.Count, definition.Parameters.Select(p => p.Name).Concat(definition.Words.Select(w => w.Name)).Distinct().Count());
            Assert.All(definition.Words, w => Assert.Equal(w.Default.Order(StringComparer.OrdinalIgnoreCase).Distinct(StringComparer.OrdinalIgnoreCase), w.Default));
        }
    }

    [Fact]
    public void A_sentence_names_exactly_the_numbers_its_signal_has()
    {
        foreach (var definition in SignalCatalog.All)
        {
            var places = Place().Matches(definition.Sentence).Select(m => m.Groups[1].Value).ToHashSet();
            Assert.True(places.Contains("0") == (definition.A != SignalNumber.None), definition.Code);
            Assert.True(places.Contains("1") == (definition.B != SignalNumber.None), definition.Code);
            Assert.True(char.IsUpper(definition.Title[0]) && definition.Title.Length <= 42, definition.Code);
        }
    }

    [Fact]
    public void Facts_have_unique_names_a_type_and_a_sentence()
    {
        Assert.Equal(FactCatalog.Count, FactCatalog.ByName.Count);
        Assert.All(FactCatalog.All, d => Assert.Matches("^[a-z][a-z0-9_]*(\\.[a-z0-9_]+)*$", d.Name));
        Assert.All(FactCatalog.All, d => Assert.NotEmpty(d.Description));
        for (var i = 0; i < FactCatalog.Count; i++) Assert.Equal(i, FactCatalog.All[i].Fact.Index);
    }

    [Fact]
    public void Whatever_a_request_says_names_its_member_but_for_the_flow_which_is_the_address_called()
    {
        var said = FactCatalog.All.Where(d => d.Source == FactSource.Request).ToList();
        Assert.Equal(["flow"], said.Where(d => d.Path is null).Select(d => d.Name));
        Assert.Equal(said.Count - 1, said.Select(d => d.Path).OfType<string>().Distinct().Count());
        // An imported payment, and a scenario, say their moment themselves.
        Assert.Equal(["time.hour", "time.weekday"], FactCatalog.All.Where(d => d.Source != FactSource.Request && d.Path is not null).Select(d => d.Name));
        Assert.All(Enum.GetValues<FactGroup>(), group => Assert.Contains(FactCatalog.All, d => d.Group == group));
        Assert.Equal((FactGroup.Payment, FactGroup.Payer, FactGroup.Card, FactGroup.Device), (Known.Amount.Definition.Group, Known.Email.Definition.Group, Known.PaymentMethod.Definition.Group, Known.Ip.Definition.Group));
    }

    [Fact]
    public void Generated_facts_are_found_where_their_parts_say()
    {
        Assert.Equal("velocity.card.count_1h", FactCatalog.Velocity(EntityKind.Card, Measure.Count, Window.OneHour).ToString());
        Assert.Equal("velocity.beneficiary.ips_30d", FactCatalog.Velocity(EntityKind.Beneficiary, Measure.Ips, Window.ThirtyDays).ToString());
        Assert.Equal("history.email.amount_mean", FactCatalog.History(EntityKind.Email, HistoryPart.AmountMean).ToString());
        Assert.Equal("list.beneficiary_id", FactCatalog.List(ListType.BeneficiaryId).ToString());
        foreach (var kind in Enum.GetValues<EntityKind>())
            foreach (var measure in Enum.GetValues<Measure>())
                foreach (var window in Enum.GetValues<Window>())
                    Assert.Equal($"velocity.{kind.Name()}.{measure.Name()}_{window.Name()}", FactCatalog.Velocity(kind, measure, window).ToString());
    }

    [Fact]
    public void Every_text_a_person_may_read_is_listed_for_translation()
    {
        var all = EnglishTexts.All.ToHashSet();
        var asked = new HashSet<string>();
        var (random, facts, answer, assessor) = (new Random(3), new Facts(), new Assessment(), new Assessor(Policy.Default));
        for (var i = 0; i < 2_000; i++)
        {
            assessor.Assess(RandomFacts.Fill(facts, random), answer);
            foreach (var hit in answer.Signals) SignalText.Describe(hit, "MXN", text => { asked.Add(text); return text; }, System.Globalization.CultureInfo.InvariantCulture);
        }
        Assert.True(asked.Count > 100);
        Assert.Superset(asked, all);
        Assert.Contains("Disposable e-mail", all);
        Assert.All(all, text => Assert.Equal(text.Trim(), text));
    }

    [GeneratedRegex(@"\{(\d)\}")]
    private static partial Regex Place();
}
