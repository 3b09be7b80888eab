using ClausumPanel.Storage;

namespace ClausumPanel.Web.CommandLine;

internal sealed class Migrate : Command
{
    public override string Name => "migrate";
    public override string Usage => "";
    public override bool NeedsDatabase => false;

    public override async Task<int> RunAsync(CommandRun run, CancellationToken stop)
    {
        await using var scope = run.Services.CreateAsyncScope();
        var storage = run.Get<StorageChoice>();
        await scope.ServiceProvider.GetRequiredService<PanelDb>().PrepareAsync(storage, run.Get<TimeProvider>(), run.Out.WriteLine, stop);
        await run.Out.WriteLineAsync($"{storage} is ready.");
        return 0;
    }
}
