using System.Net;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Entities;

/// <summary>What a payer's, card's or device's page says is what the store says when it is asked in another way.</summary>
public sealed class EntityPagesTests(PanelApp app) : EntityStories(app), IClassFixture<PanelApp>
{
    [Fact]
    public async Task A_payers_page_says_what_a_count_of_the_requests_says()
    {
        var shop = await Shop.OpenAsync(App);
        List<Answer> paid = [];
        foreach (var (amount, currency) in ((long, string)[])[(10_000, "MXN"), (25_000, "MXN"), (15_050, "MXN"), (4_000, "USD"), (99_999_999_999, "MXN")])
            paid.Add((await shop.AssessAsync(Payment("cus_count", "fp_count", "count@tienda.example", amount: amount, currency: currency))).MustBeGood());
        await LabelAsync(paid[0].Id, "fraud", "chargeback");
        await LabelAsync(paid[1].Id, "good", "analyst");

        foreach (var isFolded in (bool[])[false, true])
        {
            if (isFolded) await App.Services.GetRequiredService<AssessService>().Log!.CatchUpAsync(CancellationToken.None);
            var page = await App.As(World.Victor).PageAsync("/dashboard/entities/customer/cus_count");
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

        var listed = await App.As(World.Victor).PageAsync(EntityWords.Monitor(TermKind.Customer, "cus_count"));
        Assert.Equal("5", listed.QuerySelector("[data-count]")!.GetAttribute("data-count"));
    }

    [Fact]
    public async Task Another_value_that_begins_alike_is_not_counted()
    {
        var shop = await Shop.OpenAsync(App);
        (await shop.AssessAsync(Payment("cus_alike", "fp_a1", "alike@tienda.example"))).MustBeGood();
        (await shop.AssessAsync(Payment("cus_alike2", "fp_a2", "alike@tienda.example.mx"))).MustBeGood();
        Assert.Equal(1, Number(await App.As(World.Victor).PageAsync("/dashboard/entities/customer/CUS_alike"), "[data-total]"));
        Assert.Equal(1, Number(await App.As(World.Victor).PageAsync("/dashboard/entities/email/alike@tienda.example"), "[data-total]"));
        Assert.Single((await App.As(World.Victor).PageAsync("/dashboard/transactions?by=customer&q=cus_alike")).QuerySelectorAll("tr[data-row]"));
        Assert.Equal(2, (await App.As(World.Victor).PageAsync("/dashboard/transactions?q=cus_alike")).QuerySelectorAll("tr[data-row]").Length);
    }

    [Theory]
    [InlineData("a/b"), InlineData("50%off"), InlineData("a%2Fb"), InlineData("a+b c"), InlineData("ñandú/Ü?#&"), InlineData(".."), InlineData("x\\y"), InlineData("漢字 🂡"), InlineData("'\"<b>")]
    public async Task Whatever_a_value_is_made_of_it_has_a_page(string customer)
    {
        var shop = await Shop.OpenAsync(App);
        (await shop.AssessAsync(Shop.With(Payment("x", "fp_odd", "odd@tienda.example"), "customer_id", System.Text.Json.JsonSerializer.Serialize(customer)))).MustBeGood();
        var page = await App.As(World.Victor).PageAsync(EntityWords.Address(TermKind.Customer, customer));
        Assert.Equal(1, Number(page, "[data-total]"));
        Assert.Contains(customer, page.QuerySelector("h1")!.TextContent, StringComparison.Ordinal);
        var monitor = await App.As(World.Victor).PageAsync(page.QuerySelector<IHtmlAnchorElement>(".title-row .end a[href*='/transactions']")!.GetAttribute("href")!);
        Assert.Single(monitor.QuerySelectorAll("tr[data-row]"));
    }

    [Fact]
    public async Task Of_somebody_nobody_has_seen_the_page_says_so()
    {
        var victor = App.As(World.Victor);
        var page = await victor.PageAsync("/dashboard/entities/email/nadie@nunca.example");
        Assert.Contains("No se ha visto nada", page.QuerySelector("main")!.TextContent, StringComparison.Ordinal);
        foreach (var wrong in (string[])["/dashboard/entities/shoe/size", "/dashboard/entities/order/ord-1", "/dashboard/entities/email/", "/dashboard/entities/email/" + new string('a', 600)])
            Assert.Equal(HttpStatusCode.NotFound, (await victor.GetAsync(wrong)).StatusCode);
        Assert.Equal(HttpStatusCode.Found, (await App.Anonymous().GetAsync("/dashboard/entities/email/nadie@nunca.example")).StatusCode);
    }

    [Fact]
    public async Task The_lists_it_stands_on_are_named_and_the_way_onto_one_is_prepared()
    {
        var shop = await Shop.OpenAsync(App);
        (await shop.AssessAsync(Payment("cus_listed", "fp_listed", "Listada+Uno@gmail.com"))).MustBeGood();
        await App.InDbAsync(async db =>
        {
            foreach (var (type, value, severity) in ((ListType, string, ListSeverity)[])[(ListType.Email, "listada@gmail.com", ListSeverity.Block), (ListType.EmailDomain, "gmail.com", ListSeverity.Review), (ListType.IpRange, "189.203.60.0/24", ListSeverity.Flag)])
                db.Add(new ListEntry { Type = type, Value = value, Severity = severity, CreatedAt = App.Clock.GetUtcNow() });
            await db.SaveChangesAsync();
        });
        var email = await App.As(World.Maria).PageAsync(EntityWords.Address(TermKind.Email, "listada+uno@gmail.com"));
        Assert.Equal(["gmail.com", "listada@gmail.com"], email.QuerySelectorAll("[aria-labelledby=lists] a").Select(a => a.TextContent).Order());
        var ip = await App.As(World.Maria).PageAsync("/dashboard/entities/ip/189.203.60.7");
        Assert.Equal("189.203.60.0/24", ip.QuerySelector("[aria-labelledby=lists] a")!.TextContent);
        var prepared = await App.As(World.Maria).PageAsync(email.QuerySelector("a[href*='blocklists/new']")!.GetAttribute("href")!);
        Assert.Equal(("email", "listada+uno@gmail.com"), (prepared.QuerySelector<IHtmlSelectElement>("#Input_Type")!.Value, prepared.QuerySelector<IHtmlInputElement>("#Input_Value")!.Value));
        Assert.Null((await App.As(World.Victor).PageAsync("/dashboard/entities/ip/189.203.60.7")).QuerySelector("a[href*='blocklists/new']"));
    }

    [Fact]
    public async Task Opened_from_a_review_the_page_has_a_way_back_and_from_elsewhere_it_has_none()
    {
        var maria = App.As(World.Maria);
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
        var shop = await Shop.OpenAsync(App);
        for (var i = 0; i < 27; i++) (await shop.AssessAsync(Payment("cus_pages", "fp_pages", "pages@tienda.example"))).MustBeGood();
        var victor = App.As(World.Victor);
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
