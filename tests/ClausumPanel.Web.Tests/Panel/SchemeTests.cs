using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Storage.Schemes;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Flows.Metrics;
using ClausumPanel.Web.Tests.Disputes;
using ClausumPanel.Web.Tests.Enrichment;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Panel;

/// <summary>Four months of card payments of several schemes, what banks said of some of them, and what was taken back of that.</summary>
public class SchemeWorld : PanelApp, IAsyncLifetime
{
    internal List<Entry> Entries { get; } = [];

    Task IAsyncLifetime.InitializeAsync() => FillAsync();

    protected async Task FillAsync()
    {
        await InitializeAsync();
        var random = new Random(11);
        string?[] schemes = ["visa", "visa", "mastercard", "amex", "elo", null];
        for (var i = 0; i < 1_200; i++)
        {
            var (decision, simulated) = ((Decision)Math.Max(0, random.Next(7) - 3), i % 23 == 0);
            Entries.Add(new Entry(TestClock.Start.AddMinutes(-random.Next(120 * 24 * 60)), decision, random.Next(100, 90_000), i % 5 == 0 ? "USD" : "MXN")
            {
                Flow = i % 19 == 0 ? Flow.PayOut : Flow.PayIn, CardScheme = schemes[random.Next(schemes.Length)], Simulated = simulated,
                Closed = decision is Decision.Review or Decision.Challenge && !simulated && random.Next(2) == 0 ? (ReviewOutcome)random.Next(3) : null,
            });
        }
        foreach (var edge in (string[])["2026-10-01T00:00Z", "2026-11-01T00:00Z"])
            foreach (var off in (int[])[-1, 0]) Entries.Add(new Entry(DateTimeOffset.Parse(edge, CultureInfo.InvariantCulture).AddMilliseconds(off), Decision.Approve) { CardScheme = off == 0 ? "visa" : "mastercard" });
        await this.StoreAsync(Entries);
        await using var scope = Services.CreateAsyncScope();
        var (labels, said) = (scope.ServiceProvider.GetRequiredService<RecordLabels>(), Entries.Where(e => !e.Simulated && e.Closed is null).ToList());
        for (var i = 0; i < said.Count; i += 3)
        {
            // Some are told twice, some in two months; an analyst is no bank; what is good is no fraud.
            var source = (i % 4) switch { 0 => LabelSource.Chargeback, 1 => LabelSource.FraudReport, 2 => LabelSource.Analyst, _ => LabelSource.Chargeback };
            foreach (var days in i % 5 == 0 ? (int[])[3, 33] : [9])
            {
                if (said[i].At.AddDays(days) is var known && known > TestClock.Start) continue;
                var written = await labels.AddAsync([new NewLabel(said[i].Seq, said[i].At.ToUnixTimeMilliseconds(), i % 11 == 0 ? LabelOutcome.Good : LabelOutcome.Fraud, source) { KnownAt = known, Reason = "fraud" }], LabelChannel.Import, Actor.System, null, default);
                if (i % 12 == 0) Assert.True(await labels.ReverseAsync(written[0].Row.Id, null, LabelChannel.Panel, Actor.System, default));
            }
        }
        for (var i = 0; i < 160; i++)
        {
            var (payment, mastercard) = (i % 8 == 7 ? null : said[random.Next(said.Count)], i % 3 == 0);
            await Counter.OpenAsync(this, null, item => item with
            {
                Scheme = mastercard ? CardScheme.Mastercard : CardScheme.Visa, ReasonCode = (mastercard, i % 2) switch { (true, 0) => "4837", (true, _) => "4853", (false, 0) => "10.4", _ => "13.1" }, Stage = i % 9 == 0 ? DisputeStage.Inquiry : DisputeStage.Chargeback,
                ReceivedAt = TestClock.Start.AddMinutes(-random.Next(100 * 24 * 60)), Amount = 10_000 + i, Currency = i % 4 == 0 ? "USD" : "MXN",
            });
            // As a provider's event would have found it.
            if (payment is not null) await InDbAsync(db => db.Set<Dispute>().Where(d => d.Amount == 10_000 + i).ExecuteUpdateAsync(d => d.SetProperty(x => x.Seq, payment.Seq)));
        }
    }
}

