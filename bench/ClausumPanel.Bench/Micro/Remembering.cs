using BenchmarkDotNet.Attributes;
using ClausumPanel.Assess;
using ClausumPanel.Bench.Measure;
using ClausumPanel.Storage.Velocity;

namespace ClausumPanel.Bench.Micro;

/// <summary>The windows: what is known of a payment's payer, card, device and address, and then the payment itself counted; with little and with a million events in them.</summary>
public class Remembering
{
    private readonly Facts _facts = new();
    private VelocityIndex _index = null!;
    private IEnumerator<Observation> _payments = null!;

    [Params(1_000, 1_000_000)] public int Events { get; set; }

    [GlobalSetup]
    public void Fill() => (_index, _payments) = Filled(Events);

    [Benchmark]
    public int ObserveAndConfirm()
    {
        _payments.MoveNext();
        _facts.Clear();
        var handle = _index.Observe(_payments.Current, _facts);
        _index.Confirm(handle, Decision.Approve);
        return handle;
    }

    [Benchmark(Baseline = true)]
    public ulong OnlyTheTraffic()
    {
        _payments.MoveNext();
        return _payments.Current.Keys[0];
    }

    /// <summary>An index with so many of our payments, spread over thirty days, and the payments that come next.</summary>
    internal static (VelocityIndex Index, IEnumerator<Observation> Next) Filled(int events)
    {
        var index = new VelocityIndex();
        var payments = Payments(2_592_000_000L / events).GetEnumerator();
        for (var i = 0; i < events && payments.MoveNext(); i++) index.Replay(payments.Current, Decision.Approve);
        return (index, payments);
    }

    private static IEnumerable<Observation> Payments(long millisecondsApart)
    {
        var traffic = new Traffic(80, "key");
        var at = new DateTimeOffset(2026, 10, 25, 0, 0, 0, TimeSpan.Zero).ToUnixTimeMilliseconds();
        while (true)
        {
            traffic.Next();
            yield return new Observation { At = at += millisecondsApart, Amount = 45_900, Currency = "MXN", Flow = Flow.PayIn, Last4 = 4242, Keys = traffic.EntityKeys() };
        }
    }
}
