using AngleSharp.Dom;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Reviews;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Tests.Transactions;

public sealed class MonitorTests
{
    [Fact]
    public async Task Beside_what_the_engine_decided_stands_what_became_of_it_and_by_whom_once_it_is_for_good()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(5);
        await world.FoldedAsync();
        var (maria, tomas) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Tomas));
        await world.App.InDbAsync(async db =>
        {
            await db.Set<Review>().Where(r => r.Seq == 4).ExecuteUpdateAsync(r => r.SetProperty(x => x.Queue, 2));
            // Where no queue waits for the answers, no challenge comes back while this looks.
            return await db.Set<ReviewQueue>().Where(q => q.Number == 2).ExecuteUpdateAsync(q => q.SetProperty(x => x.Timeout, TimeoutAction.Decline).SetProperty(x => x.DelayMinutes, 0));
        });
        foreach (var (who, seq, outcome, reason) in ((Reviewer, long, ReviewOutcome, string)[])[(maria, 1, ReviewOutcome.Approve, "known_customer"), (tomas, 2, ReviewOutcome.Challenge, "confirm_card"), (maria, 3, ReviewOutcome.Decline, "stolen_card")])
        {
            var taken = await world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer)>(l => l.TakeAsync(who, seq, default));
            Assert.True((await world.DecideAsync(who, taken.Lease!.Value, new(outcome, reason))).IsDone);
        }
        // As long as it can be undone it is not decided, for the filter as little as in the row.
        Assert.Equal(["", "", "", "", ""], await EndsAsync("?period=all"));
        world.App.Clock.Advance(TimeSpan.FromHours(5));
        await world.SettleAsync();
        Assert.Equal(["Aprobada por María Analiza", "En verificación por Tomás Analiza", "Rechazada por María Analiza", "Rechazada Se agotó el tiempo", ""], await EndsAsync("?period=all"));
        Assert.Equal(["Rechazada por María Analiza", "Rechazada Se agotó el tiempo"], await EndsAsync("?period=all&final=decline"));
        Assert.Equal(["Approved by María Analiza", "Challenged by Tomás Analiza", "Declined by María Analiza", "Declined Time ran out", ""], await EndsAsync("?period=all", "en-US"));

        async Task<IReadOnlyList<string>> EndsAsync(string query, string language = "es-MX")
        {
            var victor = world.App.As(World.Victor);
            victor.DefaultRequestHeaders.Add("Accept-Language", language);
            var page = await victor.PageAsync("/dashboard/transactions" + query + "&sort=oldest");
            Assert.Contains(page.QuerySelectorAll("fieldset legend"), l => l.TextContent == (language == "en-US" ? "Final outcome" : "Resultado final"));
            return [.. page.QuerySelectorAll("tr[data-row]").Select(r => r.QuerySelector("[data-ended]") is { } ended ? string.Join(' ', ended.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)) : "")];
        }
    }

    [Fact] public Task What_a_person_must_decide_says_so_and_whether_it_was_escalated() => WaitsAsync(new PanelApp());

    [PostgresFact] public Task What_a_person_must_decide_says_so_and_whether_it_was_escalated_in_PostgreSQL() => WaitsAsync(new PostgresPanelApp());

    private static async Task WaitsAsync(PanelApp app)
    {
        await using var world = await ReviewWorld.StartAsync(app);
        await world.HoldAsync(5);
        await world.FoldedAsync();
        var later = TestClock.Start.AddHours(3).ToUnixTimeMilliseconds();
        // One is skipped, one escalated a moment ago, one on hold, one not shown by its queue yet, and one is decided.
        await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.Seq == 4).ExecuteUpdateAsync(r => r.SetProperty(x => x.VisibleAt, later)));
        var maria = await world.PersonAsync(World.Maria);
        async Task DoAsync(long seq, Func<DecideReviews, ReviewLease, Task<ReviewAnswer>> step)
        {
            var lease = (await world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer)>(l => l.TakeAsync(maria, seq, default))).Lease!.Value;
            Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => step(d, lease))).IsDone);
        }
        await DoAsync(1, (d, l) => d.SkipAsync(maria, 1, l.Token, "needs_a_colleague", null, default));
        await DoAsync(2, (d, l) => d.EscalateAsync(maria, 2, l.Token, "¿La dejamos pasar?", default));
        await DoAsync(3, (d, l) => d.HoldAsync(maria, 3, l.Token, world.App.Clock.GetUtcNow().AddHours(1), null, default));
        await DoAsync(5, (d, l) => d.DecideAsync(maria, 5, l.Token, new(ReviewOutcome.Approve, "known_customer"), default));
        foreach (var isSettled in (bool[])[false, true])
        {
            Assert.Equal(["Espera una decisión", "Escalada, espera a un administrador", "Apartada hasta el 24 nov 2026, 10:00", "", ""], await SaidAsync("es-MX"));
            Assert.Equal(["Waits for a decision", "Escalated, waits for an admin", "On hold until Nov 24, 2026, 10:00", "", ""], await SaidAsync("en-US"));
            if (isSettled) break;
            world.App.Clock.Advance(TimeSpan.FromMinutes(1));
            await world.SettleAsync();
        }
        await world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == ReviewQueue.EscalatedNumber).ExecuteUpdateAsync(q => q.SetProperty(x => x.AdminsOnly, false)));
        Assert.Equal("Escalada, espera una decisión", (await SaidAsync("es-MX"))[1]);

        async Task<IReadOnlyList<string>> SaidAsync(string language)
        {
            using var victor = world.App.As(World.Victor);
            victor.DefaultRequestHeaders.Add("Accept-Language", language);
            var rows = (await victor.PageAsync("/dashboard/transactions?period=all&sort=oldest")).QuerySelectorAll("tr[data-row]");
            List<string> said = [];
            foreach (var row in rows)
            {
                var its = row.QuerySelector("[data-stands]");
                said.Add(its is null ? "" : Words(its));
                // The page of the payment says the same, and leads to its case as the line does.
                var link = (await victor.PageAsync(row.QuerySelector("[data-open]")!.GetAttribute("href")!)).QuerySelector("[data-review]")!;
                if (its is null) continue;
                Assert.Equal(said[^1], Words(link));
                Assert.Equal(link.GetAttribute("href"), its.QuerySelector("a")!.GetAttribute("href")!.Split('?')[0]);
            }
            return said;
        }
    }

    [Fact] public Task A_phone_is_found_however_somebody_writes_it() => PhonesAsync(new PanelApp());

    [PostgresFact] public Task A_phone_is_found_however_somebody_writes_it_in_PostgreSQL() => PhonesAsync(new PostgresPanelApp());

    private static async Task PhonesAsync(PanelApp app)
    {
        await using var world = await ReviewWorld.StartAsync(app);
        foreach (var phone in (string[])["+52 771 760 6167", "+1 (212) 555-0123"])
            (await world.Shop.AssessAsync($$"""{"amount":20000,"currency":"MXN","email":"{{Guid.NewGuid():N}}@held.example","order_id":"MO-{{phone.Length}}","phone":"{{phone}}"}""")).MustBeGood();
        await world.FoldedAsync();
        using var maria = world.App.As(World.Maria);
        // As it was folded, and as what was just answered is read from the log.
        foreach (var isFolded in (bool[])[true, false])
        {
            if (!isFolded) await world.App.InDbAsync(db => db.Set<LogMark>().Where(m => m.Reader == "fold").ExecuteUpdateAsync(m => m.SetProperty(x => x.Seq, 0)));
            foreach (var text in (string[])["+527717606167", "7717606167", "527717606167", "+52 771 760 6167", "771 760 6167", "(771) 760-6167", "0052 771 760 6167", "+521 771 760 6167"]) Assert.Equal((text, "MO-16"), (text, await FoundAsync(text)));
            foreach (var text in (string[])["+12125550123", "212-555-0123", "1 212 555 0123"]) Assert.Equal((text, "MO-17"), (text, await FoundAsync(text)));
            // Its end is no phone, and another country's number is another one; an order is found as it was.
            foreach (var text in (string[])["760 6167", "6167", "+1 771 760 6167", "771 760 6169"]) Assert.Equal((text, ""), (text, await FoundAsync(text)));
            Assert.Equal("MO-16", await FoundAsync("mo-16"));
        }
        // The list of a queue is searched by the same.
        foreach (var (text, seqs) in ((string, long[])[])[("771 760 6167", [1]), ("212.555.0123", [2]), ("771 760 6169", [])])
            Assert.Equal(seqs, (await maria.PageAsync("/dashboard/reviews?queue=1&q=" + Uri.EscapeDataString(text))).QuerySelectorAll("tr[data-seq]").Select(r => long.Parse(r.GetAttribute("data-seq")!, System.Globalization.CultureInfo.InvariantCulture)));

        async Task<string> FoundAsync(string text) => string.Join(' ', (await maria.PageAsync("/dashboard/transactions?period=all&q=" + Uri.EscapeDataString(text))).QuerySelectorAll("tr[data-row] td:last-child").Select(td => td.TextContent));
    }

    [Fact]
    public async Task A_search_that_finds_nothing_says_what_is_searched_and_how()
    {
        await using var app = new PanelApp();
        await app.InitializeAsync();
        var page = await app.As(World.Victor).PageAsync("/dashboard/transactions?q=EL46663");
        var said = page.QuerySelector("[data-searched]")!.TextContent;
        Assert.Contains("como lo escribe el comercio, con sus guiones", said, StringComparison.Ordinal);
        Assert.DoesNotContain("Quite un filtro", page.QuerySelector(".empty")!.TextContent, StringComparison.Ordinal);
        var everything = page.QuerySelector("[data-everything]")!.GetAttribute("href")!;
        Assert.Equal("/dashboard/transactions?q=EL46663&period=all", everything);
        Assert.Null((await app.As(World.Victor).PageAsync(everything)).QuerySelector("[data-everything]"));
        // Another filter may be what left it out; what was searched whole has no beginning.
        Assert.Contains("Quite un filtro", (await app.As(World.Victor).PageAsync("/dashboard/transactions?q=EL46663&flow=payin")).QuerySelector(".empty")!.TextContent, StringComparison.Ordinal);
        Assert.Null((await app.As(World.Victor).PageAsync("/dashboard/transactions?q=EL46663&by=customer")).QuerySelector("[data-searched]"));
    }

    [Fact]
    public async Task The_page_of_a_payment_tells_what_people_did_with_it_and_keeps_the_first_decision_of_two_as_its_review_does()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        await world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == 1).ExecuteUpdateAsync(q => q.SetProperty(x => x.SecondAbove, ReviewQueue.Write(new Dictionary<string, long> { ["MXN"] = 1 }))));
        var id = await world.App.InDbAsync(db => db.Set<StoredAssessment>().Select(a => a.Id).SingleAsync());
        ReviewVerdict verdict = new(ReviewOutcome.Decline, "stolen_card", "La denunció su banco") { Entries = [new ReviewEntry(ListType.Email, ListSeverity.Block, 30)] };
        await DecideAsync(World.Maria);
        Assert.EndsWith("Decidió primero; una segunda persona debe estar de acuerdo · María Analiza", await LastAsync(World.Tomas), StringComparison.Ordinal);
        Assert.EndsWith("María Analiza se iba a bloquear: correo electrónico payer1@held.example por 30 días La denunció su banco", await LastAsync(World.Maria), StringComparison.Ordinal);
        world.App.Clock.Advance(TimeSpan.FromMinutes(1));
        await DecideAsync(World.Tomas);
        world.App.Clock.Advance(TimeSpan.FromMinutes(1));
        await world.SettleAsync();
        foreach (var address in (string[])["transactions", "reviews"])
        {
            var page = await world.App.As(World.Victor).PageAsync($"/dashboard/{address}/{id}");
            Assert.Equal(["FirstDecided", "Decided", "Closed"], page.QuerySelectorAll(".timeline-list [data-event]").Select(e => e.GetAttribute("data-event")).Where(kind => kind != "Leased"));
            var decided = page.QuerySelector(".timeline-list [data-event=Decided]")!;
            Assert.Contains("Rechazar · Tarjeta robada · etiqueta: fraude · Tomás Analiza bloqueado: correo electrónico payer1@held.example", Words(decided), StringComparison.Ordinal);
            Assert.StartsWith("/dashboard/protection/blocklists?", decided.QuerySelector("[data-listed] a")!.GetAttribute("href")!, StringComparison.Ordinal);
        }

        async Task DecideAsync(Person person)
        {
            var who = await world.PersonAsync(person);
            var lease = (await world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer)>(l => l.TakeAsync(who, 1, default))).Lease!.Value;
            Assert.True((await world.DecideAsync(who, lease, verdict)).IsDone);
        }

        async Task<string> LastAsync(Person person) => Words((await world.App.As(person).PageAsync($"/dashboard/transactions/{id}")).QuerySelectorAll(".timeline-list [data-event]")[^1]);
    }

    private static string Words(IElement said) => string.Join(' ', said.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