/// <summary>The same on PostgreSQL; nothing where there is none.</summary>
public sealed class PostgresSchemeWorld : SchemeWorld, IAsyncLifetime
{
    protected override StorageProvider Provider => TestDatabase.PostgresServer is null ? StorageProvider.Sqlite : StorageProvider.Postgres;

    Task IAsyncLifetime.InitializeAsync() => Provider == StorageProvider.Postgres ? FillAsync() : InitializeAsync();
}

public sealed class PostgresSchemeTests(PostgresSchemeWorld app) : IClassFixture<PostgresSchemeWorld>
{
    [PostgresFact] public Task What_a_programme_counts_is_what_plain_SQL_counts() => new SchemeTests(app).What_a_programme_counts_is_what_plain_SQL_counts();
}

public sealed class SchemeTests(SchemeWorld app) : IClassFixture<SchemeWorld>
{
    private static readonly DateOnly November = new(2026, 11, 1);

    private string At(DateOnly day)
    {
        var at = new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
        return app.Database.Provider == StorageProvider.Sqlite ? at.ToUnixTimeMilliseconds().ToString(CultureInfo.InvariantCulture) : $"TIMESTAMPTZ '{at:yyyy-MM-dd} 00:00:00+00'";
    }

    private Task<long> SqlAsync(string sql) => app.InDbAsync(async db =>
    {
        await db.Database.OpenConnectionAsync();
        await using var command = db.Database.GetDbConnection().CreateCommand();
#pragma warning disable CA2100 // of the test's own making
        command.CommandText = sql;
#pragma warning restore CA2100
        return Convert.ToInt64(await command.ExecuteScalarAsync(), CultureInfo.InvariantCulture);
    });

    private string Seqs(string scheme) => string.Join(',', app.Entries.Where(e => e.CardScheme == scheme && e.Flow == Flow.PayIn && !e.Simulated).Select(e => e.Seq));

    /// <summary>What each programme counts, said here once more and by hand.</summary>
    private string Above(string programme, DateOnly month)
    {
        var scheme = programme == "visa-vamp" ? "Visa" : "Mastercard";
        var label = $"""
            SELECT seq, known_at AS told FROM labels l WHERE outcome = 1 AND source IN ({(programme == "visa-vamp" ? "30, 40" : "40")}) AND reverses IS NULL AND NOT EXISTS (SELECT 1 FROM labels x WHERE x.reverses = l.number) AND seq IN ({Seqs(scheme.ToLowerInvariant())})
            """;
        var disputes = $"SELECT * FROM disputes WHERE scheme = '{scheme}' AND stage <> 'Inquiry'";
        const string fraud = "reason_code IN ('10.4', '4837')";
        string Within(string column) => $"{column} >= {At(month)} AND {column} < {At(month.AddMonths(1))}";
        var once = $"""
            (SELECT count(*) FROM (SELECT key, min(told) AS first FROM (SELECT 'p' || seq AS key, told FROM ({label}) AS a UNION ALL SELECT CASE WHEN seq IS NULL THEN 'd' || number ELSE 'p' || seq END, received_at FROM ({disputes}) AS b WHERE {fraud}) AS c GROUP BY key) AS d WHERE {Within("first")})
            """;
        return programme switch
        {
            "visa-vamp" => $"SELECT {once} + (SELECT count(*) FROM ({disputes}) AS e WHERE NOT {fraud} AND {Within("received_at")})",
            "mastercard-efm" => $"SELECT {once}",
            _ => $"""
                SELECT (SELECT count(*) FROM ({disputes}) AS e WHERE {Within("received_at")})
                     + (SELECT count(*) FROM (SELECT seq, min(told) AS first FROM ({label}) AS a WHERE seq NOT IN (SELECT seq FROM ({disputes}) AS f WHERE seq IS NOT NULL) GROUP BY seq) AS g WHERE {Within("first")})
                """,
        };
    }

