using System.Collections.Frozen;
using ClausumPanel.Assess;

namespace ClausumPanel.Storage.Lists;

/// <summary>One entry as it is now, or that it no longer counts.</summary>
/// <param name="Entry">Its type and value say which.</param>
/// <param name="IsGone">Deleted.</param>
public readonly record struct ListChange(ListEntry Entry, bool IsGone = false);

/// <summary>All active entries, looked up by value; ranges of addresses by their prefix, never by a scan. Immutable: a change makes a new one, or lays a thin one over it.</summary>
public sealed class ListIndex
{
    private static readonly int Types = Enum.GetValues<ListType>().Length;

    private readonly FrozenDictionary<string, Hit>[] _values;
    private readonly FrozenDictionary<IpPrefix, Hit> _ranges;
    private readonly int[] _lengths;

    // What changed since, by type; looked at first. Null where nothing did.
    private readonly Dictionary<string, Hit>?[]? _newer;
    private readonly Dictionary<IpPrefix, Hit>? _newerRanges;

    public static readonly ListIndex Empty = new([]);

    public ListIndex(IReadOnlyCollection<ListEntry> entries)
    {
        Count = entries.Count;
        var values = new Dictionary<string, Hit>[Types];
        for (var i = 0; i < Types; i++) values[i] = new(StringComparer.Ordinal);
        var ranges = new Dictionary<IpPrefix, Hit>();
        var lengths = new HashSet<int>();
        foreach (var entry in entries)
        {
            if (entry.Type != ListType.IpRange) values[(int)entry.Type][entry.Value] = new Hit(entry);
            else if (IpPrefix.TryParse(entry.Value, out var prefix))            // what cannot be read meets nothing; it must not keep the others from counting
            {
                ranges[prefix] = new Hit(entry);
                lengths.Add(prefix.Length);
            }
        }
        _values = [.. values.Select(v => v.ToFrozenDictionary(StringComparer.Ordinal))];
        _ranges = ranges.ToFrozenDictionary();
        _lengths = [.. lengths.OrderDescending()];
    }

    private ListIndex(ListIndex whole, IReadOnlyCollection<ListChange> since)
    {
        (Count, _values, _ranges, _lengths) = (whole.Count + since.Count, whole._values, whole._ranges, whole._lengths);
        _newer = new Dictionary<string, Hit>?[Types];
        foreach (var (entry, isGone) in since)
        {
            var hit = isGone || !entry.IsActive ? default : new Hit(entry);
            if (entry.Type != ListType.IpRange) (_newer[(int)entry.Type] ??= new(StringComparer.Ordinal))[entry.Value] = hit;
            else if (IpPrefix.TryParse(entry.Value, out var prefix))
            {
                (_newerRanges ??= [])[prefix] = hit;
                if (!_lengths.Contains(prefix.Length)) _lengths = [.. _lengths.Append(prefix.Length).OrderDescending()];
            }
        }
    }

    /// <summary>This one with changes laid over it: made in the time of the changes, however long the lists are.</summary>
    public ListIndex With(IReadOnlyCollection<ListChange> since) => since.Count == 0 ? this : new ListIndex(this, since);

    public int Count { get; }

    /// <summary>Notes, per type, the severities of the entries that match these facts.</summary>
    /// <param name="facts">Request and reference facts, already filled.</param>
    /// <param name="flow">The flow at hand; an entry of the other one does not count.</param>
    /// <param name="now">Unix milliseconds; an entry that has ended does not count.</param>
    public void Fill(Facts facts, Flow flow, long now)
    {
        if (Count == 0) return;
        foreach (var (type, fact) in ListFacts.Values)
        {
            var (values, newer) = (_values[(int)type], _newer?[(int)type]);
            if ((values.Count == 0 && newer is null) || facts.Text(fact) is not { } value) continue;
            var severity = Severity(values, newer, value, flow, now) | Severity(values, newer, ListFacts.Shorter(type, value), flow, now);
            if (severity != 0) Note(facts, type, severity);
        }
        if (_lengths.Length > 0 && IpPrefix.TryBits(facts.Text(ListFacts.Address), out var address)) LookRanges(facts, address, flow, now);
    }

    private static ListSeverity Severity(FrozenDictionary<string, Hit> values, Dictionary<string, Hit>? newer, string? value, Flow flow, long now)
    {
        if (value is null) return ListSeverity.None;
        return (newer is not null && newer.TryGetValue(value, out var hit)) || values.TryGetValue(value, out hit) ? hit.For(flow, now) : ListSeverity.None;
    }

    private void LookRanges(Facts facts, UInt128 address, Flow flow, long now)
    {
        var severity = ListSeverity.None;
        foreach (var length in _lengths)
        {
            var key = IpPrefix.Of(address, length);
            if ((_newerRanges is not null && _newerRanges.TryGetValue(key, out var hit)) || _ranges.TryGetValue(key, out hit)) severity |= hit.For(flow, now);
        }
        if (severity != 0) Note(facts, ListType.IpRange, severity);
    }

    private static void Note(Facts facts, ListType type, ListSeverity severity)
    {
        var fact = FactCatalog.List(type);
        var before = facts.Number(fact);
        facts.Set(fact, (int)severity | (double.IsNaN(before) ? 0 : (int)before));
    }

    private readonly struct Hit(ListEntry entry)
    {
        private readonly long _ends = entry.ExpiresAt?.ToUnixTimeMilliseconds() ?? long.MaxValue;
        private readonly ListSeverity _severity = entry.Severity;
        private readonly FlowScope _scope = entry.FlowScope;

        public ListSeverity For(Flow flow, long now) =>
            now < _ends && _scope.Has(flow) ? _severity : ListSeverity.None;
    }
}
