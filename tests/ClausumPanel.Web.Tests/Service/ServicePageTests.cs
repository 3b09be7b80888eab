using System.Diagnostics;
using System.Diagnostics.Metrics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using AngleSharp.Dom;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Web.Service;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Support;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using static ClausumPanel.Web.Tests.Service.PrometheusTextTests;

namespace ClausumPanel.Web.Tests.Service;

public sealed class ServicePageTests
{
    private const string Path = "/dashboard/service", Token = "una-palabra-muy-larga-42";

    [Fact]
    public async Task Every_call_is_counted_once_by_how_it_ended_and_the_page_says_the_same_as_the_metrics()
    {
        await using var app = await PanelApp.StartAsync(("Panel:Metrics:Token", Token));
        var shop = await Shop.OpenAsync(app);
        var metrics = app.Services.GetRequiredService<ServiceMetrics>();
        for (var i = 0; i < 3; i++) (await shop.AssessAsync(Shop.Minimum)).MustBeGood();
        (await shop.AssessAsync(Shop.Minimum, ("Idempotency-Key", "a"))).MustBeGood();
        (await shop.AssessAsync(Shop.Minimum, ("Idempotency-Key", "a"))).MustBeGood();
        (await shop.AssessAsync(Shop.Full, ("Idempotency-Key", "a"))).MustRefuse(409, "IDEMPOTENCY_CONFLICT");
        Assert.Equal(400, (await shop.AssessAsync("{}")).Code);
        Assert.Equal(415, (await shop.PostAsync("/api/v1/assess", "{}"u8.ToArray(), "text/plain")).Code);
        Assert.Equal(413, (await shop.PostAsync("/api/v1/assess", new byte[70_000], "application/json")).Code);
        Assert.Equal(200, (await shop.PostAsync("/api/v1/simulation/payin", System.Text.Encoding.UTF8.GetBytes(Shop.Minimum), "application/json")).Code);
        Assert.Equal(401, (await new Shop(app, app.With("no key at all")).AssessAsync(Shop.Minimum)).Code);
        var limited = await Shop.OpenAsync(app, change: key => key.PerMinute = 1);
        (await limited.AssessAsync(Shop.Minimum)).MustBeGood();
        (await limited.AssessAsync(Shop.Minimum)).MustRefuse(429, "RATE_LIMIT_EXCEEDED");

        Dictionary<string, long> expected = new()
        {
            ["answered"] = 5, ["replayed"] = 1, ["simulated"] = 1, ["invalid"] = 1, ["unauthorized"] = 1, ["rate_limited"] = 1, ["unreadable"] = 2, ["conflict"] = 1,
            ["in_progress"] = 0, ["unavailable"] = 0, ["timed_out"] = 0, ["failed"] = 0, ["abandoned"] = 0,
        };
        Assert.Equal(expected, Enum.GetValues<CallEnd>().ToDictionary(ServiceMetrics.Word, metrics.Count));

        app.Services.GetRequiredService<WatchService>().Look();
        var page = await app.As(World.Ines).PageAsync(Path);
        Assert.Equal("good", page.QuerySelector("[data-health]")!.GetAttribute("data-health"));
        Assert.Equal("13", Tile(page, "calls"));
        Assert.Equal("1", Tile(page, "replays"));
        Assert.Equal("0", Tile(page, "lost"));
        foreach (var row in page.QuerySelectorAll("[data-reason]"))
            Assert.Equal((expected[row.GetAttribute("data-reason")!].ToString(CultureInfo.InvariantCulture), row.GetAttribute("data-hour")), (row.GetAttribute("data-hour"), row.GetAttribute("data-whole")));

        using var scraper = app.Anonymous();
        scraper.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        using var answer = await scraper.GetAsync("/metrics");
        Assert.Equal("text/plain; version=0.0.4; charset=utf-8", answer.Content.Headers.ContentType!.ToString());
        var read = Exposition.Read(await answer.Content.ReadAsStringAsync());
        foreach (var (word, count) in expected) Assert.Equal(count, read["panel_assess_calls_total", word]);
        Assert.Equal<(double, double)>((5, 1), (read["panel_assess_duration_seconds_count"], read["panel_ready"]));
        Assert.Equal(await shop.StoredAsync(), read["panel_log_rows_total"]);
        Assert.True(read["panel_log_commits_total"] is >= 1 and <= 6);
        Assert.Equal(new FileInfo(app.Database.File).Length, read["panel_database_bytes"]);
        Assert.Equal(11, read.Samples.Count(s => s.Name == "panel_data_file_timestamp_seconds"));
    }

