using System.Runtime.CompilerServices;

namespace ClausumPanel.Assess;

/// <summary>
/// The signals of one assessment as bytes, under their stable ids; a typical hit takes five. Rules that fired stand before them by their place in the policy that
/// judged, which the assessment names. Before all of them stands the revision of the catalogue that found them; what was stored before there were revisions is still read.
/// </summary>
public static class SignalHits
{
    /// <summary>Room for the hits of any assessment whose quoted texts the API accepts.</summary>
    public const int MostBytes = 8 * 1_024;

    private const byte Version = 4, VersionWithRules = 5, VersionBeforeRevisions = 1, VersionWithRulesBeforeRevisions = 3;

    private static readonly short[] IndexById = Indexes();

    private enum Number : byte
    {
        Missing = 0, Whole = 1, Double = 2,
    }

    /// <summary>Writes the hits and gives the number of bytes. Allocates nothing.</summary>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public static int Write(ReadOnlySpan<SignalHit> hits, Span<byte> destination) => Write(hits, [], destination);

    /// <summary>Writes the hits of signals and rules and gives the number of bytes. Allocates nothing.</summary>
    /// <exception cref="ArgumentException">The destination is too short.</exception>
    public static int Write(ReadOnlySpan<SignalHit> hits, ReadOnlySpan<RuleHit> rules, Span<byte> destination)
    {
        var writer = new PackedWriter(destination);
        try
        {
            writer.Byte(rules.Length == 0 ? Version : VersionWithRules);
            writer.Unsigned(SignalCatalog.Revision);
            if (rules.Length > 0) WriteRules(ref writer, rules);
            foreach (ref readonly var hit in hits)
            {
                var (a, b) = (KindOf(hit.A), KindOf(hit.B));
                writer.Unsigned(((ulong)SignalCatalog.Of(hit).Id << 5) | ((ulong)a << 3) | ((ulong)b << 1) | (hit.Text is null ? 0UL : 1UL));
                writer.Signed(hit.Weight);
                Write(ref writer, a, hit.A);
                Write(ref writer, b, hit.B);
                if (hit.Text is not null) writer.Text(hit.Text);
            }
        }
        catch (Exception tooShort) when (tooShort is IndexOutOfRangeException or ArgumentException)
        {
            throw new ArgumentException($"{destination.Length} bytes are too few for these signals.", nameof(destination), tooShort);
        }
        return writer.Written;
    }

    /// <summary>Reads hits and gives their number; those whose signal this version does not know are left out.</summary>
    /// <param name="bytes">What <see cref="Write(ReadOnlySpan{SignalHit}, Span{byte})"/> wrote.</param>
    /// <param name="into">Room for <see cref="Assessment.MostSignals"/> hits.</param>
    /// <exception cref="FormatException">The bytes are no hits of a version that is known, or more than there is room for.</exception>
    public static int Read(ReadOnlySpan<byte> bytes, Span<SignalHit> into) => Read(bytes, into, out _);

    /// <summary>Reads hits and gives their number.</summary>
    /// <param name="bytes">What <see cref="Write(ReadOnlySpan{SignalHit}, Span{byte})"/> wrote.</param>
    /// <param name="into">Room for <see cref="Assessment.MostSignals"/> hits.</param>
    /// <param name="unknown">How many were left out because this version does not know their signal.</param>
    public static int Read(ReadOnlySpan<byte> bytes, Span<SignalHit> into, out int unknown)
    {
        var reader = new PackedReader(bytes);
        var count = unknown = 0;
        ReadRules(ref reader, []);
        while (!reader.AtEnd)
        {
            var head = reader.Unsigned();
            var weight = reader.Signed();
            var a = Read(ref reader, (Number)((head >> 3) & 3));
            var b = Read(ref reader, (Number)((head >> 1) & 3));
            var text = (head & 1) == 0 ? null : reader.Text();
            if (head >> 5 > ushort.MaxValue || !SignalCatalog.ById.TryGetValue((ushort)(head >> 5), out var definition))
            {
                unknown++;
                continue;
            }
            if (count == into.Length) throw new FormatException("There are more signals than fit.");
            into[count++] = new SignalHit(definition.Index, (short)weight, a, b, text);
        }
        return count;
    }

    /// <summary>Adds one for each signal that hit; those this version does not know are left out.</summary>
    /// <param name="bytes">What <see cref="Write(ReadOnlySpan{SignalHit}, Span{byte})"/> wrote.</param>
    /// <param name="counts">By the signal's place in the catalogue.</param>
    /// <exception cref="FormatException">The bytes are no hits of a version that is known.</exception>
    public static void Count(ReadOnlySpan<byte> bytes, Span<long> counts)
    {
        var reader = new PackedReader(bytes);
        ReadRules(ref reader, []);
        var hits = reader.Rest;
        for (var at = 0; at < hits.Length;)
            if (PassOver(hits, ref at) is >= 0 and var index) counts[index]++;
    }

    /// <summary>Which signals hit, where this revision of the catalogue found them: one bit for each, at its place in the catalogue.</summary>
    /// <param name="bytes">What <see cref="Write(ReadOnlySpan{SignalHit}, Span{byte})"/> wrote.</param>
    /// <param name="fired">The bits.</param>
    /// <returns>False for what another revision found.</returns>
    /// <exception cref="FormatException">The bytes are no hits of a version that is known.</exception>
    internal static bool TryReadFired(ReadOnlySpan<byte> bytes, out UInt128 fired)
    {
        fired = 0;
        if (bytes.Length < 2 || bytes[0] is not (Version or VersionWithRules) || bytes[1] != SignalCatalog.Revision) return false;
        var reader = new PackedReader(bytes);
        ReadRules(ref reader, []);
        var hits = reader.Rest;
        var at = 0;
        while (at < hits.Length)
        {
            if (PassOver(hits, ref at) is not (>= 0 and var index)) return false;
            fired |= UInt128.One << index;
        }
        return true;
    }

