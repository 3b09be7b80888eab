using System.Net;
using System.Text;
using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Assess.Previews;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Storage.Simulations;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClausumPanel.Web.Tests.Simulation;

/// <summary>A share of what only the score declines is let through by chance, so that previews can say what declined payments are.</summary>
public sealed class ControlSampleTests
{
    private const string Previews = "/dashboard/simulation/previews", Thresholds = "/dashboard/protection/thresholds";

    // Of so many of which a tenth is drawn, fewer than three are let through once in a thousand million times.
    private const int Many = 300;

    private static string Payment(string order) => $$"""{"amount":10000,"amount_unit":"minor","currency":"MXN","order_id":"{{order}}","email":"{{order}}@mailinator.com"}""";

    /// <summary>From the first point on everything is declined; a tenth is let through, of at most 100 pesos each and 300 a day.</summary>
    private static async Task<Shop> SampleAsync(PanelApp app)
    {
        var ines = app.As(World.Ines);
        await ines.SubmitAsync(Thresholds, "#bands-form", ("review", "1"), ("challenge", "1"), ("decline", "1"));
        Assert.Equal(HttpStatusCode.Redirect, (await ines.SubmitAsync(Thresholds, "form[action*=Sample]", ("percent", "10"), ("bounds[0].Currency", "mxn"), ("bounds[0].Payment", "100"), ("bounds[0].Day", "300"))).StatusCode);
        var proposed = await ines.SubmitAsync(Thresholds, "form[action*=Propose]", ("reason", "What do we decline?"));
        await ines.SubmitAsync(proposed.Headers.Location!.ToString(), "form[action*=Approve]");
        await app.InDbAsync(db => app.Services.GetRequiredService<PolicyShelf>().ReloadAsync(db, CancellationToken.None));
        return await Shop.OpenAsync(app);
    }

    private static async Task<int> LetThroughAsync(PanelApp app, Shop shop, string name, int count = Many)
    {
        var through = 0;
        for (var i = 0; i < count; i++)
        {
            if ((await shop.AssessAsync(Payment($"{name}-{i}"))).Decision == "approve") through++;
            await app.Services.GetRequiredService<ControlBudget>().Fetched;
        }
        return through;
    }

    private static Task<List<ControlDay>> DaysAsync(PanelApp app) => app.InDbAsync(db => db.Set<ControlDay>().AsNoTracking().OrderBy(d => d.Day).ToListAsync());

    [Fact]
    public async Task What_its_score_declines_is_let_through_as_far_as_the_day_has_room()
    {
        await using var app = await PanelApp.StartAsync(("Panel:Protection:FourEyes", "Off"));
        var shop = await SampleAsync(app);
        Assert.Equal(3, await LetThroughAsync(app, shop, "today"));
        // The bound is kept in the store: whoever starts anew begins nothing anew.
        Assert.Equal(300_00, Assert.Single(await DaysAsync(app)).Amount);
        app.Clock.Advance(TimeSpan.FromDays(1));
        Assert.Equal(3, await LetThroughAsync(app, shop, "tomorrow"));
        Assert.Equal([300_00L, 300_00L], (await DaysAsync(app)).Select(d => d.Amount));

        var rows = await app.InDbAsync(db => db.Set<StoredAssessment>().AsNoTracking().Where(a => a.Decision == Decision.Approve).ToListAsync());
        Assert.Equal(6, rows.Count);
        var again = new Assessment();
        foreach (var row in rows)
        {
            var facts = new Facts();
            FactSnapshot.Read(row.Facts, facts);
            app.Services.GetRequiredService<PolicyShelf>().Active.Assessor.Assess(facts, row.At, again);
            Assert.True(row.Score >= 1);
            Assert.Equal((Decision.Approve, row.Score, true), (again.Decision, again.Score, again.IsControl));
        }
        var page = await app.As(World.Ines).PageAsync($"/dashboard/transactions/{rows[0].Id}");
        Assert.NotNull(page.QuerySelector("[data-control]"));
        Assert.Null((await app.As(World.Ines).PageAsync($"/dashboard/transactions/{(await shop.LastAsync()).Id}")).QuerySelector("[data-control]"));
    }

