using ClausumPanel.Bench.Measure;
using ClausumPanel.Bench.Subjects;

namespace ClausumPanel.Bench;

/// <summary>
/// The bound and the service in turn, round by round, at each number of callers and each size of store. All ratios are taken within one round.
/// <c>--null</c> runs the bound against a second bound: what differs then is the noise of the machine.
/// </summary>
internal static class Load
{
    private const double NoisyOther = 0.10;

    public static void Run(Arguments arguments)
    {
        var rounds = arguments.Number("rounds", 7);
        var seconds = TimeSpan.FromSeconds(arguments.Number("seconds", 3));
        var warmUp = TimeSpan.FromSeconds(arguments.Number("warm-up", 5));
        var port = arguments.Number("port", 5800);
        var sizes = arguments.Numbers("stored", "0,1000000");

        Console.WriteLine(Machine.Describe());
        if (arguments.Has("null")) sizes = [];
        else Folders.Publish(arguments);
        using var bound = Subject.StartBound(port);
        var filled = new List<Subject>();
        try
        {
            if (arguments.Has("null")) filled.Add(Subject.StartBound(port + 1, "the bound again"));
            foreach (var size in sizes.Where(size => size > 0))
            {
                var store = Store.Filled(size, arguments, port + 1 + filled.Count);
                filled.Add(Subject.StartService(store, port + 1 + filled.Count, $"{size:N0} stored"));
            }
            var tables = new Dictionary<int, Figures[]>();
            foreach (var callers in arguments.Numbers("callers", "1,8,64"))
            {
                // Each number of callers begins with a store that holds nothing; the filled ones grow by the little a round adds.
                using var empty = sizes.Contains(0) ? Subject.StartService(Store.Empty($"empty-{callers}"), port + 1 + filled.Count, "empty store") : null;
                tables[callers] = Compare([bound, .. empty is null ? filled : [empty, .. filled]], callers, rounds, seconds, warmUp);
            }
            if (!arguments.Has("null")) Judge(tables);
        }
        finally
        {
            filled.ForEach(service => service.Dispose());
        }
    }

