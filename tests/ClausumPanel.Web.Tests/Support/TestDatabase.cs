using ClausumPanel.Storage;
using ClausumPanel.Storage.Team;
using Microsoft.AspNetCore.Identity;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace ClausumPanel.Web.Tests.Support;

/// <summary>A database of its own for whoever asks: a copy of a template that was migrated, and peopled, once per run.</summary>
public sealed class TestDatabase : IAsyncDisposable
{
    public const string AuditKey = "dGhlIHRlc3RzJyBvd24ga2V5LCBvZiBubyB1c2UgZWxzZXdoZXJl";
    public static readonly string? PostgresServer = Environment.GetEnvironmentVariable("PANEL_POSTGRES");

    private static readonly string Folder = Directory.CreateTempSubdirectory("panel-tests-").FullName;
    private static readonly SemaphoreSlim One = new(1);
    private static string? _sqliteTemplate, _postgresTemplate;

    static TestDatabase() => AppDomain.CurrentDomain.ProcessExit += (_, _) =>
    {
        if (_postgresTemplate is { } template) OnServer($"DROP DATABASE IF EXISTS {template}").GetAwaiter().GetResult();
        Directory.Delete(Folder, recursive: true);
    };

    private TestDatabase(StorageProvider provider, string connectionString) => (Provider, ConnectionString) = (provider, connectionString);

    public StorageProvider Provider { get; }
    public string ConnectionString { get; }

    public static Task<TestDatabase> OfAsync(StorageProvider provider) => provider == StorageProvider.Sqlite ? SqliteAsync() : PostgresAsync();

    public static async Task<TestDatabase> SqliteAsync()
    {
        await One.WaitAsync();
        try
        {
            if (_sqliteTemplate is null)
            {
                var file = Path.Combine(Folder, "template.db");
                await FillAsync($"Data Source={file};Pooling=false");
                using (var connection = new SqliteConnection($"Data Source={file};Pooling=false"))
                {
                    connection.Open();
                    using var checkpoint = connection.CreateCommand();
                    checkpoint.CommandText = "PRAGMA wal_checkpoint(TRUNCATE)";
                    checkpoint.ExecuteNonQuery();
                }
                _sqliteTemplate = file;
            }
        }
        finally
        {
            One.Release();
        }
        var copy = Path.Combine(Folder, $"{Guid.NewGuid():N}.db");
        System.IO.File.Copy(_sqliteTemplate, copy);
        return new(StorageProvider.Sqlite, $"Data Source={copy}");
    }

    public static async Task<TestDatabase> PostgresAsync()
    {
        await One.WaitAsync();
        try
        {
            if (_postgresTemplate is null)
            {
                var name = $"panel_template_{Environment.ProcessId}";
                await OnServer($"DROP DATABASE IF EXISTS {name}");
                await OnServer($"CREATE DATABASE {name}");
                await FillAsync(On(name, pooling: false));
                _postgresTemplate = name;
            }
            var copy = $"panel_test_{Guid.NewGuid():N}";
            await OnServer($"CREATE DATABASE {copy} TEMPLATE {_postgresTemplate}");
            return new(StorageProvider.Postgres, On(copy, pooling: true));
        }
        finally
        {
            One.Release();
        }
    }

    /// <summary>An empty file or database that no migration has touched yet.</summary>
    public static async Task<TestDatabase> EmptyAsync(StorageProvider provider)
    {
        var name = $"panel_empty_{Guid.NewGuid():N}";
        if (provider == StorageProvider.Sqlite) return new(provider, $"Data Source={Path.Combine(Folder, name)}.db");
        await OnServer($"CREATE DATABASE {name}");
        return new(provider, On(name, pooling: true));
    }

    public string File => new SqliteConnectionStringBuilder(ConnectionString).DataSource;

    /// <summary>The services that <c>Storage</c> offers, on this database, without a web around them.</summary>
    public ServiceProvider Services() => ServicesOn(ConnectionString);

    public async ValueTask DisposeAsync()
    {
        if (Provider == StorageProvider.Postgres)
        {
            await using (var pooled = new NpgsqlConnection(ConnectionString)) NpgsqlConnection.ClearPool(pooled);
            await OnServer($"DROP DATABASE IF EXISTS {new NpgsqlConnectionStringBuilder(ConnectionString).Database} WITH (FORCE)");
            return;
        }
        await using (var connection = new SqliteConnection(ConnectionString)) SqliteConnection.ClearPool(connection);
        foreach (var file in Directory.EnumerateFiles(Folder, Path.GetFileName(File) + "*")) System.IO.File.Delete(file);
        foreach (var folder in (string[])[".keys", ".files"])
            if (Directory.Exists(File + folder)) Directory.Delete(File + folder, recursive: true);
    }

    private static ServiceProvider ServicesOn(string connectionString)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["ConnectionStrings:Panel"] = connectionString,
            ["Panel:Audit:Key"] = AuditKey,
        }).Build();
        var services = new ServiceCollection();
        services.AddSingleton<TimeProvider>(new TestClock());
        services.AddPanelStorage(configuration, Folder);
        return services.BuildServiceProvider();
    }

    private static async Task FillAsync(string connectionString)
    {
        await using var services = ServicesOn(connectionString);
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
        await db.PrepareAsync(services.GetRequiredService<StorageChoice>(), services.GetRequiredService<TimeProvider>());
        // Few rounds: tests sign in often, and none is about how slow hashing is.
        var hasher = new PasswordHasher<User>(Microsoft.Extensions.Options.Options.Create(new PasswordHasherOptions { IterationCount = 10 }));
        foreach (var person in World.Everybody)
        {
            var user = User.Called(person.Name, person.Email, person.Role, TestClock.Start);
            user.NormalizedEmail = user.NormalizedUserName = person.Email.ToUpperInvariant();
            user.SecurityStamp = Guid.NewGuid().ToString("N");
            user.PasswordHash = hasher.HashPassword(user, World.Password);
            db.Add(user);
        }
        await db.SaveChangesAsync();
    }

    private static string On(string database, bool pooling) => new NpgsqlConnectionStringBuilder(PostgresServer) { Database = database, Pooling = pooling, MaxPoolSize = 20 }.ConnectionString;

    private static async Task OnServer(string sql)
    {
        await using var connection = new NpgsqlConnection(On("postgres", pooling: false));
        await connection.OpenAsync();
        await using var command = connection.CreateCommand();
#pragma warning disable CA2100 // names made here, of our own letters
        command.CommandText = sql;
#pragma warning restore CA2100
        await command.ExecuteNonQueryAsync();
    }
}

public sealed class OnSqliteAttribute : Xunit.Sdk.DataAttribute
{
    public override IEnumerable<object[]> GetData(System.Reflection.MethodInfo testMethod) => [[StorageProvider.Sqlite]];
}

/// <summary>The same test on PostgreSQL, skipped with the reason where there is none.</summary>
public sealed class OnPostgresAttribute : Xunit.Sdk.DataAttribute
{
    public OnPostgresAttribute() => Skip = PostgresFactAttribute.Missing;

    public override IEnumerable<object[]> GetData(System.Reflection.MethodInfo testMethod) => [[StorageProvider.Postgres]];
}

/// <summary>A test that needs a PostgreSQL server.</summary>
public sealed class PostgresFactAttribute : FactAttribute
{
    public static string? Missing => TestDatabase.PostgresServer is null ? "PANEL_POSTGRES names no PostgreSQL server (Host=…;Username=…)." : null;

    public PostgresFactAttribute()
    {
        if (Missing is not null) Skip = Missing;
    }
}
