using System.Globalization;
using System.Net;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Alerts;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Transactions;

public sealed class AlertsTests : AlertStories
{
    protected override PanelApp Make() => new();

    [Fact] public Task What_stands_out_against_four_weeks_is_raised_once_and_opens_as_many_rows() => RaisedAsync();

    [Theory]
    [InlineData(4, 0, false)]          // fewer than five are never one
    [InlineData(5, 0, true)]
    [InlineData(6, 8, false)]          // mean 2: more than 6.24 is one
    [InlineData(7, 8, true)]
    [InlineData(25, 64, false)]        // mean 16: more than 28 is one
    [InlineData(28, 64, false)]
    [InlineData(29, 64, true)]
    public void A_spike_is_at_least_five_and_more_than_the_mean_and_three_times_its_root(long count, long earlier, bool isOne) => Assert.Equal(isOne, Spikes.IsOne(count, earlier));

    [Fact]
    public async Task Nothing_is_raised_before_four_weeks_are_there()
    {
        await using var app = await PanelApp.StartAsync();
        var shop = await Shop.OpenAsync(app);
        for (var i = 0; i < 30; i++) (await shop.AssessAsync(Shop.Minimum)).MustBeGood();
        Assert.Equal(0, await RunAsync(app));
        app.Clock.Advance(TimeSpan.FromDays(27));
        for (var i = 0; i < 30; i++) (await shop.AssessAsync(Shop.Minimum)).MustBeGood();
        Assert.Equal(0, await RunAsync(app));
    }

