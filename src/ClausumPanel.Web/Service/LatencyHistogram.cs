using System.Numerics;

namespace ClausumPanel.Web.Service;

/// <summary>
/// How often each duration was measured, in microseconds: exact up to 127, then in steps of at most a 64th of the value, up to two minutes. Any number of threads count at once without a lock and without
/// allocating. Two histograms are added place by place, so a percentile of an hour comes from all its calls and never from the percentiles of its minutes.
/// </summary>
public sealed class LatencyHistogram
{
    private const int Bits = 6, Half = 1 << Bits, MostBits = 27;

    /// <summary>What is longer counts as this long: two minutes and a bit.</summary>
    public const long Most = (1L << MostBits) - 1;

    private readonly long[] _counts = new long[(MostBits - Bits + 1) * Half];
    private long _sum, _longest;

    /// <summary>How many were measured.</summary>
    public long Count
    {
        get
        {
            var sum = 0L;
            foreach (ref var count in _counts.AsSpan()) sum += Volatile.Read(ref count);
            return sum;
        }
    }

    /// <summary>All of them together, in microseconds.</summary>
    public long Sum => Volatile.Read(ref _sum);

    /// <summary>The longest, exactly; 0 of none.</summary>
    public long Max => Volatile.Read(ref _longest);

    public void Record(long microseconds)
    {
        var value = Math.Clamp(microseconds, 0, Most);
        Interlocked.Increment(ref _counts[PlaceOf(value)]);
        Interlocked.Add(ref _sum, value);
        var longest = Volatile.Read(ref _longest);
        while (value > longest)
        {
            var seen = Interlocked.CompareExchange(ref _longest, value, longest);
            if (seen == longest) break;
            longest = seen;
        }
    }

    public void Add(LatencyHistogram other)
    {
        ArgumentNullException.ThrowIfNull(other);
        for (var place = 0; place < _counts.Length; place++)
            if (Volatile.Read(ref other._counts[place]) is > 0 and var count) Interlocked.Add(ref _counts[place], count);
        Interlocked.Add(ref _sum, other.Sum);
        if (other.Max > _longest) _longest = other.Max;
    }

    /// <summary>The least duration that this share of all were not longer than, in microseconds, as the upper end of its step; null of none.</summary>
    public long? Percentile(double share)
    {
        var count = Count;
        if (count == 0) return null;
        var rank = Math.Max(1, (long)Math.Ceiling(share * count));
        var sum = 0L;
        for (var place = 0; place < _counts.Length; place++)
            if ((sum += Volatile.Read(ref _counts[place])) >= rank) return Math.Min(UpperEndOf(place), Max);
        return Max;
    }

    /// <summary>How many were shorter than that; exact where it is a power of two or one and a half of one.</summary>
    public long CountBelow(long microseconds)
    {
        var end = PlaceOf(Math.Clamp(microseconds, 0, Most));
        var sum = 0L;
        for (var place = 0; place < end; place++) sum += Volatile.Read(ref _counts[place]);
        return sum;
    }

    private static int PlaceOf(long value)
    {
        if (value < Half) return (int)value;
        var shift = BitOperations.Log2((ulong)value) - Bits;
        return (shift * Half) + (int)(value >> shift);
    }

    private static long UpperEndOf(int place)
    {
        if (place < 2 * Half) return place;
        var shift = (place / Half) - 1;
        return (((long)(place - (shift * Half)) + 1) << shift) - 1;
    }
}
