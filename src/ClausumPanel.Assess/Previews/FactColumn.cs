using System.Runtime.InteropServices;

namespace ClausumPanel.Assess.Previews;

/// <summary>One fact of many assessments, in as little memory as it takes: most facts are missing, always the same or small.</summary>
internal abstract class FactColumn(Fact fact)
{
    private const int MostCodes = 256;

    public Fact Fact => fact;

    /// <summary>About what it takes.</summary>
    public abstract int Bytes { get; }

    /// <summary>Writes the fact of one row.</summary>
    public abstract void Put(int row, Facts into);

    public static FactColumn Of(Fact fact, ReadOnlySpan<double> numbers)
    {
        // By their bits, for there is more than one way to be missing, and zero has two signs.
        var (codes, places) = (new Dictionary<long, byte>(), new byte[numbers.Length]);
        var whole = true;
        for (var i = 0; i < numbers.Length; i++)
        {
            var bits = BitConverter.DoubleToInt64Bits(numbers[i]);
            whole &= BitConverter.DoubleToInt64Bits((int)numbers[i]) == bits;
            if (codes.Count > MostCodes) continue;
            ref var code = ref CollectionsMarshal.GetValueRefOrAddDefault(codes, bits, out var known);
            if (!known) code = (byte)(codes.Count - 1);
            places[i] = code;
        }
        if (codes.Count > MostCodes) return whole ? new Whole(fact, numbers) : new Plain(fact, numbers);
        double[] values = [.. codes.OrderBy(c => c.Value).Select(c => BitConverter.Int64BitsToDouble(c.Key))];
        return values.Length <= 1 ? new Constant(fact, values.Length == 0 ? double.NaN : values[0]) : new Coded(fact, places, values);
    }

    public static FactColumn Of(Fact fact, ReadOnlySpan<string?> texts)
    {
        var (codes, places, values) = (new Dictionary<string, ushort>(StringComparer.Ordinal), new ushort[texts.Length], new List<string?> { null });
        for (var i = 0; i < texts.Length; i++)
        {
            if (texts[i] is not { } text) continue;
            ref var code = ref CollectionsMarshal.GetValueRefOrAddDefault(codes, text, out var known);
            if (!known)
            {
                code = (ushort)values.Count;
                values.Add(text);
            }
            places[i] = code;
        }
        return new Worded(fact, places, [.. values]);
    }

    private sealed class Constant(Fact fact, double value) : FactColumn(fact)
    {
        public override int Bytes => 32;
        public override void Put(int row, Facts into) => into.Set(Fact, value);
    }

    private sealed class Coded(Fact fact, byte[] codes, double[] values) : FactColumn(fact)
    {
        public override int Bytes => codes.Length + (values.Length * sizeof(double)) + 64;
        public override void Put(int row, Facts into) => into.Set(Fact, values[codes[row]]);
    }

    private sealed class Whole(Fact fact, ReadOnlySpan<double> numbers) : FactColumn(fact)
    {
        private readonly int[] _numbers = Read(numbers);

        public override int Bytes => (_numbers.Length * sizeof(int)) + 64;
        public override void Put(int row, Facts into) => into.Set(Fact, _numbers[row]);

        private static int[] Read(ReadOnlySpan<double> numbers)
        {
            var whole = new int[numbers.Length];
            for (var i = 0; i < whole.Length; i++) whole[i] = (int)numbers[i];
            return whole;
        }
    }

    private sealed class Plain(Fact fact, ReadOnlySpan<double> numbers) : FactColumn(fact)
    {
        private readonly double[] _numbers = numbers.ToArray();

        public override int Bytes => (_numbers.Length * sizeof(double)) + 64;
        public override void Put(int row, Facts into) => into.Set(Fact, _numbers[row]);
    }

    private sealed class Worded(Fact fact, ushort[] codes, string?[] values) : FactColumn(fact)
    {
        public override int Bytes { get; } = (codes.Length * sizeof(ushort)) + values.Sum(v => 32 + ((v?.Length ?? 0) * sizeof(char)));
        public override void Put(int row, Facts into) => into.Set(Fact, values[codes[row]]);
    }
}
