using System.Globalization;
using AngleSharp.Dom;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Protection;

public sealed class OverviewTests
{
    private const string Path = "/dashboard/protection";

    [Theory]
    [InlineData("America/Mexico_City")]
    [InlineData("Asia/Kolkata")]                       // half an hour beside the hours of everybody else
    [InlineData("Pacific/Auckland")]                   // tomorrow already
    public async Task Today_yesterday_and_the_month_are_those_of_the_readers_clock_and_each_tile_is_as_many_rows(string zoneName)
    {
        await using var app = await PanelApp.StartAsync();
        var zone = TimeZoneInfo.FindSystemTimeZoneById(zoneName);
        await app.InDbAsync(db => db.Users.Where(u => u.Email == World.Victor.Email).ExecuteUpdateAsync(u => u.SetProperty(x => x.TimeZone, zoneName)));
        var shop = await Shop.OpenAsync(app);
        var random = new Random(9);
        var paid = new List<(long Seq, DateTimeOffset At, string Decision, long Amount, string Currency)>();
        // Some days up to the first of the next month, so that a month ends among them.
        for (var step = 0; step < 160; step++)
        {
            var (amount, currency) = (random.Next(1_000, 90_000), random.Next(3) == 0 ? "USD" : "MXN");
            var email = random.Next(3) == 0 ? $"xk{random.Next()}@mailinator.com" : "maria@shop.example";
            var ip = random.Next(3) == 0 ? ",\"device\":{\"ip\":\"185.220.101.4\",\"user_agent\":\"python-requests/2.31\"},\"behavior\":{\"session_duration_ms\":200,\"mouse_movements\":0,\"keyboard_events\":0,\"copy_paste_events\":9}" : "";
            var answer = (await shop.AssessAsync($$"""{"amount":{{amount}},"currency":"{{currency}}","email":"{{email}}"{{ip}}}""")).MustBeGood();
            paid.Add((AssessmentId.SeqOf(Guid.Parse(answer.Id)), app.Clock.GetUtcNow(), answer.Decision!, amount, currency));
            if (step % 5 == 0) await shop.PostAsync("/api/v1/simulation/payin", System.Text.Encoding.UTF8.GetBytes(Shop.Minimum), "application/json");
            app.Clock.Advance(TimeSpan.FromMinutes(random.Next(20, 110)));
        }
        await app.Services.GetRequiredService<AssessService>().Log!.CatchUpAsync(default);
        var declined = paid.Where(p => p.Decision == "decline").ToList();
        await using (var scope = app.Services.CreateAsyncScope())
            await scope.ServiceProvider.GetRequiredService<RecordLabels>().AddAsync([.. declined.Where((_, i) => i % 2 == 0).Select(p => new NewLabel(p.Seq, p.At.ToUnixTimeMilliseconds(), LabelOutcome.Fraud, LabelSource.Chargeback))], LabelChannel.Panel, Actor.System, null, default);

        var now = TimeZoneInfo.ConvertTime(app.Clock.GetUtcNow(), zone);
        DateTime Local(DateTimeOffset at) => TimeZoneInfo.ConvertTime(at, zone).DateTime;
        var quarter = now.DateTime.AddTicks(-(now.DateTime.Ticks % TimeSpan.FromMinutes(15).Ticks));
        var today = paid.Where(p => Local(p.At).Date == now.Date).ToList();
        var compared = today.Where(p => Local(p.At) < quarter).ToList();
        var yesterday = paid.Where(p => Local(p.At).Date == now.Date.AddDays(-1) && Local(p.At) < quarter.AddDays(-1)).ToList();
        var month = paid.Where(p => p.Decision == "decline" && Local(p.At).Month == now.Month).ToList();

        var victor = app.As(World.Victor);
        var page = await victor.PageAsync(Path);
        Assert.Equal<(long, long, long)>((today.Count, compared.Count, yesterday.Count), (Number(page, "all", "value"), Number(page, "all", "compared"), Number(page, "all", "yesterday")));
        Assert.Equal<(long, long)>((today.Count(p => p.Decision == "decline"), yesterday.Count(p => p.Decision == "decline")), (Number(page, "declined", "value"), Number(page, "declined", "yesterday")));
        Assert.Equal(today.Count(p => p.Decision == "approve"), Number(page, "approved", "value"));
        foreach (var tile in page.QuerySelectorAll("a[data-tile]"))
            Assert.Equal(tile.GetAttribute("data-value"), (await victor.PageAsync(tile.GetAttribute("href")!)).QuerySelector("[data-count]")!.GetAttribute("data-count"));
        var rows = page.QuerySelectorAll("[data-protected]").ToDictionary(r => r.GetAttribute("data-protected")!);
        Assert.Equal(month.Select(p => p.Currency).Distinct().Order(), rows.Keys.Order());
        foreach (var (currency, row) in rows)
        {
            var its = month.Where(p => p.Currency == currency).ToList();
            var confirmed = its.Where(p => declined.IndexOf(p) % 2 == 0).Sum(p => p.Amount);
            Assert.Equal<(long, long, long)>((its.Count, its.Sum(p => p.Amount), confirmed), (long.Parse(row.GetAttribute("data-count")!, CultureInfo.InvariantCulture), long.Parse(row.GetAttribute("data-amount")!, CultureInfo.InvariantCulture), long.Parse(row.GetAttribute("data-confirmed")!, CultureInfo.InvariantCulture)));
            Assert.Equal(row.GetAttribute("data-count"), (await victor.PageAsync(row.QuerySelector("a")!.GetAttribute("href")!)).QuerySelector("[data-count]")!.GetAttribute("data-count"));
        }
        using (var file = await victor.SubmitAsync(Path, "form[action*=export]"))
        {
            var lines = (await file.Content.ReadAsStringAsync()).Trim('\uFEFF').Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(',')).ToDictionary(l => l[0] + l[1]);
            Assert.Equal((today.Count, today.Count(p => p.Decision == "decline")), (int.Parse(lines["today"][2], CultureInfo.InvariantCulture), int.Parse(lines["today"][6], CultureInfo.InvariantCulture)));
            Assert.Equal(yesterday.Count, int.Parse(lines["yesterday_until_the_same_time"][2], CultureInfo.InvariantCulture));
            foreach (var group in month.GroupBy(p => p.Currency)) Assert.Equal(group.Sum(p => p.Amount), long.Parse(lines["month_to_date" + group.Key][8], CultureInfo.InvariantCulture));
        }
        Assert.Equal(10, page.QuerySelectorAll("#feed, [aria-labelledby=feed] tbody tr").Count(e => e.LocalName == "tr"));
    }

    [Fact]
    public async Task Every_half_minute_only_the_live_part_is_sent()
    {
        await using var app = await PanelApp.StartAsync();
        await Shop.ReadyAsync(app);
        var client = app.As(World.Victor);
        client.DefaultRequestHeaders.Add("HX-Request", "true");
        using var answer = await client.GetAsync(Path + "?handler=Live");
        var part = await answer.Content.ReadAsStringAsync();
        Assert.StartsWith("<div id=\"overview-live\"", part.Trim(), StringComparison.Ordinal);
        Assert.Contains("every 30s", part, StringComparison.Ordinal);
    }

    private static long Number(IParentNode page, string tile, string name) => long.Parse(page.QuerySelector($"[data-tile='{tile}']")!.GetAttribute("data-" + name)!, CultureInfo.InvariantCulture);
}
