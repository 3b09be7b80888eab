using System.Data.Common;

namespace ClausumPanel.Storage.Assessments;

/// <summary>The tables the log appends to, with the columns in the order they are written.</summary>
internal sealed record LogTable(string Name, params string[] Columns)
{
    public static readonly LogTable Assessments = new("assessments", "seq", "id", "at", "flow", "decision", "score", "amount", "currency", "policy_version", "latency_microseconds", "key_id",
        "simulated", "session_id", "order_id", "payment_id", "idempotency_key", "blocked_by", "replaces", "signals", "facts", "request", "warnings");

    public static readonly LogTable MemoryRecords = new("memory_records", "seq", "at", "flow", "decision", "amount", "currency", "last4", "session", "replaces", "simulated", "keys", "idempotency");
    public static readonly LogTable OutboxEvents = new("outbox_events", "number", "type", "seq", "at");
    public static readonly LogTable Reviews = new("reviews", "seq", "queue", "opened_at", "decision", "state", "version", "visible_at", "due_at", "warn_at", "expires_at", "stake", "is_loyal", "lease_is_ahead", "is_timed_out");
    public static readonly LogTable Releases = new("assessment_releases", "seq", "at");
    public static readonly LogTable Rows = new("assessment_rows", "seq", "at", "flow", "decision", "score", "amount", "currency", "country", "simulated", "channel", "submerchant", "scheme", "latency_microseconds", "signals");
    public static readonly LogTable Signals = new("assessment_signals", "signal", "seq");
    public static readonly LogTable RuleHits = new("assessment_rules", "rule", "seq");
    public static readonly LogTable Terms = new("assessment_terms", "segment", "term", "kind", "seq");
}

/// <summary>One engine's fastest way to append rows, used by the writer's thread alone.</summary>
internal interface ILogStore : IDisposable
{
    /// <summary>The writer's own connection, for what is not appending.</summary>
    DbConnection Connection { get; }

    void Begin();

    /// <summary>Inside a transaction: from here to its end nobody else numbers events.</summary>
    void LockOutbox();

    /// <summary>The end of a SELECT whose rows must still be there when the transaction ends.</summary>
    string AndKeep { get; }

    /// <summary>An instant as this engine stores it, in Unix milliseconds.</summary>
    long Milliseconds(DbDataReader reader, int column);

    /// <summary>On return the rows survive a pulled plug.</summary>
    void Commit();

    void Rollback();

    /// <summary>Rows of one table; finish one table before the next.</summary>
    ITableAppender Append(LogTable table);

    /// <summary>Inside a transaction: writes as much as a large payment, and nothing that stays.</summary>
    void Try();

    /// <summary>Called between transactions: time for housekeeping that must not delay a commit.</summary>
    void Rest(int rowsWritten);

    /// <summary>True when a row itself was refused (not the disk, not the connection), so the others of its batch can still be stored.</summary>
    bool IsRowsFault(Exception e);

    /// <summary>True when another writer was waited for in vain: nothing is wrong with the store.</summary>
    bool IsBusy(Exception e);
}

/// <summary>Writes values in column order, then <see cref="EndRow"/>; <see cref="IDisposable.Dispose"/> ends the table.</summary>
internal interface ITableAppender : IDisposable
{
    void Write(long value);

    void Write(int value);

    void Write(bool value);

    void Write(Guid value);

    void Write(string value);

    void Write(ReadOnlySpan<byte> value);

    void WriteNull();

    void EndRow();

    /// <summary>All rows are handed over; without it, disposing takes them back where the engine buffers.</summary>
    void Complete();
}

internal static class TableAppenderExtensions
{
    public static void WriteOrNull(this ITableAppender appender, string? value)
    {
        if (value is null) appender.WriteNull(); else appender.Write(value);
    }

    public static void WriteOrNull(this ITableAppender appender, long? value)
    {
        if (value is { } v) appender.Write(v); else appender.WriteNull();
    }

    public static void WriteOrNull(this ITableAppender appender, Guid? value)
    {
        if (value is { } v) appender.Write(v); else appender.WriteNull();
    }
}
