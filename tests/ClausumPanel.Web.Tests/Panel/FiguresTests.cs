using System.Globalization;
using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Metrics;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows.Metrics;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Panel;

/// <summary>Some hundred assessments of a few months, in two currencies, two flows, with and without channel, simulated and not, labelled, taken back, decided and still open.</summary>
public class FiguresWorld : PanelApp, IAsyncLifetime
{
    internal List<Entry> Entries { get; } = [];

    Task IAsyncLifetime.InitializeAsync() => FillAsync();

    protected async Task FillAsync()
    {
        await InitializeAsync();
        var random = new Random(7);
        string?[] channels = [null, "web", "app"], shops = [null, "shop-1", "shop-2"];
        for (var i = 0; i < 900; i++)
        {
            var decision = random.Next(10) switch { < 5 => Decision.Approve, < 7 => Decision.Review, 7 => Decision.Challenge, _ => Decision.Decline };
            // Two thirds in the ripe August, the rest in the last five weeks.
            var at = i % 3 == 0 ? TestClock.Start.AddMinutes(-random.Next(35 * 24 * 60)) : new DateTimeOffset(2026, 8, 1, 0, 0, 0, TimeSpan.Zero).AddMinutes(random.Next(33 * 24 * 60));
            var simulated = i % 11 == 0;
            var held = decision is Decision.Review or Decision.Challenge && !simulated;
            Entries.Add(new Entry(at, decision, random.Next(100, 90_000), i % 4 == 0 ? "USD" : "MXN")
            {
                Flow = i % 7 == 0 ? Flow.PayOut : Flow.PayIn, Score = random.Next(101), Country = random.Next(3) switch { 0 => "MX", 1 => "US", _ => "" }, Channel = channels[random.Next(3)], Submerchant = shops[random.Next(3)],
                Simulated = simulated, Signal = random.Next(at > TestClock.Start.AddDays(-7) ? 2 : 6) == 0 ? "short_session" : null, Latency = random.Next(100, 40_000),
                Closed = held && random.Next(3) > 0 ? (ReviewOutcome)random.Next(3) : null,
                Label = !simulated && random.Next(3) == 0 ? random.Next(2) == 0 ? LabelOutcome.Fraud : LabelOutcome.Good : null, IsReversed = random.Next(5) == 0,
            });
        }
        // The edges of months and days, to the millisecond, where the reader is in Mexico, India and New York; one of them on the day the clocks go back there.
        foreach (var edge in (string[])["2026-08-01T06:00Z", "2026-09-01T06:00Z", "2026-11-18T06:00Z", "2026-11-17T18:30Z", "2026-11-01T04:00Z", "2026-11-02T05:00Z", "2026-11-24T06:00Z"])
            foreach (var off in (int[])[-1, 0, 1]) Entries.Add(new Entry(DateTimeOffset.Parse(edge, CultureInfo.InvariantCulture).AddMilliseconds(off), Decision.Approve, 700));
        await this.StoreAsync(Entries);
    }
}

/// <summary>The same on PostgreSQL; nothing where there is none.</summary>
public sealed class PostgresFiguresWorld : FiguresWorld, IAsyncLifetime
{
    protected override StorageProvider Provider => TestDatabase.PostgresServer is null ? StorageProvider.Sqlite : StorageProvider.Postgres;

    Task IAsyncLifetime.InitializeAsync() => Provider == StorageProvider.Postgres ? FillAsync() : InitializeAsync();
}

public sealed class PostgresFiguresTests(PostgresFiguresWorld app) : IClassFixture<PostgresFiguresWorld>
{
    [PostgresFact]
    public async Task Every_figure_is_what_plain_SQL_counts()
    {
        var stories = new FiguresTests(app);
        await stories.Every_figure_is_what_plain_SQL_counts("Asia/Kolkata", "7d", null, null, "2026-11-17T18:30Z", "2026-11-24T15:15Z", "", "NOT simulated");
        await stories.Every_figure_is_what_plain_SQL_counts("America/Mexico_City", "own", "2026-07-20", "2026-11-24", "2026-07-20T06:00Z", "2026-11-24T15:15Z", "simulated", "TRUE");
        await stories.A_channel_a_shop_and_both_at_once_are_counted_as_the_caller_named_them();
        await stories.How_good_the_decisions_were_is_what_plain_SQL_counts_over_the_ripe_month();
        await stories.Every_number_leads_to_a_list_of_just_as_many_rows("Asia/Kathmandu", "?period=7d&compare=previous");
    }
}

