using System.Net;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Entities;

/// <summary>What a payer's, card's or device's page says is what the store says when it is asked in another way.</summary>
public sealed class EntityPagesTests(PanelApp app) : IClassFixture<PanelApp>
{
    private static string Payment(string customer, string device, string email, string last4 = "4242", long amount = 15_000, string currency = "MXN") => $$$"""
        {"amount":{{{amount}}},"currency":"{{{currency}}}","email":"{{{email}}}","customer_id":"{{{customer}}}","device":{"ip":"189.203.60.7","fingerprint":"{{{device}}}","timezone":"America/Mexico_City"},
         "payment_method":{"type":"card","card_bin":"411111","card_last4":"{{{last4}}}","card_country":"MX","card_brand":"visa"},"billing":{"country":"MX","city":"CDMX"},"shipping":{"country":"US"}}
        """;

    /// <summary>Read from the requests as they came, by no index.</summary>
    private Task<List<long>> SqlAsync(FormattableString sql) => app.InDbAsync(db => db.Database.SqlQuery<long>(sql).ToListAsync());

    private async Task LabelAsync(string id, string outcome, string source)
    {
        var maria = app.As(World.Maria);
        var form = await Form.ReadAsync(await maria.GetAsync($"/dashboard/transactions/{id}"), "form[action*='handler=Label']");
        form["outcome"] = outcome;
        form["source"] = source;
        Assert.Equal(HttpStatusCode.Found, (await maria.PostAsync($"/dashboard/transactions/{id}?handler=Label", form.Content)).StatusCode);
    }

    private static long Number(IParentNode page, string selector) => long.Parse(new string([.. page.QuerySelector(selector)!.TextContent.TakeWhile(c => char.IsAsciiDigit(c) || c == ',')]), System.Globalization.NumberStyles.AllowThousands, System.Globalization.CultureInfo.GetCultureInfo("es-MX"));

    [Fact]
    public async Task A_payers_page_says_what_a_count_of_the_requests_says()
    {
        var shop = await Shop.OpenAsync(app);
        List<Answer> paid = [];
        foreach (var (amount, currency) in ((long, string)[])[(10_000, "MXN"), (25_000, "MXN"), (15_050, "MXN"), (4_000, "USD"), (99_999_999_999, "MXN")])
            paid.Add((await shop.AssessAsync(Payment("cus_count", "fp_count", "count@tienda.example", amount: amount, currency: currency))).MustBeGood());
        await LabelAsync(paid[0].Id, "fraud", "chargeback");
        await LabelAsync(paid[1].Id, "good", "analyst");

        foreach (var isFolded in (bool[])[false, true])
        {
            if (isFolded) await app.Services.GetRequiredService<AssessService>().Log!.CatchUpAsync(CancellationToken.None);
            var page = await app.As(World.Victor).PageAsync("/dashboard/entities/customer/cus_count");
            Assert.Equal(await SqlAsync($"SELECT count(*) AS Value FROM assessments WHERE json_extract(CAST(request AS TEXT), '$.customer_id') = 'cus_count'"), [Number(page, "[data-total]")]);
            foreach (var decision in Enum.GetValues<Decision>())
                Assert.Equal(await SqlAsync($"SELECT count(*) AS Value FROM assessments WHERE json_extract(CAST(request AS TEXT), '$.customer_id') = 'cus_count' AND decision = {(int)decision}"),
                    [Number(page, $"[data-decision={TagHelpers.DecisionTagHelper.Word(decision)}]")]);
            Assert.Equal((1L, 1L), (Number(page, "[data-label-count=fraud]"), Number(page, "[data-label-count=good]")));
            Assert.Contains("1 contracargo", page.QuerySelector("[data-label-count=fraud]")!.ParentElement!.TextContent, StringComparison.Ordinal);
            Assert.Equal(["MXN", "USD"], page.QuerySelectorAll("[data-money]").Select(r => r.GetAttribute("data-money")!).Order());
            Assert.Contains("40.00 USD", page.QuerySelector("[data-money=USD]")!.TextContent, StringComparison.Ordinal);
            Assert.Equal(5, page.QuerySelectorAll("#recent tr[data-row]").Length);
            Assert.NotEmpty(page.QuerySelectorAll("svg.over-time rect"));
            Assert.Null(page.QuerySelector("[style]"));
        }

        var listed = await app.As(World.Victor).PageAsync(EntityWords.Monitor(TermKind.Customer, "cus_count"));
        Assert.Equal("5", listed.QuerySelector("[data-count]")!.GetAttribute("data-count"));
    }

