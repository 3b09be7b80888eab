namespace ClausumPanel.Storage.Metrics;

/// <summary>
/// Many small counts as one value: for each thing that occurred its number as the step from the one before it, how often, and how often of those the engine declined; seven bits to a byte. The same counts are the same
/// bytes, in whatever order they came, so that two of them are compared without being read.
/// </summary>
internal static class PackedCounts
{
    private const int MostBytes = 25;

    public static int CodeOf(TallyKind kind, int value) => ((int)kind << 16) | value;

    /// <summary>What is stored, and more.</summary>
    public static byte[] Add(ReadOnlySpan<byte> stored, Dictionary<int, ValueCount> more)
    {
        var codes = more.Keys.ToArray();
        Array.Sort(codes);
        var bytes = new byte[stored.Length + (codes.Length * MostBytes)];
        var (length, last, next) = (0, 0, 0);
        var reader = new Reader(stored);
        var hasStored = reader.Next();
        while (hasStored || next < codes.Length)
        {
            var code = !hasStored ? codes[next] : next == codes.Length ? reader.Code : Math.Min(reader.Code, codes[next]);
            var sum = default(ValueCount);
            if (hasStored && reader.Code == code)
            {
                sum = reader.Count;
                hasStored = reader.Next();
            }
            if (next < codes.Length && codes[next] == code)
            {
                var fresh = more[codes[next++]];
                sum = new ValueCount(sum.Count + fresh.Count, sum.Declined + fresh.Declined);
            }
            Write(code - last);
            Write(sum.Count);
            Write(sum.Declined);
            last = code;
        }
        return bytes[..length];

        void Write(long number)
        {
            for (; number > 127; number >>= 7) bytes[length++] = (byte)(number | 128);
            bytes[length++] = (byte)number;
        }
    }

    /// <summary>One count after the other.</summary>
    public ref struct Reader(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _left = bytes;

        public int Code { get; private set; }

        public ValueCount Count { get; private set; }

        public readonly TallyKind Kind => (TallyKind)(Code >> 16);

        public readonly int Value => Code & 0xffff;

        public bool Next()
        {
            if (_left.IsEmpty) return false;
            Code += (int)Number();
            Count = new ValueCount(Number(), Number());
            return true;
        }

        private long Number()
        {
            var number = 0L;
            for (var shift = 0; ; shift += 7)
            {
                var part = _left[0];
                _left = _left[1..];
                number |= (long)(part & 127) << shift;
                if (part < 128) return number;
            }
        }
    }
}
