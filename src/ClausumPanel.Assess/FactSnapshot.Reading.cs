using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace ClausumPanel.Assess;

public static partial class FactSnapshot
{
    /// <summary>Reads a snapshot into facts, which are cleared before.</summary>
    /// <returns>How many facts were passed over because this version does not know their number.</returns>
    /// <exception cref="FormatException">The bytes are no snapshot of a version that is known.</exception>
    public static int Read(ReadOnlySpan<byte> bytes, Facts into) => Read(bytes, into, null);

    /// <summary>The same, but of the facts only those that are wanted are sure to be there.</summary>
    internal static int Read(ReadOnlySpan<byte> bytes, Facts into, WantedFacts? wanted)
    {
        ArgumentNullException.ThrowIfNull(into);
        into.Clear();
        into.Keep(bytes);
        if (wanted is not null && TryReadWanted(bytes, into, wanted, out var passedOver)) return passedOver;
        var reader = new PackedReader(bytes);
        if (!IsVersion(reader.Byte())) throw new FormatException("The snapshot has a version that is not known.");
        var (number, unknown) = (0, 0);
        while (!reader.AtEnd)
        {
            number = Next(number, reader.Unsigned(), out var kind);
            switch (kind)
            {
                case Kind.Text:
                    var text = reader.TextOrPlace(out var at, out var length);
                    if (!FactNumbers.TryFind(number, out var textFact)) unknown++;
                    else if (text is null) into.SetLater(textFact, new Facts.TextPlace(at, length));
                    else into.Set(textFact, text);
                    break;
                case Kind.Number:
                    Set(into, number, reader.Double(), ref unknown);
                    break;
                default:
                    var rest = reader.Rest;
                    var place = 0;
                    var run = Next(rest, ref place);
                    var size = kind == Kind.RunOfSize ? Next(rest, ref place) : 0;
                    if (run is 0 or > ushort.MaxValue) throw new FormatException("A run of numbers has no length.");
                    var begin = place;
                    ReadRun(rest, ref place, number, (int)run, into, ref unknown);
                    if (kind == Kind.RunOfSize && (ulong)(place - begin) != size) throw new FormatException("A run of numbers has another size than it says.");
                    number += (int)run - 1;
                    reader.Skip(place);
                    break;
            }
        }
        return unknown;
    }

    // What most of the time goes to where many stored payments are judged again. False for texts that do not lie in the bytes as they are: then all is to be read anew.
    private static bool TryReadWanted(ReadOnlySpan<byte> bytes, Facts into, WantedFacts wanted, out int unknown)
    {
        var (at, number, lastAt, lastLength, passedOver) = (1, 0, 0, 0, 0);
        unknown = 0;
        if (bytes.Length == 0 || !IsVersion(bytes[0])) return false;
        while (at < bytes.Length)
        {
            number = Next(number, Next(bytes, ref at), out var kind);
            var ahead = wanted.From(number);
            switch (kind)
            {
                case Kind.Text:
                    var head = Next(bytes, ref at);
                    var length = head >> 2;
                    if ((PackedText)(head & 3) == PackedText.Utf8 && length <= (ulong)(bytes.Length - at))
                    {
                        (lastAt, lastLength) = (at, (int)length);
                        at += (int)length;
                    }
                    else
                    {
                        if (!IsEndOfLast(head, bytes.Slice(lastAt, lastLength))) return false;
                        (lastAt, lastLength) = (lastAt + lastLength - (int)length, (int)length);
                    }
                    if (ahead.Wanted == 0) into.SetLater(FactNumbers.Find(number), new Facts.TextPlace(lastAt, lastLength));
                    else if (ahead.Unknown == 0) passedOver++;
                    break;
                case Kind.Number:
                    if (bytes.Length - at < sizeof(double)) return false;
                    if (ahead.Wanted == 0) into.Set(FactNumbers.Find(number), BinaryPrimitives.ReadDoubleLittleEndian(bytes[at..]));
                    else if (ahead.Unknown == 0) passedOver++;
                    at += sizeof(double);
                    break;
                default:
                    // Places of their own: one whose address is given away would lie in memory everywhere else too.
                    var (place, more) = (at, 0);
                    var run = Next(bytes, ref place);
                    var size = kind == Kind.RunOfSize ? Next(bytes, ref place) : 0;
                    if (run is 0 or > ushort.MaxValue || size > (ulong)(bytes.Length - place)) return false;
                    var end = place + (int)size;
                    if (ahead.Wanted < (int)run || ahead.Unknown < (int)run) ReadRun(bytes, ref place, number, (int)run, into, ref more);
                    else if (kind == Kind.RunOfSize) place = end;
                    else SkipRun(bytes, ref place, (int)run);
                    if (kind == Kind.RunOfSize && place != end) return false;
                    number += (int)run - 1;
                    at = place;
                    passedOver += more;
                    break;
            }
        }
        unknown = passedOver;
        return true;
    }