    [Fact]
    public async Task What_does_not_come_from_a_shops_server_now_draws_nothing()
    {
        await using var app = await PanelApp.StartAsync(("Panel:Protection:FourEyes", "Off"));
        var server = await SampleAsync(app);
        Assert.Equal(0, await LetThroughAsync(app, await Shop.OpenAsync(app, KeyType.Checkout), "page"));
        var pump = new HistoryPump(app.Services.GetRequiredService<AssessService>().Transaction!, app.Services.GetRequiredService<AssessOptions>(), app.Clock, null, new ImportTally(), problem => Assert.Fail(problem));
        for (var i = 0; i < Many; i++)
        {
            Assert.NotEqual("approve", (await server.PostAsync("/api/v1/simulation/payin", Encoding.UTF8.GetBytes(Payment($"scenario-{i}")), "application/json")).Decision);
            Assert.Equal(201, (await server.PostAsync("/api/v1/report-fraud", Encoding.UTF8.GetBytes($$"""{"amount":100,"currency":"MXN","email":"reported-{{i}}@mailinator.com","reason":"other"}"""), "application/json")).Code);
            await pump.SendAsync(Encoding.UTF8.GetBytes(Payment($"imported-{i}")), Flow.PayIn, i, CancellationToken.None);
        }
        await pump.FinishAsync();
        var stored = await app.InDbAsync(db => db.Set<StoredAssessment>().AsNoTracking().ToListAsync());
        Assert.Equal(4 * Many, stored.Count);
        var facts = new Facts();
        foreach (var row in stored)
        {
            FactSnapshot.Read(row.Facts, facts);
            Assert.False(facts.Has(Known.ControlDraw));
        }
        Assert.Empty(await DaysAsync(app));
    }

    [Fact]
    public async Task Whoever_was_declined_does_not_try_until_it_passes()
    {
        await using var app = await PanelApp.StartAsync(("Panel:Protection:FourEyes", "Off"));
        var shop = await SampleAsync(app);
        var declined = false;
        for (var i = 0; i < Many; i++)
        {
            var answer = await shop.AssessAsync($$"""{"amount":10000,"amount_unit":"minor","currency":"MXN","order_id":"again-{{i}}","email":"again@mailinator.com"}""");
            await app.Services.GetRequiredService<ControlBudget>().Fetched;
            Assert.False(declined && answer.Decision == "approve");
            declined |= answer.Decision == "decline";
        }
    }

    [Fact]
    public async Task The_same_request_again_gets_the_same_answer()
    {
        await using var app = await PanelApp.StartAsync(("Panel:Protection:FourEyes", "Off"));
        var shop = await SampleAsync(app);
        for (var i = 0; i < Many; i++)
        {
            var first = await shop.AssessAsync(Payment($"twice-{i}"), ("Idempotency-Key", $"twice-{i}"));
            await app.Services.GetRequiredService<ControlBudget>().Fetched;
            if (first.Decision != "approve") continue;
            var second = await shop.AssessAsync(Payment($"twice-{i}"), ("Idempotency-Key", $"twice-{i}"));
            Assert.Equal(("approve", first.Id, "true"), (second.Decision, second.Id, second.Header("Idempotent-Replayed")));
            return;
        }
        Assert.Fail("Nothing was let through.");
    }

    [Fact]
    public async Task Where_the_store_gives_no_room_nothing_is_let_through_and_every_payment_is_answered()
    {
        await using var app = await PanelApp.StartAsync(("Panel:Protection:FourEyes", "Off"));
        var shop = await SampleAsync(app);
        await app.InDbAsync(db => db.Database.ExecuteSqlRawAsync("ALTER TABLE control_days RENAME TO away"));
        Assert.Equal(0, await LetThroughAsync(app, shop, "away"));
        Assert.Equal(Many, await shop.StoredAsync());
        await app.InDbAsync(db => db.Database.ExecuteSqlRawAsync("ALTER TABLE away RENAME TO control_days"));
        Assert.Equal(3, await LetThroughAsync(app, shop, "back"));
    }

