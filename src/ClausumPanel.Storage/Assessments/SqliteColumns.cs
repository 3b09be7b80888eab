using System.Runtime.InteropServices;
using SQLitePCL;

namespace ClausumPanel.Storage.Assessments;

/// <summary>
/// The columns of the row a statement stands on, as SQLite holds them: bytes without a copy, and without what a call through a safe handle costs, which is as much as all that SQLite does for a row.
/// </summary>
internal sealed partial class SqliteColumns : IDisposable
{
    private const string Library = "e_sqlite3";

    private readonly sqlite3_stmt _statement;
    private readonly nint _handle;
    private bool _isHeld;

    public SqliteColumns(sqlite3_stmt statement)
    {
        _statement = statement;
        statement.DangerousAddRef(ref _isHeld);
        _handle = statement.DangerousGetHandle();
    }

    public long Number(int column) => Number(_handle, column);

    /// <summary>They last until the statement goes on.</summary>
    public unsafe ReadOnlySpan<byte> Bytes(int column)
    {
        var first = Blob(_handle, column);
        return new ReadOnlySpan<byte>(first, Length(_handle, column));
    }

    public void Dispose()
    {
        if (!_isHeld) return;
        _isHeld = false;
        _statement.DangerousRelease();
    }

    // Each takes some nanoseconds and waits for nobody: the connection is used by one thread at a time.
    [SuppressGCTransition]
    [LibraryImport(Library, EntryPoint = "sqlite3_column_int64")]
    private static partial long Number(nint statement, int column);

    [SuppressGCTransition]
    [LibraryImport(Library, EntryPoint = "sqlite3_column_blob")]
    private static unsafe partial void* Blob(nint statement, int column);

    [SuppressGCTransition]
    [LibraryImport(Library, EntryPoint = "sqlite3_column_bytes")]
    private static partial int Length(nint statement, int column);
}
