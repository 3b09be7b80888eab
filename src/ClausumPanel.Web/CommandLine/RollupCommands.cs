using System.Globalization;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Metrics;

namespace ClausumPanel.Web.CommandLine;

/// <summary>Holds the figures the panel counts by against the assessments themselves.</summary>
internal sealed class VerifyRollups : Command
{
    public override string Name => "rollups verify";
    public override string Usage => "";

    public override async Task<int> RunAsync(CommandRun run, CancellationToken stop)
    {
        await using var scope = run.Services.CreateAsyncScope();
        var counted = 0L;
        var check = new RollupCheck(scope.ServiceProvider.GetRequiredService<PanelDb>(), run.Get<StorageChoice>(), run.Get<TimeProvider>());
        var differences = await check.VerifyAsync(n => counted = n, stop);
        foreach (var table in differences.Where(d => !d.IsNone))
            await run.Error.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"{table.Table}: {table.Missing} rows are missing or wrong, {table.Wrong} should not be so; for example {table.Example}"));
        if (differences.Any(d => !d.IsNone)) return run.Refuse("The figures are not what the assessments give. `rollups rebuild` counts them anew.");
        await run.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"The figures agree with {counted} assessments: {string.Join(", ", differences.Select(d => $"{d.Table} {d.Rows}"))} rows.{Since(check)}"));
        return 0;
    }

    /// <summary>Says from when on, where payments are gone.</summary>
    internal static string Since(RollupCheck check) => check.From is { } from ? string.Create(CultureInfo.InvariantCulture, $" From {from:yyyy-MM-dd} (UTC) on: payments before were kept long enough and are gone, and their sums stay as they are.") : "";
}

/// <summary>Counts the figures anew.</summary>
internal sealed class RebuildRollups : Command
{
    public override string Name => "rollups rebuild";
    public override string Usage => "";

    public override async Task<int> RunAsync(CommandRun run, CancellationToken stop)
    {
        var storage = run.Get<StorageChoice>();
        FileOwnership? ownership = null;
        if (storage.Provider == StorageProvider.Sqlite && !FileOwnership.TryTake(storage.File, out ownership)) return run.Refuse("A server is running on this database: stop it first.");
        using (ownership)
        {
            await using var scope = run.Services.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
            var counted = 0L;
            var check = new RollupCheck(db, storage, run.Get<TimeProvider>());
            var rows = await check.RebuildAsync(n => counted = n, stop);
            db.Audit(Actor.CommandLine, AuditActions.RollupsRebuilt, run.Get<TimeProvider>().GetUtcNow(), "rollups", after: new { Rows = rows.Sum(r => r.Rows) });
            await db.SaveChangesAsync(stop);
            await run.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"Counted {counted} assessments anew: {string.Join(", ", rows.Select(r => $"{r.Table} {r.Rows}"))} rows.{VerifyRollups.Since(check)}"));
            return 0;
        }
    }
}
