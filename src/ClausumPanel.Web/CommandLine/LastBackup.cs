using System.Text.Json;
using ClausumPanel.Storage;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.CommandLine;

/// <summary>The last backup that was finished.</summary>
/// <param name="At">When.</param>
/// <param name="File">Where it lies.</param>
/// <param name="Bytes">How large it is; null when it was made by something else.</param>
public sealed record LastBackup(DateTimeOffset At, string File, long? Bytes)
{
    internal const string Name = "panel.last-backup";

    public static async Task<LastBackup?> LoadAsync(PanelDb db, CancellationToken stop) =>
        await db.Settings.AsNoTracking().SingleOrDefaultAsync(s => s.Name == Name, stop) is { } stored ? JsonSerializer.Deserialize<LastBackup>(stored.Value) : null;
}
