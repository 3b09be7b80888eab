using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace ClausumPanel.Storage.Audit;

/// <summary>The installation's key for the audit chain, and the file beside it that remembers how far the chain had come.</summary>
public sealed class AuditKey
{
    private const int HeadEvery = 100;

    private readonly Lock _lock = new();
    private long? _remembered;

    private AuditKey(byte[] bytes, string headFile) => (Bytes, HeadFile) = (bytes, headFile);

    internal byte[] Bytes { get; }
    public string HeadFile { get; }

    /// <param name="setting">Panel:Audit:Key, base64 of at least 32 bytes; null or empty keeps a key in a file of its own.</param>
    /// <param name="stem">Path of the files without their endings: beside the database, but not inside it.</param>
    public static AuditKey From(string? setting, string stem) => new(string.IsNullOrEmpty(setting) ? ReadOrMake(stem + ".audit-key") : Parse(setting), stem + ".audit-head");

    /// <summary>A secret for another purpose of this installation: the same at every start, and no way back from it to the key.</summary>
    public byte[] Derive(string purpose) => HMACSHA256.HashData(Bytes, Encoding.UTF8.GetBytes($"derived: {purpose}"));

    /// <summary>About every hundredth entry is copied out of the database, so that a chain whose end was cut off shows it.</summary>
    internal void Remember(AuditEntry newest)
    {
        lock (_lock)
        {
            _remembered ??= ReadHead()?.Sequence ?? 0;
            if (newest.Sequence < _remembered + HeadEvery) return;
            WriteOwnerOnly(HeadFile + ".new", $"{newest.Sequence.ToString(CultureInfo.InvariantCulture)} {Convert.ToHexString(newest.Hash)}");
            File.Move(HeadFile + ".new", HeadFile, overwrite: true);
            _remembered = newest.Sequence;
        }
    }

    internal (long Sequence, string Hash)? ReadHead()
    {
        if (!File.Exists(HeadFile)) return null;
        var parts = File.ReadAllText(HeadFile).Trim().Split(' ');
        return parts.Length == 2 && long.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var sequence) ? (sequence, parts[1]) : null;
    }

    private static byte[] Parse(string setting)
    {
        var bytes = new byte[setting.Length];
        return Convert.TryFromBase64String(setting, bytes, out var length) && length >= 32
            ? bytes[..length]
            : throw new SettingException("Panel__Audit__Key must be base64 of at least 32 bytes: make one with `openssl rand -base64 32`.");
    }

    private static byte[] ReadOrMake(string file)
    {
        try
        {
            if (!File.Exists(file))
            {
                Directory.CreateDirectory(Path.GetDirectoryName(file)!);
                try { WriteOwnerOnly(file, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)), FileMode.CreateNew); }
                catch (IOException) when (File.Exists(file)) { /* another process was quicker: its key it is */ }
            }
            return Parse(File.ReadAllText(file).Trim());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SettingException($"The audit key {file} cannot be read or made: {e.Message}");
        }
    }

    private static void WriteOwnerOnly(string file, string text, FileMode mode = FileMode.Create)
    {
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using var writer = new StreamWriter(file, options);
        writer.Write(text);
    }
}
