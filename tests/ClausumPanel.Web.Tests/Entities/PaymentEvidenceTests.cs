using AngleSharp.Dom;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Entities;

/// <summary>Why a payment was decided so, and what its payer did last.</summary>
public sealed class PaymentEvidenceTests(PanelApp app) : EntityStories(app), IClassFixture<PanelApp>
{
    [Fact]
    public async Task A_payments_page_says_why_and_what_speaks_for_and_against_it()
    {
        var shop = await Shop.OpenAsync(App);
        // From an address and with cards of their own: what the other tests pay would make this payer look busy.
        static string Own(string device, string last4, long amount) => Shop.With(Shop.With(Payment("cus_loyal", device, "loyal@tienda.example", last4, amount), "device.ip", "\"189.203.61.9\""), "payment_method.card_bin", "\"522222\"");
        for (var i = 0; i < 4; i++) Assert.Equal("approve", (await shop.AssessAsync(Own("fp_loyal", "9001", 15_000 + (i * 100)))).MustBeGood().Decision);
        var last = (await shop.AssessAsync(Own("fp_other", "9002", 15_150))).MustBeGood();
        var page = await App.As(World.Victor).PageAsync($"/dashboard/transactions/{last.Id}");
        Assert.Equal(5, page.QuerySelectorAll(".strip li").Length);
        Assert.EndsWith(last.Id, page.QuerySelector(".strip a[aria-current]")!.GetAttribute("href")!, StringComparison.OrdinalIgnoreCase);
        Assert.Equal("true", page.QuerySelector(".strip li:last-child a")!.GetAttribute("aria-current"));
        Assert.Contains("Monto habitual", page.QuerySelector(".balance")!.TextContent, StringComparison.Ordinal);
        // What a signal says is not said once more.
        Assert.Contains("Dispositivo nuevo de un cliente conocido", page.QuerySelector(".balance")!.TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("Primera vez en este dispositivo", page.QuerySelectorAll(".balance li > b").Select(b => b.TextContent));
        Assert.Equal("1", page.QuerySelector("[data-different]")!.GetAttribute("data-different"));
        Assert.Contains("Envío", page.QuerySelector(".places-table .differs")!.TextContent, StringComparison.Ordinal);
        await App.Services.GetRequiredService<AssessService>().Log!.CatchUpAsync(CancellationToken.None);
        App.Clock.Advance(TimeSpan.FromMinutes(2));
        if (last.Signals.Length > 0) Assert.Contains("de pagos · ", (await App.As(World.Victor).PageAsync($"/dashboard/transactions/{last.Id}")).QuerySelector(".waterfall")!.TextContent, StringComparison.Ordinal);

        var first = page.QuerySelector(".strip a")!.GetAttribute("href")!.Split('/')[^1];
        await LabelAsync(first, "fraud", "chargeback");
        var told = await App.As(World.Victor).PageAsync($"/dashboard/transactions/{last.Id}");
        Assert.Contains("1 de otros 4 pagos", told.QuerySelector("ul[aria-labelledby=against]")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_of_the_last_events_says_what_it_is_and_an_older_case_stands_first_among_them()
    {
        var shop = await Shop.OpenAsync(App);
        List<Answer> paid = [];
        for (var i = 0; i < 13; i++) paid.Add((await shop.AssessAsync(Payment("cus_strip", "fp_strip", "strip@tienda.example", last4: "6001"))).MustBeGood());
        await LabelAsync(paid[^1].Id, "good", "analyst");
        var old = await App.As(World.Victor).PageAsync($"/dashboard/transactions/{paid[1].Id}");
        var boxes = old.QuerySelectorAll(".strip a");
        Assert.Equal((10, 9, "true"), (boxes.Length, boxes.Count(b => b.ClassList.Contains("is-after")), boxes[0].GetAttribute("aria-current")));
        Assert.EndsWith(paid[1].Id, boxes[0].GetAttribute("href")!, StringComparison.OrdinalIgnoreCase);
        Assert.All(boxes, b => Assert.Equal(b.GetAttribute("title"), b.QuerySelector(".visually-hidden")!.TextContent));
        Assert.Matches(@"^24 nov \d\d:\d\d:\d\d · .+ · Puntaje \d+ · .+ · nadie ha dicho qué fue · este caso$", boxes[0].GetAttribute("title"));
        Assert.EndsWith("Legítimo: así lo decidieron nuestros analistas · 1 s después del anterior · después de este caso", boxes[^1].GetAttribute("title"), StringComparison.Ordinal);
        var legend = string.Concat(old.QuerySelectorAll(".strip-legend").Select(l => l.TextContent));
        foreach (var said in (string[])["Color: la decisión", "Icono: lo que fue", "este caso, hay otros en medio", "después de este caso"]) Assert.Contains(said, legend, StringComparison.Ordinal);

        var newest = await App.As(World.Victor).PageAsync($"/dashboard/transactions/{paid[^1].Id}");
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
        Assert.Equal("Número de cliente nuevo; su correo ya pagó 1 vez con otro o sin número: los montos se comparan por correo.", (await victor.PageAsync($"/dashboard/transactions/{renamed.Id}")).QuerySelector("[data-first-of-payer]")!.TextContent);

        // An amount that is no signal is compared too.
        foreach (var (amount, said, list) in ((long, string?, string)[])[(20_130, null, ""), (21_270, null, ""), (20_840, null, ""), (45_257, "Monto mayor que el habitual", "against"), (21_130, "Monto habitual", "in-favour")])
        {
            var paid = (await shop.AssessAsync(Payment("cus_sums", "fp_sums", "sums@tienda.example", last4: "7779", amount: amount))).MustBeGood();
            own.Clock.Advance(TimeSpan.FromDays(1));
            if (said is null) continue;
            Assert.Contains(said, (await own.As(World.Victor).PageAsync($"/dashboard/transactions/{paid.Id}")).QuerySelector($"ul[aria-labelledby={list}]")!.TextContent, StringComparison.Ordinal);
        }

        // A rate that accuses is of everybody, which a payer of long standing is not.
        List<NewLabel> frauds = [];
        for (var i = 0; i < 31; i++)
        {
            var fraud = (await shop.AssessAsync(Shop.With(Payment($"cus_abroad_{i}", $"fp_abroad_{i}", $"abroad{i}@tienda.example", last4: $"8{i:000}"), "payment_method.card_country", "\"US\""))).MustBeGood();
            frauds.Add(new(AssessmentId.SeqOf(Guid.Parse(fraud.Id)), own.Clock.GetUtcNow().ToUnixTimeMilliseconds(), LabelOutcome.Fraud, LabelSource.Chargeback));
        }
        await own.Services.GetRequiredService<AssessService>().Log!.CatchUpAsync(CancellationToken.None);
        await using (var scope = own.Services.CreateAsyncScope()) await scope.ServiceProvider.GetRequiredService<RecordLabels>().AddAsync(frauds, LabelChannel.Api, Actor.System, null, default);
        own.Clock.Advance(TimeSpan.FromMinutes(11));
        Assert.Equal("Tasas de todos los pagadores; este: 12 pagos sin reclamo.", (await own.As(World.Victor).PageAsync($"/dashboard/transactions/{odd.Id}")).QuerySelector("[data-first-of-payer]")?.TextContent);
        Assert.Equal("Primer pago de este pagador: no hay con qué comparar.", (await own.As(World.Victor).PageAsync($"/dashboard/transactions/{first.Id}")).QuerySelector("[data-first-of-payer]")!.TextContent);
    }
}
