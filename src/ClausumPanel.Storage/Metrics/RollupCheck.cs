using System.Data.Common;
using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Reviews;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ClausumPanel.Storage.Metrics;

/// <param name="Table">The table.</param>
/// <param name="Rows">How many rows it should have.</param>
/// <param name="Missing">Rows that should be there, just so, and are not.</param>
/// <param name="Wrong">Rows that are there and should not be, just so.</param>
/// <param name="Example">One that differs, as text; null: none does.</param>
public sealed record RollupDifference(string Table, long Rows, long Missing, long Wrong, string? Example)
{
    public bool IsNone => Missing == 0 && Wrong == 0;
}

/// <summary>
/// Counts every assessment anew, with its labels from the ledger and the outcome of its review, and holds what the panel counts by against it; or puts it in its place. The new count is made in temporary tables of the
/// same names, by the same statements.
/// </summary>
public sealed class RollupCheck(PanelDb db, StorageChoice storage)
{
    private const int Slice = 2_000;
    private static readonly DateTimeOffset Everything = new(9000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly (string Table, string Keys, string Sums)[] Tables =
    [
        ("rollups", "bucket, flow, decision, currency, simulated", "count, blocked, amount, score_sum, latency_microseconds"),
        ("tallies", "scope, length, bucket, flow, currency, simulated, decision, final, label", "count, amount"),
        ("tally_values", "scope, length, bucket, kind, value, flow, currency, simulated", "count, declined"),
        ("score_days", "day, flow, currency, score, kind", "count, amount"),
        ("signal_days", "day, signal", "count"),
        ("rule_days", "day, policy_version, rule", "count, decided, last_at"),
    ];

    private bool IsSqlite => storage.Provider == StorageProvider.Sqlite;
    private string Stored => IsSqlite ? "main" : "public";
    private string Counted => IsSqlite ? "temp" : "pg_temp";

    /// <summary>Compares; changes nothing, and holds up nobody.</summary>
    /// <param name="progress">Told how many assessments have been counted.</param>
    /// <param name="stop">Ends it early.</param>
    public async Task<IReadOnlyList<RollupDifference>> VerifyAsync(Action<long> progress, CancellationToken stop)
    {
        await using var snapshot = await new MetricReader(db).SnapshotAsync(stop);
        await CountAsync(progress, stop);
        var differences = new List<RollupDifference>();
        foreach (var (table, keys, sums) in Tables)
        {
            var columns = $"{keys}, {sums}";
            // What moved away to the last leaves a row of nothing: as good as none.
            var (stored, counted) = ($"SELECT {columns} FROM {Stored}.{table} WHERE count <> 0", $"SELECT {columns} FROM {Counted}.{table} WHERE count <> 0");
            var missing = await ScalarAsync($"SELECT count(*) FROM ({counted} EXCEPT {stored}) AS d", stop);
            var wrong = await ScalarAsync($"SELECT count(*) FROM ({stored} EXCEPT {counted}) AS d", stop);
            var example = missing > 0 ? await ExampleAsync($"{counted} EXCEPT {stored} LIMIT 1", columns, stop) : wrong > 0 ? await ExampleAsync($"{stored} EXCEPT {counted} LIMIT 1", columns, stop) : null;
            differences.Add(new RollupDifference(table, await ScalarAsync($"SELECT count(*) FROM {Counted}.{table} WHERE count <> 0", stop), missing, wrong, example));
        }
        await DropAsync(stop);
        return differences;
    }

    /// <summary>Puts the new count in place of the old one, in one transaction. No server may be storing meanwhile.</summary>
    /// <param name="progress">Told how many assessments have been counted.</param>
    /// <param name="stop">Ends it early; nothing has changed then.</param>
    /// <returns>How many rows each table has now.</returns>
    public async Task<IReadOnlyList<(string Table, long Rows)>> RebuildAsync(Action<long> progress, CancellationToken stop)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        await db.LockLabelsAsync(stop);
        if (!IsSqlite) await ExecuteAsync("LOCK TABLE rollups IN SHARE ROW EXCLUSIVE MODE", stop);
        await CountAsync(progress, stop);
        var rows = new List<(string, long)>();
        foreach (var (table, keys, sums) in Tables)
        {
            await ExecuteAsync($"DELETE FROM {Stored}.{table}", stop);
            rows.Add((table, await ExecuteAsync($"INSERT INTO {Stored}.{table} ({keys}, {sums}) SELECT {keys}, {sums} FROM {Counted}.{table}", stop)));
        }
        await DropAsync(stop);
        await transaction.CommitAsync(CancellationToken.None);
        return rows;
    }

