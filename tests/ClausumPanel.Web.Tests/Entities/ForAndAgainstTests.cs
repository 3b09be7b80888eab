using System.Globalization;
using System.Net;
using AngleSharp.Dom;
using ClausumPanel.Assess;
using ClausumPanel.Assess.Rules;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Pages.Entities;
using ClausumPanel.Web.Plumbing;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Tests.Entities;

/// <summary>History speaks for a payment once it is a day old, and a row of payments right before it against it.</summary>
public sealed class ForAndAgainstTests
{
    private static string Payment(string who, string email, int ip, long amount) => $$$"""
        {"amount":{{{amount}}},"currency":"MXN","email":"{{{email}}}","customer_id":"cus_{{{who}}}","device":{"ip":"189.203.60.{{{ip}}}","fingerprint":"fp_{{{who}}}","timezone":"America/Mexico_City"},
         "payment_method":{"type":"card","card_bin":"411111","card_last4":"{{{4000 + ip}}}","card_country":"MX","card_brand":"visa"},"billing":{"country":"MX","city":"CDMX"}}
        """;

    [Fact]
    public async Task Only_what_is_a_day_old_speaks_for_a_payer_and_a_row_that_grows_against_it()
    {
        await using var own = new PanelApp();
        await own.InitializeAsync();
        var shop = await Shop.OpenAsync(own);
        async Task<string> PayAsync(long amount, TimeSpan then, int? ip = null)
        {
            var request = Payment("uno", "uno@tienda.example", 7, amount);
            var answer = (await shop.AssessAsync(ip is null ? request : Shop.With(request, "device.ip", $"\"189.203.61.{ip}\""))).MustBeGood();
            own.Clock.Advance(then);
            return answer.Id;
        }
        async Task<(string For, string Against)> BalanceAsync(string id)
        {
            var page = await own.As(World.Victor).PageAsync($"/dashboard/transactions/{id}");
            return (Words(page, "in-favour"), Words(page, "against"));
        }
        static string Words(IParentNode page, string side) => string.Join(' ', page.QuerySelector($".balance > div:has(#{side})")!.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

        var first = await PayAsync(15_000, TimeSpan.FromHours(40));
        for (var i = 1; i < 3; i++) await PayAsync(15_000, TimeSpan.FromHours(40));
        List<string> row = [];
        for (var i = 0; i < 6; i++) row.Add(await PayAsync(15_500 + (i * 100), TimeSpan.FromMinutes(7)));
        await own.Services.GetRequiredService<AssessService>().Log!.CatchUpAsync(CancellationToken.None);

        var last = await BalanceAsync(row[^1]);
        Assert.Contains("3 pagos aprobados sin disputa desde 24 nov 2026 (5 días) 5 de las últimas 24 h no cuentan", last.For, StringComparison.Ordinal);
        Assert.Contains("Mismo dispositivo, tarjeta y dirección IP en 3 de 3 pagos anteriores", last.For, StringComparison.Ordinal);
        Assert.Contains("5 pagos en los 35 min anteriores, cada uno mayor que el previo", last.Against, StringComparison.Ordinal);
        Assert.DoesNotContain("cada uno mayor", (await BalanceAsync(row[2])).Against, StringComparison.Ordinal);
        Assert.DoesNotContain("sin disputa", (await BalanceAsync(first)).For, StringComparison.Ordinal);

        // A row that does not grow is told where no signal told of it.
        own.Clock.Advance(TimeSpan.FromDays(2));
        for (var i = 0; i < 3; i++) await PayAsync(15_000, TimeSpan.FromMinutes(7));
        var steady = await PayAsync(15_000, TimeSpan.FromDays(2), ip: 9);
        var told = await BalanceAsync(steady);
        Assert.Contains("3 pagos en la hora anterior", told.Against, StringComparison.Ordinal);
        Assert.Contains("Mismo dispositivo y tarjeta en 9 de 9 pagos anteriores", told.For, StringComparison.Ordinal);
        var again = await BalanceAsync(await PayAsync(15_000, TimeSpan.FromDays(2)));
        Assert.Contains("Mismo dispositivo, tarjeta y dirección IP que antes Dispositivo 13 · Tarjeta 13 · Dirección IP 12 de 13 pagos anteriores", again.For, StringComparison.Ordinal);
        Assert.DoesNotContain("hora anterior", again.Against, StringComparison.Ordinal);

        // What somebody else has too does not count, and says so.
        (await shop.AssessAsync(Shop.With(Payment("dos", "dos@tienda.example", 7, 15_000), "device.fingerprint", "\"fp_uno\""))).MustBeGood();
        own.Clock.Advance(TimeSpan.FromMinutes(7));
        var shared = await BalanceAsync(await PayAsync(15_000, TimeSpan.FromDays(2)));
        Assert.EndsWith("Sin contar: Dispositivo, Tarjeta, Dirección IP (también de otros)", shared.For, StringComparison.Ordinal);

        // Once one of them turns out to be fraud, nothing of it speaks for the next, which is told.
        var maria = own.As(World.Maria);
        var form = await Form.ReadAsync(await maria.GetAsync($"/dashboard/transactions/{first}"), "form[action*='handler=Label']");
        form["outcome"] = "fraud";
        form["source"] = "chargeback";
        Assert.Equal(HttpStatusCode.Found, (await maria.PostAsync($"/dashboard/transactions/{first}?handler=Label", form.Content)).StatusCode);
        var disputed = await BalanceAsync(row[^1]);
        Assert.DoesNotContain("sin disputa", disputed.For, StringComparison.Ordinal);
        Assert.DoesNotContain("Mismo dispositivo", disputed.For, StringComparison.Ordinal);
        Assert.EndsWith("Sin contar: Dispositivo, Tarjeta, Dirección IP (fraude en su historial)", disputed.For, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_phone_number_that_is_new_of_a_known_payer_is_told()
    {
        await using var own = new PanelApp();
        await own.InitializeAsync();
        var shop = await Shop.OpenAsync(own);
        async Task<bool> IsToldAsync(string? phone)
        {
            var request = Payment("tel", "tel@tienda.example", 7, 15_000);
            var answer = (await shop.AssessAsync(phone is null ? request : Shop.With(request, "phone", $"\"{phone}\""))).MustBeGood();
            own.Clock.Advance(TimeSpan.FromDays(1));
            return (await own.As(World.Victor).PageAsync($"/dashboard/transactions/{answer.Id}")).QuerySelectorAll(".balance > div:has(#against) li b").Any(b => b.TextContent == "Primera vez con este teléfono");
        }
        // Whoever pays the first time has a number that is new as all of theirs is.
        Assert.False(await IsToldAsync("+525512345671"));
        Assert.False(await IsToldAsync("+525512345671"));
        Assert.True(await IsToldAsync("+525512345672"));
        Assert.False(await IsToldAsync(null));
    }

    [Fact]
    public async Task What_people_declined_of_those_linked_stands_against_it_with_their_reason()
    {
        await using var own = new PanelApp();
        await own.InitializeAsync();
        var shop = await Shop.OpenAsync(own);
        List<string> paid = [];
        for (var i = 1; i <= 6; i++)
        {
            paid.Add((await shop.AssessAsync(Payment($"c{i}", $"c{i}@mayoreo.example", i, 20_000))).MustBeGood().Id);
            own.Clock.Advance(TimeSpan.FromHours(5));
        }
        await own.InDbAsync(async db =>
        {
            var maria = await db.Users.OrderBy(u => u.Id).Select(u => u.Id).FirstAsync();
            foreach (var (i, id) in paid.Take(4).Index())
            {
                var number = Guid.Parse(id);
                var seq = await db.Set<StoredAssessment>().Where(a => a.Id == number).Select(a => a.Seq).SingleAsync();
                // What time declined nobody looked at.
                db.Add(new Review { Seq = seq, Queue = 1, State = ReviewState.Closed, Outcome = ReviewOutcome.Decline, Reason = i == 3 ? null : "reseller_abuse", Note = i == 2 ? "Tres pedidos a una bodega" : null, DecidedById = i == 3 ? null : maria, IsTimedOut = i == 3, DecidedAt = 1 });
            }
            await db.SaveChangesAsync();
        });
        await own.Services.GetRequiredService<AssessService>().Log!.CatchUpAsync(CancellationToken.None);
        var page = await own.As(World.Victor).PageAsync($"/dashboard/transactions/{paid[^1]}");
        var against = page.QuerySelector("ul[aria-labelledby=against]")!;
        // Each row says why.
        Assert.Equal(["Revende contra las condiciones: Tres pedidos a una bodega", "Revende contra las condiciones", "Revende contra las condiciones"], page.QuerySelectorAll("table.linked [data-reason=reseller_abuse]").Select(r => r.TextContent));
        Assert.Equal("Rechazamos 3 de 5 evaluaciones vinculadas Dominio de correo · última: 24 nov 2026 · Revende contra las condiciones", Assert.Single(against.QuerySelectorAll("li"), l => l.TextContent.Contains("Rechazamos", StringComparison.Ordinal)).TextContent.Trim());
    }

    [Theory]
    [InlineData(4, 30, 0, false)]
    [InlineData(4, 30, 1, false)]
    [InlineData(4, 30, 2, true)]
    [InlineData(4, 2, 1, true)]
    [InlineData(4, 10, 1, true)]
    [InlineData(40, 10, 1, true)]
    [InlineData(4, 11, 1, false)]
    [InlineData(40, 20, 2, true)]
    [InlineData(40, 21, 3, false)]
    [InlineData(40, 30, 14, false)]
    [InlineData(40, 30, 15, true)]
    public void A_few_declines_of_what_many_share_are_chance(int payers, int others, int declined, bool isTold)
    {
        var link = new LinkAttribute(TermKind.EmailDomain, "mayoreo.example", others, false, payers, false, 0, 0, true);
        IReadOnlyList<TermEvent> with = [.. Enumerable.Range(1, others).Select(i => new TermEvent(i, i, Flow.PayIn, Decision.Review, 0, 100, "MXN", null, false, false))];
        var told = DeclinedBefore.Of(new HashSet<long>(), [link], [with], Enumerable.Range(1, declined).ToDictionary(i => (long)i, _ => (string?)"other"));
        Assert.Equal(isTold ? declined : null, told?.Count);
    }

    [Theory]
    [InlineData(0, 0, null)]
    [InlineData(0, 1, "El motor rechazó 1 de 4 evaluaciones vinculadas | Dispositivo · 24 nov 2026 · legítimo: 2")]
    [InlineData(1, 0, "Rechazamos 1 de 4 evaluaciones vinculadas | Dispositivo · 21 nov 2026 · Tarjeta robada · legítimo: 2")]
    [InlineData(1, 1, "2 de 4 evaluaciones vinculadas rechazadas, 1 por el motor | Dispositivo · última: 24 nov 2026 · Tarjeta robada · legítimo: 2")]
    public void What_the_engine_declined_stands_against_it_too_but_not_a_payers_own(int people, int engine, string? said)
    {
        var link = new LinkAttribute(TermKind.Device, "fp_four", 4, false, 1, false, 0, 2, true);
        IReadOnlyList<TermEvent> with = [.. Enumerable.Range(1, 4).Select(i => new TermEvent(i, new DateTimeOffset(2026, 11, 20 + i, 18, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds(), Flow.PayIn, i <= people || i > 4 - engine ? Decision.Decline : Decision.Approve, 0, 100, "MXN", i is 2 or 3 ? LabelOutcome.Good : null, false, false) { Outcome = i <= people ? ReviewOutcome.Decline : null })];
        var declines = Enumerable.Range(1, people).ToDictionary(i => (long)i, _ => (string?)"stolen_card");
        var told = DeclinedBefore.Of(new HashSet<long>(), [link], [with], declines);
        var culture = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("es-MX");
            Assert.Equal(said, told?.Argument(Flow.PayIn, new Reader(new HttpContextAccessor(), Options.Create(new PanelOptions())), new Texts()) is { } argument ? $"{argument.Text} | {argument.Detail}" : null);
        }
        finally
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = culture;
        }
        // Of the payer's own only what people declined, of whom the engine's are the history; and nothing that was good after all.
        Assert.Equal(people, DeclinedBefore.Of(new HashSet<long> { 1, 2, 3, 4 }, [link], [with], declines)?.Count ?? 0);
        Assert.Equal(people, DeclinedBefore.Of(new HashSet<long>(), [link], [[.. with.Select(e => e.Seq == 4 ? e with { Label = LabelOutcome.Good } : e)]], declines)?.Count ?? 0);
    }

    [Fact]
    public void Linked_ones_that_were_declined_are_counted_but_for_those_a_blind_reader_may_not_know()
    {
        var links = new LinksView(Guid.Empty, 9, Flow.PayIn, false, [], [], 4, false, false, true) { DeclinedSeqs = [1, 2] };
        Assert.Equal((2, 1), (links.Declined, links.Without(new Blinded(true, new HashSet<long> { 2 })).Declined));
    }

    [Fact]
    public async Task An_address_abroad_is_one_argument_however_many_signals_it_fires_and_what_agrees_says_what_was_compared()
    {
        await using var own = new PanelApp();
        await own.InitializeAsync();
        var shop = await Shop.OpenAsync(own);
        var home = (await shop.AssessAsync(Shop.With(Payment("casa", "casa@tienda.example", 7, 20_000), "phone", "\"+525512345678\""))).MustBeGood();
        var abroad = (await shop.AssessAsync(Shop.With(Shop.With(Payment("casa", "casa@tienda.example", 7, 20_000), "phone", "\"+525512345678\""), "device.ip", "\"83.45.120.14\""))).MustBeGood();
        var page = await own.As(World.Victor).PageAsync($"/dashboard/transactions/{abroad.Id}");
        var countries = Assert.Single(page.QuerySelectorAll("ul[aria-labelledby=against] li"), l => l.TextContent.Contains("países distintos", StringComparison.Ordinal));
        Assert.Equal(4, countries.QuerySelector("b")!.TextContent.Split(" · ").Length);
        Assert.Equal(page.QuerySelectorAll("ul[aria-labelledby=against] li").Length.ToString(CultureInfo.InvariantCulture), page.QuerySelector("#against .text-secondary")!.TextContent);

        var agreed = await own.As(World.Victor).PageAsync($"/dashboard/transactions/{home.Id}");
        Assert.Contains("Los países coinciden: México", agreed.QuerySelector("ul[aria-labelledby=in-favour]")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("facturación, tarjeta, IP, teléfono, zona horaria", agreed.QuerySelector("ul[aria-labelledby=in-favour]")!.TextContent, StringComparison.Ordinal);
        Assert.Equal("facturación, tarjeta, IP, teléfono, zona horaria: MX", agreed.QuerySelector("[data-different]")!.TextContent);
    }

    [Fact]
    public void Many_signals_in_one_line_say_how_many_of_them_are_about_one_thing()
    {
        var before = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        try
        {
            foreach (var (language, said) in ((string, string)[])[("en-US", "Its score: 3 signals about one IP address; amount_outlier; copy_paste_detected"), ("es-MX", "Su puntaje: 3 señales de una misma IP; amount_outlier; copy_paste_detected")])
            {
                CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(language);
                var together = SameThing.Together([.. ((string[])["country_mismatch", "amount_outlier", "ip_billing_mismatch", "copy_paste_detected", "ip_phone_mismatch"]).Select(code => (code, new Argument(code, null, 5, 5)))], new Texts()).ToList();
                Assert.Equal(3, together.Count);
                var line = Assert.Single(Balance.Brief(together, new Texts()));
                Assert.Equal((said, (int?)25), (line.Text, line.Points));
                // One thing alone is its whole score.
                Assert.Equal(language == "en-US" ? "Its score: 4 signals about one IP address" : "Su puntaje: 4 señales de una misma IP",
                    Assert.Single(Balance.Brief([.. SameThing.Together([.. ((string[])["country_mismatch", "ip_billing_mismatch", "ip_phone_mismatch", "ip_timezone_mismatch"]).Select(code => (code, new Argument(code, null, 5, 5)))], new Texts())], new Texts())).Text);
                // Of more only the heaviest are named.
                var many = Assert.Single(Balance.Brief([.. together, new("a", null, 5, 5), new("b", null, 5, 5)], new Texts()));
                Assert.Equal((said + (language == "en-US" ? "; 2 more" : "; 2 más"), (int?)35), (many.Text, many.Points));
            }
        }
        finally
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = before;
        }
    }

    [Theory]
    [InlineData("when device.fingerprint is present and velocity.device.count_30d = 0 and amount > 5000 MXN then challenge", "amount_outlier new_device_known_customer", true)]
    [InlineData("when device.fingerprint is present and velocity.device.count_30d = 0 and amount > 5000 MXN then challenge", "new_device_known_customer", false)]
    [InlineData("when card.country != ip.country and amount > 3000 MXN then review", "amount_outlier country_mismatch", true)]
    [InlineData("when amount > 3000 MXN and shipping.country = \"MX\" then review", "amount_outlier country_mismatch", false)]
    [InlineData("when payout.first_to_beneficiary then review", "payout_new_beneficiary_large_amount", true)]
    [InlineData("when broken", "amount_outlier", false)]
    public void A_rule_that_asks_only_what_signals_have_said_tells_nothing_more(string text, string fired, bool isSaid) =>
        Assert.Equal(isSaid, SameThing.IsSaid(new PolicyRule("r", "R", text, "r"), [.. fired.Split(' ').Select(code => (code, new Argument(code, null, 5, 5)))]));

    [Theory]
    [InlineData(10, 5, 0, "all 5 labelled are fraud", "las 5 con etiqueta son fraude")]
    [InlineData(10, 6, 0, "mostly fraud", "la mayoría es fraude")]
    [InlineData(23, 3, 1, "3 of 4 labelled are fraud", "3 de 4 con etiqueta son fraude")]
    public void Mostly_is_said_of_more_than_half_of_all(int others, int fraud, int good, string english, string spanish)
    {
        var before = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        try
        {
            foreach (var (language, said) in ((string, string)[])[("en-US", english), ("es-MX", spanish)])
            {
                CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo(language);
                Assert.Equal(said, new Texts().Say(new LinkAttribute(TermKind.EmailDomain, "x.example", others, false, others, false, fraud, good, true), Flow.PayIn));
            }
        }
        finally
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = before;
        }
    }
}
