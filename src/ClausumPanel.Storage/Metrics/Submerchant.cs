using System.Data.Common;
using System.Globalization;
using System.Runtime.InteropServices;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Reviews;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Metrics;

/// <summary>
/// How many assessments name a sub-merchant. Callers may name any number of them, most of them seldom: one is tallied by itself only once it is named often. Until then its few rows are read, which costs no more,
/// so that neither the tallies nor the reading of a page grow with the number of sub-merchants or of their payments.
/// </summary>
public sealed class Submerchant
{
    /// <summary>From so many assessments on it is tallied.</summary>
    public const int Tallied = 1_000;

    public string Name { get; init; } = "";
    public long Count { get; init; }

    /// <summary>Of those, payments that were kept long enough and are gone.</summary>
    public long Removed { get; init; }
}

internal sealed class SubmerchantMap : IEntityTypeConfiguration<Submerchant>
{
    public void Configure(EntityTypeBuilder<Submerchant> builder)
    {
        builder.ToTable("submerchants");
        builder.HasKey(s => s.Name);
        builder.Property(s => s.Name).HasMaxLength(TallyScope.LongestSubmerchant);
        builder.Property(s => s.Removed).HasDefaultValue(0L);       // the log writes names and counts only
        builder.HasIndex(s => s.Count);
    }
}

/// <summary>Counts the sub-merchants of a slice of the log, and brings what was there before into the tallies when one becomes frequent.</summary>
internal sealed class SubmerchantWriter(DbConnection connection, DbTransaction? transaction = null) : IDisposable
{
    public static readonly SumShape Shape = new("submerchants", ["name"], ["count"]);
    private readonly SumTable _table = SumTable.Of(Shape, connection, transaction);

    /// <param name="rows">Of the slice.</param>
    /// <param name="mark">The last place before it.</param>
    /// <param name="tallies">Where what was there before goes.</param>
    /// <returns>Those of them that are tallied from here on.</returns>
    public HashSet<string> Count(IReadOnlyList<AssessmentRow> rows, long mark, TallyWriter tallies)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        foreach (var row in rows)
            if (row.Submerchant.Length > 0) CollectionsMarshal.GetValueRefOrAddDefault(counts, row.Submerchant, out _)++;
        var tallied = new HashSet<string>(StringComparer.Ordinal);
        if (counts.Count == 0) return tallied;
        var names = counts.Keys.ToList();
        var before = _table.Find("count", names.ConvertAll(n => new object[] { n }));
        for (var i = 0; i < names.Count; i++)
        {
            var (name, was) = (names[i], before[i] as long? ?? 0);
            if (was + counts[name] < Submerchant.Tallied) continue;
            tallied.Add(name);
            if (was is > 0 and < Submerchant.Tallied) Begin(name, mark, tallies);
        }
        foreach (var name in names) _table.Add(name, counts[name]);
        _table.Write();
        return tallied;
    }

    public void Dispose() => _table.Dispose();

    private void Begin(string name, long mark, TallyWriter tallies)
    {
        using var command = connection.CreateCommand();
        command.Transaction = transaction;
#pragma warning disable CA2100 // numbers
        command.CommandText = string.Create(CultureInfo.InvariantCulture, $"""
            SELECT a.seq, a.at, a.flow, a.decision, a.score, a.amount, a.currency, a.country, a.simulated, a.channel, a.latency_microseconds, a.signals, l.outcome, v.state, v.outcome
            FROM assessment_rows a LEFT JOIN current_labels l ON l.seq = a.seq LEFT JOIN reviews v ON v.seq = a.seq
            WHERE a.submerchant = @name AND a.submerchant <> '' AND a.seq <= {mark}
            """);
#pragma warning restore CA2100
        var parameter = command.CreateParameter();
        (parameter.ParameterName, parameter.Value) = ("@name", name);
        command.Parameters.Add(parameter);
        using var reader = command.ExecuteReader();
        while (reader.Read())
        {
            var row = new AssessmentRow
            {
                Seq = reader.GetInt64(0), At = reader.GetInt64(1), Flow = (Flow)reader.GetInt32(2), Decision = (Decision)reader.GetInt32(3), Score = reader.GetInt32(4), Amount = reader.GetInt64(5), Currency = reader.GetString(6),
                Country = reader.GetString(7), Simulated = reader.GetBoolean(8), Channel = reader.GetString(9), Submerchant = name, LatencyMicroseconds = reader.GetInt32(10), Signals = reader.GetFieldValue<byte[]>(11),
            };
            var closed = !reader.IsDBNull(13) && (ReviewState)reader.GetInt32(13) == ReviewState.Closed ? (ReviewOutcome?)reader.GetInt32(14) : null;
            var scopes = TallyScope.OfSubmerchant(row.Channel, name);
            tallies.Add(row, scopes, FinalOutcomes.Of(row.Decision, closed), reader.IsDBNull(12) ? null : (LabelOutcome)reader.GetInt32(12));
            tallies.AddValues(row, scopes);
        }
    }
}
