using System.Security.Cryptography;

namespace ClausumPanel.Storage.Cases;

/// <summary>Where the bytes of case files lie: beside the database, outside everything that is served, each under a random name that says nothing.</summary>
/// <param name="path">The folder; made when the first file comes.</param>
public sealed class CaseFolder(string path)
{
    public string Folder { get; } = path;

    /// <summary>Writes the bytes under a new name.</summary>
    public async Task<string> KeepAsync(ReadOnlyMemory<byte> bytes, CancellationToken stop)
    {
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(Folder);
        else Directory.CreateDirectory(Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var name = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write, Options = FileOptions.Asynchronous };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        await using var file = new FileStream(Path.Combine(Folder, name), options);
        await file.WriteAsync(bytes, stop);
        await file.FlushAsync(stop);
        file.Flush(flushToDisk: true);          // the row that names it is promised to outlive a pulled plug
        return name;
    }

    /// <returns>The bytes; null when they are gone or not those that were stored.</returns>
    public async Task<byte[]?> ReadAsync(CaseFile file, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(file);
        var place = Path.Combine(Folder, file.StoredAs);
        if (file.StoredAs.Length != 32 || !file.StoredAs.All(char.IsAsciiHexDigitLower) || !File.Exists(place)) return null;
        var bytes = await File.ReadAllBytesAsync(place, stop);
        return CryptographicOperations.FixedTimeEquals(SHA256.HashData(bytes), file.Sha256) ? bytes : null;
    }

    /// <summary>Takes back what no row names after all.</summary>
    public void Forget(string name) => File.Delete(Path.Combine(Folder, name));
}
