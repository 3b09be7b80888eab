using ClausumPanel.Storage.Disputes;

namespace ClausumPanel.Web.Tests.Disputes;

/// <summary>Every situation starts from one that qualifies and changes what its name says.</summary>
public sealed class EligibilityTests
{
    private static readonly DateTimeOffset Paid = new(2026, 11, 1, 12, 0, 0, TimeSpan.Zero), Received = new(2026, 11, 20, 9, 0, 0, TimeSpan.Zero);

    private static readonly EvidencePayment Disputed = new()
    {
        Seq = 100, At = Paid, Amount = 45_000, Currency = "MXN", UserId = "cus_42", Email = "maria@example.mx", Ip = "189.203.10.7", DeviceId = "d-0123456789abcdef", Fingerprint = "fp_0123456789abcdef0123", CardBin = "415231", CardLast4 = "4242",
        ShippingAddress = "Av. Reforma 222, Col. Juárez, 06600 Ciudad de México", Description = "Wireless headphones", Goods = "merchandise", Descriptor = "TIENDA*AUDIO",
    };

    private static EvidencePayment Prior(long seq, int daysBefore) => Disputed with { Seq = seq, At = Paid.AddDays(-daysBefore), Description = $"Order {seq}" };

    private static EligibilityQuestion Visa(params EvidencePayment[] priors) => new(CardScheme.Visa, "10.4", Received, Disputed) { Others = priors };

    private static EligibilityQuestion Mastercard(params EvidencePayment[] priors) => new(CardScheme.Mastercard, "4837", Received, Disputed) { Others = priors };

    private static EvidencePayment[] Both(Func<EvidencePayment, EvidencePayment> change) => [change(Prior(1, 150)), change(Prior(2, 200))];

    private static EligibilityQuestion On(EvidencePayment disputed, params EvidencePayment[] priors) => new(CardScheme.Visa, "10.4", Received, disputed) { Others = priors };

    private sealed record Situation(EligibilityQuestion Question, EligibilityStanding Standing, string Rules = "", string Picked = "1,2");

    private const EligibilityStanding Qualified = EligibilityStanding.Qualified, Action = EligibilityStanding.RequiresAction, Not = EligibilityStanding.NotQualified;

