using System.Data.Common;
using System.Globalization;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Files;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Settings;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Storage;

public static class StorageSetup
{
    /// <param name="services">Gets <see cref="PanelDb"/> and <see cref="StorageChoice"/>.</param>
    /// <param name="configuration">ConnectionStrings:Panel and Panel:Provider.</param>
    /// <param name="homeFolder">Where the SQLite file goes when nothing says otherwise.</param>
    public static StorageChoice AddPanelStorage(this IServiceCollection services, IConfiguration configuration, string homeFolder)
    {
        var storage = StorageChoice.From(configuration, homeFolder);
        services.AddSingleton(storage);
        services.UsePanelIdentitySchema();
        var stem = storage.Provider == StorageProvider.Sqlite ? storage.File : Path.Combine(homeFolder, "App_Data", "panel");
        services.AddSingleton(AuditKey.From(configuration["Panel:Audit:Key"], stem));
        services.AddSingleton(new FileFolder(configuration["Panel:Cases:Folder"] is { Length: > 0 } folder ? Path.GetFullPath(folder) : stem + ".files"));
        if (storage.Provider == StorageProvider.Sqlite)
            services.AddDbContextPool<PanelDb, SqlitePanelDb>(db => db.UseSqlite(storage.ConnectionString).AddInterceptors(SqliteSession.Instance).ReplaceService<IMigrationsSqlGenerator, SqliteTables>());
        else
            services.AddDbContextPool<PanelDb, PostgresPanelDb>(db => db.UseNpgsql(storage.ConnectionString));
        return storage;
    }

    /// <summary>What a running server adds: the keys in memory, and the watch that makes everything in memory follow the database.</summary>
    public static void AddPanelMemory(this IServiceCollection services)
    {
        services.AddSingleton<ApiKeyRing>().AddSingleton<IFollowChanges>(s => s.GetRequiredService<ApiKeyRing>());
        services.AddHostedService<ChangeWatch>();
        services.AddHostedService<WriteKeyUses>();
    }

    /// <summary>Identity reads its schema version from the services of whoever makes the context: the third has the table of passkeys.</summary>
    private static void UsePanelIdentitySchema(this IServiceCollection services) => services.Configure<IdentityOptions>(o => o.Stores.SchemaVersion = IdentitySchemaVersions.Version3);

    internal static IServiceProvider DesignServices()
    {
        var services = new ServiceCollection();
        services.UsePanelIdentitySchema();
        return services.BuildServiceProvider();
    }

    /// <summary>Brings the database to this program's version: checks the file, keeps a copy when there is something to change, migrates.</summary>
    /// <exception cref="SettingException">The file is broken, or of a newer program.</exception>
    public static async Task PrepareAsync(this PanelDb db, StorageChoice storage, TimeProvider clock, Action<string>? say = null, CancellationToken stop = default)
    {
        if (storage.Provider == StorageProvider.Sqlite) SqliteFile.CreateOrCheck(storage, say);
        var known = db.Database.GetMigrations().ToList();
        var applied = await AppliedAsync(db, storage, stop);
        if (applied.Except(known).LastOrDefault() is { } newer)
            throw new SettingException($"The database {storage} is of a newer program (it has \"{newer}\"): start that one, or restore an older backup.");
        if (applied.Count < known.Count) await MigrateAsync(db, storage, applied, clock, say, stop);
        foreach (var guard in db.Guards) await db.Database.ExecuteSqlRawAsync(guard, stop);
        // While nobody else writes yet.
        await AssessmentMemory.HashKeyAsync(db, clock.GetUtcNow(), stop);
    }

    private static async Task MigrateAsync(PanelDb db, StorageChoice storage, List<string> applied, TimeProvider clock, Action<string>? say, CancellationToken stop)
    {
        if (applied.Count > 0 && storage.Provider == StorageProvider.Sqlite)
        {
            var copy = $"{storage.File}.before-{clock.GetUtcNow().ToString("yyyyMMdd-HHmmss", CultureInfo.InvariantCulture)}";
            say?.Invoke($"Keeping a copy of the database as {copy}");
            SqliteFile.CopyTo(storage, copy);
        }
        say?.Invoke(applied.Count == 0 ? $"Creating the tables in {storage}" : $"Migrating {storage}");
        await db.Database.MigrateAsync(stop);
    }

    private static async Task<List<string>> AppliedAsync(PanelDb db, StorageChoice storage, CancellationToken stop)
    {
        try
        {
            return await db.Database.CanConnectAsync(stop) && await db.GetService<IHistoryRepository>().ExistsAsync(stop) ? [.. await db.Database.GetAppliedMigrationsAsync(stop)] : [];
        }
        catch (DbException e)
        {
            throw new SettingException($"The database {storage} does not answer: {e.Message}");
        }
    }
}

/// <summary>
/// What every SQLite connection of ours is told first: an answer given survives a pulled plug, and whoever finds the file busy looks again after a millisecond or two (SQLite's own
/// way of waiting; the library above it would sleep 150 ms at a time, and lose against a log that is written without a pause).
/// </summary>
internal sealed class SqliteSession : DbConnectionInterceptor
{
    public static readonly SqliteSession Instance = new();

    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA synchronous=FULL; PRAGMA busy_timeout=2000; PRAGMA wal_autocheckpoint=0";      // the log copies the write-ahead log into the file, off everybody's path
        command.ExecuteNonQuery();
    }

    public override Task ConnectionOpenedAsync(DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        ConnectionOpened(connection, eventData);
        return Task.CompletedTask;
    }
}