    [Fact]
    public async Task What_is_shared_is_told_with_how_many_others_share_it()
    {
        var shop = await Shop.OpenAsync(app);
        foreach (var who in (string[])["uno", "dos", "tres"]) (await shop.AssessAsync(Payment($"cus_share_{who}", "fp_share", $"{who}@share.example", last4: "7001"))).MustBeGood();
        var last = (await shop.AssessAsync(Payment("cus_share_uno", "fp_share", "uno@share.example", last4: "7002"))).MustBeGood();
        var others = await SqlAsync($"SELECT count(DISTINCT json_extract(CAST(request AS TEXT), '$.customer_id')) - 1 AS Value FROM assessments WHERE json_extract(CAST(request AS TEXT), '$.device.fingerprint') = 'fp_share'");

        var payer = await app.As(World.Victor).PageAsync("/dashboard/entities/customer/cus_share_uno");
        Assert.Equal(others, [Number(payer, "[data-attribute=device] [data-others]")]);
        Assert.Equal("0", payer.QuerySelector("[data-attribute=email] [data-others]")!.GetAttribute("data-others"));
        Assert.Equal(2, payer.QuerySelectorAll("[data-attribute=card]").Length);

        var page = await app.As(World.Victor).PageAsync($"/dashboard/transactions/{last.Id}");
        var device = page.QuerySelector("#link-device")!.Closest("tr")!;
        Assert.Equal(("3", "2"), (device.QuerySelector("[data-count]")!.GetAttribute("data-count"), device.QuerySelector("[data-payers]")!.GetAttribute("data-payers")));
        Assert.Equal((true, false), (page.QuerySelector("[data-alone=card] a") is not null, page.QuerySelector("#link-card") is not null));
        Assert.NotNull(page.QuerySelector("svg.link-graph[role=img][aria-label]"));

        var links = $"/dashboard/transactions/{last.Id}/links";
        async Task<string?> LinkedAsync(string query) => (await app.As(World.Victor).PageAsync(links + query)).QuerySelector("[data-links]")!.GetAttribute("data-links");
        Assert.Equal(("3", "1", "0"), (await LinkedAsync("?by=device&by=customer"), await LinkedAsync("?match=all&by=device&by=customer"), await LinkedAsync("?match=all&by=device&by=card")));
        using var asked = new HttpRequestMessage(HttpMethod.Get, links);
        asked.Headers.Add("HX-Request", "true");
        var fragment = await (await app.As(World.Victor).SendAsync(asked)).HtmlAsync();
        Assert.Null(fragment.QuerySelector("main"));
        Assert.NotNull(fragment.QuerySelector("#links"));
    }

    [Fact]
    public async Task All_that_is_linked_is_there_for_whoever_asks_sorted_as_the_first_few()
    {
        var shop = await Shop.OpenAsync(app);
        for (var i = 0; i < 12; i++) (await shop.AssessAsync(Payment($"cus_many_{i}", "fp_many", $"muchos{i}@many.example", last4: "7101"))).MustBeGood();
        var last = (await shop.AssessAsync(Payment("cus_many_x", "fp_many", "muchosx@many.example", last4: "7102"))).MustBeGood();
        var victor = app.As(World.Victor);
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
        var shop = await Shop.OpenAsync(app);
        List<Answer> paid = [];
        for (var i = 0; i < 11; i++) paid.Add((await shop.AssessAsync(Shop.With(Payment($"cus_odd_{i}", "fp_odd", $"odd{i}@odd.example", last4: $"{6100 + i}"), "device.ip", $"\"189.203.64.{i + 1}\""))).MustBeGood());
        for (var i = 0; i < 9; i++) await LabelAsync(paid[i].Id, i == 0 ? "good" : "fraud", "analyst");
        var links = $"/dashboard/transactions/{paid[10].Id}/links?by=device";
        var page = await app.As(World.Victor).PageAsync(links);
        // Of each the newest, so that none of them crowds out the others; what is of one kind stands together.
        Assert.Equal([paid[8].Id, paid[7].Id, paid[6].Id, paid[5].Id, paid[4].Id, paid[3].Id, paid[0].Id, paid[9].Id], page.QuerySelectorAll(".linked a[data-open]").Select(a => a.GetAttribute("href")!.Split('/')[^1]));
        Assert.Equal(["Con etiqueta de fraude 6 de 8", "Con etiqueta de legítimo 1", "Sin etiqueta 1"], page.QuerySelectorAll(".linked [data-part]").Select(p => p.TextContent));
        var head = page.QuerySelector("[data-links]")!;
        Assert.Equal(("10 evaluaciones vinculadas · fraude: 8 · legítimo: 1", "8", "1"), (string.Join(' ', head.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), head.QuerySelector("[data-fraud]")!.GetAttribute("data-fraud"), head.QuerySelector("[data-good]")!.GetAttribute("data-good")));
        Assert.Equal("3", page.QuerySelector("[data-left-out]")!.GetAttribute("data-left-out"));
        Assert.Equal((6, 1), (page.QuerySelectorAll(".link-graph .is-fraud").Length + page.QuerySelectorAll(".link-graph .is-good").Length, page.QuerySelectorAll(".link-graph .is-good").Length));
        Assert.Contains("Dispositivo 8 de 10, legítimo: 1", (await app.As(World.Victor).PageAsync($"/dashboard/transactions/{paid[10].Id}")).QuerySelector(".balance > div:has(#against)")!.TextContent, StringComparison.Ordinal);
        // All of them begin with the first that was not shown, and nothing cuts a row.
        Assert.Null(page.QuerySelector("#links-next"));
        var more = page.QuerySelector("#links-more")!;
        var whole = await app.As(World.Victor).PageAsync(more.GetAttribute("href")!);
        Assert.Equal("links-next", more.GetAttribute("data-then"));
        Assert.Equal($"/dashboard/transactions/{paid[2].Id}", whole.QuerySelector("#links-next")!.GetAttribute("href"));
    }

