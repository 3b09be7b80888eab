using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Settings;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.CommandLine;

internal sealed class Restore : Command
{
    public override string Name => "restore";
    public override string Usage => "FILE   (with the server stopped)";
    public override int Positionals => 1;
    public override bool NeedsDatabase => false;

    public override async Task<int> RunAsync(CommandRun run, CancellationToken stop)
    {
        var storage = run.Get<StorageChoice>();
        var source = Path.GetFullPath(run.Positionals[0]);
        if (storage.Provider != StorageProvider.Sqlite) return run.Refuse("This panel keeps its data in PostgreSQL: restore it with pg_restore.");
        if (!File.Exists(source)) return run.Refuse($"{source} is not there.");
        using var ownership = FileOwnership.Take(storage.File);
        SqliteFile.Check($"Data Source={source};Mode=ReadOnly", source);

        await using var scope = run.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
        var migrations = SqliteFile.Migrations(source);
        if (migrations.Count == 0) return run.Refuse($"{source} is not a backup of a panel.");
        if (migrations.Except(db.Database.GetMigrations()).Any()) return run.Refuse($"{source} is of a newer program: restore it with that one.");

        if (File.Exists(storage.File))
        {
            var kept = $"{storage.File}.before-restore";
            if (File.Exists(kept)) return run.Refuse($"{kept} is there from an earlier restore: move it away first.");
            SqliteFile.CopyTo(storage, kept);
            await run.Out.WriteLineAsync($"What was there is kept as {kept}");
        }
        SqliteFile.Replace(source, storage);

        var clock = run.Get<TimeProvider>();
        await db.PrepareAsync(storage, clock, run.Out.WriteLine, stop);
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        await db.UserSessions.ExecuteDeleteAsync(stop);         // whoever was signed in then is not signed in now
        db.Audit(Actor.CommandLine, AuditActions.Restored, clock.GetUtcNow(), "file", source);
        await db.RaiseAsync(ChangeTopics.Keys, stop);
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(stop);
        await run.Out.WriteLineAsync($"{storage.File} is as it was in {source}. Everybody signs in again. Keys that were revoked since that backup work again: revoke them.");
        return 0;
    }
}