    [Fact]
    public async Task Minutes_stand_apart_the_hour_is_their_sum_and_what_is_older_is_gone_from_the_page_but_not_from_the_start()
    {
        await using var app = await PanelApp.StartAsync();
        await Shop.ReadyAsync(app);
        var metrics = app.Services.GetRequiredService<ServiceMetrics>();
        var random = new Random(11);
        var spoken = new List<(DateTimeOffset Minute, long Microseconds)>();
        for (var minute = 0; minute < 75; minute++)
        {
            for (var i = random.Next(0, 9); i > 0; i--)
            {
                var took = (long)Math.Exp(4 + (random.NextDouble() * 9));
                spoken.Add((Floor(app.Clock.GetUtcNow()), took));
                metrics.Ended(CallEnd.Answered, TimeSpan.FromMicroseconds(took));
            }
            if (minute % 10 == 0) metrics.Ended(CallEnd.TimedOut, TimeSpan.FromSeconds(2));
            if (minute < 74) app.Clock.Advance(TimeSpan.FromMinutes(1));
        }
        var page = await app.As(World.Clara).PageAsync(Path);
        var first = Floor(app.Clock.GetUtcNow()).AddMinutes(-59);
        var rows = page.QuerySelectorAll("[data-minute]").ToList();
        Assert.Equal(60, rows.Count);
        for (var i = 0; i < 60; i++)
        {
            var its = spoken.Where(s => s.Minute == first.AddMinutes(i)).Select(s => s.Microseconds).Order().ToList();
            Assert.Equal(its.Count, int.Parse(rows[i].GetAttribute("data-answered")!, CultureInfo.InvariantCulture));
            if (its.Count == 0) Assert.True(string.IsNullOrEmpty(rows[i].GetAttribute("data-p95")));
            else Near(its[(int)Math.Ceiling(.95 * its.Count) - 1], long.Parse(rows[i].GetAttribute("data-p95")!, CultureInfo.InvariantCulture));
        }
        var hour = spoken.Where(s => s.Minute >= first).Select(s => s.Microseconds).Order().ToList();
        var merged = new LatencyHistogram();
        foreach (var minute in metrics.LastHour()) merged.Add(minute.Latency);
        Near(hour[(int)Math.Ceiling(.99 * hour.Count) - 1], merged.Percentile(.99)!.Value);
        Assert.Equal<(long, long)>((hour.Count, hour[^1]), (merged.Count, merged.Max));
        Assert.Equal<(long, long)>((6, 8), (int.Parse(Tile(page, "lost"), CultureInfo.InvariantCulture), metrics.Count(CallEnd.TimedOut)));
        Assert.Equal(spoken.Count, metrics.Count(CallEnd.Answered));

        static DateTimeOffset Floor(DateTimeOffset at) => DateTimeOffset.FromUnixTimeSeconds(at.ToUnixTimeSeconds() / 60 * 60);
        static void Near(long exact, long said) => Assert.True(said >= exact && said <= exact + (exact / 64.0), $"{said} for {exact}");
    }

    [Fact]
    public async Task The_sentence_at_the_top_says_when_callers_get_no_answer()
    {
        await using var app = await PanelApp.StartAsync();
        await Shop.ReadyAsync(app);
        var metrics = app.Services.GetRequiredService<ServiceMetrics>();
        metrics.Ended(CallEnd.Answered, TimeSpan.FromMilliseconds(3));
        metrics.Ended(CallEnd.Unavailable, TimeSpan.FromMilliseconds(1));
        var ines = app.As(World.Ines);
        var health = (await ines.PageAsync(Path)).QuerySelector("[data-health]")!;
        Assert.Equal("bad", health.GetAttribute("data-health"));
        Assert.Contains("1 de 2", health.TextContent, StringComparison.Ordinal);
        app.Clock.Advance(TimeSpan.FromMinutes(6));
        Assert.Equal("good", (await ines.PageAsync(Path)).QuerySelector("[data-health]")!.GetAttribute("data-health"));
    }

    [Fact]
    public async Task Only_who_may_see_the_audit_log_sees_the_service_and_takes_it_along()
    {
        await using var app = await PanelApp.StartAsync();
        await Shop.ReadyAsync(app);
        app.Services.GetRequiredService<ServiceMetrics>().Ended(CallEnd.Answered, TimeSpan.FromMicroseconds(1_500));
        foreach (var (person, sees) in ((Person, bool)[])[(World.Ines, true), (World.Clara, true), (World.Maria, false), (World.Victor, false)])
        {
            var client = app.As(person);
            using var page = await client.GetAsync(Path);
            Assert.Equal(sees, page.StatusCode == HttpStatusCode.OK);
            Assert.Equal(sees, (await client.PageAsync("/dashboard")).QuerySelector("a[href='/dashboard/service']") is not null);
            if (!sees) continue;
            using var file = await client.SubmitAsync(Path, "form[action*=export]");
            var lines = (await file.Content.ReadAsStringAsync()).Trim('\uFEFF', '\n', '\r').Split('\n').Select(l => l.Trim('\r')).ToList();
            Assert.Equal(61, lines.Count);
            Assert.StartsWith("minute,answered,replayed,simulated,invalid,", lines[0], StringComparison.Ordinal);
            Assert.StartsWith("2026-11-24T15:00Z,1,0,0,0,", lines[^1], StringComparison.Ordinal);
            Assert.Contains(",1500,1500,1500,1500,", lines[^1], StringComparison.Ordinal);
        }
        Assert.Equal(2, await app.InDbAsync(db => db.AuditEntries.CountAsync(e => e.Action == AuditActions.Exported && e.SubjectKind == "service")));
    }

