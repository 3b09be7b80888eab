using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Storage;

public sealed class AuditTests
{
    private static readonly Actor Ines = new(ActorKind.Person, Guid.CreateVersion7(), "Inés", "203.0.113.7");

    private static async Task<T> InAsync<T>(ServiceProvider services, Func<PanelDb, Task<T>> use)
    {
        await using var scope = services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<PanelDb>());
    }

    private static Task<bool> WriteAsync(ServiceProvider services, int entries) => InAsync(services, async db =>
    {
        for (var i = 0; i < entries; i++) db.Audit(Ines, AuditActions.SettingChanged, TestClock.Start, "setting", $"s{i}", before: new { Value = i }, after: new { Value = "señal" });
        await db.SaveChangesAsync();
        return true;
    });

    private static Task<string?> BreakAsync(ServiceProvider services) => InAsync(services, db => AuditChain.FindBreakAsync(db, services.GetRequiredService<AuditKey>()));

    // Somebody with the file in their hands takes the triggers away first.
    private static Task<int> TamperAsync(ServiceProvider services, string sql) => InAsync(services, async db =>
    {
        var (stay, keep) = db is SqlitePanelDb
            ? ("DROP TRIGGER audit_entries_stay", "DROP TRIGGER audit_entries_keep")
            : ("DROP TRIGGER audit_entries_stay ON audit_entries", "DROP TRIGGER audit_entries_keep ON audit_entries");
        await db.Database.ExecuteSqlRawAsync(stay);
        await db.Database.ExecuteSqlRawAsync(keep);
        return await db.Database.ExecuteSqlRawAsync(sql);
    });

    [Theory, OnSqlite, OnPostgres]
    public async Task Entries_follow_each_other_without_a_gap_and_the_chain_is_whole(StorageProvider engine)
    {
        await using var database = await TestDatabase.OfAsync(engine);
        await using var services = database.Services();
        await WriteAsync(services, 3);
        await WriteAsync(services, 2);
        Assert.Equal([1L, 2, 3, 4, 5], await InAsync(services, db => db.AuditEntries.OrderBy(e => e.Sequence).Select(e => e.Sequence).ToListAsync()));
        Assert.Equal(["s0", "s1", "s2", "s0", "s1"], await InAsync(services, db => db.AuditEntries.OrderBy(e => e.Sequence).Select(e => e.SubjectId).ToListAsync()));
        Assert.Null(await BreakAsync(services));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task Many_writers_at_once_make_one_chain(StorageProvider engine)
    {
        await using var database = await TestDatabase.OfAsync(engine);
        await using var services = database.Services();
        await Task.WhenAll(Enumerable.Range(0, 12).Select(_ => Task.Run(() => WriteAsync(services, 3))));
        Assert.Equal(36, await InAsync(services, db => db.AuditEntries.MaxAsync(e => e.Sequence)));
        Assert.Null(await BreakAsync(services));
    }

    [Theory, OnSqlite, OnPostgres]
    public async Task The_database_itself_refuses_to_alter_or_remove_an_entry(StorageProvider engine)
    {
        await using var database = await TestDatabase.OfAsync(engine);
        await using var services = database.Services();
        await WriteAsync(services, 2);
        foreach (var sql in (string[])["UPDATE audit_entries SET actor_name = 'nobody' WHERE sequence = 1", "DELETE FROM audit_entries WHERE sequence = 2"])
            await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => InAsync(services, db => db.Database.ExecuteSqlRawAsync(sql)));
        Assert.Null(await BreakAsync(services));
    }

    [Theory]
    [InlineData("UPDATE audit_entries SET actor_name = 'nobody' WHERE sequence = 3", "Entry 3 is not as it was written")]
    [InlineData("UPDATE audit_entries SET at = at + 1000 WHERE sequence = 2", "Entry 2 is not as it was written")]
    [InlineData("UPDATE audit_entries SET before = NULL WHERE sequence = 4", "Entry 4 is not as it was written")]
    [InlineData("UPDATE audit_entries SET address = '' || actor_name, actor_name = address WHERE sequence = 1", "Entry 1 is not as it was written")]
    [InlineData("DELETE FROM audit_entries WHERE sequence = 2", "Entry 2 is missing")]
    [InlineData("DELETE FROM audit_entries WHERE sequence = 1", "Entry 1 is missing")]
    [InlineData("UPDATE audit_entries SET hash = previous_hash WHERE sequence = 5", "Entry 5 is not as it was written")]
    public async Task Whatever_is_done_to_the_file_shows_at_the_first_entry_it_touched(string sql, string told)
    {
        await using var database = await TestDatabase.SqliteAsync();
        await using var services = database.Services();
        await WriteAsync(services, 5);
        await TamperAsync(services, sql);
        Assert.StartsWith(told, await BreakAsync(services), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_chain_whose_end_was_cut_off_shows_it()
    {
        await using var database = await TestDatabase.SqliteAsync();
        await using var services = database.Services();
        await WriteAsync(services, 101);
        await TamperAsync(services, "DELETE FROM audit_entries WHERE sequence > 90");
        Assert.StartsWith("Entry 91 is missing: the chain reached 101 once", await BreakAsync(services), StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_was_not_saved_was_not_recorded_either()
    {
        await using var database = await TestDatabase.SqliteAsync();
        await using var services = database.Services();
        await InAsync(services, async db =>
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            db.Audit(Ines, AuditActions.SettingChanged, TestClock.Start);
            await db.SaveChangesAsync();
            await transaction.RollbackAsync();
            return true;
        });
        Assert.Equal(0, await InAsync(services, db => db.AuditEntries.CountAsync()));
        await WriteAsync(services, 1);
        Assert.Null(await BreakAsync(services));
    }

    [Fact]
    public async Task The_key_is_kept_in_a_file_only_its_owner_reads()
    {
        var stem = Path.Combine(Directory.CreateTempSubdirectory("panel-audit-").FullName, "panel.db");
        var made = AuditKey.From(null, stem);
        Assert.Equal(made.Bytes, AuditKey.From("", stem).Bytes);
        Assert.Equal(32, made.Bytes.Length);
        if (!OperatingSystem.IsWindows()) Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(stem + ".audit-key"));
        Assert.Contains("Panel__Audit__Key", Assert.Throws<SettingException>(() => AuditKey.From("c2hvcnQ=", stem)).Message, StringComparison.Ordinal);
        await File.WriteAllTextAsync(stem + ".audit-key", "");
        Assert.Throws<SettingException>(() => AuditKey.From(null, stem));
        Directory.Delete(Path.GetDirectoryName(stem)!, recursive: true);
    }
}
