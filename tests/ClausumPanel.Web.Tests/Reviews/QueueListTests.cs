using System.Net;
using AngleSharp.Dom;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Tests.Reviews;

public sealed class QueueListTests : QueueListStories
{
    protected override PanelApp Make() => new();

    [Fact] public Task The_list_of_a_queue_is_sorted_and_filtered_as_its_address_says() => SortedAsync();

    [Fact] public Task What_was_escalated_says_by_whom_and_what_they_asked() => EscalatedAsync();

    [Fact] public Task Whoever_escalated_hears_what_became_of_it() => HandedOnAsync();

    [Fact] public Task At_the_end_of_a_queue_it_says_who_has_the_rest_and_where_to_go_on() => EndAsync();

    [Fact] public Task A_search_that_finds_nothing_here_says_where_it_does() => ElsewhereAsync();

    [Fact]
    public async Task What_the_address_says_stays_with_the_refresh_and_can_be_taken_away()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await HoldAsync(world);
        var maria = world.App.As(World.Maria);
        var page = await maria.PageAsync(List + "&sort=oldest&currency=mxn&amount_min=1,000.00&held=free");
        const string Said = "sort=oldest&currency=mxn&amount_min=1,000.00&held=free";
        Assert.Equal($"/dashboard/reviews?queue=1&{Said}", Uri.UnescapeDataString(page.QuerySelector("#queues")!.GetAttribute("hx-get")!));
        Assert.Equal(["Las más antiguas", "MXN", "Desde 1,000.00 MXN", "Libres", "Quitar filtros"], page.QuerySelectorAll(".list-tools .chips a").Select(a => a.TextContent.Trim()));
        // Without its currency an amount goes too.
        Assert.Equal("/dashboard/reviews?queue=1&sort=oldest&held=free", page.QuerySelectorAll(".list-tools .chips a")[1].GetAttribute("href"));
        Assert.Equal("/dashboard/reviews?queue=1", page.QuerySelector("[data-clear]")!.GetAttribute("href"));
        Assert.Contains("Empezar entrega la primera libre de esta lista", page.QuerySelector(".list-told")!.TextContent, StringComparison.Ordinal);
        Assert.Null((await maria.PageAsync(List)).QuerySelector(".list-told, [data-shown], .list-tools .chips"));
        Assert.Equal("", (await world.App.As(World.Victor).PageAsync(List + "&sort=oldest")).QuerySelector(".list-told")!.TextContent.Trim());
    }

    [Fact]
    public async Task A_tile_opens_all_of_its_queue_sorted_as_the_list_was()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await HoldAsync(world);
        await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.Seq == 1 || r.Seq == 4).ExecuteUpdateAsync(r => r.SetProperty(x => x.Queue, 3)));
        var maria = world.App.As(World.Maria);
        foreach (var (query, sort) in ((string, string)[])[("&currency=USD&q=tres", ""), ("&sort=newest&flow=payin&signal=" + SignalCatalog.All[0].Code + "&held=free&rule=dear", "&sort=newest"), ("&sort=size", "")])
        {
            // What cannot be read is refused, and the list shown all the same.
            using var answer = await maria.GetAsync(List + query);
            foreach (var tile in (await answer.HtmlAsync()).QuerySelectorAll(".tile[data-queue]"))
            {
                var way = tile.GetAttribute("href")!;
                Assert.Equal($"/dashboard/reviews?queue={tile.GetAttribute("data-queue")}{sort}", way);
                Assert.Equal((way, tile.QuerySelector("[data-waiting]")!.TextContent), (way, Seqs(await maria.PageAsync(way)).Length.ToString(System.Globalization.CultureInfo.InvariantCulture)));
            }
        }
        Assert.Equal("4 1", string.Join(" ", Seqs(await maria.PageAsync("/dashboard/reviews?queue=3&sort=newest"))));
    }

    [Theory]
    [InlineData("sort=size", "sort", "Ordenar por: «size» no es una de las opciones.")]
    [InlineData("flow=both", "flow", "Flujo: «both» no es una de las opciones.")]
    [InlineData("currency=PESOS", "currency", "Moneda: «PESOS» no es una moneda de ISO 4217.")]
    [InlineData("currency=MXN&amount_min=1,00", "amount_min", "Monto desde: «1,00» no es un monto en MXN.")]
    [InlineData("currency=MXN&amount_min=-5", "amount_min", "Monto desde: «-5» no es un monto en MXN.")]
    [InlineData("currency=CLP&amount_min=1.5", "amount_min", "Monto desde: «1.5» no es un monto en CLP.")]
    [InlineData("held=mine", "held", "Libres o tomadas: «mine» no es una de las opciones.")]
    public async Task What_cannot_be_read_is_said_beside_its_field(string query, string field, string sentence)
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        using var answer = await world.App.As(World.Maria).GetAsync($"{List}&{query}");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, answer.StatusCode);
        var page = await answer.HtmlAsync();
        Assert.Equal(sentence, page.GetElementById(page.QuerySelector($"[name={field}]")!.GetAttribute("aria-describedby")!)!.TextContent);
        Assert.True(page.QuerySelector("#list-sorting")!.HasAttribute("open"));
    }

    [Fact]
    public async Task An_amount_needs_its_currency_where_there_are_several()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await HoldAsync(world);
        var maria = world.App.As(World.Maria);
        using var refused = await maria.GetAsync(List + "&amount_min=100");
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Equal("Monto desde: un monto necesita su moneda.", (await refused.HtmlAsync()).GetElementById("list-amount_min-wrong")!.TextContent);
        // Where they share one it is that one's, and only the amount is set.
        var page = await maria.PageAsync(List + "&flow=payout&amount_min=100");
        Assert.Equal(["Solo dispersiones", "Desde 100.00 MXN", "Quitar filtros"], page.QuerySelectorAll(".list-tools .chips a").Select(a => a.TextContent.Trim()));
    }

    [Fact]
    public async Task Addresses_break_where_a_reader_would_break_them()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        Assert.Equal("a&lt;b<wbr>.c@<wbr>held<wbr>.example", ClausumPanel.Web.Localization.Breakable.Of("a<b.c@held.example").ToString());
        Assert.Equal("America/<wbr>Mexico_City 2806:<wbr>2f0:<wbr>:<wbr>1", ClausumPanel.Web.Localization.Breakable.Of("America/Mexico_City 2806:2f0::1").ToString());
        Assert.NotEmpty((await world.App.As(World.Maria).PageAsync(List)).QuerySelectorAll(".two-lines wbr"));
    }

    [Fact]
    public async Task Where_the_order_is_fixed_nothing_is_sorted_and_nothing_left_out()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await HoldAsync(world);
        var maria = world.App.As(World.Maria);
        var asked = List + "&sort=oldest&currency=USD&flow=what";
        Assert.Equal(3, Assert.Single(Seqs(await maria.PageAsync(List + "&sort=oldest&currency=USD"))));
        await world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == 1).ExecuteUpdateAsync(q => q.SetProperty(x => x.IsRestricted, true)));
        var page = await maria.PageAsync(asked);
        Assert.Equal(4, Seqs(page).Length);
        Assert.Null(page.QuerySelector(".list-tools"));
        Assert.Equal(("/dashboard/reviews?queue=1", "/dashboard/reviews?queue=2"), (page.QuerySelector("#queues")!.GetAttribute("hx-get"), page.QuerySelector(".tile[data-queue='2']")!.GetAttribute("href")));
    }

    [Fact]
    public async Task What_the_reader_skipped_says_when_it_comes_back_and_to_nobody_else()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(2);
        await world.FoldedAsync();
        var maria = await world.PersonAsync(World.Maria);
        var skipped = (await world.NextAsync(maria))!.Value;
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.SkipAsync(maria, skipped.Seq, skipped.Token, "not_my_area", null, default))).IsDone);
        // A session does not last that long.
        async Task<string[]> MarksAsync(Person person) => [.. (await world.App.As(person).PageAsync(List)).QuerySelectorAll("[data-skipped]").Select(m => $"{m.Closest("tr")!.GetAttribute("data-seq")}: {m.TextContent.Trim()}")];
        Assert.Equal([$"{skipped.Seq}: La omitió usted; vuelve en 8 h. Hasta entonces la tienen los demás. Su plazo vence antes de eso."], await MarksAsync(World.Maria));
        Assert.Empty(await MarksAsync(World.Ines));
        world.App.Clock.Advance(LeaseReviews.SkippedFor - TimeSpan.FromMinutes(40));
        Assert.Equal([$"{skipped.Seq}: La omitió usted; vuelve en 40 min. Hasta entonces la tienen los demás. Ya está vencida."], await MarksAsync(World.Maria));
        world.App.Clock.Advance(TimeSpan.FromMinutes(40));
        Assert.Empty(await MarksAsync(World.Maria));

        // Taken back it is theirs again.
        var next = (await world.NextAsync(maria))!.Value;
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.SkipAsync(maria, next.Seq, next.Token, "not_my_area", null, default))).IsDone);
        Assert.Single(await MarksAsync(World.Maria));
        Assert.True((await world.DoAsync<UndoReviews, (ReviewLease?, ReviewAnswer Answer)>(d => d.UndoAsync(maria, next.Seq, default))).Answer.IsDone);
        Assert.Empty(await MarksAsync(World.Maria));
    }

    [Fact]
    public async Task What_somebody_skipped_says_who_and_why_to_the_others_for_a_day()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var (maria, tomas) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Tomas));
        async Task SkipAsync(Reviewer who, string reason, string? note)
        {
            var lease = (await world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer)>(l => l.TakeAsync(who, 1, default))).Lease!.Value;
            Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.SkipAsync(who, 1, lease.Token, reason, note, default))).IsDone);
        }
        async Task<string?> PassedAsync(Person person) => (await world.App.As(person).PageAsync(List)).QuerySelectorAll("[data-passed]").Select(m => m.TextContent.Trim()).SingleOrDefault();
        await SkipAsync(maria, "needs_a_colleague", "Habla alemán");
        Assert.Equal("María Analiza la omitió: necesita a un colega · Habla alemán", await PassedAsync(World.Ines));
        Assert.Null(await PassedAsync(World.Maria));
        // The latest one that stands, and each reader their own beside it.
        await SkipAsync(tomas, "other", "Es mi vecino");
        Assert.Equal("Tomás Analiza la omitió: Es mi vecino", await PassedAsync(World.Ines));
        Assert.Equal(("María Analiza la omitió: necesita a un colega · Habla alemán", "Tomás Analiza la omitió: Es mi vecino"), (await PassedAsync(World.Tomas), await PassedAsync(World.Maria)));
        Assert.True((await world.DoAsync<UndoReviews, (ReviewLease?, ReviewAnswer Answer)>(d => d.UndoAsync(tomas, 1, default))).Answer.IsDone);
        Assert.StartsWith("María Analiza", await PassedAsync(World.Ines), StringComparison.Ordinal);
        world.App.Clock.Advance(TimeSpan.FromHours(24));
        Assert.Null(await PassedAsync(World.Ines));
    }

    [Fact]
    public async Task What_is_put_away_is_opened_in_its_own_queue()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(2);
        await world.FoldedAsync();
        await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.Seq == 2).ExecuteUpdateAsync(r => r.SetProperty(x => x.Queue, 3)));
        var maria = await world.PersonAsync(World.Maria);
        foreach (var seq in (long[])[1, 2])
        {
            var lease = (await world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer)>(l => l.TakeAsync(maria, seq, default))).Lease!.Value;
            Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.HoldAsync(maria, seq, lease.Token, world.App.Clock.GetUtcNow().AddHours(seq), null, default))).IsDone);
        }
        var page = await world.App.As(World.Maria).PageAsync("/dashboard/reviews");
        Assert.Equal(["queue=1", "queue=3"], page.QuerySelectorAll("[data-away] a[data-open]").Select(a => a.GetAttribute("href")!.Split('?')[1]));
    }
}

