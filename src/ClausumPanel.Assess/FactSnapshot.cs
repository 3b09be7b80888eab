using System.Runtime.Intrinsics;

namespace ClausumPanel.Assess;

/// <summary>
/// The facts of one assessment as bytes, so that it can be judged again bit for bit. Only what is known is written: first a version, then, by rising stable
/// number, texts, numbers and runs of whole numbers, in which each value is told from the one before; a run of equal ones costs two bytes, and a long one says
/// how many bytes it is, so that who wants nothing of it passes over it.
/// </summary>
public static partial class FactSnapshot
{
    /// <summary>No snapshot of a request the API accepts is longer.</summary>
    public const int MostBytes = 128 * 1_024;

    // Cut is what was written again after facts were taken out. Before there were sizes the numbers were others; what was written then is still read.
    private const byte WholeBeforeSizes = 1, CutBeforeSizes = 2, Whole = 3, Cut = 4;

    // Passed over as quickly as its size would be read.
    private const int LongestWithoutSize = 4;

    private enum Kind : byte
    {
        Text = 0, Number = 1, Run = 2, RunOfSize = 3,
    }

    /// <summary>Writes what is known and gives the number of bytes. Allocates nothing.</summary>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public static int Write(Facts facts, Span<byte> destination) => Write(facts, Whole, destination);

    /// <summary>Writes what is left after facts were taken out, and that some were.</summary>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public static int WriteCut(Facts facts, Span<byte> destination) => Write(facts, Cut, destination);

    /// <summary>Whether facts were taken out of a snapshot since it was judged by, so that judging it again may give something else.</summary>
    public static bool IsCut(ReadOnlySpan<byte> bytes) => bytes.Length > 0 && bytes[0] is Cut or CutBeforeSizes;

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
            var head = writer.Written;
            writer.Unsigned(Head(row.Number - last, Kind.Run));
            writer.Unsigned((ulong)(end - at));
            var begin = writer.Written;
            WriteRun(ref writer, rows.AsSpan(at..end), numbers);
            if (writer.Written - begin > LongestWithoutSize)
            {
                writer.Mark(head, (byte)Kind.Run ^ (byte)Kind.RunOfSize);
                writer.Size(begin);
            }
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

    // Minus zero is not a whole number here: its bits would be lost.
    private static bool IsWhole(double number) => Math.Abs(number) <= 1L << 53 && BitConverter.DoubleToInt64Bits((long)number) == BitConverter.DoubleToInt64Bits(number);
}
