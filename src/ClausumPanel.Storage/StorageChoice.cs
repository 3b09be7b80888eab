using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace ClausumPanel.Storage;

public enum StorageProvider { Sqlite, Postgres }

/// <summary>Which engine, and how to reach it.</summary>
public sealed record StorageChoice(StorageProvider Provider, string ConnectionString)
{
    /// <summary>The SQLite file, as an absolute path.</summary>
    public string File => Provider == StorageProvider.Sqlite
        ? Path.GetFullPath(new SqliteConnectionStringBuilder(ConnectionString).DataSource)
        : throw new InvalidOperationException("PostgreSQL keeps no file of ours.");

    /// <summary>What may be shown and logged: never a password.</summary>
    public override string ToString()
    {
        if (Provider == StorageProvider.Sqlite) return File;
        var parts = new NpgsqlConnectionStringBuilder(ConnectionString);
        return $"{parts.Host}:{parts.Port}/{parts.Database}";
    }

    public static StorageChoice From(IConfiguration configuration, string homeFolder)
    {
        var text = configuration.GetConnectionString("Panel");
        if (string.IsNullOrWhiteSpace(text)) text = $"Data Source={Path.Combine(homeFolder, "App_Data", "panel.db")}";
        var provider = configuration["Panel:Provider"] switch
        {
            null or "" => LooksLikePostgres(text) ? StorageProvider.Postgres : StorageProvider.Sqlite,
            "sqlite" => StorageProvider.Sqlite,
            "postgres" => StorageProvider.Postgres,
            var other => throw new SettingException($"Panel__Provider is \"{other}\": it must be sqlite or postgres."),
        };
        return new(provider, provider == StorageProvider.Sqlite ? Sqlite(text) : Postgres(text));
    }

    private static bool LooksLikePostgres(string text) =>
        text.Split(';').Any(part => part.TrimStart().StartsWith("Host=", StringComparison.OrdinalIgnoreCase) || part.TrimStart().StartsWith("Server=", StringComparison.OrdinalIgnoreCase));

    private static string Sqlite(string text)
    {
        try
        {
            var parts = new SqliteConnectionStringBuilder(text) { ForeignKeys = true, Cache = SqliteCacheMode.Default };
            if (parts.DataSource is "" or ":memory:") throw new SettingException("ConnectionStrings__Panel names no file: write Data Source=/path/panel.db.");
            parts.DataSource = Path.GetFullPath(parts.DataSource);
            if (!text.Contains("Timeout", StringComparison.OrdinalIgnoreCase)) parts.DefaultTimeout = 5;      // it is SQLite's busy timeout too; the library's 30 s would outlast every caller
            return parts.ConnectionString;
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw new SettingException($"ConnectionStrings__Panel is not a SQLite connection string: {e.Message}");
        }
    }

    private static string Postgres(string text)
    {
        try
        {
            var parts = new NpgsqlConnectionStringBuilder(text);
            if (string.IsNullOrEmpty(parts.Host) || string.IsNullOrEmpty(parts.Database))
                throw new SettingException("ConnectionStrings__Panel names no host or no database: write Host=…;Database=…;Username=….");
            return parts.ConnectionString;
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            throw new SettingException($"ConnectionStrings__Panel is not a PostgreSQL connection string: {e.Message}");
        }
    }
}
