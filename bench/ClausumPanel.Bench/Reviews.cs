using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.RegularExpressions;
using ClausumPanel.Bench.Measure;
using ClausumPanel.Bench.Subjects;
using Microsoft.Data.Sqlite;

namespace ClausumPanel.Bench;

/// <summary>
/// What an analyst waits for, on a store that has grown: each page of reviews from the request to its last byte, and in Chromium from the key press to the next case painted.
/// The items that wait, and those that were decided in the last thirty days, are put into the store beforehand; the payments they are about are the store's own.
/// </summary>
internal static partial class Reviews
{
    private const string Queue = "/dashboard/reviews";
    private const int WarmUps = 8, Labels = 5_000, Reports = 200;
    private const double PageGoal = 100;
    private static readonly string[] Given = ["María", "Tomás", "Lucía", "Pedro", "Jorge", "Diana", "Elena", "Óscar", "Paola", "Karla", "Bruno", "Julia", "Mario", "Sofía", "Iván", "David"];
    private static readonly string[] Family = ["López", "Pérez", "Gómez", "Reyes", "Ortiz", "Silva", "Núñez", "Rivas", "Mejía", "Solís", "Durán", "Campo", "Nieto", "Salas", "Ramos", "Rubio"];

    public static void Run(Arguments arguments)
    {
        var port = arguments.Number("port", 5800);
        var (waiting, decided, samples) = (arguments.Number("waiting", 10_000), arguments.Number("decided", 20_000), arguments.Number("samples", 100));
        var (stored, payouts) = (arguments.Number("stored", 1_000_000), Math.Min(waiting, arguments.Number("payouts", waiting / 2)));
        Console.WriteLine(Machine.Describe());
        Folders.Publish(arguments);
        var store = Store.Filled(stored, arguments, port).WithAdmin();
        Order(store, port, payouts);
        var items = Fill(store, waiting, payouts, decided);
        using var service = Subject.StartService(store, port);
        service.Settle(TimeSpan.FromSeconds(30));
        Tell(service, store, items.Decided);
        service.Settle(TimeSpan.FromSeconds(30));
        Console.WriteLine($"  {store.Stored:N0} stored, {waiting:N0} waiting, {payouts:N0} of them payouts, {decided:N0} decided within 30 days, {Math.Min(Labels, items.Decided.Count):N0} labels; {samples} of each");
        using var browser = Panel.SignIn(service, store);
        Pages(browser, items, samples);
        NextCase.MeasureAsync(browser, Queue + "?queue=3", arguments.Number("keys", 30)).GetAwaiter().GetResult();
    }

    private static void Pages(Panel browser, Items items, int samples)
    {
        Console.WriteLine($"  {"milliseconds, request to last byte",-52}{"median",9}{"p95",9}{"most",9}{"bytes",11}");
        var random = new Random(5);
        string Any() => $"{Queue}/{items.Waiting[random.Next(items.Waiting.Count)]}?queue=3";
        Page("queue, first page of what waits", () => browser.Get(Queue + "?queue=3"));
        Page("queue, what refreshes itself", () => browser.Get(Queue + "?queue=3", fragment: true));
        Page("queue, by amount", () => browser.Get(Queue + "?queue=3&sort=amount"));
        Page("queue, of one currency from an amount on", () => browser.Get(Queue + "?queue=3&sort=score&currency=MXN&amount_min=500&held=free"));
        Page("queue searched by a payee's name, hit", () => browser.Get($"{Queue}?queue=3&q={Uri.EscapeDataString(items.Payees[random.Next(items.Payees.Count)])}"));
        Page("queue searched by a payee's name, miss", () => browser.Get($"{Queue}?queue=3&q={Uri.EscapeDataString(Given[random.Next(Given.Length)] + " Nadie")}"));
        Page("one item, nobody has it", () => browser.Get(Any()));
        Page("quality, 90 days", () => browser.Get(Queue + "/quality?period=90d"));
        Page("many at once, 50 shown", () => browser.Get($"{Queue}/bulk?{string.Join('&', items.Seqs.Skip(random.Next(items.Seqs.Count / 2)).Take(50).Select(s => $"seqs={s}"))}"));
        Page("the payer's page", () => browser.Get(items.Payers[random.Next(items.Payers.Count)]));
        Page("cases", () => browser.Get("/dashboard/cases"));
        Page("one payment", () => browser.Get($"/dashboard/transactions/{items.Waiting[random.Next(items.Waiting.Count)]}"));

        var (start, decide, next, ahead, right) = (new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var i = 0; i < WarmUps + samples; i++)
        {
            var (at, took) = browser.Submit($"{Queue}?handler=Start&queue=3", []);
            start.Add(took);
            var shown = browser.Get(at);
            next.Add(shown.Milliseconds);
            // Each second one is decided with the next one ready, as the page's script does it.
            var lease = Field().Match(Form(shown.Text)).Groups[1].Value;
            var (id, verdict) = (at.Split('?')[0], new Dictionary<string, string> { ["Token"] = lease, ["Input.Outcome"] = "Approve", ["Input.ApproveReason"] = "known_customer" });
            if (i % 2 == 0)
            {
                decide.Add(browser.Submit($"{id}?handler=Decide&queue=3", verdict).Milliseconds);
                continue;
            }
            var kept = browser.Send(HttpMethod.Post, $"{id}?handler=Ahead&queue=3", verdict, null);
            ahead.Add(kept.Milliseconds);
            var answer = browser.Send(HttpMethod.Post, $"{id}?handler=Decide&queue=3", verdict, kept.Ahead);
            if (answer.Status != 200 || answer.Ahead != kept.Ahead) throw new BenchFailed($"the item that was ready did not come next: {answer.Status}");
            right.Add(answer.Milliseconds);
        }
        Say("start, with one in hand already", start, 0);
        Say("the item's page, leased", next, 0);
        Say("decide → the next one is leased", decide, 0);
        Say("the next one kept ready and rendered", ahead, 0);
        Say("decide with the next one ready", right, 0);

        void Page(string name, Func<Panel.Answer> get)
        {
            for (var i = 0; i < WarmUps; i++) get();
            var (taken, bytes) = (new List<double>(), 0);
            for (var i = 0; i < samples; i++)
            {
                var answer = get();
                taken.Add(answer.Milliseconds);
                bytes = answer.Text.Length;
            }
            Say(name, taken, bytes);
        }

        static void Say(string name, List<double> taken, int bytes)
        {
            var sorted = taken.Skip(taken.Count > 2 * WarmUps ? WarmUps / 2 : 0).Order().ToList();
            Console.WriteLine($"  {name,-52}{At(sorted, .5),9:0.0}{At(sorted, .95),9:0.0}{sorted[^1],9:0.0}{bytes,11:N0}");
            Goals.AtMost($"p95 of milliseconds: {name}", At(sorted, .95), PageGoal, "0.0");
        }
    }

