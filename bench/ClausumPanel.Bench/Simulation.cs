using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using ClausumPanel.Assess;
using ClausumPanel.Bench.Measure;
using ClausumPanel.Bench.Subjects;

namespace ClausumPanel.Bench;

/// <summary>
/// Trying a policy out as people do, through the panel, on a store of a million: from the click to the result, again when the traffic is in memory, stopped, cut off by kill -9 and taken up again,
/// and what a run under way does to those who pay meanwhile.
/// </summary>
internal static partial class Simulation
{
    private const string Previews = "/dashboard/simulation/previews", File = "/dashboard/protection/file";

    public static void Run(Arguments arguments)
    {
        var port = arguments.Number("port", 5800);
        var stored = arguments.Number("stored", 1_000_000);
        Console.WriteLine(Machine.Describe());
        Folders.Publish(arguments);
        var store = Store.Filled(stored, arguments, port).WithAdmin();
        var service = Subject.StartService(store, port);
        var panel = Panel.SignIn(service, store);
        try
        {
            panel.Post($"{File}?handler=Save", ("Document", PolicyJson.Write(Preview.TwoHundredRules)));
            var idle = service.ResidentBytes();
            var first = Tried(panel, "read");
            Console.WriteLine($"  200 rules over {first.Judged:N0}, click to result: {first.Seconds:0.00} s the first time; process {idle / 1048576.0:N0} MiB before, {service.ResidentBytes() / 1048576.0:N0} after");
            var again = Enumerable.Range(0, 3).Select(i => Tried(panel, $"again {i}")).ToList();
            Console.WriteLine($"  200 rules again, from memory: {string.Join(", ", again.Select(a => a.Seconds.ToString("0.00", CultureInfo.InvariantCulture)))} s; process {service.ResidentBytes() / 1048576.0:N0} MiB");
            Pages(panel, first.Path);
            Bands(panel);
            Stopped(service, panel);
            Beside(service, panel, arguments);

            var begun = Begin(panel, "killed");
            Thread.Sleep(400);
            service.Kill();
            panel.Dispose();
            service = Subject.StartService(store.Grown(service.Traffic.Made), port);
            panel = Panel.SignIn(service, store);
            var page = panel.Get(begun).Text;
            var interrupted = page.Contains("handler=Resume", StringComparison.Ordinal);
            var resumed = Stopwatch.GetTimestamp();
            if (interrupted) panel.Post($"{begun}?handler=Resume");
            var judged = Ended(panel, begun);
            Console.WriteLine($"  killed with -9 in the middle: {(interrupted ? "interrupted, said so" : "had ended before")}, taken up again, done {Stopwatch.GetElapsedTime(resumed).TotalSeconds:0.00} s later with {judged:N0}");
        }
        finally
        {
            panel.Dispose();
            service.Dispose();
        }
        Console.WriteLine($"  the file afterwards: integrity {store.IntegrityCheck()}");
    }

