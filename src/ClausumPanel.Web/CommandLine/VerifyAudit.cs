using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;

namespace ClausumPanel.Web.CommandLine;

internal sealed class VerifyAudit : Command
{
    public override string Name => "audit verify";
    public override string Usage => "";

    public override async Task<int> RunAsync(CommandRun run, CancellationToken stop)
    {
        await using var scope = run.Services.CreateAsyncScope();
        var entries = 0L;
        var broken = await AuditChain.FindBreakAsync(scope.ServiceProvider.GetRequiredService<PanelDb>(), run.Get<AuditKey>(), n => entries = n, stop);
        if (broken is not null) return run.Refuse(broken);
        await run.Out.WriteLineAsync($"The audit trail is whole: {entries} entries, each as it was written.");
        return 0;
    }
}
