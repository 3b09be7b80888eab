using System.Diagnostics.Tracing;
using System.Globalization;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing;

namespace ClausumPanel.Bench.Measure;

/// <summary>Bytes another .NET process allocates, from the counters its runtime publishes every second. Listening costs the process something, so it gets rounds of its own.</summary>
internal sealed class Allocations : IDisposable
{
    private readonly EventPipeSession _session;
    private readonly Task _reading;
    private readonly Lock _lock = new();
    private double _bytes;
    private int _reports;

    public Allocations(int pid)
    {
        _session = new DiagnosticsClient(pid).StartEventPipeSession(
            [new EventPipeProvider("System.Runtime", EventLevel.Informational, -1, new Dictionary<string, string> { ["EventCounterIntervalSec"] = "1" })], requestRundown: false);
        _reading = Task.Run(() =>
        {
            using var source = new EventPipeEventSource(_session.EventStream);
            source.Dynamic.All += Heard;
            source.Process();
        });
    }

    /// <summary>Bytes up to the end of a whole second that begins after this call, so that everything allocated before it is counted.</summary>
    public double BytesSoFar()
    {
        int wanted;
        lock (_lock) wanted = _reports + 2;
        if (!SpinWait.SpinUntil(() => { Thread.Sleep(20); lock (_lock) return _reports >= wanted; }, TimeSpan.FromSeconds(10))) return double.NaN;
        lock (_lock) return _bytes;
    }

    public void Dispose()
    {
        _session.Stop();
        _reading.Wait(TimeSpan.FromSeconds(5));
        _session.Dispose();
    }

    private void Heard(TraceEvent counter)
    {
        if (counter.EventName != "EventCounters" || counter.PayloadValue(0) is not IDictionary<string, object> wrapper) return;
        var values = wrapper.TryGetValue("Payload", out var inner) && inner is IDictionary<string, object> payload ? payload : wrapper;
        if (!values.TryGetValue("Name", out var name) || (string)name != "alloc-rate") return;
        lock (_lock)
        {
            _bytes += Convert.ToDouble(values["Increment"], CultureInfo.InvariantCulture);
            _reports++;
        }
    }
}

internal static class Median
{
    public static double Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        if (sorted.Length == 0) return double.NaN;
        return sorted.Length % 2 == 1 ? sorted[sorted.Length / 2] : (sorted[sorted.Length / 2 - 1] + sorted[sorted.Length / 2]) / 2;
    }
}
