using AngleSharp.Dom;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Pages.Entities;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Reviews;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Entities;

/// <summary>Two payers who pay the very amount at one shop within minutes name each other, where nobody else pays it there.</summary>
public sealed class SameAmountTests : SameAmountStories
{
    protected override PanelApp Make() => new();

    [Fact] public Task Two_new_payers_of_one_rare_amount_name_each_other() => NamedAsync();

    [Fact] public Task What_was_decided_of_the_other_is_told_at_once_and_by_whom() => DecidedAsync();

    [Fact] public Task New_payers_of_one_rare_amount_and_range_of_cards_name_each_other_within_a_day() => FarAsync();

    [Fact] public Task A_price_of_the_shop_is_no_sign() => CommonAsync();

    [Fact] public Task The_amount_is_sought_by_its_index_and_no_further_than_said() => BoundedAsync("EXPLAIN QUERY PLAN ", "ix_assessment_rows_currency_amount_seq");

    [Theory]
    [InlineData(1, 0, 0, 20, true)]
    [InlineData(1, 0, 0, 19, false)]        // of a shop that sold little nobody knows its prices
    [InlineData(1, 5, 1, 50, true)]
    [InlineData(1, 5, 1, 49, false)]        // one in fifty is a price
    [InlineData(1, 6, 1, 500, false)]       // so is what is paid every few days
    [InlineData(9, 0, 0, 500, true)]
    [InlineData(10, 0, 0, 500, false)]      // and what a crowd has come for
    public void Rare_is_what_hardly_anybody_pays_there(int near, int month, int same, int of, bool isRare) => Assert.Equal(isRare, SameAmount.IsRare(new AmountSeen([.. Enumerable.Range(1, near).Select(i => (long)i)], [], month, same, of)));
}

public sealed class PostgresSameAmountTests : SameAmountStories
{
    protected override PanelApp Make() => new PostgresPanelApp();

    [PostgresFact] public Task Two_new_payers_of_one_rare_amount_name_each_other() => NamedAsync();

    [PostgresFact] public Task What_was_decided_of_the_other_is_told_at_once_and_by_whom() => DecidedAsync();

    [PostgresFact] public Task New_payers_of_one_rare_amount_and_range_of_cards_name_each_other_within_a_day() => FarAsync();

    [PostgresFact] public Task A_price_of_the_shop_is_no_sign() => CommonAsync();

    [PostgresFact] public Task The_amount_is_sought_by_its_index_and_no_further_than_said() => BoundedAsync("EXPLAIN ", "ix_assessment_rows_currency_amount_seq");
}

public abstract class SameAmountStories
{
    private const int Rare = 489_900;

    protected abstract PanelApp Make();

    protected async Task NamedAsync()
    {
        await using var app = Make();
        await app.InitializeAsync();
        var shop = await Shop.OpenAsync(app);
        for (var i = 0; i < 60; i++) await PayAsync(shop, $"cliente{i % 3}", 20_000 + i);
        // Who is known for longer than a day, and who pays elsewhere, or in another currency.
        app.Clock.Advance(TimeSpan.FromDays(2));
        var one = await PayAsync(shop, "uno", Rare);
        await PayAsync(shop, "lejos", Rare, "otra");
        await PayAsync(shop, "dolares", Rare, currency: "USD");
        app.Clock.Advance(TimeSpan.FromMinutes(4));
        var two = await PayAsync(shop, "dos", Rare);
        var again = await PayAsync(shop, "dos", Rare);
        app.Clock.Advance(TimeSpan.FromMinutes(6));
        var regular = await PayAsync(shop, "cliente0", Rare);
        app.Clock.Advance(TimeSpan.FromMinutes(16));
        var late = await PayAsync(shop, "tarde", Rare, bin: "522222");
        await FoldedAsync(app);

        // Both name the other, each once; a regular is named, and counts for nothing.
        var first = await SaidAsync(app, one);
        Assert.Equal(["dos@tienda.example", "cliente0@tienda.example"], first.Named);
        Assert.Equal("Mismo monto de otro pagador, nuevo aquí, con 4 min de diferencia 4,899.00 MXN: aparte de estos, ninguno entre los 60 pagos anteriores del comercio", first.Against);
        Assert.Equal("4,899.00 MXN: aparte de estos, ninguno entre los 60 pagos anteriores del comercio", first.Rarity);
        foreach (var id in (string[])[two, again])
        {
            var second = await SaidAsync(app, id);
            Assert.Equal(["uno@tienda.example", "cliente0@tienda.example"], second.Named);
            Assert.Contains("con 4 min de diferencia", second.Against, StringComparison.Ordinal);
        }
        Assert.Equal((2, null), ((await SaidAsync(app, regular)).Named.Count, (await SaidAsync(app, regular)).Against));
        Assert.Equal((0, null), ((await SaidAsync(app, late)).Named.Count, (await SaidAsync(app, late)).Against));
        Assert.Equal(["Aprobada por el motor", "Espera una decisión"], (await app.As(World.Victor).PageAsync($"/dashboard/transactions/{one}")).QuerySelectorAll("[data-twin-state]").Select(s => s.TextContent));
        // Asked for anew the links tell it as well.
        Assert.Equal(2, (await app.As(World.Victor).PageAsync($"/dashboard/transactions/{one}/links?match=all&by=device")).QuerySelectorAll("[data-same-amount] [data-twin]").Length);
        // It is none of the reasons of the score.
        Assert.DoesNotContain("Mismo monto", (await app.As(World.Victor).PageAsync($"/dashboard/transactions/{one}")).QuerySelector(".waterfall")?.TextContent ?? "", StringComparison.Ordinal);
    }

