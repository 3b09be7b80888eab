using System.Text;

namespace ClausumPanel.Storage.Cases;

/// <summary>What may be added to a case. A file is what its first bytes say; its name must not say otherwise.</summary>
public static class CaseFileTypes
{
    public const int LongestName = 120, MostBytes = 10 * 1024 * 1024, MostPerCase = 50;

    private const string Text = "text/plain";

    private static readonly (string ContentType, string[] Endings)[] All =
        [("application/pdf", [".pdf"]), ("image/png", [".png"]), ("image/jpeg", [".jpg", ".jpeg"]), ("image/webp", [".webp"]), (Text, [".txt", ".csv", ".eml", ".log"])];

    private static readonly Encoding Strict = new UTF8Encoding(false, throwOnInvalidBytes: true);

    /// <summary>For the form's <c>accept</c>.</summary>
    public static string Endings { get; } = string.Join(',', All.SelectMany(t => t.Endings));

    /// <summary>The type, when the bytes are of one that is taken and the name ends as such a file does; else null.</summary>
    public static string? Of(string name, ReadOnlySpan<byte> bytes)
    {
        ArgumentNullException.ThrowIfNull(name);
        var type = Sniff(bytes);
        var ending = Path.GetExtension(name);
        return type is not null && All.First(t => t.ContentType == type).Endings.Contains(ending, StringComparer.OrdinalIgnoreCase) ? type : null;
    }

    /// <summary>What a browser sent as a name, without any folder, control or reserved character; null when nothing is left of it.</summary>
    public static string? CleanName(string? name)
    {
        if (name is null) return null;
        var last = name[(name.LastIndexOfAny(['/', '\\']) + 1)..];
        var clean = new string([.. last.Where(c => !char.IsControl(c) && !char.IsSurrogate(c) && c is not (':' or '*' or '?' or '"' or '<' or '>' or '|') && char.GetUnicodeCategory(c) != System.Globalization.UnicodeCategory.Format)]).Trim(' ', '.');
        var ending = Path.GetExtension(clean);
        var stem = Path.GetFileNameWithoutExtension(clean).Trim();
        if (stem.Length == 0 || ending.Length is 0 or > 10) return null;
        return (stem.Length > LongestName - ending.Length ? stem[..(LongestName - ending.Length)] : stem) + ending;
    }

    private static string? Sniff(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith("%PDF-"u8)) return "application/pdf";
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])) return "image/png";
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF])) return "image/jpeg";
        if (bytes.Length >= 12 && bytes.StartsWith("RIFF"u8) && bytes[8..12].SequenceEqual("WEBP"u8)) return "image/webp";
        return IsText(bytes) ? Text : null;
    }

    private static bool IsText(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length == 0) return false;
        foreach (var b in bytes)
            if (b < 0x20 && b is not ((byte)'\t' or (byte)'\n' or (byte)'\r')) return false;
        try
        {
            Strict.GetCharCount(bytes);
            return true;
        }
        catch (DecoderFallbackException)
        {
            return false;
        }
    }
}
