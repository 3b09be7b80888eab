using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Pages.Entities;
using ClausumPanel.Web.Plumbing;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Tests.Entities;

/// <summary>Money that goes out is spoken of as such, and colleagues are found by the domain of their mail.</summary>
public sealed class PayoutAndDomainPagesTests(PanelApp app) : IClassFixture<PanelApp>
{
    private static Task FoldedAsync(PanelApp app) => app.Services.GetRequiredService<AssessService>().Log!.CatchUpAsync(CancellationToken.None);

    private static string Paid(string email) => $$$"""{"amount":15000,"currency":"MXN","email":"{{{email}}}","device":{"ip":"189.203.60.7"}}""";

    [Fact]
    public async Task A_payout_speaks_of_its_beneficiary_and_of_how_often_its_signals_fire_on_payouts()
    {
        // Rates are read once a minute: a store of its own.
        await using var own = new PanelApp();
        await own.InitializeAsync();
        var shop = await Shop.OpenAsync(own);
        for (var i = 0; i < 6; i++) (await shop.AssessAsync(Paid($"rate{i}@gmail.com"))).MustBeGood();
        var payout = (await shop.PayoutAsync(Shop.Payout)).MustBeGood();
        await FoldedAsync(own);

        var page = await own.As(World.Victor).PageAsync($"/dashboard/transactions/{payout.Id}");
        var text = page.QuerySelector("main")!.TextContent;
        Assert.DoesNotContain("pagador", text, StringComparison.OrdinalIgnoreCase);
        Assert.Matches(@"en 100\s?% de dispersiones", text);
        Assert.DoesNotContain("de pagos", page.QuerySelector(".waterfall")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("Solo en esta", text, StringComparison.Ordinal);
        Assert.Contains("Ningún otro beneficiario comparte su cuenta.", text, StringComparison.Ordinal);
        Assert.EndsWith("/beneficiary/ben_123", page.QuerySelector(".strip-title a")!.GetAttribute("href"), StringComparison.Ordinal);

        (await shop.PayoutAsync(Shop.With(Shop.Payout, "idempotency_key", "\"po-78\""))).MustBeGood();
        await FoldedAsync(own);
        Assert.Contains("Otras personas", (await own.As(World.Victor).PageAsync($"/dashboard/transactions/{payout.Id}")).QuerySelector("table.links")!.TextContent, StringComparison.Ordinal);

        var beneficiary = await own.As(World.Victor).PageAsync("/dashboard/entities/beneficiary/ben_123");
        Assert.DoesNotContain("pagador", beneficiary.QuerySelector("main")!.TextContent, StringComparison.OrdinalIgnoreCase);
        Assert.Contains("Juana Pérez", beneficiary.QuerySelector("h1")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("Juana Pérez", beneficiary.Title!, StringComparison.Ordinal);
        Assert.Contains("Juana Pérez", beneficiary.QuerySelector("#recent")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_companys_domain_has_a_page_of_what_its_people_paid_and_a_free_providers_has_none_to_tell()
    {
        var shop = await Shop.OpenAsync(app);
        Answer? last = null;
        foreach (var email in (string[])["ana@moldes-lopez.example", "luis@moldes-lopez.example", "luis@moldes-lopez.example", "otra@gmail.com", "x@otros-moldes-lopez.example"])
        {
            var answer = (await shop.AssessAsync(Paid(email))).MustBeGood();
            if (email.StartsWith("luis", StringComparison.Ordinal)) last = answer;
        }
        foreach (var isFolded in (bool[])[false, true])
        {
            if (isFolded) await FoldedAsync(app);
            var page = await app.As(World.Ines).PageAsync("/dashboard/entities/email_domain/moldes-lopez.example");
            Assert.Equal("3", page.QuerySelector("[data-total]")!.GetAttribute("data-total"));
            Assert.Equal(3, page.QuerySelectorAll("#recent tr[data-row]").Length);
            Assert.Contains(page.QuerySelectorAll("[data-attribute=email] a"), a => a.TextContent == "ana@moldes-lopez.example");
            Assert.NotNull(page.QuerySelector("a[href*='type=email_domain'][href*='moldes-lopez.example']"));
            await app.InDbAsync(async db =>
            {
                if (isFolded) return 0;
                foreach (var domain in (string[])["moldes-lopez.example", "gmail.com"])
                    db.Add(new ListEntry { Id = Guid.CreateVersion7(), Type = ListType.EmailDomain, Value = domain, Severity = ListSeverity.Flag, CreatedAt = TestClock.Start });
                return await db.SaveChangesAsync();
            });
            var monitor = await app.As(World.Ines).PageAsync(EntityWords.Monitor(TermKind.EmailDomain, "moldes-lopez.example"));
            Assert.Equal("3", monitor.QuerySelector("[data-count]")!.GetAttribute("data-count"));
            var free = await app.As(World.Ines).PageAsync("/dashboard/entities/email_domain/gmail.com");
            Assert.Null(free.QuerySelector("[data-total]"));
            Assert.Contains("proveedores de correo gratuito", free.QuerySelector(".empty-title")!.TextContent, StringComparison.Ordinal);
        }

        var listed = await app.As(World.Ines).PageAsync("/dashboard/protection/blocklists");
        Assert.Contains("–", listed.QuerySelector("tr[id^=entry]:has([data-value])")!.ParentElement!.TextContent, StringComparison.Ordinal);
        var seen = await (await app.As(World.Ines).GetAsync("/dashboard/protection/blocklists?handler=Seen")).HtmlAsync();
        Assert.Equal("3", seen.QuerySelector("a[href='/dashboard/entities/email_domain/moldes-lopez.example']")!.FirstChild!.TextContent);
        Assert.DoesNotContain("gmail.com", seen.Body!.InnerHtml, StringComparison.Ordinal);

        // Beside a payment the domain stands among what it shares, with one colleague, and links nothing until it is chosen.
        var links = await app.As(World.Ines).PageAsync($"/dashboard/transactions/{last!.Id}");
        var row = links.QuerySelector("#link-email_domain")!.Closest("tr")!;
        Assert.Equal(("2", "1"), (row.QuerySelector("[data-count]")!.GetAttribute("data-count"), row.QuerySelector("[data-payers]")!.GetAttribute("data-payers")));
        Assert.False(links.QuerySelector("#link-email_domain")!.HasAttribute("checked"));
        Assert.Equal("2", (await app.As(World.Ines).PageAsync($"/dashboard/transactions/{last.Id}/links?match=all&by=email_domain")).QuerySelector("[data-links]")!.GetAttribute("data-links"));
    }

    [Fact]
    public async Task A_payee_paid_to_another_account_under_another_id_is_known_by_the_name()
    {
        var shop = await Shop.OpenAsync(app);
        var number = 0;
        async Task<string> PayAsync(string id, string name, string clabe)
        {
            var answer = (await shop.PayoutAsync($$$"""{"amount":25000,"currency":"MXN","transaction_type":"payout","idempotency_key":"payee-{{{++number}}}","beneficiary":{"id":"{{{id}}}","name":"{{{name}}}","country":"MX","clabe":"{{{clabe}}}"}}""")).MustBeGood();
            app.Clock.Advance(TimeSpan.FromMinutes(1));
            return answer.Id;
        }
        const string usual = "032180000118359719", other = "002010077777777771";
        var first = await PayAsync("ben_gala", "Núñez Ríos, Gala", usual);
        await PayAsync("ben_gala", "Gala Núñez Ríos", usual);
        var diverted = await PayAsync("ben_gala_2", "gala  RIOS nunez", other);
        var again = await PayAsync("ben_gala", "Gala Núñez Ríos", usual);
        var changed = await PayAsync("ben_gala", "Gala Núñez Ríos", "012180001112223334");
        var back = await PayAsync("ben_gala", "Gala Núñez Ríos", usual);

        foreach (var isFolded in (bool[])[false, true])
        {
            if (isFolded) await FoldedAsync(app);
            var page = await app.As(World.Victor).PageAsync($"/dashboard/transactions/{diverted}");
            var against = page.QuerySelector("[aria-labelledby=against]")!.TextContent;
            Assert.Contains("Mismo nombre, otra cuenta", against, StringComparison.Ordinal);
            Assert.Matches(@"Antes: Banorte \(IXE\) ••9719 \(2 dispersiones, última \d\d \w+\) · ahora: Banamex ••7771, primera vez · con otro id", against);
            Assert.DoesNotContain(usual, against, StringComparison.Ordinal);
            // Paid for the first time under this id, it is shown among what went to the name.
            Assert.Equal("/dashboard/entities/beneficiary_name/gala%20%20RIOS%20nunez", page.QuerySelector(".strip-title a")!.GetAttribute("href"));
            Assert.Equal((6, true), (page.QuerySelectorAll(".strip li").Length, page.QuerySelector("[data-by-name]") is not null));
            // A name is a link, but never a strong one.
            var row = page.QuerySelector("tr:has(#link-beneficiary_name)")!;
            Assert.Equal(("5", "1"), (row.QuerySelector("[data-count]")!.GetAttribute("data-count"), row.QuerySelector("[data-payers]")!.GetAttribute("data-payers")));
            Assert.Contains("lo comparten algunos", row.TextContent, StringComparison.Ordinal);
            Assert.True(page.QuerySelector("#link-beneficiary_name")!.HasAttribute("checked"));
            Assert.NotNull(page.QuerySelector($"table.linked a[href='/dashboard/transactions/{first}']"));
            var named = await app.As(World.Victor).PageAsync(row.QuerySelector("a.entity")!.GetAttribute("href")!);
            Assert.Equal("6", named.QuerySelector("[data-total]")!.GetAttribute("data-total"));
            Assert.Equal(["ben_gala", "ben_gala_2"], named.QuerySelectorAll("[data-attribute=beneficiary] a").Select(a => a.TextContent).Order());
            Assert.Equal("6", (await app.As(World.Ines).PageAsync(EntityWords.Monitor(TermKind.BeneficiaryName, "Ríos Gala Núñez"))).QuerySelector("[data-count]")!.GetAttribute("data-count"));
            // Its words stand in order of the alphabet: what somebody types of it finds nothing by chance.
            Assert.Equal("0", (await app.As(World.Ines).PageAsync("/dashboard/transactions?period=all&q=gala")).QuerySelector("[data-count]")!.GetAttribute("data-count"));

            Assert.DoesNotContain("cuenta", await BalanceAsync(first), StringComparison.Ordinal);
            Assert.Contains("Ya se le pagó a esta cuenta 2 de 3 dispersiones anteriores", await BalanceAsync(again), StringComparison.Ordinal);
            Assert.Matches(@"Beneficiario conocido, otra cuenta Antes: Banorte \(IXE\) ••9719 \(3 dispersiones, última \d\d \w+\) · 1 cuenta más · ahora: BBVA México ••3334, primera vez", await BalanceAsync(changed));
            Assert.Contains("Ya se le pagó a esta cuenta 3 de 5 dispersiones anteriores", await BalanceAsync(back), StringComparison.Ordinal);
        }

        // Many of one name are strangers.
        for (var i = 0; i < 4; i++) await PayAsync($"ben_ana_{i}", "Ana Pérez", $"01218000000000000{i}");
        var common = await PayAsync("ben_ana_9", "Ana Pérez", "012180000000000099");
        Assert.DoesNotContain("Mismo nombre", await BalanceAsync(common), StringComparison.Ordinal);
        var strip = (await app.As(World.Victor).PageAsync($"/dashboard/transactions/{common}")).QuerySelector(".strip-block")!;
        Assert.Equal((1, "4"), (strip.QuerySelectorAll(".strip li").Length, strip.QuerySelector("[data-named]")!.GetAttribute("data-named")));
        Assert.Contains("4 dispersiones al mismo nombre, con otros ids", strip.QuerySelector("a[href$='/beneficiary_name/Ana%20P%C3%A9rez']")!.TextContent, StringComparison.Ordinal);

        async Task<string> BalanceAsync(string id) => string.Join(' ', (await app.As(World.Victor).PageAsync($"/dashboard/transactions/{id}")).QuerySelector(".balance")!.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task One_account_of_several_payees_is_said_and_links_them()
    {
        await using var own = new PanelApp();
        await own.InitializeAsync();
        var shop = await Shop.OpenAsync(own);
        var number = 0;
        async Task<string> PayAsync(string id, string name, string account)
        {
            var answer = (await shop.PayoutAsync($$$"""{"amount":25000,"currency":"MXN","transaction_type":"payout","idempotency_key":"mule-{{{++number}}}","beneficiary":{{{{(id.Length > 0 ? $"\"id\":\"{id}\"," : "")}}}"name":"{{{name}}}","country":"MX",{{{account}}}}}""")).MustBeGood();
            own.Clock.Advance(TimeSpan.FromMinutes(1));
            return answer.Id;
        }
        const string clabe = "\"clabe\":\"032180000118359719\"", iban = "\"iban\":\"DE89370400440532013000\"", hash = ",\"account_hash\":\"9f86d081884c7d65\"";
        var first = await PayAsync("ben_gala", "Gala Núñez", clabe);
        await PayAsync("ben_gala", "Gala Núñez", clabe);
        var renamed = await PayAsync("ben_gala_2", "Núñez, Gala", clabe);
        var mule = await PayAsync("ben_iker", "Íker Solís", clabe);
        var alone = await PayAsync("ben_otto", "Otto Braun", iban + hash);
        // By the hash alone it is the same account; two without an id are told apart by the name.
        var hashed = await PayAsync("ben_uwe", "Uwe Kranz", hash[1..]);
        const string nameless = "\"clabe\":\"002010077777777771\"";
        await PayAsync("", "Ana Ibarra", nameless);
        var second = await PayAsync("", "Iker Ibarra", nameless);
        var only = await PayAsync("ben_last", "Eva Luna", "\"clabe\":\"012180001112223334\"");

        foreach (var isFolded in (bool[])[false, true])
        {
            if (isFolded) await FoldedAsync(own);
            var page = await own.As(World.Victor).PageAsync($"/dashboard/transactions/{mule}");
            var against = string.Join(' ', page.QuerySelector("[aria-labelledby=against]")!.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
            Assert.Matches(@"Cuenta compartida con 1 beneficiario más Banorte \(IXE\) ••9719: 3 dispersiones, última: \d", against);
            var row = page.QuerySelector("tr:has(#link-account)")!;
            Assert.Equal(("3", "1"), (row.QuerySelector("[data-count]")!.GetAttribute("data-count"), row.QuerySelector("[data-payers]")!.GetAttribute("data-payers")));
            Assert.True(page.QuerySelector("#link-account")!.HasAttribute("checked"));
            Assert.NotNull(page.QuerySelector($"table.linked a[href='/dashboard/transactions/{first}']"));
            Assert.Null(page.QuerySelector("[data-own-account]"));
            // Who came first shared it with nobody, and one payee by two ids is no stranger.
            Assert.DoesNotContain("Cuenta compartida", (await own.As(World.Victor).PageAsync($"/dashboard/transactions/{first}")).QuerySelector(".balance")!.TextContent, StringComparison.Ordinal);
            Assert.DoesNotContain("Cuenta compartida", (await own.As(World.Victor).PageAsync($"/dashboard/transactions/{renamed}")).QuerySelector(".balance")!.TextContent, StringComparison.Ordinal);
            foreach (var (id, shown) in ((string, string)[])[(hashed, "••7d65"), (second, "••7771"), (alone, "DE ••3000")])
            {
                var other = await own.As(World.Victor).PageAsync($"/dashboard/transactions/{id}");
                Assert.Null(other.QuerySelector("[data-own-account]"));
                Assert.Equal(shown, other.QuerySelector("tr:has(#link-account) a.entity")!.TextContent);
                Assert.Equal(id != alone, other.QuerySelector(".balance")!.TextContent.Contains("Cuenta compartida con 1 beneficiario más", StringComparison.Ordinal));
            }
            var unshared = await own.As(World.Victor).PageAsync($"/dashboard/transactions/{only}");
            Assert.NotNull(unshared.QuerySelector("[data-own-account]"));
            Assert.Null(unshared.QuerySelector("#link-account"));

            var account = await own.As(World.Victor).PageAsync(row.QuerySelector("a.entity")!.GetAttribute("href")!);
            Assert.Equal("4", account.QuerySelector("[data-total]")!.GetAttribute("data-total"));
            Assert.Contains("••9719", account.QuerySelector("h1")!.TextContent, StringComparison.Ordinal);
            Assert.Equal(["ben_gala", "ben_gala_2", "ben_iker"], account.QuerySelectorAll("[data-attribute=beneficiary] a").Select(a => a.TextContent).Order());
            Assert.Contains("DE ••3000", (await own.As(World.Victor).PageAsync("/dashboard/entities/account/DE89370400440532013000")).QuerySelector("h1")!.TextContent, StringComparison.Ordinal);

            // Whole it is found; its beginning is its bank, and no answer to the digits of a card.
            Assert.Equal("4", await CountAsync("032180000118359719"));
            Assert.Equal("1", await CountAsync("de89370400440532013000"));
            Assert.Equal(("4", "1"), (await CountAsync("032 180 00011835971 9"), await CountAsync("DE89 3704 0044 0532 0130 00")));
            Assert.Equal("0", await CountAsync("0321"));
        }

        async Task<string?> CountAsync(string text) => (await own.As(World.Ines).PageAsync($"/dashboard/transactions?period=all&q={text}")).QuerySelector("[data-count]")!.GetAttribute("data-count");
    }

    [Theory]
    [InlineData("cus_1 ben_1 ana", "cus_1 ben_2 iker", true)]
    [InlineData("cus_1 1 ana", "cus_2 1 iker", false)]
    [InlineData("cus_1 ben_1 ana", "cus_2 ben_2 ana", true)]
    [InlineData("- ben_1 ana", "cus_2 ben_1 anna", true)]
    [InlineData("- ben_1 ana", "- ben_2 iker", false)]
    [InlineData("- - ana", "- ben_2 -", null)]
    [InlineData("- - -", "- - -", true)]
    [InlineData("- - -", "- ben_2 -", null)]
    public void Who_is_paid_to_one_account_is_told_apart_by_all_that_both_say(string here, string there, bool? isSame)
    {
        static Payee Of(string said) => said.Split(' ').Select(s => s == "-" ? null : s).ToArray() is [var customer, var id, var name] ? new Payee(customer, id, name, "032180000118359719", null, null, null, null) : throw new FormatException(said);
        var view = new PayeeView(Of(here), [], [(new TermEvent(1, 1, Flow.PayOut, Decision.Approve, 0, 100, "MXN", null, false, false), Of(there))], 2, 2, IsMore: false, AccountHasMore: false);
        Assert.Equal((isSame == true ? 0 : 1, isSame == true), (view.Strangers, view.HasOwnAccount));
        // Nobody is accused of what is not known.
        Assert.Equal(isSame == false ? 1 : 0, view.Arguments(new Reader(new HttpContextAccessor(), Options.Create(new PanelOptions())), new Texts()).Against.Count());
        Assert.False((view with { AccountHasMore = true }).HasOwnAccount);
    }

    [Fact] public Task A_payout_says_whose_its_device_is_and_how_often_its_shop_orders_from_there() => OrderedFromAsync(new PanelApp());

    /// <summary>Weeks pass: a store and a clock of its own.</summary>
    internal static async Task OrderedFromAsync(PanelApp made)
    {
        await using var own = made;
        await own.InitializeAsync();
        var shop = await Shop.OpenAsync(own);
        var number = 0;
        async Task<string> PayAsync(string device, string customer, string id, string? initiator)
        {
            var payout = initiator is null ? """{"rail":"spei"}""" : $$"""{"rail":"spei","initiated_by":"{{initiator}}"}""";
            var answer = (await shop.PayoutAsync($$$"""
                {"amount":25000,"currency":"MXN","transaction_type":"payout","idempotency_key":"office-{{{++number}}}","submerchant_id":"mercado","customer_id":"{{{customer}}}","device":{"fingerprint":"{{{device}}}","ip":"189.203.60.{{{(device == "fp_office" ? 7 : 9)}}}","timezone":"America/Mexico_City"},
                 "beneficiary":{"id":"{{{id}}}","name":"{{{customer}}} de {{{id}}}","country":"MX","clabe":"032180000118359719"},"payout":{{{payout}}} }
                """)).MustBeGood();
            own.Clock.Advance(TimeSpan.FromDays(3));
            return answer.Id;
        }
        List<string> ordered = [];
        foreach (var (customer, id) in ((string, string)[])[("cus_uno", "ben_uno"), ("cus_uno", "ben_uno_2"), ("cus_dos", "ben_dos"), ("cus_dos", "ben_dos_2"), ("cus_tres", "ben_tres")]) ordered.Add(await PayAsync("fp_office", customer, id, "laura.medina"));
        var usual = await PayAsync("fp_office", "cus_uno", "ben_uno_3", "system");
        var odd = await PayAsync("fp_home", "cus_uno", "ben_uno_4", null);
        var another = await PayAsync("fp_office", "cus_tres", "ben_tres", "jorge.paz");
        await FoldedAsync(own);

        var page = await own.As(World.Victor).PageAsync($"/dashboard/transactions/{usual}");
        Assert.Matches("Ordenada desde un dispositivo usado para dispersiones desde el 24 nov 2026\\s*5 de las 5 dispersiones de este comercio en 30 días", page.QuerySelector("[aria-labelledby=in-favour]")!.TextContent);
        var row = page.QuerySelector("tr:has(#link-device)")!;
        Assert.Equal("Dispositivo desde el que se ordenó", row.QuerySelector(".form-check-label")!.GetAttribute("title"));
        // Two others, whatever ids they are paid under; and the customer's page counts the same.
        Assert.Equal("2", row.QuerySelector("[data-payers]")!.GetAttribute("data-payers"));
        Assert.Contains("2 · lugar habitual", row.TextContent, StringComparison.Ordinal);
        Assert.StartsWith("Desde ahí se ordenan hace tiempo dispersiones a varias personas", row.QuerySelector(".strength")!.GetAttribute("title"), StringComparison.Ordinal);
        Assert.Equal(": " + row.QuerySelector(".strength")!.GetAttribute("title"), row.QuerySelector(".strength + .visually-hidden")!.TextContent);
        Assert.Equal("2", (await own.As(World.Victor).PageAsync("/dashboard/entities/customer/cus_uno")).QuerySelector("[data-attribute=device]:has(a[href$='/fp_office']) [data-others]")!.GetAttribute("data-others"));
        // Whoever is paid from there, it is the same place, on the first payout's page as on the last one's and on the pages of those who are paid.
        foreach (var one in ordered)
        {
            var their = await own.As(World.Victor).PageAsync($"/dashboard/transactions/{one}");
            foreach (var what in (string[])["device", "ip"]) Assert.Equal("2 · lugar habitual", their.QuerySelector($"tr:has(#link-{what}) .strength")!.TextContent);
            Assert.DoesNotContain("nuevo para este comercio", their.QuerySelector(".balance")!.TextContent, StringComparison.Ordinal);
        }
        foreach (var who in (string[])["customer/cus_uno", "customer/cus_tres", "beneficiary/ben_dos"])
            Assert.Equal("lugar habitual", (await own.As(World.Victor).PageAsync($"/dashboard/entities/{who}")).QuerySelector("[data-attribute=device]:has(a[href$='/fp_office']) .strength")!.TextContent);
        Assert.Contains("Dirección IP desde la que se ordenó", page.QuerySelector(".places-table")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("Dispositivo desde el que se ordenó", page.QuerySelector("[aria-labelledby=facts]")!.TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("pagador", page.QuerySelector("main")!.TextContent, StringComparison.OrdinalIgnoreCase);
        var why = page.QuerySelector(".waterfall")!.TextContent;
        Assert.Contains("Sin persona que la ordene", why, StringComparison.Ordinal);
        Assert.Contains("el comercio mandó «system» (initiated_by)", why, StringComparison.Ordinal);

        var other = await own.As(World.Victor).PageAsync($"/dashboard/transactions/{odd}");
        Assert.Matches("Ordenada desde un dispositivo nuevo para este comercio\\s*ninguna de las 6 dispersiones de este comercio en 30 días", other.QuerySelector("[aria-labelledby=against]")!.TextContent);
        Assert.Contains("el comercio no dijo quién", other.QuerySelector(".waterfall")!.TextContent, StringComparison.Ordinal);
        foreach (var one in (string[])[usual, odd, ordered[4]]) Assert.DoesNotContain("primera vez por", (await own.As(World.Victor).PageAsync($"/dashboard/transactions/{one}")).QuerySelector("[aria-labelledby=against]")!.TextContent, StringComparison.Ordinal);
        Assert.Matches("Ordenada por primera vez por jorge.paz desde ahí\\s*desde este dispositivo en los 30 días anteriores: laura.medina 5", (await own.As(World.Victor).PageAsync($"/dashboard/transactions/{another}")).QuerySelector("[aria-labelledby=against]")!.TextContent);

        // Who names nobody where others named somebody is told so.
        Assert.Matches("No se dice quién la ordenó, a diferencia de antes\\s*desde este dispositivo en los 30 días anteriores: laura.medina 5", page.QuerySelector("[aria-labelledby=against]")!.TextContent);

        // What somebody says of it does not change what was known of the place it came from; of the others it does.
        await own.Services.CreateScope().ServiceProvider.GetRequiredService<RecordLabels>().AddAsync([new NewLabel(AssessmentId.SeqOf(Guid.Parse(another)), own.Clock.GetUtcNow().ToUnixTimeMilliseconds(), LabelOutcome.Fraud, LabelSource.Analyst)], LabelChannel.Panel, Actor.System, null, default);
        await FoldedAsync(own);
        foreach (var (one, said) in ((string, string)[])[(another, "2 · lugar habitual"), (usual, "2 · pocos beneficiarios")])
            Assert.Equal(said, (await own.As(World.Victor).PageAsync($"/dashboard/transactions/{one}")).QuerySelector("tr:has(#link-device) .strength")!.TextContent);
        Assert.Equal("pocos beneficiarios", (await own.As(World.Victor).PageAsync("/dashboard/entities/customer/cus_dos")).QuerySelector("[data-attribute=device]:has(a[href$='/fp_office']) .strength")!.TextContent);
    }

    [Theory]
    [InlineData("Núñez Ríos, Gala", "gala nunez rios")]
    [InlineData("  GALA   rios-nunez ", "gala nunez rios")]
    [InlineData("Muebles O'Higgins, S.A. de C.V.", "cv de muebles ohiggins sa")]
    [InlineData("李小龍", "李小龍")]
    [InlineData("— · —", "")]
    // What is no character at all, and half of one.
    [InlineData("Ana\ufffe Ruiz\uffff", "ana ruiz")]
    [InlineData("Ana\ud83d Ruiz", "ana ruiz")]
    [InlineData("Ana \ud83d\ude00 Ruiz\ufffd", "ana ruiz \ud83d\ude00")]
    public void A_name_is_the_same_however_it_is_typed(string written, string kept) => Assert.Equal(kept, FoundBy.Name(written));
}

public sealed class PostgresPayoutPagesTests
{
    [PostgresFact] public Task A_payout_says_whose_its_device_is_and_how_often_its_shop_orders_from_there() => PayoutAndDomainPagesTests.OrderedFromAsync(new PostgresPanelApp());
}
