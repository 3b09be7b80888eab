using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Metrics;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.CommandLine;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Flows.Metrics;
using ClausumPanel.Web.Tests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace ClausumPanel.Web.Tests.Panel;

public sealed class RollupTests : RollupStories
{
    protected override PanelApp Make() => new();

    [Fact] public Task What_is_counted_agrees_with_the_rows_and_what_differs_is_named_and_mended() => AgreeAsync();

    [Fact] public Task A_sub_merchant_is_counted_the_same_before_and_after_it_is_frequent() => FrequentAsync();

    [Fact]
    public async Task The_figures_are_the_same_before_and_after_folding_and_after_a_crash_in_between()
    {
        await using var database = await TestDatabase.SqliteAsync();
        await using var services = database.Services();
        var storage = services.GetRequiredService<StorageChoice>();
        var crashed = database.File + ".crashed";
        using (var log = AssessmentLog.Open(storage, TimeProvider.System, NullLogger.Instance))
        {
            await log.StartAsync();
            for (var i = 0; i < 700; i++)
            {
                var one = Pending(i);
                Assert.True(log.TryAppend(one));
                await one.Stored;
                if (i % 100 == 50) Assert.Equal(i + 1, await CountAsync(services));
                // As a power cut leaves it: with rows that are folded, rows that are not, and a write-ahead log that nobody put in order.
                if (i == 650) foreach (var end in (string[])["", "-wal"]) File.Copy(database.File + end, crashed + end);
            }
            await log.CatchUpAsync(default);
            Assert.Equal(700, await CountAsync(services));
        }
        var configuration = new ConfigurationOf(crashed);
        await using var after = configuration.Services();
        using (var log = AssessmentLog.Open(after.GetRequiredService<StorageChoice>(), TimeProvider.System, NullLogger.Instance))
        {
            await log.StartAsync();
            Assert.Equal(651, await CountAsync(after));
            await log.CatchUpAsync(default);
            Assert.Equal(651, await CountAsync(after));
            await using var scope = after.CreateAsyncScope();
            Assert.All(await new RollupCheck(scope.ServiceProvider.GetRequiredService<PanelDb>(), after.GetRequiredService<StorageChoice>(), TimeProvider.System).VerifyAsync(_ => { }, default), d => Assert.True(d.IsNone && (d.Rows > 0 || d.Table is "label_counts"), $"{d}"));
        }
        SqliteConnection.ClearAllPools();
        foreach (var file in Directory.EnumerateFiles(Path.GetDirectoryName(crashed)!, Path.GetFileName(crashed) + "*")) File.Delete(file);
    }

    private static async Task<long> CountAsync(ServiceProvider services)
    {
        await using var scope = services.CreateAsyncScope();
        var metrics = new MetricReader(scope.ServiceProvider.GetRequiredService<PanelDb>());
        await using var snapshot = await metrics.SnapshotAsync(default);
        var span = new MetricSpan(0, MetricSpan.Floor(4_000_000_000_000));
        var sheet = (await metrics.SheetsAsync(new MetricScope(), [span], default))[0];
        var values = await metrics.ValuesAsync(new MetricScope(), span, [TallyKind.Score, TallyKind.Signal], default);
        Assert.Equal(sheet.Count(RowRule.Everything), values.Total(TallyKind.Score));
        return sheet.Count(RowRule.Everything);
    }

    private static PendingAssessment Pending(int i)
    {
        var (facts, factBytes, signalBytes) = (new Facts(), new byte[FactSnapshot.MostBytes], new byte[SignalHits.MostBytes]);
        facts.Set(Known.Channel, i % 2 == 0 ? "web" : "app");
        facts.Set(Known.CardBin, i % 3 == 0 ? "411111" : "555555");
        if (i % 4 == 0) facts.Set(Known.SubmerchantId, "shop");
        return new PendingAssessment
        {
            At = DateTimeOffset.UtcNow.AddDays(-10).ToUnixTimeMilliseconds() + (i * 400_000L), Amount = 10_000 + i, Currency = i % 5 == 0 ? "USD" : "MXN", Decision = (Decision)(i % 4), Score = i % 101, PolicyVersion = 1, SessionId = $"ps_{i}_abcdefghi",
            Facts = factBytes.AsMemory(0, FactSnapshot.Write(facts, factBytes)), Signals = signalBytes.AsMemory(0, SignalHits.Write([new SignalHit(SignalCatalog.ByCode["short_session"].Index, 8, 1_000, double.NaN, null)], [new RuleHit(0, 5, false), new RuleHit(2, 5, false)], signalBytes)),
            Request = "{}"u8.ToArray(), Keys = default,
        };
    }

    private sealed class ConfigurationOf(string file)
    {
        public ServiceProvider Services()
        {
            var configuration = new Microsoft.Extensions.Configuration.ConfigurationManager { ["ConnectionStrings:Panel"] = $"Data Source={file}", ["Panel:Audit:Key"] = TestDatabase.AuditKey };
            var services = new ServiceCollection();
            services.AddSingleton(TimeProvider.System);
            services.AddPanelStorage(configuration, Path.GetDirectoryName(file)!);
            return services.BuildServiceProvider();
        }
    }
}

