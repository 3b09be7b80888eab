using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace ClausumPanel.Storage.Velocity;

/// <summary>The latest payments with cards of one range (one BIN), by their last four digits: a ring that is looked through whole, sixteen at a time.</summary>
internal sealed class CardRange
{
    /// <summary>Last four digits that differ by no more than this are near each other.</summary>
    public const int Distance = 5;

    /// <summary>Payments remembered.</summary>
    public const int Most = 512;

    private const int First = 16;
    private short[] _digits = new short[First];
    private int[] _events = new int[First];
    private int _count;                                     // Most and above: the ring is full and this goes round it

    /// <summary>The event at a place, and how many came after it.</summary>
    public (int Event, int Age) this[int place]
    {
        get
        {
            var newest = (_count - 1) % Most;
            return (_events[place], place <= newest ? newest - place : newest - place + Most);
        }
    }

    public void Add(short digits, int number)
    {
        if (_count == _digits.Length && _count < Most)
        {
            Array.Resize(ref _digits, _count * 2);
            Array.Resize(ref _events, _count * 2);
        }
        var place = _count % Most;
        (_digits[place], _events[place]) = (digits, number);
        if (++_count == Most * 2) _count = Most;
    }

    /// <summary>Writes the places of other digits that are near, and says how many there are.</summary>
    public int Near(short digits, Span<int> places)
    {
        var held = Math.Min(_count, Most);
        var found = 0;
        for (var i = 0; i < held; i += Vector256<short>.Count)
        {
            var differences = Vector256.Abs(Vector256.LoadUnsafe(ref MemoryMarshal.GetArrayDataReference(_digits), (nuint)i) - Vector256.Create(digits));
            var near = Vector256.LessThanOrEqual(differences, Vector256.Create((short)Distance)) & ~Vector256.Equals(differences, Vector256<short>.Zero);
            for (var bits = near.ExtractMostSignificantBits(); bits != 0; bits &= bits - 1)
            {
                var place = i + System.Numerics.BitOperations.TrailingZeroCount(bits);
                if (place < held) places[found++] = place;
            }
        }
        return found;
    }
}
