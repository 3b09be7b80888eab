using System.Data.Common;
using System.Runtime.CompilerServices;
using ClausumPanel.Assess;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using SQLitePCL;

namespace ClausumPanel.Storage.Reviews;

/// <summary>A decision of a person; instants in Unix milliseconds.</summary>
/// <param name="Payment">What the engine made of it, and when; null: it is no longer kept.</param>
internal readonly record struct DecidedEvent(long Seq, int Version, int Queue, Guid? ActorId, ReviewOutcome Outcome, int? Reading, long At, long? Waited, bool IsLate, (Decision Decision, int Score, long At)? Payment);

/// <summary>The decisions of people in a period, those that were undone too.</summary>
internal static class DecidedEvents
{
    // Tens of thousands: read as they come, without an object of the model for each.
    public static async IAsyncEnumerable<DecidedEvent> ReadAsync(PanelDb db, long from, long to, [EnumeratorCancellation] CancellationToken stop)
    {
        await db.Database.OpenConnectionAsync(stop);
        await using var command = db.Database.GetDbConnection().CreateCommand();
        // The kind as a word of the query, so that the index over decisions alone answers it; of the payment only its narrow copy, of which many share a page.
        command.CommandText = $"""
            SELECT e.seq, e.version, e.queue, e.actor_id, e.outcome, e.reading_milliseconds, e.at, e.waited_milliseconds, e.is_late, p.decision, p.score, p.at
            FROM review_events e LEFT JOIN assessment_rows p ON p.seq = e.seq WHERE e.at >= @from AND e.at < @to AND e.kind = {(int)ReviewEventKind.Decided}
            """;
        foreach (var (name, value) in (IEnumerable<(string, object)>)[("@from", from), ("@to", to)])
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }
        try
        {
            await using var reader = await command.ExecuteReaderAsync(stop);
            var sqlite = (reader as SqliteDataReader)?.Handle;
            while (await reader.ReadAsync(stop)) yield return sqlite is null ? Decided(reader) : Decided(sqlite);
        }
        finally
        {
            await db.Database.CloseConnectionAsync();
        }
    }

    private static DecidedEvent Decided(DbDataReader row) => new(row.GetInt64(0), row.GetInt32(1), row.GetInt32(2), row.IsDBNull(3) ? null : row.GetGuid(3), (ReviewOutcome)row.GetInt32(4), row.IsDBNull(5) ? null : row.GetInt32(5),
        row.GetInt64(6), row.IsDBNull(7) ? null : row.GetInt64(7), row.GetBoolean(8), row.IsDBNull(9) ? null : ((Decision)row.GetInt32(9), row.GetInt32(10), row.GetInt64(11)));

    // As SQLite holds it: a call of the reader's own for each column would take longer than the row.
    private static DecidedEvent Decided(sqlite3_stmt row)
    {
        var actor = raw.sqlite3_column_blob(row, 3);
        var (hasRead, hasWaited) = (raw.sqlite3_column_type(row, 5) != raw.SQLITE_NULL, raw.sqlite3_column_type(row, 7) != raw.SQLITE_NULL);
        return new(raw.sqlite3_column_int64(row, 0), raw.sqlite3_column_int(row, 1), raw.sqlite3_column_int(row, 2), actor.Length == 0 ? null : new Guid(actor, bigEndian: true), (ReviewOutcome)raw.sqlite3_column_int(row, 4),
            hasRead ? raw.sqlite3_column_int(row, 5) : null, raw.sqlite3_column_int64(row, 6), hasWaited ? raw.sqlite3_column_int64(row, 7) : null, raw.sqlite3_column_int(row, 8) != 0,
            raw.sqlite3_column_type(row, 9) == raw.SQLITE_NULL ? null : ((Decision)raw.sqlite3_column_int(row, 9), raw.sqlite3_column_int(row, 10), raw.sqlite3_column_int64(row, 11)));
    }
}
