using Microsoft.Data.Sqlite;

namespace ClausumPanel.Storage;

/// <summary>The file itself: how it is made, checked and copied.</summary>
public static class SqliteFile
{
    /// <summary>Only settable before the first page is written. Large pages made group commits half again as fast as the default 4 KiB.</summary>
    private const int PageSize = 16_384;

    public static void CreateOrCheck(StorageChoice storage, Action<string>? say = null)
    {
        var file = new FileInfo(storage.File);
        if (file is { Exists: true, Length: > 0 })
        {
            if (file.Length > 256 << 20) say?.Invoke($"Checking {storage.File}");
            Check(storage);
        }
        else Create(storage);
    }

    /// <summary>A consistent copy while others read and write: the online backup, never a copy of the file.</summary>
    public static void CopyTo(StorageChoice storage, string target)
    {
        using var from = new SqliteConnection(Unpooled(storage.ConnectionString));
        using var to = new SqliteConnection(Unpooled($"Data Source={target}"));
        from.Open();
        to.Open();
        from.BackupDatabase(to);
        Run(to, "PRAGMA journal_mode=DELETE");          // one file, complete in itself
    }

    private static void Create(StorageChoice storage)
    {
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(storage.File)!);
            using var connection = new SqliteConnection(Unpooled(storage.ConnectionString));
            connection.Open();
            Run(connection, $"PRAGMA page_size={PageSize}");
            Run(connection, "PRAGMA journal_mode=WAL");
            Run(connection, "PRAGMA user_version=0");
            if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(storage.File, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new SettingException($"The database file {storage.File} cannot be created: {e.Message}");
        }
    }

    private static void Check(StorageChoice storage)
    {
        try
        {
            using var connection = new SqliteConnection(Unpooled(storage.ConnectionString));
            connection.Open();
            if (Scalar(connection, "PRAGMA quick_check(1)") is var verdict and not "ok")
                throw new SettingException($"The database file {storage.File} is damaged ({verdict}): restore a backup.");
            Run(connection, "PRAGMA journal_mode=WAL");
        }
        catch (SqliteException e)
        {
            throw new SettingException($"The database file {storage.File} cannot be used: {e.Message}");
        }
    }

    private static string Unpooled(string connectionString) => new SqliteConnectionStringBuilder(connectionString) { Pooling = false }.ConnectionString;

    private static void Run(SqliteConnection connection, string sql) => Scalar(connection, sql);

    private static string? Scalar(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar()?.ToString();
    }
}
