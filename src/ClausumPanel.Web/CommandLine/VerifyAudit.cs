using System.Globalization;
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
        var key = run.Get<AuditKey>();
        var verdict = await AuditChain.VerifyAsync(scope.ServiceProvider.GetRequiredService<PanelDb>(), key, stop: stop);
        if (AuditChain.Sentence(verdict, key) is { } broken) return run.Refuse(broken);
        await run.Out.WriteLineAsync($"The audit trail is whole: {verdict.Intact} entries, each as it was written.");
        if (verdict.Cut is { } cut)
            await run.Out.WriteLineAsync(string.Create(CultureInfo.InvariantCulture, $"It begins with entry {cut.Sequence + 1}: those before, up to {cut.LastAt:yyyy-MM-dd}, were kept long enough and removed on {cut.CutAt:yyyy-MM-dd}, under this installation's seal."));
        return 0;
    }
}
