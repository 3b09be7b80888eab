using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

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
        Assert.Contains("Nadie más tiene", text, StringComparison.Ordinal);
        Assert.EndsWith("/beneficiary/ben_123", page.QuerySelector(".strip-title a")!.GetAttribute("href"), StringComparison.Ordinal);

        (await shop.PayoutAsync(Shop.With(Shop.Payout, "idempotency_key", "\"po-78\""))).MustBeGood();
        await FoldedAsync(own);
        Assert.Contains("Otros beneficiarios", (await own.As(World.Victor).PageAsync($"/dashboard/transactions/{payout.Id}")).QuerySelector("table.links")!.TextContent, StringComparison.Ordinal);

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
}
