using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;

namespace ClausumPanel.Web.CommandLine;

internal sealed class Backup : Command
{
    public override string Name => "backup";
    public override string Usage => "FILE";
    public override int Positionals => 1;

    public override async Task<int> RunAsync(CommandRun run, CancellationToken stop)
    {
        var storage = run.Get<StorageChoice>();
        var target = Path.GetFullPath(run.Positionals[0]);
        if (storage.Provider != StorageProvider.Sqlite) return run.Refuse("This panel keeps its data in PostgreSQL: back it up with pg_dump.");
        if (File.Exists(target)) return run.Refuse($"{target} is there already: a backup overwrites nothing.");

        await using var scope = run.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
        db.Audit(Actor.CommandLine, AuditActions.BackedUp, run.Get<TimeProvider>().GetUtcNow(), "file", target);
        await db.SaveChangesAsync(stop);
        try
        {
            SqliteFile.CopyTo(storage, target);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or Microsoft.Data.Sqlite.SqliteException)
        {
            return run.Refuse($"{target} cannot be written: {e.Message}");
        }
        await run.Out.WriteLineAsync($"{target} holds everything up to now ({new FileInfo(target).Length / 1024:N0} KiB). Keep {Path.GetFileName(storage.File)}.audit-key and the {Path.GetFileName(storage.File)}.keys folder somewhere else: they are not in it.");
        return 0;
    }
}
