using AngleSharp.Dom;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Entities;

/// <summary>What other payments share with one, and what they turned out to be.</summary>
public sealed class LinkedPaymentsTests(PanelApp app) : EntityStories(app), IClassFixture<PanelApp>
{
    [Fact]
    public async Task What_is_shared_is_told_with_how_many_others_share_it()
    {
        var shop = await Shop.OpenAsync(App);
        foreach (var who in (string[])["uno", "dos", "tres"]) (await shop.AssessAsync(Payment($"cus_share_{who}", "fp_share", $"{who}@share.example", last4: "7001"))).MustBeGood();
        var last = (await shop.AssessAsync(Payment("cus_share_uno", "fp_share", "uno@share.example", last4: "7002"))).MustBeGood();
        var others = await SqlAsync($"SELECT count(DISTINCT json_extract(CAST(request AS TEXT), '$.customer_id')) - 1 AS Value FROM assessments WHERE json_extract(CAST(request AS TEXT), '$.device.fingerprint') = 'fp_share'");

        var payer = await App.As(World.Victor).PageAsync("/dashboard/entities/customer/cus_share_uno");
        Assert.Equal(others, [Number(payer, "[data-attribute=device] [data-others]")]);
        Assert.Equal("0", payer.QuerySelector("[data-attribute=email] [data-others]")!.GetAttribute("data-others"));
        Assert.Equal(2, payer.QuerySelectorAll("[data-attribute=card]").Length);

        var page = await App.As(World.Victor).PageAsync($"/dashboard/transactions/{last.Id}");
        var device = page.QuerySelector("#link-device")!.Closest("tr")!;
        Assert.Equal(("3", "2"), (device.QuerySelector("[data-count]")!.GetAttribute("data-count"), device.QuerySelector("[data-payers]")!.GetAttribute("data-payers")));
        Assert.Equal((true, false), (page.QuerySelector("[data-alone=card] a") is not null, page.QuerySelector("#link-card") is not null));
        Assert.NotNull(page.QuerySelector("svg.link-graph[role=img][aria-label]"));

        var links = $"/dashboard/transactions/{last.Id}/links";
        async Task<string?> LinkedAsync(string query) => (await App.As(World.Victor).PageAsync(links + query)).QuerySelector("[data-links]")!.GetAttribute("data-links");
        Assert.Equal(("3", "1", "0"), (await LinkedAsync("?by=device&by=customer"), await LinkedAsync("?match=all&by=device&by=customer"), await LinkedAsync("?match=all&by=device&by=card")));
        using var asked = new HttpRequestMessage(HttpMethod.Get, links);
        asked.Headers.Add("HX-Request", "true");
        var fragment = await (await App.As(World.Victor).SendAsync(asked)).HtmlAsync();
        Assert.Null(fragment.QuerySelector("main"));
        Assert.NotNull(fragment.QuerySelector("#links"));
    }

    [Fact]
    public async Task A_payer_under_a_new_customer_number_is_nobody_else_but_an_address_of_many_customers_is_no_payer()
    {
        var shop = await Shop.OpenAsync(App);
        var victor = App.As(World.Victor);
        async Task<Answer> PaidAsync(string who, string email, string device = "fp_anew") => (await shop.AssessAsync(Payment(who, device, email, last4: "7411"))).MustBeGood();
        (string?, string) Said(IDocument page, string kind) => page.QuerySelector($"#link-{kind}")!.Closest("tr")!.QuerySelector("[data-payers]") is { } cell ? (cell.GetAttribute("data-payers"), cell.QuerySelector(".strength")!.TextContent) : default;

        foreach (var who in (string[])["cus_anew_1", "cus_anew_1", "cus_anew_2"]) await PaidAsync(who, "anew@anew.example");
        var third = await PaidAsync("cus_anew_3", "anew@anew.example");
        var page = await victor.PageAsync($"/dashboard/transactions/{third.Id}");
        foreach (var kind in (string[])["email", "device", "card"]) Assert.Equal(("0", "este pagador, 3 números de cliente"), Said(page, kind));
        Assert.Equal("este pagador, 3 números de cliente", (await victor.PageAsync("/dashboard/entities/customer/cus_anew_3")).QuerySelector("[data-attribute=device] .strength")!.TextContent);
        // Without a customer number as well.
        var guest = (await shop.AssessAsync(Payment("cus_anew_1", "fp_anew", "anew@anew.example", last4: "7411").Replace("\"customer_id\":\"cus_anew_1\",", "", StringComparison.Ordinal))).MustBeGood();
        Assert.Equal(("0", "este pagador, 3 números de cliente"), Said(await victor.PageAsync($"/dashboard/transactions/{guest.Id}"), "device"));
        Assert.Equal(("0", "este pagador, 3 números de cliente"), Said(await victor.PageAsync($"/dashboard/transactions/{third.Id}"), "card"));

        // Somebody else on the same device is one other, whom the numbers do not hide.
        await PaidAsync("cus_anew_other", "other@anew.example");
        page = await victor.PageAsync($"/dashboard/transactions/{third.Id}");
        Assert.Equal(("1", "1 · raro: vínculo fuerte"), Said(page, "device"));
        Assert.EndsWith("El mismo pagador, por su correo, lo tiene con 3 números de cliente.", page.QuerySelector("#link-device")!.Closest("tr")!.QuerySelector("[data-payers] .strength")!.GetAttribute("title"), StringComparison.Ordinal);
        Assert.Equal(("0", "este pagador, 3 números de cliente"), Said(page, "email"));

        // The address a shop sends for everybody tells nobody apart.
        for (var i = 0; i < 5; i++) await PaidAsync($"cus_all_{i}", "ventas@all.example", "fp_all");
        var last = await PaidAsync("cus_all_5", "ventas@all.example", "fp_all");
        page = await victor.PageAsync($"/dashboard/transactions/{last.Id}");
        foreach (var kind in (string[])["email", "device"]) Assert.Equal(("5", "5 · lo comparten algunos"), Said(page, kind));
    }

