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
        var plain = Policy.Default with { Version = 2, Bands = new Bands(30, 55, 80) };
        var ruled = plain with { Rules = [.. Enumerable.Range(0, RuleLimits.Rules).Select(i => new PolicyRule($"rule-{i}", $"Rule {i}", RuleText(i), "bench"))] };

        Console.WriteLine($"  {"round",5} {"bare scan",16} {"scan of ours",16} {"bands only",16} {"200 rules",16}   rows per CPU second");
        var rates = new List<double>[4];
        for (var i = 0; i < rates.Length; i++) rates[i] = [];
        for (var round = 0; round <= rounds; round++)
        {
            double[] measured =
            [
                Measured(() => Bare(connection)), Measured(() => Scan(connection, scope)),
                Measured(() => Judge(connection, scope, new PreviewJudge(new Assessor(plain), active, 0, new Dictionary<int, Policy> { [1] = Policy.Default }))),
                Measured(() => Judge(connection, scope, new PreviewJudge(new Assessor(ruled), active, 0, new Dictionary<int, Policy> { [1] = Policy.Default }))),
            ];
            // The first round only warms up.
            if (round == 0) continue;
            for (var i = 0; i < measured.Length; i++) rates[i].Add(measured[i]);
            Console.WriteLine($"  {round,5} {measured[0],16:N0} {measured[1],16:N0} {measured[2],16:N0} {measured[3],16:N0}");
        }
        double[] medians = [.. rates.Select(r => r.Order().ElementAt(r.Count / 2))];
        Console.WriteLine($"  {"median",5} {medians[0],15:N0} {medians[1],16:N0} {medians[2],16:N0} {medians[3],16:N0}");
        Console.WriteLine($"  resident {Environment.WorkingSet / 1048576.0:N0} MiB");
        Goals.AtLeast("stored assessments per CPU second, whole policy, 200 rules", medians[3], 200_000, "N0");
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
