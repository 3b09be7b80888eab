using System.Buffers.Binary;
using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Reviews;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Storage.Metrics;

/// <summary>What is not tallied is read from its rows: a sub-merchant that few assessments name.</summary>
public sealed partial class MetricReader
{
    private async Task<bool> IsTalliedAsync(MetricScope scope, CancellationToken stop)
    {
        if (scope.Submerchant is not { } name) return true;
        if (!_tallied.TryGetValue(name, out var isTallied))
            _tallied[name] = isTallied = await db.Set<Submerchant>().AnyAsync(s => s.Name == name && s.Count >= Submerchant.Tallied, stop);
        return isTallied;
    }

    /// <summary>The folded rows of the scope's sub-merchant, through their index.</summary>
    private string NamedRows(MetricScope scope) =>
        string.Create(CultureInfo.InvariantCulture, $"a.submerchant = @submerchant AND a.submerchant <> '' AND a.seq <= {_mark}{Narrowed("a.", scope)}") + (scope.Channel is null ? "" : " AND a.channel = @channel");

    private async Task AddRowsAsync(MetricScope scope, IReadOnlyList<MetricSpan> spans, TallySheet[] sheets, CancellationToken stop)
    {
        if (spans.Count == 0) return;
        await using var command = await CommandAsync(string.Create(CultureInfo.InvariantCulture, $"""
            SELECT a.at, a.flow, a.decision, a.currency, a.simulated, a.amount, l.outcome, v.outcome
            FROM assessment_rows a LEFT JOIN current_labels l ON l.seq = a.seq LEFT JOIN reviews v ON v.seq = a.seq AND v.state = {(int)ReviewState.Closed}
            WHERE {NamedRows(scope)} AND a.at >= {spans.Min(s => s.From)} AND a.at < {spans.Max(s => s.To)}
            """), scope, stop);
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop))
        {
            var (at, decision) = (reader.GetInt64(0), (Decision)reader.GetInt32(2));
            var closed = reader.IsDBNull(7) ? (ReviewOutcome?)null : (ReviewOutcome)reader.GetInt32(7);
            var cell = new TallyCell((Flow)reader.GetInt32(1), decision, FinalOutcomes.Of(decision, closed), reader.IsDBNull(6) ? null : (LabelOutcome)reader.GetInt32(6), reader.GetString(3), reader.GetBoolean(4), 1, reader.GetInt64(5));
            for (var i = 0; i < spans.Count; i++)
                if (at >= spans[i].From && at < spans[i].To) sheets[i].Add(cell);
        }
    }

    private async Task AddRowsAsync(MetricScope scope, MetricSpan span, ValueSheet sheet, int kinds, CancellationToken stop)
    {
        await using var command = await CommandAsync(string.Create(CultureInfo.InvariantCulture, $"""
            SELECT a.score, a.country, a.latency_microseconds, a.signals, a.decision FROM assessment_rows a WHERE {NamedRows(scope)} AND a.at >= {span.From} AND a.at < {span.To}
            """), scope, stop);
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop)) Add(sheet, kinds, reader.GetInt32(0), reader.GetString(1), reader.GetInt32(2), reader.GetFieldValue<byte[]>(3), (Decision)reader.GetInt32(4));
    }

    /// <param name="sheet">Where to.</param>
    /// <param name="kinds">A bit for each kind that is asked for.</param>
    private static void Add(ValueSheet sheet, int kinds, int score, string country, int latency, byte[] signals, Decision decision)
    {
        var declined = decision == Decision.Decline ? 1 : 0;
        if (Wants(TallyKind.Score)) sheet.Add(TallyKind.Score, score, 1, declined);
        if (Wants(TallyKind.Country)) sheet.Add(TallyKind.Country, TallyValues.OfCountry(country), 1, declined);
        if (Wants(TallyKind.Latency)) sheet.Add(TallyKind.Latency, TallyValues.OfLatency(latency), 1, declined);
        if (!Wants(TallyKind.Signal)) return;
        for (var i = 0; i < signals.Length; i += 2) sheet.Add(TallyKind.Signal, BinaryPrimitives.ReadUInt16LittleEndian(signals.AsSpan(i)), 1, declined);

        bool Wants(TallyKind kind) => (kinds & (1 << (int)kind)) != 0;
    }
}