    private static readonly Dictionary<string, Situation> Visas = new()
    {
        ["two clean priors with everything the same"] = new(Visa(Prior(1, 150), Prior(2, 200)), Qualified, "C1+ C2+ C3+ C4+ C5+ C6+ C7+ C8+ C9+"),
        ["the order they are found in does not matter"] = new(Visa(Prior(2, 200), Prior(1, 150)), Qualified),
        ["another fraud reason"] = new(Visa(Prior(1, 150), Prior(2, 200)) with { ReasonCode = "10.5" }, Not, "C1-"),
        ["a consumer reason"] = new(Visa(Prior(1, 150), Prior(2, 200)) with { ReasonCode = "13.1" }, Not, "C1-"),
        ["no prior at all"] = new(Visa(), Not, "C2-", ""),
        ["one prior only"] = new(Visa(Prior(1, 150)), Action, "C2?", "1"),
        ["the payment is not known here"] = new(Visa(Prior(1, 150), Prior(2, 200)) with { Payment = null }, Action, "C2? C5?", ""),
        ["the payment is not known here and the reason is another"] = new(Visa() with { Payment = null, ReasonCode = "12.5" }, Not, "C1-", ""),
        ["119 days by the payment, 138 by the dispute"] = new(Visa(Prior(1, 119), Prior(2, 200)), Action, "C4?"),
        ["120 days by the payment"] = new(Visa(Prior(1, 120), Prior(2, 200)), Qualified, "C4+"),
        ["100 days by the payment, 119 by the dispute"] = new(Visa(Prior(1, 100), Prior(2, 200)), Action, "C2?", "2"),
        ["101 days by the payment, 120 by the dispute"] = new(Visa(Prior(1, 101), Prior(2, 200)), Action, "C4?"),
        ["346 days by the payment, 365 by the dispute"] = new(Visa(Prior(1, 150), Prior(2, 346)), Qualified, "C4+"),
        ["347 days by the payment, 366 by the dispute"] = new(Visa(Prior(1, 150), Prior(2, 347)), Action, "C4?"),
        ["365 days by the payment, 384 by the dispute"] = new(Visa(Prior(1, 150), Prior(2, 365)), Action, "C4?"),
        ["366 days by the payment"] = new(Visa(Prior(1, 150), Prior(2, 366)), Action, "C2?", "1"),
        ["both too young"] = new(Visa(Prior(1, 20), Prior(2, 60)), Not, "C2-", ""),
        ["both too old"] = new(Visa(Prior(1, 370), Prior(2, 500)), Not, "C2-", ""),
        ["a day counts whole, whatever its hour"] = new(Visa(Prior(1, 120) with { At = Paid.AddDays(-120).AddHours(11) }, Prior(2, 200)), Qualified, "C4+"),
        ["the processing date counts where it is known"] = new(Visa(Prior(1, 118) with { ProcessedAt = Paid.AddDays(-121) }, Prior(2, 200)), Qualified, "C4+"),
        ["money sent to the cardholder needs no age"] = new(On(Disputed with { IsOriginalCredit = true }, Prior(1, 3), Prior(2, 10)), Qualified, "C4+ C11+"),
        ["a prior was reported as fraud"] = new(Visa(Prior(1, 150) with { IsReported = true }, Prior(2, 200)), Action, "C2?", "2"),
        ["a prior was disputed"] = new(Visa(Prior(1, 150) with { IsDisputed = true }, Prior(2, 200)), Action, "C2?", "2"),
        ["both priors were disputed"] = new(Visa(Both(p => p with { IsDisputed = true })), Not, "C2-", ""),
        ["a prior was turned away here"] = new(Visa(Prior(1, 150) with { IsDeclined = true }, Prior(2, 200)), Action, "C2?", "2"),
        ["a prior of another card"] = new(Visa(Prior(1, 150) with { CardLast4 = "1111" }, Prior(2, 200)), Action, "C2?", "2"),
        ["a prior of another card with the same last four"] = new(Visa(Prior(1, 150) with { CardBin = "552215" }, Prior(2, 200)), Action, "C2?", "2"),
        ["hashes say that the card is another"] = new(On(Disputed with { CardHash = "aa" }, Prior(1, 150) with { CardHash = "bb" }, Prior(2, 200) with { CardHash = "aa" }), Action, "C2?", "2"),
        ["a longer card range begins the same"] = new(Visa(Prior(1, 150) with { CardBin = "41523199" }, Prior(2, 200)), Qualified),
        ["nobody recorded the card of a prior"] = new(Visa(Prior(1, 150) with { CardBin = null, CardLast4 = null }, Prior(2, 200)), Action, "C2?", "2"),
        ["a prior of another shop of the same provider"] = new(Visa(Prior(1, 150) with { Merchant = "sub_9" }, Prior(2, 200)), Action, "C2?", "2"),
        ["a payment after the disputed one is no prior"] = new(Visa(Prior(1, -3), Prior(2, 200)), Action, "C2?", "2"),
        ["a third prior is better than the second"] = new(Visa(Prior(1, 150), Prior(2, 140) with { DeviceId = "other-device-id-000", Fingerprint = "fp_ffffffffffffffffffff", Ip = "1.2.3.4", UserId = "cus_9" }, Prior(3, 300)), Qualified, "", "1,3"),
        ["of three good ones the newest two"] = new(Visa(Prior(1, 300), Prior(2, 200), Prior(3, 150)), Qualified, "", "2,3"),
        ["an undoubted age goes before a newer one"] = new(Visa(Prior(1, 110), Prior(2, 150), Prior(3, 300)), Qualified, "C4+", "2,3"),
        ["each prior alone matches, but in different things"] = new(Visa(Prior(1, 150) with { Ip = "1.1.1.1", DeviceId = null, Fingerprint = null }, Prior(2, 200) with { UserId = "cus_9", ShippingAddress = "Otra calle 5, Puebla 72000 centro" }), Not, "C5-"),
        ["the account is written in another case"] = new(Visa(Both(p => p with { UserId = "CUS_42", Ip = "1.1.1.1", ShippingAddress = null })), Qualified, "C5+"),
        ["a device id is not the same in another case"] = new(Visa(Both(p => p with { DeviceId = "D-0123456789ABCDEF", Fingerprint = "FP_0123456789ABCDEF0123", Ip = "1.1.1.1" })), Not, "C6-"),
        ["the address is spelt otherwise"] = new(Visa(Both(p => p with { ShippingAddress = "AVENIDA REFORMA #222 Colonia Juarez CP 06600, CDMX", UserId = null, DeviceId = null, Fingerprint = null })), Qualified, "C5+"),
        ["the address is another number of the street"] = new(Visa(Both(p => p with { ShippingAddress = "Av. Reforma 224, Col. Juárez, 06600 Ciudad de México", UserId = null, DeviceId = null, Fingerprint = null })), Action, "C5?"),
        ["the same address as IPv6 around IPv4"] = new(Visa(Both(p => p with { Ip = "::ffff:189.203.10.7", DeviceId = null, Fingerprint = null, ShippingAddress = null })), Qualified, "C6+"),
        ["the same IPv6 address written long"] = new(On(Disputed with { Ip = "2806:2f0:1::1" }, Both(p => p with { Ip = "2806:02f0:0001:0000:0000:0000:0000:0001", DeviceId = null, Fingerprint = null, ShippingAddress = null })), Qualified, "C6+"),
        ["IPv6 then and IPv4 now"] = new(Visa(Both(p => p with { Ip = "2806:2f0:1::1", DeviceId = null, Fingerprint = null })), Action, "C6?"),
        ["IPv6 then and IPv4 now, and other devices"] = new(Visa(Both(p => p with { Ip = "2806:2f0:1::1", DeviceId = "another-device-0001", Fingerprint = "fp_eeeeeeeeeeeeeeeeeeee" })), Not, "C6-"),
        ["no device recorded then"] = new(Visa(Both(p => p with { DeviceId = null, Fingerprint = null })), Qualified, "C6+"),
        ["no device and no address recorded then"] = new(Visa(Both(p => p with { DeviceId = null, Fingerprint = null, Ip = null })), Action, "C6?"),
        ["one mark only"] = new(Visa(Both(p => p with { UserId = null, ShippingAddress = null, DeviceId = null, Fingerprint = null })), Action, "C5?"),
        ["account and address are the same, no anchor can be"] = new(Visa(Both(p => p with { Ip = "1.1.1.1", DeviceId = "another-device-0001", Fingerprint = "fp_eeeeeeeeeeeeeeeeeeee" })), Not, "C5+ C6-"),
        ["the fingerprint changed but the device id is the same"] = new(Visa(Both(p => p with { Fingerprint = "fp_eeeeeeeeeeeeeeeeeeee", Ip = "1.1.1.1" })), Qualified, "C6+ C8+"),
        ["the device is known by a short fingerprint only"] = new(On(Disputed with { DeviceId = null, Fingerprint = "fp_short", Ip = null }, Both(p => p with { DeviceId = null, Fingerprint = "fp_short", Ip = null })), Action, "C8?"),
        ["a short device id does not hurt where IP and account carry it"] = new(On(Disputed with { DeviceId = "short", Fingerprint = null }, Both(p => p with { DeviceId = "short", Fingerprint = null })), Qualified, "C8+"),
        ["the address is a country only"] = new(On(Disputed with { ShippingAddress = "México", UserId = null, DeviceId = null, Fingerprint = null }, Both(p => p with { ShippingAddress = "Mexico", UserId = null, DeviceId = null, Fingerprint = null })), Action, "C5+ C8?"),
        ["nobody said what was sold"] = new(On(Disputed with { Description = null }, Prior(1, 150), Prior(2, 200)), Action, "C7?"),
        ["nobody said what was sold then"] = new(Visa(Both(p => p with { Description = null })), Action, "C7?"),
        ["neither goods nor services"] = new(On(Disputed with { Goods = null }, Prior(1, 150), Prior(2, 200)), Action, "C8?"),
        ["the descriptor changed behind its first six letters"] = new(Visa(Both(p => p with { Descriptor = "tienda*ropa" })), Qualified, "C9+"),
        ["the descriptor is another"] = new(Visa(Both(p => p with { Descriptor = "OTRA TIENDA" })), Action, "C9-"),
        ["nobody recorded the descriptor"] = new(Visa(Both(p => p with { Descriptor = null })), Qualified, "C9?"),
        ["the e-mail is the same and is not the login"] = new(On(Disputed with { UserId = null }, Both(p => p with { UserId = null, ShippingAddress = null, DeviceId = null, Fingerprint = null })), Action, "C5?"),
        ["the e-mail is the login"] = new(On(Disputed with { UserId = null }, Both(p => p with { UserId = null, Email = "MARIA@example.mx", ShippingAddress = null, DeviceId = null, Fingerprint = null })) with { EmailIsLogin = true }, Qualified, "C5+"),
        ["made by the merchant: its own address is nobody's"] = new(Visa(Both(p => p with { IsMerchantInitiated = true, DeviceId = null, Fingerprint = null })), Action, "C6?"),
        ["made by the merchant, the first one's address is known"] = new(Visa(Both(p => p with { IsMerchantInitiated = true, Ip = "10.0.0.1", InitialIp = "189.203.10.7", DeviceId = null, Fingerprint = null })), Qualified, "C6+"),
    };