    protected async Task FarAsync()
    {
        await using var app = Make();
        await app.InitializeAsync();
        var shop = await Shop.OpenAsync(app);
        for (var i = 0; i < 60; i++) await PayAsync(shop, $"cliente{i % 3}", 20_000 + i);
        app.Clock.Advance(TimeSpan.FromDays(2));
        var one = await PayAsync(shop, "uno", Rare);
        app.Clock.Advance(TimeSpan.FromHours(8));
        var two = await PayAsync(shop, "dos", Rare);
        await PayAsync(shop, "cliente0", Rare, bin: "533333");
        app.Clock.Advance(TimeSpan.FromHours(1));
        var other = await PayAsync(shop, "tres", Rare, bin: "522222");
        app.Clock.Advance(TimeSpan.FromHours(25));
        var late = await PayAsync(shop, "cuatro", Rare);
        await FoldedAsync(app);

        var said = await SaidAsync(app, one);
        Assert.Equal(("dos@tienda.example", "Mismo monto de otro pagador, nuevo aquí, con tarjeta del mismo rango y 8 h de diferencia 4,899.00 MXN: aparte de estos, ninguno entre los 60 pagos anteriores del comercio"), (string.Join(" ", said.Named), said.Against));
        // Within minutes it is told first, whatever the card.
        var both = await SaidAsync(app, two);
        Assert.Equal(("cliente0@tienda.example uno@tienda.example", true), (string.Join(" ", both.Named), both.Against?.Contains("con tarjeta del mismo rango", StringComparison.Ordinal)));
        Assert.Equal(["minutes", "day"], (await app.As(World.Victor).PageAsync($"/dashboard/transactions/{two}")).QuerySelectorAll("[data-same-amount]").Select(l => l.GetAttribute("data-same-amount")));
        foreach (var id in (string[])[other, late]) Assert.Equal((0, null), ((await SaidAsync(app, id)).Named.Count, (await SaidAsync(app, id)).Against));
    }

    protected async Task DecidedAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        var (app, shop) = (world.App, world.Shop);
        for (var i = 0; i < 60; i++) await PayAsync(shop, $"cliente{i % 3}", 20_000 + i);
        await PayAsync(shop, "vieja", 20_100, mail: "vieja@held.example");
        app.Clock.Advance(TimeSpan.FromDays(2));
        var one = await PayAsync(shop, "uno", Rare, mail: "uno@held.example");
        app.Clock.Advance(TimeSpan.FromMinutes(4));
        var two = Guid.Parse(await PayAsync(shop, "nueva", Rare, mail: "vieja@held.example"));
        await FoldedAsync(app);
        var maria = await world.PersonAsync(World.Maria);
        var seq = await app.InDbAsync(db => db.Set<StoredAssessment>().Where(a => a.Id == two).Select(a => a.Seq).SingleAsync());

        // Its e-mail has long paid: only the customer number is new.
        const string apart = "Mismo monto de otro pagador con número de cliente nuevo, con 4 min de diferencia", rarity = "4,899.00 MXN: aparte de estos, ninguno entre los 61 pagos anteriores del comercio";
        Assert.Equal(("Espera una decisión", $"{apart} {rarity}", 0), await BecameAsync());
        // What the first of two decided nobody is told.
        await app.InDbAsync(db => db.Set<Review>().Where(r => r.Seq == seq).ExecuteUpdateAsync(r => r.SetProperty(x => x.FirstById, maria.Id).SetProperty(x => x.FirstOutcome, ReviewOutcome.Decline)));
        Assert.Equal(("Espera una decisión", $"{apart} {rarity}", 0), await BecameAsync());
        await app.InDbAsync(db => db.Set<Review>().Where(r => r.Seq == seq).ExecuteUpdateAsync(r => r.SetProperty(x => x.FirstById, (Guid?)null).SetProperty(x => x.FirstOutcome, (ReviewOutcome?)null)));