    private async Task CountAsync(Action<long> progress, CancellationToken stop)
    {
        foreach (var (table, keys, _) in Tables)
        {
            if (IsSqlite)
            {
                await ExecuteAsync($"CREATE TEMP TABLE {table} AS SELECT * FROM main.{table} WHERE 0", stop);
                await ExecuteAsync($"CREATE UNIQUE INDEX temp.counted_{table} ON {table} ({keys})", stop);
            }
            else await ExecuteAsync($"CREATE TEMP TABLE {table} (LIKE public.{table} INCLUDING ALL)", stop);
        }
        var (connection, transaction) = (db.Database.GetDbConnection(), db.Database.CurrentTransaction?.GetDbTransaction());
        var mark = await db.Set<LogMark>().Where(m => m.Reader == Folding.Reader).Select(m => (long?)m.Seq).SingleOrDefaultAsync(stop) ?? 0;
        using var rollups = new RollupWriter(connection, transaction);
        using var days = new DayWriter(connection, transaction);
        using var tallies = new TallyWriter(connection, transaction);
        var (facts, hits, rules) = (new Facts(), new SignalHit[Assessment.MostSignals], new RuleHit[Assessment.MostRules]);
        var sums = new Dictionary<RollupKey, RollupSum>();
        for (long last = 0, done = 0; ;)
        {
            var from = last;
            var slice = await db.Set<StoredAssessment>().AsNoTracking().Where(a => a.Seq > from).OrderBy(a => a.Seq).Take(Slice).ToListAsync(stop);
            if (slice.Count == 0) break;
            last = slice[^1].Seq;
            var labels = (await LabelQueries.EffectiveAsync(db, slice[0].Seq, last, Everything, stop)).ToDictionary(o => o.Seq, o => o.Label);
            var (first, end) = (slice[0].Seq, last);
            var closed = await db.Set<Review>().Where(r => r.Seq >= first && r.Seq <= end && r.State == ReviewState.Closed).ToDictionaryAsync(r => r.Seq, r => r.Outcome, stop);
            foreach (var stored in slice)
            {
                RollupSum.Add(sums, stored);
                if (stored.Seq > mark) continue;
                var row = FoundBy.Row(stored, facts, hits);
                tallies.AddValues(row);
                tallies.Add(row, FinalOutcomes.Of(row.Decision, closed.GetValueOrDefault(row.Seq)), labels.TryGetValue(row.Seq, out var label) ? label : null);
                if (row.Simulated) continue;
                days.AddRules(row.At, stored.PolicyVersion, rules.AsSpan(0, SignalHits.ReadRules(stored.Signals, rules)));
                days.AddScore(row, Folding.KindOf(stored.BlockedBy is not null, hits.AsSpan(0, SignalHits.Read(stored.Signals, hits))));
                for (var i = 0; i < row.Signals.Length; i += 2) days.AddSignal(row.At, System.Buffers.Binary.BinaryPrimitives.ReadUInt16LittleEndian(row.Signals.AsSpan(i)));
            }
            foreach (var (key, sum) in sums) rollups.Add(key, sum);
            days.Write();
            tallies.Write();
            sums.Clear();
            days.Clear();
            tallies.Clear();
            progress(done += slice.Count);
        }
    }

    private async Task DropAsync(CancellationToken stop)
    {
        foreach (var (table, _, _) in Tables) await ExecuteAsync($"DROP TABLE {Counted}.{table}", stop);
    }

    private async Task<int> ExecuteAsync(string sql, CancellationToken stop)
    {
        await using var command = Command(sql);
        return await command.ExecuteNonQueryAsync(stop);
    }

    private async Task<long> ScalarAsync(string sql, CancellationToken stop)
    {
        await using var command = Command(sql);
        return await command.ExecuteScalarAsync(stop) is long value ? value : 0;
    }

    private async Task<string?> ExampleAsync(string sql, string columns, CancellationToken stop)
    {
        await using var command = Command(sql);
        await using var reader = await command.ExecuteReaderAsync(stop);
        if (!await reader.ReadAsync(stop)) return null;
        return string.Join(", ", columns.Split(", ").Select((name, i) => string.Create(CultureInfo.InvariantCulture, $"{name} {reader.GetValue(i)}")));
    }

    private DbCommand Command(string sql)
    {
        var command = db.Database.GetDbConnection().CreateCommand();
        command.Transaction = db.Database.CurrentTransaction?.GetDbTransaction();
        command.CommandTimeout = 3_600;
#pragma warning disable CA2100 // names of our own tables
        command.CommandText = sql;
#pragma warning restore CA2100
        return command;
    }
}
