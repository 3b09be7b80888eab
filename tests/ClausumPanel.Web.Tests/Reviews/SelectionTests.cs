using System.Net;
using AngleSharp.Dom;
using ClausumPanel.Assess;
using ClausumPanel.Assess.Rules;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Protection;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Reviews;

public sealed class SelectionTests : SelectionStories
{
    protected override PanelApp Make() => new();

    [Fact] public Task Start_gives_the_first_free_one_of_the_list_as_it_is_sorted_filtered_and_searched() => StartAsync();

    [Fact] public Task What_was_set_stays_through_every_step_until_nothing_of_it_is_left() => KeptAsync();

    [Fact] public Task What_is_kept_ready_for_another_list_does_not_come_next() => AheadAsync();

    [Fact] public Task Where_the_order_is_fixed_no_address_changes_it() => ForgedAsync();

    [Fact] public Task Of_twenty_who_ask_for_the_same_list_at_once_each_gets_another_one() => TwentyAsync();

    [Fact] public Task Who_is_paid_is_found_by_any_words_of_the_name() => CalledAsync();

    [Fact] public Task Who_is_paid_is_found_whatever_was_read_ahead_or_folded() => ReadAheadAsync();

    [Fact] public Task A_rule_filters_by_its_count_under_whichever_version_it_held() => RuledAsync();

    [Fact]
    public async Task Start_gives_what_stood_first_on_the_page_and_the_next_best_where_that_is_gone()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await HoldAsync(world);
        var maria = world.App.As(World.Maria);
        var list = await maria.PageAsync(List);
        var shown = Seqs(list);
        async Task StartAsync(IDocument from)
        {
            using var started = await maria.PostAsync("/dashboard/reviews?handler=Start&queue=1", Form.Read(from, "form[action*=Start]").Content);
            Assert.Equal(HttpStatusCode.Found, started.StatusCode);
        }
        Task FreeAsync() => world.App.InDbAsync(db => db.Set<Review>().Where(r => r.LeaseOwner != null).ExecuteUpdateAsync(r => r.SetProperty(x => x.LeaseOwner, (Guid?)null).SetProperty(x => x.LeaseToken, (Guid?)null).SetProperty(x => x.LeaseUntil, (long?)null)));