    private static readonly Dictionary<string, Situation> Mastercards = new()
    {
        ["one clean earlier purchase with four marks"] = new(Mastercard(Prior(1, 30)), Qualified, "M1+ M2+ M3+ M4+ M5+", "1"),
        ["three marks are enough"] = new(Mastercard(Prior(1, 30) with { ShippingAddress = "Otra calle 5, Puebla 72000 centro" }), Qualified, "M3+", "1"),
        ["two marks and two unknown"] = new(Mastercard(Prior(1, 30) with { ShippingAddress = null, UserId = null }), Action, "M3?", "1"),
        ["two marks and two that differ"] = new(Mastercard(Prior(1, 30) with { ShippingAddress = "Otra calle 5, Puebla 72000 centro", UserId = "cus_9" }), Not, "M3-", "1"),
        ["no earlier purchase"] = new(Mastercard(), Not, "M2-", ""),
        ["the earlier purchase was disputed"] = new(Mastercard(Prior(1, 30) with { IsDisputed = true }), Not, "M2-", ""),
        ["the earlier purchase was reported"] = new(Mastercard(Prior(1, 30) with { IsReported = true }, Prior(2, 40)), Qualified, "", "2"),
        ["another reason"] = new(Mastercard(Prior(1, 30)) with { ReasonCode = "4853" }, Not, "M1-", "1"),
        ["a reason that the settings add"] = new(Mastercard(Prior(1, 30)) with { ReasonCode = "4863", TrustCodes = ["4837", "4863"] }, Qualified, "M1+", "1"),
        ["nobody said what was sold to a Mastercard"] = new(Mastercard(Prior(1, 30)) with { Payment = Disputed with { Description = null } }, Action, "M5?", "1"),
        ["the payment is not known"] = new(Mastercard() with { Payment = null }, Action, "M2?", ""),
        ["of two, the one with more marks first"] = new(Mastercard(Prior(1, 10) with { UserId = "cus_9" }, Prior(2, 60)), Qualified, "", "1,2"),
    };

