namespace ClausumPanel.Web.Enrichment;

/// <summary>
/// Remembers what was worked out for recent texts, in a fixed number of places: a new text takes the place of an old one that falls on the
/// same spot. No locks; two threads may work the same thing out twice, and one of the equal answers stays.
/// </summary>
internal sealed class RecentlySeen<T>(int places) where T : class
{
    private readonly Entry?[] _entries = new Entry?[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)places)];

    public bool TryFind(ReadOnlySpan<char> text, out int place, out T? value)
    {
        place = string.GetHashCode(text) & (_entries.Length - 1);
        var entry = Volatile.Read(ref _entries[place]);
        value = entry is not null && text.SequenceEqual(entry.Text) ? entry.Value : null;
        return value is not null;
    }

    public void Keep(int place, string text, T value) => Volatile.Write(ref _entries[place], new Entry(text, value));

    private sealed record Entry(string Text, T Value);
}

/// <summary>Gives one shared string for equal texts seen recently, so that texts which repeat (networks, domains) are not made anew.</summary>
internal sealed class SharedTexts(int places)
{
    private readonly string?[] _texts = new string?[System.Numerics.BitOperations.RoundUpToPowerOf2((uint)places)];

    public string Get(ReadOnlySpan<char> text)
    {
        ref var place = ref _texts[string.GetHashCode(text) & (_texts.Length - 1)];
        var known = Volatile.Read(ref place);
        if (known is not null && text.SequenceEqual(known)) return known;
        var made = text.ToString();
        Volatile.Write(ref place, made);
        return made;
    }
}
