using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Settings;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.CommandLine;

internal sealed class RevokeKey : Command
{
    public override string Name => "keys revoke";
    public override string Usage => "KEY   (its id, name, first characters, last four, or the whole key)";
    public override int Positionals => 1;

    public override async Task<int> RunAsync(CommandRun run, CancellationToken stop)
    {
        var asked = run.Positionals[0];
        await using var scope = run.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
        var found = (await db.ApiKeys.Where(k => k.RevokedAt == null).ToListAsync(stop)).Where(k => k.IsCalled(asked)).ToList();
        if (found.Count == 0) return run.Refuse($"No key that still works is called \"{Shorten(asked)}\".");
        if (found.Count > 1) return run.Refuse($"{found.Count} keys are called \"{Shorten(asked)}\": name one by its id.\n" + string.Join('\n', found.Select(k => $"  {k.Id}  {k.Prefix}…{k.LastFour}  {k.Name}")));

        var now = run.Get<TimeProvider>().GetUtcNow();
        found[0].Revoke(null, now);
        db.Audit(Actor.CommandLine, AuditActions.KeyRevoked, now, "key", found[0].Id.ToString(), before: found[0].Summary);
        await db.SaveAndRaiseAsync(ChangeTopics.Keys, stop);
        await run.Out.WriteLineAsync($"Revoked {found[0].Prefix}…{found[0].LastFour} ({found[0].Name}).");
        return 0;
    }

    // A whole key given by mistake is not printed again.
    private static string Shorten(string text) => text.Length > 20 ? text[..10] + "…" : text;
}