    /// <summary>Reads the rules that fired and gives their number: nothing for what an earlier version wrote.</summary>
    /// <param name="bytes">What <see cref="Write(ReadOnlySpan{SignalHit}, ReadOnlySpan{RuleHit}, Span{byte})"/> wrote.</param>
    /// <param name="into">Room for <see cref="Assessment.MostRules"/> hits.</param>
    /// <exception cref="FormatException">The bytes are no hits of a version that is known, or more than there is room for.</exception>
    public static int ReadRules(ReadOnlySpan<byte> bytes, Span<RuleHit> into)
    {
        var reader = new PackedReader(bytes);
        var count = ReadRules(ref reader, into);
        return count <= into.Length ? count : throw new FormatException("There are more rules than fit.");
    }

    // Each by how many places it stands behind the one before, what would have been decided without it (one more than the decision; zero: the same), whether it only
    // observes, and whether it has points.
    private static void WriteRules(ref PackedWriter writer, ReadOnlySpan<RuleHit> rules)
    {
        writer.Unsigned((ulong)rules.Length);
        var last = 0;
        foreach (var hit in rules)
        {
            writer.Unsigned(((ulong)(hit.Rule - last) << 5) | (hit.Without is { } without ? ((ulong)without + 1) << 2 : 0) | (hit.Observed ? 2UL : 0) | (hit.Points == 0 ? 0UL : 1));
            if (hit.Points != 0) writer.Signed(hit.Points);
            last = hit.Rule;
        }
    }

    private static int ReadRules(ref PackedReader reader, Span<RuleHit> into)
    {
        var version = reader.Byte();
        if (version is Version or VersionWithRules) reader.Unsigned();
        if (version is Version or VersionBeforeRevisions) return 0;
        if (version is not (VersionWithRules or VersionWithRulesBeforeRevisions)) throw new FormatException("The signals have a version that is not known.");
        var count = reader.Unsigned();
        if (count > Assessment.MostRules) throw new FormatException("There are more rules than a policy has.");
        var rule = 0UL;
        for (var i = 0; i < (int)count; i++)
        {
            var head = reader.Unsigned();
            rule += head >> 5;
            if (rule > ushort.MaxValue) throw new FormatException("A rule has a place no rule has.");
            var without = (int)((head >> 2) & 7) - 1;
            if (without > (int)Decision.Decline) throw new FormatException("A rule names a decision there is not.");
            var points = (head & 1) == 0 ? 0 : reader.Signed();
            if (i < into.Length) into[i] = new RuleHit((ushort)rule, (short)points, (head & 2) != 0, without < 0 ? null : (Decision)without);
        }
        return (int)count;
    }

    private static short[] Indexes()
    {
        var indexes = new short[SignalCatalog.All.Max(d => d.Id) + 1];
        Array.Fill(indexes, (short)-1);
        foreach (var definition in SignalCatalog.All) indexes[definition.Id] = (short)definition.Index;
        return indexes;
    }

    // The place of the signal of the hit that is passed over; -1 for one this version does not know.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int PassOver(ReadOnlySpan<byte> hits, ref int at)
    {
        var head = PackedNumbers.Next(hits, ref at);
        PackedNumbers.Next(hits, ref at);
        PassOver(hits, ref at, (Number)((head >> 3) & 3));
        PassOver(hits, ref at, (Number)((head >> 1) & 3));
        if ((head & 1) != 0) PassOverText(hits, ref at);
        return head >> 5 < (ulong)IndexById.Length ? IndexById[head >> 5] : -1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void PassOver(ReadOnlySpan<byte> hits, ref int at, Number kind)
    {
        if (kind == Number.Whole) PackedNumbers.Next(hits, ref at);
        else if (kind == Number.Double) at = hits.Length - at >= sizeof(double) ? at + sizeof(double) : throw new FormatException("The signals end in the middle.");
        else if (kind != Number.Missing) throw new FormatException("A number is written in no way that is known.");
    }

    private static void PassOverText(ReadOnlySpan<byte> hits, ref int at)
    {
        var head = PackedNumbers.Next(hits, ref at);
        var length = (PackedText)(head & 3) switch
        {
            PackedText.Utf8 => head >> 2,
            PackedText.Utf16 => head >> 2 << 1,
            PackedText.EndOfLast => 0UL,
            _ => throw new FormatException("A text is written in no way that is known."),
        };
        at = length <= (ulong)(hits.Length - at) ? at + (int)length : throw new FormatException("The signals end in the middle.");
    }

    private static Number KindOf(double number) =>
        double.IsNaN(number) ? Number.Missing
        : Math.Abs(number) <= 1L << 53 && BitConverter.DoubleToInt64Bits((long)number) == BitConverter.DoubleToInt64Bits(number) ? Number.Whole
        : Number.Double;

    private static void Write(ref PackedWriter writer, Number kind, double number)
    {
        if (kind == Number.Whole) writer.Signed((long)number);
        else if (kind == Number.Double) writer.Double(number);
    }

    private static double Read(ref PackedReader reader, Number kind) => kind switch
    {
        Number.Missing => double.NaN,
        Number.Whole => reader.Signed(),
        Number.Double => reader.Double(),
        _ => throw new FormatException("A number is written in no way that is known."),
    };
}
