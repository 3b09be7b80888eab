using System.Security.Cryptography;

namespace ClausumPanel.Storage.Disputes;

/// <summary>Where the files of disputes lie: a folder beside the database, outside everything the server serves, each file under its random id.</summary>
public sealed class DisputeFolder(string folder)
{
    public string Folder { get; } = folder;

    public async Task WriteAsync(Guid id, ReadOnlyMemory<byte> bytes, CancellationToken stop)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(Folder);
        else Directory.CreateDirectory(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var path = PathOf(id);
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        await file.WriteAsync(bytes, stop);
        file.Flush(flushToDisk: true);
    }

    /// <returns>Null when it is gone, or is not what was stored.</returns>
    public async Task<byte[]?> ReadAsync(DisputeFile file, CancellationToken stop)
    {
        var path = PathOf(file.Id);
        if (!File.Exists(path)) return null;
        var bytes = await File.ReadAllBytesAsync(path, stop);
        return Convert.ToHexStringLower(SHA256.HashData(bytes)) == file.Sha256 ? bytes : null;
    }

    public void Remove(Guid id) => File.Delete(PathOf(id));

    private string PathOf(Guid id) => Path.Combine(Folder, id.ToString("N"));

    /// <summary>What the bytes are, by how they begin: a name or a header says nothing. Null for anything but PDF, JPEG and PNG.</summary>
    public static string? TypeOf(ReadOnlySpan<byte> bytes) =>
        bytes.StartsWith("%PDF-"u8) ? "application/pdf" : bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]) ? "image/jpeg" : bytes.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]) ? "image/png" : null;

    /// <summary>A picture is one page; a PDF says so where its pages are not packed away.</summary>
    public static int? PagesOf(ReadOnlySpan<byte> bytes, string type)
    {
        if (type != "application/pdf") return 1;
        var pages = 0;
        var rest = bytes;
        while (rest.IndexOf("/Type"u8) is >= 0 and var at)
        {
            rest = rest[(at + 5)..];
            var word = rest.TrimStart((byte)' ');
            if (word.StartsWith("/Page"u8) && !word.StartsWith("/Pages"u8)) pages++;
        }
        return pages == 0 ? null : pages;
    }
}
