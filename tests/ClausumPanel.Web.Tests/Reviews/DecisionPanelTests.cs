using System.Net;
using AngleSharp.Dom;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Reviews;

public sealed class DecisionPanelTests
{
    private const string Queue = "/dashboard/reviews", Own = "Este pago es suyo: debe decidirlo otra persona.", Second = "Usted decidió primero: una segunda persona debe verla.", Fixed = "El orden de esta cola es fijo: tome la siguiente.", Admins = "En esta cola solo deciden los administradores.";

    [Theory]
    [InlineData("skip", "Input.SkipReason", "not_my_area", "Omitida {0} · {1}")]
    [InlineData("hold", "Input.HoldUntil", "2026-11-24T12:00", "Apartada hasta el 24 nov 2026, 12:00 {0} · {1}")]
    [InlineData("escalate", "Input.EscalateNote", "Two cards, one address", "Escalada {0} · {1}")]
    public async Task Who_passes_one_on_and_stops_is_given_no_other_case(string part, string field, string value, string said)
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(3);
        await world.FoldedAsync();
        var maria = world.App.As(World.Maria);
        var item = await StartAsync(maria);
        var page = await maria.PageAsync(item);
        // The next one is kept ready already.
        await maria.PostAsync(page.QuerySelector("#decide")!.GetAttribute("data-ahead"), Form.Read(page, "#decide").Content);
        Assert.Equal(2, await world.App.InDbAsync(db => db.Set<Review>().CountAsync(r => r.LeaseToken != null)));

