using System.Globalization;
using System.Text;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Lists;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>What happens to one line of an import.</summary>
public enum LineKind
{
    Wrong, Changed, Twice, Same, New,
}

/// <summary>Why a line is wrong, beside what <see cref="ListProblem"/> says of its value.</summary>
public enum LineProblem
{
    None, Type, Severity, Scope, Expiry, Past, Reason, Quotes, Columns,
}

/// <param name="Number">Of the line in the text; the first is 1.</param>
/// <param name="Kind">What will happen.</param>
/// <param name="Entry">As it will be stored; of a wrong line as far as it could be read.</param>
/// <param name="Value">The problem of the value.</param>
/// <param name="Line">The problem of something else.</param>
/// <param name="First">The line that has the same value before this one.</param>
/// <param name="Before">What is stored now, for the trail and for showing what changes.</param>
public sealed record ImportLine(int Number, LineKind Kind, ListEntry Entry, ListProblem Value = ListProblem.None, LineProblem Line = LineProblem.None, int First = 0, ListEntry? Was = null)
{
    public object? Before => Was?.Summary;
}

/// <summary>What counts for a line that does not say otherwise.</summary>
public sealed record ImportDefaults(ListType Type, ListSeverity Severity, FlowScope FlowScope, string? Reason, DateTimeOffset? ExpiresAt);

/// <summary>A text of many entries, read line by line against what is stored: pasted values, or a CSV file with or without a line of names.</summary>
public static class ListImport
{
    public const int MostLines = 200_000, MostCharacters = 24 * 1024 * 1024;

    /// <summary>Up to here every line has its own entry in the audit trail; a longer import has one with its counts and the fingerprint of its text.</summary>
    public const int MostWrittenDown = 500;

    /// <summary>The columns of a file, in the order of the export; only the value must be there.</summary>
    public static readonly string[] Columns = ["list_type", "value", "severity", "flow_scope", "reason", "expires_at", "is_active"];

    private static readonly string[] Unnamed = ["value", "severity", "reason", "expires_at"];

    /// <param name="text">What was pasted or sent.</param>
    /// <param name="defaults">For what a line leaves out.</param>
    /// <param name="stored">What is there already, by type and value.</param>
    /// <param name="zone">Whose days and hours an expiry without a zone means.</param>
    /// <param name="owner">Who imports.</param>
    /// <returns>Null when there are more than <see cref="MostLines"/>.</returns>
    public static List<ImportLine>? Read(string text, ImportDefaults defaults, IReadOnlyDictionary<(ListType, string), ListEntry> stored, DateTimeOffset now, TimeZoneInfo zone, Guid? owner)
    {
        var lines = new List<ImportLine>();
        var seen = new Dictionary<(ListType, string), int>();
        string[]? names = null;
        foreach (var (number, cells, isBroken) in CsvLines.Read(text))
        {
            if (cells.Length == 1 && cells[0].Trim().Length == 0) continue;
            if (names is null)
            {
                var head = Array.ConvertAll(cells, c => c.Trim().ToLowerInvariant());
                var isHead = head.Contains("value") && head.All(h => h.Length == 0 || Columns.Contains(h) || h is "id" or "source" or "created_at" or "owner" or "hits" or "last_hit_at");
                names = isHead ? head : Unnamed;
                if (isHead) continue;
            }
            if (lines.Count == MostLines) return null;
            lines.Add(Line(number, cells, isBroken, names, defaults, stored, seen, now, zone, owner));
        }
        return lines;
    }

    public static async Task<Dictionary<(ListType, string), ListEntry>> StoredAsync(Storage.PanelDb db, CancellationToken stop) =>
        await db.Set<ListEntry>().AsNoTracking().ToDictionaryAsync(e => (e.Type, e.Value), stop);