        // Time put another before it while the list was read.
        await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.Seq == shown[0]).ExecuteUpdateAsync(r => r.SetProperty(x => x.Stake, 0).SetProperty(x => x.IsLoyal, false).SetProperty(x => x.DueAt, (long?)null)));
        var urgent = Seqs(await maria.PageAsync(List))[0];
        Assert.NotEqual(shown[0], urgent);
        await StartAsync(list);
        Assert.Equal(shown[0], await HeldAsync(world));
        await FreeAsync();

        // What was put on hold meanwhile cannot be had, nor is a place taken out of another queue.
        await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.Seq == shown[0]).ExecuteUpdateAsync(r => r.SetProperty(x => x.VisibleAt, long.MaxValue)));
        await StartAsync(list);
        Assert.Equal(urgent, await HeldAsync(world));
        await FreeAsync();
        await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.Seq == shown[0]).ExecuteUpdateAsync(r => r.SetProperty(x => x.VisibleAt, x => x.OpenedAt).SetProperty(x => x.Queue, 3)));
        await StartAsync(list);
        Assert.Equal(urgent, await HeldAsync(world));
        await FreeAsync();

        // Where the order is fixed the page does not choose.
        await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.Seq == shown[0]).ExecuteUpdateAsync(r => r.SetProperty(x => x.Queue, 1)));
        await world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == 1).ExecuteUpdateAsync(q => q.SetProperty(x => x.IsRestricted, true)));
        Assert.Null((await maria.PageAsync(List)).QuerySelector("form[action*=Start] [name=First]"));
        await StartAsync(list);
        Assert.Equal(urgent, await HeldAsync(world));
    }

    [Fact]
    public async Task A_column_sorts_by_its_head_and_a_signal_filters_by_its_count()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await HoldAsync(world);
        var maria = world.App.As(World.Maria);
        static (string, string?, string?)[] Heads(IDocument page) => [.. page.QuerySelectorAll("th[aria-sort]").Select(th => (th.TextContent.Trim(), th.GetAttribute("aria-sort"), th.QuerySelector("a")!.GetAttribute("href")!.Split("queue=1")[1]))];
        Assert.Equal([("Hora y fecha", "none", "&sort=oldest"), ("Monto", "none", "&sort=amount"), ("Puntaje", "none", "&sort=score"), ("Vence", "none", "&sort=due"), ("Prioridad", "descending", "")], Heads(await maria.PageAsync(List)));
        var heads = Heads(await maria.PageAsync(List + "&sort=oldest&currency=MXN"));
        Assert.Equal((("Hora y fecha", "ascending", "&currency=MXN&sort=newest"), ("Prioridad", "none", "&currency=MXN")), (heads[0], heads[^1]));
        Assert.Equal(("Hora y fecha", "descending", "&sort=oldest"), Heads(await maria.PageAsync(List + "&sort=newest"))[0]);

        var signal = (await maria.PageAsync(List)).QuerySelector("[data-fills] a")!;
        Assert.Equal("Dominio de correo en una lista 4", signal.TextContent);
        var one = SignalCatalog.All.Single(s => signal.GetAttribute("href")!.EndsWith("&signal=" + s.Code, StringComparison.Ordinal));
        await world.App.InDbAsync(db => db.Set<AssessmentSignal>().Where(s => s.Signal == one.Id && s.Seq != 2).ExecuteDeleteAsync());
        var page = await maria.PageAsync(signal.GetAttribute("href")!);
        Assert.Equal((2, "Dominio de correo en una lista"), (Assert.Single(Seqs(page)), page.QuerySelector(".chips a")!.TextContent.Trim()));
        Assert.Equal(one.Code, page.QuerySelector("#list-sorting [name=signal]")!.GetAttribute("value"));
        using var started = await maria.SubmitAsync(signal.GetAttribute("href")!, "form[action*=Start]");
        Assert.Equal(2, await HeldAsync(world));

        await world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == 1).ExecuteUpdateAsync(q => q.SetProperty(x => x.IsRestricted, true)));
        Assert.Empty((await maria.PageAsync(List)).QuerySelectorAll("th a, th[aria-sort], [data-fills] a"));
    }

    [Fact]
    public async Task The_page_of_an_item_says_by_which_list_it_goes_and_leads_back_to_it()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await HoldAsync(world);
        var maria = world.App.As(World.Maria);
        var page = await maria.PageAsync(List + "&sort=oldest&flow=payin&amount_min=900&currency=mxn");
        var item = page.QuerySelector("tr[data-seq] a[data-open]")!.GetAttribute("href")!;
        Assert.Equal("queue=1&sort=oldest&flow=payin&currency=MXN&amount_min=900", item.Split('?')[1]);
        page = await maria.PageAsync(item);
        Assert.Equal("0 revisiones decididas hoy, con filtro: quedan 2 (Las más antiguas · Solo pagos · MXN · Desde 900.00 MXN)", page.QuerySelector("#review-item [data-progress]")!.TextContent);
        Assert.Equal(("Quitar el filtro", item.Split('?')[0] + "?queue=1"), (page.QuerySelector("[data-whole]")!.TextContent, page.QuerySelector("[data-whole]")!.GetAttribute("href")));
        Assert.Equal("/dashboard/reviews?" + item.Split('?')[1], page.QuerySelector("a[data-key=queue]")!.GetAttribute("href"));
        Assert.Equal("Mejor por prioridad", (await maria.PageAsync($"{item.Split('?')[0]}?queue=1&sort=newest")).QuerySelector("[data-whole]")!.TextContent);
        // What cannot be read counts for nothing, and over all queues there is no list.
        foreach (var other in (string[])["?queue=1", "?queue=1&sort=size&currency=PESOS&signal=none", "?sort=newest", "?queue=99&sort=newest"])
        {
            page = await maria.PageAsync(item.Split('?')[0] + other);
            Assert.Equal((other, null), (other, page.QuerySelector("[data-whole]")));
            Assert.DoesNotContain("sort", page.QuerySelector("a[data-key=queue]")!.GetAttribute("href")!, StringComparison.Ordinal);
        }
        // A page that the item led to leads back to it as it was.
        using var request = new HttpRequestMessage(HttpMethod.Get, page.QuerySelector(".bar-links a")!.GetAttribute("href")) { Headers = { Referrer = new Uri(maria.BaseAddress!, item + "&other=1") } };
        using var answer = await maria.SendAsync(request);
        Assert.Contains((await answer.HtmlAsync()).QuerySelectorAll("a"), a => a.GetAttribute("href") == item);
    }
}

