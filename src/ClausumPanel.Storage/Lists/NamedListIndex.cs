using ClausumPanel.Assess.Rules;

namespace ClausumPanel.Storage.Lists;

/// <summary>The values of one list in memory; asking allocates nothing.</summary>
internal sealed class NamedListIndex : IRuleList
{
    private const int ShortestBin = 6, LongestBin = 8;

    private readonly NamedListKind _kind;
    private readonly Dictionary<string, long> _values;
    private readonly Dictionary<string, long>.AlternateLookup<ReadOnlySpan<char>> _parts;
    private readonly Dictionary<IpPrefix, long> _prefixes = [];
    private readonly int[] _lengths = [];

    public NamedListIndex(NamedListKind kind, IReadOnlyCollection<(string Value, DateTimeOffset? Ends)> values)
    {
        _kind = kind;
        _values = new Dictionary<string, long>(kind == NamedListKind.Ip ? 0 : values.Count, StringComparer.OrdinalIgnoreCase);
        _parts = _values.GetAlternateLookup<ReadOnlySpan<char>>();
        foreach (var (value, ends) in values)
        {
            var until = ends?.ToUnixTimeMilliseconds() ?? long.MaxValue;
            if (kind != NamedListKind.Ip) _values[value] = until;
            else if (IpPrefix.TryParse(value, out var prefix)) _prefixes[prefix] = until;
        }
        _lengths = [.. _prefixes.Keys.Select(p => p.Length).Distinct().OrderDescending()];
    }

    public bool Contains(string text, long moment)
    {
        switch (_kind)
        {
            case NamedListKind.Ip:
                if (_lengths.Length == 0 || !IpPrefix.TryBits(text, out var address)) return false;
                foreach (var length in _lengths)
                    if (_prefixes.TryGetValue(IpPrefix.Of(address, length), out var ends) && Counts(ends, moment)) return true;
                return false;
            case NamedListKind.CardBin:
                // Six digits also meet longer ones that begin with them.
                for (var length = Math.Min(text.Length, LongestBin); length >= ShortestBin; length--)
                    if (_parts.TryGetValue(text.AsSpan(0, length), out var until) && Counts(until, moment)) return true;
                return false;
            default:
                return _values.TryGetValue(text, out var last) && Counts(last, moment);
        }
    }

    private static bool Counts(long ends, long moment) => ends == long.MaxValue || moment < ends;
}