    [Fact]
    public async Task There_are_no_metrics_until_a_setting_says_who_may_read_them()
    {
        await using var app = await PanelApp.StartAsync();
        using var answer = await app.As(World.Ines).GetAsync("/metrics");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("Bearer")]
    [InlineData("Bearer una-palabra-muy-larga-43")]
    [InlineData("Bearer una-palabra-muy-larga-4")]
    [InlineData("Basic una-palabra-muy-larga-42")]
    public async Task Without_the_token_nothing_is_told(string? header)
    {
        await using var app = await PanelApp.StartAsync(("Panel:Metrics:Token", Token));
        using var client = app.As(World.Ines);              // being signed in is not enough
        if (header is not null) client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", header);
        using var answer = await client.GetAsync("/metrics");
        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.DoesNotContain("panel_", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_a_port_of_its_own_nothing_is_told_on_another_and_nothing_else_on_it()
    {
        await using var app = await PanelApp.StartAsync(("Panel:Metrics:Port", "9464"));
        await Shop.ReadyAsync(app);
        foreach (var (port, path, status) in ((int, string, int)[])[(9464, "/metrics", 200), (9464, "/health/live", 404), (9464, "/dashboard", 404), (5080, "/metrics", 404), (5080, "/health/live", 200)])
        {
            var answer = await app.Server.SendAsync(context =>
            {
                context.Connection.LocalPort = port;
                context.Request.Method = HttpMethods.Get;
                context.Request.Path = path;
            });
            Assert.True(status == answer.Response.StatusCode, $"{port}{path}: {answer.Response.StatusCode}");
        }
    }

    [Theory]
    [InlineData("short", null, "Panel__Metrics__Token")]
    [InlineData("with a space in its middle", null, "Panel__Metrics__Token")]
    [InlineData(null, 70_000, "Panel__Metrics__Port")]
    public void A_setting_that_protects_nothing_is_named(string? token, int? port, string named)
    {
        var options = new MetricsOptions { Token = token, Port = port };
        var found = new List<System.ComponentModel.DataAnnotations.ValidationResult>();
        Assert.False(System.ComponentModel.DataAnnotations.Validator.TryValidateObject(options, new(options), found, validateAllProperties: true));
        Assert.StartsWith($"The field {named.Split("__")[^1]} must", found.Single().ErrorMessage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Whoever_listens_to_the_meter_and_the_traces_hears_of_each_call()
    {
        await using var app = await PanelApp.StartAsync();
        var shop = await Shop.OpenAsync(app);
        var mine = app.Services.GetRequiredService<ServiceMetrics>().Meter;
        var (heard, traced) = (0, new List<Activity>());
        using var meters = new MeterListener { InstrumentPublished = (instrument, listener) => { if (instrument.Meter == mine) listener.EnableMeasurementEvents(instrument); } };
        meters.SetMeasurementEventCallback<double>((instrument, value, _, _) => { if (instrument.Name == "panel.assess.duration") Interlocked.Increment(ref heard); });
        meters.Start();
        using var traces = new ActivityListener { ShouldListenTo = s => s.Name == "ClausumPanel", Sample = (ref _) => ActivitySamplingResult.AllData, ActivityStopped = a => { lock (traced) traced.Add(a); } };
        ActivitySource.AddActivityListener(traces);
        var answer = (await shop.AssessAsync(Shop.Minimum)).MustBeGood();
        Assert.Equal(1, heard);
        Activity whole;
        List<Activity> all;
        lock (traced) all = [.. traced];                // other tests are heard as well
        whole = all.Single(a => a.OperationName == "assess" && a.GetTagItem("panel.assessment_id")?.ToString() == answer.Id);
        Assert.Equal(answer.Decision, whole.GetTagItem("panel.decision"));
        Assert.Contains(all, a => a.OperationName == "store" && a.ParentSpanId == whole.SpanId);
    }

    private static string Tile(IParentNode page, string id) => page.QuerySelector($"[data-tile='{id}'] .tile-number")!.TextContent.Trim();
}