public sealed class PostgresSelectionTests : SelectionStories
{
    protected override PanelApp Make() => new PostgresPanelApp();

    [PostgresFact] public Task Who_is_paid_is_found_by_any_words_of_the_name() => CalledAsync();

    [PostgresFact] public Task Who_is_paid_is_found_whatever_was_read_ahead_or_folded() => ReadAheadAsync();

    [PostgresFact] public Task Start_gives_the_first_free_one_of_the_list_as_it_is_sorted_filtered_and_searched() => StartAsync();

    [PostgresFact] public Task What_was_set_stays_through_every_step_until_nothing_of_it_is_left() => KeptAsync();

    [PostgresFact] public Task What_is_kept_ready_for_another_list_does_not_come_next() => AheadAsync();

    [PostgresFact] public Task Where_the_order_is_fixed_no_address_changes_it() => ForgedAsync();

    [PostgresFact] public Task A_rule_filters_by_its_count_under_whichever_version_it_held() => RuledAsync();

    [PostgresFact] public Task Of_twenty_who_ask_for_the_same_list_at_once_each_gets_another_one() => TwentyAsync();
}

public abstract class SelectionStories : QueueListStories
{
    private static readonly ReviewSelection Newest = new(1, new ReviewFilter(), ReviewOrder.Newest), Dollars = new(1, new ReviewFilter { Currency = "USD" }, ReviewOrder.Priority);

    private protected static Task<long> HeldAsync(ReviewWorld world) => world.App.InDbAsync(db => db.Set<Review>().Where(r => r.LeaseToken != null && !r.LeaseIsAhead).Select(r => r.Seq).SingleAsync());

    private static Task<int> FreeAsync(ReviewWorld world) => world.App.InDbAsync(db => db.Set<Review>().ExecuteUpdateAsync(r => r.SetProperty(x => x.LeaseOwner, (Guid?)null).SetProperty(x => x.LeaseToken, (Guid?)null).SetProperty(x => x.LeaseUntil, (long?)null).SetProperty(x => x.LeaseIsAhead, false)));

    private static Task<long> SeqAsync(ReviewWorld world, string address)
    {
        var id = Guid.Parse(address.Split('?')[0].Split('/')[^1]);
        return world.App.InDbAsync(db => db.Set<StoredAssessment>().Where(a => a.Id == id).Select(a => a.Seq).SingleAsync());
    }

    private static Task<long> MostUrgentAsync(ReviewWorld world) => world.App.InDbAsync(db => db.Set<Review>().AsNoTracking().InOrder(db.Set<ReviewQueue>(), world.App.Clock.GetUtcNow().ToUnixTimeMilliseconds()).Select(r => r.Seq).FirstAsync());

