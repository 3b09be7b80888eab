using System.Globalization;
using System.Text.Json.Nodes;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Web.Pages.Disputes;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Tests.Disputes;

/// <summary>How much of what its reason asks for a dispute has.</summary>
public sealed class CompletenessTests
{
    private const string Disputes = "/dashboard/disputes";

    private static Task<Dispute> ReadAsync(PanelApp app, Dispute dispute) => app.InDbAsync(db => db.Set<Dispute>().AsNoTracking().SingleAsync(d => d.Id == dispute.Id));

    private static async Task<(int Asked, int Found, string[] Missing)> ShownAsync(HttpClient browser, Dispute dispute)
    {
        var card = (await browser.PageAsync($"{Disputes}/{dispute.Id}")).QuerySelector("#evidence-completeness")!;
        var badge = card.QuerySelector("[data-asked]")!;
        return (int.Parse(badge.GetAttribute("data-asked")!, CultureInfo.InvariantCulture), int.Parse(badge.GetAttribute("data-found")!, CultureInfo.InvariantCulture),
            [.. card.QuerySelectorAll("[data-missing] li").Select(l => l.FirstChild!.TextContent.Trim())]);
    }

    [Fact]
    public async Task What_is_missing_is_named_and_what_is_typed_in_or_attached_is_there()
    {
        await using var app = await PanelApp.StartAsync();
        var clara = app.As(World.Clara);
        clara.DefaultRequestHeaders.Add("Accept-Language", "en-US");
        var dispute = await Counter.OpenAsync(app, await Counter.PayAsync(app, 9, who: "falta"), i => i with { ReasonCode = "13.1" });
        // The request carries what was sold, to whom and where to; nothing of its way.
        var (asked, found, missing) = await ShownAsync(clara, dispute);
        Assert.Equal((9, 3), (asked, found));
        Assert.Equal(["Customer's name", "Carrier", "Tracking number", "Day it was shipped", "Proof of delivery", "Communication with the customer"], missing);
        Assert.Equal((9, 3), ((await ReadAsync(app, dispute)).EvidenceAsked, (await ReadAsync(app, dispute)).EvidenceFound));

        await Counter.FactAsync(app, dispute, FactKind.Delivery, ("carrier", "Estafeta"), ("tracking_number", "E-1"), ("shipped_at", "2026-11-16"), ("delivered_at", "2026-11-18"));
        await Counter.FactAsync(app, dispute, FactKind.Customer, ("customer_name", "María"));
        Assert.Equal(["Communication with the customer"], (await ShownAsync(clara, dispute)).Missing);
        Assert.Equal((9, 8), ((await ReadAsync(app, dispute)).EvidenceAsked, (await ReadAsync(app, dispute)).EvidenceFound));
        await Counter.FactAsync(app, dispute, FactKind.Communication, ("contact_gist", "Lo recibió"));
        Assert.Empty((await ShownAsync(clara, dispute)).Missing);

        // Taken away again, it is missing again.
        Assert.True((await clara.SubmitAsync($"{Disputes}/{dispute.Id}", "form[action*='handler=RemoveFact']")).Headers.Location is not null);
        Assert.Equal(((await ReadAsync(app, dispute)).EvidenceAsked, (await ReadAsync(app, dispute)).EvidenceFound), ((await ShownAsync(clara, dispute)).Asked, (await ShownAsync(clara, dispute)).Found));
        Assert.NotEmpty((await ShownAsync(clara, dispute)).Missing);
    }

    [Fact]
    public async Task What_is_asked_for_depends_on_the_reason_and_on_what_was_sold()
    {
        await using var app = await PanelApp.StartAsync();
        var paid = await Counter.PayAsync(app, 9, p => ((JsonObject)p["metadata"]!)["goods_type"] = "services", who: "servicio");
        var unsaid = await Counter.PayAsync(app, 9, p => ((JsonObject)p["metadata"]!).Remove("goods_type"), who: "servicio");
        var fraud = await Counter.OpenAsync(app, paid);
        var never = await Counter.OpenAsync(app, paid, i => i with { ReasonCode = "13.1" });
        Assert.Equal(EvidenceWanted.Of(EvidenceTopic.Fraud, "services").Count, (await ReadAsync(app, fraud)).EvidenceAsked);
        Assert.Equal(EvidenceWanted.Of(EvidenceTopic.NotReceived, "services").Count, (await ReadAsync(app, never)).EvidenceAsked);
        Assert.DoesNotContain(EvidenceItem.TrackingNumber, EvidenceWanted.Of(EvidenceTopic.NotReceived, "services"));
        Assert.Contains(EvidenceItem.GoodsType, EvidenceWanted.Of(EvidenceTopic.NotReceived, null));
        Assert.Equal(EvidenceWanted.Of(EvidenceTopic.Fraud, null).Count, (await ReadAsync(app, await Counter.OpenAsync(app, unsaid))).EvidenceAsked);
        // Without its payment nothing is known of it, and nothing is invented.
        Assert.Equal(0, (await ReadAsync(app, await Counter.OpenAsync(app, null))).EvidenceFound);
    }

