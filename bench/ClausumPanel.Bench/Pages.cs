using System.Diagnostics;
using System.Globalization;
using ClausumPanel.Bench.Measure;
using ClausumPanel.Bench.Subjects;
using Microsoft.Data.Sqlite;

namespace ClausumPanel.Bench;

/// <summary>The pages of figures on a store whose assessments are spread over twelve months, one in 25 labelled, what is older than two days decided: each page, each period, with and without what narrows it.</summary>
internal static class Pages
{
    private const int Days = 365, WarmUps = 3;
    private static readonly TimeSpan Rebuilding = TimeSpan.FromMinutes(30);

    public static void Run(Arguments arguments)
    {
        var (port, stored, looks) = (arguments.Number("port", 5800), arguments.Number("stored", 1_000_000), arguments.Number("looks", 20));
        Console.WriteLine(Machine.Describe());
        Folders.Publish(arguments);
        var store = Store.Filled(stored, arguments, port).WithAdmin();
        var begun = Stopwatch.GetTimestamp();
        Spread(store);
        Console.WriteLine($"  spread over {Days} days in {Stopwatch.GetElapsedTime(begun).TotalSeconds:0} s");
        foreach (var command in (string[])["rebuild", "verify"])
        {
            begun = Stopwatch.GetTimestamp();
            var said = Subject.Command(store, Rebuilding, "rollups", command);
            Console.WriteLine($"  rollups {command}: {Stopwatch.GetElapsedTime(begun).TotalSeconds:0} s · {said}");
        }
        using var service = Subject.StartService(store, port);
        using var panel = Panel.SignIn(service, store);
        Console.WriteLine();
        foreach (var path in Paths())
        {
            for (var i = 0; i < WarmUps; i++) panel.Get(path, fragment: path.Contains("handler=", StringComparison.Ordinal));
            var times = new Histogram();
            for (var i = 0; i < looks; i++) times.Add((long)(panel.Get(path, fragment: path.Contains("handler=", StringComparison.Ordinal)).Milliseconds * 1e6));
            Goals.AtMost($"milliseconds for {path} (p95 {times.Milliseconds(95):0})", times.Milliseconds(50), 100, "0.0");
        }
    }

    private static IEnumerable<string> Paths()
    {
        var year = DateTime.UtcNow.AddDays(1 - Days).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
        string[] periods = ["period=24h", "period=7d", "period=30d", $"period=own&from={year}"];
        foreach (var period in periods)
            foreach (var narrowed in (string[])["", "&compare=previous", "&channel=web", "&currency=MXN&flow=payin&simulated=yes", "&submerchant=nobody"]) yield return $"/dashboard?{period}{narrowed}";
        yield return "/dashboard?handler=Live&since=0";
        yield return "/dashboard/protection";
        yield return "/dashboard/protection?handler=Live";
        foreach (var period in (string[])["30d", "90d", "180d", "365d", "365d&ripe=1"]) yield return $"/dashboard/protection/quality?period={period}";
        yield return "/dashboard/protection/programmes";
        yield return "/dashboard/transactions/behavior?period=7d";
        yield return "/dashboard/transactions/behavior?period=28d";
        yield return "/dashboard/transactions/alerts";
        yield return "/dashboard/transactions/alerts?show=seen";
        yield return "/dashboard/service";
        yield return "/dashboard/service?handler=Live";
    }

    /// <summary>Evenly, the last one a moment ago, as if all had come so; the sums are counted anew afterwards, by the product's own command.</summary>
    private static void Spread(Store store)
    {
        using var connection = new SqliteConnection($"Data Source={store.File};Pooling=False");
        connection.Open();
        var now = DateTimeOffset.UtcNow.AddMinutes(-1).ToUnixTimeMilliseconds();
        Run("PRAGMA synchronous=OFF");
        Run("CREATE TEMP TABLE last AS SELECT max(seq) AS seq FROM assessments");
        var at = string.Create(CultureInfo.InvariantCulture, $"{now} - ((SELECT seq FROM last) - seq) * {Days * 86_400_000L} / (SELECT seq FROM last)");
        foreach (var table in (string[])["assessments", "assessment_rows", "memory_records", "outbox_events"]) Run($"UPDATE {table} SET at = {at}");
        Run($"UPDATE reviews SET opened_at = {at}, visible_at = {at}, due_at = NULL, warn_at = NULL");
        Run(string.Create(CultureInfo.InvariantCulture, $"UPDATE reviews SET state = 2, outcome = CASE WHEN seq % 3 = 0 THEN 2 ELSE 0 END, decided_at = opened_at + 600000, version = 2 WHERE opened_at < {now - (2 * 86_400_000L)}"));
        const string outcome = "CASE WHEN decision = 3 OR seq % 7 = 0 THEN 1 ELSE 2 END";
        Run($"""
            INSERT INTO labels (number, id, seq, outcome, source, channel, event_at, known_at, recorded_at, actor_kind, actor_name)
            SELECT row_number() OVER (ORDER BY seq), randomblob(16), seq, {outcome}, 20, 1, at, at, at, 'System', 'bench' FROM assessments WHERE seq % 25 = 0 AND NOT simulated
            """);
        Run("""
            INSERT INTO current_labels (seq, at, outcome, source, number, is_conflicted, is_reported, is_disputed, flow, decision, score, currency, amount, policy_version, signals)
            SELECT a.seq, a.at, l.outcome, l.source, l.number, 0, 0, 0, a.flow, a.decision, a.score, a.currency, a.amount, a.policy_version, a.signals FROM labels l JOIN assessments a ON a.seq = l.seq
            """);
        Run("PRAGMA wal_checkpoint(TRUNCATE)");

        void Run(string sql)
        {
            using var command = connection.CreateCommand();
            command.CommandTimeout = 3_600;
            command.CommandText = sql;
            command.ExecuteNonQuery();
        }
    }
}