    [Fact]
    public async Task A_linked_payment_says_what_was_bought_and_with_which_card_and_no_more_than_a_row_holds()
    {
        var shop = await Shop.OpenAsync(App);
        static string Sold(string who, string metadata) => Shop.With(Payment($"cus_sold_{who}", "fp_sold", $"{who}@sold.example", last4: "7301"), "metadata", metadata);
        List<Answer> paid = [];
        foreach (var (who, metadata) in ((string, string)[])[("uno", """{"items":[{"name":"Vuelo a Cancún","quantity":4}]}"""), ("dos", $$"""{"product_description":"{{new string('a', 60)}}"}"""), ("tres", "{}")]) paid.Add((await shop.AssessAsync(Sold(who, metadata))).MustBeGood());
        var last = (await shop.AssessAsync(Sold("cuatro", "{}"))).MustBeGood();
        var page = await App.As(World.Victor).PageAsync($"/dashboard/transactions/{last.Id}/links?by=device");
        string Of(Answer one) => page.QuerySelector($".linked a[href$='{one.Id}']")!.Closest("tr")!.QuerySelector("[data-bought]")!.TextContent;
        Assert.Equal(("4 × Vuelo a Cancún · ", new string('a', 47) + "… · ", ""), (Before(Of(paid[0])), Before(Of(paid[1])), Before(Of(paid[2]))));

        static string Before(string words)
        {
            Assert.EndsWith("••7301", words, StringComparison.Ordinal);
            return words.Contains(" · ", StringComparison.Ordinal) ? words[..(words.LastIndexOf(" · ", StringComparison.Ordinal) + 3)] : "";
        }
    }

    [Fact]
    public async Task All_that_is_linked_is_there_for_whoever_asks_sorted_as_the_first_few()
    {
        var shop = await Shop.OpenAsync(App);
        for (var i = 0; i < 12; i++) (await shop.AssessAsync(Payment($"cus_many_{i}", "fp_many", $"muchos{i}@many.example", last4: "7101"))).MustBeGood();
        var last = (await shop.AssessAsync(Payment("cus_many_x", "fp_many", "muchosx@many.example", last4: "7102"))).MustBeGood();
        var victor = App.As(World.Victor);
        var page = await victor.PageAsync($"/dashboard/transactions/{last.Id}/links?by=device");
        var first = Rows(page);
        Assert.Equal(EntityEvidence.LinesShown, first.Count);
        var more = page.QuerySelector("#links-more")!;
        Assert.Equal(("Ver las 12", more.GetAttribute("href")), (more.TextContent, more.GetAttribute("hx-get")));
        var whole = await victor.PageAsync(more.GetAttribute("href")!);
        Assert.Equal(12, Rows(whole).Count);
        Assert.Equal(first, Rows(whole)[..first.Count]);
        // Choosing anew keeps to it, and it leads back.
        Assert.Equal("all", whole.QuerySelector("#links-form [name=shown]")!.GetAttribute("value"));
        Assert.Equal(first, Rows(await victor.PageAsync(whole.QuerySelector("#links-more")!.GetAttribute("href")!)));

        static List<string> Rows(AngleSharp.Dom.IDocument page) => [.. page.QuerySelectorAll(".linked a[data-open]").Select(a => a.GetAttribute("href")!)];
    }