public sealed class PostgresQueueListTests : QueueListStories
{
    protected override PanelApp Make() => new PostgresPanelApp();

    [PostgresFact] public Task The_list_of_a_queue_is_sorted_and_filtered_as_its_address_says() => SortedAsync();

    [PostgresFact] public Task What_was_escalated_says_by_whom_and_what_they_asked() => EscalatedAsync();

    [PostgresFact] public Task Whoever_escalated_hears_what_became_of_it() => HandedOnAsync();

    [PostgresFact] public Task At_the_end_of_a_queue_it_says_who_has_the_rest_and_where_to_go_on() => EndAsync();

    [PostgresFact] public Task A_search_that_finds_nothing_here_says_where_it_does() => ElsewhereAsync();
}

public abstract class QueueListStories
{
    protected const string List = "/dashboard/reviews?queue=1";

    protected abstract PanelApp Make();

    protected static long[] Seqs(IDocument page) => [.. page.QuerySelectorAll("tr[data-row][data-seq]").Select(tr => long.Parse(tr.GetAttribute("data-seq")!, System.Globalization.CultureInfo.InvariantCulture))];

    /// <summary>Two in pesos, one in dollars, one that goes out: each of another amount, score and time.</summary>
    private protected static async Task HoldAsync(ReviewWorld world)
    {
        foreach (var payment in (string[])[
            """{"amount":150000,"currency":"MXN","email":"uno@held.example"}""", """{"amount":90000,"currency":"MXN","email":"dos@held.example"}""",
            """{"amount":20000,"currency":"USD","email":"tres@held.example"}""", """{"amount":40000,"currency":"MXN","email":"cuatro@held.example"}"""])
        {
            world.App.Clock.Advance(TimeSpan.FromSeconds(1));
            (await world.Shop.AssessAsync(payment)).MustBeGood();
        }
        await world.FoldedAsync();
        await world.App.InDbAsync(async db =>
        {
            foreach (var review in await db.Set<Review>().ToListAsync()) review.DueAt = review.Seq switch { 1 => null, 2 => review.OpenedAt + 9_000_000, 3 => review.OpenedAt + 1_000_000, _ => review.OpenedAt + 5_000_000 };
            await db.SaveChangesAsync();
            // What lists filter by; the log itself is never changed.
            await db.Set<AssessmentRow>().Where(r => r.Seq == 4).ExecuteUpdateAsync(r => r.SetProperty(x => x.Flow, Flow.PayOut));
            foreach (var (seq, score) in ((long, int)[])[(1, 30), (2, 60), (3, 45), (4, 60)]) await db.Set<AssessmentRow>().Where(r => r.Seq == seq).ExecuteUpdateAsync(r => r.SetProperty(x => x.Score, score));
        });
    }