public sealed class PostgresRollupTests : RollupStories
{
    protected override PanelApp Make() => new PostgresPanelApp();

    [PostgresFact] public Task What_is_counted_agrees_with_the_rows_and_what_differs_is_named_and_mended() => AgreeAsync();

    [PostgresFact] public Task A_sub_merchant_is_counted_the_same_before_and_after_it_is_frequent() => FrequentAsync();
}

public abstract class RollupStories
{
    protected abstract PanelApp Make();

    protected async Task AgreeAsync()
    {
        await using var app = Make();
        await app.InitializeAsync();
        var random = new Random(3);
        var entries = Enumerable.Range(0, 300).Select(i => new Entry(TestClock.Start.AddMinutes(-random.Next(100_000)), (Decision)random.Next(4), random.Next(90_000), i % 3 == 0 ? "USD" : "MXN")
        {
            Channel = i % 2 == 0 ? "web" : null, Submerchant = i % 5 == 0 ? "shop" : null, CardScheme = (i % 4) switch { 0 => "visa", 1 => "mastercard", 2 => "elo", _ => null }, Signal = i % 4 == 0 ? "short_session" : null, Label = i % 6 == 0 ? LabelOutcome.Fraud : i % 6 == 1 ? LabelOutcome.Good : null, IsReversed = i % 12 == 0, Simulated = i % 17 == 0, Rules = i % 7 == 0 ? [1, 3] : [],
        }).ToList();
        for (var i = 0; i < entries.Count; i += 2)
            if (entries[i] is { Simulated: false, Decision: Decision.Review or Decision.Challenge } held) entries[i] = held with { Closed = (ReviewOutcome)(i % 3) };
        await app.StoreAsync(entries);
        // What is labelled before it is folded counts all the same.
        await app.StoreAsync([.. Enumerable.Range(0, 40).Select(i => new Entry(TestClock.Start.AddMinutes(-i), Decision.Approve) { Label = LabelOutcome.Fraud })], isFolded: false);
        var log = app.Services.GetRequiredService<AssessService>().Log!;
        await log.CatchUpAsync(default);
        var reopened = entries.First(e => e.Closed is not null);
        await app.InDbAsync(async db =>
        {
            var (label, user) = (await db.Set<Review>().Where(r => r.Seq == reopened.Seq).Select(r => r.LabelId).SingleAsync(), await db.Users.SingleAsync(u => u.Email == World.Ines.Email));
            await using var scope = app.Services.CreateAsyncScope();
            var answer = await scope.ServiceProvider.GetRequiredService<DecideReviews>().ReopenAsync(new Reviewer(new Actor(ActorKind.Person, user.Id, user.DisplayName), true), reopened.Seq, "otra vez", scope.ServiceProvider.GetRequiredService<RecordLabels>(), default);
            Assert.True(answer.IsDone);
        });
        Assert.Equal((0, ""), await RunAsync(app, new VerifyRollups()));

        foreach (var (table, damage) in ((string, string)[])
        [
            ("tallies", "UPDATE tallies SET count = count + 1"), ("tally_values", "UPDATE tally_values SET counts = {0}"), ("submerchants", "UPDATE submerchants SET count = count + 1"), ("rollups", "UPDATE rollups SET amount = amount + 1"),
            ("score_days", "UPDATE score_days SET count = count + 1"), ("signal_days", "UPDATE signal_days SET count = count + 1"), ("rule_days", "UPDATE rule_days SET decided = decided + 1"), ("decision_days", "UPDATE decision_days SET amount = amount + 1"),
            ("pair_days", "DELETE FROM pair_days"), ("hour_counts", "UPDATE hour_counts SET count = count + 1"), ("label_counts", "UPDATE label_counts SET amount = amount + 1"), ("assessment_signals", "DELETE FROM assessment_signals"),
            ("assessment_rules", "UPDATE assessment_rules SET rule = rule + 1"),
        ])
        {
#pragma warning disable EF1002, EF1003 // of the test's own making
            await app.InDbAsync(db => db.Database.ExecuteSqlRawAsync(damage, new byte[] { 1, 2, 0 }));
#pragma warning restore EF1002, EF1003
            var (code, error) = await RunAsync(app, new VerifyRollups());
            Assert.Equal(1, code);
            Assert.StartsWith(table + ":", error, StringComparison.Ordinal);
            Assert.Single(error.Trim().Split('\n').SkipLast(1));
            await app.InDbAsync(db => new RollupCheck(db, app.Services.GetRequiredService<StorageChoice>(), app.Clock).RebuildAsync(_ => { }, default));
            Assert.Equal((0, ""), await RunAsync(app, new VerifyRollups()));
        }
        // While a server has the file, nobody counts anew beside it.
        if (app.Database.Provider == StorageProvider.Sqlite) Assert.Equal(1, (await RunAsync(app, new RebuildRollups())).Code);
        await ((IAsyncLifetime)app).DisposeAsync();
    }

