using System.Data.Common;
using System.Diagnostics;
using ClausumPanel.Assess;
using ClausumPanel.Assess.Previews;
using ClausumPanel.Assess.Rules;
using ClausumPanel.Bench.Measure;
using ClausumPanel.Bench.Subjects;
using ClausumPanel.Storage.Assessments;

namespace ClausumPanel.Bench;

/// <summary>A whole policy of two hundred rules tried out on every stored assessment, beside a plain scan of the same rows, in turn, on one thread.</summary>
internal static class Preview
{
    private static readonly Dictionary<int, Policy> Versions = new() { [1] = Policy.Default };

    private static Policy OtherBands => Policy.Default with { Version = 2, Bands = new Bands(30, 55, 80) };

    /// <summary>Other bands, and as many rules as a policy may have.</summary>
    public static Policy TwoHundredRules => OtherBands with { Rules = [.. Enumerable.Range(0, RuleLimits.Rules).Select(i => new PolicyRule($"rule-{i}", $"Rule {i}", RuleText(i), "bench"))] };

    public static void Run(Arguments arguments)
    {
        var rounds = arguments.Number("rounds", 5);
        var stored = arguments.Number("stored", 1_000_000);
        Console.WriteLine(Machine.Describe());
        if (!arguments.Has("reuse")) Folders.Publish(arguments);
        var store = Store.Filled(stored, arguments, arguments.Number("port", 5800));
        using var connection = store.OpenReadOnly();
        var scope = new ScanScope(0, long.MaxValue);
        var active = new Assessor(Policy.Default);
        var plain = OtherBands;
        var ruled = TwoHundredRules;
        PreviewJudge Judging(Policy policy) => new(new Assessor(policy), active, 0, Versions);

        if (arguments.Has("alone"))
        {
            // For a look with other tools; other bands first, as the compiler sees them in the whole measurement.
            Judge(connection, scope, Judging(plain));
            for (var round = 0; round < rounds; round++)
                Console.WriteLine($"  {Measured(() => Judge(connection, scope, Judging(ruled))),16:N0} rows per CPU second");
            return;
        }
        Console.WriteLine($"  {"round",5} {"bare scan",16} {"scan of ours",16} {"bands only",16} {"200 rules",16}   rows per CPU second");
        var rates = new List<double>[4];
        for (var i = 0; i < rates.Length; i++) rates[i] = [];
        for (var round = 0; round <= rounds; round++)
        {
            double[] measured =
            [
                Measured(() => Bare(connection)), Measured(() => Scan(connection, scope)),
                Measured(() => Judge(connection, scope, Judging(plain))),
                Measured(() => Judge(connection, scope, Judging(ruled))),
            ];
            // The first round only warms up.
            if (round == 0) continue;
            for (var i = 0; i < measured.Length; i++) rates[i].Add(measured[i]);
            Console.WriteLine($"  {round,5} {measured[0],16:N0} {measured[1],16:N0} {measured[2],16:N0} {measured[3],16:N0}");
        }
        double[] medians = [.. rates.Select(r => r.Order().ElementAt(r.Count / 2))];
        Console.WriteLine($"  {"median",5} {medians[0],15:N0} {medians[1],16:N0} {medians[2],16:N0} {medians[3],16:N0}");
        Console.WriteLine($"  process {Environment.WorkingSet / 1048576.0:N0} MiB");
        Goals.AtLeast("stored assessments per CPU second, whole policy, 200 rules", medians[3], 200_000, "N0");
        Resident(store, stored, rounds, new Assessor(plain), new Assessor(ruled), active);
    }

