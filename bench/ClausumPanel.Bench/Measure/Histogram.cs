using System.Numerics;

namespace ClausumPanel.Bench.Measure;

/// <summary>Latencies in nanoseconds, log-linear: 128 steps in every power of two, so a percentile is off by less than 1 %.</summary>
internal sealed class Histogram
{
    private const int StepBits = 7, Steps = 1 << StepBits;
    private readonly long[] _counts = new long[(64 - StepBits) * Steps];

    public long Count { get; private set; }

    public void Add(long nanoseconds)
    {
        _counts[Bucket(nanoseconds)]++;
        Count++;
    }

    public double Milliseconds(double percentile)
    {
        if (Count == 0) return double.NaN;
        var wanted = (long)Math.Ceiling(Count * percentile / 100);
        var bucket = 0;
        for (var seen = _counts[0]; seen < wanted; seen += _counts[bucket]) bucket++;
        return Middle(bucket) / 1e6;
    }

    private static int Bucket(long value)
    {
        var shift = Math.Max(0, BitOperations.Log2((ulong)value | 1) - StepBits);
        return (shift << StepBits) + (int)(value >> shift);
    }

    private static double Middle(int bucket)
    {
        if (bucket < 2 * Steps) return bucket;
        var shift = (bucket >> StepBits) - 1;
        return ((long)(bucket - (shift << StepBits)) << shift) + (1L << shift) / 2.0;
    }
}