    [Fact]
    public async Task What_speaks_otherwise_stands_among_the_first_linked_and_the_picture_says_what_it_leaves_out()
    {
        var shop = await Shop.OpenAsync(App);
        List<Answer> paid = [];
        for (var i = 0; i < 11; i++) paid.Add((await shop.AssessAsync(Shop.With(Payment($"cus_odd_{i}", "fp_odd", $"odd{i}@odd.example", last4: $"{6100 + i}"), "device.ip", $"\"189.203.64.{i + 1}\""))).MustBeGood());
        for (var i = 0; i < 9; i++) await LabelAsync(paid[i].Id, i == 0 ? "good" : "fraud", "analyst");
        var links = $"/dashboard/transactions/{paid[10].Id}/links?by=device";
        var page = await App.As(World.Victor).PageAsync(links);
        // Of each the newest, so that none of them crowds out the others; what is of one kind stands together.
        Assert.Equal([paid[8].Id, paid[7].Id, paid[6].Id, paid[5].Id, paid[4].Id, paid[3].Id, paid[0].Id, paid[9].Id], page.QuerySelectorAll(".linked a[data-open]").Select(a => a.GetAttribute("href")!.Split('/')[^1]));
        Assert.Equal(["Con etiqueta de fraude 6 de 8", "Con etiqueta de legítimo 1", "Sin etiqueta 1"], page.QuerySelectorAll(".linked [data-part]").Select(p => p.TextContent));
        var head = page.QuerySelector("[data-links]")!;
        Assert.Equal(("10 evaluaciones vinculadas · fraude: 8 · legítimo: 1 · rechazadas: 1", "8", "1"), (string.Join(' ', head.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), head.QuerySelector("[data-fraud]")!.GetAttribute("data-fraud"), head.QuerySelector("[data-good]")!.GetAttribute("data-good")));
        Assert.Equal("3", page.QuerySelector("[data-left-out]")!.GetAttribute("data-left-out"));
        Assert.Equal((6, 1), (page.QuerySelectorAll(".link-graph .is-fraud").Length + page.QuerySelectorAll(".link-graph .is-good").Length, page.QuerySelectorAll(".link-graph .is-good").Length));
        Assert.Contains("Dispositivo 8 de 10, legítimo: 1", (await App.As(World.Victor).PageAsync($"/dashboard/transactions/{paid[10].Id}")).QuerySelector(".balance > div:has(#against)")!.TextContent, StringComparison.Ordinal);
        // All of them begin with the first that was not shown, and nothing cuts a row.
        Assert.Null(page.QuerySelector("#links-next"));
        var more = page.QuerySelector("#links-more")!;
        var whole = await App.As(World.Victor).PageAsync(more.GetAttribute("href")!);
        Assert.Equal("links-next", more.GetAttribute("data-then"));
        Assert.Equal($"/dashboard/transactions/{paid[2].Id}", whole.QuerySelector("#links-next")!.GetAttribute("href"));
    }

