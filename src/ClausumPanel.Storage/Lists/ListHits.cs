using System.Data.Common;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Metrics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Lists;

/// <summary>How many assessments an entry met. Counted within a second of each; an entry without a row has met none. Simulations are not in it.</summary>
public sealed class ListHits
{
    public Guid EntryId { get; init; }
    public long Count { get; init; }

    /// <summary>Of the latest one, Unix milliseconds.</summary>
    public long LastAt { get; init; }
}

internal sealed class ListHitsMap : IEntityTypeConfiguration<ListHits>
{
    public void Configure(EntityTypeBuilder<ListHits> builder)
    {
        builder.ToTable("list_hits");
        builder.HasKey(h => h.EntryId);
    }
}

/// <summary>
/// Finds the entries that a slice of the log met, and adds to their counts. That a payment met some entry of a type stands in its facts; which one is found by the values it names. An entry that
/// is switched off, of the other flow, made later, ended before, or of a severity that the payment did not meet, was not it.
/// </summary>
internal sealed class HitWriter : IDisposable
{
    private const int AtATime = 32;
    private static readonly SumShape Shape = new("list_hits", ["entry_id"], ["count"]) { Latest = "last_at" };
    private static readonly ListType[] Types = Enum.GetValues<ListType>();

    private readonly ILogStore _store;
    private readonly DbCommand _find;
    private readonly SumTable _add;
    private readonly Dictionary<string, List<Meeting>>[] _named = Array.ConvertAll(Types, _ => new Dictionary<string, List<Meeting>>(StringComparer.Ordinal));
    private readonly HashSet<string> _values = new(StringComparer.Ordinal);

    private readonly record struct Meeting(long At, Flow Flow, ListSeverity Severities);

    public HitWriter(ILogStore store)
    {
        _store = store;
        _find = store.Connection.CreateCommand();
#pragma warning disable CA2100 // constants
        _find.CommandText = $"SELECT id, value, severity, flow_scope, created_at, expires_at FROM list_entries WHERE is_active AND type = @type AND value IN ({string.Join(", ", Enumerable.Range(0, AtATime).Select(i => $"@v{i}"))}){store.AndKeep}";
#pragma warning restore CA2100
        Name(_find, ["type", .. Enumerable.Range(0, AtATime).Select(i => $"v{i}")]);
        _add = SumTable.Of(Shape, store.Connection, null);
    }

    public void Clear()
    {
        foreach (var named in _named) named.Clear();
    }

    public void Note(Facts facts, long at, Flow flow)
    {
        foreach (var type in Types)
        {
            var met = facts.Number(FactCatalog.List(type));
            if (double.IsNaN(met)) continue;
            _values.Clear();
            ListFacts.Collect(facts, type, _values);
            foreach (var value in _values)
            {
                if (!_named[(int)type].TryGetValue(value, out var meetings)) _named[(int)type][value] = meetings = [];
                meetings.Add(new Meeting(at, flow, (ListSeverity)(int)met));
            }
        }
    }

    /// <summary>Inside the transaction. An entry that somebody deletes at this moment is waited for, and then not found.</summary>
    public void Write()
    {
        var found = Types.SelectMany(type => _named[(int)type].Keys.Chunk(AtATime).SelectMany(values => Find(type, values))).ToList();
        foreach (var (entry, hits, last) in found) _add.Add(entry, hits, last);
        _add.Write();
    }

    public void Dispose()
    {
        _find.Dispose();
        _add.Dispose();
    }

    private List<(object Entry, long Hits, long Last)> Find(ListType type, string[] values)
    {
        var found = new List<(object Entry, long Hits, long Last)>();
        _find.Parameters[0].Value = type.ToString();
        for (var i = 0; i < AtATime; i++) _find.Parameters[i + 1].Value = values[Math.Min(i, values.Length - 1)];
        using var reader = _find.ExecuteReader();
        while (reader.Read())
        {
            var (severity, scope) = (Enum.Parse<ListSeverity>(reader.GetString(2)), Enum.Parse<FlowScope>(reader.GetString(3)));
            var (from, until) = (_store.Milliseconds(reader, 4), reader.IsDBNull(5) ? long.MaxValue : _store.Milliseconds(reader, 5));
            var (hits, last) = (0L, long.MinValue);
            foreach (var one in _named[(int)type][reader.GetString(1)])
            {
                if ((one.Severities & severity) == 0 || !scope.Has(one.Flow) || one.At < from || one.At >= until) continue;
                hits++;
                last = Math.Max(last, one.At);
            }
            if (hits > 0) found.Add((reader.GetValue(0), hits, last));
        }
        return found;
    }

    private static void Name(DbCommand command, string[] names)
    {
        foreach (var name in names)
        {
            var parameter = command.CreateParameter();
            parameter.ParameterName = "@" + name;
            command.Parameters.Add(parameter);
        }
    }
}