public sealed class FiguresTests(FiguresWorld app) : IClassFixture<FiguresWorld>
{
    private const string Everyone = "TRUE";

    /// <summary>What the figures mean, in SQL over the rows themselves; written here by hand, and nowhere else.</summary>
    private const string Rows = """
        (SELECT a.*, CASE WHEN r.seq IS NOT NULL THEN r.outcome WHEN a.decision = 0 THEN 0 WHEN a.decision = 3 THEN 2 ELSE 3 END AS ended,
            (SELECT l.outcome FROM labels l WHERE l.seq = a.seq AND l.reverses IS NULL AND NOT EXISTS (SELECT 1 FROM labels x WHERE x.reverses = l.number) ORDER BY l.source DESC, l.known_at DESC, l.number DESC LIMIT 1) AS label
         FROM assessments a LEFT JOIN reviews r ON r.seq = a.seq AND r.state = 2)
        """;

    private static readonly Dictionary<string, (string Part, string? Whole)> Meaning = new()
    {
        ["assessed"] = (Everyone, null), ["approval_engine"] = ("decision = 0", Everyone), ["approval_final"] = ("ended = 0", Everyone), ["review"] = ("decision = 1", Everyone), ["challenge"] = ("decision = 2", Everyone),
        ["decline"] = ("decision = 3", Everyone), ["money_protected"] = ("ended = 2", "ended = 2 AND label = 1"), ["fraud_count"] = ("ended = 0 AND label = 1", "ended = 0"), ["fraud_value"] = ("ended = 0 AND label = 1", "ended = 0"),
        ["false_positive_ratio"] = ("ended = 2 AND label = 2", "ended = 2 AND label = 1"), ["false_positive_rate"] = ("ended = 2 AND label = 2", "label = 2"), ["waiting"] = ("ended = 3", null),
    };

    private async Task<long> SqlAsync(string what, string where) => await app.InDbAsync(async db =>
    {
        await db.Database.OpenConnectionAsync();
        await using var command = db.Database.GetDbConnection().CreateCommand();
#pragma warning disable CA2100 // of the test's own making
        command.CommandText = $"SELECT {what} FROM {Rows} AS t WHERE {where}";
#pragma warning restore CA2100
        var answer = await command.ExecuteScalarAsync();
        return answer is null or DBNull ? 0 : Convert.ToInt64(answer, CultureInfo.InvariantCulture);
    });

    private async Task<PanelFigures> ReadAsync(MetricScope scope, string zone, string period, string? from = null, string? to = null)
    {
        await using var services = app.Services.CreateAsyncScope();
        var (there, now) = (TimeZoneInfo.FindSystemTimeZoneById(zone), app.Clock.GetUtcNow());
        return await services.ServiceProvider.GetRequiredService<ReadFigures>().ReadAsync(scope, MetricPeriod.Of(period, from is null ? null : DateOnly.Parse(from, null), to is null ? null : DateOnly.Parse(to, null), there, now), there, now, default);
    }

    private static string Between(string from, string to) => string.Create(CultureInfo.InvariantCulture, $"at >= {DateTimeOffset.Parse(from, null).ToUnixTimeMilliseconds()} AND at < {DateTimeOffset.Parse(to, null).ToUnixTimeMilliseconds()}");

    private async Task MustAgreeAsync(IEnumerable<MetricValue> values, string where)
    {
        foreach (var value in values)
        {
            var (part, whole) = Meaning[value.Metric.Id];
            Assert.Equal((value.Metric.Id, await SqlAsync("count(*)", $"{where} AND {part}")), (value.Metric.Id, value.Part));
            if (whole is not null) Assert.Equal((value.Metric.Id, await SqlAsync("count(*)", $"{where} AND {whole}")), (value.Metric.Id, value.Whole));
            if (!value.Metric.IsMoney) continue;
            Assert.NotEmpty(value.Monies);
            foreach (var currency in (string[])["MXN", "USD"])
            {
                var money = value.Monies.SingleOrDefault(m => m.Currency == currency);
                Assert.Equal(await SqlAsync("sum(amount)", $"{where} AND NOT simulated AND currency = '{currency}' AND {part}"), money.Part);
                Assert.Equal(await SqlAsync("sum(amount)", $"{where} AND NOT simulated AND currency = '{currency}' AND {whole}"), money.Whole);
            }
        }
    }