    private string Below(string programme, DateOnly month)
    {
        var (scheme, first) = programme == "visa-vamp" ? ("visa", month) : ("mastercard", month.AddMonths(-1));
        long Ms(DateOnly day) => new DateTimeOffset(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero).ToUnixTimeMilliseconds();
        return string.Create(CultureInfo.InvariantCulture, $"""
            SELECT count(*) FROM assessments a LEFT JOIN reviews r ON r.seq = a.seq AND r.state = 2
            WHERE a.at >= {Ms(first)} AND a.at < {Ms(first.AddMonths(1))} AND NOT a.simulated AND a.flow = 0 AND CASE WHEN r.seq IS NOT NULL THEN r.outcome = 0 ELSE a.decision = 0 END AND a.seq IN ({Seqs(scheme)})
            """);
    }

    private async Task<IReadOnlyList<IReadOnlyList<SchemeMonth>>> ReadAsync(DateOnly last, int months)
    {
        await using var scope = app.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<ReadSchemes>().ReadAsync(last, months, default);
    }

    [Fact]
    public async Task What_a_programme_counts_is_what_plain_SQL_counts()
    {
        var months = await ReadAsync(November, 4);
        var seen = 0L;
        foreach (var month in months.SelectMany(m => m))
        {
            var id = month.Programme.Id;
            Assert.Equal((id, month.First, await SqlAsync(Above(id, month.First)), await SqlAsync(Below(id, month.First))), (id, month.First, month.Count, month.Payments));
            Assert.True(month.Twice >= month.Count);
            seen += month.Count;
        }
        Assert.True(seen > 100, $"{seen}");
        // A month by itself is the same as among others.
        Assert.Equal(months[2].Select(m => (m.Count, m.Payments)), (await ReadAsync(November.AddMonths(-2), 1))[0].Select(m => (m.Count, m.Payments)));
    }

    [Fact]
    public async Task Every_number_of_a_programme_leads_to_a_list_of_just_as_many_rows()
    {
        var victor = app.As(World.Victor);
        foreach (var address in (string[])["/dashboard/protection/programmes", "/dashboard/protection/programmes?month=2026-09", "/dashboard"])
        {
            var page = await victor.PageAsync(address);
            var links = page.QuerySelectorAll("[data-programme] a[data-rows], tr[data-programme] a[data-rows]").Select(a => (Rows: a.GetAttribute("data-rows")!, Address: a.GetAttribute("href")!)).Distinct().ToList();
            Assert.True(links.Count >= 5, $"{links.Count}");
            foreach (var (rows, list) in links.Take(16)) Assert.Equal((list, rows), (list, (await victor.PageAsync(list)).QuerySelector("[data-count]")!.GetAttribute("data-count")!));
        }
        var rowsOf = (await ReadAsync(November, 1))[0].Single(m => m.Programme.Id == "visa-vamp");
        Assert.Equal(Math.Min(100, rowsOf.Count), (await victor.PageAsync("/dashboard/protection/programmes/visa-vamp?month=2026-11")).QuerySelectorAll("main tbody tr").Length);
    }

    [Fact]
    public async Task The_end_of_a_running_month_is_foretold_from_the_four_weeks_before_and_a_month_that_is_over_is_not()
    {
        var months = await ReadAsync(November, 2);
        Assert.All(months[1], m => Assert.Null(m.Forecast));
        // The 24th at 15:00: six days and nine hours are left; the four weeks before today begin on 27 October.
        const double left = 6.375;
        var (pace, today) = (new DateTimeOffset(2026, 10, 27, 0, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 11, 24, 0, 0, 0, TimeSpan.Zero));
        foreach (var month in months[0])
        {
            var lately = months.SelectMany(m => m).Where(m => m.Programme.Id == month.Programme.Id).SelectMany(m => m.Words).Count(w => w.At >= pace && w.At < today);
            var more = lately * left / 28;
            Assert.Equal(month.Count + more, month.Forecast!.Count, 6);
            Assert.Equal(month.Count + more + (1.2815515655446004 * Math.Sqrt(more * (1 + (left / 28)))), month.Forecast.High, 6);
            Assert.InRange(month.Forecast.Low, month.Count, month.Forecast.Count);
            if (month.Programme.Base == SchemeBase.PreviousMonth) Assert.Equal(month.Payments, month.Forecast.Payments);
            else Assert.Equal(month.Payments + (left / 28 * app.Entries.Count(e => e is { CardScheme: "visa", Simulated: false, Flow: Flow.PayIn } && e.At >= pace && e.At < today && (e.Closed is { } closed ? closed == ReviewOutcome.Approve : e.Decision == Decision.Approve))), month.Forecast.Payments, 6);
        }
    }

