using System.Globalization;
using System.Text;
using System.Text.Json.Serialization;

namespace ClausumPanel.Storage.Files;

/// <summary>What a file of a case or a dispute may be.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<FileKind>))]
public enum FileKind
{
    Pdf, Png, Jpeg, Webp, Text,
}

/// <summary>A file is what its first bytes say: a name or a header says nothing.</summary>
public static class FileTypes
{
    public const int LongestName = 120;

    private static readonly Encoding Strict = new UTF8Encoding(false, throwOnInvalidBytes: true);

    /// <summary>What the bytes are; null for anything that is never taken.</summary>
    public static FileKind? Of(ReadOnlySpan<byte> bytes)
    {
        if (bytes.StartsWith("%PDF-"u8)) return FileKind.Pdf;
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])) return FileKind.Png;
        if (bytes.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF])) return FileKind.Jpeg;
        if (bytes.Length >= 12 && bytes.StartsWith("RIFF"u8) && bytes[8..12].SequenceEqual("WEBP"u8)) return FileKind.Webp;
        return IsText(bytes) ? FileKind.Text : null;
    }

    public static string ContentType(this FileKind kind) => kind switch
    {
        FileKind.Pdf => "application/pdf",
        FileKind.Png => "image/png",
        FileKind.Jpeg => "image/jpeg",
        FileKind.Webp => "image/webp",
        FileKind.Text => "text/plain",
    };

    /// <summary>How the name of such a file ends; the usual one first.</summary>
    public static IReadOnlyList<string> Endings(this FileKind kind) => kind switch
    {
        FileKind.Pdf => [".pdf"],
        FileKind.Png => [".png"],
        FileKind.Jpeg => [".jpg", ".jpeg"],
        FileKind.Webp => [".webp"],
        FileKind.Text => [".txt", ".csv", ".eml", ".log"],
    };

    public static bool IsNamedAs(string name, FileKind kind) => kind.Endings().Contains(Path.GetExtension(name), StringComparer.OrdinalIgnoreCase);

    /// <summary>What a browser sent as a name, without any folder, control or reserved character; null when nothing is left of it.</summary>
    public static string? CleanName(string? name)
    {
        if (name is null) return null;
        var last = name[(name.LastIndexOfAny(['/', '\\']) + 1)..];
        var clean = new string([.. last.Where(c => !char.IsControl(c) && !char.IsSurrogate(c) && c is not (':' or '*' or '?' or '"' or '<' or '>' or '|') && char.GetUnicodeCategory(c) != UnicodeCategory.Format)]).Trim(' ', '.');
        var ending = Path.GetExtension(clean);
        var stem = Path.GetFileNameWithoutExtension(clean).Trim();
        if (stem.Length == 0 || ending.Length is 0 or > 10) return null;
        return (stem.Length > LongestName - ending.Length ? stem[..(LongestName - ending.Length)] : stem) + ending;
    }

    /// <summary>A picture is one page; a PDF says so where its pages are not packed away. Null where that cannot be told.</summary>
    public static int? PagesOf(FileKind kind, ReadOnlySpan<byte> bytes)
    {
        if (kind != FileKind.Pdf) return kind == FileKind.Text ? null : 1;
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
