using System.Globalization;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Settings;

namespace ClausumPanel.Web.CommandLine;

/// <summary>Prints the key, and nothing else, so that a script can keep it.</summary>
internal sealed class CreateKey : Command
{
    public override string Name => "keys create";
    public override string Usage => "--type server|checkout|ingest --name NAME [--per-minute N] [--per-day N] [--permissions \"assess fraud:report\"] [--origins \"https://shop.example\"] [--expires-in-days N]";
    public override string[] Options => ["type", "name", "per-minute", "per-day", "permissions", "origins", "expires-in-days"];

    public override async Task<int> RunAsync(CommandRun run, CancellationToken stop)
    {
        if (!KeyTypes.TryParse(run["type"], out var type)) return run.Misused("--type must be server, checkout or ingest.");
        if (string.IsNullOrWhiteSpace(run["name"]) || run["name"]!.Length > 100) return run.Misused("--name must have 1 to 100 characters.");
        if (!TryCount(run["per-minute"], out var perMinute)) return run.Misused("--per-minute must be a whole number of at least 1.");
        if (!TryCount(run["per-day"], out var perDay)) return run.Misused("--per-day must be a whole number of at least 1.");
        if (!TryCount(run["expires-in-days"], out var days) || days > 36_500) return run.Misused("--expires-in-days must be a whole number of at least 1.");
        if (!Origins.TryRead(run["origins"], out var origins, out var wrong)) return run.Misused($"\"{wrong}\" is not an origin: write https://host.");
        if (origins.Length > 0 && type != KeyType.Checkout) return run.Misused("Only checkout keys have origins.");

        var now = run.Get<TimeProvider>().GetUtcNow();
        var (key, text) = ApiKey.Issue(run["name"]!.Trim(), type, now);
        if (perMinute is { } minute) key.PerMinute = minute;
        key.PerDay = perDay;
        key.AllowedOrigins = origins;
        if (days is { } d) key.ExpiresAt = now.AddDays(d);
        if (run["permissions"] is { } permissions)
        {
            if (!KeyPermissions.TryRead(type, permissions, out var read)) return run.Misused($"--permissions of a {type.Name()} key are of: {string.Join(' ', KeyPermissions.Of(type))}, or *.");
            key.Permissions = read;
        }

        await using var scope = run.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
        db.Add(key);
        db.Audit(Actor.CommandLine, AuditActions.KeyCreated, now, "key", key.Id.ToString(), after: key.Summary);
        await db.SaveAndRaiseAsync(ChangeTopics.Keys, stop);
        await run.Out.WriteLineAsync(text);
        return 0;
    }

    private static bool TryCount(string? text, out int? count)
    {
        count = null;
        if (text is null) return true;
        if (!int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number < 1) return false;
        count = number;
        return true;
    }
}
