using System.Globalization;
using System.Text.Json.Serialization;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Web.Api;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>A line as it was sent, not looked at yet.</summary>
/// <param name="Number">Of the line in the text; the first is 1.</param>
/// <param name="Values">Name to text; what is empty is not there.</param>
/// <param name="Broken">Why it cannot be read, or null.</param>
public sealed record SentDispute(int Number, IReadOnlyDictionary<string, string> Values, string? Broken)
{
    /// <summary>As it would be stored.</summary>
    [JsonIgnore]
    public string? ExternalId { get; } = ListTexts.Clean(Values.GetValueOrDefault("external_id"));
}

/// <summary>What becomes of one line.</summary>
/// <param name="Number">Of the line in the text; the first is 1.</param>
public sealed record DisputeLine(int Number, DisputeItem? Item, DisputeFate Fate, IReadOnlyList<FieldError> Errors)
{
    /// <summary>The dispute it speaks of, once there is one.</summary>
    public Guid? Id { get; init; }
    public string? Code { get; init; }

    /// <summary>Its payment, where it opens a dispute of one that was assessed here.</summary>
    internal StoredAssessment? Payment { get; init; }

    /// <summary>Its payment was assessed here.</summary>
    public bool IsMatched { get; init; }
}

/// <summary>A text of many disputes or their outcomes, CSV with a line of names: looked at as a whole, written some lines at a time.</summary>
public sealed class DisputeImport(PanelDb db, DisputeDesk desk, TimeProvider clock)
{
    public const int MostLines = 2_000, MostCharacters = 2 * 1024 * 1024;

    /// <summary>What a line says of a column that is none goes no further than this.</summary>
    private const int LongestColumn = 64;

    /// <returns>Null when there are more than <see cref="MostLines"/>.</returns>
    public static List<SentDispute>? Split(string text)
    {
        var sent = new List<SentDispute>();
        string[]? names = null;
        foreach (var (number, cells, broken) in CsvLines.Read(text))
        {
            if (cells.Length == 1 && cells[0].Trim().Length == 0) continue;
            if (names is null)
            {
                var head = Array.ConvertAll(cells, c => c.Trim() is { Length: > LongestColumn } name ? name[..LongestColumn].ToLowerInvariant() : c.Trim().ToLowerInvariant());
                names = head.Contains("scheme") || head.Contains("external_id") ? head : [.. DisputeItem.Names];
                if (ReferenceEquals(names, head))
                {
                    if (broken) sent.Add(new SentDispute(number, new Dictionary<string, string>(), "quotes"));
                    continue;
                }
            }
            if (sent.Count == MostLines) return null;
            var values = new Dictionary<string, string>();
            for (var i = 0; i < Math.Min(cells.Length, names.Length); i++)
                if (cells[i].Trim() is { Length: > 0 } cell) values[names[i]] = cell;
            sent.Add(new SentDispute(number, values, broken ? "quotes" : cells.Length > names.Length ? "columns" : null));
        }
        return sent;
    }

    /// <summary>What would become of each line as things stand; nothing is written.</summary>
    /// <param name="sent">Lines that follow each other.</param>
    /// <param name="seen">The numbers of the lines before; gets those of these.</param>
    /// <param name="zone">Of days and times that name no zone.</param>
    /// <param name="stop">Ends it early.</param>
    public async Task<List<DisputeLine>> LookAsync(IReadOnlyList<SentDispute> sent, HashSet<string> seen, TimeZoneInfo zone, CancellationToken stop)
    {
        var (now, known) = (clock.GetUtcNow(), await KnownAsync(db.Set<Dispute>().AsNoTracking(), sent, stop));
        var lines = sent.Select(s => Judge(s, Find(known, s), zone, now, seen)).ToList();
        var opening = lines.FindAll(l => l.Fate == DisputeFate.Opens);
        var paid = opening.Zip(await desk.FindAsync([.. opening.Select(l => l.Item!)], stop)).ToDictionary(p => p.First.Number, p => p.Second);
        return [.. lines.Select(l => paid.GetValueOrDefault(l.Number) is { } payment ? l with { Payment = payment, IsMatched = true } : l)];
    }

