using AngleSharp.Dom;
using ClausumPanel.Assess;
using ClausumPanel.Assess.Rules;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Protection;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Reviews;

public sealed class QueuePageTests
{
    private const string Queue = "/dashboard/reviews";

    [Fact]
    public async Task Of_how_many_that_wait_each_signal_is_true_stands_above_them()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(4);
        await world.FoldedAsync();
        var maria = world.App.As(World.Maria);
        var said = (await maria.PageAsync(Queue)).QuerySelector("[data-fills]")!;
        Assert.StartsWith("Entre 4 en espera: Listas Dominio de correo en una lista 4.", Words(said), StringComparison.Ordinal);
        Assert.EndsWith("Una puede tener varias.", Words(said), StringComparison.Ordinal);
        Assert.DoesNotContain("%", said.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_fills_a_queue_names_the_rules_the_lists_and_the_signals_that_held_it()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await PolicyTests.RuledAsync(world.App, new PolicyRule("dear", "Dear", "when amount >= 400 MXN then review", "dear"), new PolicyRule("kind", "Kind", "when amount > 0 MXN then add -1", "kind"),
            new PolicyRule("watch", "Watch", "when amount > 0 MXN then review", "watched") { ObserveOnly = true });
        await world.HoldAsync(2);
        foreach (var amount in (int[])[50_000, 60_000, 70_000]) (await world.Shop.AssessAsync($$"""{"amount":{{amount}},"currency":"MXN"}""")).MustBeGood();
        await world.FoldedAsync();
        foreach (var (person, way) in ((Person, string)[])[(World.Ines, "/dashboard/protection/rule/dear"), (World.Maria, "/dashboard/protection/rules#rule-dear")])
        {
            var client = world.App.As(person);
            var page = await client.PageAsync(Queue);
            Assert.StartsWith("Entre 5 en espera: Reglas Dear 3. Listas Dominio de correo en una lista 2.", Words(page.QuerySelector("[data-fills]")!), StringComparison.Ordinal);
            Assert.Equal(way, page.QuerySelector("[data-fills-rules] a.to-rule")!.GetAttribute("href"));
            // Where it leads the rule is.
            var parts = way.Split('#');
            Assert.Contains("Dear", (parts.Length == 1 ? (await client.PageAsync(parts[0])).QuerySelector("#Input_Name")!.GetAttribute("value") : (await client.PageAsync(parts[0])).GetElementById(parts[1])!.TextContent)!, StringComparison.Ordinal);
            var listed = await client.PageAsync(page.QuerySelector("[data-fills-lists] a")!.GetAttribute("href")!);
            Assert.Equal(2, listed.QuerySelectorAll("tr[data-seq]").Length);
        }
    }

