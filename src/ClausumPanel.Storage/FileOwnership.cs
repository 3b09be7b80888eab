using System.Diagnostics.CodeAnalysis;

namespace ClausumPanel.Storage;

/// <summary>A running server owns its SQLite file: what it holds in memory would not agree with what a second one writes.</summary>
public sealed class FileOwnership : IDisposable
{
    private readonly FileStream _lock;

    private FileOwnership(FileStream held) => _lock = held;

    /// <exception cref="SettingException">Another server has it.</exception>
    public static FileOwnership Take(string databaseFile) => TryTake(databaseFile, out var ownership)
        ? ownership
        : throw new SettingException($"Another server is running on {databaseFile}: stop it first, or give this one a file of its own.");

    /// <returns>False when a server has it.</returns>
    public static bool TryTake(string databaseFile, [NotNullWhen(true)] out FileOwnership? ownership)
    {
        var path = databaseFile + ".lock";
        ownership = null;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            ownership = new(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            return true;
        }
        catch (UnauthorizedAccessException e)
        {
            throw new SettingException($"The lock file {path} cannot be opened: {e.Message}");
        }
        catch (IOException e) when (e is not DirectoryNotFoundException)
        {
            return false;
        }
    }

    // The file stays: taking it away would let two servers each lock their own.
    public void Dispose() => _lock.Dispose();
}
