using AngleSharp.Dom;
using ClausumPanel.Assess;
using ClausumPanel.Assess.Rules;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Protection;
using ClausumPanel.Web.Tests.Reviews;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Entities;

public sealed class ReviewedEntityTests : ReviewedEntityStories
{
    protected override PanelApp Make() => new();

    [Fact] public Task A_payers_page_tells_what_people_decided_in_the_end_and_what_waits() => FinallyAsync();

    [Fact] public Task The_rule_that_held_a_payment_says_how_often_it_fires_and_is_right_and_what_it_asks() => RuledAsync();

    [Fact] public Task How_often_it_was_fraud_says_on_whose_word_that_rests() => WhoseAsync();
}

public sealed class PostgresReviewedEntityTests : ReviewedEntityStories
{
    protected override PanelApp Make() => new PostgresPanelApp();

    [PostgresFact] public Task A_payers_page_tells_what_people_decided_in_the_end_and_what_waits() => FinallyAsync();

    [PostgresFact] public Task The_rule_that_held_a_payment_says_how_often_it_fires_and_is_right_and_what_it_asks() => RuledAsync();

    [PostgresFact] public Task How_often_it_was_fraud_says_on_whose_word_that_rests() => WhoseAsync();
}

public abstract class ReviewedEntityStories
{
    private const string Payer = "/dashboard/entities/email/ana@held.example";

    protected abstract PanelApp Make();