    public static TheoryData<string> Names => new([.. Visas.Keys, .. Mastercards.Keys]);

    [Theory, MemberData(nameof(Names))]
    public void The_rules_say_of(string situation)
    {
        var (question, standing, rules, picked) = Visas.GetValueOrDefault(situation) ?? Mastercards[situation];
        var answer = Eligibility.Of(question)!;
        Assert.Equal(picked, string.Join(',', answer.Picked.Select(p => p.Seq).Order()));
        var found = answer.Rules.Select(r => r.Id + (r.Result switch { RuleResult.Pass => "+", RuleResult.Fail => "-", _ => "?" })).ToHashSet();
        foreach (var rule in rules.Split(' ', StringSplitOptions.RemoveEmptyEntries)) Assert.True(found.Contains(rule), $"{rule} is not among {string.Join(' ', found)}");
        Assert.True(standing == answer.Standing, $"{answer.Standing}: {string.Join(' ', found)}");
        // What needs doing is said, and what qualifies lacks nothing.
        if (standing == Qualified) Assert.Empty(answer.Missing);
        else Assert.Contains(answer.Rules, r => r is { Result: not RuleResult.Pass, Advice: not EligibilityAdvice.None });
        Assert.Equal(answer.Picked.Count, answer.Candidates.Count(c => c.IsPicked));
    }