    [Theory]
    // A zone half an hour off; the week of the clocks going back; a month that ends; with and without what narrows.
    [InlineData("Asia/Kolkata", "7d", null, null, "2026-11-17T18:30Z", "2026-11-24T15:15Z", "", "NOT simulated")]
    [InlineData("America/New_York", "own", "2026-11-01", "2026-11-01", "2026-11-01T04:00Z", "2026-11-02T05:00Z", "", "NOT simulated")]
    [InlineData("America/Mexico_City", "own", "2026-08-01", "2026-08-31", "2026-08-01T06:00Z", "2026-09-01T06:00Z", "", "NOT simulated")]
    [InlineData("America/Mexico_City", "own", "2026-07-20", "2026-11-24", "2026-07-20T06:00Z", "2026-11-24T15:15Z", "simulated", "TRUE")]
    [InlineData("Asia/Kathmandu", "own", "2026-08-03", "2026-08-29", "2026-08-02T18:15Z", "2026-08-29T18:15Z", "payout", "NOT simulated AND flow = 1")]
    [InlineData("America/Mexico_City", "own", "2026-08-01", "2026-11-20", "2026-08-01T06:00Z", "2026-11-21T06:00Z", "USD", "NOT simulated AND currency = 'USD'")]
    public async Task Every_figure_is_what_plain_SQL_counts(string zone, string period, string? first, string? last, string from, string to, string narrowed, string where)
    {
        var scope = new MetricScope { Flow = narrowed == "payout" ? Flow.PayOut : null, Currency = narrowed == "USD" ? "USD" : null, WithSimulated = narrowed == "simulated" };
        var figures = await ReadAsync(scope, zone, period, first, last);
        var span = $"{Between(from, to)} AND {where}";
        Assert.True(await SqlAsync("count(*)", span) > 0);
        await MustAgreeAsync(MetricCatalog.OfPeriod.Select(m => m.Of(figures.Sheet)), span);
        if (period == "own" && first != last) await MustAgreeAsync([MetricCatalog.MoneyProtected.Of(figures.Sheet)], span);
        foreach (var (bucket, sheet) in figures.Period.Buckets.Zip(figures.Buckets))
            foreach (var decision in Enum.GetValues<Decision>())
                Assert.Equal(await SqlAsync("count(*)", $"at >= {bucket.Span.From} AND at < {bucket.Span.To} AND {where} AND decision = {(int)decision}"), sheet.Count(decision));
        for (var score = 0; score <= 100; score += 7) Assert.Equal(await SqlAsync("count(*)", $"{span} AND score = {score}"), figures.Values[TallyKind.Score, score].Count);
        Assert.Equal(await SqlAsync("count(*)", span), figures.Values.Total(TallyKind.Latency));
        Assert.Equal(await SqlAsync("count(*)", $"{span} AND seq IN (SELECT seq FROM assessment_signals)"), figures.Values.Total(TallyKind.Signal));
        Assert.Equal(await SqlAsync("count(*)", $"{span} AND seq IN (SELECT seq FROM assessment_rows WHERE country = 'US')"), figures.Values[TallyKind.Country, TallyValues.OfCountry("US")].Count);
        // A percentile of sorted numbers, whose step is at most 13 % wide.
        var median = await SqlAsync("latency_microseconds", $"{span} ORDER BY latency_microseconds LIMIT 1 OFFSET {((await SqlAsync("count(*)", span) + 1) / 2) - 1}");
        Assert.InRange(figures.Values.Latency(.5)!.Value, median, (long)(median * 1.13));
    }