    [Fact]
    public async Task Known_fraud_among_those_who_share_a_value_is_said_first_and_what_links_nothing_is_called_no_strong_link()
    {
        var shop = await Shop.OpenAsync(App);
        static string Own(int i, string email) => Shop.With(Shop.With(Payment($"cus_ring{i}", "fp_ring", email, $"{8000 + i}"), "device.ip", $"\"189.203.62.{i + 1}\""), "payment_method.card_bin", "\"533333\"");
        List<Answer> paid = [];
        for (var i = 0; i < 23; i++) paid.Add((await shop.AssessAsync(Own(i, i < 21 ? $"ring{i}@gmail.com" : $"ring{i}@rara-ring.example"))).MustBeGood());
        var last = (await shop.AssessAsync(Own(23, "ring23@rara-ring.example"))).MustBeGood();
        async Task<IElement> StrengthAsync(string query, string kind) => (await App.As(World.Victor).PageAsync($"/dashboard/transactions/{last.Id}/links{query}")).QuerySelector($"#link-{kind}")!.Closest("tr")!.QuerySelector(".strength")!;

        // So many share the device that it says little by itself; and the domain few share links nothing yet.
        Assert.Equal("23 · común: vínculo débil", (await StrengthAsync("", "device")).TextContent);
        var domain = await StrengthAsync("", "email_domain");
        Assert.Equal(("2 · raro", true), (domain.TextContent, domain.ClassList.Contains("is-plain")));
        var chosen = await StrengthAsync("?by=email_domain", "email_domain");
        Assert.Equal(("2 · raro: vínculo fuerte", false), (chosen.TextContent, chosen.ClassList.Contains("is-decline")));

        for (var i = 0; i < 4; i++) await LabelAsync(paid[i].Id, i == 0 ? "good" : "fraud", "analyst");
        var page = await App.As(World.Victor).PageAsync($"/dashboard/transactions/{last.Id}");
        var device = page.QuerySelector("#link-device")!.Closest("tr")!.QuerySelector(".strength")!;
        Assert.Equal(("23 · 3 de 4 con etiqueta son fraude", true), (device.TextContent, device.ClassList.Contains("is-decline")));
        Assert.Equal("De las otras 23 que lo tienen, 4 llevan etiqueta; de estas, 3 son fraude.", device.GetAttribute("title"));
        var against = page.QuerySelector(".balance > div:has(#against)")!.TextContent;
        Assert.Contains("Fraude entre quienes comparten sus datos", against, StringComparison.Ordinal);
        Assert.Contains("Dispositivo 3 de 23", against, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(35, 24, 0, true)]
    [InlineData(35, 4, 3, true)]
    [InlineData(35, 3, 3, false)]
    [InlineData(2, 2, 0, false)]
    [InlineData(200, 5, 0, false)]
    [InlineData(30, 3, 0, true)]
    public void Most_are_called_fraud_where_enough_have_a_label(int others, int fraud, int good, bool mostly) =>
        Assert.Equal(mostly, new Pages.Entities.LinkAttribute(TermKind.Device, "fp", others, false, others, false, fraud, good, true).IsMostlyFraud);

    [Fact]
    public async Task What_turned_out_to_be_something_says_by_whose_word_in_the_links_the_strip_and_the_lists()
    {
        var shop = await Shop.OpenAsync(App);
        List<Answer> paid = [];
        for (var i = 0; i < 7; i++) paid.Add((await shop.AssessAsync(Payment("cus_word", "fp_word", "word@tienda.example"))).MustBeGood());
        (string Outcome, string Source, string Chip, string Sentence)[] said =
        [
            ("fraud", "chargeback", "Fraude · contracargo", "Fraude: lo dice un banco (contracargo)"), ("fraud", "fraud_report", "Fraude · reporte", "Fraude: lo dice un reporte de fraude"),
            ("fraud", "analyst", "Fraude · analista", "Fraude: así lo decidieron nuestros analistas"), ("good", "customer", "Legítimo · cliente", "Legítimo: lo dice el cliente"), ("good", "chargeback", "Legítimo · disputa ganada", "Legítimo: se disputó y la disputa se ganó"),
        ];
        foreach (var (answer, (outcome, source, _, _)) in paid.Zip(said))
            if (source != "fraud_report") await LabelAsync(answer.Id, outcome, source);
        // Of a report the panel has a form of its own.
        var reported = await App.InDbAsync(db => db.Set<StoredAssessment>().Where(a => a.Id == Guid.Parse(paid[1].Id)).Select(a => new { a.Seq, a.At }).SingleAsync());
        await App.Services.CreateScope().ServiceProvider.GetRequiredService<RecordLabels>().AddAsync([new NewLabel(reported.Seq, reported.At, LabelOutcome.Fraud, LabelSource.FraudReport) { Reason = "10.4" }], LabelChannel.Panel, Actor.System, null, default);
        await LabelAsync(paid[0].Id, "good", "analyst");

        foreach (var isFolded in (bool[])[false, true])
        {
            if (isFolded) await App.Services.GetRequiredService<AssessService>().Log!.CatchUpAsync(CancellationToken.None);
            var page = await App.As(World.Victor).PageAsync($"/dashboard/transactions/{paid[6].Id}");
            // The others here share its card and its address.
            var links = await App.As(World.Victor).PageAsync($"/dashboard/transactions/{paid[6].Id}/links?match=all&by=customer");
            var recent = (await App.As(World.Victor).PageAsync("/dashboard/entities/customer/cus_word")).QuerySelector("#recent")!;
            for (var i = 0; i < said.Length; i++)
            {
                var (chip, sentence) = i == 0 ? (said[i].Chip + " ?", said[i].Sentence + "; fuentes en desacuerdo") : (said[i].Chip, said[i].Sentence);
                foreach (var list in (IElement[])[links.QuerySelector("table.linked")!, recent])
                {
                    var label = list.QuerySelector($"tr:has(a[href='/dashboard/transactions/{paid[i].Id}']) [data-labelled-by]")!;
                    Assert.Equal((chip, sentence, sentence), (label.QuerySelector("[aria-hidden=true]:not(svg)")!.TextContent, label.GetAttribute("title"), label.QuerySelector(".visually-hidden")!.TextContent));
                }
                Assert.Contains($" · {sentence}", page.QuerySelector($".strip a[href='/dashboard/transactions/{paid[i].Id}']")!.GetAttribute("title"), StringComparison.Ordinal);
            }
            Assert.Null(links.QuerySelector($"table.linked tr:has(a[href='/dashboard/transactions/{paid[5].Id}']) [data-labelled-by]"));
            Assert.StartsWith("código 10.4", Assert.Single(links.QuerySelectorAll("[data-label-reason]")).TextContent, StringComparison.Ordinal);
            Assert.Equal("3 con etiqueta de fraude: 2 de fuera, el resto por decisiones propias", page.QuerySelector("tr:has(#link-customer) .flagged")!.GetAttribute("title"));
        }
    }
}