    [Fact]
    public async Task Another_value_that_begins_alike_is_not_counted()
    {
        var shop = await Shop.OpenAsync(app);
        (await shop.AssessAsync(Payment("cus_alike", "fp_a1", "alike@tienda.example"))).MustBeGood();
        (await shop.AssessAsync(Payment("cus_alike2", "fp_a2", "alike@tienda.example.mx"))).MustBeGood();
        Assert.Equal(1, Number(await app.As(World.Victor).PageAsync("/dashboard/entities/customer/CUS_alike"), "[data-total]"));
        Assert.Equal(1, Number(await app.As(World.Victor).PageAsync("/dashboard/entities/email/alike@tienda.example"), "[data-total]"));
        Assert.Single((await app.As(World.Victor).PageAsync("/dashboard/transactions?by=customer&q=cus_alike")).QuerySelectorAll("tr[data-row]"));
        Assert.Equal(2, (await app.As(World.Victor).PageAsync("/dashboard/transactions?q=cus_alike")).QuerySelectorAll("tr[data-row]").Length);
    }

    [Theory]
    [InlineData("a/b"), InlineData("50%off"), InlineData("a%2Fb"), InlineData("a+b c"), InlineData("ñandú/Ü?#&"), InlineData(".."), InlineData("x\\y"), InlineData("漢字 🂡"), InlineData("'\"<b>")]
    public async Task Whatever_a_value_is_made_of_it_has_a_page(string customer)
    {
        var shop = await Shop.OpenAsync(app);
        (await shop.AssessAsync(Shop.With(Payment("x", "fp_odd", "odd@tienda.example"), "customer_id", System.Text.Json.JsonSerializer.Serialize(customer)))).MustBeGood();
        var page = await app.As(World.Victor).PageAsync(EntityWords.Address(TermKind.Customer, customer));
        Assert.Equal(1, Number(page, "[data-total]"));
        Assert.Contains(customer, page.QuerySelector("h1")!.TextContent, StringComparison.Ordinal);
        var monitor = await app.As(World.Victor).PageAsync(page.QuerySelector<IHtmlAnchorElement>(".title-row .end a[href*='/transactions']")!.GetAttribute("href")!);
        Assert.Single(monitor.QuerySelectorAll("tr[data-row]"));
    }

    [Fact]
    public async Task Of_somebody_nobody_has_seen_the_page_says_so()
    {
        var victor = app.As(World.Victor);
        var page = await victor.PageAsync("/dashboard/entities/email/nadie@nunca.example");
        Assert.Contains("No se ha visto nada", page.QuerySelector("main")!.TextContent, StringComparison.Ordinal);
        foreach (var wrong in (string[])["/dashboard/entities/shoe/size", "/dashboard/entities/order/ord-1", "/dashboard/entities/email/", "/dashboard/entities/email/" + new string('a', 600)])
            Assert.Equal(HttpStatusCode.NotFound, (await victor.GetAsync(wrong)).StatusCode);
        Assert.Equal(HttpStatusCode.Found, (await app.Anonymous().GetAsync("/dashboard/entities/email/nadie@nunca.example")).StatusCode);
    }