    public static Figures[] Compare(List<Subject> subjects, int callers, int rounds, TimeSpan seconds, TimeSpan warmUp)
    {
        var commit = Machine.BareCommit(Folders.Root);
        Console.WriteLine();
        Console.WriteLine($"{Callers(callers)}, {rounds} rounds of {seconds.TotalSeconds:0} s each, warm-up {warmUp.TotalSeconds:0} s · bare one-row FULL commit p50 {commit:0.000} ms");
        foreach (var subject in subjects)
        {
            subject.Call(callers, warmUp);
            subject.Settle(TimeSpan.FromSeconds(20));
        }
        var figures = subjects.Select(subject => new Figures(subject.Name, commit)).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            var order = Enumerable.Range(0, subjects.Count).ToArray();
            if (round % 2 == 1) Array.Reverse(order);
            foreach (var i in order) figures[i].Rounds.Add(Measured(subjects[i], callers, seconds));
            var bound = figures[0].Rounds[^1];
            Console.WriteLine($"  round {round + 1,2}  load {Machine.LoadAverage(),5:0.00}   " + string.Join("   ", figures.Select(figure =>
                $"{figure.Name} {figure.Rounds[^1].Rate,7:N0}/s{(figure == figures[0] ? "" : $" = {figure.Rounds[^1].Rate / bound.Rate:0.000}")} (others {figure.Rounds[^1].Other:0%}{(figure.Rounds[^1].Other > NoisyOther ? " NOISY" : "")})")));
        }
        for (var i = 0; i < subjects.Count; i++)
        {
            using var allocations = new Allocations(subjects[i].Pid);
            var before = allocations.BytesSoFar();
            var requests = subjects[i].Call(callers, TimeSpan.FromSeconds(2)).Latency.Count;
            figures[i].AllocatedBytes = (allocations.BytesSoFar() - before) / requests;
            subjects[i].Settle(TimeSpan.FromSeconds(10));
        }
        Print(figures);
        return figures;
    }

    private static Round Measured(Subject subject, int callers, TimeSpan seconds)
    {
        var (busy, own, theirs, written) = (Machine.BusySeconds(), Environment.CpuUsage.TotalTime.TotalSeconds, subject.CpuSeconds(), Machine.WrittenBytes(subject.Pid));
        var round = subject.Call(callers, seconds);
        var cpu = subject.CpuSeconds() - theirs;
        var other = Machine.BusySeconds() - busy - (Environment.CpuUsage.TotalTime.TotalSeconds - own) - cpu;
        var afterwards = subject.Settle(TimeSpan.FromSeconds(10));
        var requests = round.Latency.Count;
        return new(round.Rate, round.Latency.Milliseconds(50), round.Latency.Milliseconds(90), round.Latency.Milliseconds(99), cpu / requests * 1e3, afterwards / requests * 1e3,
            Math.Max(0, other / (round.Elapsed.TotalSeconds * Environment.ProcessorCount)), round.AnswerBytes, (Machine.WrittenBytes(subject.Pid) - written) / requests);
    }

    private static void Print(Figures[] figures)
    {
        Console.WriteLine();
        Console.WriteLine($"  {"medians",-20}{"rate/s",9}{"ratio",8}{"p50 ms",9}{"p90 ms",9}{"p99 ms",9}{"CPU ms",9}{"+ after",9}{"alloc B",10}{"answer B",10}{"written B",11}");
        foreach (var figure in figures)
        {
            Console.WriteLine($"  {figure.Name,-20}{figure.Rate,9:N0}{figure.RatioTo(figures[0]),8:0.000}{figure.P50,9:0.000}{figure.P90,9:0.000}{figure.P99,9:0.000}{figure.Cpu,9:0.0000}{figure.CpuAfterwards,9:0.0000}{figure.AllocatedBytes,10:N0}{figure.Rounds[^1].AnswerBytes,10:N0}{figure.Written,11:N0}");
        }
        var noisy = Enumerable.Range(0, figures[0].Rounds.Count).Count(round => figures.Any(figure => figure.Rounds[round].Other > NoisyOther));
        if (noisy > 0) Console.WriteLine($"  {noisy} of {figures[0].Rounds.Count} rounds had more than {NoisyOther:0%} of the machine taken by others: run again on a quiet one before believing a miss");
    }

    private static void Judge(Dictionary<int, Figures[]> tables)
    {
        Console.WriteLine();
        Console.WriteLine("goals");
        foreach (var (callers, figures) in tables)
        {
            var bound = figures[0];
            var empty = figures.FirstOrDefault(figure => figure.Name == "empty store");
            foreach (var service in figures[1..])
            {
                var on = $"{Callers(callers)}, {service.Name}";
                if (callers == 64)
                {
                    Goals.AtLeast($"rate against the bound, {on}", service.RatioTo(bound), 0.40);
                    Goals.AtMost($"CPU per assessment in ms, {on}", service.Cpu + service.CpuAfterwards, 0.20);
                    Goals.AtMost($"p99 against the bound's, {on}", service.RatioTo(bound, round => round.P99), 3.0);
                }
                if (callers == 8) Goals.AtLeast($"rate against the bound, {on}", service.RatioTo(bound), 0.28);
                if (callers == 1) Goals.AtMost($"p50 over the bound's, in bare commits, {on}", (service.P50 - bound.P50) / service.BareCommit, 2.3);
                if (empty is null || service == empty) continue;
                Goals.AtLeast($"growth: rate of the empty store kept, {on}", service.RatioTo(empty), 0.75);
                Goals.AtMost($"growth: p99 of the empty store, {on}", service.RatioTo(empty, round => round.P99), 1.25);
            }
        }
    }

    private static string Callers(int count) => count == 1 ? "1 caller" : $"{count} callers";

    /// <param name="Cpu">Milliseconds of the service process per request while answering.</param>
    /// <param name="CpuAfterwards">Milliseconds per request it still took to come to rest, such as folding what it stored into its indexes.</param>
    /// <param name="Written">Bytes per request given to the kernel to write until it came to rest: the log and what folding and checkpoints copy.</param>
    /// <param name="Other">Share of the machine taken by neither the client nor the service.</param>
    internal sealed record Round(double Rate, double P50, double P90, double P99, double Cpu, double CpuAfterwards, double Other, long AnswerBytes, double Written);

    internal sealed class Figures(string name, double bareCommit)
    {
        public string Name { get; } = name;
        public double BareCommit { get; } = bareCommit;
        public List<Round> Rounds { get; } = [];
        public double AllocatedBytes { get; set; } = double.NaN;
        public double Rate => Of(round => round.Rate);
        public double P50 => Of(round => round.P50);
        public double P90 => Of(round => round.P90);
        public double P99 => Of(round => round.P99);
        public double Cpu => Of(round => round.Cpu);
        public double Written => Of(round => round.Written);
        public double CpuAfterwards => Of(round => round.CpuAfterwards);

        public double RatioTo(Figures other, Func<Round, double>? figure = null)
        {
            figure ??= round => round.Rate;
            return Median.Of(Rounds.Zip(other.Rounds, (mine, theirs) => figure(mine) / figure(theirs)));
        }

        private double Of(Func<Round, double> figure) => Median.Of(Rounds.Select(figure));
    }
}
