using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ClausumPanel.Web.Api;

namespace ClausumPanel.Web.Flows.Evidence;

public enum CellKind
{
    Empty, Text, Number, Moment, Day,
}

/// <summary>One value of a sheet. Texts are made harmless when they enter, so whatever writes them out need not think of it.</summary>
public readonly record struct EvidenceCell
{
    /// <summary>A spreadsheet takes 32,767; what is longer goes on in a row of its own.</summary>
    public const int LongestText = 32_000;

    public CellKind Kind { get; private init; }
    public string? Text { get; private init; }
    public decimal Number { get; private init; }

    /// <summary>Digits behind the decimal sign.</summary>
    public int Digits { get; private init; }

    /// <summary>What stands on the clock that is meant: UTC or the local one.</summary>
    public DateTime Time { get; private init; }

    public static EvidenceCell Of(string? text) => string.IsNullOrWhiteSpace(text) ? default : new() { Kind = CellKind.Text, Text = Clean(text) };

    public static EvidenceCell Of(long? number) => number is { } known ? Of(known, 0) : default;

    public static EvidenceCell Of(decimal number, int digits) => new() { Kind = CellKind.Number, Number = number, Digits = digits };

    public static EvidenceCell Of(DateTimeOffset? at, TimeZoneInfo zone) => at is { } known ? new() { Kind = CellKind.Moment, Time = DateTime.SpecifyKind(TimeZoneInfo.ConvertTime(known, zone).DateTime, DateTimeKind.Unspecified) } : default;

    public static EvidenceCell Of(DateOnly day) => new() { Kind = CellKind.Day, Time = day.ToDateTime(TimeOnly.MinValue) };

    public static implicit operator EvidenceCell(string? text) => Of(text);

    /// <summary>As it is hashed, and as a page shows it.</summary>
    public override string ToString() => Kind switch
    {
        CellKind.Empty => "",
        CellKind.Text => Text!,
        CellKind.Number => Number.ToString($"F{Digits}", CultureInfo.InvariantCulture),
        CellKind.Moment => Time.ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture),
        CellKind.Day => Time.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
    };

    internal EvidenceCell Part(int from, int length) => this with { Text = Text!.Substring(from, length) };

    /// <summary>
    /// No card numbers, no control characters (shown as their pictures), no half characters, nothing that turns the direction of the text around. What a spreadsheet would take for a
    /// formula stays as it is: it is written as a text and marked as one.
    /// </summary>
    public static string Clean(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        if (CardData.Mask(bytes)) text = Encoding.UTF8.GetString(bytes);
        StringBuilder? clean = null;
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            string? instead = null;
            if (c is '\r') instead = i + 1 < text.Length && text[i + 1] == '\n' ? "" : "\n";
            else if (c is < ' ' and not '\n' and not '\t') instead = ((char)(0x2400 + c)).ToString();
            else if (c is '\u007F' or >= '\u0080' and <= '\u009F' or '\uFFFE' or '\uFFFF') instead = "\uFFFD";
            else if (c is >= '\u202A' and <= '\u202E' or >= '\u2066' and <= '\u2069' or '\u200E' or '\u200F') instead = "";
            else if (char.IsSurrogate(c))
            {
                if (char.IsHighSurrogate(c) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
                {
                    clean?.Append(c).Append(text[i + 1]);
                    i++;
                    continue;
                }
                instead = "\uFFFD";
            }
            if (instead is not null) (clean ??= new StringBuilder(text, 0, i, text.Length)).Append(instead);
            else clean?.Append(c);
        }
        return clean?.ToString() ?? text;
    }
}

/// <param name="Title">Unique within its table.</param>
/// <param name="Width">Characters.</param>
public sealed record EvidenceColumn(string Title, int Width = 18);

/// <summary>A heading and rows under it.</summary>
/// <param name="Name">Of the table in the workbook: letters and digits.</param>
public sealed record EvidenceTable(string Name, string? Title, IReadOnlyList<EvidenceColumn> Columns, List<EvidenceCell[]> Rows)
{
    /// <summary>Long texts go on in rows below.</summary>
    internal void Split(string continued)
    {
        for (var i = 0; i < Rows.Count; i++)
        {
            var row = Rows[i];
            if (!Array.Exists(row, c => c.Text?.Length > EvidenceCell.LongestText)) continue;
            var next = new EvidenceCell[row.Length];
            for (var column = 0; column < row.Length; column++)
            {
                if (row[column].Text is not { Length: > EvidenceCell.LongestText } text) continue;
                var at = char.IsHighSurrogate(text[EvidenceCell.LongestText - 1]) ? EvidenceCell.LongestText - 1 : EvidenceCell.LongestText;
                next[column] = row[column].Part(at, text.Length - at);
                row[column] = row[column].Part(0, at);
            }
            if (next[0].Kind == CellKind.Empty) next[0] = continued;
            Rows.Insert(i + 1, next);
        }
    }
}

/// <summary>One sheet: a title, lines of text, tables below each other.</summary>
public sealed record EvidenceSheet(int Number, string Key, string Title, bool IsLandscape)
{
    public List<string> Notes { get; } = [];
    public List<EvidenceTable> Tables { get; } = [];

    /// <summary>The row in the sheet, from 1, of a row of a table: what a pointer names.</summary>
    public int RowOf(int table, int row)
    {
        var at = 2 + Notes.Count;
        for (var i = 0; i < table; i++) at += (Tables[i].Title is null ? 0 : 1) + 1 + Tables[i].Rows.Count + 1;
        return at + (Tables[table].Title is null ? 0 : 1) + 1 + row + 1;
    }

    /// <summary>Of the texts and values alone, whatever they are packed in.</summary>
    public string Sha256
    {
        get
        {
            using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
            Add(Title);
            foreach (var note in Notes) Add(note);
            foreach (var table in Tables)
            {
                Add(table.Title ?? "");
                Add(string.Join('\t', table.Columns.Select(c => c.Title)));
                foreach (var row in table.Rows) Add(string.Join('\t', row.Select(c => c.ToString().Replace("\\", @"\\", StringComparison.Ordinal).Replace("\t", @"\t", StringComparison.Ordinal).Replace("\n", @"\n", StringComparison.Ordinal))));
            }
            return Convert.ToHexStringLower(hash.GetHashAndReset());

            void Add(string line) => hash.AppendData(Encoding.UTF8.GetBytes(line + "\n"));
        }
    }
}
