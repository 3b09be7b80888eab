using System.Globalization;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Transactions;

public sealed class BehaviorTests
{
    private const string Path = "/dashboard/transactions/behavior";

    [Theory]
    [InlineData("America/Mexico_City")]
    [InlineData("Asia/Kathmandu")]                     // three quarters of an hour beside everybody else
    [InlineData("Australia/Lord_Howe")]                // puts its clocks half an hour forward
    public async Task Hours_days_money_and_payers_are_those_that_the_payments_give_on_the_readers_clock(string zoneName)
    {
        await using var app = await PanelApp.StartAsync();
        var zone = TimeZoneInfo.FindSystemTimeZoneById(zoneName);
        await app.InDbAsync(db => db.Users.Where(u => u.Email == World.Victor.Email).ExecuteUpdateAsync(u => u.SetProperty(x => x.TimeZone, zoneName)));
        var shop = await Shop.OpenAsync(app);
        var random = new Random(4);
        var known = new HashSet<string>();
        var paid = new List<(DateTimeOffset At, long Amount, string Currency, string Payer)>();
        for (var i = 0; i < 150; i++)
        {
            var (amount, currency) = (random.Next(1_000, 90_000), random.Next(3) == 0 ? "CLP" : "MXN");
            var email = random.Next(8) == 0 ? null : $"payer{random.Next(40)}@shop.example";
            var answer = (await shop.AssessAsync($$"""{"amount":{{amount}},"currency":"{{currency}}"{{(email is null ? "" : $",\"email\":\"{email}\"")}}}""")).MustBeGood();
            paid.Add((app.Clock.GetUtcNow(), amount, currency, email is null ? "unnamed" : known.Add(email) ? "new" : "known"));
            if (i % 6 == 0) await shop.PostAsync("/api/v1/simulation/payin", System.Text.Encoding.UTF8.GetBytes(Shop.Minimum), "application/json");
            app.Clock.Advance(TimeSpan.FromMinutes(random.Next(10, 500)));
        }
        await app.Services.GetRequiredService<AssessService>().Log!.CatchUpAsync(default);

        var victor = app.As(World.Victor);
        foreach (var (query, days) in ((string, int)[])[("", 28), ("?period=7d", 7)])
        {
            var page = await victor.PageAsync(Path + query);
            var first = TimeZoneInfo.ConvertTime(app.Clock.GetUtcNow(), zone).Date.AddDays(1 - days);
            var mine = paid.Select(p => (Local: TimeZoneInfo.ConvertTime(p.At, zone).DateTime, p.Amount, p.Currency, p.Payer)).Where(p => p.Local >= first).ToList();
            Assert.True(mine.Count is > 20 and <= 150);
            for (var day = 0; day < 7; day++)
                for (var hour = 0; hour < 24; hour++)
                    Assert.Equal(mine.Count(p => ((int)p.Local.DayOfWeek + 6) % 7 == day && p.Local.Hour == hour), int.Parse(page.QuerySelector($"[data-cell='{day}-{hour}']")!.TextContent, CultureInfo.InvariantCulture));
            var rows = page.QuerySelectorAll("[data-day]").ToDictionary(r => r.GetAttribute("data-day")!);
            Assert.Equal(days, rows.Count);
            foreach (var (date, row) in rows)
            {
                var its = mine.Where(p => p.Local.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) == date).ToList();
                Assert.Equal((its.Count, its.Count(p => p.Payer == "new"), its.Count(p => p.Payer == "known"), its.Count(p => p.Payer == "unnamed")), (Number("count"), Number("new"), Number("known"), Number("unnamed")));
                foreach (var currency in (string[])["CLP", "MXN"]) Assert.NotNull(row.QuerySelector($"[data-amount='{currency} {its.Where(p => p.Currency == currency).Sum(p => p.Amount)}']"));
                if (its.Count > 0 && random.Next(3) == 0)
                    Assert.Equal(row.GetAttribute("data-count"), (await victor.PageAsync(row.QuerySelector("a")!.GetAttribute("href")!)).QuerySelector("[data-count]")!.GetAttribute("data-count"));

                int Number(string name) => int.Parse(row.GetAttribute("data-" + name)!, CultureInfo.InvariantCulture);
            }
        }
        using var file = await victor.SubmitAsync(Path + "?period=7d", "form[action*=export]");
        var lines = (await file.Content.ReadAsStringAsync()).Trim('\uFEFF', '\n', '\r').Split('\n');
        Assert.Equal((168, 7), (lines.Count(l => l.StartsWith("weekday_hour,", StringComparison.Ordinal)), lines.Count(l => l.StartsWith("day,", StringComparison.Ordinal))));
        Assert.Equal(1, await app.InDbAsync(db => db.AuditEntries.CountAsync(e => e.Action == AuditActions.Exported && e.SubjectKind == "behavior")));
    }

    [Fact]
    public async Task Of_a_payout_it_is_the_beneficiary_who_was_seen_before_or_not()
    {
        await using var app = await PanelApp.StartAsync();
        var shop = await Shop.OpenAsync(app);
        (await shop.AssessAsync("""{"amount":15000,"currency":"MXN","email":"ana@shop.example"}""")).MustBeGood();
        foreach (var beneficiary in (string[])["ben_1", "ben_2", "ben_2"])
            (await shop.PayoutAsync($$$"""{"amount":15000,"currency":"MXN","email":"ana@shop.example","beneficiary":{"id":"{{{beneficiary}}}","country":"MX"},"payout":{"rail":"spei"}}""")).MustBeGood();
        await app.Services.GetRequiredService<AssessService>().Log!.CatchUpAsync(default);

        var page = await app.As(World.Victor).PageAsync(Path);
        var today = page.QuerySelector("[data-day]:not([data-count='0'])")!;
        Assert.Equal(("4", "3", "1"), (today.GetAttribute("data-count"), today.GetAttribute("data-new"), today.GetAttribute("data-known")));
        Assert.Contains("Volumen, pagadores y beneficiarios por día", page.QuerySelector("main")!.TextContent, StringComparison.Ordinal);
    }
}
