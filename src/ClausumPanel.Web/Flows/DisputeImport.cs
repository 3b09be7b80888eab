using System.Security.Cryptography;
using System.Text;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Web.Api;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>What a line does.</summary>
public enum DisputeFate
{
    Wrong, Opens, Closes, Known,
}

/// <summary>What becomes of one line.</summary>
/// <param name="Number">Of the line in the text; the first is 1.</param>
public sealed record DisputeLine(int Number, DisputeItem? Item, DisputeFate Fate, IReadOnlyList<FieldError> Errors)
{
    /// <summary>The dispute it speaks of, once there is one.</summary>
    public Guid? Id { get; init; }
    public string? Code { get; init; }

    /// <summary>Its payment was assessed here.</summary>
    public bool IsMatched { get; init; }

    /// <summary>The reason is in the catalogue.</summary>
    public bool IsReasonKnown => Item is not null && ReasonCodes.Find(Item.Scheme, Item.ReasonCode) is not null;
}

/// <summary>A text of many disputes or their outcomes, CSV with a line of names: read line by line; the right ones are written.</summary>
public sealed class DisputeImport(PanelDb db, DisputeDesk desk, TimeProvider clock)
{
    public const int MostLines = 2_000, MostCharacters = 2 * 1024 * 1024;

    /// <summary>Reads without writing.</summary>
    /// <returns>Null when there are more than <see cref="MostLines"/>.</returns>
    public async Task<List<DisputeLine>?> ReadAsync(string text, TimeZoneInfo zone, CancellationToken stop)
    {
        var (now, lines, seen) = (clock.GetUtcNow(), new List<DisputeLine>(), new HashSet<string>(StringComparer.Ordinal));
        string[]? names = null;
        foreach (var (number, cells, broken) in CsvLines.Read(text))
        {
            if (cells.Length == 1 && cells[0].Trim().Length == 0) continue;
            if (names is null)
            {
                var head = Array.ConvertAll(cells, c => c.Trim().ToLowerInvariant());
                names = head.Contains("scheme") || head.Contains("external_id") ? head : [.. DisputeItem.Names];
                if (ReferenceEquals(names, head)) continue;
            }
            if (lines.Count == MostLines) return null;
            lines.Add(await LineAsync(number, cells, broken, names, zone, now, seen, stop));
        }
        return lines;
    }

    private async Task<DisputeLine> LineAsync(int number, string[] cells, bool broken, string[] names, TimeZoneInfo zone, DateTimeOffset now, HashSet<string> seen, CancellationToken stop)
    {
        if (broken || cells.Length > names.Length) return new DisputeLine(number, null, DisputeFate.Wrong, [new FieldError("line", broken ? "quotes" : "columns", "line")]);
        var values = new Dictionary<string, string>();
        for (var i = 0; i < cells.Length; i++)
            if (cells[i].Trim() is { Length: > 0 } cell) values[names[i]] = cell;
        List<FieldError> errors = [.. values.Keys.Where(n => !DisputeItem.Names.Contains(n)).Select(n => new FieldError(n, "column", n))];
        var known = values.GetValueOrDefault("external_id") is { } external ? await db.Set<Dispute>().AsNoTracking().SingleOrDefaultAsync(d => d.ExternalId == external, stop) : null;
        if (known is not null)
        {
            // A line of outcomes need not repeat what is known.
            values.TryAdd("scheme", known.Scheme.SnakeWord());
            values.TryAdd("reason_code", known.ReasonCode);
            values.TryAdd("amount", known.Amount.ToString(System.Globalization.CultureInfo.InvariantCulture));
            values.TryAdd("currency", known.Currency);
            values.TryAdd("received_at", known.ReceivedAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture));
            values.TryAdd("respond_by", known.RespondBy.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture));
        }
        var item = DisputeItem.Read(values, zone, now, errors);
        if (item is null) return new DisputeLine(number, null, DisputeFate.Wrong, errors) { Id = known?.Id, Code = known?.Code };
        if (item.ExternalId is { } id && !seen.Add(id)) return new DisputeLine(number, item, DisputeFate.Wrong, [new FieldError("external_id", "twice", "external_id")]);
        if (known is null) return new DisputeLine(number, item, DisputeFate.Opens, []) { IsMatched = await desk.FindAsync(item, stop) is not null };
        if ((item.Scheme, item.Amount, item.Currency) != (known.Scheme, known.Amount, known.Currency)) return new DisputeLine(number, item, DisputeFate.Wrong, [new FieldError("external_id", "other", "external_id")]) { Id = known.Id, Code = known.Code };
        var fate = item.Outcome is { } outcome && (known.Outcome != outcome || (item.Recovered is { } back && back != known.Recovered)) ? DisputeFate.Closes : DisputeFate.Known;
        return new DisputeLine(number, item, fate, []) { Id = known.Id, Code = known.Code, IsMatched = known.Seq is not null };
    }

    /// <summary>Writes the right lines, each by itself: one that fails leaves the others as they are.</summary>
    public async Task<(int Opened, int Closed)> WriteAsync(string text, IReadOnlyList<DisputeLine> lines, Actor actor, CancellationToken stop)
    {
        var (opened, closed) = (0, 0);
        foreach (var line in lines.Where(l => l.Fate is DisputeFate.Opens or DisputeFate.Closes))
        {
            stop.ThrowIfCancellationRequested();
            var id = line.Id;
            if (line.Fate == DisputeFate.Opens)
            {
                id = (await desk.OpenAsync(line.Item!, actor, CancellationToken.None, DisputeOrigin.Import)).Id;
                opened++;
            }
            if (line.Item!.Outcome is { } outcome)
            {
                db.ChangeTracker.Clear();
                var version = await db.Set<Dispute>().Where(d => d.Id == id).Select(d => d.Version).SingleAsync(CancellationToken.None);
                if (await desk.CloseAsync(id!.Value, version, outcome, line.Item.Recovered, line.Item.ClosedAt, LabelChannel.Import, actor, CancellationToken.None) && line.Fate == DisputeFate.Closes) closed++;
            }
            db.ChangeTracker.Clear();
        }
        db.Audit(actor, AuditActions.DisputesImported, clock.GetUtcNow(), DisputeDesk.Subject, after: new { Read = lines.Count, Opened = opened, Closed = closed, Wrong = lines.Count(l => l.Fate == DisputeFate.Wrong), Sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text))) });
        await db.SaveChangesAsync(CancellationToken.None);
        return (opened, closed);
    }
}
