using System.Runtime.InteropServices;

namespace ClausumPanel.Assess.Previews;

/// <summary>One fact of many assessments, in as little memory as it takes: most facts are missing, always the same or small.</summary>
internal abstract class FactColumn(Fact fact)
{
    private const int MostCodes = 256;

    public Fact Fact => fact;

    /// <summary>About what it takes.</summary>
    public abstract int Bytes { get; }

    /// <summary>Of a text: which of <see cref="Texts"/> each row has.</summary>
    public virtual ushort[] Codes => [];

    /// <summary>Of a text: all there are; the first is none.</summary>
    public virtual string?[] Texts => [];

    /// <summary>Writes the fact of one row.</summary>
    public abstract void Put(int row, Facts into);

    /// <summary>Of a number: that of each row.</summary>
    public virtual void Read(Span<double> into) => into.Fill(double.NaN);

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
        if (codes.Count > MostCodes) return whole ? new Whole(fact, numbers) : new Plain(fact, numbers.ToArray());
        double[] values = [.. codes.OrderBy(c => c.Value).Select(c => BitConverter.Int64BitsToDouble(c.Key))];
        return values.Length <= 1 ? new Constant(fact, values.Length == 0 ? double.NaN : values[0]) : new Coded(fact, places, values);
    }

    /// <summary>As they are: quicker made than what takes less memory.</summary>
    public static FactColumn Plainly(Fact fact, double[] numbers) => new Plain(fact, numbers);

    /// <summary>Gives each text of a column a code, row by row.</summary>
    public sealed class Coder(int rows)
    {
        private readonly Dictionary<string, ushort> _codes = new(StringComparer.Ordinal);
        private readonly ushort[] _places = new ushort[rows];
        private readonly List<string?> _texts = [null];
        private int _rows;
        private string? _lastText;
        private ushort _lastCode;

        public void Add(string? text)
        {
            // Short texts that were read lately are the same object.
            if (!ReferenceEquals(text, _lastText)) (_lastText, _lastCode) = (text, text is null ? (ushort)0 : CodeOf(text));
            _places[_rows++] = _lastCode;
        }

        public FactColumn Finish(Fact fact) => new Worded(fact, _places.AsSpan(0, _rows).ToArray(), [.. _texts]);

        private ushort CodeOf(string text)
        {
            ref var code = ref CollectionsMarshal.GetValueRefOrAddDefault(_codes, text, out var known);
            if (known) return code;
            code = (ushort)_texts.Count;
            _texts.Add(text);
            return code;
        }
    }

    private sealed class Constant(Fact fact, double value) : FactColumn(fact)
    {
        public override int Bytes => 32;
        public override void Put(int row, Facts into) => into.Set(Fact, value);
        public override void Read(Span<double> into) => into.Fill(value);
    }

    private sealed class Coded(Fact fact, byte[] codes, double[] values) : FactColumn(fact)
    {
        public override int Bytes => codes.Length + (values.Length * sizeof(double)) + 64;
        public override void Put(int row, Facts into) => into.Set(Fact, values[codes[row]]);

        public override void Read(Span<double> into)
        {
            for (var row = 0; row < into.Length; row++) into[row] = values[codes[row]];
        }
    }

    private sealed class Whole(Fact fact, ReadOnlySpan<double> numbers) : FactColumn(fact)
    {
        private readonly int[] _numbers = Read(numbers);

        public override int Bytes => (_numbers.Length * sizeof(int)) + 64;
        public override void Put(int row, Facts into) => into.Set(Fact, _numbers[row]);

        public override void Read(Span<double> into)
        {
            for (var row = 0; row < into.Length; row++) into[row] = _numbers[row];
        }

        private static int[] Read(ReadOnlySpan<double> numbers)
        {
            var whole = new int[numbers.Length];
            for (var i = 0; i < whole.Length; i++) whole[i] = (int)numbers[i];
            return whole;
        }
    }

    private sealed class Plain(Fact fact, double[] numbers) : FactColumn(fact)
    {
        public override int Bytes => (numbers.Length * sizeof(double)) + 64;
        public override void Put(int row, Facts into) => into.Set(Fact, numbers[row]);
        public override void Read(Span<double> into) => numbers.AsSpan(0, into.Length).CopyTo(into);
    }

    private sealed class Worded(Fact fact, ushort[] codes, string?[] values) : FactColumn(fact)
    {
        public override ushort[] Codes => codes;
        public override string?[] Texts => values;
        public override int Bytes { get; } = (codes.Length * sizeof(ushort)) + values.Sum(v => 32 + ((v?.Length ?? 0) * sizeof(char)));
        public override void Put(int row, Facts into) => into.Set(Fact, values[codes[row]]);
    }
}