    /// <summary>The same from memory: first read into it, then judged there on one thread and on all.</summary>
    private static void Resident(Store store, int stored, int rounds, Assessor plain, Assessor ruled, Assessor active)
    {
        var judge = new PreviewJudge(ruled, active, 0, Versions);
        var traffic = new ResidentTraffic(4L << 30);
        var blocks = new List<TrafficBlock>();
        using (var connection = store.OpenReadOnly())
        {
            var reading = Measured(() =>
            {
                for (var number = 0L; number < stored / TrafficBlock.Places; number++)
                    if (traffic.Load(number, judge.Needs, connection, () => { }) is { } block) blocks.Add(block);
                return blocks.Sum(b => (long)b.Count);
            });
            var rows = blocks.Sum(b => (long)b.Count);
            Console.WriteLine($"  read into memory: {rows:N0} assessments at {reading:N0} per CPU second, {traffic.Bytes / (double)rows:0} bytes each as counted; process {Environment.WorkingSet / 1048576.0:N0} MiB");
        }
        Console.WriteLine($"  {"from memory",12} {"bands only",14} {"200 rules",14} rows per CPU second {"200 rules",14} rows per second on {Environment.ProcessorCount} threads");
        List<double> bands = [], rules = [], wall = [];
        for (var round = 0; round <= rounds; round++)
        {
            var (b, r) = (Measured(() => Judge(blocks, new PreviewJudge(plain, active, 0, Versions))), Measured(() => Judge(blocks, new PreviewJudge(ruled, active, 0, Versions))));
            var begun = Stopwatch.GetTimestamp();
            var judged = Task.WhenAll(Enumerable.Range(0, Environment.ProcessorCount).Select(thread => Task.Factory.StartNew(() =>
                Judge([.. blocks.Skip(thread * blocks.Count / Environment.ProcessorCount).Take(((thread + 1) * blocks.Count / Environment.ProcessorCount) - (thread * blocks.Count / Environment.ProcessorCount))],
                    new PreviewJudge(ruled, active, 0, Versions)), TaskCreationOptions.LongRunning))).Result.Sum();
            var w = judged / Stopwatch.GetElapsedTime(begun).TotalSeconds;
            if (round == 0) continue;
            bands.Add(b);
            rules.Add(r);
            wall.Add(w);
            Console.WriteLine($"  {round,12} {b,14:N0} {r,14:N0} {"",19} {w,14:N0}");
        }
        Goals.AtMost("seconds for 1,000,000 assessments from memory, whole policy, 200 rules, all threads", 1_000_000 / Median.Of(wall), 1);
    }

    private static long Judge(IReadOnlyList<TrafficBlock> blocks, PreviewJudge judge)
    {
        foreach (var block in blocks)
            for (var row = 0; row < block.Count; row++) judge.Take(block, row, Outcome.Unknown);
        return judge.Finish().Sums.Judged;
    }

    private static double Measured(Func<long> work)
    {
        GC.Collect();
        using var process = Process.GetCurrentProcess();
        var before = process.TotalProcessorTime;
        var rows = work();
        process.Refresh();
        return rows / (process.TotalProcessorTime - before).TotalSeconds;
    }

    private static long Bare(DbConnection connection)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT count(*), sum(length(facts)), sum(score) FROM assessments WHERE simulated = 0";
        using var reader = command.ExecuteReader();
        reader.Read();
        return reader.GetInt64(0);
    }

    private static long Scan(DbConnection connection, ScanScope scope)
    {
        using var scan = AssessmentScan.Open(connection, 0, long.MaxValue, scope);
        var rows = 0L;
        for (; scan.Read(); rows++) _ = scan.Seq;
        return rows;
    }

    private static long Judge(DbConnection connection, ScanScope scope, PreviewJudge judge)
    {
        using var scan = AssessmentScan.Open(connection, 0, long.MaxValue, scope);
        while (scan.Read()) judge.Take(scan.Row(Outcome.Unknown));
        return judge.Finish().Sums.Judged;
    }

    // Of ten kinds, as a policy has them: some never hold, some hold for a tenth of the payments.
    private static string RuleText(int i) => (i % 10) switch
    {
        0 => $"when amount > {5_000 + i * 100} MXN and card.country != ip.country then add 5",
        1 => $"when velocity.card.count_1h >= {3 + i / 10} then review",
        2 => $"when email.disposable and amount > {1_000 + i * 10} MXN then challenge",
        3 => $"when card.brand = \"visa\" and hour between 1 and 4 and amount > {2_000 + i * 10} MXN then add 3",
        4 => $"when email.domain ends with \".test{i}\" then review",
        5 => $"when history.email.age < {1 + i}m and amount > 900 MXN then add 2",
        6 => $"when amount > history.customer.amount_mean * {3 + i / 10} then add 4",
        7 => $"when velocity.ip.emails_24h >= {4 + i / 10} then add 10",
        8 => $"when ip.hosting and velocity.ip.count_1h >= {2 + i / 20} then challenge",
        _ => $"when shipping.country is missing and behavior.session_duration < {i}s then add 1",
    };
}
