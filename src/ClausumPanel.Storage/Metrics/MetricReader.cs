using System.Data;
using System.Data.Common;
using System.Globalization;
using System.Text;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Reviews;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;

namespace ClausumPanel.Storage.Metrics;

/// <summary>
/// Reads figures: from the tallies, and the short tail that is not folded yet from the log itself, so that a figure never misses what was just answered. Whoever reads several asks for a
/// <see cref="SnapshotAsync"/> first: all of them then speak of the same moment.
/// </summary>
public sealed partial class MetricReader(PanelDb db)
{
    private const int MostTail = 200_000, MostNames = 200;
    private const string OfPart = "t.scope = @scope AND t.length = p.length AND t.bucket >= p.low AND t.bucket < p.high";
    private static readonly int[] Days = [Tally.Day];
    private readonly Dictionary<string, bool> _tallied = new(StringComparer.Ordinal);
    private List<(AssessmentRow Row, LabelOutcome? Label)>? _tail;
    private long _mark;

    /// <summary>From here until it is disposed, everything read is of one moment. It holds nobody up.</summary>
    public async Task<IAsyncDisposable> SnapshotAsync(CancellationToken stop)
    {
        _tail = null;
        _tallied.Clear();
        if (db.Database.GetDbConnection() is not SqliteConnection sqlite) return await db.Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, stop);
        await db.Database.OpenConnectionAsync(stop);
        // A transaction that begins by reading is not the one writer.
        var reading = sqlite.BeginTransaction(deferred: true);
        return new Reading(db, (await db.Database.UseTransactionAsync(reading, stop))!, reading);
    }

    /// <summary>One sheet for each stretch. Any number of them is one question to the store.</summary>
    public async Task<IReadOnlyList<TallySheet>> SheetsAsync(MetricScope scope, IReadOnlyList<MetricSpan> spans, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(spans);
        var sheets = spans.Select(_ => new TallySheet()).ToArray();
        var tail = await TailAsync(scope, stop);
        foreach (var (row, label) in tail)
            for (var i = 0; i < spans.Count; i++)
                if (row.At >= spans[i].From && row.At < spans[i].To) sheets[i].Add(new TallyCell(row.Flow, row.Decision, FinalOutcomes.Of(row.Decision, null), label, row.Currency, row.Simulated, 1, row.Amount));
        // Beside the rows of a seldom sub-merchant only its payments that are gone are summed.
        if (!await IsTalliedAsync(scope, stop)) await AddRowsAsync(scope, spans, sheets, stop);
        var parts = spans.SelectMany((span, i) => Parts(span, scope.Scheme is null ? Tally.Lengths : Days).Select(p => (Index: i, p.Length, p.From, p.To))).ToList();
        if (parts.Count > 0)
        {
            var values = new StringBuilder();
            foreach (var (index, length, from, to) in parts) values.Append(CultureInfo.InvariantCulture, $"{(values.Length == 0 ? "" : ",")}({index},{length},{from},{to})");
            await using var command = await CommandAsync($"""
                WITH parts(i, length, low, high) AS (VALUES {values})
                SELECT p.i, t.flow, t.decision, t.final, t.label, t.currency, t.simulated, CAST(sum(t.count) AS bigint), CAST(sum(t.amount) AS bigint)
                FROM parts p {db.ForEach("tallies", "t", OfPart + Narrowed("t.", scope))}
                GROUP BY p.i, t.flow, t.decision, t.final, t.label, t.currency, t.simulated HAVING sum(t.count) <> 0
                """, scope, stop);
            await using var reader = await command.ExecuteReaderAsync(stop);
            while (await reader.ReadAsync(stop))
                sheets[reader.GetInt32(0)].Add(new TallyCell((Flow)reader.GetInt32(1), (Decision)reader.GetInt32(2), (FinalOutcome)reader.GetInt32(3), reader.GetInt32(4) is > 0 and var label ? (LabelOutcome)label : null,
                    reader.GetString(5), reader.GetBoolean(6), reader.GetInt64(7), reader.GetInt64(8)));
        }
        return sheets;
    }

    /// <summary>How the stretch is spread.</summary>
    public async Task<ValueSheet> ValuesAsync(MetricScope scope, MetricSpan span, IReadOnlyList<TallyKind> kinds, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(scope);
        ArgumentNullException.ThrowIfNull(kinds);
        var sheet = new ValueSheet();
        var wanted = kinds.Aggregate(0, (sum, kind) => sum | (1 << (int)kind));
        foreach (var (row, _) in await TailAsync(scope, stop))
            if (row.At >= span.From && row.At < span.To) Add(sheet, wanted, row.Score, row.Country, row.LatencyMicroseconds, row.Signals, row.Decision);
        if (!await IsTalliedAsync(scope, stop)) await AddRowsAsync(scope, span, sheet, wanted, stop);
        var values = string.Join(',', Parts(span, TallyValue.Lengths).Select(p => string.Create(CultureInfo.InvariantCulture, $"({p.Length},{p.From},{p.To})")));
        if (values.Length == 0) return sheet;
        await using var command = await CommandAsync($"""
            WITH parts(length, low, high) AS (VALUES {values})
            SELECT t.counts FROM parts p {db.ForEach("tally_values", "t", OfPart + Narrowed("t.", scope))}
            """, scope, stop);
        await using var reader = await command.ExecuteReaderAsync(stop);
        while (await reader.ReadAsync(stop)) sheet.Add(reader.GetFieldValue<byte[]>(0), wanted);
        return sheet;
    }

    /// <summary>What waits for a person as the queues count it, of any age, and beside it what they do not show: the simulated never waits.</summary>
    public async Task<Waiting> WaitingAsync(MetricScope scope, DateTimeOffset at, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(scope);
        var now = at.ToUnixTimeMilliseconds();
        var unread = (await TailAsync(scope with { WithSimulated = false }, stop)).Count(t => FinalOutcomes.Of(t.Row.Decision, null) == FinalOutcome.Open);
        var (events, open) = (db.Set<ReviewEvent>().AsNoTracking(), db.Set<Review>().AsNoTracking());
        if (scope is not { Flow: null, Currency: null, Channel: null, Submerchant: null, Scheme: null })
        {
            // The payment is asked for each item that waits, by its place: joined, SQLite would begin with all payments of a currency.
            IQueryable<AssessmentRow> payments = db.Set<AssessmentRow>();
            var (flow, currency, channel, submerchant, scheme) = (scope.Flow, scope.Currency, scope.Channel, scope.Submerchant, scope.Scheme);
            if (flow is not null) payments = payments.Where(p => p.Flow == flow);
            if (currency is not null) payments = payments.Where(p => p.Currency == currency);
            if (channel is not null) payments = payments.Where(p => p.Channel == channel);
            if (submerchant is not null) payments = payments.Where(p => p.Submerchant == submerchant);
            if (scheme is not null) payments = payments.Where(p => p.Scheme == scheme);
            open = open.Where(r => payments.Any(p => p.Seq == r.Seq));
        }
        var waiting = await open.Waiting(now).GroupBy(_ => 1).Select(g => new { Count = g.Count(), Oldest = g.Min(r => r.OpenedAt) }).SingleOrDefaultAsync(stop);
        return new Waiting(waiting?.Count ?? 0, waiting?.Oldest, await open.PutAway(events, now).CountAsync(stop), await open.NotShown(events, now).CountAsync(stop) + unread);
    }

    /// <summary>The currencies, channels and sub-merchants that assessments name, at most some hundreds of each; of sub-merchants the most frequent.</summary>
    public async Task<(IReadOnlyList<string> Currencies, IReadOnlyList<string> Channels, IReadOnlyList<string> Submerchants)> NamesAsync(CancellationToken stop) =>
        (await DistinctAsync("assessment_rows", "currency", "", stop), await DistinctAsync("tallies", "scope", TallyScope.ChannelPrefix, stop),
            await db.Set<Submerchant>().OrderByDescending(s => s.Count).ThenBy(s => s.Name).Take(MostNames).Select(s => s.Name).ToListAsync(stop));

    public Task<IReadOnlyList<string>> CurrenciesAsync(CancellationToken stop) => DistinctAsync("assessment_rows", "currency", "", stop);

    /// <summary>From one value to the next through an index: as many steps as there are values, however many rows.</summary>
    private async Task<IReadOnlyList<string>> DistinctAsync(string table, string column, string prefix, CancellationToken stop)
    {
        var below = prefix.Length == 0 ? "" : $" AND {column} < '{(char)(prefix[0] + 1)}'";
        await using var command = await CommandAsync($"""
            WITH RECURSIVE names(x) AS (SELECT min({column}) FROM {table} WHERE {column} >= '{prefix}'{below} UNION ALL SELECT (SELECT min({column}) FROM {table} WHERE {column} > names.x{below}) FROM names WHERE names.x IS NOT NULL)
            SELECT x FROM names WHERE x IS NOT NULL LIMIT {MostNames}
            """, new MetricScope(), stop);
        await using var reader = await command.ExecuteReaderAsync(stop);
        var names = new List<string>();
        while (await reader.ReadAsync(stop)) names.Add(reader.GetString(0)[prefix.Length..]);
        return names;
    }

    /// <summary>The stretch cut into as few counted buckets as there are: days in the middle, hours and quarters at its ends.</summary>
    private static IEnumerable<(int Length, long From, long To)> Parts(MetricSpan span, ReadOnlyMemory<int> lengths)
    {
        if (span.From >= span.To || lengths.IsEmpty) return [];
        var length = lengths.Span[^1];
        var milliseconds = length * 1_000L;
        var (from, to) = (TallyWriter.BucketOf(span.From + milliseconds - 1, length), TallyWriter.BucketOf(span.To, length));
        var finer = lengths[..^1];
        return from >= to ? Parts(span, finer) : [.. Parts(span with { To = from }, finer), (length, from, to), .. Parts(span with { From = to }, finer)];
    }

    private async Task<IEnumerable<(AssessmentRow Row, LabelOutcome? Label)>> TailAsync(MetricScope scope, CancellationToken stop)
    {
        if (_tail is null)
        {
            _tail = [];
            _mark = await db.Set<LogMark>().Where(m => m.Reader == Folding.Reader).Select(m => (long?)m.Seq).SingleOrDefaultAsync(stop) ?? 0;
            var (mark, facts, hits) = (_mark, new Facts(), new SignalHit[Assessment.MostSignals]);
            var labels = await db.Set<CurrentLabel>().Where(l => l.Seq > mark).ToDictionaryAsync(l => l.Seq, l => l.Outcome, stop);
            // Without what the caller sent, which is most of it.
            var tail = db.Set<StoredAssessment>().Where(a => a.Seq > mark).OrderByDescending(a => a.Seq).Take(MostTail).Select(a => new StoredAssessment
            {
                Seq = a.Seq, At = a.At, Flow = a.Flow, Decision = a.Decision, Score = a.Score, Amount = a.Amount, Currency = a.Currency, Simulated = a.Simulated, LatencyMicroseconds = a.LatencyMicroseconds, Signals = a.Signals, Facts = a.Facts,
            });
            await foreach (var stored in tail.AsAsyncEnumerable().WithCancellation(stop))
                _tail.Add((FoundBy.Row(stored, facts, hits), labels.TryGetValue(stored.Seq, out var label) ? label : null));
        }
        return _tail.Where(t => (scope.Flow is null || t.Row.Flow == scope.Flow) && (scope.Currency is null || t.Row.Currency == scope.Currency) && (scope.Channel is null || t.Row.Channel == scope.Channel)
            && (scope.Submerchant is null || t.Row.Submerchant == scope.Submerchant) && (scope.Scheme is null || t.Row.Scheme == scope.Scheme) && (scope.WithSimulated || !t.Row.Simulated));
    }

    private static string Narrowed(string table, MetricScope scope) =>
        (scope.Flow is null ? "" : $" AND {table}flow = @flow") + (scope.Currency is null ? "" : $" AND {table}currency = @currency") + (scope.WithSimulated ? "" : $" AND {table}simulated = @simulated");

    private async Task<DbCommand> CommandAsync(string sql, MetricScope scope, CancellationToken stop)
    {
        if (db.Database.GetDbConnection().State != ConnectionState.Open) await db.Database.OpenConnectionAsync(stop);
        var command = db.Database.GetDbConnection().CreateCommand();
        command.Transaction = db.Database.CurrentTransaction?.GetDbTransaction();
#pragma warning disable CA2100 // numbers and names of columns only: whatever a person wrote is a parameter
        command.CommandText = sql;
#pragma warning restore CA2100
        Add("@scope", scope.Scheme is { } scheme ? TallyScope.OfScheme(scheme) : TallyScope.Of(scope.Channel, scope.Submerchant));
        Add("@flow", (int?)scope.Flow);
        Add("@currency", scope.Currency);
        Add("@channel", scope.Channel);
        Add("@submerchant", scope.Submerchant);
        Add("@simulated", false);
        return command;

        void Add(string name, object? value)
        {
            if (value is null || !sql.Contains(name, StringComparison.Ordinal)) return;
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }
    }

    private sealed class Reading(PanelDb db, IDbContextTransaction transaction, SqliteTransaction own) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await transaction.DisposeAsync();
            await own.DisposeAsync();
            await db.Database.CloseConnectionAsync();
        }
    }
}