    [Fact]
    public async Task A_channel_a_shop_and_both_at_once_are_counted_as_the_caller_named_them()
    {
        foreach (var (channel, shop) in ((string?, string?)[])[("web", null), (null, "shop-2"), ("app", "shop-1"), ("app", "nobody")])
        {
            var figures = await ReadAsync(new MetricScope { Channel = channel, Submerchant = shop }, "America/Mexico_City", "own", "2026-08-02", "2026-11-24");
            var mine = app.Entries.Where(e => !e.Simulated && (channel is null || e.Channel == channel) && (shop is null || e.Submerchant == shop) && e.At >= DateTimeOffset.Parse("2026-08-02T06:00Z", null)).ToList();
            Assert.Equal(mine.Count, MetricCatalog.Assessed.Of(figures.Sheet).Part);
            Assert.Equal(mine.Count(e => e.Score == 50), figures.Values[TallyKind.Score, 50].Count);
            Assert.Equal(mine.Count(e => e.Signal is not null), figures.Values.Total(TallyKind.Signal));
        }
    }

    [Fact]
    public async Task How_good_the_decisions_were_is_what_plain_SQL_counts_over_the_ripe_month()
    {
        var figures = await ReadAsync(new MetricScope { WithSimulated = true }, "America/Mexico_City", "24h");
        var month = Between("2026-08-01T06:00Z", "2026-09-01T06:00Z") + " AND NOT simulated";
        Assert.True(await SqlAsync("count(*)", $"{month} AND label = 1") >= LabelQueries.Enough);
        var values = MetricCatalog.OfRipeMonth.Select(m => m.Of(figures.Ripe)).ToList();
        Assert.All(values, v => Assert.True(v.IsKnown));
        await MustAgreeAsync(values, month);
        var waits = string.Create(CultureInfo.InvariantCulture, $"EXISTS (SELECT 1 FROM reviews v WHERE v.seq = t.seq AND v.state = 0 AND v.visible_at <= {app.Clock.GetUtcNow().ToUnixTimeMilliseconds()})");
        Assert.Equal((await SqlAsync("count(*)", waits), await SqlAsync("min(at)", waits)), (figures.Waiting.Count, figures.Waiting.Oldest!.Value));
        Assert.Equal(await SqlAsync("count(*)", "NOT simulated AND ended = 3"), figures.Waiting.Count + figures.Waiting.PutAway + figures.Waiting.NotShown);
    }

    [Theory]
    [InlineData("America/Mexico_City", "")]
    [InlineData("Asia/Kathmandu", "?period=7d&compare=previous")]
    [InlineData("America/New_York", "?period=30d&currency=USD")]
    [InlineData("America/New_York", "?from=2026-11-01&to=2026-11-01&flow=payin")]
    [InlineData("America/Mexico_City", "?from=2026-07-20&simulated=yes&channel=web")]
    [InlineData("Asia/Kolkata", "?from=2026-08-01&to=2026-08-31&submerchant=shop-1&channel=app")]
    public async Task Every_number_leads_to_a_list_of_just_as_many_rows(string zone, string query)
    {
        await app.InDbAsync(db => db.Users.Where(u => u.Email == World.Victor.Email).ExecuteUpdateAsync(u => u.SetProperty(x => x.TimeZone, zone)));
        var victor = app.As(World.Victor);
        var page = await victor.PageAsync("/dashboard" + query);
        var links = page.QuerySelectorAll("a[data-rows]").Select(a => (Id: a.Id, Rows: a.GetAttribute("data-rows")!, Address: a.GetAttribute("href")!)).ToList();
        Assert.True(links.Count > 30, $"{links.Count} links");
        Assert.Equal(links.Count, links.Select(l => l.Id).Distinct().Count());
        var tiles = page.QuerySelectorAll("[data-metric]").Select(t => t.GetAttribute("data-metric")).ToList();
        Assert.Equal(MetricCatalog.All.Select(m => m.Id).Order(), tiles.Order());
        var counted = new Dictionary<string, string>();
        foreach (var (id, rows, address) in links)
        {
            if (!counted.TryGetValue(address, out var shown)) counted[address] = shown = (await victor.PageAsync(address)).QuerySelector("[data-count]")!.GetAttribute("data-count")!;
            Assert.Equal((id, address, rows), (id, address, shown));
        }
        Assert.Contains(zone.Replace('_', ' '), page.QuerySelector("[data-zone]")!.TextContent, StringComparison.Ordinal);
        // The policy of the pages lets nothing of that through.
        Assert.Empty(page.QuerySelectorAll("main [style], main style, main script:not([src])"));
        Assert.Empty(page.QuerySelectorAll("[id]").GroupBy(e => e.Id).Where(g => g.Count() > 1).Select(g => g.Key));
    }

