using System.Data.Common;
using Npgsql;
using NpgsqlTypes;

namespace ClausumPanel.Storage.Assessments;

/// <summary>Appends through binary COPY, one round trip per table and batch; <c>synchronous_commit=on</c> makes the commit durable.</summary>
internal sealed class PostgresLogStore : ILogStore
{
    private readonly NpgsqlConnection _connection;
    private NpgsqlTransaction? _transaction;

    public PostgresLogStore(string connectionString)
    {
        _connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(connectionString) { Pooling = false, CommandTimeout = 2, ApplicationName = "ClausumPanel log" }.ToString());
        Open();
    }

    public DbConnection Connection => _connection;

    public void Begin()
    {
        if (_connection.State != System.Data.ConnectionState.Open) Open();
        _transaction = _connection.BeginTransaction();
    }

    public void LockOutbox()
    {
        using var command = _connection.CreateCommand();
        command.CommandText = "LOCK TABLE outbox_events IN SHARE ROW EXCLUSIVE MODE";
        command.ExecuteNonQuery();
    }

    public string AndKeep => " FOR KEY SHARE";

    public long Milliseconds(DbDataReader reader, int column) => new DateTimeOffset(reader.GetDateTime(column)).ToUnixTimeMilliseconds();

    public void Commit()
    {
        _transaction!.Commit();
        _transaction.Dispose();
        _transaction = null;
    }

    public void Rollback()
    {
        if (_transaction is not { } transaction) return;
        _transaction = null;
        try
        {
            if (_connection.State == System.Data.ConnectionState.Open) transaction.Rollback();
            transaction.Dispose();
        }
        catch (Exception e) when (e is DbException or InvalidOperationException)
        {
            // Whatever state the connection is in, the server takes back what it did not commit; the next one is opened anew.
            _connection.Close();
        }
    }

    public void Try()
    {
        // Rows that do not pack, on pages of their own.
        using var command = new NpgsqlCommand("""
            INSERT INTO log_marks (reader, seq) SELECT string_agg(md5(random()::text), ''), 0 FROM generate_series(1, 20) AS one, generate_series(1, 60) AS part GROUP BY one;
            DELETE FROM log_marks WHERE length(reader) > 1000
            """, _connection);
        command.ExecuteNonQuery();
    }

    public ITableAppender Append(LogTable table) =>
        new Appender(_connection.BeginBinaryImport($"COPY {table.Name} ({string.Join(", ", table.Columns)}) FROM STDIN (FORMAT BINARY)"));

    public void Rest(int rowsWritten)
    {
    }

    public bool IsRowsFault(Exception e) => e is PostgresException { SqlState: [ '2', '2' or '3', ..] };

    // Waiting for a lock ends with the command's time.
    public bool IsBusy(Exception e) => e is PostgresException { SqlState: PostgresErrorCodes.LockNotAvailable or PostgresErrorCodes.DeadlockDetected } or NpgsqlException { InnerException: TimeoutException };

    public void Dispose()
    {
        _transaction?.Dispose();
        _connection.Dispose();
    }

    private void Open()
    {
        if (_connection.State != System.Data.ConnectionState.Closed) _connection.Close();
        _connection.Open();
        using var command = new NpgsqlCommand("SET synchronous_commit = on", _connection);
        command.ExecuteNonQuery();
    }

    private sealed class Appender(NpgsqlBinaryImporter importer) : ITableAppender
    {
        private bool _inRow;

        public void Write(long value) => Row().Write(value, NpgsqlDbType.Bigint);

        public void Write(int value) => Row().Write(value, NpgsqlDbType.Integer);

        public void Write(bool value) => Row().Write(value, NpgsqlDbType.Boolean);

        public void Write(Guid value) => Row().Write(value, NpgsqlDbType.Uuid);

        public void Write(string value) => Row().Write(value, NpgsqlDbType.Text);

        public void Write(ReadOnlySpan<byte> value) => Row().Write(value.ToArray(), NpgsqlDbType.Bytea);

        public void WriteNull() => Row().WriteNull();

        public void EndRow() => _inRow = false;

        public void Complete() => importer.Complete();

        public void Dispose() => importer.Dispose();

        private NpgsqlBinaryImporter Row()
        {
            if (!_inRow) importer.StartRow();
            _inRow = true;
            return importer;
        }
    }
}
