using System.Runtime.CompilerServices;

namespace ClausumPanel.Assess;

/// <summary>Some of the facts, for reading only what is wanted of a snapshot. Immutable and thread-safe.</summary>
internal sealed class WantedFacts
{
    private static readonly Ahead Beyond = new(ushort.MaxValue, 0);

    private readonly Ahead[] _from = new Ahead[FactNumbers.End];

    public WantedFacts(IEnumerable<Fact> facts)
    {
        var wanted = facts.Select(f => f.Index).ToHashSet();
        var ahead = Beyond;
        for (var number = FactNumbers.End - 1; number >= 0; number--)
        {
            var isKnown = FactNumbers.TryFind(number, out var fact);
            ahead = new Ahead(isKnown && wanted.Contains(fact.Index) ? (ushort)0 : Next(ahead.Wanted), isKnown ? Next(ahead.Unknown) : (ushort)0);
            _from[number] = ahead;
        }
    }

    /// <summary>How far behind a number the next ones of either kind come.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Ahead From(int number) => (uint)number < (uint)_from.Length ? _from[number] : Beyond;

    private static ushort Next(ushort ahead) => ahead == ushort.MaxValue ? ahead : (ushort)(ahead + 1);

    /// <param name="Wanted">How far behind a number the next one comes whose fact is wanted; 0: it is that one.</param>
    /// <param name="Unknown">The same for one that no fact has.</param>
    internal readonly record struct Ahead(ushort Wanted, ushort Unknown);
}