    [Fact]
    public async Task Room_is_there_before_the_first_one_is_drawn_and_is_given_back()
    {
        await using var app = await PanelApp.StartAsync();
        var (budget, at, limit) = (app.Services.GetRequiredService<ControlBudget>(), app.Clock.GetUtcNow().ToUnixTimeMilliseconds(), new ControlLimit("CLP", 60, 60));
        Assert.Equal(ControlRoom.NotYet, budget.TryTake(at, 60, limit));
        await budget.Fetched;
        Assert.Equal(ControlRoom.Taken, budget.TryTake(at, 60, limit));
        await budget.Fetched;
        Assert.Equal(ControlRoom.Full, budget.TryTake(at, 60, limit));
        budget.GiveBack(at, "CLP", 60);
        Assert.Equal(ControlRoom.Taken, budget.TryTake(at, 60, limit));
        // A higher bound has room for one more, and what was taken before counts.
        budget.Prepare(at, limit with { Day = 120 });
        await budget.Fetched;
        Assert.Equal(ControlRoom.Taken, budget.TryTake(at, 60, limit with { Day = 120 }));
        await budget.Fetched;
        Assert.Equal(ControlRoom.Full, budget.TryTake(at, 60, limit with { Day = 120 }));
        // A lower one asks the store first, whatever was in hand.
        budget.GiveBack(at, "CLP", 60);
        Assert.Equal(ControlRoom.NotYet, budget.TryTake(at, 60, limit));
        await budget.Fetched;
        Assert.Equal(ControlRoom.Full, budget.TryTake(at, 60, limit));
        // Another day begins anew, and one that has passed does not come back.
        budget.Prepare(at + 86_400_000, limit);
        await budget.Fetched;
        Assert.Equal(ControlRoom.NotYet, budget.TryTake(at, 60, limit));
        Assert.Equal(ControlRoom.Taken, budget.TryTake(at + 86_400_000, 60, limit));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_store_that_fails_is_asked_again(StorageProvider provider)
    {
        await using var database = await TestDatabase.OfAsync(provider);
        await using var services = database.Services();
        var scopes = new FailingOnce(services.GetRequiredService<IServiceScopeFactory>());
        var (budget, limit) = (new ControlBudget(scopes, new AssessOptions(), NullLogger<ControlBudget>.Instance), new ControlLimit("MXN", 100, 100));
        budget.Prepare(0, limit);
        await budget.Fetched;
        Assert.Equal(ControlRoom.NotYet, budget.TryTake(0, 100, limit));
        await budget.Fetched;
        Assert.Equal(ControlRoom.Taken, budget.TryTake(0, 100, limit));
    }

    /// <summary>As the store behind a connection that was lost: no error of a database driver.</summary>
    private sealed class FailingOnce(IServiceScopeFactory scopes) : IServiceScopeFactory
    {
        private bool _hasFailed;

        public IServiceScope CreateScope()
        {
            if (_hasFailed) return scopes.CreateScope();
            _hasFailed = true;
            throw new InvalidOperationException("An exception has been raised that is likely due to a transient failure.");
        }
    }

    [Fact]
    public async Task A_preview_says_what_the_sample_turned_out_to_be()
    {
        await using var app = await PanelApp.StartAsync(("Panel:Protection:FourEyes", "Off"));
        var shop = await SampleAsync(app);
        Assert.Equal(3, await LetThroughAsync(app, shop, "p"));
        await app.InDbAsync(async db =>
        {
            var rows = await db.Set<StoredAssessment>().AsNoTracking().Where(a => a.Decision == Decision.Approve).OrderBy(a => a.Seq).ToListAsync();
            await using var scope = app.Services.CreateAsyncScope();
            await scope.ServiceProvider.GetRequiredService<RecordLabels>().AddAsync(
                [.. rows.Select((r, i) => new NewLabel(r.Seq, r.At, i == 0 ? LabelOutcome.Fraud : LabelOutcome.Good, LabelSource.Analyst))], LabelChannel.Panel, Actor.System, null, CancellationToken.None);
        });
        var ines = app.As(World.Ines);
        var answer = await ines.SubmitAsync(Previews, "#preview-form", ("Input.Version", "2"));
        var id = Guid.Parse(answer.Headers.Location!.ToString().Split('/')[^1]);
        SimulationRun run;
        do
        {
            await Task.Yield();
            run = await app.InDbAsync(db => db.Set<SimulationRun>().AsNoTracking().SingleAsync(r => r.Id == id));
        }
        while (run.IsUnderWay);
        var sums = JsonSerializer.Deserialize<PreviewSums>(run.Result!)!;
        // They count as declined, as their score has it: nothing moves.
        Assert.Equal((Many, 0), (sums.Judged, sums.Decided.Moved));
        Assert.Equal(Many, sums.Decided[Decision.Decline, Decision.Decline].All.Count);
        Assert.True(sums.ControlWithoutRoom > 0);
        Assert.Equal((Many, 10), (sums.ActiveWithinSample.All.Count, sums.ActiveSamplePercent));
        Assert.Equal((Many, 10), (sums.WithinSample.All.Count, sums.SamplePercent));
        Assert.Equal((3, 1, 2, 300_00), (sums.Control.All.Count, sums.Control.Fraud.Count, sums.Control.Good.Count, sums.Control.All.Money["MXN"]));
        var shown = (await ines.PageAsync($"{Previews}/{id}")).QuerySelector("[data-control]")!;
        Assert.Contains("3", shown.QuerySelector("a")!.TextContent, StringComparison.Ordinal);
        Assert.NotNull((await ines.PageAsync($"{Previews}/{id}")).QuerySelector("[data-sampled]"));
        Assert.Equal("3", (await ines.PageAsync(shown.QuerySelector("a")!.GetAttribute("href")!)).QuerySelector("[data-count]")!.GetAttribute("data-count"));
    }

    [Fact]
    public async Task A_currency_that_was_typed_twice_can_be_taken_out_of_the_form_again()
    {
        await using var app = await PanelApp.StartAsync();
        var ines = app.As(World.Ines);
        await ines.SubmitAsync(Thresholds, "form[action*=Sample]", ("percent", "1"), ("bounds[0].Currency", "MXN"), ("bounds[0].Payment", "100"), ("bounds[0].Day", "300"));
        var refused = await ines.SubmitAsync(Thresholds, "form[action*=Sample]", ("bounds[1].Currency", "MXN"), ("bounds[1].Payment", "1"), ("bounds[1].Day", "1"));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        var page = await refused.HtmlAsync();
        Assert.Equal(("hidden", "MXN"), (page.QuerySelector("[name='bounds[0].Currency']")!.GetAttribute("type"), page.QuerySelector("#sample-currency-1")!.GetAttribute("value")));
    }

    [Fact]
    public async Task What_came_of_a_form_is_told_in_its_part_of_the_page_and_once()
    {
        await using var app = await PanelApp.StartAsync();
        var ines = app.As(World.Ines);
        const string told = "section[aria-labelledby=sample] .alert";
        (string, string)[] Bounds(string day) => [("percent", "1"), ("bounds[0].Currency", "MXN"), ("bounds[0].Payment", "1,500.00"), ("bounds[0].Day", day)];
        var refused = await (await ines.SubmitAsync(Thresholds, "form[action*=Sample]", Bounds("10"))).HtmlAsync();
        Assert.Equal("MXN: el monto total al día no puede ser menor que el pago más grande.", Assert.Single(refused.QuerySelectorAll(".alert")).TextContent);
        Assert.NotNull(refused.QuerySelector(told));
        Assert.Null((await ines.PageAsync(Thresholds)).QuerySelector(told));
        var saved = await ines.SubmitAsync(Thresholds, "form[action*=Sample]", Bounds("15,000"));
        Assert.EndsWith("#sample", saved.Headers.Location!.ToString(), StringComparison.Ordinal);
        var page = await ines.PageAsync(saved.Headers.Location!.ToString());
        Assert.Equal(("Guardado en su borrador.", "1500"), (page.QuerySelector(told)!.TextContent, page.QuerySelector("#sample-payment-0")!.GetAttribute("value")));
        Assert.Null((await ines.PageAsync(Thresholds)).QuerySelector(told));
    }

    /// <summary>At the same share, wider bounds let more through, and the guard-rail sees it.</summary>
    [Fact]
    public void Wider_bounds_count_against_the_guard_rail_on_fraud()
    {
        static PreviewSums Sums(int before, int after)
        {
            var sums = new PreviewSums { SamplePercent = 10, ActiveSamplePercent = 10 };
            sums.Active[Decision.Decline, Decision.Decline].All.Add(100, 100, "MXN");
            sums.Active[Decision.Decline, Decision.Decline].Fraud.Add(100, 100, "MXN");
            sums.ActiveWithinSample.Fraud.Add(before, before, "MXN");
            sums.WithinSample.Fraud.Add(after, after, "MXN");
            return sums;
        }
        var settings = new SimulationSettings { MostFraudLost = 5 };
        Assert.Empty(PreviewFigures.Breaches(Sums(100, 100), settings));
        Assert.Single(PreviewFigures.Breaches(Sums(0, 100), settings));
        Assert.Empty(PreviewFigures.Breaches(Sums(60, 100), settings));
    }

    [Theory]
    [InlineData("11", "MXN", "100", "300")]
    [InlineData("x", "MXN", "100", "300")]
    [InlineData("1", "XXQ", "100", "300")]
    [InlineData("1", "MXN", "100", "")]
    [InlineData("1", "MXN", "400", "300")]
    [InlineData("1", "MXN", "0.001", "300")]
    [InlineData("1", "", "100", "300")]
    [InlineData("1", "", "", "")]
    public async Task What_cannot_be_is_refused_and_changes_nothing(string percent, string currency, string payment, string day)
    {
        await using var app = await PanelApp.StartAsync();
        var refused = await app.As(World.Ines).SubmitAsync(Thresholds, "form[action*=Sample]", ("percent", percent), ("bounds[0].Currency", currency), ("bounds[0].Payment", payment), ("bounds[0].Day", day));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        var page = await refused.HtmlAsync();
        Assert.NotEqual("", page.QuerySelector("[role=alert]")!.TextContent.Trim());
        // What was typed is still there.
        Assert.Equal((percent, payment, day), (page.QuerySelector("#sample-percent")!.GetAttribute("value"), page.QuerySelector("#sample-payment-0")!.GetAttribute("value") ?? "", page.QuerySelector("#sample-day-0")!.GetAttribute("value") ?? ""));
        Assert.Empty(await app.InDbAsync(db => db.Set<PolicyDraft>().ToListAsync()));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Of_twenty_at_once_no_more_than_the_day_has_room_for_are_let_through(StorageProvider provider)
    {
        await using var database = await TestDatabase.OfAsync(provider);
        await using var services = database.Services();
        var taken = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(async () =>
        {
            await using var scope = services.CreateAsyncScope();
            return await ControlDay.TakeAsync(scope.ServiceProvider.GetRequiredService<PanelDb>(), 20_000, "MXN", 100, 750, CancellationToken.None);
        })));
        Assert.Equal([.. Enumerable.Repeat(0L, 12), 50, .. Enumerable.Repeat(100L, 7)], taken.Order());
        await using var later = services.CreateAsyncScope();
        var db = later.ServiceProvider.GetRequiredService<PanelDb>();
        Assert.Equal(750, await db.Set<ControlDay>().Select(d => d.Amount).SingleAsync());
        Assert.Equal((0, 750, 751), (await ControlDay.TakeAsync(db, 20_000, "MXN", 1, 750, default), await ControlDay.TakeAsync(db, 20_001, "MXN", 1_000, 750, default), await ControlDay.TakeAsync(db, 20_000, "USD", 751, 800, default)));
    }
}
