using System.Globalization;
using AngleSharp.Dom;
using ClausumPanel.Assess;
using ClausumPanel.Assess.Rules;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Tests.Protection;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Tests.Reviews;

/// <summary>What a case says before anything is done: what time does to it, what putting it off means, what must be done first.</summary>
public sealed class CaseWordsTests
{
    private const string Queue = "/dashboard/reviews";

    [Theory]
    [InlineData(TimeoutAction.None, false, null, "Cuando el tiempo se agota no pasa nada: se queda y se muestra como vencida.")]
    [InlineData(TimeoutAction.Escalate, false, "luego se escala", "Cuando el tiempo se agota y nadie la tiene, se escala.")]
    [InlineData(TimeoutAction.Approve, false, "luego se aprueba", "Cuando el tiempo se agota y nadie la tiene, se aprueba.")]
    [InlineData(TimeoutAction.Decline, false, "luego se rechaza", "Cuando el tiempo se agota y nadie la tiene, se rechaza.")]
    // What two must decide time only hands on.
    [InlineData(TimeoutAction.Approve, true, "luego se escala", "Cuando el tiempo se agota y nadie la tiene, se escala.")]
    public async Task What_time_does_stands_beside_when_it_is_due(TimeoutAction action, bool isForTwo, string? then, string sentence)
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var above = isForTwo ? ReviewQueue.Write(new Dictionary<string, long> { ["MXN"] = 10_000 }) : "{}";
        await world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == 1).ExecuteUpdateAsync(q => q.SetProperty(x => x.Timeout, action).SetProperty(x => x.SecondAbove, above)));
        Assert.NotNull(await world.NextAsync(await world.PersonAsync(World.Tomas)));
        // As if he went on looking at it: what somebody has time leaves alone.
        await world.App.InDbAsync(db => db.Set<Review>().ExecuteUpdateAsync(r => r.SetProperty(x => x.LeaseUntil, x => x.LeaseUntil + 7_200_000)));
        foreach (var minutes in (int[])[0, 61])
        {
            world.App.Clock.Advance(TimeSpan.FromMinutes(minutes));
            var maria = world.App.As(World.Maria);
            var (item, row) = (await maria.PageAsync(await AddressAsync(world)), (await maria.PageAsync(Queue)).QuerySelector("tr[data-seq] .row-due")!);
            Assert.Equal((then, then), (item.QuerySelector(".due-tell [data-then]")?.TextContent, row.QuerySelector("[data-then]")?.TextContent));
            Assert.Equal((sentence, sentence), (item.GetElementById(item.QuerySelector(".due-tell:has(time.due)")!.GetAttribute("aria-describedby")!)!.TextContent, row.QuerySelector("time.due")!.GetAttribute("title")));
        }
    }

    [Fact]
    public async Task What_a_skip_and_a_hold_do_to_its_time_is_said_before_they_are_sent()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var maria = world.App.As(World.Maria);
        var item = await AddressAsync(world);
        await maria.SubmitAsync(item, "form[action*=Take]");
        async Task<(string?, string?)> SaidAsync() => (await maria.PageAsync(item)) is var page ? (page.QuerySelector("[data-due-before]")?.TextContent, page.QuerySelector("[data-begins-anew]")?.TextContent) : default;
        Assert.Equal(("Su plazo vence antes de eso.", "Entonces el plazo del caso empieza de nuevo (1 h)."), await SaidAsync());
        await world.App.InDbAsync(db => db.Set<Review>().ExecuteUpdateAsync(r => r.SetProperty(x => x.DueAt, x => x.OpenedAt)));
        Assert.Equal("Ya está vencida.", (await SaidAsync()).Item1);
        // It is back before that, or never due.
        await world.App.InDbAsync(db => db.Set<Review>().ExecuteUpdateAsync(r => r.SetProperty(x => x.DueAt, x => x.OpenedAt + (9 * 3_600_000L))));
        await world.App.InDbAsync(db => db.Set<ReviewQueue>().ExecuteUpdateAsync(q => q.SetProperty(x => x.SlaMinutes, (int?)null)));
        Assert.Equal((null, null), await SaidAsync());
    }

    [Fact]
    public async Task Who_has_not_taken_it_is_told_what_comes_first()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var item = await AddressAsync(world);
        async Task<string?> ToldAsync(Person person) => (await world.App.As(person).PageAsync(item)).QuerySelector("#review-item")!.GetAttribute("data-not-taken");
        Assert.Equal(("Tómela primero: Enter", ""), (await ToldAsync(World.Maria), await ToldAsync(World.Victor)));
        var maria = await world.PersonAsync(World.Maria);
        var lease = (await world.NextAsync(maria))!.Value;
        Assert.Equal(("", "Tomada por María Analiza; le quedan 15 min."), (await ToldAsync(World.Maria), await ToldAsync(World.Tomas)));
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.HoldAsync(maria, 1, lease.Token, world.App.Clock.GetUtcNow().AddHours(2), null, default))).IsDone);
        Assert.Equal("Tómela primero, con su botón: Tomarla ya, antes de su hora", await ToldAsync(World.Tomas));
        // The keys promise what is there to be pressed.
        Assert.Equal("button[data-key=take]", (await world.App.As(World.Tomas).PageAsync(item)).QuerySelectorAll("#keys [data-needs]").Single(line => line.QuerySelector("dt")!.TextContent == "Tomarla").GetAttribute("data-needs"));
    }

    [Fact]
    public async Task When_it_is_due_says_so_where_no_heading_does()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var (maria, item) = (world.App.As(World.Maria), await AddressAsync(world));
        Assert.Equal(("vence en 1 h", "en 1 h"), ((await maria.PageAsync(item)).QuerySelector(".review-bar time.due[data-headed=no]")!.TextContent, (await maria.PageAsync(Queue)).QuerySelector(".row-due time.due[data-headed=yes]")!.TextContent));
        maria.DefaultRequestHeaders.Add("Accept-Language", "en-US");
        Assert.Equal("due in 1 h", (await maria.PageAsync(item)).QuerySelector(".review-bar time.due")!.TextContent);
        Assert.Equal(["Flagged by a list or rule", "Challenge not answered", "To review"], (await maria.PageAsync(Queue)).QuerySelectorAll(".tile-name").Take(3).Select(t => t.FirstChild!.TextContent.Trim()));
    }

    [Fact]
    public async Task What_put_it_into_its_queue_is_named_in_the_head_however_little_it_weighs()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        async Task<string?> SaidAsync(string id) => (await world.App.As(World.Maria).PageAsync($"{Queue}/{id}")).QuerySelector(".bar-facts [data-flagged]")?.TextContent;
        // What held and what flagged mean opens at the words themselves.
        async Task<string?> MeansAsync(string id)
        {
            var page = await world.App.As(World.Maria).PageAsync($"{Queue}/{id}");
            return page.QuerySelector(".bar-facts [data-flagged] button") is { } words && words.GetAttribute("popovertarget") == words.GetAttribute("aria-describedby") ? page.GetElementById(words.GetAttribute("popovertarget")!)!.TextContent : null;
        }
        await world.HoldAsync(1);
        await world.FoldedAsync();
        Assert.Equal("retenida por: Dominio de correo en una lista", await SaidAsync((await AddressAsync(world)).Split('/')[^1]));
        Assert.Equal("Retenida: la lista pide que la vea una persona, aunque su puntaje no alcanza el umbral.", await MeansAsync((await AddressAsync(world)).Split('/')[^1]));
        await PolicyTests.RuledAsync(world.App, new PolicyRule("dear", "Dear", "when amount > 500 MXN then review", "Dear things are resold"));
        string[] payments = ["""{"amount":60000,"currency":"MXN","email":"ana@shop.example"}""", """{"amount":60000,"currency":"MXN","email":"x9k2q7w8z@mailinator.com","billing":{"country":"US"},"payment_method":{"type":"card","card_bin":"411111","card_last4":"4242","card_country":"BR","card_brand":"visa"}}"""];
        List<string> ids = [];
        var score = 0;
        foreach (var payment in payments)
        {
            var answer = (await world.Shop.AssessAsync(payment)).MustBeGood();
            ids.Add(answer.Id);
            score = answer.Score;
        }
        await world.FoldedAsync();
        Assert.Equal(("retenida por la regla «Dear»", "marcada por la regla «Dear»"), (await SaidAsync(ids[0]), await SaidAsync(ids[1])));
        Assert.Equal(("Retenida: decidió esta regla. Sin ella: aprobada. Cuando Monto del pago es mayor que 500.00 MXN", $"Marcada: la regla coincidió, pero sin ella la decisión sería la misma. Su puntaje de {score} alcanza el umbral. Cuando Monto del pago es mayor que 500.00 MXN (pide revisión sea cual sea el puntaje)"), (await MeansAsync(ids[0]), await MeansAsync(ids[1])));

        // Of two that ask for the same neither decided.
        await PolicyTests.RuledAsync(world.App, new PolicyRule("dear", "Dear", "when amount > 500 MXN then review", "Dear things are resold"), new PolicyRule("round", "Round", "when amount = 600 MXN then review", "Round sums are odd"));
        var both = (await world.Shop.AssessAsync(payments[0])).MustBeGood().Id;
        await world.FoldedAsync();
        Assert.Equal("marcada por la regla «Dear» y 1 más", await SaidAsync(both));
        Assert.Equal("Marcada: estas reglas coincidieron, pero sin cualquiera de ellas la decisión sería la misma. «Dear»: Cuando Monto del pago es mayor que 500.00 MXN (pide revisión sea cual sea el puntaje). «Round»: Cuando Monto del pago es 600.00 MXN (pide revisión sea cual sea el puntaje).", await MeansAsync(both));
        Assert.Equal(2, (await world.App.As(World.Maria).PageAsync($"{Queue}/{both}")).QuerySelectorAll(".step-decides").Count(d => d.TextContent.Contains("pide revisión sea cual sea el puntaje", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("hour between 0 and 5", "is between 0:00 and 5:59")]
    [InlineData("hour not between 9 and 17", "is not between 9:00 and 17:59")]
    [InlineData("time.hour < 6", "is less than 6:00")]
    [InlineData("hour >= 22", "is at least 22:00")]
    [InlineData("hour > 21", "is more than 21:59")]
    [InlineData("hour <= 4", "is at most 4:59")]
    [InlineData("hour = 3", "is 3")]
    public void An_hour_that_a_rule_asks_for_lasts_until_its_last_minute(string asked, string said)
    {
        var culture = (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture);
        try
        {
            CultureInfo.CurrentCulture = CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("en-US");
            Assert.EndsWith(said, new Texts().Say(new PolicyRule("night", "Night", $"when {asked}\nthen add 20", "Late")), StringComparison.Ordinal);
        }
        finally
        {
            (CultureInfo.CurrentCulture, CultureInfo.CurrentUICulture) = culture;
        }
    }

    [Fact]
    public async Task Among_the_last_events_it_has_what_was_decided_as_its_head_has()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var (maria, item) = (await world.PersonAsync(World.Maria), await AddressAsync(world));
        async Task<IElement> BoxAsync() => (await world.App.As(World.Maria).PageAsync(item)).QuerySelector(".strip .is-here")!;
        Assert.True((await BoxAsync()).ClassList.Contains("is-review"));
        Assert.True((await world.DecideAsync(maria, (await world.NextAsync(maria))!.Value, new(ReviewOutcome.Approve, "known_customer"))).IsDone);
        foreach (var seconds in (int[])[0, 60])
        {
            world.App.Clock.Advance(TimeSpan.FromSeconds(seconds));
            await world.SettleAsync();
            var box = await BoxAsync();
            Assert.True(box.ClassList.Contains("is-approve"), box.ClassName);
            Assert.Contains("Revisión, después aprobada", box.GetAttribute("title"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Once_it_is_decided_its_authorisation_is_a_day_and_no_alarm()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var (maria, item) = (await world.PersonAsync(World.Maria), await AddressAsync(world));
        world.App.Clock.Advance(TimeSpan.FromHours(4));
        async Task<IDocument> PageAsync() => await world.App.As(World.Maria).PageAsync(item);
        Assert.Equal("La autorización vence en 1 h", (await PageAsync()).QuerySelector(".review-bar .lapses.is-overdue time[data-lapses]")!.TextContent);
        Assert.True((await world.DecideAsync(maria, (await world.NextAsync(maria))!.Value, new(ReviewOutcome.Approve, "known_customer"))).IsDone);
        foreach (var seconds in (int[])[0, 60])
        {
            world.App.Clock.Advance(TimeSpan.FromSeconds(seconds));
            await world.SettleAsync();
            var bar = (await PageAsync()).QuerySelector(".review-bar")!;
            Assert.Null(bar.QuerySelector(".due, [data-until]"));
            Assert.StartsWith("Autorización hasta el", bar.QuerySelector("[data-lapses-at]")!.TextContent, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task What_was_noted_and_taken_back_stands_in_the_history_alone_and_once()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var (maria, item) = (await world.PersonAsync(World.Maria), await AddressAsync(world));
        Assert.True((await world.DecideAsync(maria, (await world.NextAsync(maria))!.Value, new(ReviewOutcome.Challenge, "confirm_card", "Pedir 3DS"))).IsDone);
        var lease = (await world.DoAsync<UndoReviews, (ReviewLease? Lease, ReviewAnswer)>(d => d.UndoAsync(maria, 1, default))).Lease!.Value;
        var page = await world.App.As(World.Maria).PageAsync(item);
        Assert.Equal((1, null), (Quotes(page), page.QuerySelector(".case-notes")));
        Assert.True((await world.DecideAsync(maria, lease, new(ReviewOutcome.Challenge, "confirm_card", "Pedir 3DS"))).IsDone);
        page = await world.App.As(World.Maria).PageAsync(item);
        Assert.Equal(1, Quotes(page));
        Assert.EndsWith("· 1 nota", page.QuerySelector("#history + span")!.TextContent, StringComparison.Ordinal);

        static int Quotes(IDocument page) => page.QuerySelectorAll(".timeline-list li").Count(li => li.TextContent.Contains("Pedir 3DS", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_lists_lead_back_to_the_review_and_name_the_payment_that_was_reported()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(1);
        var approved = (await world.Shop.AssessAsync("""{"amount":100,"currency":"MXN","email":"buena@tienda.example"}""")).MustBeGood().Id;
        await world.FoldedAsync();
        var item = await AddressAsync(world);
        world.App.Clock.Advance(TimeSpan.FromMinutes(1));
        await world.App.InDbAsync(async db =>
        {
            foreach (var (value, payment) in ((string, string)[])[("payer1@held.example", item[(Queue.Length + 1)..]), ("other@held.example", approved), ("gone@held.example", Guid.CreateVersion7().ToString())])
                db.Add(new ListEntry { Type = ListType.Email, Value = value, Severity = ListSeverity.Block, Reason = $"Reported fraud: chargeback, transaction {payment}", CreatedAt = world.App.Clock.GetUtcNow() });
            await db.SaveChangesAsync();
        });
        var maria = world.App.As(World.Maria);
        using var asked = new HttpRequestMessage(HttpMethod.Get, "/dashboard/protection/blocklists?q=held.example");
        asked.Headers.Referrer = new Uri(maria.BaseAddress!.GetLeftPart(UriPartial.Authority) + item + "?queue=1");
        var page = await (await maria.SendAsync(asked)).HtmlAsync();
        Assert.Equal(item + "?queue=1", page.QuerySelector("a[data-back]")!.GetAttribute("href"));
        // Without a review to the payment; where that is gone nowhere.
        var links = page.QuerySelectorAll("td small a");
        Assert.Equal([(item, "…" + item[^8..]), ($"/dashboard/transactions/{approved}", "…" + approved[^8..])], links.Select(a => (a.GetAttribute("href")!, a.TextContent)).Order());
        Assert.All(links, a => Assert.StartsWith("Reportado como fraude: ", a.ParentElement!.TextContent, StringComparison.Ordinal));
        Assert.Null((await maria.PageAsync("/dashboard/protection/blocklists")).QuerySelector("a[data-back]"));
        Assert.Contains((await maria.PageAsync(item)).QuerySelectorAll(".entries a[data-review]"), a => a.GetAttribute("href") == item);
    }

    private static async Task<string> AddressAsync(ReviewWorld world) => $"{Queue}/{await world.App.InDbAsync(db => db.Set<StoredAssessment>().Where(a => a.Seq == 1).Select(a => a.Id).SingleAsync())}";
}
