using System.Text.Json;
using System.Text.Json.Serialization;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Files;
using ClausumPanel.Web.Plumbing;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>Why a file is not taken.</summary>
public enum FileProblem
{
    None, Empty, TooLarge, Nameless, WrongKind, Misnamed, TooMany,
}

/// <summary>What one case, or one dispute, takes of files.</summary>
/// <param name="Megabytes">Each file, at most.</param>
/// <param name="Files">Together, at most.</param>
/// <param name="Kinds">What they may be.</param>
public sealed record FileRoom(int Megabytes, int Files, IReadOnlyList<FileKind> Kinds)
{
    /// <summary>What a server takes at all: one request holds a file and its form.</summary>
    public const int MostMegabytes = 25, MostFiles = 500;

    /// <summary>The most bytes of a request that brings a file.</summary>
    public const int MostRequest = (MostMegabytes + 1) << 20;

    [JsonIgnore] public long MostBytes => (long)Megabytes << 20;

    /// <summary>For a form's <c>accept</c>.</summary>
    [JsonIgnore] public string Endings => string.Join(',', Kinds.SelectMany(k => k.Endings()));

    /// <param name="name">Cleaned; null when nothing of it was left.</param>
    /// <param name="bytes">All of them.</param>
    /// <param name="kind">What they are, when nothing is wrong.</param>
    public FileProblem Check(string? name, ReadOnlySpan<byte> bytes, out FileKind kind)
    {
        kind = default;
        if (bytes.IsEmpty) return FileProblem.Empty;
        if (bytes.Length > MostBytes) return FileProblem.TooLarge;
        if (name is null) return FileProblem.Nameless;
        if (FileTypes.Of(bytes) is not { } found || !Kinds.Contains(found)) return FileProblem.WrongKind;
        kind = found;
        return FileTypes.IsNamedAs(name, found) ? FileProblem.None : FileProblem.Misnamed;
    }
}

/// <summary>How many files, how large and of which kinds a case and a dispute take. Set by admins, kept in the store.</summary>
public sealed record FileSettings
{
    private const string Name = "files";

    public FileRoom Cases { get; init; } = new(10, 50, [FileKind.Pdf, FileKind.Png, FileKind.Jpeg, FileKind.Webp, FileKind.Text]);

    /// <summary>Banks and providers take PDF and pictures and nothing else.</summary>
    public FileRoom Disputes { get; init; } = new(10, 30, DisputeKinds);

    public static IReadOnlyList<FileKind> DisputeKinds { get; } = [FileKind.Pdf, FileKind.Png, FileKind.Jpeg];

    public static async Task<FileSettings> LoadAsync(PanelDb db, CancellationToken stop) =>
        await db.Settings.AsNoTracking().SingleOrDefaultAsync(s => s.Name == Name, stop) is { } stored ? JsonSerializer.Deserialize<FileSettings>(stored.Value)! : new FileSettings();

    /// <returns>False when that holds already.</returns>
    public async Task<bool> SaveAsync(PanelDb db, Actor who, DateTimeOffset now, CancellationToken stop)
    {
        var (before, value) = (await LoadAsync(db, stop), JsonSerializer.Serialize(this));
        if (JsonSerializer.Serialize(before) == value) return false;
        await LiveSettings.StoreAsync(db, Name, value, now, stop);
        db.Audit(who, AuditActions.SettingChanged, now, "setting", Name, before, this);
        await db.SaveChangesAsync(CancellationToken.None);
        return true;
    }
}
