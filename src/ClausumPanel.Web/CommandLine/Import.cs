using ClausumPanel.Storage.Imports;

namespace ClausumPanel.Web.CommandLine;

/// <summary>Takes in what was paid before the panel came, so that it knows the payers.</summary>
internal sealed class Import : HistoryCommand
{
    public override string Name => "import";
    public override string Usage => "FILE   (one request per line, as for POST /api/v1/assess, with \"occurred_at\" and for payouts \"flow\":\"payout\"; oldest first)";
    public override int Positionals => 1;

    public override async Task<int> RunAsync(CommandRun run, CancellationToken stop)
    {
        var path = Path.GetFullPath(run.Positionals[0]);
        if (!File.Exists(path)) return run.Refuse($"{path} is not there.");
        if (path.Length > ImportJob.LongestPath) return run.Refuse("The path of the file is too long.");
        if (await BringInAsync(run, ImportKind.File, path, stop) is not { } tally) return 1;
        await RecordAsync(run, path, tally, stop);
        return tally.Refused == 0 ? 0 : 1;
    }
}