    [Fact]
    public async Task The_API_answers_with_the_same_figures()
    {
        var shop = await Shop.OpenAsync(app);
        var answer = (await Answer.OfAsync(await shop.Client.GetAsync("/api/v1/dashboard/overview?range=7d&tz=Asia/Kolkata"))).MustBeGood();
        var (totals, span) = (answer.Json.GetProperty("totals"), Between("2026-11-17T18:30Z", "2026-11-24T15:15Z") + " AND NOT simulated");
        foreach (var (name, where) in ((string, string)[])[("evaluations", Everyone), ("approved", "decision = 0"), ("review", "decision = 1"), ("challenge", "decision = 2"), ("blocked", "decision = 3")])
            Assert.Equal(await SqlAsync("count(*)", $"{span} AND {where}"), totals.GetProperty(name).GetInt64());
        var days = answer.Json.GetProperty("series").EnumerateArray().ToList();
        Assert.Equal((7, totals.GetProperty("evaluations").GetInt64(), false), (days.Count, days.Sum(d => d.GetProperty("evaluations").GetInt64()), days[^1].GetProperty("complete").GetBoolean()));
        foreach (var money in totals.GetProperty("money_protected").EnumerateArray())
            Assert.Equal(await SqlAsync("sum(amount)", $"{span} AND ended = 2 AND currency = '{money.GetProperty("currency").GetString()}'"), (long)(money.GetProperty("amount").GetDecimal() * 100));
        Assert.Equal(12, answer.Json.GetProperty("recent").GetArrayLength());
        Assert.Equal(["range enum", "tz format"], (await Answer.OfAsync(await shop.Client.GetAsync("/api/v1/dashboard/overview?range=1y&tz=Mars/Olympus"))).MustRefuse(400, "VALIDATION_ERROR").Complaints);
        (await Answer.OfAsync(await (await Shop.OpenAsync(app, change: k => k.Permissions = "assess")).Client.GetAsync("/api/v1/dashboard/overview"))).MustRefuse(403, "FORBIDDEN");
    }

    [Fact]
    public async Task What_a_chart_shows_comes_as_a_file_too()
    {
        var ines = app.As(World.Ines);
        foreach (var (chart, least) in ((string, int)[])[("tiles", 10), ("decisions", 8), ("scores", 102), ("countries", 3), ("signals", 1), ("latency", 10)])
        {
            using var answer = await ines.SubmitAsync("/dashboard?period=7d", $"form[action*='chart={chart}']");
            Assert.Equal("text/csv", answer.Content.Headers.ContentType!.MediaType);
            var lines = (await answer.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries);
            Assert.True(lines.Length >= least, $"{chart}: {lines.Length}");
            if (chart == "scores") Assert.Equal(app.Entries.Count(e => !e.Simulated && e.At >= DateTimeOffset.Parse("2026-11-18T06:00Z", null)), lines.Skip(1).Sum(l => int.Parse(l.Trim().Split(',')[1], CultureInfo.InvariantCulture)));
        }
    }

    [Fact]
    public void Every_figure_is_explained_in_both_languages()
    {
        var before = CultureInfo.CurrentUICulture;
        try
        {
            CultureInfo.CurrentUICulture = CultureInfo.GetCultureInfo("es-MX");
            foreach (var text in MetricCatalog.All.SelectMany(m => (string[])[m.Name, m.Definition, m.Formula])) Assert.NotEqual(text, Texts.Translate(text));
        }
        finally
        {
            CultureInfo.CurrentUICulture = before;
        }
        Assert.Equal(MetricCatalog.All.Count, MetricCatalog.All.Select(m => m.Id).Distinct().Count());
    }
}