    [Fact]
    public void There_are_enough_situations() => Assert.True(Visas.Count + Mastercards.Count >= 70);

    [Fact]
    public void Every_candidate_is_there_with_why_it_was_not_picked()
    {
        var answer = Eligibility.Of(Visa(Prior(1, 150), Prior(2, 200), Prior(3, 300), Prior(4, 20), Prior(5, 400), Prior(6, 160) with { IsDisputed = true }, Prior(7, 161) with { IsReported = true }, Prior(8, 170) with { CardLast4 = "9" }))!;
        Assert.Equal(
            ["1 None picked", "2 None picked", "3 None", "4 TooYoung", "5 TooOld", "6 Disputed", "7 Reported", "8 OtherCard"],
            answer.Candidates.Select(c => $"{c.Payment.Seq} {c.Exclusion}{(c.IsPicked ? " picked" : "")}"));
        Assert.Equal((150, 169), (answer.Candidates[0].AgeByPayment, answer.Candidates[0].AgeByDispute));
    }

    [Fact]
    public void What_is_missing_is_named_as_the_providers_name_it()
    {
        var answer = Eligibility.Of(On(Disputed with { Description = null, Goods = null, Ip = null, DeviceId = null, Fingerprint = null }, Prior(1, 150) with { Description = null }))!;
        Assert.Equal(
            [MissingItem.CustomerIdentifiers, MissingItem.DisputedTransactionDescription, MissingItem.MerchandiseOrServices, MissingItem.PriorUndisputedTransactionDescription, MissingItem.PriorUndisputedTransactions], answer.Missing);
    }

    [Fact]
    public void A_scheme_without_a_programme_has_no_answer() => Assert.Null(Eligibility.Of(Visa(Prior(1, 150)) with { Scheme = CardScheme.Amex, ReasonCode = "F29" }));

    [Fact]
    public void Two_hundred_priors_are_weighed_at_once()
    {
        var others = Enumerable.Range(0, 200).Select(i => Prior(i + 1, 121 + i) with { Seq = i + 1000 }).ToArray();
        Assert.Equal([1000L, 1001L], Eligibility.Of(Visa(others))!.Picked.Select(p => p.Seq).Order());
    }

    [Fact]
    public void The_catalogue_of_reasons_is_whole()
    {
        var catalogue = ReasonCodes.Shipped;
        Assert.Equal(catalogue.Codes.Count, catalogue.Codes.Select(c => (c.Scheme, c.Code)).Distinct().Count());
        Assert.All(catalogue.Codes, c =>
        {
            Assert.InRange(c.Days, 5, 60);
            Assert.InRange(c.Code.Length, 2, 12);
            Assert.NotEqual("", c.Text);
            Assert.NotEqual("", c.Spanish);
            Assert.NotEqual(c.Text, c.Spanish);
            Assert.Contains(c.Source, catalogue.Sources.Keys);
            Assert.InRange(c.On, new DateOnly(2026, 1, 1), catalogue.Checked);
        });
        Assert.Contains(catalogue.DaysSource, catalogue.Sources.Keys);
        Assert.DoesNotContain(catalogue.Codes, c => c.Scheme == CardScheme.Visa && c.IsSecondHand);
        Assert.All(catalogue.Limits, l => Assert.Contains(l.Source, catalogue.Sources.Keys));
        Assert.All(catalogue.Sources.Values, s => Assert.StartsWith("https://", s, StringComparison.Ordinal));
        Assert.Equal((ReasonCategory.Fraud, ReasonCategory.Consumer, ReasonCategory.Fraud), (ReasonCodes.Category(CardScheme.Visa, "10.4"), ReasonCodes.Category(CardScheme.Visa, "13.1"), ReasonCodes.Category(CardScheme.Mastercard, "4837")));
        Assert.All((CardScheme[])[CardScheme.Visa, CardScheme.Mastercard, CardScheme.Amex, CardScheme.Discover], s => Assert.True(catalogue.Codes.Count(c => c.Scheme == s) >= 15));
        Assert.Null(ReasonCodes.Find(CardScheme.Visa, "4837"));
    }
}