    [Fact]
    public void Every_reason_of_the_catalogue_asks_for_something_and_for_nothing_twice()
    {
        foreach (var reason in ReasonCodes.Shipped.Codes)
            foreach (var goods in (string?[])["merchandise", "services", null])
            {
                var items = EvidenceWanted.Of(EvidenceWanted.Topic(reason.Scheme, reason.Code), goods);
                Assert.InRange(items.Count, 4, 16);
                Assert.Equal(items.Count, items.Distinct().Count());
            }
        Assert.Equal(EvidenceTopic.General, EvidenceWanted.Topic(CardScheme.Visa, "99.9"));
        Assert.Equal((EvidenceTopic.Fraud, EvidenceTopic.NotReceived, EvidenceTopic.CreditNotProcessed), (EvidenceWanted.Topic(CardScheme.Mastercard, "4837"), EvidenceWanted.Topic(CardScheme.Amex, "C08"), EvidenceWanted.Topic(CardScheme.Discover, "RN2")));
    }

    [Fact]
    public async Task The_figure_adds_up_and_each_of_its_numbers_counts_the_rows_it_opens()
    {
        await using var app = await PanelApp.StartAsync();
        var now = app.Clock.GetUtcNow();
        var paid = await Counter.PayAsync(app, 9, who: "cifra");
        async Task<Dispute> WholeAsync(Func<ClausumPanel.Web.Flows.DisputeItem, ClausumPanel.Web.Flows.DisputeItem> change)
        {
            var dispute = await Counter.OpenAsync(app, paid, i => change(i with { ReasonCode = "12.5" }));
            await Counter.FactAsync(app, dispute, FactKind.Checks, ("auth_code", "A1"));
            await Counter.FactAsync(app, dispute, FactKind.Settlement, ("captured_at", "2026-11-15"));
            await app.InDbAsync(async db =>
            {
                db.Add(new DisputeFile { DisputeId = dispute.Id, Number = 1, Name = "recibo.pdf", ContentType = "application/pdf", Size = 1, Sha256 = new string('0', 64), Category = FileCategory.Receipt, EnteredByName = "x", EnteredAt = now });
                await db.SaveChangesAsync();
            });
            await Counter.FactAsync(app, dispute, FactKind.Product, ("quantity", "1"));
            return dispute;
        }
        await WholeAsync(i => i with { RespondBy = now.AddDays(2) });
        await WholeAsync(i => i);
        await Counter.OpenAsync(app, paid, i => i with { RespondBy = now.AddDays(2) });
        await Counter.OpenAsync(app, null, i => i with { RespondBy = now.AddDays(3) });
        await Counter.OpenAsync(app, null, i => i with { RespondBy = now.AddDays(20) });
        await Counter.OpenAsync(app, null, i => i with { ReceivedAt = now.AddDays(-400), RespondBy = now.AddDays(-380) });

        var maria = app.As(World.Maria);
        var page = await maria.PageAsync(Disputes);
        var all = await app.InDbAsync(db => db.Set<Dispute>().AsNoTracking().Where(d => d.ReceivedAt >= now.AddDays(-DisputesModel.FigureDays)).ToListAsync());
        var figures = await app.InDbAsync(db => DisputeQueries.FiguresAsync(db, now.AddDays(-DisputesModel.FigureDays), now.AddDays(1), now, CancellationToken.None));
        Assert.Equal((all.Sum(d => d.EvidenceAsked), all.Sum(d => d.EvidenceFound), 2), ((int)figures.Evidence.Asked, (int)figures.Evidence.Found, figures.Evidence.Complete));
        var tile = page.QuerySelector("[data-figure=evidence]")!;
        Assert.Contains($"{figures.Evidence.Found} de {figures.Evidence.Asked}", tile.TextContent, StringComparison.Ordinal);
        Assert.NotNull(tile.QuerySelector("details summary"));

        foreach (var (link, count) in ((string, int)[])[("[data-rows=complete]", 2), ("[data-rows=incomplete]", 3), ("a[data-figure=incomplete-soon]", 2)])
        {
            var shown = page.QuerySelector(link)!;
            Assert.Equal(count, int.Parse(new string([.. (shown.QuerySelector(".tile-number") ?? shown).TextContent.Where(char.IsAsciiDigit)]), CultureInfo.InvariantCulture));
            var rows = await maria.PageAsync(shown.GetAttribute("href")!);
            Assert.Equal(count, rows.QuerySelectorAll("tr[data-row]").Length);
            Assert.Equal(count.ToString(CultureInfo.InvariantCulture), rows.QuerySelector("[data-count]")!.GetAttribute("data-count"));
        }
    }
}