public sealed class PanelPageTests(PanelApp app) : IClassFixture<PanelApp>
{
    [Fact]
    public async Task With_few_labels_it_says_so_and_a_label_taken_back_is_gone_at_once()
    {
        var august = new DateTimeOffset(2026, 8, 10, 12, 0, 0, TimeSpan.Zero);
        var entries = Enumerable.Range(0, 40).Select(i => new Entry(august.AddMinutes(i), i < 20 ? Decision.Approve : Decision.Decline) { Label = i < 29 ? LabelOutcome.Fraud : LabelOutcome.Good }).ToList();
        await app.StoreAsync(entries);
        var maria = app.As(World.Maria);
        foreach (var id in (string[])["fraud_count", "fraud_value", "false_positive_ratio", "false_positive_rate"])
        {
            var tile = (await maria.PageAsync("/dashboard")).QuerySelector($"[data-metric={id}]")!.TextContent;
            Assert.Contains("Muy pocas etiquetas", tile, StringComparison.Ordinal);
            Assert.Contains("29", tile, StringComparison.Ordinal);
            Assert.DoesNotContain("%", tile.Replace("95 %", "", StringComparison.Ordinal), StringComparison.Ordinal);
        }
        var thirtieth = new Entry(august, Decision.Approve) { Label = LabelOutcome.Fraud };
        await app.StoreAsync([thirtieth]);
        Assert.Equal("21 de 21", await TileAsync("fraud_count"));
        Assert.Equal("11 a 9", await TileAsync("false_positive_ratio"));
        thirtieth.Label = LabelOutcome.Good;
        await app.LabelAsync([thirtieth]);
        Assert.Equal("20 de 21", await TileAsync("fraud_count"));

        async Task<string> TileAsync(string id) => string.Join(' ', (await maria.PageAsync("/dashboard")).QuerySelector($"[data-metric={id}] .tile-share")!.TextContent.Split('·')[0].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Open_pages_are_told_that_something_came_in()
    {
        var shop = await Shop.OpenAsync(app);
        (await shop.AssessAsync(Shop.Minimum)).MustBeGood();
        Assert.Equal(302, (int)(await app.Anonymous().GetAsync("/dashboard/events")).StatusCode);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/dashboard/events");
        using var answer = await app.As(World.Maria).SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal("text/event-stream", answer.Content.Headers.ContentType!.MediaType);
        using var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        var first = await NextAsync();
        var stored = (await shop.AssessAsync(Shop.Minimum)).MustBeGood();
        var next = NextAsync();
        while (!next.IsCompleted)
        {
            app.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.WhenAny(next, Task.Delay(20));
        }
        Assert.Equal(first + 1, await next);
        Assert.Equal(ClausumPanel.Storage.Assessments.AssessmentId.SeqOf(Guid.Parse(stored.Id)), await next);

        async Task<long> NextAsync()
        {
            while (true)
            {
                if (await reader.ReadLineAsync() is not { } line) throw new InvalidOperationException("The stream ended.");
                if (line == "event: assessed") return long.Parse((await reader.ReadLineAsync())!["data: ".Length..], CultureInfo.InvariantCulture);
            }
        }
    }

    [Fact]
    public async Task The_live_part_comes_alone_and_stays_silent_while_nothing_happens()
    {
        var shop = await Shop.OpenAsync(app);
        await shop.AssessAsync(Shop.Minimum);
        var maria = app.As(World.Maria);
        var address = (await maria.PageAsync("/dashboard?period=7d")).QuerySelector("#live")!.GetAttribute("hx-get")!;
        Assert.Contains("period=7d", address, StringComparison.Ordinal);
        Assert.Equal(204, (int)(await AskAsync()).StatusCode);
        await shop.AssessAsync(Shop.Minimum);
        var part = await (await AskAsync()).HtmlAsync();
        Assert.NotNull(part.QuerySelector("#live"));
        Assert.Null(part.QuerySelector("h1"));

        Task<HttpResponseMessage> AskAsync() => maria.SendAsync(new HttpRequestMessage(HttpMethod.Get, address) { Headers = { { "HX-Request", "true" } } });
    }
}
