using System.Net;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Tests.Reviews;

public sealed class ReviewPageTests
{
    private const string Queue = "/dashboard/reviews";

    [Fact]
    public async Task An_analyst_starts_decides_is_shown_the_next_and_takes_the_last_one_back()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(3);
        await world.FoldedAsync();
        var maria = world.App.As(World.Maria);
        var queue = await maria.PageAsync(Queue);
        Assert.Equal(["3", "0", "0", "0"], queue.QuerySelectorAll("[data-waiting]").Select(w => w.TextContent));
        Assert.Equal(3, queue.QuerySelectorAll("tr[data-seq]").Length);

        var first = await StartAsync(maria);
        var page = await maria.PageAsync(first);
        Assert.Contains("payer", page.QuerySelector(".review-bar")!.TextContent, StringComparison.Ordinal);
        Assert.NotNull(page.QuerySelector("#decide"));
        var refused = await maria.SubmitAsync(first, "#decide", ("Input.Outcome", "Decline"));
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "Elija un motivo."), (refused.StatusCode, (await refused.HtmlAsync()).QuerySelector("#refused")!.TextContent));
        world.App.Clock.Advance(TimeSpan.FromSeconds(20));
        var decided = await maria.SubmitAsync(first, "#decide", ("Input.Outcome", "Decline"), ("Input.DeclineReason", "stolen_card"), ("Input.ReadingMilliseconds", "18500"));
        Assert.Equal(HttpStatusCode.Redirect, decided.StatusCode);
        var second = decided.Headers.Location!.ToString();
        Assert.NotEqual(first, second);
        var next = await maria.PageAsync(second);
        Assert.NotNull(next.QuerySelector("#decide"));
        var undo = next.QuerySelector(".toast-line form")!;
        var undone = await maria.PostAsync(undo.GetAttribute("action"), new FormUrlEncodedContent([new("__RequestVerificationToken", undo.QuerySelector("[name=__RequestVerificationToken]")!.GetAttribute("value")!)]));
        Assert.EndsWith(first.Split('?')[0], undone.Headers.Location!.ToString().Split('?')[0], StringComparison.Ordinal);
        Assert.NotNull((await maria.PageAsync(first)).QuerySelector("#decide"));
        Assert.Equal([18_500], await world.App.InDbAsync(db => db.Set<ReviewEvent>().Where(e => e.Kind == ReviewEventKind.Decided).Select(e => e.ReadingMilliseconds!.Value).ToListAsync()));
    }

    [Fact]
    public async Task Who_confirms_and_stops_takes_no_other_case_and_can_still_undo_and_what_was_undone_comes_first()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(3);
        await world.FoldedAsync();
        var maria = world.App.As(World.Maria);
        var first = await StartAsync(maria);
        await maria.SubmitAsync(first, "#decide", ("Input.Outcome", "Decline"), ("Input.DeclineReason", "stolen_card"));
        var second = await StartAsync(maria);
        Assert.NotEqual(first.Split('?')[0], second.Split('?')[0]);
        using var asked = await maria.GetAsync(second);
        var form = await Form.ReadAsync(asked, "#decide");
        (form["Input.Outcome"], form["Input.ApproveReason"]) = ("Approve", "known_customer");
        form.Press("finish", "yes");
        var stopped = await maria.PostAsync(form.Action, form.Content);
        Assert.Equal(Queue, stopped.Headers.Location!.ToString().Split('?')[0]);
        Assert.Equal(0, await world.App.InDbAsync(db => db.Set<Review>().CountAsync(r => r.LeaseOwner != null && r.State == ReviewState.Open)));
        var queue = await maria.PageAsync(stopped.Headers.Location!.ToString());
        var undo = queue.QuerySelector(".toast-line form")!;

        // A third one is begun before the second is taken back.
        var third = await StartAsync(maria);
        world.App.Clock.Advance(TimeSpan.FromSeconds(1));
        await maria.PostAsync(undo.GetAttribute("action"), new FormUrlEncodedContent([new("__RequestVerificationToken", undo.QuerySelector("[name=__RequestVerificationToken]")!.GetAttribute("value")!)]));
        Assert.NotEqual(second.Split('?')[0], third.Split('?')[0]);
        Assert.Equal(second.Split('?')[0], (await StartAsync(maria)).Split('?')[0]);
    }

    [Fact]
    public async Task One_is_spoken_of_as_one_and_a_priority_opens_to_its_parts()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(2);
        await world.FoldedAsync();
        var maria = world.App.As(World.Maria);
        var first = await StartAsync(maria);
        var decided = await maria.SubmitAsync(first, "#decide", ("Input.Outcome", "Decline"), ("Input.DeclineReason", "friendly_fraud"));
        var next = await maria.PageAsync(decided.Headers.Location!.ToString());
        Assert.Equal("1 revisión decidida hoy, 1 en espera en esta cola", next.QuerySelector("#review-item [data-progress]")!.TextContent);
        Assert.Equal("tomada por usted, quedan 15 min", next.QuerySelector("[data-until]:not(#review-said, time)")!.TextContent);
        var queue = await maria.PageAsync(Queue);
        Assert.Contains("1 tomada", queue.QuerySelector(".queue-tiles")!.TextContent, StringComparison.Ordinal);
        var priority = queue.QuerySelector("details.priority")!;
        Assert.Equal(4, priority.QuerySelectorAll("dt").Length);
        Assert.Contains("parte del monto según el puntaje: lo que se perdería", priority.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_order_and_the_day_at_the_shop_stand_beside_the_amount()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.App.InDbAsync(db => db.Users.Where(u => u.Email == World.Maria.Email).ExecuteUpdateAsync(u => u.SetProperty(x => x.TimeZone, "UTC")));
        // 17:00 in Mexico, 23:00 in UTC; then 19:53 there, and tomorrow here.
        foreach (var (hours, order, there) in new[] { (8.0, "\"EL-56796\"", "UTC · 17:00 en el comercio"), (2.9, "null", "UTC · 24 nov 19:54 en el comercio") })
        {
            world.App.Clock.Advance(TimeSpan.FromHours(hours));
            var paid = (await world.Shop.AssessAsync($$"""{"amount":20000,"currency":"MXN","email":"day@held.example","order_id":{{order}}}""")).MustBeGood();
            await world.FoldedAsync();
            var bar = (await world.App.As(World.Maria).PageAsync($"{Queue}/{paid.Id}")).QuerySelector(".review-bar")!;
            Assert.Equal(there, bar.QuerySelector("[data-at-shop]")!.TextContent.Trim());
            Assert.Equal(order.Trim('"'), bar.QuerySelector("[data-order]")?.TextContent ?? "null");
            var victors = (await world.App.As(World.Victor).PageAsync($"{Queue}/{paid.Id}")).QuerySelector(".review-bar")!;
            Assert.Null(victors.QuerySelector("[data-at-shop]"));
        }
    }

    [Theory]
    [InlineData(0, 0, "UTC")]
    [InlineData(-6, 0, "UTC-6")]
    [InlineData(5, 30, "UTC+5:30")]
    public void A_clock_is_named_by_how_far_it_is_from_utc(int hours, int minutes, string name) => Assert.Equal(name, Web.Plumbing.Reader.Offset(new TimeSpan(hours, minutes, 0)));

    [Fact]
    public async Task How_many_wait_says_where_and_what_is_decided_is_late_no_more()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(3);
        await world.FoldedAsync();
        await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.Seq > 1).ExecuteUpdateAsync(r => r.SetProperty(x => x.Queue, 2)));
        var maria = world.App.As(World.Maria);
        var item = await StartAsync(maria);
        Assert.EndsWith("?queue=1", item, StringComparison.Ordinal);
        Assert.EndsWith(", 1 en espera en esta cola", (await maria.PageAsync(item)).QuerySelector("[data-progress]:not(#review-said)")!.TextContent, StringComparison.Ordinal);
        Assert.EndsWith(", 3 en espera en todas las colas", (await maria.PageAsync(item.Split('?')[0])).QuerySelector("[data-progress]:not(#review-said)")!.TextContent, StringComparison.Ordinal);

        world.App.Clock.Advance(TimeSpan.FromHours(2));
        maria = world.App.As(World.Maria);
        Assert.NotNull((await maria.PageAsync(item)).QuerySelector(".review-bar time.due.is-overdue"));
        Assert.Equal(item, await StartAsync(maria));
        await maria.SubmitAsync(item, "#decide", ("Input.Outcome", "Approve"), ("Input.ApproveReason", "known_customer"));
        Assert.Null((await maria.PageAsync(item)).QuerySelector(".review-bar time.due"));
        world.App.Clock.Advance(TimeSpan.FromMinutes(1));
        await world.SettleAsync();
        var closed = await maria.PageAsync(item);
        Assert.NotNull(closed.QuerySelector("form[action*=Reopen]"));
        Assert.Null(closed.QuerySelector(".review-bar time.due"));
    }

    [Fact]
    public async Task Who_goes_back_to_the_queues_finds_the_one_they_came_from()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(2);
        await world.FoldedAsync();
        await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.Seq == 2).ExecuteUpdateAsync(r => r.SetProperty(x => x.Queue, 2)));
        var maria = world.App.As(World.Maria);
        var item = (await maria.PageAsync($"{Queue}?queue=2")).QuerySelector("tr[data-seq] a[data-open]")!.GetAttribute("href")!;
        var back = (await maria.PageAsync(item)).QuerySelector(".review-decide .card-footer a")!.GetAttribute("href")!;
        Assert.Equal("2", (await maria.PageAsync(back)).QuerySelector(".tile.is-chosen")!.GetAttribute("data-queue"));
    }

    [Fact]
    public async Task Who_only_looks_and_who_has_no_lease_decides_nothing_and_the_second_is_told_who_did()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(2);
        await world.FoldedAsync();
        var (maria, tomas, ines, victor, clara) = (world.App.As(World.Maria), world.App.As(World.Tomas), world.App.As(World.Ines), world.App.As(World.Victor), world.App.As(World.Clara));
        var item = await StartAsync(maria);
        var token = (await maria.PageAsync(item)).QuerySelector("[name=Token]")!.GetAttribute("value")!;
        foreach (var onlooker in new[] { victor, clara })
        {
            var seen = await onlooker.PageAsync(item);
            Assert.Empty(seen.QuerySelectorAll("#decide, .review-decide form"));
            foreach (var handler in new[] { "Decide", "Take", "TakeOver", "Skip", "Undo", "Note", "Reopen", "Beat", "Release" })
                Assert.Equal(HttpStatusCode.Forbidden, (await PostAsync(onlooker, item, handler, token)).StatusCode);
            Assert.Equal(HttpStatusCode.Forbidden, (await onlooker.PostAsync(Queue + "?handler=Start", await TokenAsync(onlooker, Queue))).StatusCode);
        }
        var other = await tomas.PageAsync(item);
        Assert.Contains("Tomada por María Analiza; le quedan", other.QuerySelector(".review-decide")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync(tomas, item, "Decide", token)).StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync(tomas, item, "Take", token)).StatusCode);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, (await PostAsync(tomas, item, "TakeOver", token)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(maria, item, "Beat", token)).StatusCode);

        Assert.Equal(HttpStatusCode.Redirect, (await PostAsync(ines, item, "TakeOver", token)).StatusCode);
        Assert.Equal(HttpStatusCode.Gone, (await PostAsync(maria, item, "Beat", token)).StatusCode);
        Assert.Equal(HttpStatusCode.Conflict, (await PostAsync(maria, item, "Decide", token)).StatusCode);
        Assert.Equal(HttpStatusCode.Redirect, (await ines.SubmitAsync(item, "#decide", ("Input.Outcome", "Approve"), ("Input.ApproveReason", "known_customer"))).StatusCode);
        var late = await PostAsync(maria, item, "Decide", token);
        Assert.Equal((HttpStatusCode.Conflict, "Inés Administra la decidió: Aprobar."), (late.StatusCode, (await late.HtmlAsync()).QuerySelector("#refused")!.TextContent));
    }

    [Fact]
    public async Task What_is_left_is_given_back_and_what_is_skipped_held_or_escalated_goes_its_way()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(4);
        await world.FoldedAsync();
        var maria = world.App.As(World.Maria);
        var item = await StartAsync(maria);
        var token = (await maria.PageAsync(item)).QuerySelector("[name=Token]")!.GetAttribute("value")!;
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(maria, item, "Ahead", token)).StatusCode);
        Assert.Equal(2, await world.App.InDbAsync(db => db.Set<Review>().CountAsync(r => r.LeaseToken != null)));
        Assert.Equal(HttpStatusCode.NoContent, (await PostAsync(maria, item, "Release", token)).StatusCode);
        Assert.Equal(0, await world.App.InDbAsync(db => db.Set<Review>().CountAsync(r => r.LeaseToken != null)));
        item = await StartAsync(maria);
        var skipped = await SendAsync(maria, item, "Skip", ("Input.SkipReason", "not_my_area"));
        Assert.Equal(HttpStatusCode.Redirect, skipped.StatusCode);
        var held = await SendAsync(maria, skipped.Headers.Location!.ToString(), "Hold", ("Input.HoldUntil", "2026-11-24T12:00"));
        Assert.Equal(HttpStatusCode.Redirect, held.StatusCode);
        var escalated = await SendAsync(maria, held.Headers.Location!.ToString(), "Escalate", ("Input.EscalateNote", "Two cards, one address"));
        Assert.Equal(HttpStatusCode.Redirect, escalated.StatusCode);
        var kinds = await world.App.InDbAsync(db => db.Set<ReviewEvent>().Where(e => e.Kind != ReviewEventKind.Leased).OrderBy(e => e.Kind).Select(e => e.Kind).ToListAsync());
        Assert.Equal([ReviewEventKind.Released, ReviewEventKind.Skipped, ReviewEventKind.Held, ReviewEventKind.Escalated], kinds);
        Assert.Equal(1, await world.App.InDbAsync(db => db.Set<Review>().CountAsync(r => r.Queue == ReviewQueue.EscalatedNumber)));
    }

    [Fact]
    public async Task A_page_that_went_away_and_is_there_again_in_a_moment_has_lost_nothing_and_one_that_stays_away_gives_it_back()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(2);
        await world.FoldedAsync();
        var (maria, tomas) = (world.App.As(World.Maria), world.App.As(World.Tomas));
        var item = await StartAsync(maria);
        using var ahead = await SendAsync(maria, item, "Ahead", null);
        Assert.Equal(HttpStatusCode.NoContent, (await LeaveAsync()).StatusCode);
        world.App.Clock.Advance(TimeSpan.FromSeconds(9));
        Assert.Contains("Tomada por María Analiza; le quedan", (await tomas.PageAsync(item)).QuerySelector(".review-decide")!.TextContent, StringComparison.Ordinal);

        // It comes back, says so, and holds it for as long as ever.
        Assert.NotNull((await maria.PageAsync(item)).QuerySelector("#decide"));
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(maria, item, "Beat", null)).StatusCode);
        world.App.Clock.Advance(TimeSpan.FromMinutes(14));
        Assert.NotNull((await maria.PageAsync(item)).QuerySelector("#decide"));

        Assert.Equal(HttpStatusCode.NoContent, (await LeaveAsync()).StatusCode);
        world.App.Clock.Advance(TimeSpan.FromSeconds(11));
        Assert.Null((await maria.PageAsync(item)).QuerySelector("#decide"));
        Assert.Contains(item.Split('?')[0].Split('/')[^1], await StartAsync(tomas), StringComparison.Ordinal);
        Assert.Equal(0, await world.App.InDbAsync(db => db.Set<ReviewEvent>().CountAsync(e => e.Kind == ReviewEventKind.Released)));

        async Task<HttpResponseMessage> LeaveAsync()
        {
            var token = (await maria.PageAsync(item)).QuerySelector("[name=Token]")!.GetAttribute("value")!;
            return await maria.PostAsync($"{item.Split('?')[0]}?handler=Release", await TokenAsync(maria, item, ("Token", token), ("leaving", "yes")));
        }
    }

    [Fact]
    public async Task The_next_one_is_kept_and_made_ready_and_what_was_decided_is_told_beside_it()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(5);
        await world.FoldedAsync();
        var (maria, tomas) = (world.App.As(World.Maria), world.App.As(World.Tomas));
        var first = await StartAsync(maria);
        using var ahead = await SendAsync(maria, first, "Ahead", null);
        var second = ahead.Headers.GetValues("X-Ahead").Single();
        var ready = await ahead.HtmlAsync();
        Assert.Null(ready.QuerySelector("html head title"));
        Assert.Equal($"{Queue}/{second}?handler=Decide", ready.QuerySelector("#review-item #decide")!.GetAttribute("action"));
        Assert.Equal($"{Queue}/{second}", ready.QuerySelector("#review-item")!.GetAttribute("data-address"));
        using var again = await SendAsync(maria, first, "Ahead", null);
        Assert.Equal(second, again.Headers.GetValues("X-Ahead").Single());

        // Nobody else gets it, and María herself has not taken it yet.
        var other = await StartAsync(tomas);
        Assert.DoesNotContain(second, other, StringComparison.Ordinal);
        Assert.Contains("Tomada por María Analiza; le quedan", (await tomas.PageAsync($"{Queue}/{second}")).QuerySelector(".review-decide")!.TextContent, StringComparison.Ordinal);
        var looked = await maria.PageAsync($"{Queue}/{second}");
        Assert.Null(looked.QuerySelector("#decide"));
        Assert.NotNull(looked.QuerySelector("form[action*=Take]"));

        // Refused, it is the item itself with the reason; done, it is only what the ready page could not know.
        using var refused = await SendAsync(maria, first, "Decide", second);
        Assert.Equal((HttpStatusCode.UnprocessableEntity, "Elija qué se hace con ella: aprobar, pedir verificación o rechazar."), (refused.StatusCode, (await refused.HtmlAsync()).QuerySelector("#refused")!.TextContent));
        using var done = await SendAsync(maria, first, "Decide", second, ("Input.Outcome", "Approve"), ("Input.ApproveReason", "known_customer"));
        var said = await done.HtmlAsync();
        Assert.Equal((HttpStatusCode.OK, second), (done.StatusCode, done.Headers.GetValues("X-Ahead").Single()));
        Assert.Null(said.QuerySelector("#decide"));
        Assert.Contains("Aprobada", said.QuerySelector(".toast-line")!.TextContent, StringComparison.Ordinal);
        Assert.StartsWith(first.Split('?')[0], said.QuerySelector(".toast-line form")!.GetAttribute("action"), StringComparison.Ordinal);
        Assert.Equal("tomada por usted, quedan 15 min", said.QuerySelector("#review-said")!.GetAttribute("data-until-words"));
        var page = await maria.PageAsync($"{Queue}/{second}");
        Assert.NotNull(page.QuerySelector("#decide"));
        Assert.Null(page.QuerySelector(".toast-line"));

        // Where another one comes next than the page had ready, it is told where to go.
        using var elsewhere = await SendAsync(maria, $"{Queue}/{second}", "Skip", second, ("Input.SkipReason", "not_my_area"));
        Assert.Equal(HttpStatusCode.NoContent, elsewhere.StatusCode);
        var third = elsewhere.Headers.GetValues("X-Location").Single();
        Assert.Contains("Omitida", (await maria.PageAsync(third)).QuerySelector(".toast-line")!.TextContent, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Gone, (await PostAsync(maria, first, "Ahead", Guid.NewGuid().ToString())).StatusCode);
    }

    [Fact]
    public async Task Nobody_has_read_for_longer_than_they_had_it_all_visits_together()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var (maria, tomas) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Tomas));
        var verdict = new ReviewVerdict(ReviewOutcome.Approve, "known_customer", ReadingMilliseconds: 3_000_000);
        async Task<ReviewLease> TakeAsync(Reviewer who, int seconds)
        {
            var lease = (await world.NextAsync(who))!.Value;
            world.App.Clock.Advance(TimeSpan.FromSeconds(seconds));
            return lease;
        }
        async Task GiveBackAsync(Reviewer who, ReviewLease lease)
        {
            await world.DoAsync<LeaseReviews, bool>(async leases =>
            {
                await leases.ReleaseAsync(who, lease.Seq, lease.Token, default);
                return true;
            });
            world.App.Clock.Advance(TimeSpan.FromMinutes(7));
        }
        await GiveBackAsync(maria, await TakeAsync(maria, 10));
        await GiveBackAsync(tomas, await TakeAsync(tomas, 20));
        var last = await TakeAsync(maria, 5);
        // What colleagues note meanwhile takes nothing from it.
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.NoteAsync(tomas, last.Seq, "Known to me", default))).IsDone);
        world.App.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.True((await world.DecideAsync(maria, last, verdict)).IsDone);
        var (again, _) = await world.DoAsync<UndoReviews, (ReviewLease? Lease, ReviewAnswer Answer)>(d => d.UndoAsync(maria, last.Seq, default));
        world.App.Clock.Advance(TimeSpan.FromSeconds(3));
        Assert.True((await world.DecideAsync(maria, again!.Value, verdict)).IsDone);
        Assert.Equal([16_000, 19_000], await world.App.InDbAsync(db => db.Set<ReviewEvent>().Where(e => e.Kind == ReviewEventKind.Decided).OrderBy(e => e.Version).Select(e => e.ReadingMilliseconds!.Value).ToListAsync()));
    }

    [Fact]
    public async Task The_page_is_told_for_how_long_the_next_one_is_kept_and_when_it_is_no_more()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(4);
        await world.FoldedAsync();
        var maria = world.App.As(World.Maria);
        var first = await StartAsync(maria);
        using var ahead = await SendAsync(maria, first, "Ahead", null);
        var second = ahead.Headers.GetValues("X-Ahead").Single();
        Assert.Equal("120000", ahead.Headers.GetValues("X-Ahead-For").Single());
        world.App.Clock.Advance(TimeSpan.FromSeconds(60));
        // Asked for once more, and by each sign of life, it is kept anew; one that is not kept is not.
        using var again = await SendAsync(maria, first, "Ahead", null);
        Assert.Equal((second, "120000"), (again.Headers.GetValues("X-Ahead").Single(), again.Headers.GetValues("X-Ahead-For").Single()));
        world.App.Clock.Advance(TimeSpan.FromSeconds(119));
        Assert.Equal(120_000, await LeftAsync(second));
        Assert.Equal(0, await LeftAsync(Guid.NewGuid().ToString()));
        Assert.Equal(0, await LeftAsync(null));
        world.App.Clock.Advance(TimeSpan.FromSeconds(121));
        Assert.Equal(0, await LeftAsync(second));

        using var ready = await SendAsync(maria, first, "Ahead", null);
        var next = ready.Headers.GetValues("X-Ahead").Single();
        using var done = await SendAsync(maria, first, "Decide", next, ("Input.Outcome", "Approve"), ("Input.ApproveReason", "known_customer"));
        Assert.Equal("120000", (await done.HtmlAsync()).QuerySelector("#review-ahead")!.GetAttribute("data-for"));

        async Task<long> LeftAsync(string? kept)
        {
            using var beat = await SendAsync(maria, first, "Beat", kept);
            using var told = System.Text.Json.JsonDocument.Parse(await beat.Content.ReadAsStringAsync());
            return told.RootElement.GetProperty("ahead").GetInt64();
        }
    }

    private static async Task<HttpResponseMessage> SendAsync(HttpClient browser, string item, string handler, string? ahead, params (string Field, string Value)[] fields)
    {
        using var asked = await browser.GetAsync(item);
        var form = await Form.ReadAsync(asked, "#decide");
        foreach (var (field, value) in fields) form[field] = value;
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{item.Split('?')[0]}?handler={handler}") { Content = form.Content };
        if (ahead is not null) request.Headers.Add("X-Ahead", ahead);
        return await browser.SendAsync(request);
    }

    private static async Task<string> StartAsync(HttpClient browser)
    {
        using var started = await browser.SubmitAsync(Queue, "form[action*=Start]");
        Assert.Equal(HttpStatusCode.Redirect, started.StatusCode);
        return started.Headers.Location!.ToString();
    }

    /// <summary>The form of the item, sent with another of its buttons.</summary>
    private static async Task<HttpResponseMessage> SendAsync(HttpClient browser, string item, string handler, (string Field, string Value) field)
    {
        using var asked = await browser.GetAsync(item);
        var form = await Form.ReadAsync(asked, "#decide");
        form[field.Field] = field.Value;
        return await browser.PostAsync($"{item.Split('?')[0]}?handler={handler}", form.Content);
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient browser, string item, string handler, string token) =>
        await browser.PostAsync($"{item.Split('?')[0]}?handler={handler}", await TokenAsync(browser, item, ("Token", token), ("Input.Outcome", "Decline"), ("Input.DeclineReason", "stolen_card"), ("Input.FreeNote", "A note"), ("Input.ReopenNote", "A note")));

    private static async Task<FormUrlEncodedContent> TokenAsync(HttpClient browser, string page, params (string Name, string Value)[] fields)
    {
        var token = (await browser.PageAsync(page)).QuerySelector("input[name=__RequestVerificationToken]")!.GetAttribute("value")!;
        return new FormUrlEncodedContent([new("__RequestVerificationToken", token), .. fields.Select(f => new KeyValuePair<string, string>(f.Name, f.Value))]);
    }
}
