using ClausumPanel.Storage;
using ClausumPanel.Storage.Lists;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>What happens to one line of an import into a named list.</summary>
/// <param name="Number">Of the line in the text; the first is 1.</param>
/// <param name="Kind">What will happen.</param>
/// <param name="Row">As it will be stored; of a wrong line as far as it could be read.</param>
/// <param name="Value">The problem of the value.</param>
/// <param name="Line">The problem of something else.</param>
/// <param name="First">The line that has the same value before this one.</param>
/// <param name="Was">What stands now.</param>
public sealed record NamedListLine(int Number, LineKind Kind, NamedListValue Row, ListProblem Value = ListProblem.None, LineProblem Line = LineProblem.None, int First = 0, NamedListValue? Was = null);

/// <summary>A text of many values for a named list, read line by line against what stands: pasted values, or a CSV file with or without a line of names.</summary>
public static class NamedListImport
{
    /// <summary>The columns of a file, in the order of the export; only the value must be there.</summary>
    public static readonly string[] Columns = ["value", "reason", "expires_at"];

    public static async Task<Dictionary<string, NamedListValue>> StoredAsync(PanelDb db, Guid list, CancellationToken stop) =>
        await db.Set<NamedListValue>().AsNoTracking().Where(v => v.ListId == list && v.RemovedEdition == NamedList.Stands).ToDictionaryAsync(v => v.Value, StringComparer.OrdinalIgnoreCase, stop);

    /// <param name="text">What was pasted or sent.</param>
    /// <param name="list">The list.</param>
    /// <param name="stored">What stands in it.</param>
    /// <param name="now">The present.</param>
    /// <param name="zone">Whose days and hours an end without a zone means.</param>
    /// <param name="owner">Who imports.</param>
    /// <returns>Null when there are more lines than <see cref="ListImport.MostLines"/>.</returns>
    public static List<NamedListLine>? Read(string text, NamedList list, IReadOnlyDictionary<string, NamedListValue> stored, DateTimeOffset now, TimeZoneInfo zone, Guid? owner)
    {
        var lines = new List<NamedListLine>();
        var seen = new Dictionary<string, int>(StringComparer.OrdinalIgnoreCase);
        string[]? names = null;
        foreach (var (number, cells, isBroken) in CsvLines.Read(text))
        {
            if (cells.Length == 1 && cells[0].Trim().Length == 0) continue;
            if (names is null)
            {
                var head = Array.ConvertAll(cells, c => c.Trim().ToLowerInvariant());
                var isHead = head.Contains("value") && head.All(h => h.Length == 0 || Columns.Contains(h) || h is "created_at" or "owner");
                names = isHead ? head : Columns;
                if (isHead) continue;
            }
            if (lines.Count == ListImport.MostLines) return null;
            lines.Add(Line(number, cells, isBroken, names));
        }
        return lines;

        NamedListLine Line(int number, string[] cells, bool isBroken, string[] columns)
        {
            var value = ListImport.Unguarded(Cell("value") ?? "");
            if (isBroken) return Wrong(LineProblem.Quotes);
            if (cells.Length > columns.Length && cells.Skip(columns.Length).Any(c => c.Trim().Length > 0)) return Wrong(LineProblem.Columns);
            DateTimeOffset? expires = null;
            if (Cell("expires_at") is { } moment && (expires = Moments.Read(moment, zone)) is null) return Wrong(LineProblem.Expiry);
            var reason = ListTexts.Clean(Cell("reason") is { } said ? ListImport.Unguarded(said) : null);
            if (reason?.Length > ListValues.LongestReason) return Wrong(LineProblem.Reason);
            if (!NamedLists.TryNormalize(list.Kind, value, out var normalized, out var problem)) return new NamedListLine(number, LineKind.Wrong, Shown(value), problem);
            if (!seen.TryAdd(normalized, number)) return new NamedListLine(number, LineKind.Twice, Shown(normalized), First: seen[normalized]);
            var was = stored.GetValueOrDefault(normalized);
            if (expires <= now && was?.ExpiresAt != expires) return Wrong(LineProblem.Past);
            var row = new NamedListValue
            {
                Id = Guid.CreateVersion7(now), ListId = list.Id, Value = was?.Value ?? normalized, Reason = reason ?? was?.Reason, ExpiresAt = expires ?? was?.ExpiresAt, OwnerId = owner, CreatedAt = now,
            };
            if (was is null) return new NamedListLine(number, LineKind.New, row);
            return new NamedListLine(number, was.Reason == row.Reason && was.ExpiresAt == row.ExpiresAt ? LineKind.Same : LineKind.Changed, row, Was: was);

            string? Cell(string name) => Array.IndexOf(columns, name) is >= 0 and var i && i < cells.Length && cells[i].Trim() is { Length: > 0 } cell ? cell : null;
            NamedListLine Wrong(LineProblem what) => new(number, LineKind.Wrong, Shown(value), Line: what);
        }

        static NamedListValue Shown(string value) => new() { Id = Guid.Empty, Value = value.Length > 100 ? value[..100] + "…" : value };
    }
}