    protected async Task SortedAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await HoldAsync(world);
        var tomas = await world.PersonAsync(World.Tomas);
        Assert.NotNull((await world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer)>(l => l.TakeAsync(tomas, 2, default))).Lease);
        // Kept ready is free: nobody looks at it yet.
        Assert.NotNull(await world.DoAsync<LeaseReviews, ReviewLease?>(l => l.AheadAsync(tomas, 1, 2, default)));
        var maria = world.App.As(World.Maria);
        foreach (var (query, seqs) in ((string, long[])[])[
            ("sort=due", [3, 4, 2, 1]), ("sort=oldest", [1, 2, 3, 4]), ("sort=newest", [4, 3, 2, 1]), ("sort=amount", [1, 2, 4, 3]), ("sort=score", [2, 4, 3, 1]),
            ("sort=oldest&flow=payin", [1, 2, 3]), ("sort=oldest&flow=payout", [4]), ("sort=oldest&currency=usd", [3]), ("sort=newest&currency=MXN", [4, 2, 1]), ("sort=oldest&currency=MXN&amount_min=900", [1, 2]),
            ("sort=oldest&currency=MXN&amount_min=1%2C500.00", [1]), ("sort=amount&flow=payin&held=free", [1, 3]), ("sort=oldest&held=taken", [2]), ("sort=oldest&held=free", [1, 3, 4]), ("currency=MXN&amount_min=1500.01", []),
            // What is left has one currency, which an amount without any has too.
            ("sort=oldest&flow=payout&amount_min=100", [4])])
        {
            var page = await maria.PageAsync($"{List}&{query}");
            Assert.Equal((query, string.Join(' ', seqs)), (query, string.Join(' ', Seqs(page))));
            Assert.Equal((query, seqs.Length < 4 ? $" · se muestran {seqs.Length} de 4" : null), (query, page.QuerySelector("#waiting [data-shown]")?.TextContent));
            // What matches and is with somebody.
            if (query == "sort=oldest&held=taken") Assert.Equal("Del filtro ya no queda ninguna libre.", page.QuerySelector("[data-left]")!.TextContent);
        }
    }

    protected async Task ElsewhereAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await HoldAsync(world);
        await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.Seq == 2).ExecuteUpdateAsync(r => r.SetProperty(x => x.Queue, 3)));
        await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.Seq == 3).ExecuteUpdateAsync(r => r.SetProperty(x => x.Queue, ReviewQueue.EscalatedNumber)));
        async Task<(string?, string?)> FoundAsync(Person person, string query) => (await world.App.As(person).PageAsync(query)).QuerySelector("[data-elsewhere-found]") is { } found ? (found.QuerySelector("a")!.TextContent, found.QuerySelector("a")!.GetAttribute("href")) : default;
        Assert.Equal(default, await FoundAsync(World.Maria, List + "&q=uno@held.example"));
        Assert.Equal(("1 en Retenidas para revisión", "/dashboard/reviews?queue=3&q=dos@held.example"), await FoundAsync(World.Maria, List + "&q=dos@held.example"));
        // From an empty queue too, and in its own where only the other filters left it out.
        Assert.Equal("/dashboard/reviews?queue=3&q=dos@held.example", (await FoundAsync(World.Maria, "/dashboard/reviews?queue=2&q=dos@held.example")).Item2);
        Assert.Equal("/dashboard/reviews?queue=1&q=uno@held.example", (await FoundAsync(World.Maria, List + "&flow=payout&q=uno@held.example")).Item2);
        // Nothing matched: that nothing of it is free is not said besides.
        var none = await world.App.As(World.Maria).PageAsync(List + "&flow=payout&q=uno@held.example");
        Assert.NotNull(none.QuerySelector("[data-unfiltered]"));
        Assert.Null(none.QuerySelector("[data-left]"));
        // Where they may only look too, and it says so to who decides elsewhere.
        async Task<string> SaidAsync(Person person, string query) => string.Join(' ', (await world.App.As(person).PageAsync(query)).QuerySelector("[data-elsewhere-found]")!.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        foreach (var person in (Person[])[World.Ines, World.Maria])
            Assert.Equal(("1 en Escaladas", $"/dashboard/reviews?queue={ReviewQueue.EscalatedNumber}&q=tres@held.example"), await FoundAsync(person, List + "&q=tres@held.example"));
        Assert.Equal("De «tres@held.example»: 1 en Escaladas", await SaidAsync(World.Ines, List + "&q=tres@held.example"));
        Assert.Equal("De «tres@held.example»: 1 en Escaladas (deciden los administradores)", await SaidAsync(World.Maria, List + "&q=tres@held.example"));
        // One of a fixed order is opened without the search.
        await world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == 3).ExecuteUpdateAsync(q => q.SetProperty(x => x.IsRestricted, true)));
        Assert.Equal("/dashboard/reviews?queue=3", (await FoundAsync(World.Maria, List + "&q=dos@held.example")).Item2);
        // What is on hold: one is opened, several are listed.
        var maria = await world.PersonAsync(World.Maria);
        async Task PutAwayAsync(long seq)
        {
            var lease = (await world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer)>(l => l.TakeAsync(maria, seq, default))).Lease!.Value;
            Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.HoldAsync(maria, seq, lease.Token, world.App.Clock.GetUtcNow().AddHours(seq), null, default))).IsDone);
        }
        await PutAwayAsync(1);
        var id = await world.App.InDbAsync(db => db.Set<StoredAssessment>().Where(a => a.Seq == 1).Select(a => a.Id).SingleAsync());
        Assert.Equal(("1 apartada", $"/dashboard/reviews/{id}?queue=1"), await FoundAsync(World.Maria, List + "&q=uno@held.example"));
        await PutAwayAsync(4);
        Assert.Equal("De «held.example»: 1 en Retenidas para revisión · 1 en Escaladas (deciden los administradores) · 2 apartadas", await SaidAsync(World.Maria, List + "&q=held.example"));
        Assert.Equal("/dashboard/reviews?queue=1#put-away", (await world.App.As(World.Maria).PageAsync(List + "&q=held.example")).QuerySelector("[data-found-on-hold]")!.GetAttribute("href"));
        Assert.Equal(("nada en las colas; buscar en el monitor", "/dashboard/transactions?q=nadie@held.example&period=all"), await FoundAsync(World.Maria, List + "&q=nadie@held.example"));
        Assert.Null((await world.App.As(World.Maria).PageAsync(List + "&q=nadie@held.example")).QuerySelector("[data-left]"));
        // What is in no list yet.
        var soon = world.App.Clock.GetUtcNow().AddMinutes(20);
        await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.Seq == 2).ExecuteUpdateAsync(r => r.SetProperty(x => x.VisibleAt, soon.ToUnixTimeMilliseconds())));
        id = await world.App.InDbAsync(db => db.Set<StoredAssessment>().Where(a => a.Seq == 2).Select(a => a.Id).SingleAsync());
        Assert.Equal(($"1 aún no se muestra: aparece a las {soon.ToOffset(TimeSpan.FromHours(-6)):HH:mm} en Retenidas para revisión", $"/dashboard/reviews/{id}?queue=3"), await FoundAsync(World.Maria, List + "&q=dos@held.example"));
        await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.Seq == 3).ExecuteUpdateAsync(r => r.SetProperty(x => x.VisibleAt, soon.AddMinutes(5).ToUnixTimeMilliseconds())));
        Assert.Equal($"De «held.example»: 2 apartadas · 2 aún no se muestran: la primera aparece a las {soon.ToOffset(TimeSpan.FromHours(-6)):HH:mm} en Retenidas para revisión", await SaidAsync(World.Maria, List + "&q=held.example"));
    }

    protected async Task EscalatedAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(4);
        await world.FoldedAsync();
        var (maria, tomas) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Tomas));
        async Task<ReviewLease> TakeAsync(Reviewer who, long seq) => (await world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer)>(l => l.TakeAsync(who, seq, default))).Lease!.Value;
        // Escalated in error and taken back, then with the right question.
        foreach (var asked in (string[])["Otra cosa", "¿Es la misma familia?"])
        {
            var lease = await TakeAsync(maria, 1);
            Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.EscalateAsync(maria, 1, lease.Token, asked, default))).IsDone);
            if (asked == "Otra cosa") Assert.True((await world.DoAsync<UndoReviews, (ReviewLease?, ReviewAnswer Answer)>(d => d.UndoAsync(maria, 1, default))).Answer.IsDone);
        }
        await world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == 1).ExecuteUpdateAsync(q => q.SetProperty(x => x.SecondAbove, ReviewQueue.Write(new Dictionary<string, long> { ["MXN"] = 10_000 })).SetProperty(x => x.Timeout, TimeoutAction.Escalate)));
        Assert.True((await world.DecideAsync(maria, await TakeAsync(maria, 2), new(ReviewOutcome.Approve, "known_customer"))).IsDone);
        Assert.True((await world.DecideAsync(tomas, await TakeAsync(tomas, 2), new(ReviewOutcome.Decline, "stolen_card", "La tarjeta es robada"))).IsDone);
        world.App.Clock.Advance(TimeSpan.FromMinutes(61));
        await world.SettleAsync();
        var rows = (await world.App.As(World.Ines).PageAsync($"/dashboard/reviews?queue={ReviewQueue.EscalatedNumber}")).QuerySelectorAll("tr[data-row]").ToDictionary(tr => tr.GetAttribute("data-seq")!, tr => tr.QuerySelector("[data-handed]")?.TextContent);
        Assert.Equal(4, rows.Count);
        Assert.Equal("La escaló María Analiza: ¿Es la misma familia?", rows["1"]);
        Assert.Equal("Tomás Analiza decidió distinto que la primera persona: La tarjeta es robada", rows["2"]);
        Assert.Equal(("Se agotó el tiempo", "Se agotó el tiempo"), (rows["3"], rows["4"]));
    }

    protected async Task HandedOnAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(4);
        await world.FoldedAsync();
        var (maria, ines) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Ines));
        async Task<ReviewLease> TakeAsync(Reviewer who, long seq) => (await world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer)>(l => l.TakeAsync(who, seq, default))).Lease!.Value;
        Assert.Null((await world.App.As(World.Maria).PageAsync(List)).QuerySelector("#handed-on"));
        foreach (var seq in (long[])[1, 2, 3])
        {
            world.App.Clock.Advance(TimeSpan.FromSeconds(1));
            var lease = await TakeAsync(maria, seq);
            Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.EscalateAsync(maria, seq, lease.Token, $"¿Qué es {seq}?", default))).IsDone);
        }
        // One was taken back.
        Assert.True((await world.DoAsync<UndoReviews, (ReviewLease?, ReviewAnswer Answer)>(d => d.UndoAsync(maria, 3, default))).Answer.IsDone);
        Assert.True((await world.DecideAsync(ines, await TakeAsync(ines, 1), new(ReviewOutcome.Decline, "stolen_card", "Es robada"))).IsDone);
        var part = (await world.App.As(World.Maria).PageAsync(List)).QuerySelector("#handed-on")!;
        Assert.Equal("1", part.QuerySelector("[data-answered]")!.GetAttribute("data-answered"));
        var rows = part.QuerySelectorAll("[data-handed-on]").Select(tr => string.Join(' ', $"{tr.GetAttribute("data-handed-on")} {tr.QuerySelector("[data-label='Lo que preguntó']")!.TextContent} {tr.QuerySelector("[data-became]")!.TextContent}".Split((char[])[' ', '\n'], StringSplitOptions.RemoveEmptyEntries)));
        Assert.Equal(["2 ¿Qué es 2? Espera", "1 ¿Qué es 1? Rechazada · Tarjeta robada · Inés Administra: Es robada"], rows);
        Assert.All(part.QuerySelectorAll("a[data-open]"), a => Assert.Matches("^/dashboard/reviews/[0-9a-f-]{36}[?]queue=[0-9]+$", a.GetAttribute("href")!));
        // It is nobody else's, and old ones are not told any more.
        foreach (var person in (Person[])[World.Tomas, World.Ines, World.Victor]) Assert.Null((await world.App.As(person).PageAsync(List)).QuerySelector("#handed-on"));
        world.App.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal("0", (await world.App.As(World.Maria).PageAsync(List)).QuerySelector("[data-answered]")!.GetAttribute("data-answered"));
        world.App.Clock.Advance(TimeSpan.FromDays(6));
        Assert.Null((await world.App.As(World.Maria).PageAsync(List)).QuerySelector("#handed-on"));
    }

    protected async Task EndAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(4);
        await world.FoldedAsync();
        await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.Seq > 2).ExecuteUpdateAsync(r => r.SetProperty(x => x.Queue, 3)));
        var (maria, tomas) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Tomas));
        async Task<ReviewLease> TakeAsync(Reviewer who, long seq) => (await world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer)>(l => l.TakeAsync(who, seq, default))).Lease!.Value;
        async Task<(string? Go, string? Left)> ShownAsync() => (await world.App.As(World.Maria).PageAsync(List)) is var page ? (page.QuerySelector("#start")?.TextContent.Trim(), page.QuerySelector("[data-left]")?.TextContent) : default;
        Assert.Equal(("Empezar Enter", null), await ShownAsync());
        // What the reader has is theirs to go on with.
        var own = await TakeAsync(maria, 1);
        await TakeAsync(tomas, 2);
        Assert.Equal(("Empezar Enter", null), await ShownAsync());
        Assert.True((await world.DecideAsync(maria, own, new(ReviewOutcome.Approve, "known_customer"))).IsDone);
        var name = (await world.App.As(World.Maria).PageAsync(List)).QuerySelector("[data-queue='3'] .tile-name")!.FirstChild!.TextContent.Trim();
        Assert.Equal(($"Seguir con {name} (2) Enter", "La última la tiene Tomás Analiza."), await ShownAsync());
        using var asked = new HttpRequestMessage(HttpMethod.Get, List) { Headers = { { "HX-Request", "true" } } };
        using var part = await world.App.As(World.Maria).SendAsync(asked);
        Assert.Equal("true", (await part.HtmlAsync()).QuerySelector("#queue-start")!.GetAttribute("hx-swap-oob"));
        using var gone = await world.App.As(World.Maria).SubmitAsync(List, "form[action*=Start]");
        Assert.EndsWith("?queue=3", gone.Headers.Location!.OriginalString, StringComparison.Ordinal);

        // The page of what they decided offers the same, by the same key, and so does that of what somebody else has.
        foreach (var seq in (long[])[1, 2])
        {
            var id = await world.App.InDbAsync(db => db.Set<StoredAssessment>().Where(a => a.Seq == seq).Select(a => a.Id).SingleAsync());
            var address = $"/dashboard/reviews/{id}?queue=1";
            var go = (await world.App.As(World.Maria).PageAsync(address)).QuerySelector(".card-footer form[data-go-on='3'] button[data-key=start]");
            Assert.Equal((seq, $"Seguir con {name} (2) Enter"), (seq, go?.TextContent.Trim()));
            using var went = await world.App.As(World.Maria).SubmitAsync(address, "form[data-go-on='3']");
            Assert.EndsWith("?queue=3", went.Headers.Location!.OriginalString, StringComparison.Ordinal);
            await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.Queue == 3).ExecuteUpdateAsync(r => r.SetProperty(x => x.LeaseOwner, (Guid?)null).SetProperty(x => x.LeaseUntil, (long?)null)));
            // Of a filter first what the queue has besides; where something of it can be had, that; and of all queues whatever there is.
            foreach (var (way, said) in ((string, string)[])[("?queue=3&currency=USD", "Seguir sin el filtro (2) Enter"), ("?queue=3", "La siguiente Enter"), ("", "La siguiente Enter")])
                Assert.Equal((seq, way, said), (seq, way, (await world.App.As(World.Maria).PageAsync($"/dashboard/reviews/{id}{way}")).QuerySelector("[data-key=start]")?.TextContent.Trim()));
        }

        // Where nothing can be had anywhere nothing is offered.
        await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.Queue == 3).ExecuteUpdateAsync(r => r.SetProperty(x => x.Queue, ReviewQueue.EscalatedNumber)));
        await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.LeaseOwner == maria.Id).ExecuteUpdateAsync(r => r.SetProperty(x => x.LeaseOwner, (Guid?)null).SetProperty(x => x.LeaseUntil, (long?)null)));
        Assert.Equal((null, "La última la tiene Tomás Analiza."), await ShownAsync());
    }
}
