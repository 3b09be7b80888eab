using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Web.Api;

namespace ClausumPanel.Web.Flows;

/// <summary>What became of one line.</summary>
/// <param name="Number">Of the line in the text; the first is 1.</param>
/// <param name="Item">Null when it could not be read.</param>
/// <param name="Errors">What is wrong with it.</param>
public sealed record LabelLine(int Number, LabelItem? Item, IReadOnlyList<FieldError> Errors)
{
    /// <summary>The label, when its payment was found.</summary>
    internal NewLabel? Label { get; init; }
    public LabelFate? Fate { get; init; }
    public string? Payment => Item?.TransactionId ?? Item?.ExternalId;
}

/// <summary>A text of many labels, CSV with a line of names or NDJSON: read line by line; the right ones are written.</summary>
public sealed class LabelImport(FindPayment payments, RecordLabels record, TimeProvider clock)
{
    public const int MostLines = 10_000, MostCharacters = 8 * 1024 * 1024;

    /// <summary>Reads without writing.</summary>
    /// <returns>Null when there are more than <see cref="MostLines"/>.</returns>
    public async Task<List<LabelLine>?> ReadAsync(string text, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        var lines = new List<LabelLine>();
        foreach (var (number, json, broken) in text.TrimStart('\uFEFF', ' ', '\r', '\n').StartsWith('{') ? Json(text) : Csv(text))
        {
            if (lines.Count == MostLines) return null;
            List<FieldError> errors = broken is { } code ? [new FieldError("line", code, "The line cannot be read.")] : [];
            var item = errors.Count == 0 ? LabelItem.Read(json, now, errors) : null;
            if (item is null)
            {
                lines.Add(new LabelLine(number, null, errors));
                continue;
            }
            var (payment, error) = await item.FindAsync(payments, stop);
            lines.Add(payment is null ? new LabelLine(number, item, [error]) : new LabelLine(number, item, []) { Label = item.Of(payment) });
        }
        return lines;
    }

    /// <summary>Writes the right lines.</summary>
    /// <returns>The lines with what became of each.</returns>
    public async Task<IReadOnlyList<LabelLine>> WriteAsync(string text, List<LabelLine> lines, Actor actor, CancellationToken stop)
    {
        var right = lines.FindAll(l => l.Label is not null);
        if (right.Count == 0) return lines;
        var summary = new { Channel = LabelChannel.Import.Word(), Read = lines.Count, Right = right.Count, Sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))) };
        var written = await record.AddAsync([.. right.Select(l => l.Label!)], LabelChannel.Import, actor, summary, stop);
        var fates = right.Zip(written).ToDictionary(p => p.First.Number, p => p.Second.Fate);
        return [.. lines.Select(l => !fates.TryGetValue(l.Number, out var fate) ? l : fate == LabelFate.Contradicts
            ? l with { Errors = [new FieldError("reference", "conflict", "This reference of this source stands for another payment or another outcome.")] } : l with { Fate = fate })];
    }

    private static IEnumerable<(int Number, JsonElement Json, string? Broken)> Json(string text)
    {
        var number = 0;
        foreach (var line in text.TrimStart('\uFEFF').Split('\n'))
        {
            number++;
            if (string.IsNullOrWhiteSpace(line)) continue;
            JsonElement? read = null;
            try
            {
                read = JsonDocument.Parse(line, new JsonDocumentOptions { MaxDepth = 4, AllowDuplicateProperties = false }).RootElement;
            }
            catch (JsonException)
            {
                // Said by the caller.
            }
            yield return read is { ValueKind: JsonValueKind.Object } json ? (number, json, null) : (number, default, "json");
        }
    }

    private static IEnumerable<(int Number, JsonElement Json, string? Broken)> Csv(string text)
    {
        string[]? names = null;
        foreach (var (number, cells, broken) in CsvLines.Read(text))
        {
            if (cells.Length == 1 && cells[0].Trim().Length == 0) continue;
            if (names is null)
            {
                var head = Array.ConvertAll(cells, c => c.Trim().ToLowerInvariant());
                names = head.Contains("outcome") ? head : [.. LabelItem.Names];
                if (head.Contains("outcome")) continue;
            }
            if (broken || cells.Length > names.Length)
            {
                yield return (number, default, broken ? "quotes" : "columns");
                continue;
            }
            var members = new Dictionary<string, object>();
            for (var i = 0; i < cells.Length; i++)
            {
                if (cells[i].Trim() is not { Length: > 0 } cell) continue;
                members[names[i]] = names[i] == "amount" && long.TryParse(cell, NumberStyles.None, CultureInfo.InvariantCulture, out var minor) ? minor : cell;
            }
            yield return (number, JsonSerializer.SerializeToElement(members), null);
        }
    }
}