        var stop = page.QuerySelector($"details[data-key={part}] button[name=finish]")!;
        var form = Form.Read(page, "#decide");
        form[field] = value;
        if (part == "hold") form["Input.HoldFor"] = "other";
        form.Press("finish", stop.GetAttribute("value")!);
        using var stopped = await maria.PostAsync(stop.GetAttribute("formaction"), form.Content);
        Assert.Equal((HttpStatusCode.Redirect, Queue), (stopped.StatusCode, stopped.Headers.Location!.ToString().Split('?')[0]));
        Assert.Equal(0, await world.App.InDbAsync(db => db.Set<Review>().CountAsync(r => r.LeaseToken != null)));
        var (amount, payer) = (page.QuerySelector("#item")!.TextContent, page.QuerySelector("[data-payer]")!.TextContent);
        Assert.Equal(said.Replace("{0}", amount, StringComparison.Ordinal).Replace("{1}", payer, StringComparison.Ordinal), (await maria.PageAsync(stopped.Headers.Location.ToString())).QuerySelector(".toast-line:not([role]) > span")!.TextContent);
    }

    [Fact]
    public async Task A_step_that_is_refused_brings_the_item_back_to_who_wanted_to_stop()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var maria = world.App.As(World.Maria);
        var page = await maria.PageAsync(await StartAsync(maria));
        var form = Form.Read(page, "#decide");
        form.Press("finish", "yes");
        using var refused = await maria.PostAsync(page.QuerySelector("details[data-key=skip] button[name=finish]")!.GetAttribute("formaction"), form.Content);
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "Elija un motivo."), (refused.StatusCode, (await refused.HtmlAsync()).QuerySelector("#refused")!.TextContent));
        Assert.Equal(1, await world.App.InDbAsync(db => db.Set<Review>().CountAsync(r => r.LeaseToken != null)));
    }

    [Fact]
    public async Task What_is_refused_is_said_beside_its_button_and_everything_chosen_is_there_again()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var maria = world.App.As(World.Maria);
        var page = await maria.PageAsync(await StartAsync(maria));
        var form = Form.Read(page, "#decide");
        (form["Input.Outcome"], form["Input.ChallengeReason"], form["Input.Note"]) = ("Challenge", "confirm_identity", "Llamarle");
        (form["Input.Lists[0].Chosen"], form["Input.Lists[0].Days"]) = ("true", "365");
        using var refused = await maria.PostAsync(page.QuerySelector("#decide")!.GetAttribute("action"), form.Content);
        var again = await refused.HtmlAsync();
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "Pedir verificación no agrega nada a las listas: bloquee o permita valores con una aprobación o un rechazo."), (refused.StatusCode, again.QuerySelector(".review-confirm [role=alert]#refused:not([hidden])")!.TextContent));
        Assert.Single(again.QuerySelectorAll("#refused"));
        Assert.Empty(again.QuerySelectorAll("#review-said .alert"));
        Assert.Equal(("Challenge", "confirm_identity", "Llamarle"), (again.QuerySelector("[name='Input.Outcome'][checked]")?.GetAttribute("value"), again.QuerySelector("[name='Input.ChallengeReason'][checked]")?.GetAttribute("value"), again.QuerySelector("[name='Input.Note']")!.TextContent.Trim()));
        Assert.Equal([("Input.Lists[0].Chosen", "365")], again.QuerySelectorAll(".list-choice [type=checkbox][checked]").Select(b => (b.GetAttribute("name"), b.Closest(".list-choice")!.QuerySelector("option[selected]")!.GetAttribute("value"))));

        // Of what puts it off, in its own part, which is open again.
        using var skipped = await maria.PostAsync(page.QuerySelector("details[data-key=skip] button")!.GetAttribute("formaction"), Form.Read(again, "#decide").Content);
        var part = (await skipped.HtmlAsync()).QuerySelector("details[data-key=skip][open] [role=alert]#refused")!;
        Assert.Equal("Elija un motivo.", part.TextContent);
    }

    [Fact]
    public async Task A_payment_of_their_own_can_be_passed_on_but_not_decided()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.App.InDbAsync(async db =>
        {
            db.Add(new ListEntry { Type = ListType.Email, Value = World.Maria.Email, Severity = ListSeverity.Review, CreatedAt = world.App.Clock.GetUtcNow() });
            await db.SaveChangesAsync();
            await world.App.Services.GetRequiredService<ListShelf>().ReloadAsync(db, default);
        });
        (await world.Shop.AssessAsync($$"""{"amount":100,"currency":"MXN","email":"{{World.Maria.Email}}"}""")).MustBeGood();
        await world.FoldedAsync();
        var (maria, tomas) = (world.App.As(World.Maria), world.App.As(World.Tomas));
        var item = await AddressAsync(world, 1);
        Assert.Equal((Own, null), Offered(await maria.PageAsync(item)));
        Assert.Equal((null, "Take"), Offered(await tomas.PageAsync(item)));

        // Given to her as the next one, she passes it on.
        var page = await maria.PageAsync(await StartAsync(maria));
        Assert.Equal(Own, page.QuerySelector("#decide [data-barred]")!.TextContent);
        Assert.Empty(page.QuerySelectorAll("#decide [name='Input.Outcome'], #decide [data-key=confirm], #decide [data-key=finish], #decide [data-key=block]"));
        var form = Form.Read(page, "#decide");
        form["Input.SkipReason"] = "conflict_of_interest";
        using var skipped = await maria.PostAsync(page.QuerySelector("details[data-key=skip] button")!.GetAttribute("formaction"), form.Content);
        Assert.Equal(HttpStatusCode.Redirect, skipped.StatusCode);
        Assert.Equal(1, await world.App.InDbAsync(db => db.Set<ReviewEvent>().CountAsync(e => e.Kind == ReviewEventKind.Skipped)));
    }

    [Fact]
    public async Task The_card_itself_and_a_companys_domain_can_be_listed_and_a_free_providers_cannot()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.App.InDbAsync(async db =>
        {
            db.Add(new ListEntry { Type = ListType.Email, Value = "retenida@gmail.com", Severity = ListSeverity.Review, CreatedAt = world.App.Clock.GetUtcNow() });
            await db.SaveChangesAsync();
            await world.App.Services.GetRequiredService<ListShelf>().ReloadAsync(db, default);
        });
        const string Card = "\"type\":\"card\",\"card_bin\":\"411111\",\"card_last4\":\"4242\"";
        var whole = (await world.Shop.AssessAsync($$$"""{"amount":100,"currency":"MXN","email":"ana@held.example","payment_method":{{{{Card}}},"card_hash":"9f86d081884c7d65"}}""")).MustBeGood();
        var range = (await world.Shop.AssessAsync($$$"""{"amount":100,"currency":"MXN","email":"retenida@gmail.com","payment_method":{{{{Card}}}}}""")).MustBeGood();
        await world.FoldedAsync();
        var maria = world.App.As(World.Maria);
        async Task<Dictionary<string, string>> OfferedValuesAsync(string id)
        {
            await maria.SubmitAsync($"{Queue}/{id}", "form[action*=Take]");
            var page = await maria.PageAsync($"{Queue}/{id}");
            return page.QuerySelectorAll(".list-choice").ToDictionary(c => c.QuerySelector("input[type=hidden]")!.GetAttribute("value")!, c => c.QuerySelector(".form-check-label")!.TextContent);
        }

        var offered = await OfferedValuesAsync(whole.Id);
        Assert.Contains("••4242 (411111)", offered[nameof(ListType.CardHash)], StringComparison.Ordinal);
        Assert.Contains("held.example", offered[nameof(ListType.EmailDomain)], StringComparison.Ordinal);
        Assert.DoesNotContain("no envía su hash", offered[nameof(ListType.CardBin)], StringComparison.Ordinal);
        offered = await OfferedValuesAsync(range.Id);
        Assert.DoesNotContain(nameof(ListType.EmailDomain), offered.Keys);
        Assert.DoesNotContain(nameof(ListType.CardHash), offered.Keys);
        Assert.Contains("no envía su hash", offered[nameof(ListType.CardBin)], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_the_server_would_refuse_has_no_button_and_the_reason_stands_in_its_place()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(4);
        await world.FoldedAsync();
        var (maria, tomas, ines, victor) = (world.App.As(World.Maria), world.App.As(World.Tomas), world.App.As(World.Ines), world.App.As(World.Victor));
        await SetAsync(world, q => q.SecondAbove = "{\"MXN\":1}");
        var first = await StartAsync(maria);
        using var decided = await maria.SubmitAsync(first, "#decide", ("Input.Outcome", "Approve"), ("Input.ApproveReason", "known_customer"));
        await RefusedAsync(maria, first, Second);
        Assert.Equal((null, "Take"), Offered(await tomas.PageAsync(first)));
        var given = await maria.PageAsync(decided.Headers.Location!.ToString());
        Assert.NotNull(given.QuerySelector("#decide [data-key=confirm]"));

        // The order is fixed: what one has goes on, the others are not picked, except by an admin.
        await SetAsync(world, q => q.IsRestricted = true);
        Assert.NotNull((await maria.PageAsync(decided.Headers.Location.ToString())).QuerySelector("#decide [data-key=confirm]"));
        var free = await AddressAsync(world, await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.LeaseToken == null && r.FirstById == null).OrderBy(r => r.Seq).Select(r => r.Seq).FirstAsync()));
        await RefusedAsync(tomas, free, Fixed);
        Assert.Equal((null, "Take"), Offered(await ines.PageAsync(free)));
        // What is kept ready for somebody is the next one.
        var ready = await tomas.PageAsync(await StartAsync(tomas));
        using var ahead = await tomas.PostAsync(ready.QuerySelector("#decide")!.GetAttribute("data-ahead"), Form.Read(ready, "#decide").Content);
        Assert.Equal((null, "Take"), Offered(await tomas.PageAsync($"{Queue}/{ahead.Headers.GetValues("X-Ahead").Single()}")));

        // For admins: nobody else takes it, begins there, or is led there unasked; who only looks is told as well.
        await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.LeaseToken != null).ExecuteUpdateAsync(r => r.SetProperty(x => x.LeaseUntil, 0)));
        await world.App.InDbAsync(db => db.Set<Review>().ExecuteUpdateAsync(r => r.SetProperty(x => x.Queue, ReviewQueue.EscalatedNumber)));
        await RefusedAsync(maria, free, Admins);
        Assert.Equal((Admins, null), Offered(await victor.PageAsync(free)));
        Assert.Equal((null, "Take"), Offered(await ines.PageAsync(free)));
        var closed = await maria.PageAsync($"{Queue}?queue={ReviewQueue.EscalatedNumber}");
        Assert.Equal((Admins, null), (closed.QuerySelector("[data-closed]")!.TextContent, closed.QuerySelector("form[action*=Start]")));
        Assert.Equal("1", (await maria.PageAsync(Queue)).QuerySelector(".tile.is-chosen")!.GetAttribute("data-queue"));
        Assert.NotNull((await ines.PageAsync($"{Queue}?queue={ReviewQueue.EscalatedNumber}")).QuerySelector("form[action*=Start]"));
        Assert.Equal($"{ReviewQueue.EscalatedNumber}", (await ines.PageAsync(Queue)).QuerySelector(".tile.is-chosen")!.GetAttribute("data-queue"));
    }

    [Fact]
    public async Task An_admin_does_not_take_over_what_they_decided_first()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        await SetAsync(world, q => q.SecondAbove = "{\"MXN\":1}");
        var (ines, tomas) = (world.App.As(World.Ines), world.App.As(World.Tomas));
        var item = await StartAsync(ines);
        await ines.SubmitAsync(item, "#decide", ("Input.Outcome", "Approve"), ("Input.ApproveReason", "known_customer"));
        world.App.Clock.Advance(TimeSpan.FromSeconds(8));
        await StartAsync(tomas);
        var page = await ines.PageAsync(item);
        Assert.Equal((Second, null), Offered(page));
        Assert.Contains(World.Tomas.Name, page.QuerySelector(".review-decide")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_came_in_and_what_of_it_still_waits_stands_beside_each_queue()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(4);
        await world.FoldedAsync();
        var maria = await world.PersonAsync(World.Maria);
        Assert.True((await world.DecideAsync(maria, (await world.NextAsync(maria))!.Value, new(ReviewOutcome.Approve, "known_customer"))).IsDone);
        var away = (await world.NextAsync(maria))!.Value;
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.HoldAsync(maria, away.Seq, away.Token, world.App.Clock.GetUtcNow().AddHours(1), null, default))).IsDone);
        var victor = world.App.As(World.Victor);
        Assert.Equal("4 = decididas 1 + en espera 2 + apartadas 1", (await victor.PageAsync(Queue + "/quality")).QuerySelector("[data-fill='1'] [data-parts]")!.TextContent);
        world.App.Clock.Advance(TimeSpan.FromHours(1));
        victor = world.App.As(World.Victor);
        Assert.Equal("4 = decididas 1 + en espera 3", (await victor.PageAsync(Queue + "/quality")).QuerySelector("[data-fill='1'] [data-parts]")!.TextContent);
    }

    [Fact]
    public async Task What_is_put_away_is_listed_with_until_when_by_whom_and_why_and_its_page_says_the_same()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(3);
        await world.FoldedAsync();
        var (maria, tomas) = (world.App.As(World.Maria), world.App.As(World.Tomas));
        var item = await StartAsync(maria);
        var page = await maria.PageAsync(item);
        // Their clock is the organization's: there is no other hour to tell.
        Assert.DoesNotContain("en el comercio", page.QuerySelector("details[data-key=hold]")!.TextContent, StringComparison.Ordinal);
        var form = Form.Read(page, "#decide");
        (form["Input.HoldFor"], form["Input.HoldUntil"], form["Input.HoldNote"]) = ("other", "2026-11-25T08:30", "Espera al banco");
        form.Press("finish", "yes");
        using var stopped = await maria.PostAsync(page.QuerySelector("details[data-key=hold] button[name=finish]")!.GetAttribute("formaction"), form.Content);
        Assert.Equal(HttpStatusCode.Redirect, stopped.StatusCode);
        // Another one its queue only lets settle: nobody put it away.
        var settling = await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.VisibleAt <= TestClock.Start.ToUnixTimeMilliseconds()).OrderBy(r => r.Seq).Select(r => r.Seq).FirstAsync());
        await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.Seq == settling).ExecuteUpdateAsync(r => r.SetProperty(x => x.VisibleAt, TestClock.Start.AddHours(2).ToUnixTimeMilliseconds())));

        foreach (var address in (string[])[Queue, $"{Queue}?queue=1"])
        {
            var list = await tomas.PageAsync(address);
            Assert.Equal("Apartadas (1)", list.QuerySelector("#put-away")!.TextContent);
            var row = Assert.Single(list.QuerySelectorAll("tr[data-away]"));
            Assert.Equal(item.Split('?')[0], row.QuerySelector("a[data-open]")!.GetAttribute("href")!.Split('?')[0]);
            foreach (var told in (string[])["25 nov 2026, 08:30", page.QuerySelector("#item")!.TextContent, page.QuerySelector("[data-payer]")!.TextContent, World.Maria.Name, "Espera al banco"])
                Assert.Contains(told, row.TextContent, StringComparison.Ordinal);
            Assert.Single(list.QuerySelectorAll("tr[data-seq]"));
        }
        Assert.Null((await tomas.PageAsync($"{Queue}?queue=2")).QuerySelector("#put-away"));
        var stands = (await tomas.PageAsync(item)).QuerySelector(".review-decide")!.TextContent;
        Assert.Contains("Apartada hasta el 25 nov 2026, 08:30 por María Analiza.", stands, StringComparison.Ordinal);
        Assert.Contains("Espera al banco", stands, StringComparison.Ordinal);
        Assert.Contains("Su cola la muestra a partir del 24 nov 2026, 11:00.", (await tomas.PageAsync(await AddressAsync(world, settling))).QuerySelector(".review-decide")!.TextContent, StringComparison.Ordinal);

        // Their time comes, and they wait like the others.
        world.App.Clock.Advance(TimeSpan.FromDays(1));
        var later = await world.App.As(World.Tomas).PageAsync(Queue);
        Assert.Equal((null, 3), (later.QuerySelector("#put-away"), later.QuerySelectorAll("tr[data-seq]").Length));
    }

    /// <summary>And whoever decides the hard ones reads at once who asks, and what.</summary>
    [Fact]
    public async Task Who_takes_what_was_put_away_ends_that_and_what_is_escalated_then_waits_with_its_question()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var maria = await world.PersonAsync(World.Maria);
        var away = (await world.NextAsync(maria))!.Value;
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.HoldAsync(maria, away.Seq, away.Token, world.App.Clock.GetUtcNow().AddHours(1), null, default))).IsDone);
        var taken = (await world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer Answer)>(l => l.TakeAsync(maria, away.Seq, default))).Lease!.Value;
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.EscalateAsync(maria, away.Seq, taken.Token, "¿Es la misma tarjeta?", default))).IsDone);
        var ines = world.App.As(World.Ines);
        var queue = await ines.PageAsync($"{Queue}?queue={ReviewQueue.EscalatedNumber}");
        Assert.Null(queue.QuerySelector("#put-away"));
        Assert.Equal("1", queue.QuerySelector($"[data-queue='{ReviewQueue.EscalatedNumber}'] [data-waiting]")!.TextContent);
        var page = await ines.PageAsync(queue.QuerySelector("a[data-open]")!.GetAttribute("href")!);
        Assert.Equal("La escaló María Analiza: ¿Es la misma tarjeta?", page.QuerySelector("[data-escalated]")!.TextContent);
    }

    [Fact]
    public async Task The_key_that_chooses_rows_is_offered_to_those_who_may_decide_many()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        foreach (var (person, may) in ((Person, bool)[])[(World.Ines, true), (World.Maria, false), (World.Victor, false)])
        {
            var page = await world.App.As(person).PageAsync(Queue);
            Assert.Equal((may, may), (page.QuerySelector("tr[data-seq] input[name=seqs]") is not null, page.QuerySelector("#keys [data-remap=pick]") is not null));
        }
    }

    [Fact]
    public async Task The_keys_that_go_to_a_page_are_links_to_it()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        var maria = world.App.As(World.Maria);
        var links = (await maria.PageAsync(Queue)).QuerySelectorAll("#keys a[data-go]").Select(a => (a.GetAttribute("data-go"), a.GetAttribute("href"), a.TextContent)).ToList();
        Assert.Equal([("/", "/dashboard/transactions#q", "Buscar aquí o, si no, en el monitor"), ("q", "/dashboard/reviews", "Ir a: Revisiones"), ("p", "/dashboard", "Ir a: Panel"), ("r", "/dashboard/protection", "Ir a: Protección")], links);
        foreach (var (_, address, _) in links) await maria.PageAsync(address!);
    }

    /// <summary>The reason that stands there, and what the item is to be had by.</summary>
    private static (string? Barred, string? Button) Offered(IDocument page) => (page.QuerySelector(".review-decide [data-barred]")?.TextContent,
        page.QuerySelector(".review-decide form[action*='handler=Take']")?.GetAttribute("action")!.Split("handler=")[1].Split('&')[0]);

    /// <summary>It has no button, and who asks without one is told the same.</summary>
    private static async Task RefusedAsync(HttpClient browser, string item, string reason)
    {
        var page = await browser.PageAsync(item);
        Assert.Equal((reason, null), Offered(page));
        var token = page.QuerySelector("[name=__RequestVerificationToken]")!.GetAttribute("value")!;
        using var refused = await browser.PostAsync($"{item.Split('?')[0]}?handler=Take", new FormUrlEncodedContent([new("__RequestVerificationToken", token)]));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, reason), (refused.StatusCode, (await refused.HtmlAsync()).QuerySelector("#refused")!.TextContent));
    }

    private static async Task<string> StartAsync(HttpClient browser)
    {
        using var started = await browser.SubmitAsync(Queue, "form[action*=Start]");
        Assert.Equal(HttpStatusCode.Redirect, started.StatusCode);
        return started.Headers.Location!.ToString();
    }

    private static async Task<string> AddressAsync(ReviewWorld world, long seq) => $"{Queue}/{await world.App.InDbAsync(db => db.Set<StoredAssessment>().Where(a => a.Seq == seq).Select(a => a.Id).SingleAsync())}";

    private static Task SetAsync(ReviewWorld world, Action<ReviewQueue> change) => world.App.InDbAsync(async db =>
    {
        change(await db.Set<ReviewQueue>().SingleAsync(q => q.Number == 1));
        await db.SaveChangesAsync();
    });
}