    /// <summary>Writes what some lines say and that they are done, in one transaction, for as long as it is this turn's to do.</summary>
    /// <returns>False when it no longer is: nothing is written then.</returns>
    public async Task<bool> WriteAsync(DisputeUpload upload, string turn, IReadOnlyList<SentDispute> sent, HashSet<string> seen, TimeZoneInfo zone, Actor actor, CancellationToken stop)
    {
        // What takes time is looked for before anybody has to wait.
        var payments = (await LookAsync(sent, [.. seen], zone, stop)).ToDictionary(l => l.Number, l => l.Payment);
        var (now, ledger) = (clock.GetUtcNow(), new LabelLedger(db));
        var until = now + DisputeUpload.Silence;
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        // First: whoever has lost the turn, or was stopped, is told before it writes anything.
        if (await db.Set<DisputeUpload>().OfTurn(upload.Id, turn).ExecuteUpdateAsync(u => u.SetProperty(x => x.HeldUntil, until).SetProperty(x => x.Read, x => x.Read + sent.Count).SetProperty(x => x.Turns, 1), stop) == 0) return false;
        await ledger.BeginAsync(stop);
        var numbers = await DisputeNumbers.BeginAsync(db, stop);
        var known = await KnownAsync(db.Set<Dispute>(), sent, stop);
        // What was kept long enough may have gone since it was looked up.
        var named = payments.Values.OfType<StoredAssessment>().Select(p => p.Seq).ToArray();
        var there = await db.Set<StoredAssessment>().Where(a => named.Contains(a.Seq)).Select(a => a.Seq).ToHashSetAsync(stop);
        var counts = new Dictionary<DisputeFate, int>();
        foreach (var one in sent)
        {
            var line = Judge(one, Find(known, one), zone, now, seen);
            var dispute = Find(known, one);
            if (line.Fate == DisputeFate.Opens)
            {
                dispute = desk.Put(line.Item!, payments.GetValueOrDefault(one.Number) is { } paid && there.Contains(paid.Seq) ? paid : null, DisputeOrigin.Import, numbers, actor, now);
                if (dispute.ExternalId is { } external) known[external] = dispute;
            }
            if (line is { Fate: DisputeFate.Opens or DisputeFate.Closes, Item.Outcome: { } outcome })
            {
                // Two disputes of one payment see each other's labels.
                await db.SaveChangesAsync(stop);
                await desk.EndAsync(dispute!, outcome, line.Item.Recovered, line.Item.ClosedAt, ledger, numbers, LabelChannel.Import, actor, now, stop);
                await db.SaveChangesAsync(stop);
            }
            counts[line.Fate] = counts.GetValueOrDefault(line.Fate) + 1;
            db.Add(new DisputeUploadLine
            {
                UploadId = upload.Id, Number = one.Number, Fate = line.Fate, ExternalId = one.ExternalId is { Length: <= Dispute.LongestId } id ? id : null, DisputeId = dispute?.Id, IsMatched = dispute?.Seq is not null, Errors = Errors(line),
            });
        }
        await db.SaveChangesAsync(stop);
        var (opened, closed, kept, wrong) = (Count(DisputeFate.Opens), Count(DisputeFate.Closes), Count(DisputeFate.Known), Count(DisputeFate.Wrong));
        await db.Set<DisputeUpload>().OfTurn(upload.Id, turn).ExecuteUpdateAsync(u => u
            .SetProperty(x => x.Opened, x => x.Opened + opened).SetProperty(x => x.Closed, x => x.Closed + closed).SetProperty(x => x.Known, x => x.Known + kept).SetProperty(x => x.Wrong, x => x.Wrong + wrong), stop);
        await transaction.CommitAsync(CancellationToken.None);
        await desk.NoteAsync(ledger);
        return true;

        int Count(DisputeFate fate) => counts.GetValueOrDefault(fate);
    }