    [Fact]
    public async Task The_lists_it_stands_on_are_named_and_the_way_onto_one_is_prepared()
    {
        var shop = await Shop.OpenAsync(app);
        (await shop.AssessAsync(Payment("cus_listed", "fp_listed", "Listada+Uno@gmail.com"))).MustBeGood();
        await app.InDbAsync(async db =>
        {
            foreach (var (type, value, severity) in ((ListType, string, ListSeverity)[])[(ListType.Email, "listada@gmail.com", ListSeverity.Block), (ListType.EmailDomain, "gmail.com", ListSeverity.Review), (ListType.IpRange, "189.203.60.0/24", ListSeverity.Flag)])
                db.Add(new ListEntry { Type = type, Value = value, Severity = severity, CreatedAt = app.Clock.GetUtcNow() });
            await db.SaveChangesAsync();
        });
        var email = await app.As(World.Maria).PageAsync(EntityWords.Address(TermKind.Email, "listada+uno@gmail.com"));
        Assert.Equal(["gmail.com", "listada@gmail.com"], email.QuerySelectorAll("[aria-labelledby=lists] a").Select(a => a.TextContent).Order());
        var ip = await app.As(World.Maria).PageAsync("/dashboard/entities/ip/189.203.60.7");
        Assert.Equal("189.203.60.0/24", ip.QuerySelector("[aria-labelledby=lists] a")!.TextContent);
        var prepared = await app.As(World.Maria).PageAsync(email.QuerySelector("a[href*='blocklists/new']")!.GetAttribute("href")!);
        Assert.Equal(("email", "listada+uno@gmail.com"), (prepared.QuerySelector<IHtmlSelectElement>("#Input_Type")!.Value, prepared.QuerySelector<IHtmlInputElement>("#Input_Value")!.Value));
        Assert.Null((await app.As(World.Victor).PageAsync("/dashboard/entities/ip/189.203.60.7")).QuerySelector("a[href*='blocklists/new']"));
    }

