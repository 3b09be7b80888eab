using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace ClausumPanel.Assess;

/// <summary>
/// The facts of one assessment as bytes, so that it can be judged again bit for bit. Only what is known is written: first a version, then, by rising stable
/// number, texts, numbers and runs of whole numbers, in which each value is told from the one before; a run of equal ones costs two bytes.
/// </summary>
public static class FactSnapshot
{
    /// <summary>No snapshot of a request the API accepts is longer.</summary>
    public const int MostBytes = 128 * 1_024;

    // Of the second kind is what was written again after facts were taken out.
    private const byte Whole = 1, Cut = 2;

    private enum Kind : byte
    {
        Text = 0, Number = 1, Run = 2,
    }

    /// <summary>Writes what is known and gives the number of bytes. Allocates nothing.</summary>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public static int Write(Facts facts, Span<byte> destination) => Write(facts, Whole, destination);

    /// <summary>Writes what is left after facts were taken out, and that some were.</summary>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public static int WriteCut(Facts facts, Span<byte> destination) => Write(facts, Cut, destination);

    /// <summary>Whether facts were taken out of a snapshot since it was judged by, so that judging it again may give something else.</summary>
    public static bool IsCut(ReadOnlySpan<byte> bytes) => bytes.Length > 0 && bytes[0] == Cut;