    /// <summary>"field code; field code", as a line keeps them.</summary>
    private static string? Errors(DisputeLine line)
    {
        var text = string.Join(';', line.Errors.Select(e => $"{e.Field.Replace(';', ',')} {e.Code}"));
        return text.Length == 0 ? null : text.Length <= DisputeUploadLine.LongestErrors ? text : text[..Math.Max(0, text.LastIndexOf(';', DisputeUploadLine.LongestErrors))];
    }

    public static IEnumerable<FieldError> Errors(string? kept) =>
        (kept ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries).Select(e => (Field: e[..e.LastIndexOf(' ')], Code: e[(e.LastIndexOf(' ') + 1)..])).Select(e => new FieldError(e.Field, e.Code, e.Field));

    private static async Task<Dictionary<string, Dispute>> KnownAsync(IQueryable<Dispute> disputes, IReadOnlyList<SentDispute> sent, CancellationToken stop)
    {
        var ids = sent.Select(s => s.ExternalId).OfType<string>().Distinct(StringComparer.Ordinal).ToArray();
        return await disputes.Where(d => d.ExternalId != null && ids.Contains(d.ExternalId)).ToDictionaryAsync(d => d.ExternalId!, StringComparer.Ordinal, stop);
    }

    private static Dispute? Find(Dictionary<string, Dispute> known, SentDispute sent) => sent.ExternalId is { } id ? known.GetValueOrDefault(id) : null;

    private static DisputeLine Judge(SentDispute sent, Dispute? known, TimeZoneInfo zone, DateTimeOffset now, HashSet<string> seen)
    {
        if (sent.Broken is { } broken) return new DisputeLine(sent.Number, null, DisputeFate.Wrong, [new FieldError("line", broken, "line")]);
        List<FieldError> errors = [.. sent.Values.Keys.Where(n => !DisputeItem.Names.Contains(n)).Select(n => new FieldError(n, "column", n))];
        var item = DisputeItem.Read(known is null ? sent.Values : Completed(sent.Values, known), zone, now, errors);
        if (item is null) return Line(null, DisputeFate.Wrong, errors);
        if (item.ExternalId is { } id && !seen.Add(id)) return Line(item, DisputeFate.Wrong, [new FieldError("external_id", "twice", "external_id")]);
        if (known is null) return Line(item, DisputeFate.Opens, []);
        if ((item.Scheme, item.Amount, item.Currency) != (known.Scheme, known.Amount, known.Currency)) return Line(item, DisputeFate.Wrong, [new FieldError("external_id", "other", "external_id")]);
        return Line(item, item.Outcome is { } outcome && (known.Outcome != outcome || (item.Recovered is { } back && back != known.Recovered)) ? DisputeFate.Closes : DisputeFate.Known, []);

        DisputeLine Line(DisputeItem? read, DisputeFate fate, IReadOnlyList<FieldError> wrong) => new(sent.Number, read, fate, wrong) { Id = known?.Id, Code = known?.Code, IsMatched = known?.Seq is not null };
    }

    /// <summary>A line of outcomes need not repeat what is known.</summary>
    private static Dictionary<string, string> Completed(IReadOnlyDictionary<string, string> sent, Dispute known)
    {
        var values = sent.ToDictionary();
        values.TryAdd("scheme", known.Scheme.SnakeWord());
        values.TryAdd("reason_code", known.ReasonCode);
        values.TryAdd("amount", known.Amount.ToString(CultureInfo.InvariantCulture));
        values.TryAdd("currency", known.Currency);
        values.TryAdd("received_at", Written(known.ReceivedAt));
        values.TryAdd("respond_by", Written(known.RespondBy));
        return values;

        static string Written(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
    }
}
