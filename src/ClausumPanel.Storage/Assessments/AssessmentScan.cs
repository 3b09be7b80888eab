using System.Data;
using System.Data.Common;
using ClausumPanel.Assess;
using ClausumPanel.Assess.Previews;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Storage.Assessments;

/// <summary>Which stored assessments are looked at again. Simulations never are.</summary>
/// <param name="From">Unix milliseconds, included.</param>
/// <param name="To">Unix milliseconds, not included.</param>
/// <param name="Flow">Only this flow; null: both.</param>
/// <param name="Currency">Only this currency; null: all.</param>
public sealed record ScanScope(long From, long To, Flow? Flow = null, string? Currency = null);

/// <summary>
/// Reads a stretch of the log, oldest first, one row at a time: as fast as the engine gives rows, and never more than one of them in memory. Nothing of it is tracked, nothing is written.
/// </summary>
public sealed class AssessmentScan : IDisposable
{
    private readonly DbCommand _command;
    private readonly DbDataReader _reader;
    private readonly SqliteColumns? _sqlite;
    private byte[] _signals = [], _facts = [];

    private AssessmentScan(DbCommand command)
    {
        _command = command;
        _reader = command.ExecuteReader(CommandBehavior.SingleResult);
        _sqlite = _reader is SqliteDataReader { Handle: { } statement } ? new SqliteColumns(statement) : null;
    }

    /// <summary>The places of the first and the last assessment that may be in scope; none when it is empty.</summary>
    public static async Task<(long First, long Last)?> RangeAsync(PanelDb db, ScanScope scope, CancellationToken stop)
    {
        var folded = db.Set<AssessmentRow>().Where(r => r.At >= scope.From && r.At < scope.To);
        var (first, lastFolded) = (await folded.MinAsync(r => (long?)r.Seq, stop), await folded.MaxAsync(r => (long?)r.Seq, stop));
        var mark = await db.Set<LogMark>().Where(m => m.Reader == Folding.Reader).Select(m => m.Seq).SingleOrDefaultAsync(stop);
        var last = await db.Set<StoredAssessment>().MaxAsync(a => (long?)a.Seq, stop) ?? 0;
        if (last > mark) return (first ?? mark + 1, last);
        return first is { } from && lastFolded is { } to ? (from, to) : null;
    }

    /// <summary>Opens it on a connection that is open and that nobody else reads from meanwhile.</summary>
    /// <param name="connection">Of the panel's database.</param>
    /// <param name="first">The first place, included.</param>
    /// <param name="last">The last place, included.</param>
    /// <param name="scope">What is looked at.</param>
    public static AssessmentScan Open(DbConnection connection, long first, long last, ScanScope scope)
    {
        ArgumentNullException.ThrowIfNull(connection);
        ArgumentNullException.ThrowIfNull(scope);
        var command = connection.CreateCommand();
        command.CommandText = """
            SELECT seq, at, decision, score, amount, policy_version, signals, facts, blocked_by IS NOT NULL FROM assessments
            WHERE seq >= @first AND seq <= @last AND at >= @from AND at < @to AND simulated = @simulated
            """ + (scope.Flow is null ? "" : " AND flow = @flow") + (scope.Currency is null ? "" : " AND currency = @currency") + " ORDER BY seq";
        Add("@first", first);
        Add("@last", last);
        Add("@from", scope.From);
        Add("@to", scope.To);
        Add("@simulated", false);
        if (scope.Flow is { } flow) Add("@flow", (int)flow);
        if (scope.Currency is { } currency) Add("@currency", currency);
        return new AssessmentScan(command);

        void Add(string name, object value)
        {
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = (name, value);
            command.Parameters.Add(parameter);
        }
    }

    /// <summary>Goes to the next row.</summary>
    /// <returns>False at the end.</returns>
    public bool Read()
    {
        if (!_reader.Read()) return false;
        if (_sqlite is not null) return true;
        _signals = _reader.GetFieldValue<byte[]>(6);
        _facts = _reader.GetFieldValue<byte[]>(7);
        return true;
    }

    public long Seq => _sqlite?.Number(0) ?? _reader.GetInt64(0);

    /// <summary>The row at hand; it lasts until the next one is read.</summary>
    /// <param name="outcome">How it turned out.</param>
    public PreviewRow Row(Outcome outcome) => _sqlite is { } row
        ? new()
        {
            Seq = row.Number(0), At = row.Number(1), Decision = (Decision)row.Number(2), Score = (int)row.Number(3), Amount = row.Number(4), PolicyVersion = (int)row.Number(5), Signals = row.Bytes(6),
            Facts = row.Bytes(7), IsBlocked = row.Number(8) != 0, Outcome = outcome,
        }
        : new()
        {
            Seq = _reader.GetInt64(0), At = _reader.GetInt64(1), Decision = (Decision)_reader.GetInt32(2), Score = _reader.GetInt32(3), Amount = _reader.GetInt64(4), PolicyVersion = _reader.GetInt32(5), IsBlocked = _reader.GetBoolean(8),
            Signals = _signals, Facts = _facts, Outcome = outcome,
        };

    public void Dispose()
    {
        _sqlite?.Dispose();
        _reader.Dispose();
        _command.Dispose();
    }
}
