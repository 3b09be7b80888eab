using System.Buffers;
using System.Data.Common;
using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace ClausumPanel.Storage.Assessments;

/// <summary>
/// Appends through prepared statements on SQLite's own interface: a tenth of the cost of a command object per row. Checkpoints run on a thread and a
/// connection of their own, so that no commit waits for them; only the last little is copied between two commits, since a log that is never copied whole never starts over.
/// </summary>
internal sealed class SqliteLogStore : ILogStore
{
    private const int CheckpointEvery = 4_000;

    private readonly SqliteConnection _connection;
    private readonly sqlite3 _db;
    private readonly Dictionary<LogTable, Appender> _appenders = [];
    private readonly sqlite3_stmt _begin, _commit, _rollback;
    private readonly Checkpointer _checkpointer;
    private int _sinceCheckpoint;

    public SqliteLogStore(string connectionString)
    {
        var own = new SqliteConnectionStringBuilder(connectionString) { Pooling = false, DefaultTimeout = 2 }.ToString();
        _connection = new SqliteConnection(own);
        _connection.Open();
        _db = _connection.Handle!;
        foreach (var pragma in new[] { "journal_mode=WAL", "synchronous=FULL", "wal_autocheckpoint=0", "journal_size_limit=-1", "foreign_keys=OFF", "cache_size=-65536", "busy_timeout=1000" })
            Check(raw.sqlite3_exec(_db, $"PRAGMA {pragma}"));
        _begin = Prepare("BEGIN IMMEDIATE");
        _commit = Prepare("COMMIT");
        _rollback = Prepare("ROLLBACK");
        _checkpointer = new Checkpointer(own);
    }

    public DbConnection Connection => _connection;

    public void Begin() => Run(_begin);

    // Whoever is in a transaction is the only writer.
    public void LockOutbox()
    {
    }

    public string AndKeep => "";

    public long Milliseconds(DbDataReader reader, int column) => reader.GetInt64(column);

    public void Commit() => Run(_commit);

    public void Rollback()
    {
        // SQLite has already rolled back by itself after some errors; then there is nothing to do.
        if (raw.sqlite3_get_autocommit(_db) == 0) Run(_rollback);
    }

    public void Try()
    {
        Check(raw.sqlite3_exec(_db, "INSERT INTO log_marks (reader, seq) VALUES (hex(zeroblob(30000)), 0)"));
        Check(raw.sqlite3_exec(_db, "DELETE FROM log_marks WHERE reader = hex(zeroblob(30000))"));
    }

    public ITableAppender Append(LogTable table)
    {
        if (!_appenders.TryGetValue(table, out var appender))
            _appenders[table] = appender = new Appender(this, Prepare($"INSERT INTO {table.Name} ({string.Join(", ", table.Columns)}) VALUES ({string.Join(", ", table.Columns.Select(_ => "?"))})"));
        return appender;
    }

    public void Rest(int rowsWritten)
    {
        if (_checkpointer.IsNearlyDone)
        {
            Checkpointer.Run(_db);
            _checkpointer.IsNearlyDone = false;
            _sinceCheckpoint = 0;
        }
        else if ((_sinceCheckpoint += rowsWritten) >= CheckpointEvery)
        {
            _sinceCheckpoint = 0;
            _checkpointer.Wake();
        }
    }

    public bool IsRowsFault(Exception e) => e is SqliteException { SqliteErrorCode: raw.SQLITE_CONSTRAINT or raw.SQLITE_TOOBIG or raw.SQLITE_MISMATCH };

    public bool IsBusy(Exception e) => e is SqliteException { SqliteErrorCode: raw.SQLITE_BUSY };

    public void Dispose()
    {
        _checkpointer.Dispose();
        foreach (var appender in _appenders.Values) appender.Finish();
        foreach (var statement in new[] { _begin, _commit, _rollback }) raw.sqlite3_finalize(statement);
        raw.sqlite3_wal_checkpoint_v2(_db, null, raw.SQLITE_CHECKPOINT_TRUNCATE, out _, out _);
        _connection.Dispose();
    }