    [Fact]
    public async Task Who_looked_at_it_says_why_once_and_it_is_in_the_trail()
    {
        await using var app = await PanelApp.StartAsync();
        await Shop.ReadyAsync(app);
        var alert = new Alert { Id = Guid.CreateVersion7(), Hour = 494_000, Kind = HourKind.Country, Key = "NG", Count = 40, Earlier = 8, RaisedAt = app.Clock.GetUtcNow() };
        await app.InDbAsync(db =>
        {
            db.Add(alert);
            return db.SaveChangesAsync();
        });
        var path = $"{Path}/{alert.Id}";
        using (var file = await app.As(World.Victor).SubmitAsync(Path, "form[action*=export]"))
        {
            var lines = (await file.Content.ReadAsStringAsync()).Trim('\uFEFF').Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.Equal(2, lines.Length);
            Assert.StartsWith("2026-05-10T08:00:00+00:00,Country,NG,", lines[1], StringComparison.Ordinal);
            Assert.Contains(",40,8,2,", lines[1], StringComparison.Ordinal);
        }
        var (maria, tomas) = (app.As(World.Maria), app.As(World.Tomas));
        using (var denied = await app.As(World.Victor).GetAsync(path)) Assert.NotEqual(HttpStatusCode.OK, denied.StatusCode);
        Assert.Empty((await app.As(World.Victor).PageAsync(Path)).QuerySelectorAll($"a[href='{path}']"));
        Assert.Contains("(1)", (await maria.PageAsync("/dashboard/transactions")).QuerySelector("[data-waiting]")!.TextContent, StringComparison.Ordinal);

        using var empty = await maria.SubmitAsync(path, ("Input.Reason", "  "));
        Assert.Equal(HttpStatusCode.UnprocessableEntity, empty.StatusCode);
        Assert.Contains("Indique qué fue", (await empty.HtmlAsync()).QuerySelector("#reason-wrong")!.TextContent, StringComparison.Ordinal);
        using var asked = await tomas.GetAsync(path);
        var late = await Form.ReadAsync(asked, "main form[method=post]");
        using var done = await maria.SubmitAsync(path, ("Input.Reason", "Rebajas en Lagos"));
        Assert.Equal(HttpStatusCode.Redirect, done.StatusCode);
        late["Input.Reason"] = "Otra cosa";
        using var second = await tomas.PostAsync(late.Action, late.Content);
        Assert.Equal(HttpStatusCode.Conflict, second.StatusCode);
        Assert.Contains("María Analiza", (await second.HtmlAsync()).QuerySelector("[role=alert]")!.TextContent, StringComparison.Ordinal);

        Assert.Empty((await maria.PageAsync(Path)).QuerySelectorAll("[data-alert]"));
        Assert.Contains("Rebajas en Lagos", (await maria.PageAsync(Path + "?show=seen")).QuerySelector("[data-alert]")!.TextContent, StringComparison.Ordinal);
        var entry = await app.InDbAsync(db => db.AuditEntries.SingleAsync(e => e.Action == AuditActions.AlertAcknowledged));
        Assert.Equal((World.Maria.Name, alert.Id.ToString()), (entry.ActorName, entry.SubjectId));
        Assert.Contains("Rebajas en Lagos", entry.After, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Hours_that_nothing_is_held_against_any_more_are_forgotten()
    {
        await using var app = await PanelApp.StartAsync();
        var shop = await Shop.OpenAsync(app);
        (await shop.AssessAsync(Shop.Minimum)).MustBeGood();
        await app.Services.GetRequiredService<AssessService>().Log!.CatchUpAsync(default);
        async Task<int> ForgetAsync()
        {
            await using var scope = app.Services.CreateAsyncScope();
            return await scope.ServiceProvider.GetRequiredService<RaiseAlerts>().ForgetAsync(default);
        }
        app.Clock.Advance(TimeSpan.FromDays(HourCount.KeptDays));
        Assert.Equal(0, await ForgetAsync());
        app.Clock.Advance(TimeSpan.FromHours(1));
        Assert.True(await ForgetAsync() >= 2);
        Assert.Equal(0, await app.InDbAsync(db => db.Set<HourCount>().CountAsync()));
    }
}

public sealed class PostgresAlertsTests : AlertStories
{
    protected override PanelApp Make() => new PostgresPanelApp();

    [PostgresFact] public Task What_stands_out_against_four_weeks_is_raised_once_and_opens_as_many_rows() => RaisedAsync();
}

public abstract class AlertStories
{
    protected const string Path = "/dashboard/transactions/alerts";

    protected abstract PanelApp Make();

    protected static async Task<int> RunAsync(PanelApp app, int hours = 2)
    {
        await app.Services.GetRequiredService<AssessService>().Log!.CatchUpAsync(default);
        await using var scope = app.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<RaiseAlerts>().RunAsync(hours, default);
    }

    protected async Task RaisedAsync()
    {
        var app = Make();
        await app.InitializeAsync();
        await using var ending = new Ending(app);
        var shop = await Shop.OpenAsync(app);
        // Four weeks: each time at this hour six quiet payments from home, and at another hour a hundred that must not matter.
        for (var week = 0; week < 4; week++)
        {
            for (var i = 0; i < 6; i++) (await shop.AssessAsync($$$"""{"amount":15000,"currency":"MXN","email":"maria{{{i}}}@shop.example","billing":{"country":"MX"}}""")).MustBeGood();
            app.Clock.Advance(TimeSpan.FromHours(1));
            for (var i = 0; i < 20; i++) (await shop.AssessAsync("""{"amount":15000,"currency":"MXN","billing":{"country":"NG"}}""")).MustBeGood();
            app.Clock.Advance(TimeSpan.FromDays(7) - TimeSpan.FromHours(1));
        }
        Assert.Equal(0, await RunAsync(app));
        var hour = (int)(app.Clock.GetUtcNow().ToUnixTimeSeconds() / 3_600);
        for (var i = 0; i < 6; i++) (await shop.AssessAsync($$$"""{"amount":15000,"currency":"MXN","email":"maria{{{i}}}@shop.example","billing":{"country":"MX"}}""")).MustBeGood();
        var quiet = await RunAsync(app);                                              // payers who are known by now may say so in a signal of their own
        Assert.Empty(await app.InDbAsync(db => db.Set<Alert>().Where(a => a.Kind != HourKind.Signal).ToListAsync()));
        List<Answer> attack = [];
        for (var i = 0; i < 9; i++)
            attack.Add((await shop.AssessAsync($$$"""{"amount":15000,"currency":"MXN","email":"x{{{i}}}q@mailinator.com","billing":{"country":"NG"},"payment_method":{"type":"card","card_bin":"411111","card_last4":"424{{{i}}}"}}""")).MustBeGood());
        for (var i = 0; i < 9; i++) await shop.PostAsync("/api/v1/simulation/payin", System.Text.Encoding.UTF8.GetBytes("""{"amount":15000,"currency":"MXN","billing":{"country":"BR"}}"""), "application/json");
        var raised = await RunAsync(app);
        Assert.True(raised >= 3);
        Assert.Equal(0, await RunAsync(app));                                        // once

        var victor = app.As(World.Victor);
        var page = await victor.PageAsync(Path);
        var alerts = page.QuerySelectorAll("[data-alert]").ToDictionary(r => r.GetAttribute("data-alert")!);
        Assert.Equal(quiet + raised, alerts.Count);
        Assert.Equal(("9", "0"), (alerts["Country NG"].GetAttribute("data-count"), alerts["Country NG"].GetAttribute("data-earlier")));
        Assert.Equal("9", alerts["CardBin 411111"].GetAttribute("data-count"));
        Assert.DoesNotContain("Country MX", alerts.Keys);
        Assert.DoesNotContain("Country BR", alerts.Keys);
        // The signals that each of the nine fired, told from the answers.
        foreach (var code in attack[0].Signals.Where(code => attack.TrueForAll(a => a.Signals.Contains(code)) && ClausumPanel.Assess.SignalCatalog.ByCode.ContainsKey(code)))
            if (alerts.TryGetValue("Signal " + ClausumPanel.Assess.SignalCatalog.ByCode[code].Id.ToString(CultureInfo.InvariantCulture), out var row)) Assert.True(long.Parse(row.GetAttribute("data-count")!, CultureInfo.InvariantCulture) >= 9);
        Assert.All(alerts.Values, row => Assert.Equal(hour.ToString(CultureInfo.InvariantCulture), row.GetAttribute("data-hour")));
        foreach (var row in alerts.Values)
            Assert.Equal(row.GetAttribute("data-count"), (await victor.PageAsync(row.QuerySelector("a.btn")!.GetAttribute("href")!)).QuerySelector("[data-count]")!.GetAttribute("data-count"));

        // More of the same in the same hour is the same alert, with its count as it is now.
        (await shop.AssessAsync("""{"amount":15000,"currency":"MXN","billing":{"country":"NG"}}""")).MustBeGood();
        await RunAsync(app);
        Assert.Equal(10, await app.InDbAsync(db => db.Set<Alert>().Where(a => a.Kind == HourKind.Country && a.Key == "NG").Select(a => a.Count).SingleAsync()));
    }

    private sealed class Ending(PanelApp app) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync() => await ((IAsyncLifetime)app).DisposeAsync();
    }
}
