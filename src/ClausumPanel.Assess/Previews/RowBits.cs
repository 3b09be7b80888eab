using System.Numerics;
using System.Runtime.Intrinsics;
using ClausumPanel.Assess.Rules;

namespace ClausumPanel.Assess.Previews;

/// <summary>Rows of a stretch as bits, sixty-four to a number. What narrows them looks only at those that are still set.</summary>
internal static class RowBits
{
    public const int Together = 64;

    public static bool Has(ReadOnlySpan<ulong> rows, int row) => (rows[row / Together] & (1UL << (row % Together))) != 0;

    public static void Mark(Span<ulong> rows, int row) => rows[row / Together] |= 1UL << (row % Together);

    public static void And(Span<ulong> rows, ReadOnlySpan<ulong> others)
    {
        for (var i = 0; i < rows.Length; i++) rows[i] &= others[i];
    }

    public static void Or(Span<ulong> rows, ReadOnlySpan<ulong> others)
    {
        for (var i = 0; i < rows.Length; i++) rows[i] |= others[i];
    }

    /// <summary>Leaves the rows whose number compares so with one number.</summary>
    public static void Narrow<T>(Span<ulong> rows, ReadOnlySpan<double> numbers, double other)
        where T : struct, IComparing
    {
        var others = Vector256.Create(other);
        for (var i = 0; i < rows.Length; i++)
        {
            if (rows[i] == 0) continue;
            var here = numbers.Slice(i * Together, Together);
            var held = 0UL;
            for (var at = 0; at < Together; at += Vector256<double>.Count) held |= (ulong)T.Compare(Vector256.Create(here[at..]), others).ExtractMostSignificantBits() << at;
            rows[i] &= held;
        }
    }

    /// <summary>Leaves the rows whose two numbers compare so.</summary>
    public static void Narrow<T>(Span<ulong> rows, ReadOnlySpan<double> numbers, ReadOnlySpan<double> others)
        where T : struct, IComparing
    {
        for (var i = 0; i < rows.Length; i++)
        {
            if (rows[i] == 0) continue;
            var here = numbers.Slice(i * Together, Together);
            var there = others.Slice(i * Together, Together);
            var held = 0UL;
            for (var at = 0; at < Together; at += Vector256<double>.Count) held |= (ulong)T.Compare(Vector256.Create(here[at..]), Vector256.Create(there[at..])).ExtractMostSignificantBits() << at;
            rows[i] &= held;
        }
    }

    /// <summary>Leaves the rows that pass.</summary>
    public static void Narrow(Span<ulong> rows, Func<int, bool> passes)
    {
        foreach (var row in new Set(rows))
            if (!passes(row)) rows[row / Together] &= ~(1UL << (row % Together));
    }

    /// <summary>The rows that are set, one after the other.</summary>
    public ref struct Set(ReadOnlySpan<ulong> rows)
    {
        private readonly ReadOnlySpan<ulong> _rows = rows;
        private int _at = -1;
        private ulong _left;

        public int Current { get; private set; }

        public readonly Set GetEnumerator() => this;

        public bool MoveNext()
        {
            while (_left == 0)
            {
                if (++_at == _rows.Length) return false;
                _left = _rows[_at];
            }
            Current = (_at * Together) + BitOperations.TrailingZeroCount(_left);
            _left &= _left - 1;
            return true;
        }
    }
}
