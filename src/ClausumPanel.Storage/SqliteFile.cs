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
            Check(storage.ConnectionString, storage.File);
            KeepWriteAheadLog(storage);
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
        OwnerOnly(target);
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
            OwnerOnly(storage.File);
        }
        catch (Exception e) when (e is SqliteException or IOException or UnauthorizedAccessException)
        {
            throw new SettingException($"The database file {storage.File} cannot be created: {e.Message}");
        }
    }

    /// <summary>Puts a backup in the database's place. The server must not be running.</summary>
    public static void Replace(string source, StorageChoice storage)
    {
        using var from = new SqliteConnection(Unpooled($"Data Source={source};Mode=ReadOnly"));
        from.Open();
        foreach (var ending in (string[])["", "-wal", "-shm"]) File.Delete(storage.File + ending);
        Create(storage);
        using var to = new SqliteConnection(Unpooled(storage.ConnectionString));
        to.Open();
        Run(to, "PRAGMA journal_mode=DELETE");
        from.BackupDatabase(to);
        Run(to, "PRAGMA journal_mode=WAL");
    }

    /// <exception cref="SettingException">It is damaged, or no database at all.</exception>
    public static void Check(string connectionString, string file)
    {
        try
        {
            using var connection = new SqliteConnection(Unpooled(connectionString));
            connection.Open();
            if (Scalar(connection, "PRAGMA quick_check(1)") is var verdict and not "ok")
                throw new SettingException($"The database file {file} is damaged ({verdict}): restore a backup.");
        }
        catch (SqliteException e)
        {
            throw new SettingException($"The database file {file} cannot be used ({e.Message}): restore a backup.");
        }
    }

    /// <summary>The migrations that a file has been through; none when it is not a panel's.</summary>
    public static IReadOnlyList<string> Migrations(string file)
    {
        using var connection = new SqliteConnection(Unpooled($"Data Source={file};Mode=ReadOnly"));
        connection.Open();
        if (Scalar(connection, "SELECT name FROM sqlite_master WHERE name = '__EFMigrationsHistory'") is null) return [];
        using var command = connection.CreateCommand();
        command.CommandText = "SELECT \"MigrationId\" FROM \"__EFMigrationsHistory\" ORDER BY 1";
        using var reader = command.ExecuteReader();
        var migrations = new List<string>();
        while (reader.Read()) migrations.Add(reader.GetString(0));
        return migrations;
    }

    private static void KeepWriteAheadLog(StorageChoice storage)
    {
        using var connection = new SqliteConnection(Unpooled(storage.ConnectionString));
        connection.Open();
        Run(connection, "PRAGMA journal_mode=WAL");
    }

    private static void OwnerOnly(string file)
    {
        if (!OperatingSystem.IsWindows()) File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserWrite);
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
