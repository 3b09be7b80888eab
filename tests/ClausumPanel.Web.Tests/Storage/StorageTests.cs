using ClausumPanel.Storage;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Settings;
using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Tests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Storage;

public sealed class StorageTests
{
    private static async Task<string> PrepareAsync(TestDatabase database)
    {
        await using var services = database.Services();
        await using var scope = services.CreateAsyncScope();
        var said = new List<string>();
        await scope.ServiceProvider.GetRequiredService<PanelDb>().PrepareAsync(services.GetRequiredService<StorageChoice>(), services.GetRequiredService<TimeProvider>(), said.Add);
        return string.Join('\n', said);
    }

    private static object? Ask(string file, string sql)
    {
        using var connection = new SqliteConnection($"Data Source={file};Pooling=false");
        connection.Open();
        using var command = connection.CreateCommand();
#pragma warning disable CA2100 // written in this file
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar();
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task The_model_and_the_migrations_agree(StorageProvider engine)
    {
        await using var database = await TestDatabase.OfAsync(engine);
        await using var services = database.Services();
        await using var scope = services.CreateAsyncScope();
        Assert.False(scope.ServiceProvider.GetRequiredService<PanelDb>().Database.HasPendingModelChanges());
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task An_empty_database_is_made_and_the_second_start_changes_nothing(StorageProvider engine)
    {
        await using var database = await TestDatabase.EmptyAsync(engine);
        Assert.Contains("Creating the tables", await PrepareAsync(database), StringComparison.Ordinal);
        Assert.Equal("", await PrepareAsync(database));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_newer_programs_database_is_refused_by_name(StorageProvider engine)
    {
        await using var database = await TestDatabase.OfAsync(engine);
        await using (var services = database.Services())
        await using (var scope = services.CreateAsyncScope())
            await scope.ServiceProvider.GetRequiredService<PanelDb>().Database.ExecuteSqlRawAsync("INSERT INTO \"__EFMigrationsHistory\" (\"MigrationId\", \"ProductVersion\") VALUES ('29990101000000_Tomorrow', '99.0.0')");
        var refused = await Assert.ThrowsAsync<SettingException>(() => PrepareAsync(database));
        Assert.Contains("29990101000000_Tomorrow", refused.Message, StringComparison.Ordinal);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Instants_order_and_come_back_as_they_went_whatever_their_offset(StorageProvider engine)
    {
        await using var database = await TestDatabase.OfAsync(engine);
        await using var services = database.Services();
        var morning = new DateTimeOffset(2026, 1, 31, 23, 30, 0, 123, TimeSpan.FromHours(-6));
        DateTimeOffset[] instants = [morning.AddMilliseconds(1), morning, morning.ToOffset(TimeSpan.FromHours(9)).AddSeconds(-1)];
        await using (var scope = services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
            foreach (var (at, i) in instants.Select((at, i) => (at, i))) db.Add(new PanelSetting { Name = $"t{i}", Value = "", ChangedAt = at });
            await db.SaveChangesAsync();
        }
        await using var later = services.CreateAsyncScope();
        var read = later.ServiceProvider.GetRequiredService<PanelDb>();
        Assert.Equal(["t2", "t1", "t0"], await read.Settings.Where(s => s.Name != "velocity.key").OrderBy(s => s.ChangedAt).Select(s => s.Name).ToListAsync());
        Assert.Equal(["t1"], await read.Settings.Where(s => s.ChangedAt == morning).Select(s => s.Name).ToListAsync());
        Assert.Equal(["t0"], await read.Settings.Where(s => s.Name != "velocity.key" && s.ChangedAt > morning).Select(s => s.Name).ToListAsync());
        Assert.Equal(morning.ToUniversalTime(), (await read.Settings.SingleAsync(s => s.Name == "t1")).ChangedAt);
        Assert.Equal(1, await read.Settings.Where(s => s.Name == "t1").ExecuteUpdateAsync(s => s.SetProperty(x => x.ChangedAt, morning.AddDays(1))));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Ids_order_as_the_moments_they_were_made(StorageProvider engine)
    {
        await using var database = await TestDatabase.OfAsync(engine);
        await using var services = database.Services();
        var ids = Enumerable.Range(0, 20).Select(i => Guid.CreateVersion7(TestClock.Start.AddMilliseconds(i * 7_919))).ToList();
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
        foreach (var id in ids.AsEnumerable().Reverse())
            db.Add(new ApiKey { Id = id, Name = "n", Type = KeyType.Server, Hash = id.ToByteArray(), Prefix = "p", LastFour = "l", Permissions = "*" });
        await db.SaveChangesAsync();
        Assert.Equal(ids, await db.ApiKeys.OrderBy(k => k.Id).Select(k => k.Id).ToListAsync());
        Assert.Equal(ids[11..], await db.ApiKeys.Where(k => k.Id > ids[10]).OrderBy(k => k.Id).Select(k => k.Id).ToListAsync());
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_change_and_its_mark_are_saved_together_or_not_at_all(StorageProvider engine)
    {
        await using var database = await TestDatabase.OfAsync(engine);
        await using var services = database.Services();
        await using (var scope = services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
            db.Add(new PanelSetting { Name = "twice", Value = "1" });
            await db.SaveAndRaiseAsync(ChangeTopics.Settings);
        }
        await using (var scope = services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
            db.Add(new PanelSetting { Name = "twice", Value = "2" });
            await Assert.ThrowsAsync<DbUpdateException>(() => db.SaveAndRaiseAsync(ChangeTopics.Settings));
        }
        await using var last = services.CreateAsyncScope();
        Assert.Equal(1, (await last.ServiceProvider.GetRequiredService<PanelDb>().ChangeMarks.SingleAsync(m => m.Topic == ChangeTopics.Settings)).Version);
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task A_person_and_what_refers_to_them_can_be_found_by_role(StorageProvider engine)
    {
        await using var database = await TestDatabase.OfAsync(engine);
        await using var services = database.Services();
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
        Assert.Equal([World.Maria.Email, World.Tomas.Email], await db.Users.Where(u => u.Role == Role.Analyst).OrderBy(u => u.Email).Select(u => u.Email).ToListAsync());
        var orphan = ApiKey.Issue("of nobody", KeyType.Server, TestClock.Start, Guid.CreateVersion7()).Key;
        db.Add(orphan);
        await Assert.ThrowsAsync<DbUpdateException>(() => db.SaveChangesAsync());
    }

    [Fact]
    public async Task A_sqlite_file_has_large_pages_a_write_ahead_log_and_full_syncs()
    {
        await using var database = await TestDatabase.EmptyAsync(StorageProvider.Sqlite);
        await PrepareAsync(database);
        Assert.Equal(16_384L, Ask(database.File, "PRAGMA page_size"));
        Assert.Equal("wal", Ask(database.File, "PRAGMA journal_mode"));
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(database.File));

        await using var services = database.Services();
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
        Assert.Equal([2], await db.Database.SqlQueryRaw<int>("SELECT synchronous AS \"Value\" FROM pragma_synchronous").ToListAsync());
        Assert.Equal([2000], await db.Database.SqlQueryRaw<int>("SELECT timeout AS \"Value\" FROM pragma_busy_timeout").ToListAsync());
        Assert.Equal([1], await db.Database.SqlQueryRaw<int>("SELECT foreign_keys AS \"Value\" FROM pragma_foreign_keys").ToListAsync());
        Assert.Equal(5, db.Database.GetDbConnection() is SqliteConnection connection ? connection.DefaultTimeout : 0);
    }

    [Fact]
    public async Task A_damaged_file_is_refused_by_its_name_and_left_as_it_is()
    {
        await using var database = await TestDatabase.SqliteAsync();
        await using (var file = new FileStream(database.File, FileMode.Open)) file.SetLength(file.Length / 2);
        var length = new FileInfo(database.File).Length;
        var refused = await Assert.ThrowsAsync<SettingException>(() => PrepareAsync(database));
        Assert.Contains(database.File, refused.Message, StringComparison.Ordinal);
        Assert.Equal(length, new FileInfo(database.File).Length);

        await File.WriteAllTextAsync(database.File, "this was never a database, but it is long enough to be looked at as if it were one; it goes on and on");
        Assert.Contains(database.File, (await Assert.ThrowsAsync<SettingException>(() => PrepareAsync(database))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_migration_that_fails_leaves_nothing_half_done()
    {
        await using var database = await TestDatabase.EmptyAsync(StorageProvider.Sqlite);
        Ask(database.File, "CREATE TABLE users (id INTEGER)");      // in the migration's way
        await Assert.ThrowsAnyAsync<Exception>(() => PrepareAsync(database));
        Assert.Null(Ask(database.File, "SELECT name FROM sqlite_master WHERE name = 'audit_entries'"));
    }

    [Fact]
    public async Task Only_one_server_owns_a_file()
    {
        await using var database = await TestDatabase.SqliteAsync();
        using (FileOwnership.Take(database.File))
        {
            var refused = Assert.Throws<SettingException>(() => FileOwnership.Take(database.File));
            Assert.Contains(database.File, refused.Message, StringComparison.Ordinal);
        }
        FileOwnership.Take(database.File).Dispose();
    }

    [Theory]
    [InlineData("Data Source=/tmp/x.db", null, StorageProvider.Sqlite)]
    [InlineData("Host=db;Database=panel;Username=p", null, StorageProvider.Postgres)]
    [InlineData("Server=db;Database=panel", "postgres", StorageProvider.Postgres)]
    [InlineData(null, null, StorageProvider.Sqlite)]
    public void The_engine_is_deduced_where_nobody_names_it(string? connectionString, string? provider, StorageProvider expected) =>
        Assert.Equal(expected, StorageChoice.From(Configured(connectionString, provider), "/home/panel").Provider);

    [Theory]
    [InlineData("Data Source=/tmp/x.db", "oracle", "Panel__Provider")]
    [InlineData("Data Source=:memory:", null, "ConnectionStrings__Panel")]
    [InlineData("Nonsense=1", null, "ConnectionStrings__Panel")]
    [InlineData("Host=db;Nonsense=1", null, "ConnectionStrings__Panel")]
    [InlineData("Host=db", null, "ConnectionStrings__Panel")]
    public void A_wrong_connection_is_refused_in_a_sentence_that_names_the_setting(string connectionString, string? provider, string setting) =>
        Assert.StartsWith(setting, Assert.Throws<SettingException>(() => StorageChoice.From(Configured(connectionString, provider), "/home/panel")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_password_is_not_shown() =>
        Assert.DoesNotContain("secret", StorageChoice.From(Configured("Host=db;Database=panel;Username=p;Password=secret", null), "/").ToString(), StringComparison.Ordinal);

    private static IConfiguration Configured(string? connectionString, string? provider) =>
        new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["ConnectionStrings:Panel"] = connectionString, ["Panel:Provider"] = provider }).Build();
}
