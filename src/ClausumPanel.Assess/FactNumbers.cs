using System.Collections.Frozen;
using System.Globalization;

namespace ClausumPanel.Assess;

/// <summary>
/// The stable numbers under which stored snapshots name facts. <c>FactNumbers.txt</c> only ever grows at its end: a line is <c>number name</c>;
/// a fact that left the catalogue keeps its line, so that its number is never given away.
/// </summary>
internal static class FactNumbers
{
    /// <summary>A fact of the catalogue under its stable number.</summary>
    internal readonly record struct Row(ushort Number, ushort Index, bool IsText);

    private const ushort Unknown = ushort.MaxValue;

    private static readonly ushort[] IndexByNumber;
    private static readonly ushort[] TogetherByNumber;

    static FactNumbers()
    {
        Lines = Parse();
        var numbers = Lines.ToFrozenDictionary(line => line.Name, line => line.Number, StringComparer.Ordinal);
        Rows = [.. FactCatalog.All.Select(d => new Row(NumberOf(d, numbers), d.Fact.Index, d.IsText)).OrderBy(row => row.Number)];
        IndexByNumber = new ushort[Lines.Max(line => line.Number) + 1];
        Array.Fill(IndexByNumber, Unknown);
        foreach (var row in Rows) IndexByNumber[row.Number] = row.Index;
        TogetherByNumber = new ushort[IndexByNumber.Length];
        for (var number = IndexByNumber.Length - 1; number >= 0; number--)
        {
            if (IndexByNumber[number] == Unknown) continue;
            var goesOn = number + 1 < IndexByNumber.Length && IndexByNumber[number + 1] == IndexByNumber[number] + 1;
            TogetherByNumber[number] = (ushort)(goesOn ? TogetherByNumber[number + 1] + 1 : 1);
        }
        IsStretch = new bool[Rows.Length];
        for (var at = 0; at + Stretch <= Rows.Length; at++) IsStretch[at] = Enumerable.Range(at, Stretch).All(i => !Rows[i].IsText && Rows[i].Index == Rows[at].Index + (i - at));
    }

    /// <summary>How many rows a stretch has.</summary>
    internal const int Stretch = 8;

    /// <summary>True where this row and the seven after it are numbers that lie side by side in memory.</summary>
    internal static bool[] IsStretch { get; }

    /// <summary>The lines of the file.</summary>
    internal static IReadOnlyList<(ushort Number, string Name)> Lines { get; }

    /// <summary>The facts of the catalogue by rising number.</summary>
    internal static Row[] Rows { get; }

    /// <summary>The fact with this number; false for one that left the catalogue or that a later version added.</summary>
    internal static bool TryFind(int number, out Fact fact)
    {
        var index = (uint)number < (uint)IndexByNumber.Length ? IndexByNumber[number] : Unknown;
        fact = new Fact(index);
        return index != Unknown;
    }

    /// <summary>The fact with a number that one has.</summary>
    internal static Fact Find(int number) => new(IndexByNumber[number]);

    /// <summary>How many facts from this number on lie side by side in memory; 0 for a number no fact has.</summary>
    internal static int Together(int number, out int index)
    {
        if ((uint)number >= (uint)IndexByNumber.Length)
        {
            index = 0;
            return 0;
        }
        index = IndexByNumber[number];
        return TogetherByNumber[number];
    }

    /// <summary>One more than the greatest number.</summary>
    internal static int End => IndexByNumber.Length;

    private static ushort NumberOf(FactDefinition definition, FrozenDictionary<string, ushort> numbers) => numbers.TryGetValue(definition.Name, out var number)
        ? number
        : throw new InvalidOperationException($"The fact {definition.Name} has no number: add a line at the end of FactNumbers.txt.");

    private static List<(ushort Number, string Name)> Parse()
    {
        using var reader = new StreamReader(typeof(FactNumbers).Assembly.GetManifestResourceStream("FactNumbers.txt")!);
        var lines = new List<(ushort, string)>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length == 0 || line[0] == '#') continue;
            var space = line.IndexOf(' ', StringComparison.Ordinal);
            lines.Add((ushort.Parse(line.AsSpan(0, space), CultureInfo.InvariantCulture), line[(space + 1)..]));
        }
        return lines;
    }
}
