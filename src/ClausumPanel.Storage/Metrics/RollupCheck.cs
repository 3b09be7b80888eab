using System.Buffers.Binary;
using System.Data.Common;
using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Retention;
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
/// same names, by the same statements. Sums of a time whose payments were kept long enough and are gone have nothing to be held against: they stay as they are.
/// </summary>
public sealed class RollupCheck(PanelDb db, StorageChoice storage, TimeProvider clock)
{
    private const int Slice = 2_000;
    private static readonly DateTimeOffset Everything = new(9000, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private static readonly SumShape SignalHitRows = new("assessment_signals", ["signal", "seq"], []), RuleHitRows = new("assessment_rules", ["rule", "seq"], []);

    private static readonly SumShape[] Tables =
    [
        RollupWriter.Shape, TallyWriter.Tallies, TallyWriter.Values, SubmerchantWriter.Shape, DayWriter.Scores, DayWriter.Signals, DayWriter.Rules, FigureWriter.DecisionDays, FigureWriter.PairDays, FigureWriter.HourCounts,
        LabelCountWriter.Shape, SignalHitRows, RuleHitRows,
    ];

    private readonly int _oldest = HourCount.Oldest(clock.GetUtcNow());
    private long? _from;

    /// <summary>From when on sums were counted anew: before, payments are gone. Null: all were.</summary>
    public DateTimeOffset? From => _from is { } from ? DateTimeOffset.FromUnixTimeMilliseconds(from) : null;

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
        foreach (var shape in Tables)
        {
            var (table, columns) = (shape.Table, string.Join(", ", shape.Columns));
            var (stored, counted) = ($"SELECT {columns} FROM {Kept(shape)}{There(shape)}", $"SELECT {columns} FROM {Counted}.{table}{There(shape)}");
            var missing = await ScalarAsync($"SELECT count(*) FROM ({counted} EXCEPT {stored}) AS d", stop);
            var wrong = await ScalarAsync($"SELECT count(*) FROM ({stored} EXCEPT {counted}) AS d", stop);
            var example = missing > 0 ? await ExampleAsync($"{counted} EXCEPT {stored} LIMIT 1", stop) : wrong > 0 ? await ExampleAsync($"{stored} EXCEPT {counted} LIMIT 1", stop) : null;
            differences.Add(new RollupDifference(table, await ScalarAsync($"SELECT count(*) FROM {Counted}.{table}{There(shape)}", stop), missing, wrong, example));
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
        foreach (var shape in Tables)
        {
            var columns = string.Join(", ", shape.Columns);
            var counted = $"{Counted}.{shape.Table}{There(shape)}";
            if (shape == SubmerchantWriter.Shape)
            {
                // How many are gone is known nowhere else.
                await ExecuteAsync($"DELETE FROM {Stored}.submerchants WHERE removed = 0", stop);
                await ExecuteAsync($"UPDATE {Stored}.submerchants SET count = removed", stop);
                rows.Add((shape.Table, await ExecuteAsync(shape.Insert($"SELECT {columns} FROM {counted}").Replace("INTO submerchants", $"INTO {Stored}.submerchants", StringComparison.Ordinal), stop)));
                continue;
            }
            await ExecuteAsync($"DELETE FROM {Stored}.{shape.Table}{Since(shape)}", stop);
            rows.Add((shape.Table, await ExecuteAsync($"INSERT INTO {Stored}.{shape.Table} ({columns}) SELECT {columns} FROM {counted}", stop)));
        }
        await DropAsync(stop);
        await transaction.CommitAsync(CancellationToken.None);
        return rows;
    }

    private async Task CountAsync(Action<long> progress, CancellationToken stop)
    {
        foreach (var shape in Tables)
        {
            if (IsSqlite)
            {
                await ExecuteAsync($"CREATE TEMP TABLE {shape.Table} AS SELECT * FROM main.{shape.Table} WHERE 0", stop);
                await ExecuteAsync($"CREATE UNIQUE INDEX temp.counted_{shape.Table} ON {shape.Table} ({string.Join(", ", shape.Keys)})", stop);
            }
            else await ExecuteAsync($"CREATE TEMP TABLE {shape.Table} (LIKE public.{shape.Table} INCLUDING ALL)", stop);
        }
        _from = await db.Set<RetentionMark>().Where(m => m.Name == RetentionMark.Payments).Select(m => (long?)m.At).SingleOrDefaultAsync(stop);
        var (connection, transaction) = (db.Database.GetDbConnection(), db.Database.CurrentTransaction?.GetDbTransaction());
        var mark = await db.Set<LogMark>().Where(m => m.Reader == Folding.Reader).Select(m => (long?)m.Seq).SingleOrDefaultAsync(stop) ?? 0;
        var tallied = await db.Set<AssessmentRow>().Where(r => r.Submerchant != "" && r.Seq <= mark).GroupBy(r => r.Submerchant).Where(g => g.Count() >= Submerchant.Tallied).Select(g => g.Key).ToHashSetAsync(stop);
        var thinned = db.Set<Submerchant>().Where(s => s.Removed > 0 && s.Removed + db.Set<AssessmentRow>().Count(r => r.Submerchant == s.Name && r.Submerchant != "" && r.Seq <= mark) >= Submerchant.Tallied);
        tallied.UnionWith(await thinned.Select(s => s.Name).ToListAsync(stop));
        using var rollups = new RollupWriter(connection, transaction);
        using var days = new DayWriter(connection, transaction);
        using var figures = new FigureWriter(connection, transaction);
        using var tallies = new TallyWriter(connection, transaction);
        using var labelled = new LabelCountWriter(connection, transaction);
        using var submerchants = SumTable.Of(SubmerchantWriter.Shape, connection, transaction);
        using var signalHits = SumTable.Of(SignalHitRows, connection, transaction);
        using var ruleHits = SumTable.Of(RuleHitRows, connection, transaction);
        var (facts, hits, rules) = (new Facts(), new SignalHit[Assessment.MostSignals], new RuleHit[Assessment.MostRules]);
        var (sums, named) = (new Dictionary<RollupKey, RollupSum>(), new Dictionary<string, long>(StringComparer.Ordinal));
        for (long last = 0, done = 0; ;)
        {
            var from = last;
            var slice = await db.Set<StoredAssessment>().AsNoTracking().Where(a => a.Seq > from).OrderBy(a => a.Seq).Take(Slice).ToListAsync(stop);
            if (slice.Count == 0) break;
            last = slice[^1].Seq;
            var labels = (await LabelQueries.EffectiveAsync(db, slice[0].Seq, last, Everything, stop)).ToDictionary(o => o.Seq, o => o.Label);
            var (first, end) = (slice[0].Seq, last);
            var reviews = await db.Set<Review>().Where(r => r.Seq >= first && r.Seq <= end).Select(r => new { r.Seq, r.State, r.Outcome }).ToDictionaryAsync(r => r.Seq, stop);
            foreach (var stored in slice)
            {
                RollupSum.Add(sums, stored);
                LabelOutcome? label = labels.TryGetValue(stored.Seq, out var found) ? found : null;
                labelled.Add(new Labelled(stored.At, stored.Decision, stored.Score, stored.Currency, stored.Amount, stored.PolicyVersion, stored.Signals), label);
                if (stored.Seq > mark) continue;
                var (row, review) = (FoundBy.Row(stored, facts, hits), reviews.GetValueOrDefault(stored.Seq));
                var scopes = tallies.ScopesOf(row, tallied.Contains(row.Submerchant));
                tallies.AddValues(row, scopes);
                tallies.Add(row, scopes, FinalOutcomes.Of(row.Decision, review is { State: ReviewState.Closed } ? review.Outcome : null), label);
                for (var i = 0; i < row.Signals.Length; i += 2)
                {
                    var signal = (int)BinaryPrimitives.ReadUInt16LittleEndian(row.Signals.AsSpan(i));
                    signalHits.Add(signal, row.Seq);
                    if (!row.Simulated) days.AddSignal(row, signal);
                }
                if (row.Submerchant.Length > 0) named[row.Submerchant] = named.GetValueOrDefault(row.Submerchant) + 1;
                if (row.Simulated) continue;
                var its = rules.AsSpan(0, SignalHits.ReadRules(stored.Signals, rules));
                days.AddRules(row.At, stored.PolicyVersion, its);
                days.AddScore(row, Folding.KindOf(stored.BlockedBy is not null, hits.AsSpan(0, SignalHits.Read(stored.Signals, hits))));
                figures.Add(row, facts, stored.PolicyVersion, its);
            }
            foreach (var (rule, seq) in figures.RuleHits) ruleHits.Add(rule, seq);
            foreach (var (name, count) in named) submerchants.Add(name, count);
            rollups.Write(sums);
            days.Write();
            figures.Write();
            tallies.Write();
            labelled.Write();
            submerchants.Write();
            signalHits.Write();
            ruleHits.Write();
            sums.Clear();
            named.Clear();
            days.Clear();
            figures.Clear();
            tallies.Clear();
            progress(done += slice.Count);
        }
    }

    /// <summary>A sub-merchant's number of payments also counts those that are gone.</summary>
    private string Kept(SumShape shape) => shape == SubmerchantWriter.Shape ? $"(SELECT name, count - removed AS count FROM {Stored}.submerchants) AS kept" : $"{Stored}.{shape.Table}";

    /// <summary>What moved away to the last leaves a row of nothing: as good as none. And hours are kept for some weeks only, so that older ones may be there or not.</summary>
    private string There(SumShape shape)
    {
        string[] conditions =
        [
            .. shape.Sums.Contains("count") ? (string[])["count <> 0"] : [], .. shape == FigureWriter.HourCounts ? (string[])[string.Create(CultureInfo.InvariantCulture, $"hour >= {_oldest}")] : [], .. SinceWhen(shape) is { } since ? (string[])[since] : [],
        ];
        return conditions.Length == 0 ? "" : " WHERE " + string.Join(" AND ", conditions);
    }

    private string Since(SumShape shape) => SinceWhen(shape) is { } since ? " WHERE " + since : "";

    /// <summary>Which of a table's rows can be counted anew; null: all.</summary>
    private string? SinceWhen(SumShape shape) => _from is not { } from ? null : Array.Find(shape.Keys, k => k is "bucket" or "day" or "hour") switch
    {
        "bucket" => string.Create(CultureInfo.InvariantCulture, $"bucket >= {from}"),
        "day" => string.Create(CultureInfo.InvariantCulture, $"day >= {from / 86_400_000}"),
        "hour" => string.Create(CultureInfo.InvariantCulture, $"hour >= {from / 3_600_000}"),
        _ => null,
    };

    private async Task DropAsync(CancellationToken stop)
    {
        foreach (var shape in Tables) await ExecuteAsync($"DROP TABLE {Counted}.{shape.Table}", stop);
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

    private async Task<string?> ExampleAsync(string sql, CancellationToken stop)
    {
        await using var command = Command(sql);
        await using var reader = await command.ExecuteReaderAsync(stop);
        if (!await reader.ReadAsync(stop)) return null;
        return string.Join(", ", Enumerable.Range(0, reader.FieldCount).Select(i => string.Create(CultureInfo.InvariantCulture, $"{reader.GetName(i)} {(reader.GetValue(i) is byte[] bytes ? Convert.ToHexStringLower(bytes) : reader.GetValue(i))}")));
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