    [Fact]
    public void A_limit_holds_from_its_day_on_and_is_reached_only_when_all_it_names_is()
    {
        var programmes = LoadedData.Shipped.Programmes;
        var vamp = programmes.Find("visa-vamp")!;
        Assert.Equal([], vamp.On(new DateOnly(2025, 5, 31)));
        Assert.Equal([220, 150], new[] { new DateOnly(2026, 3, 31), new DateOnly(2026, 4, 1) }.Select(d => Assert.Single(vamp.On(d)).BasisPoints));
        Assert.Equal(["excessive", "high"], programmes.Find("mastercard-ecm")!.On(November).Select(l => l.Level));
        Assert.All(programmes.Programmes.SelectMany(p => p.Limits), l => Assert.Equal(l.Note is null, l.Spanish is null));

        SchemeMonth Month(int count, long payments, string currency = "USD", long amount = 10_000) => new(programmes.Find("mastercard-efm")!, November, false,
            [.. Enumerable.Range(0, count).Select(i => new SchemeWord(SchemeWordKind.FraudDispute, CardScheme.Mastercard, i, TestClock.Start, null, null, null, amount, currency))], count, payments, null);
        var limit = Assert.Single(programmes.Find("mastercard-efm")!.On(November));
        Assert.Equal(SchemeStanding.Unknown, Month(5, 0).Standing(limit));
        Assert.Equal(SchemeStanding.Under, Month(9, 2_000).Standing(limit));
        Assert.Equal(SchemeStanding.BelowFloor, Month(10, 999, amount: 1_000_000).Standing(limit));
        Assert.Equal(SchemeStanding.BelowFloor, Month(10, 2_000).Standing(limit));
        Assert.Equal(SchemeStanding.Reached, Month(10, 2_000, amount: 500_000).Standing(limit));
        Assert.Equal(SchemeStanding.Reached, Month(10, 2_000, "MXN").Standing(limit));
        Assert.Equal((4, 0), (Month(5, 2_000).Left(limit), Month(10, 2_000).Left(limit)));
    }

    [Fact]
    public async Task What_cannot_be_known_is_said()
    {
        var victor = app.As(World.Victor);
        var text = (await victor.PageAsync("/dashboard/protection/programmes?month=2026-04")).QuerySelector("[data-programme='visa-vamp']")!;
        Assert.Contains("no hay nada entre qué dividir", text.TextContent, StringComparison.Ordinal);
        Assert.Equal("Unknown", text.GetAttribute("data-standing"));
        var now = (await victor.PageAsync("/dashboard/protection/programmes")).QuerySelector("[data-programme='visa-vamp']")!.TextContent;
        Assert.Contains("Con menos de 1,501 el programa no se aplica", now, StringComparison.Ordinal);
        Assert.Contains("pueden llegar", now, StringComparison.Ordinal);
        Assert.Contains("de segunda mano", (await victor.PageAsync("/dashboard/protection/programmes")).QuerySelector("main")!.TextContent, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(System.Net.HttpStatusCode.NotFound, (await victor.GetAsync("/dashboard/protection/programmes/none")).StatusCode);
    }

    [Fact]
    public async Task The_months_come_as_a_file_too()
    {
        using var answer = await app.As(World.Ines).SubmitAsync("/dashboard/protection/programmes", "form[action*='programmes/export']");
        Assert.Equal("text/csv", answer.Content.Headers.ContentType!.MediaType);
        var lines = (await answer.Content.ReadAsStringAsync()).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Trim().Split(',')).ToList();
        Assert.Equal(1 + (13 * 3), lines.Count);
        foreach (var month in (await ReadAsync(November, 2)).SelectMany(m => m))
        {
            var line = lines.Single(l => l[0] == month.Programme.Id && l[1] == month.First.ToString("yyyy-MM", CultureInfo.InvariantCulture));
            Assert.Equal((month.Count, month.Payments), (long.Parse(line[2], CultureInfo.InvariantCulture), long.Parse(line[5], CultureInfo.InvariantCulture)));
        }
    }
}