        var lease = (await world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer Answer)>(l => l.TakeAsync(maria, seq, default))).Lease!.Value;
        Assert.True((await world.DecideAsync(maria, lease, new(ReviewOutcome.Decline, "stolen_card"))).IsDone);
        var said = $"Rechazada por {maria.Who.Name}: Tarjeta robada, etiqueta: fraude";
        Assert.Equal(($"{said}; aún se podía deshacer", $"{apart} {rarity}", 1), await BecameAsync());
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        await world.SettleAsync();
        Assert.Equal((said, $"{apart} {said} · {rarity}", 0), await BecameAsync());

        // What an analyst says was good does not clear it; what somebody outside says does, and then it is a link still, but speaks against nobody.
        foreach (var (source, means) in ((LabelSource, string)[])[(LabelSource.Analyst, "decisión propia, que no lo descarta"), (LabelSource.Chargeback, "no cuenta en contra de este")])
        {
            await app.Services.CreateScope().ServiceProvider.GetRequiredService<RecordLabels>().AddAsync([new NewLabel(seq, app.Clock.GetUtcNow().ToUnixTimeMilliseconds(), LabelOutcome.Good, source)], LabelChannel.Panel, Actor.System, null, default);
            await FoldedAsync(app);
            var against = (await BecameAsync()).Item2;
            if (source == LabelSource.Analyst) Assert.EndsWith($"; {means} · {rarity}", against, StringComparison.Ordinal);
            else Assert.Null(against);
            Assert.EndsWith($"; {means})", (await app.As(World.Victor).PageAsync($"/dashboard/transactions/{one}")).QuerySelector("[data-twin]")!.TextContent.Trim(), StringComparison.Ordinal);
        }

        async Task<(string?, string?, int)> BecameAsync()
        {
            var page = await app.As(World.Victor).PageAsync($"/dashboard/transactions/{one}");
            var row = page.QuerySelector($".linked a[href$='{two}']")?.Closest("tr");
            Assert.NotNull(row);
            return (page.QuerySelector("[data-twin-state]")?.TextContent, Against(page), row.QuerySelectorAll("[data-undoable]").Length);
        }
    }

    protected async Task CommonAsync()
    {
        await using var app = Make();
        await app.InitializeAsync();
        var shop = await Shop.OpenAsync(app);
        // One in fifty of the shop's; the other shop knows the price.
        for (var i = 0; i < 57; i++) await PayAsync(shop, $"cliente{i % 3}", i is 5 or 6 ? Rare : 20_000 + i);
        for (var i = 0; i < 30; i++) await PayAsync(shop, $"cliente{i % 3}", i == 7 ? 34_900 : Rare, "otra");
        app.Clock.Advance(TimeSpan.FromDays(2));
        var (here, there) = (await PayAsync(shop, "uno", Rare), await PayAsync(shop, "tres", Rare, "otra"));
        app.Clock.Advance(TimeSpan.FromMinutes(1));
        await PayAsync(shop, "dos", Rare);
        await PayAsync(shop, "cuatro", Rare, "otra");
        await FoldedAsync(app);
        foreach (var id in (string[])[here, there]) Assert.Equal((0, null), ((await SaidAsync(app, id)).Named.Count, (await SaidAsync(app, id)).Against));
        // Once it has sold more of other prices, it is one.
        await app.InDbAsync(db => db.Set<AssessmentRow>().Where(r => r.Amount == Rare && r.Submerchant == "" && r.Seq <= 6).ExecuteUpdateAsync(r => r.SetProperty(x => x.Amount, 1)));
        Assert.Equal(["dos@tienda.example"], (await SaidAsync(app, here)).Named);
    }

    protected async Task BoundedAsync(string explain, string index)
    {
        await using var app = Make();
        await app.InitializeAsync();
        var shop = await Shop.OpenAsync(app);
        for (var i = 0; i < 30; i++) await PayAsync(shop, $"cliente{i % 3}", 20_000 + i);
        app.Clock.Advance(TimeSpan.FromDays(2));
        var one = await PayAsync(shop, "uno", Rare);
        await FoldedAsync(app);
        // As many of the amount as are looked at, all of another shop, stand between it and the next of its own.
        await app.InDbAsync(async db =>
        {
            var last = await db.Set<AssessmentRow>().OrderByDescending(r => r.Seq).FirstAsync();
            for (var i = 1; i <= AssessmentReader.MostOfAmount; i++) db.Add(new AssessmentRow { Seq = last.Seq + (i * 10), At = last.At, Flow = last.Flow, Amount = Rare, Currency = "MXN", Submerchant = "otra" });
            db.Add(new AssessmentRow { Seq = last.Seq + 10_000, At = last.At, Flow = last.Flow, Amount = Rare, Currency = "MXN" });
            await db.SaveChangesAsync();
        });
        var id = Guid.Parse(one);
        Assert.Null(await app.InDbAsync(async db => await new AssessmentReader(db).AmountSeenAsync(await db.Set<StoredAssessment>().SingleAsync(a => a.Id == id), "", TimeSpan.FromMinutes(SameAmount.Minutes), default)));
        var seen = await app.InDbAsync(async db => await new AssessmentReader(db).AmountSeenAsync(await db.Set<StoredAssessment>().SingleAsync(a => a.Id == id), "otra", TimeSpan.FromMinutes(SameAmount.Minutes), default));
        Assert.Equal((AssessmentReader.MostOfAmount, 0, 0, 0), (seen!.Near.Count, seen.Month, seen.Same, seen.Of));

        // Both ways.
        await app.InDbAsync(async db =>
        {
            await db.Database.OpenConnectionAsync();
            // Of a store that small the engine would read all of it.
            if (db.Database.IsNpgsql()) await db.Database.ExecuteSqlRawAsync("SET enable_seqscan = off; SET enable_bitmapscan = off");
            foreach (var (where, order) in ((string, string)[])[("<", "DESC"), (">", "ASC")])
            {
                await using var command = db.Database.GetDbConnection().CreateCommand();
                command.CommandText = $"{explain} SELECT seq, at, flow, simulated, submerchant FROM assessment_rows WHERE currency = 'MXN' AND amount = {Rare} AND seq {where} 31 ORDER BY seq {order} LIMIT 50";
                await using var plan = await command.ExecuteReaderAsync();
                var steps = new List<string>();
                while (await plan.ReadAsync()) steps.Add(plan.GetString(plan.FieldCount - 1));
                Assert.Contains(steps, s => s.Contains(index, StringComparison.Ordinal));
                Assert.DoesNotContain(steps, s => s.Contains("SORT", StringComparison.OrdinalIgnoreCase) || s.Contains("TEMP B-TREE", StringComparison.Ordinal));
            }
        });
    }

    private static async Task<string> PayAsync(Shop shop, string who, int amount, string? at = null, string currency = "MXN", string? mail = null, string bin = "411111")
    {
        var card = 1_000 + (Math.Abs(who.Aggregate(7, (hash, letter) => (hash * 31) + letter)) % 9_000);
        return (await shop.AssessAsync($$"""
            {"amount":{{amount}},"currency":"{{currency}}","email":"{{mail ?? $"{who}@tienda.example"}}","customer_id":"cus_{{who}}","device":{"ip":"189.203.60.7","fingerprint":"fp_{{who}}"},
             "payment_method":{"type":"card","card_bin":"{{bin}}","card_last4":"{{card}}"}{{(at is null ? "" : $",\"submerchant_id\":\"{at}\"")}}}
            """)).MustBeGood().Id;
    }

    private static Task FoldedAsync(PanelApp app) => app.Services.GetRequiredService<AssessService>().Log!.CatchUpAsync(CancellationToken.None);

    private static async Task<(IReadOnlyList<string> Named, string? Rarity, string? Against)> SaidAsync(PanelApp app, string id)
    {
        var page = await app.As(World.Victor).PageAsync($"/dashboard/transactions/{id}");
        var line = page.QuerySelector("[data-same-amount]");
        return ([.. page.QuerySelectorAll("[data-same-amount] [data-twin] a.entity").Select(a => a.TextContent)], line?.QuerySelector(":scope > .text-secondary:last-child")?.TextContent,
            Against(page));
    }

    private static string? Against(IDocument page) => page.QuerySelectorAll(".balance > div:has(#against) li").Select(Words).FirstOrDefault(l => l.StartsWith("Mismo monto", StringComparison.Ordinal));

    private static string Words(IElement element) => string.Join(' ', element.ChildNodes.Select(n => n.TextContent.Trim()).Where(t => t.Length > 0));
}
