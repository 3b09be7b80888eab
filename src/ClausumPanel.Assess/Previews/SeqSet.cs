namespace ClausumPanel.Assess.Previews;

/// <summary>Rising places in the log, packed as the distances between them: one to two bytes each.</summary>
public sealed class SeqSet
{
    private const int Longest = 10;
    private byte[] _bytes = new byte[64];
    private int _length;
    private long _last;

    /// <summary>How many.</summary>
    public int Count { get; private set; }

    /// <summary>The packed bytes, for <see cref="Read"/>.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <param name="seq">Larger than the one added before.</param>
    public void Add(long seq)
    {
        ArgumentOutOfRangeException.ThrowIfLessThanOrEqual(seq, _last);
        if (_bytes.Length - _length < Longest) Array.Resize(ref _bytes, _bytes.Length * 2);
        for (var distance = (ulong)(seq - _last); ; distance >>= 7)
        {
            if (distance < 0x80)
            {
                _bytes[_length++] = (byte)distance;
                break;
            }
            _bytes[_length++] = (byte)(distance | 0x80);
        }
        _last = seq;
        Count++;
    }

    /// <summary>The places that were packed, in their order.</summary>
    /// <exception cref="FormatException">The bytes end in the middle of a number.</exception>
    public static List<long> Read(ReadOnlySpan<byte> bytes)
    {
        var (places, last) = (new List<long>(bytes.Length), 0L);
        for (var at = 0; at < bytes.Length;)
        {
            var (distance, shift) = (0UL, 0);
            while (true)
            {
                if (at == bytes.Length || shift > 63) throw new FormatException("A set of places ends in the middle.");
                var part = bytes[at++];
                distance |= (ulong)(part & 0x7F) << shift;
                if (part < 0x80) break;
                shift += 7;
            }
            places.Add(last += (long)distance);
        }
        return places;
    }
}