    protected async Task FrequentAsync()
    {
        await using var app = Make();
        await app.InitializeAsync();
        var (random, all) = (new Random(5), new List<Entry>());
        await StoreAsync(900);
        await MustAgreeAsync(isFrequent: false);
        await StoreAsync(300);
        await MustAgreeAsync(isFrequent: true);
        foreach (var entry in all.Where((_, i) => i % 9 == 0)) entry.Label = entry.Label == LabelOutcome.Fraud ? LabelOutcome.Good : LabelOutcome.Fraud;
        await app.LabelAsync([.. all.Where((_, i) => i % 9 == 0)]);
        await StoreAsync(40);
        await MustAgreeAsync(isFrequent: true);
        await ((IAsyncLifetime)app).DisposeAsync();

        async Task StoreAsync(int count)
        {
            var entries = Enumerable.Range(0, count).Select(i => new Entry(TestClock.Start.AddMinutes(-random.Next(60_000)), (Decision)random.Next(4), random.Next(90_000), i % 3 == 0 ? "USD" : "MXN")
            {
                Channel = i % 2 == 0 ? "web" : null, Submerchant = i % 50 == 0 ? "seldom" : "often", CardScheme = i % 3 == 0 ? "visa" : null, Score = random.Next(101), Signal = i % 4 == 0 ? "short_session" : null, Label = i % 13 == 0 ? LabelOutcome.Fraud : null, Simulated = i % 17 == 0,
            }).ToList();
            for (var i = 0; i < entries.Count; i += 10)
                if (entries[i] is { Simulated: false, Label: null, Decision: Decision.Review or Decision.Challenge } held) entries[i] = held with { Closed = ReviewOutcome.Challenge };
            await app.StoreAsync(entries);
            all.AddRange(entries);
        }

        async Task MustAgreeAsync(bool isFrequent)
        {
            Assert.Equal((isFrequent, false), await app.InDbAsync(async db => (await db.Set<Tally>().AnyAsync(t => t.Scope == TallyScope.SubmerchantPrefix + "often"), await db.Set<Tally>().AnyAsync(t => t.Scope == TallyScope.SubmerchantPrefix + "seldom"))));
            foreach (var (name, channel) in ((string, string?)[])[("often", null), ("often", "web"), ("seldom", null), ("seldom", "web"), ("never", null)])
            {
                var mine = all.Where(e => e.Submerchant == name && (channel is null || e.Channel == channel) && !e.Simulated).ToList();
                await using var services = app.Services.CreateAsyncScope();
                var metrics = services.ServiceProvider.GetRequiredService<MetricReader>();
                await using var snapshot = await metrics.SnapshotAsync(default);
                var (scope, span) = (new MetricScope { Submerchant = name, Channel = channel }, MetricSpan.Of(TestClock.Start.AddDays(-30).AddMinutes(-7), TestClock.Start));
                var within = mine.Where(e => e.At.ToUnixTimeMilliseconds() >= span.From && e.At.ToUnixTimeMilliseconds() < span.To).ToList();
                var (sheet, values, waiting) = ((await metrics.SheetsAsync(scope, [span], default))[0], await metrics.ValuesAsync(scope, span, [TallyKind.Score, TallyKind.Signal], default), await metrics.WaitingAsync(scope, TestClock.Start, default));
                Assert.Equal((name, within.Count, within.Count(e => e.Label == LabelOutcome.Fraud), within.Where(e => e.Currency == "USD").Sum(e => e.Amount)),
                    (name, (int)sheet.Count(RowRule.Everything), (int)sheet.Count(MetricCatalog.Frauds), sheet.Amount(RowRule.Everything, "USD")));
                Assert.Equal(within.Count(e => e.Closed is not null), (int)sheet.Count(new RowRule { Decisions = [Decision.Review, Decision.Challenge], Finals = [FinalOutcome.Challenge] }));
                Assert.Equal((within.Count, within.Count(e => e.Signal is not null)), ((int)values.Total(TallyKind.Score), (int)values.Total(TallyKind.Signal)));
                var open = mine.Where(e => e.Decision is Decision.Review or Decision.Challenge && e.Closed is null).ToList();
                // A challenge is shown half an hour later.
                var shown = open.Where(e => e.Decision == Decision.Review || e.At <= TestClock.Start.AddMinutes(-30)).ToList();
                Assert.Equal((shown.Count, shown.Count == 0 ? (long?)null : shown.Min(e => e.At.ToUnixTimeMilliseconds()), open.Count - shown.Count), ((int)waiting.Count, waiting.Oldest, (int)waiting.NotShown));
            }
            Assert.Equal((0, ""), await RunAsync(app, new VerifyRollups()));
        }
    }

    private static async Task<(int Code, string Error)> RunAsync(PanelApp app, Command command)
    {
        using var error = new StringWriter();
        var run = new CommandRun(command, [], []) { Services = app.Services, Out = TextWriter.Null, Error = error };
        return (await command.RunAsync(run, default), error.ToString().TrimEnd());
    }
}