    protected async Task RuledAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        PolicyRule dear = new("dear", "Dear", "when amount >= 400 MXN then review", "dear"), kind = new("kind", "Kind", "when amount > 0 MXN then add -1", "kind"), watch = new("watch", "Watch", "when amount > 0 MXN then review", "watched") { ObserveOnly = true };
        async Task PayAsync(params string[] payments)
        {
            foreach (var payment in payments) (await world.Shop.AssessAsync($$"""{"currency":"MXN",{{payment}}}""")).MustBeGood();
            await world.FoldedAsync();
        }
        await PolicyTests.RuledAsync(world.App, dear, kind, watch);
        await PayAsync("\"amount\":30000,\"email\":\"uno@held.example\"", "\"amount\":50000,\"email\":\"dos@held.example\"", "\"amount\":60000");
        // In the next version it stands elsewhere; in the last it is only watched.
        await PolicyTests.RuledAsync(world.App, kind, watch, dear);
        await PayAsync("\"amount\":70000");
        await PolicyTests.RuledAsync(world.App, kind, dear with { ObserveOnly = true });
        await PayAsync("\"amount\":80000,\"email\":\"cinco@held.example\"");
        var maria = world.App.As(World.Maria);
        var (filling, listed) = ((await maria.PageAsync(List)).QuerySelector("[data-fills-rules]")!, SignalCatalog.All.Single(s => s.Title == "E-mail domain on a list").Code);
        var way = filling.QuerySelector("a:not(.to-rule)")!;
        Assert.Equal(("Dear 3", List + "&rule=dear", "A la regla Dear"), (way.TextContent, way.GetAttribute("href"), filling.QuerySelector("a.to-rule")!.GetAttribute("aria-label")));
        var page = await maria.PageAsync(List + "&rule=dear&sort=newest");
        Assert.Equal([4, 3, 2], Seqs(page));
        Assert.Equal(["Las más recientes", "Regla Dear", "Quitar filtros"], page.QuerySelectorAll(".list-tools .chips a").Select(a => a.TextContent.Trim()));
        Assert.Equal(List + "&sort=newest", page.QuerySelectorAll(".list-tools .chips a")[1].GetAttribute("href"));
        // What is set already is no link any more; the rule itself still is.
        Assert.Equal(["a.to-rule"], page.QuerySelectorAll("[data-fills-rules] a").Select(a => $"a.{a.ClassName}"));
        foreach (var form in (string[])["#list-sorting form", "form[action$=bulk]"]) Assert.Equal((form, "dear"), (form, page.QuerySelector($"{form} [name=rule]")?.GetAttribute("value")));
        foreach (var address in (string[])[page.QuerySelector("#queues")!.GetAttribute("hx-get")!, page.QuerySelector("#queue-start form")!.GetAttribute("action")!, page.QuerySelector("tr a[data-open]")!.GetAttribute("href")!]) Assert.Contains("rule=dear", address, StringComparison.Ordinal);
        foreach (var (query, seqs) in ((string, long[])[])[("rule=dear&signal=" + listed, [2]), ("rule=dear&q=dos", [2]), ("rule=dear&currency=USD", []), ("rule=watch", []), ("rule=kind", []), ("rule=nobody", []), ("rule=" + new string('a', 65), [1, 2, 3, 4, 5])])
            Assert.Equal((query, string.Join(' ', seqs)), (query, string.Join(' ', Seqs(await maria.PageAsync($"{List}&{query}")).Order())));