    private static bool IsVersion(byte version) => version is Whole or Cut or WholeBeforeSizes or CutBeforeSizes;

    // As many bytes as characters, where each character is one byte.
    private static bool IsEndOfLast(ulong head, ReadOnlySpan<byte> last) => (PackedText)(head & 3) == PackedText.EndOfLast && head >> 2 <= (ulong)last.Length && last.Length > 0 && Ascii.IsValid(last);

    private static int Next(int number, ulong head, out Kind kind)
    {
        if (head >> 2 > ushort.MaxValue) throw new FormatException("A fact has a number no fact has.");
        kind = (Kind)(head & 3);
        return number + (int)(head >> 2);
    }

    private static void ReadRun(ReadOnlySpan<byte> bytes, ref int at, int number, int left, Facts into, ref int unknown)
    {
        var numbers = into.Numbers;
        // Facts of neighbouring numbers mostly lie side by side.
        if (FactNumbers.Together(number, out var index) >= left)
        {
            ReadRun(bytes, ref at, numbers.Slice(index, left));
            return;
        }
        ReadOnlySpan<double> values = into.Scratch(left);
        ReadRun(bytes, ref at, into.Scratch(left));
        while (values.Length > 0)
        {
            var together = Math.Min(FactNumbers.Together(number, out index), values.Length);
            if (together == 0)
            {
                unknown++;
                together = 1;
            }
            else values[..together].CopyTo(numbers[index..]);
            number += together;
            values = values[together..];
        }
    }

    // The innermost loop of all that judges stored payments again.
    private static void ReadRun(ReadOnlySpan<byte> bytes, ref int place, Span<double> into)
    {
        var (last, at) = (0L, place);
        for (var i = 0; i < into.Length;)
        {
            var token = Next(bytes, ref at);
            if (token != 0)
            {
                last = PackedReader.UnZigZag(token >> 1) + ((token & 1) == 0 ? last : 0);
                into[i++] = last;
                continue;
            }
            var more = Next(bytes, ref at);
            if (more >= (ulong)(into.Length - i)) throw TooLong();
            // Mostly few: eight are written whatever they are, and what comes after overwrites the others.
            if (more < 8 && into.Length - i >= 8)
            {
                var equal = Vector256.Create((double)last);
                equal.CopyTo(into[i..]);
                equal.CopyTo(into[(i + 4)..]);
            }
            else into.Slice(i, (int)more + 1).Fill(last);
            i += (int)more + 1;
        }
        place = at;
    }

    // The same without the numbers.
    private static void SkipRun(ReadOnlySpan<byte> bytes, ref int place, int length)
    {
        var (at, left) = (place, length);
        while (left > 0)
        {
            left--;
            if (Next(bytes, ref at) != 0) continue;
            var more = Next(bytes, ref at);
            if (more > (ulong)left) throw TooLong();
            left -= (int)more;
        }
        place = at;
    }

    private static FormatException TooLong() => new("A run of numbers is longer than it says.");

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Next(ReadOnlySpan<byte> bytes, ref int at)
    {
        // Nearly all are one byte.
        if ((uint)at < (uint)bytes.Length && bytes[at] < 0x80) return bytes[at++];
        if (Bmi2.X64.IsSupported && bytes.Length - at >= sizeof(ulong))
        {
            // All the others at once: their bytes end with the first whose highest bit is not set.
            var word = BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);
            var end = ~word & 0x8080_8080_8080_8080;
            if (end != 0)
            {
                at += (BitOperations.TrailingZeroCount(end) >> 3) + 1;
                return Bmi2.X64.ParallelBitExtract(word & (end ^ (end - 1)), 0x7F7F_7F7F_7F7F_7F7F);
            }
        }
        var place = at;
        var number = PackedNumbers.Longer(bytes, ref place);
        at = place;
        return number;
    }

    private static void Set(Facts into, int number, double value, ref int unknown)
    {
        if (FactNumbers.TryFind(number, out var fact)) into.Set(fact, value);
        else unknown++;
    }
}