    private static ImportLine Line(
        int number, string[] cells, bool isBroken, string[] names, ImportDefaults defaults, IReadOnlyDictionary<(ListType, string), ListEntry> stored, Dictionary<(ListType, string), int> seen, DateTimeOffset now,
        TimeZoneInfo zone, Guid? owner)
    {
        var value = Unguarded(Cell("value") ?? "");
        if (isBroken) return Wrong(LineProblem.Quotes);
        if (cells.Length > names.Length && cells.Skip(names.Length).Any(c => c.Trim().Length > 0)) return Wrong(LineProblem.Columns);
        var type = Cell("list_type") is { } typeWord ? ListWords.Type(typeWord) : defaults.Type;
        if (type is null) return Wrong(LineProblem.Type);
        var severity = Cell("severity") is { } severityWord ? ListWords.Severity(severityWord) : defaults.Severity;
        if (severity is null) return Wrong(LineProblem.Severity);
        var scope = Cell("flow_scope") is { } scopeWord ? ListWords.Scope(scopeWord) : defaults.FlowScope;
        if (scope is null) return Wrong(LineProblem.Scope);
        var expires = defaults.ExpiresAt;
        if (Cell("expires_at") is { } moment && (expires = Moments.Read(moment, zone)) is null) return Wrong(LineProblem.Expiry);
        var reason = Cell("reason") is { } said ? Unguarded(said) : defaults.Reason;
        reason = ListTexts.Clean(reason);
        if (reason?.Length > ListValues.LongestReason) return Wrong(LineProblem.Reason);
        var active = Cell("is_active") is not { } word || word.ToLowerInvariant() is not ("false" or "0" or "no");
        if (!ListValues.TryNormalize(type.Value, value, out var normalized, out var problem)) return new ImportLine(number, LineKind.Wrong, Shown(type.Value, value), problem);

        var key = (type.Value, normalized);
        if (!seen.TryAdd(key, number)) return new ImportLine(number, LineKind.Twice, Shown(type.Value, normalized), First: seen[key]);
        var was = stored.GetValueOrDefault(key);
        if (expires <= now && was?.ExpiresAt != expires) return Wrong(LineProblem.Past);
        // What neither the line nor the form says stays as it is.
        var entry = new ListEntry
        {
            Id = was?.Id ?? Guid.CreateVersion7(now), Type = type.Value, Value = normalized, Severity = severity.Value, FlowScope = scope.Value, Reason = reason ?? was?.Reason, Source = was?.Source ?? ListSource.Manual, IsActive = active,
            CreatedAt = was?.CreatedAt ?? now, ExpiresAt = expires ?? was?.ExpiresAt, OwnerId = was is null ? owner : was.OwnerId,
        };
        if (was is null) return new ImportLine(number, LineKind.New, entry);
        var isSame = was.Severity == entry.Severity && was.FlowScope == entry.FlowScope && was.Reason == entry.Reason && was.IsActive == entry.IsActive && was.ExpiresAt == entry.ExpiresAt;
        return new ImportLine(number, isSame ? LineKind.Same : LineKind.Changed, entry, Was: was);

        string? Cell(string name) => Array.IndexOf(names, name) is >= 0 and var i && i < cells.Length && cells[i].Trim() is { Length: > 0 } cell ? cell : null;
        ImportLine Wrong(LineProblem what) => new(number, LineKind.Wrong, Shown(defaults.Type, value), Line: what);
    }

    private static ListEntry Shown(ListType type, string value) => new() { Id = Guid.Empty, Type = type, Value = value.Length > 100 ? value[..100] + "…" : value };

    /// <summary>Our own export writes an apostrophe before what a spreadsheet would run.</summary>
    internal static string Unguarded(string text) => text.Length > 1 && text[0] == '\'' && text[1] is '=' or '+' or '-' or '@' ? text[1..] : text;
}

/// <summary>Instants as people write them.</summary>
public static class Moments
{
    private static readonly string[] Local = ["yyyy-MM-dd", "yyyy-MM-dd'T'HH:mm", "yyyy-MM-dd'T'HH:mm:ss", "yyyy-MM-dd HH:mm", "yyyy-MM-dd HH:mm:ss"];

    /// <summary>RFC 3339; without an offset, on that zone's clock.</summary>
    public static DateTimeOffset? Read(string text, TimeZoneInfo zone)
    {
        text = text.Trim();
        if (DateTime.TryParseExact(text, Local, CultureInfo.InvariantCulture, DateTimeStyles.None, out var local))
        {
            while (zone.IsInvalidTime(local)) local = local.AddMinutes(15);
            return new DateTimeOffset(local, zone.GetUtcOffset(local)).ToUniversalTime();
        }
        return text.Length >= 20 && text.IndexOf('T', StringComparison.OrdinalIgnoreCase) == 10 && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.None, out var instant)
            ? instant.ToUniversalTime()
            : null;
    }
}

/// <summary>RFC 4180, and what people make of it: commas, semicolons or tabs, whichever the first line has; quotes doubled; any line end.</summary>
internal static class CsvLines
{
    public static IEnumerable<(int Number, string[] Cells, bool IsBroken)> Read(string text)
    {
        var at = text.Length > 0 && text[0] == '\uFEFF' ? 1 : 0;
        var separator = Separator(text.AsSpan(at));
        var (number, cells, cell) = (1, new List<string>(8), new StringBuilder());
        while (at < text.Length)
        {
            var (began, broken) = (number, false);
            cells.Clear();
            while (true)
            {
                cell.Clear();
                if (at < text.Length && text[at] == '"')
                {
                    at++;
                    while (true)
                    {
                        if (at == text.Length) { broken = true; break; }
                        var c = text[at++];
                        if (c == '"')
                        {
                            if (at < text.Length && text[at] == '"') at++;
                            else break;
                        }
                        if (c == '\n') number++;
                        cell.Append(c);
                    }
                    while (at < text.Length && text[at] != separator && text[at] is not ('\r' or '\n'))
                    {
                        broken |= text[at] is not (' ' or '\t');
                        at++;
                    }
                }
                else
                {
                    var end = at;
                    while (end < text.Length && text[end] != separator && text[end] is not ('\r' or '\n')) end++;
                    cell.Append(text, at, end - at);
                    at = end;
                }
                cells.Add(cell.ToString());
                if (at == text.Length || text[at] != separator) break;
                at++;
            }
            if (at < text.Length && text[at] == '\r') at++;
            if (at < text.Length && text[at] == '\n') at++;
            number++;
            yield return (began, [.. cells], broken);
        }
    }

    private static char Separator(ReadOnlySpan<char> text)
    {
        var line = text[..(text.IndexOfAny('\r', '\n') is >= 0 and var end ? end : text.Length)];
        return line.Contains('\t') ? '\t' : line.Contains(';') ? ';' : ',';
    }
}
