using System.Text.Json;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Web.Plumbing;

namespace ClausumPanel.Web.CommandLine;

internal sealed class Backup : Command
{
    public override string Name => "backup";
    public override string Usage => "FILE [--made-elsewhere]   (only writes down that FILE was made, by pg_dump or a snapshot of the disk)";
    public override string[] Flags => ["made-elsewhere"];
    public override int Positionals => 1;

    public override async Task<int> RunAsync(CommandRun run, CancellationToken stop)
    {
        var storage = run.Get<StorageChoice>();
        var target = Path.GetFullPath(run.Positionals[0]);
        if (run.Has("made-elsewhere"))
        {
            await NoteAsync(run, run.Positionals[0], null, stop);
            await run.Out.WriteLineAsync($"{run.Positionals[0]} is written down as a backup of now.");
            return 0;
        }
        if (storage.Provider != StorageProvider.Sqlite) return run.Refuse("This panel keeps its data in PostgreSQL: back it up with pg_dump, then write it down with backup FILE --made-elsewhere.");
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
        await NoteAsync(run, target, new FileInfo(target).Length, stop);
        await run.Out.WriteLineAsync($"{target} holds everything up to now ({new FileInfo(target).Length / 1024:N0} KiB). Keep {Path.GetFileName(storage.File)}.audit-key and the {Path.GetFileName(storage.File)}.keys folder somewhere else: they are not in it.");
        return 0;
    }

    /// <summary>What the panel shows of the last backup. The trail's own line comes before the copy, so that it is in it; this comes after, when there is a copy.</summary>
    private static async Task NoteAsync(CommandRun run, string file, long? bytes, CancellationToken stop)
    {
        await using var scope = run.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
        var now = run.Get<TimeProvider>().GetUtcNow();
        await LiveSettings.StoreAsync(db, LastBackup.Name, JsonSerializer.Serialize(new LastBackup(now, file, bytes)), now, stop);
        if (bytes is null) db.Audit(Actor.CommandLine, AuditActions.BackedUp, now, "file", file);
        await db.SaveChangesAsync(stop);
    }
}
