using System.Security.Cryptography;

namespace ClausumPanel.Storage.Files;

/// <summary>Where the bytes of the files of cases and disputes lie: beside the database, outside everything that is served, each under a random name that says nothing.</summary>
/// <param name="path">The folder; made when the first file comes.</param>
public sealed class FileFolder(string path)
{
    public string Folder { get; } = path;

    /// <summary>A name that nobody guesses.</summary>
    public static string NewName() => RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>Writes the bytes under a name that is new.</summary>
    public async Task KeepAsync(string name, ReadOnlyMemory<byte> bytes, CancellationToken stop)
    {
        if (!IsName(name)) throw new ArgumentException("A file is kept under 32 hexadecimal digits.", nameof(name));
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(Folder);
        else Directory.CreateDirectory(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var file = new FileStream(Path.Combine(Folder, name), options);
        await file.WriteAsync(bytes, stop);
        await file.FlushAsync(stop);
        file.Flush(flushToDisk: true);          // the row that names it is promised to outlive a pulled plug
    }

    /// <returns>The bytes; null when they are gone or not those that were stored.</returns>
    public async Task<byte[]?> ReadAsync(string name, ReadOnlyMemory<byte> sha256, CancellationToken stop)
    {
        var place = Path.Combine(Folder, name);
        if (!IsName(name) || !File.Exists(place)) return null;
        var bytes = await File.ReadAllBytesAsync(place, stop);
        return CryptographicOperations.FixedTimeEquals(SHA256.HashData(bytes), sha256.Span) ? bytes : null;
    }

    /// <summary>Takes back what no row names any more.</summary>
    public void Forget(string name)
    {
        if (Directory.Exists(Folder)) File.Delete(Path.Combine(Folder, name));
    }

    private static bool IsName(string name) => name.Length == 32 && name.All(char.IsAsciiHexDigitLower);
}