    private sqlite3_stmt Prepare(string sql)
    {
        Check(raw.sqlite3_prepare_v3(_db, sql, raw.SQLITE_PREPARE_PERSISTENT, out var statement));
        return statement;
    }

    private void Run(sqlite3_stmt statement)
    {
        var result = raw.sqlite3_step(statement);
        raw.sqlite3_reset(statement);
        if (result is not raw.SQLITE_DONE and not raw.SQLITE_ROW) Throw(result);
    }

    private void Check(int result)
    {
        if (result != raw.SQLITE_OK) Throw(result);
    }

    private void Throw(int result) => throw new SqliteException(raw.sqlite3_errmsg(_db).utf8_to_string(), result, raw.sqlite3_extended_errcode(_db));

    private sealed class Appender(SqliteLogStore store, sqlite3_stmt statement) : ITableAppender
    {
        private int _column;

        public void Write(long value) => store.Check(raw.sqlite3_bind_int64(statement, ++_column, value));

        public void Write(int value) => store.Check(raw.sqlite3_bind_int64(statement, ++_column, value));

        public void Write(bool value) => store.Check(raw.sqlite3_bind_int(statement, ++_column, value ? 1 : 0));

        public void Write(Guid value)
        {
            Span<byte> bytes = stackalloc byte[16];
            value.TryWriteBytes(bytes, bigEndian: true, out _);
            Write(bytes);
        }

        [SkipLocalsInit]
        public void Write(string value)
        {
            var most = Encoding.UTF8.GetMaxByteCount(value.Length);
            byte[]? rented = null;
            Span<byte> bytes = most <= 512 ? stackalloc byte[512] : rented = ArrayPool<byte>.Shared.Rent(most);
            var length = Encoding.UTF8.GetBytes(value, bytes);
            store.Check(raw.sqlite3_bind_text(statement, ++_column, bytes[..length]));
            if (rented is not null) ArrayPool<byte>.Shared.Return(rented);
        }

        public void Write(ReadOnlySpan<byte> value) =>
            store.Check(value.IsEmpty ? raw.sqlite3_bind_zeroblob(statement, ++_column, 0) : raw.sqlite3_bind_blob(statement, ++_column, value));

        public void WriteNull() => store.Check(raw.sqlite3_bind_null(statement, ++_column));

        public void EndRow()
        {
            _column = 0;
            store.Run(statement);
        }

        public void Complete() => _column = 0;

        public void Dispose() => _column = 0;

        public void Finish() => raw.sqlite3_finalize(statement);
    }

    /// <summary>Copies the write-ahead log into the file, beside the writer.</summary>
    private sealed class Checkpointer : IDisposable
    {
        // Each time round copies what was written during the last: three, and little is left.
        private const int Rounds = 3;

        private readonly SqliteConnection _connection;
        private readonly Thread _thread;
        private readonly AutoResetEvent _wake = new(false);
        private volatile bool _stop, _isNearlyDone;

        public Checkpointer(string connectionString)
        {
            _connection = new SqliteConnection(connectionString);
            _connection.Open();
            using (var command = _connection.CreateCommand())
            {
                command.CommandText = "PRAGMA synchronous=FULL; PRAGMA wal_autocheckpoint=0;";
                command.ExecuteNonQuery();
            }
            _thread = new Thread(Loop) { IsBackground = true, Name = "checkpoint" };
            _thread.Start();
        }

        /// <summary>All but the newest is copied: one short checkpoint between two commits now, and the log starts over.</summary>
        public bool IsNearlyDone { get => _isNearlyDone; set => _isNearlyDone = value; }

        public void Wake() => _wake.Set();

        public static void Run(sqlite3 db) => raw.sqlite3_wal_checkpoint_v2(db, null, raw.SQLITE_CHECKPOINT_PASSIVE, out _, out _);

        public void Dispose()
        {
            _stop = true;
            _wake.Set();
            _thread.Join();
            _connection.Dispose();
            _wake.Dispose();
        }

        private void Loop()
        {
            while (true)
            {
                _wake.WaitOne();
                if (_stop) return;
                for (var round = 0; round < Rounds; round++) Run(_connection.Handle!);
                IsNearlyDone = true;
            }
        }
    }
}