        // Start and each next keep to it, and what is kept ready for it is nothing to another list.
        var who = await world.PersonAsync(World.Maria);
        ReviewSelection Of(string? rule) => new(1, new ReviewFilter { Rule = rule }, ReviewOrder.Oldest);
        using (await maria.SubmitAsync(List + "&rule=dear&sort=oldest", "form[action*=Start]")) { }
        Assert.Equal(2, await HeldAsync(world));
        Assert.Equal(3, (await world.DoAsync<LeaseReviews, ReviewLease?>(l => l.AheadAsync(who, Of("dear"), 2, default)))!.Value.Seq);
        Assert.Equal(1, (await world.DoAsync<LeaseReviews, ReviewLease?>(l => l.AheadAsync(who, Of(null), 2, default)))!.Value.Seq);
    }

    protected async Task StartAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await HoldAsync(world);
        (await world.Shop.AssessAsync("""{"amount":1000,"currency":"MXN","email":"cinco@held.example","order_id":"EL-77/b","customer_id":"cus_5","payment_id":"pay_5","payment_method":{"type":"card","card_bin":"411111","card_last4":"4321"}}""")).MustBeGood();
        await world.FoldedAsync();
        var maria = world.App.As(World.Maria);
        foreach (var (query, seq) in ((string, long)[])[
            ("sort=amount", 1), ("sort=newest", 5), ("sort=score&currency=USD", 3), ("flow=payout", 4), ("sort=oldest&held=free", 1), ("sort=newest&currency=MXN&amount_min=900", 2), ("sort=oldest&flow=payout&amount_min=100", 4),
            ("q=tres@", 3), ("q=CUATRO%40held.example", 4), ("q=el-77/B", 5), ("q=cus_5", 5), ("q=pay_5", 5), ("q=4321", 5), ("q=held.example&sort=newest", 5), ("q=d&currency=MXN&sort=oldest", 2)])
        {
            var page = await maria.PageAsync($"{List}&{query}");
            // What is listed first is what is given.
            Assert.Equal((query, seq), (query, Seqs(page)[0]));
            using var started = await maria.SubmitAsync($"{List}&{query}", "form[action*=Start]");
            Assert.Equal((query, seq), (query, await SeqAsync(world, started.Headers.Location!.OriginalString)));
            Assert.Equal((query, seq), (query, await HeldAsync(world)));
            await FreeAsync(world);
        }
        // The beginning of what a payment names, and nothing within it.
        foreach (var query in (string[])["q=321", "q=nobody", "q=%25", "held=taken"]) Assert.Equal((query, 0), (query, Seqs(await maria.PageAsync($"{List}&{query}")).Length));
        var searched = await maria.PageAsync(List + "&q=4321&sort=newest");
        Assert.Equal(["Las más recientes", "«4321»", "Quitar filtros"], searched.QuerySelectorAll(".list-tools .chips a").Select(a => a.TextContent.Trim()));
        Assert.Equal("/dashboard/reviews?queue=1&sort=newest", searched.QuerySelectorAll(".list-tools .chips a")[1].GetAttribute("href"));
        Assert.Equal("4321", searched.QuerySelector("input[data-search][name=q]")!.GetAttribute("value"));
    }

    /// <summary>What <see cref="HoldAsync(ReviewWorld)"/> holds, and in the same queue two that go out.</summary>
    private static async Task<ReviewWorld> PayingOutAsync(PanelApp app)
    {
        var world = await ReviewWorld.StartAsync(app);
        await HoldAsync(world);
        await world.App.InDbAsync(async db =>
        {
            foreach (var payee in (string[])["ben_1", "ben_2"]) db.Add(new ListEntry { Type = ListType.BeneficiaryId, Value = payee, Severity = ListSeverity.Review, CreatedAt = world.App.Clock.GetUtcNow() });
            await db.SaveChangesAsync();
            await world.App.Services.GetRequiredService<ListShelf>().ReloadAsync(db, default);
        });
        foreach (var (payee, name) in (((string, string)[])[("ben_1", "Mariana Martínez  Ortiz"), ("ben_2", "Verónica Vargas Vázquez")]))
            (await world.Shop.PayoutAsync($$"""{"amount":1000,"currency":"MXN","transaction_type":"payout","beneficiary":{"id":"{{payee}}","name":"{{name}}","country":"MX","clabe":"032180000118359719" } }""")).MustBeGood();
        await world.FoldedAsync();
        Assert.Equal(2, await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.Seq > 4 && r.State == ReviewState.Open).ExecuteUpdateAsync(r => r.SetProperty(x => x.Queue, 1).SetProperty(x => x.VisibleAt, x => x.OpenedAt))));
        return world;
    }

    protected async Task CalledAsync()
    {
        await using var world = await PayingOutAsync(Make());
        var maria = world.App.As(World.Maria);
        foreach (var (search, seqs) in ((string, long[])[])[
            ("Mariana Martínez", [5]), ("mariana martinez", [5]), ("MARTINEZ ORTIZ", [5]), ("  mariana   martinez ortiz", [5]), ("ortiz mar", [5]), ("Verónica Vargas Vázquez", [6]), ("va", [6]), ("ben_", [5, 6]),
            ("ariana", []), ("marianamartinez", []), ("mariana vargas", []), ("martinez 7", []), ("%", []), ("mariana@", [])])
            Assert.Equal((search, string.Join(' ', seqs)), (search, string.Join(' ', Seqs(await maria.PageAsync($"{List}&sort=oldest&q={Uri.EscapeDataString(search)}")))));
        // What is given is what was found, and with another filter both count.
        using var started = await maria.SubmitAsync(List + "&q=vargas%20veronica", "form[action*=Start]");
        Assert.Equal(6, await SeqAsync(world, started.Headers.Location!.OriginalString));
        Assert.Empty(Seqs(await maria.PageAsync(List + "&q=vargas&held=free")));
    }

    protected async Task ReadAheadAsync()
    {
        await using var world = await PayingOutAsync(Make());
        var maria = world.App.As(World.Maria);
        Assert.Equal(5, Assert.Single(Seqs(await maria.PageAsync(List + "&q=martinez"))));
        // An event puts what is not folded yet in review too: no term says whom it pays.
        Assert.NotEqual(0, await world.App.InDbAsync(db => db.Set<AssessmentTerm>().Where(t => t.Seq == 6).ExecuteDeleteAsync()));
        Assert.Equal(6, Assert.Single(Seqs(await maria.PageAsync(List + "&q=vazquez"))));

        // A server that has just started reads while it searches, however little it keeps; what is no longer open it forgets.
        var (all, few) = (new PayeeNames(), new PayeeNames { Most = 1 });
        Task<IReadOnlyList<long>> CalledAsync(PayeeNames names, string search) => world.App.InDbAsync(db => names.CalledAsync(search, [1, 2, 3, 4, 5, 6], db, default));
        foreach (var names in (PayeeNames[])[few, all, few, all])
        {
            Assert.Equal(5, Assert.Single(await CalledAsync(names, "mar")));
            Assert.Equal(6, Assert.Single(await CalledAsync(names, "vargas")));
        }
        Assert.Equal((6, 1), (all.Count, few.Count));
        await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.Seq == 6).ExecuteUpdateAsync(r => r.SetProperty(x => x.State, ReviewState.Closed)));
        var fresh = new PayeeNames();
        foreach (var names in (PayeeNames[])[all, few, fresh]) await world.App.InDbAsync(async db =>
        {
            await names.FollowAsync(db, default);
            return true;
        });
        Assert.Equal((5, 1, 5), (all.Count, few.Count, fresh.Count));
        Assert.Empty(Seqs(await maria.PageAsync(List + "&q=vazquez")));
        // Opened again it is found again.
        await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.Seq == 6).ExecuteUpdateAsync(r => r.SetProperty(x => x.State, ReviewState.Open)));
        Assert.Equal(6, Assert.Single(Seqs(await maria.PageAsync(List + "&q=vazquez"))));
        Assert.Equal(6, Assert.Single(await CalledAsync(all, "vazquez")));
    }

    protected async Task KeptAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await HoldAsync(world);
        const string Set = "queue=1&sort=oldest&currency=MXN";
        var maria = world.App.As(World.Maria);
        async Task<string> AtAsync(long seq, HttpResponseMessage answer)
        {
            using (answer)
            {
                var place = answer.Headers.Location?.OriginalString ?? throw new InvalidOperationException(await answer.Content.ReadAsStringAsync());
                Assert.Equal((seq, Set), (await SeqAsync(world, place), place.Split('?')[1]));
                return place;
            }
        }
        async Task<HttpResponseMessage> StepAsync(string item, string button, params (string Name, string Value)[] fields)
        {
            var page = await maria.PageAsync(item);
            var form = Form.Read(page, "#decide", item);
            foreach (var (name, value) in fields) form.Press(name, value);
            return await maria.PostAsync(page.QuerySelector(button)!.GetAttribute("formaction") ?? form.Action, form.Content);
        }

        Task<HttpResponseMessage> DeclineAsync(string item) => StepAsync(item, "[data-key=confirm]", ("Input.Outcome", "Decline"), ("Input.DeclineReason", "stolen_card"));
        async Task<HttpResponseMessage> UndoAsync(string item)
        {
            var undo = Form.Read(await maria.PageAsync(item), ".toast-line form");
            return await maria.PostAsync(undo.Action, undo.Content);
        }

        var first = await AtAsync(1, await maria.SubmitAsync($"/dashboard/reviews?{Set}", "form[action*=Start]"));
        var second = await AtAsync(2, await StepAsync(first, "details[data-key=skip] button", ("Input.SkipReason", "not_my_area")));
        await AtAsync(1, await UndoAsync(second));
        // Shown meanwhile it is kept for the same list, and comes next.
        second = await AtAsync(2, await DeclineAsync(first));
        await AtAsync(1, await UndoAsync(second));
        second = await AtAsync(2, await StepAsync(first, "details[data-key=hold] button", ("Input.HoldFor", "1h")));
        var fourth = await AtAsync(4, await StepAsync(second, "details[data-key=escalate] button", ("Input.EscalateNote", "¿Quién es?")));
        using (var given = await StepAsync(fourth, "button[name=stay]", ("stay", "no"))) Assert.Equal($"/dashboard/reviews?{Set}", given.Headers.Location!.OriginalString);
        await AtAsync(4, await maria.SubmitAsync($"/dashboard/reviews?{Set}", "form[action*=Start]"));
        using (var noted = await maria.SubmitAsync(fourth, "form[action*=Note]", ("Input.FreeNote", "Llamar mañana"))) Assert.Equal(fourth, noted.Headers.Location!.OriginalString);
        // With the last of them the list says that none matches any more, once, and goes on without it.
        using (var last = await DeclineAsync(fourth)) Assert.Equal($"/dashboard/reviews?{Set}", last.Headers.Location!.OriginalString);
        var list = await maria.PageAsync($"/dashboard/reviews?{Set}");
        Assert.Null(list.QuerySelector("[data-left]"));
        Assert.Equal(("Ninguna de las que esperan coincide.", "Seguir sin el filtro (1) Enter"), (list.QuerySelector(".empty-title")!.TextContent, list.QuerySelector("#start[data-key=start]")!.TextContent.Trim()));
        using (var nothing = await maria.PostAsync($"/dashboard/reviews?handler=Start&{Set}", Form.Read(list, "form[action*=Start]").Content)) Assert.Equal($"/dashboard/reviews?{Set}", nothing.Headers.Location!.OriginalString);
        Assert.Empty(await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.State == ReviewState.Open && r.LeaseToken != null).ToListAsync()));
        using var on = await maria.SubmitAsync($"/dashboard/reviews?{Set}", "form[data-unfiltered]");
        Assert.Equal((3, "queue=1"), (await SeqAsync(world, on.Headers.Location!.OriginalString), on.Headers.Location!.OriginalString.Split('?')[1]));
    }

    protected async Task AheadAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await HoldAsync(world);
        var maria = await world.PersonAsync(World.Maria);
        Task<ReviewLease?> NextAsync(ReviewSelection of) => world.DoAsync<LeaseReviews, ReviewLease?>(l => l.NextAsync(maria, of, default));
        Task<ReviewLease?> KeepAsync(ReviewSelection of, long beside) => world.DoAsync<LeaseReviews, ReviewLease?>(l => l.AheadAsync(maria, of, beside, default));
        Task<long[]> KeptAsync() => world.App.InDbAsync(db => db.Set<Review>().Where(r => r.LeaseIsAhead).Select(r => r.Seq).ToArrayAsync());
        async Task DecideAsync(ReviewLease lease) => Assert.True((await world.DecideAsync(maria, lease, new(ReviewOutcome.Approve, "known_customer"))).IsDone);

        // Kept for the newest, it comes next there, whatever came in since; and another list has it not.
        var lease = (await NextAsync(Newest))!.Value;
        Assert.Equal((4, 3), (lease.Seq, (await KeepAsync(Newest, 4))!.Value.Seq));
        (await world.Shop.AssessAsync("""{"amount":1000,"currency":"MXN","email":"cinco@held.example"}""")).MustBeGood();
        await world.FoldedAsync();
        await DecideAsync(lease);
        lease = (await NextAsync(Newest))!.Value;
        Assert.Equal((3, 5), (lease.Seq, (await KeepAsync(Newest, 3))!.Value.Seq));
        // The list is exchanged while it is read: what was kept for the other one is free for everybody at once.
        Assert.Null(await KeepAsync(Dollars, 3));
        Assert.Empty(await KeptAsync());
        Assert.Equal(5, (await KeepAsync(Newest, 3))!.Value.Seq);
        await DecideAsync(lease);
        var urgent = await world.App.InDbAsync(db => db.Set<Review>().AsNoTracking().Where(r => r.State == ReviewState.Open).InOrder(db.Set<ReviewQueue>(), world.App.Clock.GetUtcNow().ToUnixTimeMilliseconds()).Select(r => r.Seq).FirstAsync());
        Assert.NotEqual(5, urgent);
        lease = (await NextAsync(ReviewSelection.Of(1)))!.Value;
        Assert.Equal(urgent, lease.Seq);
        Assert.Empty(await KeptAsync());
        // And the other way: kept by priority, it is not what the list begins with.
        var other = (await KeepAsync(ReviewSelection.Of(1), urgent))!.Value.Seq;
        Assert.NotEqual(5, other);
        await DecideAsync(lease);
        Assert.Equal(5, (await NextAsync(Newest))!.Value.Seq);
        Assert.Empty(await KeptAsync());
        // What they work on is theirs where the list has it, and is no part of a list without it.
        Assert.Equal(5, (await NextAsync(new(1, new ReviewFilter { Currency = "MXN", IsTaken = false }, ReviewOrder.Oldest)))!.Value.Seq);
        Assert.Null(await NextAsync(Dollars));
    }

    protected async Task ForgedAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await HoldAsync(world);
        await world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == 1).ExecuteUpdateAsync(q => q.SetProperty(x => x.IsRestricted, true)));
        var urgent = await MostUrgentAsync(world);
        var maria = world.App.As(World.Maria);
        var token = Form.Read(await maria.PageAsync(List), "form[action*=Start]").Content;
        foreach (var forged in (string[])["sort=newest", "sort=oldest", "currency=USD", "flow=payout", "held=taken", "q=tres", "q=cuatro&sort=oldest"])
        {
            using var started = await maria.PostAsync($"/dashboard/reviews?handler=Start&queue=1&{forged}", token);
            var place = started.Headers.Location!.OriginalString;
            Assert.Equal((forged, urgent, "queue=1"), (forged, await SeqAsync(world, place), place.Split('?')[1]));
            var page = await maria.PageAsync($"{place}&{forged}");
            Assert.Equal((null, place), (page.QuerySelector("[data-whole]"), page.QuerySelector("#review-item")!.GetAttribute("data-address")));
            Assert.DoesNotContain(forged, page.QuerySelector("#decide")!.GetAttribute("data-ahead")!, StringComparison.Ordinal);
            await FreeAsync(world);
        }
        var person = await world.PersonAsync(World.Maria);
        var next = await world.DoAsync<LeaseReviews, ReviewLease?>(l => l.AheadAsync(person, 1, urgent, default));
        await FreeAsync(world);
        foreach (var forged in (ReviewSelection[])[Newest, Dollars, Newest with { Queue = null }])
        {
            Assert.Equal(urgent, (await world.DoAsync<LeaseReviews, ReviewLease?>(l => l.NextAsync(person, forged, default)))!.Value.Seq);
            Assert.Equal(next!.Value.Seq, (await world.DoAsync<LeaseReviews, ReviewLease?>(l => l.AheadAsync(person, forged, urgent, default)))!.Value.Seq);
            await FreeAsync(world);
        }
    }

    protected async Task TwentyAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(24);
        await world.FoldedAsync();
        var people = await world.PeopleAsync(23);
        // The amounts rise one by one.
        ReviewSelection largest = new(1, new ReviewFilter { Currency = "MXN", LeastAmount = 20_003, Search = "payer" }, ReviewOrder.Amount);
        var leases = await Task.WhenAll(people.Take(20).Select(person => Task.Run(() => world.DoAsync<LeaseReviews, ReviewLease?>(l => l.NextAsync(person, largest, default)))));
        Assert.Equal(Enumerable.Range(5, 20).Select(seq => (long)seq), leases.Select(l => l!.Value.Seq).Order());
        // Two are left of it, and none for the third.
        var more = await Task.WhenAll(people.Skip(20).Select(person => world.DoAsync<LeaseReviews, ReviewLease?>(l => l.NextAsync(person, largest, default))));
        Assert.Equal([3, 4], more.Where(l => l is not null).Select(l => l!.Value.Seq).Order());
    }
}