    private static int Write(Facts facts, byte version, Span<byte> destination)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var writer = new PackedWriter(destination);
        try
        {
            writer.Byte(version);
            Write(facts, ref writer);
        }
        catch (Exception tooShort) when (tooShort is IndexOutOfRangeException or ArgumentException)
        {
            throw new ArgumentException($"{destination.Length} bytes are too few for this snapshot.", nameof(destination), tooShort);
        }
        return writer.Written;
    }

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
        if (reader.Byte() is not (Whole or Cut)) throw new FormatException("The snapshot has a version that is not known.");
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
                case Kind.Run:
                    var place = 0;
                    var rest = reader.Rest;
                    number = ReadRun(rest, ref place, number, into, null, ref unknown);
                    reader.Skip(place);
                    break;
                default:
                    throw new FormatException("A fact is written in no way that is known.");
            }
        }
        return unknown;
    }

    // What most of the time goes to where many stored payments are judged again. False for texts that do not lie in the bytes as they are: then all is to be read anew.
    private static bool TryReadWanted(ReadOnlySpan<byte> bytes, Facts into, WantedFacts wanted, out int unknown)
    {
        var (at, number, lastAt, lastLength) = (1, 0, 0, 0);
        unknown = 0;
        if (bytes.Length == 0 || bytes[0] is not (Whole or Cut)) return false;
        while (at < bytes.Length)
        {
            number = Next(number, Next(bytes, ref at), out var kind);
            switch (kind)
            {
                case Kind.Text:
                    var head = Next(bytes, ref at);
                    if (!TryPlace(bytes, head, ref at, ref lastAt, ref lastLength)) return false;
                    if (wanted.HasWithin(number, 1)) into.SetLater(FactNumbers.Find(number), new Facts.TextPlace(lastAt, lastLength));
                    else if (!FactNumbers.AreKnown(number, 1)) unknown++;
                    break;
                case Kind.Number:
                    if (bytes.Length - at < sizeof(double)) return false;
                    if (wanted.HasWithin(number, 1)) into.Set(FactNumbers.Find(number), BinaryPrimitives.ReadDoubleLittleEndian(bytes[at..]));
                    else if (!FactNumbers.AreKnown(number, 1)) unknown++;
                    at += sizeof(double);
                    break;
                case Kind.Run:
                    // A place of its own: one whose address is given away would lie in memory everywhere else too.
                    var (place, more) = (at, 0);
                    number = ReadRun(bytes, ref place, number, into, wanted, ref more);
                    at = place;
                    unknown += more;
                    break;
                default:
                    return false;
            }
        }
        return true;
    }

    // Where a text lies, of which the head was read.
    private static bool TryPlace(ReadOnlySpan<byte> bytes, ulong head, ref int at, ref int lastAt, ref int lastLength)
    {
        var length = head >> 2;
        switch ((PackedText)(head & 3))
        {
            case PackedText.Utf8 when length <= (ulong)(bytes.Length - at):
                (lastAt, lastLength) = (at, (int)length);
                at += (int)length;
                return true;
            // As many bytes as characters, where each character is one byte.
            case PackedText.EndOfLast when lastAt > 0 && length <= (ulong)lastLength && Ascii.IsValid(bytes.Slice(lastAt, lastLength)):
                (lastAt, lastLength) = (lastAt + lastLength - (int)length, (int)length);
                return true;
            default:
                return false;
        }
    }

    private static int Next(int number, ulong head, out Kind kind)
    {
        if (head >> 2 > ushort.MaxValue) throw new FormatException("A fact has a number no fact has.");
        kind = (Kind)(head & 3);
        return number + (int)(head >> 2);
    }

    private static void Write(Facts facts, ref PackedWriter writer)
    {
        var rows = FactNumbers.Rows;
        var stretches = FactNumbers.IsStretch;
        var numbers = facts.Numbers;
        var texts = facts.Texts;
        var last = 0;
        for (var at = 0; at < rows.Length;)
        {
            var row = rows[at];
            if (row.IsText)
            {
                if (texts[row.Index] is { } text)
                {
                    writer.Unsigned(Head(row.Number - last, Kind.Text));
                    writer.Text(text);
                    last = row.Number;
                }
                at++;
                continue;
            }
            var number = numbers[row.Index];
            if (double.IsNaN(number))
            {
                // Most facts are missing most of the time: eight at a look.
                if (stretches[at] && AreMissing(numbers.Slice(row.Index, FactNumbers.Stretch))) at += FactNumbers.Stretch;
                else at++;
                continue;
            }
            if (!IsWhole(number))
            {
                writer.Unsigned(Head(row.Number - last, Kind.Number));
                writer.Double(number);
                last = row.Number;
                at++;
                continue;
            }
            var end = at + 1;
            while (end < rows.Length && rows[end].Number == rows[end - 1].Number + 1 && !rows[end].IsText && IsWhole(numbers[rows[end].Index])) end++;
            writer.Unsigned(Head(row.Number - last, Kind.Run));
            WriteRun(ref writer, rows.AsSpan(at..end), numbers);
            last = rows[end - 1].Number;
            at = end;
        }
    }

    private static bool AreMissing(ReadOnlySpan<double> eight)
    {
        var (one, two) = (Vector256.Create(eight), Vector256.Create(eight[4..]));
        return !Vector256.EqualsAny(one, one) && !Vector256.EqualsAny(two, two);
    }

    private static ulong Head(int gap, Kind kind) => ((ulong)gap << 2) | (byte)kind;

    // Each value as the shorter of its distance from the last one (lowest bit 0) and itself (1); an equal one as 0 and how many more equal ones follow.
    private static void WriteRun(ref PackedWriter writer, ReadOnlySpan<FactNumbers.Row> rows, ReadOnlySpan<double> numbers)
    {
        writer.Unsigned((ulong)rows.Length);
        var last = 0L;
        for (var i = 0; i < rows.Length; i++)
        {
            var value = (long)numbers[rows[i].Index];
            if (value == last)
            {
                var more = 0;
                while (i + 1 < rows.Length && (long)numbers[rows[i + 1].Index] == last)
                {
                    more++;
                    i++;
                }
                writer.Unsigned(0);
                writer.Unsigned((ulong)more);
                continue;
            }
            var (distance, itself) = (PackedWriter.ZigZag(value - last), PackedWriter.ZigZag(value));
            writer.Unsigned(distance <= itself ? distance << 1 : (itself << 1) | 1);
            last = value;
        }
    }

    // Gives the number of the last fact of the run.
    private static int ReadRun(ReadOnlySpan<byte> bytes, ref int at, int number, Facts into, WantedFacts? wanted, ref int unknown)
    {
        var length = Next(bytes, ref at);
        if (length is 0 or > ushort.MaxValue) throw new FormatException("A run of numbers has no length.");
        var numbers = into.Numbers;
        var left = (int)length;
        if (wanted?.HasWithin(number, left) == false && FactNumbers.AreKnown(number, left))
        {
            SkipRun(bytes, ref at, left);
            return number + left - 1;
        }
        // Facts of neighbouring numbers mostly lie side by side.
        if (FactNumbers.Together(number, out var index) >= left)
        {
            ReadRun(bytes, ref at, numbers.Slice(index, left));
            return number + left - 1;
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
        return number - 1;
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

    // Minus zero is not a whole number here: its bits would be lost.
    private static bool IsWhole(double number) => Math.Abs(number) <= 1L << 53 && BitConverter.DoubleToInt64Bits((long)number) == BitConverter.DoubleToInt64Bits(number);
}