    [Fact]
    public async Task A_payments_page_says_why_and_what_speaks_for_and_against_it()
    {
        var shop = await Shop.OpenAsync(app);
        // From an address and with cards of their own: what the other tests pay would make this payer look busy.
        static string Own(string device, string last4, long amount) => Shop.With(Shop.With(Payment("cus_loyal", device, "loyal@tienda.example", last4, amount), "device.ip", "\"189.203.61.9\""), "payment_method.card_bin", "\"522222\"");
        for (var i = 0; i < 4; i++) Assert.Equal("approve", (await shop.AssessAsync(Own("fp_loyal", "9001", 15_000 + (i * 100)))).MustBeGood().Decision);
        var last = (await shop.AssessAsync(Own("fp_other", "9002", 15_150))).MustBeGood();
        var page = await app.As(World.Victor).PageAsync($"/dashboard/transactions/{last.Id}");
        Assert.Equal(5, page.QuerySelectorAll(".strip li").Length);
        Assert.EndsWith(last.Id, page.QuerySelector(".strip a[aria-current]")!.GetAttribute("href")!, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("true", page.QuerySelector(".strip li:last-child a")!.GetAttribute("aria-current"));
        Assert.Contains("Monto habitual", page.QuerySelector(".balance")!.TextContent, StringComparison.Ordinal);
        // What a signal says is not said once more.
        Assert.Contains("Dispositivo nuevo de un cliente conocido", page.QuerySelector(".balance")!.TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("Primera vez en este dispositivo", page.QuerySelectorAll(".balance li > b").Select(b => b.TextContent));
        Assert.Equal("1", page.QuerySelector("[data-different]")!.GetAttribute("data-different"));
        Assert.Contains("Envío", page.QuerySelector(".places-table .differs")!.TextContent, StringComparison.Ordinal);
        await app.Services.GetRequiredService<AssessService>().Log!.CatchUpAsync(CancellationToken.None);
        app.Clock.Advance(TimeSpan.FromMinutes(2));
        if (last.Signals.Length > 0) Assert.Contains("de pagos · ", (await app.As(World.Victor).PageAsync($"/dashboard/transactions/{last.Id}")).QuerySelector(".waterfall")!.TextContent, StringComparison.Ordinal);

        var first = page.QuerySelector(".strip a")!.GetAttribute("href")!.Split('/')[^1];
        await LabelAsync(first, "fraud", "chargeback");
        var told = await app.As(World.Victor).PageAsync($"/dashboard/transactions/{last.Id}");
        Assert.Contains("1 de otros 4 pagos", told.QuerySelector("ul[aria-labelledby=against]")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Known_fraud_among_those_who_share_a_value_is_said_first_and_what_links_nothing_is_called_no_strong_link()
    {
        var shop = await Shop.OpenAsync(app);
        static string Own(int i, string email) => Shop.With(Shop.With(Payment($"cus_ring{i}", "fp_ring", email, $"{8000 + i}"), "device.ip", $"\"189.203.62.{i + 1}\""), "payment_method.card_bin", "\"533333\"");
        List<Answer> paid = [];
        for (var i = 0; i < 23; i++) paid.Add((await shop.AssessAsync(Own(i, i < 21 ? $"ring{i}@gmail.com" : $"ring{i}@rara-ring.example"))).MustBeGood());
        var last = (await shop.AssessAsync(Own(23, "ring23@rara-ring.example"))).MustBeGood();
        async Task<IElement> StrengthAsync(string query, string kind) => (await app.As(World.Victor).PageAsync($"/dashboard/transactions/{last.Id}/links{query}")).QuerySelector($"#link-{kind}")!.Closest("tr")!.QuerySelector(".strength")!;

        // So many share the device that it says little by itself; and the domain few share links nothing yet.
        Assert.Equal("23 · común: vínculo débil", (await StrengthAsync("", "device")).TextContent);
        var domain = await StrengthAsync("", "email_domain");
        Assert.Equal(("2 · raro", true), (domain.TextContent, domain.ClassList.Contains("is-plain")));
        var chosen = await StrengthAsync("?by=email_domain", "email_domain");
        Assert.Equal(("2 · raro: vínculo fuerte", false), (chosen.TextContent, chosen.ClassList.Contains("is-decline")));

        for (var i = 0; i < 4; i++) await LabelAsync(paid[i].Id, i == 0 ? "good" : "fraud", "analyst");
        var page = await app.As(World.Victor).PageAsync($"/dashboard/transactions/{last.Id}");
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
    public async Task Each_of_the_last_events_says_what_it_is_and_an_older_case_stands_first_among_them()
    {
        var shop = await Shop.OpenAsync(app);
        List<Answer> paid = [];
        for (var i = 0; i < 13; i++) paid.Add((await shop.AssessAsync(Payment("cus_strip", "fp_strip", "strip@tienda.example", last4: "6001"))).MustBeGood());
        await LabelAsync(paid[^1].Id, "good", "analyst");
        var old = await app.As(World.Victor).PageAsync($"/dashboard/transactions/{paid[1].Id}");
        var boxes = old.QuerySelectorAll(".strip a");
        Assert.Equal((10, 9, "true"), (boxes.Length, boxes.Count(b => b.ClassList.Contains("is-after")), boxes[0].GetAttribute("aria-current")));
        Assert.EndsWith(paid[1].Id, boxes[0].GetAttribute("href")!, StringComparison.OrdinalIgnoreCase);
        Assert.All(boxes, b => Assert.Equal(b.GetAttribute("title"), b.QuerySelector(".visually-hidden")!.TextContent));
        Assert.Matches(@"^24 nov \d\d:\d\d:\d\d · .+ · Puntaje \d+ · .+ · nadie ha dicho qué fue · este caso$", boxes[0].GetAttribute("title"));
        Assert.EndsWith("Legítimo: así lo decidieron nuestros analistas · 1 s después del anterior · después de este caso", boxes[^1].GetAttribute("title"), StringComparison.Ordinal);
        var legend = string.Concat(old.QuerySelectorAll(".strip-legend").Select(l => l.TextContent));
        foreach (var said in (string[])["Color: la decisión", "Icono: lo que fue", "este caso, hay otros en medio", "después de este caso"]) Assert.Contains(said, legend, StringComparison.Ordinal);

        var newest = await app.As(World.Victor).PageAsync($"/dashboard/transactions/{paid[^1].Id}");
        Assert.Empty(newest.QuerySelectorAll(".strip .is-after"));
        Assert.DoesNotContain("después de", string.Concat(newest.QuerySelectorAll(".strip-legend").Select(l => l.TextContent)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_last_events_show_how_much_each_was_and_how_long_after_the_one_before_it()
    {
        await using var own = new PanelApp();
        await own.InitializeAsync();
        var shop = await Shop.OpenAsync(own);
        Answer? last = null;
        foreach (var (after, amount, currency) in ((TimeSpan, long, string)[])[(TimeSpan.Zero, 85_000, "MXN"), (TimeSpan.FromDays(3), 210_000, "MXN"), (new TimeSpan(5, 20, 0), 990, "MXN"), (TimeSpan.FromMinutes(4), 4_500_000, "MXN")])
        {
            own.Clock.Advance(after);
            last = (await shop.AssessAsync(Payment("cus_scale", "fp_scale", "scale@tienda.example", last4: "6002", amount: amount, currency: currency))).MustBeGood();
        }
        var strip = (await own.As(World.Victor).PageAsync($"/dashboard/transactions/{last!.Id}")).QuerySelector(".strip-block")!;
        Assert.Equal(["850", "2.1k", "9.90", "45k"], strip.QuerySelectorAll(".strip a > b").Select(b => b.TextContent));
        Assert.Equal(["is-far 3 días", "is-near 5 h", "is-burst 4 min"], strip.QuerySelectorAll(".strip .gap").Select(g => $"{g.ClassList[1]} {string.Join(' ', g.Children.Select(c => c.TextContent))}"));
        Assert.EndsWith("4 min después del anterior · este caso", strip.QuerySelector("[aria-current]")!.GetAttribute("title"), StringComparison.Ordinal);
        Assert.Contains("montos en MXN", strip.QuerySelector("h2")!.TextContent, StringComparison.Ordinal);
        Assert.Empty(strip.QuerySelectorAll(".strip small"));

        // Amounts of different currencies are told apart, each by its own.
        var mixed = (await shop.AssessAsync(Payment("cus_scale", "fp_scale", "scale@tienda.example", last4: "6002", amount: 120_000, currency: "USD"))).MustBeGood();
        strip = (await own.As(World.Victor).PageAsync($"/dashboard/transactions/{mixed.Id}")).QuerySelector(".strip-block")!;
        Assert.Contains("montos en distintas monedas", strip.QuerySelector("h2")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(["MXN", "MXN", "MXN", "MXN", "USD"], strip.QuerySelectorAll(".strip a > small").Select(c => c.TextContent));

        // Between the boxes and in words it is as many days.
        own.Clock.Advance(new TimeSpan(6, 16, 0, 0));
        var later = (await shop.AssessAsync(Payment("cus_scale", "fp_scale", "scale@tienda.example", last4: "6002", amount: 90_000))).MustBeGood();
        strip = (await own.As(World.Victor).PageAsync($"/dashboard/transactions/{later.Id}")).QuerySelector(".strip-block")!;
        Assert.Equal("7 días", string.Join(' ', strip.QuerySelectorAll(".strip .gap")[^1].Children.Select(c => c.TextContent)));
        Assert.EndsWith(" · 7 días después del anterior · este caso", strip.QuerySelector("[aria-current]")!.GetAttribute("title"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Why_says_what_is_usual_of_the_payer_beside_each_signal_and_of_a_first_payment_once_that_there_is_nothing()
    {
        await using var own = new PanelApp();
        await own.InitializeAsync();
        var shop = await Shop.OpenAsync(own);
        var victor = own.As(World.Victor);
        for (var i = 0; i < 12; i++)
        {
            (await shop.AssessAsync(Payment("cus_habit", "fp_habit", "habit@tienda.example", amount: 20_000 + (i % 3 * 1_000)))).MustBeGood();
            own.Clock.Advance(TimeSpan.FromDays(1));
        }
        // 03:12 at the shop.
        own.Clock.Advance(new TimeSpan(18, 12, 0));
        var odd = (await shop.AssessAsync(Shop.With(Payment("cus_habit", "fp_new", "habit@tienda.example", last4: "9999", amount: 1_500_000), "payment_method.card_country", "\"US\""))).MustBeGood();
        foreach (var isFolded in (bool[])[false, true])
        {
            if (isFolded) await own.Services.GetRequiredService<AssessService>().Log!.CatchUpAsync(CancellationToken.None);
            var page = await victor.PageAsync($"/dashboard/transactions/{odd.Id}");
            string Of(string title) => page.QuerySelectorAll(".waterfall .step-words").Single(w => w.QuerySelector("b")!.TextContent == title).QuerySelector("small")!.TextContent;
            Assert.Matches(@"^15,000\.00 MXN: 71 veces el promedio de este pagador \(210\.00 MXN en 12 pagos; más o menos \d\.\d\d\)$", Of("Monto inusual"));
            Assert.Contains("suele ser de 9 a 10 h en el reloj del comercio (12 pagos); ahora a las 03:12", Of("Monto alto en la noche"), StringComparison.Ordinal);
            Assert.EndsWith("1 dispositivo en 12 pagos; este dispositivo, nunca visto", Of("Dispositivo nuevo de un cliente conocido"), StringComparison.Ordinal);
            Assert.EndsWith("1 tarjeta en 12 pagos; esta tarjeta, nunca vista", Of("Tarjeta nueva de un cliente conocido"), StringComparison.Ordinal);
            Assert.EndsWith("este pagador: tarjeta MX en 12 de 12 pagos; ahora US, nunca antes", Of("Tarjeta e IP de países distintos"), StringComparison.Ordinal);
            Assert.Null(page.QuerySelector("[data-first-of-payer]"));
        }
        Assert.Contains("71 times the average amount of 210.00 MXN", odd.Text, StringComparison.Ordinal);

        var first = (await shop.AssessAsync(Shop.With(Payment("cus_first", "fp_first", "first@tienda.example", last4: "7777"), "payment_method.card_country", "\"US\""))).MustBeGood();
        var alone = await victor.PageAsync($"/dashboard/transactions/{first.Id}");
        Assert.Equal("Primer pago de este pagador: no hay con qué comparar.", alone.QuerySelector("[data-first-of-payer]")!.TextContent);
        Assert.Empty(alone.QuerySelectorAll("[data-usual]"));

        // Amounts may be compared by the e-mail: then it is the customer who is new.
        var renamed = (await shop.AssessAsync(Shop.With(Payment("cus_renamed", "fp_renamed", "first@tienda.example", last4: "7778"), "payment_method.card_country", "\"US\""))).MustBeGood();
        Assert.Equal("Primer pago de este cliente: no hay hábitos con qué comparar. Su correo ya pagó 1 vez.", (await victor.PageAsync($"/dashboard/transactions/{renamed.Id}")).QuerySelector("[data-first-of-payer]")!.TextContent);
    }

    [Fact]
    public async Task Opened_from_a_review_the_page_has_a_way_back_and_from_elsewhere_it_has_none()
    {
        var maria = app.As(World.Maria);
        var here = maria.BaseAddress!.GetLeftPart(UriPartial.Authority);
        var item = $"/dashboard/reviews/{Guid.CreateVersion7()}";
        foreach (var (from, back) in ((string?, string?)[])[
            (here + item, item), (here + item + "?queue=2&handler=Decide", item + "?queue=2"), (null, null), (here + "/dashboard/reviews", null), (here + "/dashboard/reviews/quality", null), ("https://evil.example" + item, null), (here + "/dashboard/transactions", null)])
        {
            using var asked = new HttpRequestMessage(HttpMethod.Get, "/dashboard/entities/customer/cus_back");
            if (from is not null) asked.Headers.Referrer = new Uri(from);
            var link = (await (await maria.SendAsync(asked)).HtmlAsync()).QuerySelector("a[data-back]");
            Assert.Equal(back, link?.GetAttribute("href"));
        }
    }

    [Fact]
    public async Task A_long_history_comes_in_pages_and_none_is_shown_twice()
    {
        var shop = await Shop.OpenAsync(app);
        for (var i = 0; i < 27; i++) (await shop.AssessAsync(Payment("cus_pages", "fp_pages", "pages@tienda.example"))).MustBeGood();
        var victor = app.As(World.Victor);
        var first = await victor.PageAsync("/dashboard/entities/customer/cus_pages");
        var second = await victor.PageAsync(first.QuerySelector("#recent a[rel=next]")!.GetAttribute("href")!);
        string[] Rows(IDocument page) => [.. page.QuerySelectorAll("#recent a[data-open]").Select(a => a.GetAttribute("href")!)];
        Assert.Equal((25, 2, 27), (Rows(first).Length, Rows(second).Length, Rows(first).Concat(Rows(second)).Distinct().Count()));
        Assert.Null(second.QuerySelector("#recent a[rel=next]"));
    }

    [Fact]
    public async Task Nobody_copies_everybody()
    {
        await using var other = await PanelApp.StartAsync();
        var tomas = other.As(World.Tomas);
        for (var i = 0; i < EntityLookups.PerMinute; i++) Assert.Equal(HttpStatusCode.OK, (await tomas.GetAsync($"/dashboard/entities/customer/cus_{i}")).StatusCode);
        Assert.Equal(HttpStatusCode.TooManyRequests, (await tomas.GetAsync("/dashboard/entities/customer/cus_1")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await other.As(World.Victor).GetAsync("/dashboard/entities/customer/cus_1")).StatusCode);
        other.Clock.Advance(TimeSpan.FromMinutes(1));
        Assert.Equal(HttpStatusCode.OK, (await tomas.GetAsync("/dashboard/entities/customer/cus_1")).StatusCode);
    }

    [Fact]
    public async Task What_turned_out_to_be_something_says_by_whose_word_in_the_links_the_strip_and_the_lists()
    {
        var shop = await Shop.OpenAsync(app);
        List<Answer> paid = [];
        for (var i = 0; i < 6; i++) paid.Add((await shop.AssessAsync(Payment("cus_word", "fp_word", "word@tienda.example"))).MustBeGood());
        (string Outcome, string Source, string Chip, string Sentence)[] said =
        [
            ("fraud", "chargeback", "Fraude · contracargo", "Fraude: lo dice un banco (contracargo)"), ("fraud", "fraud_report", "Fraude · reporte", "Fraude: lo dice un reporte de fraude"),
            ("fraud", "analyst", "Fraude · analista", "Fraude: así lo decidieron nuestros analistas"), ("good", "customer", "Legítimo · cliente", "Legítimo: lo dice el cliente"),
        ];
        foreach (var (answer, (outcome, source, _, _)) in paid.Zip(said))
            if (source != "fraud_report") await LabelAsync(answer.Id, outcome, source);
        // Of a report the panel has a form of its own.
        var reported = await app.InDbAsync(db => db.Set<StoredAssessment>().Where(a => a.Id == Guid.Parse(paid[1].Id)).Select(a => new { a.Seq, a.At }).SingleAsync());
        await app.Services.CreateScope().ServiceProvider.GetRequiredService<RecordLabels>().AddAsync([new NewLabel(reported.Seq, reported.At, LabelOutcome.Fraud, LabelSource.FraudReport) { Reason = "10.4" }], LabelChannel.Panel, Actor.System, null, default);
        await LabelAsync(paid[0].Id, "good", "analyst");

        foreach (var isFolded in (bool[])[false, true])
        {
            if (isFolded) await app.Services.GetRequiredService<AssessService>().Log!.CatchUpAsync(CancellationToken.None);
            var page = await app.As(World.Victor).PageAsync($"/dashboard/transactions/{paid[5].Id}");
            // The others here share its card and its address.
            var links = await app.As(World.Victor).PageAsync($"/dashboard/transactions/{paid[5].Id}/links?match=all&by=customer");
            var recent = (await app.As(World.Victor).PageAsync("/dashboard/entities/customer/cus_word")).QuerySelector("#recent")!;
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
            Assert.Null(links.QuerySelector($"table.linked tr:has(a[href='/dashboard/transactions/{paid[4].Id}']) [data-labelled-by]"));
            Assert.StartsWith("código 10.4", Assert.Single(links.QuerySelectorAll("[data-label-reason]")).TextContent, StringComparison.Ordinal);
            Assert.Equal("3 con etiqueta de fraude: 2 de fuera, el resto por decisiones propias", page.QuerySelector("tr:has(#link-customer) .flagged")!.GetAttribute("title"));
        }
    }
}

/// <summary>The one query written by hand, on the other engine.</summary>
public sealed class EntityPagesOnPostgresTests(PostgresPanelApp app) : IClassFixture<PostgresPanelApp>
{
    [PostgresFact]
    public async Task A_payers_page_is_the_same_there()
    {
        var shop = await Shop.OpenAsync(app);
        for (var i = 0; i < 3; i++) (await shop.AssessAsync(Shop.With(Shop.With(Shop.With(Shop.With(Shop.Full, "session_id", "null"), "idempotency_key", "null"), "order_id", "null"), "payment_id", "null"))).MustBeGood();
        await app.Services.GetRequiredService<AssessService>().Log!.CatchUpAsync(CancellationToken.None);
        var page = await app.As(World.Victor).PageAsync("/dashboard/entities/customer/cus_42");
        Assert.Equal("3", page.QuerySelector("[data-total]")!.GetAttribute("data-total"));
        Assert.Equal(3, page.QuerySelectorAll("#recent tr[data-row]").Length);
    }
}