    protected async Task FinallyAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        List<string> ids = [];
        for (var i = 0; i < 8; i++)
        {
            ids.Add((await world.Shop.AssessAsync($$"""{"amount":{{10_000 + i}},"currency":"MXN","email":"ana@held.example"}""")).MustBeGood().Id);
            world.App.Clock.Advance(TimeSpan.FromDays(1));
        }
        await world.FoldedAsync();
        var maria = await world.PersonAsync(World.Maria);
        foreach (var (seq, outcome) in ((long, ReviewOutcome)[])[(1, ReviewOutcome.Approve), (2, ReviewOutcome.Approve), (3, ReviewOutcome.Decline)])
        {
            var taken = await world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer)>(l => l.TakeAsync(maria, seq, default));
            Assert.True((await world.DecideAsync(maria, taken.Lease!.Value, new ReviewVerdict(outcome, outcome == ReviewOutcome.Approve ? "known_customer" : "stolen_card"))).IsDone);
        }
        // What can still be undone is no final word, and does not wait either.
        var before = await world.App.As(World.Victor).PageAsync(Payer);
        Assert.Equal(("5", 0, 0), (before.QuerySelector("section[data-waiting]")!.GetAttribute("data-waiting"), before.QuerySelectorAll("[data-finally]").Length, before.QuerySelectorAll("[data-became]").Length));
        world.App.Clock.Advance(TimeSpan.FromMinutes(1));
        await world.SettleAsync();

        var victor = world.App.As(World.Victor);
        var page = await victor.PageAsync(Payer);
        Assert.Equal(["2 al final", "5 al final", "0 al final", "1 al final"], page.QuerySelectorAll("[data-finally]").Select(f => f.TextContent));
        var waiting = page.QuerySelector("section[data-waiting]")!;
        Assert.Equal("5 esperan revisión", waiting.QuerySelector("h2")!.TextContent.Trim());
        Assert.Equal(ids[3..].AsEnumerable().Reverse().Select(id => $"/dashboard/reviews/{id}"), waiting.QuerySelectorAll("li a").Select(a => a.GetAttribute("href")));
        Assert.Equal("5", (await victor.PageAsync(waiting.QuerySelector("h2 a")!.GetAttribute("href")!)).QuerySelector("[data-count]")!.GetAttribute("data-count"));
        // What is put away or not shown yet is told apart, and named as well.
        await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.Seq == 4).ExecuteUpdateAsync(r => r.SetProperty(x => x.VisibleAt, world.App.Clock.GetUtcNow().AddDays(1).ToUnixTimeMilliseconds())));
        var apart = (await victor.PageAsync(Payer)).QuerySelector("section[data-waiting]")!;
        Assert.Equal(("4 esperan revisión · 1 está apartada o aún no se muestra", 5), (string.Join(' ', apart.QuerySelector("h2")!.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)), apart.QuerySelectorAll("li a").Length));
        Assert.Equal("4", (await victor.PageAsync(apart.QuerySelector("h2 a")!.GetAttribute("href")!)).QuerySelector("[data-count]")!.GetAttribute("data-count"));
        // As the monitor says it of each.
        await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.Seq == 5).ExecuteUpdateAsync(r => r.SetProperty(x => x.Queue, ReviewQueue.EscalatedNumber)));
        var escalated = await victor.PageAsync(Payer);
        Assert.Equal(["Espera una decisión", "Espera una decisión", "Espera una decisión", "Escalada, espera a un administrador"], escalated.QuerySelectorAll("#recent [data-stands]").Select(w => w.TextContent.Trim()));
        Assert.EndsWith(" · Escalada, espera a un administrador", Assert.Single(escalated.QuerySelectorAll("section[data-waiting] li"), l => l.TextContent.Contains("Escalada", StringComparison.Ordinal)).TextContent, StringComparison.Ordinal);
        Assert.Equal(["Rechazada", "Aprobada", "Aprobada"], page.QuerySelectorAll("#recent [data-became]").Select(b => b.TextContent.Trim()));
        Assert.Equal((2, 1, 5), (page.QuerySelectorAll("svg.over-time rect.is-approve").Length, page.QuerySelectorAll("svg.over-time rect.is-decline").Length, page.QuerySelectorAll("svg.over-time rect.is-review").Length));
        Assert.Contains("según lo decidido al final", page.QuerySelector("#over-time")!.TextContent, StringComparison.Ordinal);
        // 100.00 and 100.01 were approved in the end.
        Assert.Contains("200.01 MXN", page.QuerySelector("[data-money=MXN]")!.TextContent, StringComparison.Ordinal);

        // The label of the declined one is fraud, which spoils the rest: without it the two approved ones speak for the payer.
        Assert.DoesNotContain("sin disputa", await BalanceAsync(), StringComparison.Ordinal);
        await world.App.InDbAsync(db => db.Set<CurrentLabel>().Where(l => l.Seq == 3).ExecuteDeleteAsync());
        Assert.Contains("2 pagos aprobados sin disputa", await BalanceAsync(), StringComparison.Ordinal);

        async Task<string> BalanceAsync() => (await world.App.As(World.Maria).PageAsync($"/dashboard/reviews/{ids[7]}")).QuerySelector(".balance")!.TextContent;
    }

    protected async Task RuledAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await PolicyTests.RuledAsync(world.App, new PolicyRule("dear", "Dear", "when amount > 500 MXN and (billing.country = \"MX\" or not email.free) then review", "Dear things are resold"));
        List<string> ids = [];
        foreach (var amount in (int[])[60_000, 70_000, 100, 200]) ids.Add((await world.Shop.AssessAsync($$$"""{"amount":{{{amount}}},"currency":"MXN","email":"ana@shop.example","billing":{"country":"MX"}}""")).MustBeGood().Id);
        await world.FoldedAsync();
        var record = world.App.Services.CreateScope().ServiceProvider.GetRequiredService<RecordLabels>();
        await record.AddAsync([new NewLabel(1, TestClock.Start.ToUnixTimeMilliseconds(), LabelOutcome.Fraud, LabelSource.Chargeback)], LabelChannel.Panel, Actor.System, null, default);
        foreach (var (person, address, way) in ((Person, string, string)[])[(World.Ines, $"/dashboard/reviews/{ids[1]}", "/dashboard/protection/rule/dear"), (World.Maria, $"/dashboard/reviews/{ids[1]}", "/dashboard/protection/rules#rule-dear"), (World.Victor, $"/dashboard/transactions/{ids[1]}", "/dashboard/protection/rules#rule-dear")])
        {
            var page = await world.App.As(person).PageAsync(address);
            var rule = page.QuerySelector(".waterfall details[data-rule=dear]")!;
            const string whole = "en 50% de pagos y dispersiones (2), decidió por sí sola en 2 · fraude 1 de 1 con etiqueta (pocos datos)";
            const string all = "Toda etiqueta viene de fuera: contracargos, reportes de fraude, clientes. De 2 en total, sin etiqueta: 1.";
            Assert.Equal(all, rule.QuerySelector("[data-whose]")!.TextContent);
            var isCase = address.StartsWith("/dashboard/reviews", StringComparison.Ordinal);
            Assert.Equal((isCase ? "en 50% del total · fraude 1 de 1 con etiqueta (pocos datos)" : "rule:dear · " + whole, isCase ? whole : all), (Words(rule.QuerySelector("summary")!), rule.QuerySelector("summary")!.GetAttribute("title")));
            Assert.Equal("Cuando Monto del pago es mayor que 500.00 MXN y (País de la dirección de facturación es México o no El dominio es de un proveedor de correo gratuito)", Words(rule.QuerySelector("p")!));
            Assert.Equal(way, rule.QuerySelector("a")!.GetAttribute("href"));
            // All of it is of one period, which the head says; what held it has the name of the rule.
            Assert.EndsWith("· tasas: últimos 90 días", Words(page.QuerySelector("#why + span")!), StringComparison.Ordinal);
            if (isCase) Assert.Contains("retenida por la regla «Dear»", page.QuerySelector(".bar-facts")!.TextContent, StringComparison.Ordinal);
        }
    }

    protected async Task WhoseAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await PolicyTests.RuledAsync(world.App, new PolicyRule("dear", "Dear", "when amount > 500 MXN then review", "Dear things are resold"));
        List<string> ids = [];
        for (var i = 0; i < 36; i++) ids.Add((await world.Shop.AssessAsync($$"""{"amount":{{60_000 + i}},"currency":"MXN","email":"payer{{i}}@mailinator.com"}""")).MustBeGood().Id);
        await world.FoldedAsync();
        // Of 33 with a label 8 frauds and a good payment by the word of others, 23 frauds and a good payment as decided here. What an analyst decided and a bank says too is the bank's.
        NewLabel Said(long seq, LabelOutcome outcome, LabelSource source) => new(seq, TestClock.Start.ToUnixTimeMilliseconds(), outcome, source);
        List<NewLabel> labels = [Said(1, LabelOutcome.Fraud, LabelSource.Analyst)];
        for (var seq = 1; seq <= 8; seq++) labels.Add(Said(seq, LabelOutcome.Fraud, seq % 2 == 0 ? LabelSource.FraudReport : LabelSource.Chargeback));
        labels.Add(Said(9, LabelOutcome.Good, LabelSource.Customer));
        for (var seq = 10; seq <= 32; seq++) labels.Add(Said(seq, LabelOutcome.Fraud, LabelSource.Analyst));
        labels.Add(Said(33, LabelOutcome.Good, LabelSource.Analyst));
        await world.App.Services.CreateScope().ServiceProvider.GetRequiredService<RecordLabels>().AddAsync(labels, LabelChannel.Panel, Actor.System, null, default);

        const string whose = "Contadas: 9 de fuera (contracargos, reportes de fraude, clientes; de fraude: 8). Sin contar, de decisiones propias: 24 (de fraude: 23), lo que los analistas creyeron, no lo que resultó ser. De 36 en total, sin etiqueta: 3.";
        var page = await world.App.As(World.Maria).PageAsync($"/dashboard/reviews/{ids[35]}");
        Assert.EndsWith("· fraude 8 de 9 con etiqueta (pocos datos)", Words(page.QuerySelector(".waterfall details[data-rule=dear] summary")!), StringComparison.Ordinal);
        Assert.Equal(whose, page.QuerySelector(".waterfall details[data-rule=dear] [data-whose]")!.TextContent);
        // A rule is no signal, here as little as among what speaks against it.
        Assert.Matches("^\\d+ señal(es)? y 1 regla · ", Words(page.QuerySelector("#why + span")!));
        var signal = page.QuerySelector(".waterfall details[data-signal=disposable_email]")!;
        Assert.Matches("^en 100% de pagos · fraude 8 de 9 con etiqueta \\(pocos datos\\)$", Words(signal.QuerySelector("summary")!));
        Assert.Equal((whose, whose), (signal.QuerySelector("summary")!.GetAttribute("title"), signal.QuerySelector("[data-whose]")!.TextContent));
        // What has a line says it too, and opens to the whole.
        foreach (var line in page.QuerySelectorAll(".step-line:has(> summary > b)").Where(l => l.QuerySelector("[data-whose]") is not null))
            Assert.Equal(("fraude 8 de 9, pocos datos", whose), (Words(line.QuerySelector("summary small")!), line.QuerySelector("[data-whose]")!.TextContent));
        Assert.Contains("fraude 31 de 33 con etiqueta (94%); etiquetas: 9 de fuera, 24 de decisiones propias", (await world.App.As(World.Ines).PageAsync("/dashboard/protection/rules")).QuerySelector("#rule-dear")!.TextContent, StringComparison.Ordinal);
        Assert.Equal("fraude 31 de 33 con etiqueta (94%); etiquetas: 9 de fuera, 24 de decisiones propias", (await world.App.As(World.Ines).PageAsync("/dashboard/protection/thresholds")).QuerySelector("#signal-disposable_email [data-labels]")!.TextContent);
    }

    private static string Words(IElement said) => string.Join(' ', said.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