    /// <summary>Who is paid by the n-th payout; each name comes back after 4,096.</summary>
    private static string Payee(int n) => $"{Given[n % 16]} {Family[n / 16 % 16]} {Family[n / 256 % 16]}";

    /// <summary>The store's own traffic pays nobody out.</summary>
    private static void Order(Store store, int port, int payouts)
    {
        using var service = Subject.StartService(store, port);
        using var shop = Shop(service, store);
        Parallel.For(0, payouts, new ParallelOptions { MaxDegreeOfParallelism = 4 }, n => Post(shop, "/api/v1/assess/payout",
            $"{{\"amount\":{10_000 + (n * 7919L % 90_000)},\"currency\":\"MXN\",\"transaction_type\":\"payout\",\"payment_id\":\"out-{n:0000000}\",\"beneficiary\":{{\"id\":\"ben_{n % 4096:0000}\",\"name\":\"{Payee(n)}\",\"country\":\"MX\"}}}}"));
        service.Settle(TimeSpan.FromSeconds(30));
        service.Stop();
    }

    /// <summary>Puts the reviews into the file: nobody waits for the store's own traffic to be that suspicious.</summary>
    private static Items Fill(Store store, int waiting, int payouts, int decided)
    {
        using var connection = new SqliteConnection($"Data Source={store.File};Pooling=False");
        connection.Open();
        var now = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        Execute("PRAGMA synchronous=OFF");
        Execute("DELETE FROM review_events");
        Execute("DELETE FROM reviews");
        // Spread over the whole log: the newest are no better known than the oldest.
        Execute("""
            INSERT INTO reviews (seq, queue, opened_at, decision, state, version, visible_at, due_at, warn_at, expires_at, stake, is_loyal, lease_is_ahead, is_timed_out)
            SELECT seq, 3, @now - (seq % 14400) * 1000, 1, 0, 0, @now - (seq % 14400) * 1000, @now - (seq % 14400) * 1000 + 7200000, @now - (seq % 14400) * 1000 + 5400000, CASE WHEN seq % 20 = 0 THEN @now + (seq % 21600) * 1000 END, (seq * 7919) % 1001, seq % 5 = 0, 0, 0
            FROM (SELECT seq FROM (SELECT seq FROM assessments WHERE NOT simulated AND flow = 0 AND seq % (SELECT max(1, max(seq) / max(1, @payments)) FROM assessments) = 0 ORDER BY seq DESC LIMIT @payments)
                UNION ALL SELECT seq FROM (SELECT seq FROM assessments WHERE flow = 1 ORDER BY seq DESC LIMIT @payouts))
            """, ("@now", now), ("@payments", (long)waiting - payouts), ("@payouts", (long)payouts));
        Execute("""
            INSERT INTO reviews (seq, queue, opened_at, decision, state, version, visible_at, due_at, stake, is_loyal, lease_is_ahead, is_timed_out, outcome, reason, decided_by_id, decided_at, settles_at)
            SELECT seq, 3, @now - (seq * 7919) % 2592000000 - 600000, 1, 2, 2, @now - (seq * 7919) % 2592000000 - 600000, @now - (seq * 7919) % 2592000000 + 6600000, (seq * 7919) % 1001, seq % 5 = 0, 0, 0, CASE WHEN seq % 3 = 0 THEN 2 ELSE 0 END,
                CASE WHEN seq % 3 = 0 THEN 'stolen_card' ELSE 'known_customer' END, (SELECT id FROM users LIMIT 1), @now - (seq * 7919) % 2592000000, @now - (seq * 7919) % 2592000000 + 8000
            FROM assessments WHERE NOT simulated AND flow = 0 AND seq NOT IN (SELECT seq FROM reviews) ORDER BY seq DESC LIMIT @count
            """, ("@now", now), ("@count", (long)decided));
        Execute("""
            INSERT INTO review_events (id, seq, at, kind, queue, actor_id, actor_name, outcome, reason, reading_milliseconds, version, waited_milliseconds, is_late)
            SELECT randomblob(16), seq, decided_at, 9, queue, decided_by_id, 'Bench', outcome, reason, 4000 + (seq * 31) % 60000, 1, decided_at - opened_at, 0 FROM reviews WHERE state = 2 ORDER BY decided_at
            """);
        List<Guid> open = [], done = [];
        List<long> seqs = [];
        Read("SELECT a.id, a.seq FROM assessments a JOIN reviews r ON r.seq = a.seq WHERE r.state = 0 ORDER BY (a.seq * 7919) % 1001 LIMIT 2000", row =>
        {
            open.Add(new Guid(row.GetFieldValue<byte[]>(0), bigEndian: true));
            seqs.Add(row.GetInt64(1));
        });
        Read($"SELECT a.id FROM assessments a JOIN reviews r ON r.seq = a.seq WHERE r.state = 2 ORDER BY a.seq LIMIT {Labels}", row => done.Add(new Guid(row.GetFieldValue<byte[]>(0), bigEndian: true)));
        List<string> payers = [];
        Read("SELECT DISTINCT t.kind, t.term FROM assessment_terms t JOIN reviews r ON r.seq = t.seq WHERE (t.term LIKE '%@%' OR t.term LIKE 'cus_%') LIMIT 200", row => payers.Add((row.GetString(1).Contains('@', StringComparison.Ordinal) ? "/dashboard/entities/email/" : "/dashboard/entities/customer/") + Uri.EscapeDataString(row.GetString(1))));
        if (open.Count == 0 || payers.Count == 0) throw new BenchFailed("the store has no payments to review");
        return new Items(open, seqs, done, payers, [.. Enumerable.Range(0, Math.Min(payouts, 4_096)).Select(Payee)]);

        void Execute(string sql, params (string Name, object Value)[] values)
        {
            using var command = connection.CreateCommand();
#pragma warning disable CA2100 // our own words
            command.CommandText = sql;
#pragma warning restore CA2100
            foreach (var (name, value) in values) command.Parameters.AddWithValue(name, value);
            command.ExecuteNonQuery();
        }

        void Read(string sql, Action<SqliteDataReader> take)
        {
            using var command = connection.CreateCommand();
#pragma warning disable CA2100 // our own words
            command.CommandText = sql;
#pragma warning restore CA2100
            using var rows = command.ExecuteReader();
            while (rows.Read()) take(rows);
        }
    }

