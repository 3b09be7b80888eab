using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using ClausumPanel.Assess.Rules;

namespace ClausumPanel.Assess.Previews;

/// <summary>
/// The facts of a stretch in memory as conditions ask them of all its rows at once: numbers side by side, texts as codes. Laid out when first asked. Made once and used for one stretch after the
/// other; not thread-safe.
/// </summary>
internal sealed class StretchFacts
{
    private readonly double[]?[] _numbers = new double[FactCatalog.Count][];
    private readonly FactColumn?[] _columns = new FactColumn[FactCatalog.Count];
    private readonly bool[] _isLaidOut = new bool[FactCatalog.Count];
    private readonly Dictionary<(int Fact, string Text), ulong[]> _withText = [];
    private readonly Stack<double[]> _free = new();
    private readonly ulong[] _even = new ulong[TrafficBlock.Places / RowBits.Together];
    private Tested[] _tested = [];
    private TrafficBlock _block = null!;

    private enum Tested : byte
    {
        Not = 0, Passed = 1, Failed = 2,
    }

    /// <summary>Turns to another stretch.</summary>
    public void Open(TrafficBlock block)
    {
        _block = block;
        Array.Clear(_columns);
        Array.Clear(_isLaidOut);
        _withText.Clear();
        foreach (var column in block.Columns) _columns[column.Fact.Index] = column;
        Array.Clear(_even);
        for (var row = 0; row < block.Count; row++)
            if (!block.IsOdd(row)) _even[row / RowBits.Together] |= 1UL << (row % RowBits.Together);
    }

    /// <summary>The rows that are judged by what is found of all of them.</summary>
    public ReadOnlySpan<ulong> Rows => _even.AsSpan(0, (_block.Count + RowBits.Together - 1) / RowBits.Together);

    /// <summary>Unix milliseconds of a row.</summary>
    public long At(int row) => _block.AtOf(row);

    /// <summary>The number of each row; NaN where it is missing. What lies behind the last row means nothing.</summary>
    public ReadOnlySpan<double> Numbers(Fact fact)
    {
        var numbers = _numbers[fact.Index] ??= new double[TrafficBlock.Places];
        if (!_isLaidOut[fact.Index]) Column(fact).Read(numbers.AsSpan(0, _block.Count));
        _isLaidOut[fact.Index] = true;
        return numbers.AsSpan(0, Rows.Length * RowBits.Together);
    }

    /// <summary>The text of a row, or null.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public string? Text(Fact fact, int row)
    {
        var column = Column(fact);
        return column.Texts[column.Codes[row]];
    }

    /// <summary>The rows that have just this text.</summary>
    public ReadOnlySpan<ulong> WithText(Fact fact, string text)
    {
        ref var rows = ref CollectionsMarshal.GetValueRefOrAddDefault(_withText, (fact.Index, text), out var known);
        if (known) return rows;
        rows = new ulong[TrafficBlock.Places / RowBits.Together];
        var column = Column(fact);
        var code = Array.IndexOf(column.Texts, text);
        for (var row = 0; row < _block.Count && code > 0; row++)
            if (column.Codes[row] == code) rows[row / RowBits.Together] |= 1UL << (row % RowBits.Together);
        return rows;
    }

    /// <summary>Leaves the rows that have a text which passes; each text is tested once.</summary>
    public void Narrow(Fact fact, Span<ulong> rows, Func<string, bool> passes)
    {
        var column = Column(fact);
        if (_tested.Length < column.Texts.Length) _tested = new Tested[column.Texts.Length];
        var (tested, codes) = (_tested, column.Codes);
        tested.AsSpan(0, column.Texts.Length).Clear();
        for (var i = 0; i < rows.Length; i++)
        {
            var held = 0UL;
            for (var left = rows[i]; left != 0; left &= left - 1)
            {
                var at = BitOperations.TrailingZeroCount(left);
                var code = codes[(i * RowBits.Together) + at];
                ref var one = ref tested[code];
                if (one == Tested.Not) one = column.Texts[code] is { } text && passes(text) ? Tested.Passed : Tested.Failed;
                // Without a jump: which rows pass, no processor foresees.
                held |= (ulong)(one & Tested.Passed) << at;
            }
            rows[i] = held;
        }
    }

    /// <summary>A number of each row, in room that is to be given back.</summary>
    public double[] Rent(Quantity read)
    {
        var rented = _free.TryPop(out var free) ? free : new double[TrafficBlock.Places];
        read.Read(this, rented.AsSpan(0, Rows.Length * RowBits.Together));
        return rented;
    }

    public void Return(double[] rented) => _free.Push(rented);

    private FactColumn Column(Fact fact) => _columns[fact.Index] ?? throw new InvalidOperationException($"The stretch does not hold {fact.Definition.Name}.");
}
