using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Imports;
using ClausumPanel.Web.Demo;

namespace ClausumPanel.Web.CommandLine;

/// <summary>Fills an empty store with people, a key, lists and a month of traffic.</summary>
internal sealed class FillDemo : HistoryCommand
{
    public override string Name => "demo";
    public override string Usage => "  (on an empty store, never in Production)";

    public override async Task<int> RunAsync(CommandRun run, CancellationToken stop)
    {
        var demo = run.Get<DemoData>();
        if (await demo.RefusalAsync(stop) is { } refusal) return run.Refuse(refusal);
        var key = await demo.PrepareAsync(Actor.CommandLine, stop);
        await run.Out.WriteLineAsync(Welcome.Text(null, await demo.SignInsAsync(stop), demo.Password, key));
        return await BringInAsync(run, ImportKind.Demo, "", stop) is { Refused: 0 } ? 0 : 1;
    }
}
