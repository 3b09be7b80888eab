using System.Globalization;
using System.Text.Json;
using ClausumPanel.Storage;

namespace ClausumPanel.Web.Enrichment;

/// <summary>One file of reference data as it was loaded, for the status page.</summary>
/// <param name="Setting">The setting that replaces it: <c>Panel:Data:IpCountries</c>.</param>
/// <param name="Path">The file that was read.</param>
/// <param name="Entries">How many entries it holds.</param>
/// <param name="Date">The day of its content: what the file itself says, else when it was last written.</param>
public sealed record DataFile(string Setting, string Path, int Entries, DateOnly Date)
{
    /// <summary>The setting's path, made absolute; the file is there and can be opened.</summary>
    private static string Locate(DataOptions options, string setting, string path)
    {
        var full = System.IO.Path.GetFullPath(path, System.IO.Path.GetFullPath(options.Folder));
        return File.Exists(full) ? full : throw Broken(setting, full, "there is no such file");
    }

    /// <summary>What is said when a file cannot be used: which setting, which file, what is wrong and what to do.</summary>
    private static SettingException Broken(string setting, string path, string problem) =>
        new($"Reference data: {problem}: {path}. Set Panel__Data__{setting} to a good file, or remove the setting to use the one that comes with the program.");

    /// <summary>Reads one file with whatever is wrong with it said in a sentence that names the setting.</summary>
    internal static (T Content, DataFile File) Read<T>(DataOptions options, string setting, string path, Func<string, (T Content, int Entries, DateOnly? Date)> read)
    {
        var full = Locate(options, setting, path);
        try
        {
            var (content, entries, date) = read(full);
            if (entries == 0) throw new FormatException("it holds no entries");
            return (content, new DataFile(setting, full, entries, date ?? DateOnly.FromDateTime(File.GetLastWriteTimeUtc(full))));
        }
        catch (Exception e) when (e is FormatException or InvalidDataException or JsonException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw Broken(setting, full, $"the file cannot be used ({e.Message.TrimEnd('.')})");
        }
    }

    /// <summary>The lines of a text file that say something, and the date on its first line (<c># 2026-11-24</c>) if it has one.</summary>
    internal static (List<string> Lines, DateOnly? Date) Lines(string path)
    {
        var lines = new List<string>();
        DateOnly? date = null;
        foreach (var raw in File.ReadLines(path))
        {
            var line = raw.AsSpan().Trim();
            if (line is ['#', ..])
            {
                if (lines.Count == 0 && date is null && DateOnly.TryParseExact(line[1..].Trim(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)) date = day;
            }
            else if (!line.IsEmpty)
            {
                lines.Add(line.ToString());
            }
        }
        return (lines, date);
    }

    /// <summary>The texts of a JSON array of texts, or the lines of a text file.</summary>
    internal static (List<string> Texts, DateOnly? Date) Texts(string path)
    {
        if (!path.EndsWith(".json", StringComparison.OrdinalIgnoreCase)) return Lines(path);
        var reader = new Utf8JsonReader(File.ReadAllBytes(path));
        var texts = new List<string>(16_384);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartArray) throw new FormatException("it is not a JSON array of texts");
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType != JsonTokenType.String) throw new FormatException("it is not a JSON array of texts");
            texts.Add(reader.GetString()!);
        }
        return (texts, null);
    }
}
