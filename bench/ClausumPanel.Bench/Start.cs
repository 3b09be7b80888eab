using ClausumPanel.Bench.Measure;
using ClausumPanel.Bench.Subjects;

namespace ClausumPanel.Bench;

/// <summary>Time from the start of the process to its first 200 on POST /api/v1/assess: on a small existing store, and with a million events to put back into the windows.</summary>
internal static class Start
{
    public static void Run(Arguments arguments)
    {
        var port = arguments.Number("port", 5800);
        Console.WriteLine(Machine.Describe());
        Folders.Publish(arguments);
        foreach (var stored in arguments.Numbers("stored", "2000,1000000"))
        {
            var store = Store.Filled(stored, arguments, port);
            var starts = new List<double>();
            for (var run = 0; run < arguments.Number("runs", 7); run++)
            {
                using var service = Subject.StartService(store, port, awaitReady: false);
                var took = service.TimeToFirstAnswer(TimeSpan.FromSeconds(60), out var before).TotalSeconds;
                Console.WriteLine($"  {stored:N0} stored, start {run + 1}: {took:0.000} s, of which {service.CpuSeconds():0.00} s CPU, resident {service.ResidentBytes() / 1048576.0:N0} MiB{string.Concat(before.Select(pair => $", {pair.Value} × {pair.Key} before"))}");
                starts.Add(took);
                service.Stop();
                store = store.Grown(service.Traffic.Made);
            }
            Goals.AtMost($"seconds from start to first 200, {stored:N0} stored", Median.Of(starts), stored < 100_000 ? 2 : 10);
        }
    }
}
