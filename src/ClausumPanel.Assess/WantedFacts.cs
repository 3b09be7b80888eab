namespace ClausumPanel.Assess;

/// <summary>Some of the facts, for reading only what is wanted of a snapshot. Immutable and thread-safe.</summary>
internal sealed class WantedFacts
{
    // How many of them have a smaller stable number.
    private readonly ushort[] _below = new ushort[FactNumbers.End + 1];

    public WantedFacts(IEnumerable<Fact> facts)
    {
        var wanted = facts.Select(f => f.Index).ToHashSet();
        foreach (var row in FactNumbers.Rows)
            if (wanted.Contains(row.Index)) _below[row.Number + 1] = 1;
        for (var number = 1; number < _below.Length; number++) _below[number] += _below[number - 1];
    }

    /// <summary>Whether one of so many numbers, which follow each other, is wanted.</summary>
    public bool HasWithin(int number, int length) => number < FactNumbers.End && _below[Math.Min(number + length, FactNumbers.End)] > _below[number];
}