    /// <summary>What the payments turned out to be, through the door that a shop has: labels of many, and reports that open cases.</summary>
    private static void Tell(Subject service, Store store, List<Guid> decided)
    {
        using var shop = Shop(service, store);
        foreach (var some in decided.Take(Labels).Chunk(1_000))
            Post(shop, "/api/v1/labels", $"{{\"labels\":[{string.Join(',', some.Select((id, n) => $"{{\"transaction_id\":\"{id}\",\"outcome\":\"{(n % 5 == 0 ? "fraud" : "good")}\",\"source\":\"{(n % 5 == 0 ? "chargeback" : "customer")}\"}}"))}]}}");
        foreach (var id in decided.TakeLast(Math.Min(Reports, decided.Count))) Post(shop, "/api/v1/report-fraud", $"{{\"reason\":\"identity_theft\",\"transaction_id\":\"{id}\"}}");
    }

    private static HttpClient Shop(Subject service, Store store) =>
        new() { BaseAddress = new Uri($"http://127.0.0.1:{service.Port}"), DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Bearer", store.Key) } };

    private static void Post(HttpClient shop, string path, string json)
    {
        using var body = new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = shop.PostAsync(new Uri(path, UriKind.Relative), body).GetAwaiter().GetResult();
        if (!answer.IsSuccessStatusCode) throw new BenchFailed($"{path} answers {(int)answer.StatusCode}: {answer.Content.ReadAsStringAsync().GetAwaiter().GetResult()}");
    }

    internal static double At(List<double> sorted, double share) => sorted[Math.Min(sorted.Count - 1, (int)Math.Ceiling(sorted.Count * share) - 1)];

    private static string Form(string page) => page[Math.Max(0, page.IndexOf("id=\"decide\"", StringComparison.Ordinal))..];

    [GeneratedRegex("name=\"Token\" value=\"([^\"]+)\"")]
    private static partial Regex Field();

    private sealed record Items(List<Guid> Waiting, List<long> Seqs, List<Guid> Decided, List<string> Payers, List<string> Payees);
}
