using ClausumPanel.Bench.Measure;
using ClausumPanel.Bench.Subjects;

namespace ClausumPanel.Bench;

/// <summary>Resident memory over 200,000 requests, and what a million events in the windows weigh: the difference between two fresh starts, so everything kept per event is in it.</summary>
internal static class MemoryUse
{
    private const int Slices = 10;

    public static void Run(Arguments arguments)
    {
        var port = arguments.Number("port", 5800);
        var requests = arguments.Number("requests", 200_000);
        var events = arguments.Number("stored", 1_000_000);
        Console.WriteLine(Machine.Describe());
        Goals.AtMost($"bytes per event in an index of {events:N0} events, nothing else", BytesPerEvent(events), 250, "0");
        Folders.Publish(arguments);

        long atStart;
        var resident = new List<long>();
        using (var service = Subject.StartService(Store.Empty("memory"), port))
        {
            service.Settle(TimeSpan.FromSeconds(10));
            atStart = service.ResidentBytes();
            for (var slice = 1; slice <= Slices; slice++)
            {
                service.Call(64, TimeSpan.MaxValue, requests / Slices);
                resident.Add(service.ResidentBytes());
                Console.WriteLine($"  after {slice * requests / Slices,9:N0} requests: {resident[^1] / 1048576.0:N0} MiB resident");
            }
        }
        // The first half fills pools and caches; from then on only events in the windows may be added.
        var grown = (resident[^1] - resident[Slices / 2 - 1]) / (double)(requests / 2);
        Goals.AtMost($"bytes a request added in the second half of {requests:N0}", grown, 250, "0");

        // Beside the windows a stored assessment is remembered for a day by its order and by its session.
        using var full = Subject.StartService(Store.Filled(events, arguments, port), port);
        full.Settle(TimeSpan.FromSeconds(30));
        Console.WriteLine($"  fresh start: {atStart / 1048576.0:N0} MiB with nothing stored, {full.ResidentBytes() / 1048576.0:N0} MiB with {events:N0} events");
        Goals.AtMost("bytes per event of the whole process, by difference", (full.ResidentBytes() - atStart) / (double)events, 250, "0");
    }

    private static double BytesPerEvent(int events)
    {
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var (index, next) = Micro.Remembering.Filled(events);
        var bytes = GC.GetTotalMemory(forceFullCollection: true) - before;
        GC.KeepAlive(next);
        Console.WriteLine($"  index: {index.Events:N0} events, {index.EntityCount:N0} entities, {bytes / 1048576.0:N0} MiB");
        return bytes / (double)events;
    }
}