    [Fact]
    public async Task Signals_that_are_not_named_above_the_list_are_counted()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        foreach (var payment in (string[])
        [
            """{"amount":20000,"currency":"MXN","email":"ana.lopez@tienda.example","device":{"fingerprint":"fp_ten"},"behavior":{"session_duration_ms":900,"mouse_movements":0,"keyboard_events":0,"touch_events":0,"copy_paste_events":3}}""",
            """{"amount":100,"currency":"MXN","email":"luis.rios@tienda.example","phone":"+525512345678","device":{"ip":"83.45.120.14"},"payment_method":{"type":"card","card_bin":"411111","card_last4":"4242","card_country":"MX","card_brand":"visa"},"billing":{"country":"MX"},"shipping":{"country":"US"}}""",
        ]) Assert.Equal("review", (await world.Shop.AssessAsync(payment)).MustBeGood().Decision);
        await world.FoldedAsync();
        var fired = await world.App.InDbAsync(async db => (await (from r in db.Set<Review>() join a in db.Set<StoredAssessment>() on r.Seq equals a.Seq select a.Signals).ToListAsync()));
        var hits = new SignalHit[Assessment.MostSignals];
        var signals = fired.SelectMany(f => hits[..SignalHits.Read(f, hits)].Where(h => h.Weight > 0).Select(h => SignalCatalog.All[h.Signal]).Where(s => s.Category != SignalCategory.Lists).ToList()).Distinct().Count();
        var said = (await world.App.As(World.Maria).PageAsync(Queue + "?queue=3")).QuerySelector("[data-fills-signals]");
        Assert.Equal((Math.Min(8, signals), signals > 8 ? $"{signals - 8}" : null), (said?.QuerySelectorAll("a").Length ?? 0, said?.QuerySelector("[data-not-named]")?.GetAttribute("data-not-named")));
        Assert.True(signals > 8);
    }

    private static string Words(IElement said) => string.Join(' ', said.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Replace(" .", ".", StringComparison.Ordinal);

    [Fact]
    public async Task The_queue_of_admins_says_so_in_words_and_what_is_cut_off_is_in_full_under_the_pointer()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var page = await world.App.As(World.Maria).PageAsync(Queue);
        Assert.Equal("Aquí solo deciden los administradores", page.QuerySelector($".tile[data-queue='{ReviewQueue.EscalatedNumber}'] [data-admins-only]")!.TextContent);
        Assert.Null(page.QuerySelector(".tile[data-queue='1'] [data-admins-only]"));
        foreach (var part in page.QuerySelectorAll("tr[data-seq] .two-lines, tr[data-seq] .signal-chip")) Assert.Equal(part.TextContent, part.GetAttribute("title"));
        Assert.Equal("payer1@held.example", page.QuerySelector("tr[data-seq] .two-lines")!.TextContent);
    }

    [Fact]
    public async Task That_the_score_counts_in_a_priority_is_said_with_its_parts_and_below_the_list()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var page = await world.App.As(World.Maria).PageAsync(Queue);
        Assert.Contains(page.QuerySelectorAll(".priority dt"), dt => dt.TextContent == "parte del monto según el puntaje: lo que se perdería");
        Assert.Contains("la parte del monto según el puntaje (lo que se perdería)", page.QuerySelector("#queues")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Who_is_at_work_and_when_an_authorisation_lapses_is_read_without_pointing_at_it()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(3);
        await world.FoldedAsync();
        foreach (var person in new[] { World.Tomas, World.Maria }) Assert.NotNull(await world.NextAsync(await world.PersonAsync(person)));
        var page = await world.App.As(World.Ines).PageAsync(Queue);
        Assert.Equal("por María Analiza, Tomás Analiza", page.QuerySelector(".tile[data-queue='1'] [data-reviewers]")!.TextContent);
        Assert.Null(page.QuerySelector(".tile[data-queue='2'] [data-reviewers]"));
        // The first payment alone says so, in five hours.
        var lapses = Assert.Single(page.QuerySelectorAll("tr[data-seq] time[data-lapses]"));
        Assert.Equal("La autorización vence en 5 h", lapses.TextContent);
        Assert.Equal("200.01 MXN · payer1@held.example", lapses.Closest("[data-about]")!.GetAttribute("data-about"));
        world.App.Clock.Advance(TimeSpan.FromHours(3.1));
        Assert.Contains("is-overdue", (await world.App.As(World.Ines).PageAsync(Queue)).QuerySelector("tr[data-seq] .lapses")!.ClassList);
    }

    [Fact]
    public async Task A_list_that_was_met_is_told_of_when_its_entry_counts_no_more_or_is_gone()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var maria = world.App.As(World.Maria);
        var item = $"{Queue}/{await world.App.InDbAsync(db => db.Set<StoredAssessment>().Select(a => a.Id).SingleAsync())}";
        var entry = Assert.Single((await maria.PageAsync(item)).QuerySelectorAll(".entries li")).TextContent;
        Assert.DoesNotContain("ya no cuenta", entry, StringComparison.Ordinal);
        await world.App.InDbAsync(db => db.Set<ListEntry>().ExecuteUpdateAsync(e => e.SetProperty(x => x.IsActive, false)));
        Assert.Contains("ya no cuenta", Assert.Single((await maria.PageAsync(item)).QuerySelectorAll(".entries li")).TextContent, StringComparison.Ordinal);
        // Another list than the one it met.
        await world.App.InDbAsync(db => db.Set<ListEntry>().ExecuteUpdateAsync(e => e.SetProperty(x => x.Severity, ListSeverity.Allow)));
        var both = (await maria.PageAsync(item)).QuerySelectorAll(".entries li");
        Assert.Equal((2, "Dominio de correo Enviar a revisión · Una entrada coincidió al evaluarlo; después se modificó o se eliminó."), (both.Length, both[1].TextContent));
        await world.App.InDbAsync(db => db.Set<ListEntry>().ExecuteDeleteAsync());
        Assert.NotNull(Assert.Single((await maria.PageAsync(item)).QuerySelectorAll(".entries li")).GetAttribute("data-met-once"));
        // Its own page says the same.
        Assert.Contains("Una de sus evaluaciones coincidió con una lista; esa entrada se eliminó después.", (await maria.PageAsync("/dashboard/entities/email/payer1@held.example")).QuerySelector("[aria-labelledby=lists]")!.TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Activity_says_that_the_payment_itself_is_left_out_and_where_it_is_not()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        const string Payment = """{"amount":100,"currency":"MXN","email":"ana@held.example","customer":{"id":"cus_a"},"payment_method":{"type":"card","card_bin":"411111","card_last4":"4242"}}""";
        for (var i = 0; i < 2; i++) await world.Shop.AssessAsync(Payment);
        await world.FoldedAsync();
        var last = await world.App.InDbAsync(db => db.Set<StoredAssessment>().OrderByDescending(a => a.Seq).Select(a => a.Id).FirstAsync());
        var around = (await world.App.As(World.Maria).PageAsync($"/dashboard/transactions/{last}")).QuerySelector("[aria-labelledby=around]")!;
        Assert.Contains("Este pago no se cuenta; entre los distintos correos, tarjetas, dispositivos y direcciones sí se cuentan los suyos.", around.TextContent, StringComparison.Ordinal);
        // Two were assessed, one before this; their one card is its own.
        Assert.Contains(around.QuerySelectorAll("tbody tr"), tr => tr.QuerySelector("th")!.TextContent.Trim() == "Número de evaluaciones" && tr.QuerySelectorAll("td")[^1].TextContent == "1");
    }
}
