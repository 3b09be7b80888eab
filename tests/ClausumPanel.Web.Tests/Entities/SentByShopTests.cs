using System.Text;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Pages.Entities;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Entities;

/// <summary>What a shop sends of a payment that no signal reads.</summary>
public sealed class SentByShopTests(PanelApp app) : IClassFixture<PanelApp>
{
    [Fact]
    public async Task How_the_card_was_checked_and_what_was_bought_stands_in_the_head_of_the_case()
    {
        var page = await HeldAsync("""{"threeds_result":"authenticated","threeds_eci":"05","threeds_version":"2.2.0","threeds_flow":"frictionless","liability_shift":true,"avs_result":"n","cvv_result":"match","items":[{"name":"Audífonos","quantity":2},{"sku":"B-7"}],"merchant":"Audio y más","loyalty_level":"gold","note":{"gift":"yes","cvv":"123"},"pan_note":"4111 1111 1111 1111"}""");
        Assert.Equal("3-D Secure Autenticado (ECI 05, responde el emisor)", Words(page.QuerySelector("[data-check='3-D Secure']")!));
        Assert.Equal("AVS N, no coincide", Words(page.QuerySelector("[data-check=AVS]")!));
        Assert.Equal("CVV coincide", Words(page.QuerySelector("[data-check=CVV]")!));
        // What speaks for it and what against is told apart by a sign as well.
        Assert.Equal(3, page.QuerySelectorAll("[data-check] svg").Length);
        Assert.Equal("Compra 2 × Audífonos · B-7", page.QuerySelector("[data-basket]")!.TextContent);
        Assert.Equal("Audio y más", page.QuerySelector("[data-shop]")!.TextContent);
        Assert.Contains("Autenticado con 3-D Secure", page.QuerySelector("[aria-labelledby=in-favour]")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("La dirección no es la del banco", page.QuerySelector("[aria-labelledby=against]")!.TextContent, StringComparison.Ordinal);
        // All the rest folded, without what a card could be read from, and what the head may have no room for in full.
        var sent = page.QuerySelector("details[data-sent]")!;
        Assert.False(sent.HasAttribute("open"));
        Assert.Equal("Enviado por el comercio (4)", sent.QuerySelector("summary")!.TextContent);
        Assert.Equal(["3-D Secure: 2.2.0, sin fricción", "loyalty_level: gold", "note.gift: yes", "pan_note: 4111 11** **** 1111"], sent.QuerySelectorAll("dl > div").Select(d => $"{d.QuerySelector("dt")!.TextContent}: {d.QuerySelector("dd")!.TextContent}"));
    }

    [Fact]
    public async Task Of_a_payout_the_head_says_who_ordered_it_and_what_it_is_for()
    {
        var page = await HeldAsync("""{"concepto":"Ventas de la semana 47","items":"no se lee"}""", payout: ""","transaction_type":"payout","beneficiary":{"id":"ben_1","name":"Rosa Luna","country":"MX"},"payout":{"rail":"spei","initiated_by":"tesoreria.centro"}""");
        Assert.Equal("tesoreria.centro", page.QuerySelector("[data-initiator]")!.TextContent);
        Assert.Equal("Concepto Ventas de la semana 47", page.QuerySelector("[data-basket]")!.TextContent);
    }

    [Fact]
    public async Task Without_any_of_it_there_is_no_line_and_what_a_browser_says_of_itself_speaks_neither_way()
    {
        var bare = await HeldAsync("""{"channel":"web","order_id":"A-1"}""");
        Assert.Null(bare.QuerySelector("[data-check], [data-basket], [data-sent]"));
        var page = await HeldAsync("""{"threeds_result":"authenticated"}""", KeyType.Checkout);
        Assert.NotNull(page.QuerySelector("[data-check='3-D Secure'] ~ [data-unvouched]"));
        Assert.Null(page.QuerySelector("[data-check] svg"));
        Assert.DoesNotContain("3-D Secure", page.QuerySelector(".balance")!.TextContent, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"threeds_eci":"06"}""", "3-D Secure", CheckResult.Partly, "payer not verified, issuer usually liable")]
    [InlineData("""{"threeds_result":"A"}""", "3-D Secure", CheckResult.Partly, "payer not verified, issuer usually liable")]
    [InlineData("""{"threeds_result":"A","liability_shift":false}""", "3-D Secure", CheckResult.Partly, "payer not verified, the shop is liable")]
    [InlineData("""{"threeds_result":"Y"}""", "3-D Secure", CheckResult.Good, "issuer usually liable")]
    [InlineData("""{"threeds_result":"N"}""", "3-D Secure", CheckResult.Bad, "shop usually liable")]
    [InlineData("""{"threeds_result":"U"}""", "3-D Secure", CheckResult.Open, "shop usually liable")]
    [InlineData("""{"threeds_eci":"07"}""", "3-D Secure", CheckResult.Open, "shop usually liable")]
    [InlineData("""{"threeds_result":"who knows"}""", "3-D Secure", CheckResult.Open, null)]
    [InlineData("""{"avs_result":"Y"}""", "AVS", CheckResult.Good, null)]
    [InlineData("""{"avs_result":"Z"}""", "AVS", CheckResult.Partly, "proves little")]
    [InlineData("""{"avs_result":"U"}""", "AVS", CheckResult.Open, "proves nothing")]
    [InlineData("""{"avs_result":"Q"}""", "AVS", CheckResult.Open, null)]
    [InlineData("""{"cvv_result":"N"}""", "CVV", CheckResult.Bad, null)]
    [InlineData("""{"cvv_result":"no_match"}""", "CVV", CheckResult.Bad, null)]
    [InlineData("""{"cvv_result":"P"}""", "CVV", CheckResult.Open, "proves nothing")]
    public void A_result_is_read_as_the_schemes_and_as_people_write_it_and_says_how_much_it_proves_and_who_is_liable(string metadata, string name, CheckResult result, string? means)
    {
        var check = Assert.Single(Of(metadata).Checks);
        Assert.Equal((name, result, means), (check.Name, check.Result, check.Detail));
        Assert.NotEmpty(check.Words);
    }

    [Fact]
    public void What_the_browser_of_a_payer_says_proves_nothing_and_makes_nobody_liable() =>
        Assert.Equal([null, null], Of("""{"threeds_result":"A","avs_result":"Z"}""", isVouched: false).Checks.Select(c => c.Detail));

    [Theory]
    [InlineData("true", "the issuer is liable")]
    [InlineData("\"YES\"", "the issuer is liable")]
    [InlineData("\"Y\"", "the issuer is liable")]
    [InlineData("1", "the issuer is liable")]
    [InlineData("\"Issuer\"", "the issuer is liable")]
    [InlineData("false", "the shop is liable")]
    [InlineData("\"No\"", "the shop is liable")]
    [InlineData("\"n\"", "the shop is liable")]
    [InlineData("0", "the shop is liable")]
    [InlineData("\"MERCHANT\"", "the shop is liable")]
    public void Who_is_liable_is_read_as_people_write_it(string shift, string liable)
    {
        var sent = Of($$"""{"threeds_result":"Y","threeds_eci":"05","liability_shift":{{shift}}}""");
        Assert.Equal($"ECI 05, {liable}", Assert.Single(sent.Checks).Detail);
        Assert.Empty(sent.Others);
    }

    [Theory]
    [InlineData("possible")]
    [InlineData("unknown")]
    public void What_nobody_can_read_of_it_makes_nobody_liable_and_stands_as_it_came(string shift)
    {
        var sent = Of($$"""{"threeds_result":"Y","threeds_eci":"05","liability_shift":"{{shift}}"}""");
        Assert.Equal("ECI 05", Assert.Single(sent.Checks).Detail);
        Assert.Equal([shift], sent.Others.Select(o => o.Value));
    }

    [Fact]
    public void A_long_basket_is_short_in_the_head_and_whole_among_the_rest()
    {
        var names = Enumerable.Range(1, 40).Select(i => $"artículo {i}").ToList();
        var sent = Of($$"""{"items":[{{string.Join(',', names.Select(n => $"\"{n}\""))}}]}""");
        Assert.EndsWith("+28", sent.Basket, StringComparison.Ordinal);
        Assert.Equal(string.Join(" · ", names), sent.WholeBasket);
    }

    [Fact]
    public void A_code_in_the_place_of_its_result_is_never_shown() => Assert.Equal("•••", Assert.Single(Of("""{"cvv_result":"123"}""").Checks).Words);

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("""{"items":[],"cart":{},"cvv_result":null,"avs_result":""}""")]
    public void What_is_empty_or_no_object_says_nothing(string metadata)
    {
        var sent = Of(metadata);
        Assert.Equal((0, null, 0), (sent.Checks.Count, sent.Basket, sent.Others.Count));
    }

    [Fact]
    public void A_payout_has_no_card_to_check() => Assert.Equal(["ECI", "eci"], Of("""{"threeds_eci":"05","eci":"05"}""", Flow.PayOut).Others.Select(o => o.Name));

    private static string Words(AngleSharp.Dom.IElement said) => string.Join(' ', said.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    private SentByShop Of(string metadata, Flow flow = Flow.PayIn, bool isVouched = true)
    {
        using var scope = app.Services.CreateScope();
        return SentByShop.Of(new StoredAssessment { Flow = flow, Request = Encoding.UTF8.GetBytes($$"""{"metadata":{{metadata}}}""") }, isVouched, scope.ServiceProvider.GetRequiredService<Texts>());
    }

    private async Task<AngleSharp.Dom.IDocument> HeldAsync(string metadata, KeyType type = KeyType.Server, string? payout = null)
    {
        var shop = await Shop.OpenAsync(app);
        await app.InDbAsync(async db =>
        {
            if (await db.Set<ListEntry>().AnyAsync(e => e.Value == "sent.example")) return;
            db.Add(new ListEntry { Type = ListType.EmailDomain, Value = "sent.example", Severity = ListSeverity.Review, CreatedAt = app.Clock.GetUtcNow() });
            await db.SaveChangesAsync();
            await app.Services.GetRequiredService<ListShelf>().ReloadAsync(db, default);
        });
        var body = $$"""{"metadata":{{metadata}},"amount":100,"currency":"MXN","email":"{{Guid.NewGuid():N}}@sent.example"{{payout}}}""";
        var answer = (payout is null ? await shop.AssessAsync(body) : await shop.PayoutAsync(body)).MustBeGood();
        var id = Guid.Parse(answer.Id);
        if (type == KeyType.Checkout)
        {
            var (key, _) = ApiKey.Issue("Caja", KeyType.Checkout, app.Clock.GetUtcNow());
            await app.InDbAsync(async db => { db.Add(key); await db.SaveChangesAsync(); await db.Set<StoredAssessment>().Where(a => a.Id == id).ExecuteUpdateAsync(a => a.SetProperty(x => x.KeyId, key.Id)); });
        }
        var log = app.Services.GetRequiredService<Flows.AssessService>().Log!;
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (log.FoldedSeq < log.LastSeq)
        {
            limit.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
        var page = await app.As(World.Maria).PageAsync($"/dashboard/reviews/{id}");
        // The page of the payment tells the same of it.
        Assert.Equal(Sent(page), Sent(await app.As(World.Victor).PageAsync($"/dashboard/transactions/{id}")));
        return page;

        static IEnumerable<string> Sent(AngleSharp.Dom.IDocument told) => told.QuerySelectorAll("[data-check], [data-unvouched], [data-basket], [data-sent]").Select(Words);
    }
}
