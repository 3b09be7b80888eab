using ClausumPanel.Bench.Measure;
using ClausumPanel.Bench.Subjects;

namespace ClausumPanel.Bench;

/// <summary>
/// kill -9 in the middle of 64 callers, again and again on the same store. Every assessment a caller was told about must lie in the file afterwards.
/// This proves that nothing is answered before it is written; that the write is also synced only a power cut or a trace of the system calls can show.
/// </summary>
internal static class Crash
{
    public static void Run(Arguments arguments)
    {
        var port = arguments.Number("port", 5800);
        var trials = arguments.Number("trials", 10);
        Console.WriteLine(Machine.Describe());
        Folders.Publish(arguments);
        var store = Store.Empty("crash");
        var acknowledged = new HashSet<UInt128>();
        var moment = new Random(1);
        for (var trial = 1; trial <= trials; trial++)
        {
            var told = 0;
            using (var service = Subject.StartService(store, port))
            {
                using var callers = new Callers(port, 64);
                using var killer = new Timer(_ => service.Kill(), null, TimeSpan.FromMilliseconds(moment.Next(700, 2_500)), Timeout.InfiniteTimeSpan);
                var round = callers.Call(service.Traffic, TimeSpan.FromSeconds(60), read: (_, body) =>
                {
                    if (!acknowledged.Add(AssessmentId(body))) throw new BenchFailed("two answers carry the same assessment_id");
                    told++;
                });
                if (!round.Died || round.NotOk.Count > 0) throw new BenchFailed($"the callers saw {(round.Died ? "a refusal before the kill" : "no kill")}: {round.FirstNotOk}");
                store = store.Grown(service.Traffic.Made);
            }
            // A start replays what the log of the database still holds; only then is the file read.
            using (var again = Subject.StartService(store, port))
            {
                again.Stop();
                store = store.Grown(again.Traffic.Made);
            }
            Subject.Command(store, TimeSpan.FromMinutes(10), "rollups", "verify");          // fails where the figures and the rows have come apart
            var stored = store.AssessmentIds();
            var lost = acknowledged.Count(id => !stored.Contains(id));
            var check = store.IntegrityCheck();
            Console.WriteLine($"  kill {trial,2}: {told,7:N0} acknowledged, {acknowledged.Count,9:N0} so far, {lost} lost, {stored.Count - acknowledged.Count:N0} stored but not acknowledged (starts included), integrity {check}");
            if (lost > 0 || check != "ok") throw new BenchFailed($"kill {trial} lost {lost} acknowledged assessments; integrity_check: {check}");
        }
        Goals.AtMost($"acknowledged but lost in {trials} kills", 0, 0, "0");
    }

    private static UInt128 AssessmentId(ReadOnlySpan<byte> body)
    {
        var at = body.IndexOf("\"assessment_id\":\""u8);
        if (at < 0 || !Guid.TryParse(body.Slice(at + 17, 36), out var id)) throw new BenchFailed($"no assessment_id in {System.Text.Encoding.UTF8.GetString(body)}");
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