    private static string Begin(Panel panel, string name) =>
        panel.Post(Previews, ("Input.Name", name), ("Input.From", DateTime.UtcNow.AddDays(-30).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)), ("Input.To", DateTime.UtcNow.AddDays(1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))).Address;

    private static long Ended(Panel panel, string run)
    {
        while (true)
        {
            var page = panel.Get(run).Text;
            if (!page.Contains("id=\"progress\"", StringComparison.Ordinal)) return long.Parse(JudgedField().Match(page).Groups[1].Value, CultureInfo.InvariantCulture);
            if (!page.Contains("handler=Cancel", StringComparison.Ordinal)) throw new BenchFailed($"{run} ended without a result");
            Thread.Sleep(100);
        }
    }

    private static (string Path, double Seconds, long Judged) Tried(Panel panel, string name)
    {
        var begun = Stopwatch.GetTimestamp();
        var path = Begin(panel, name);
        var judged = Ended(panel, path);
        return (path, Stopwatch.GetElapsedTime(begun).TotalSeconds, judged);
    }

    private static void Pages(Panel panel, string run)
    {
        panel.MeasurePages(
        [
            "/dashboard", "/dashboard?period=30d", "/dashboard/protection", "/dashboard/protection/quality", "/dashboard/transactions", "/dashboard/transactions/behavior", "/dashboard/transactions/alerts", "/dashboard/service",
            "/dashboard/protection/thresholds", "/dashboard/protection/rules", "/dashboard/simulation", Previews, run, $"{run}/rows?set=decided-00",
        ], path => path.Replace(run, $"{Previews}/…", StringComparison.Ordinal));
    }

    /// <summary>Moved bands answer with what they would have decided, from the sums of scores: no run is needed.</summary>
    private static void Bands(Panel panel)
    {
        const int Looks = 40, WarmUps = 5;
        var took = new List<double>();
        for (var look = 0; look < WarmUps + Looks; look++)
        {
            var sent = Stopwatch.GetTimestamp();
            var (_, page) = panel.Post("/dashboard/protection/thresholds?handler=Bands", ("review", $"{20 + look}"), ("challenge", "70"), ("decline", "90"));
            if (!page.Contains($"value=\"{20 + look}\"", StringComparison.Ordinal)) throw new BenchFailed("the page does not show the bands that were sent");
            if (look >= WarmUps) took.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);
        }
        took.Sort();
        Console.WriteLine($"  bands moved, from the form sent to the whole page with what they would have decided: {Median.Of(took):0} ms, p95 {took[Looks * 95 / 100]:0} ms");
        Goals.AtMost("milliseconds of moved bands, p95", took[Looks * 95 / 100], 100, "0.0");
    }

    private static void Stopped(Subject service, Panel panel)
    {
        var run = Begin(panel, "stopped");
        Thread.Sleep(100);
        var asked = Stopwatch.GetTimestamp();
        panel.Post($"{run}?handler=Cancel");
        var answered = Stopwatch.GetElapsedTime(asked).TotalSeconds;
        var cpu = service.Settle(TimeSpan.FromSeconds(10));
        Console.WriteLine($"  stopped: answered after {answered:0.00} s, {cpu:0.00} s of work after that");
        Goals.AtMost("seconds of work after a run was stopped", cpu, 1);
    }

    private static void Beside(Subject service, Panel panel, Arguments arguments)
    {
        var seconds = TimeSpan.FromSeconds(arguments.Number("seconds", 2));
        service.Call(64, TimeSpan.FromSeconds(arguments.Number("warm-up", 6)));
        List<double> alone = [], beside = [], ratios = [], rates = [];
        for (var round = 0; round < arguments.Number("rounds", 7); round++)
        {
            service.Settle(TimeSpan.FromSeconds(20));
            var without = service.Call(64, seconds);
            service.Settle(TimeSpan.FromSeconds(20));
            var run = Begin(panel, $"beside {round}");
            var with = service.Call(64, seconds);
            var page = panel.Get(run).Text;
            if (!page.Contains("handler=Cancel", StringComparison.Ordinal)) throw new BenchFailed("the run ended before the round did");
            panel.Post($"{run}?handler=Cancel");
            alone.Add(without.Latency.Milliseconds(99));
            beside.Add(with.Latency.Milliseconds(99));
            ratios.Add(beside[^1] / alone[^1]);
            rates.Add(with.Rate / without.Rate);
        }
        Console.WriteLine($"  p99 of 64 callers: {Median.Of(alone):0.0} ms alone, {Median.Of(beside):0.0} ms beside a run; rate beside it {Median.Of(rates):0.00} of alone");
        Goals.AtMost("p99 beside a run, of p99 alone", Median.Of(ratios), 1.25);
    }

    [GeneratedRegex("data-judged=\"(\\d+)\"")] private static partial Regex JudgedField();
}
