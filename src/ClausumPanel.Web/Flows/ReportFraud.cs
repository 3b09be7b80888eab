using System.Buffers;
using System.Buffers.Binary;
using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Outbox;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Storage.Settings;
using ClausumPanel.Web.Api;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>What somebody reports.</summary>
public sealed record FraudClaim(FraudReason Reason)
{
    /// <summary>An <c>assessment_id</c>, or the <c>session_id</c> of one.</summary>
    public string? TransactionId { get; init; }

    /// <summary>The payment's number at <see cref="Provider"/>: the <c>payment_id</c> it was assessed with.</summary>
    public string? ExternalId { get; init; }
    public string? Provider { get; init; }

    /// <summary>Minor units; with <see cref="Currency"/> and <see cref="Email"/> enough for a payment that was never assessed.</summary>
    public long? Amount { get; init; }
    public string? Currency { get; init; }
    public string? Email { get; init; }
    public string? Ip { get; init; }
    public string? CardBin { get; init; }
    public string? Description { get; init; }

    /// <summary>The case it is reported from, whose payment it is: that one becomes the report's, unless it is another report's.</summary>
    public Guid? CaseId { get; init; }
    public IReadOnlyList<string> EvidenceUrls { get; init; } = [];
    public IReadOnlyList<string> Notify { get; init; } = [];
}

/// <summary>How a report ended.</summary>
public enum ReportStatus
{
    Reported,

    /// <summary>The same key and the same body: the first answer again.</summary>
    Replayed,

    /// <summary>The idempotency key stands for another body. Nothing is written.</summary>
    Conflict,

    /// <summary>A report of that payment stands. Nothing is written.</summary>
    AlreadyReported,
    NotFound,

    /// <summary>A made-up payment: it is never counted among labels.</summary>
    Simulated,
    Unavailable,
}

/// <param name="Transaction">The assessment's public id.</param>
/// <param name="Label">The row of the ledger: the new one, or the one that stands.</param>
/// <param name="Entries">How many list entries were written.</param>
/// <param name="Case">Its case: the one it opened or was made from, or the one of the report that stands.</param>
public readonly record struct ReportAnswer(ReportStatus Status, Guid Transaction = default, Label? Label = null, int Entries = 0, Case? Case = null);

/// <summary>
/// A payment is reported as fraud: its label, the lists by the active policy's table for the reason, its case, the events for the outside and the trail are written in one transaction, and the very next payment meets all of it.
/// Source: Clausum documentation, guides/report-fraud.
/// </summary>
public sealed class ReportFraud(PanelDb db, FindPayment payments, AssessmentReader assessments, AssessService service, ListShelf shelf, PolicyShelf policies, ChangeCases cases, AssessOptions options, TimeProvider clock)
{
    /// <param name="claim">What is reported.</param>
    /// <param name="actor">Who does.</param>
    /// <param name="keyId">The key it came with; null from the panel.</param>
    /// <param name="idempotencyKey">The Idempotency-Key header, or null.</param>
    /// <param name="fingerprint">Of the canonical body.</param>
    /// <param name="stop">Ends it before anything is written.</param>
    public async Task<ReportAnswer> RunAsync(FraudClaim claim, Actor actor, Guid? keyId, string? idempotencyKey, UInt128 fingerprint, CancellationToken stop)
    {
        if (service.Memory is not { } memory) return new(ReportStatus.Unavailable);
        if (idempotencyKey is not null && await ReplayAsync(keyId, idempotencyKey, fingerprint, stop) is { } early) return early;
        var (found, status) = await FindAsync(claim, keyId, idempotencyKey, fingerprint, stop);
        if (found is null) return new(status);
        if (found.Simulated) return new(ReportStatus.Simulated, found.Id);

        var (ledger, now) = (new LabelLedger(db), clock.GetUtcNow());
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        await ledger.BeginAsync(stop);                  // of fifty at once one goes on here, the others see what it wrote
        if (idempotencyKey is not null && await ReplayAsync(keyId, idempotencyKey, fingerprint, stop) is { } replay) return replay;
        // What was kept long enough may have gone since it was looked up.
        if (!await assessments.IsThereAsync(found, stop)) return new(ReportStatus.NotFound);
        if (await db.Set<Label>().AsNoTracking().Where(l => l.Seq == found.Seq && l.Source == LabelSource.FraudReport && l.Reverses == null && !db.Set<Label>().Any(r => r.Reverses == l.Number))
            .OrderBy(l => l.Number).FirstOrDefaultAsync(stop) is { } standing)
            return new(ReportStatus.AlreadyReported, found.Id, standing, Case: await db.OfReportAsync(standing.Number, stop));

        var label = new NewLabel(found.Seq, found.At, LabelOutcome.Fraud, LabelSource.FraudReport) { Reason = claim.Reason.Word(), Note = Cut(claim.Description), Amount = found.Amount, Currency = found.Currency };
        var row = (await ledger.AppendAsync([label], keyId is null ? LabelChannel.Panel : LabelChannel.Report, actor, now, stop))[0].Row;
        var policy = policies.Active.Policy;
        var entries = await ListAsync(claim, found, policy, actor, now, stop);
        db.Add(Remember(claim, row, keyId, idempotencyKey, fingerprint, entries));
        var number = await db.NextEventAsync(stop);
        var opening = Opening(claim, found, row, entries);
        var opened = claim.CaseId is { } from && await cases.TakeReportAsync(from, opening, actor, now, number + 1, stop) is { } its ? its : await cases.AddAsync(opening, actor, now, number + 1, stop);
        db.Add(new OutboxEvent { Number = number, Type = OutboxEventType.FraudDetected, Seq = found.Seq, At = now.ToUnixTimeMilliseconds(), Label = row.Number, CaseId = opened.Id });
        db.Audit(actor, AuditActions.FraudReported, now, "assessment", found.Id.ToString(), after: new { Reason = claim.Reason.Word(), Label = row.Id, Entries = entries.Count, Policy = policy.Version, Case = opened.ReferenceNumber });
        if (entries.Count > 0) await db.RaiseAsync(ChangeTopics.Lists, stop);
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(CancellationToken.None);
        shelf.Apply(entries.Select(e => new ListChange(e)));
        await memory.NoteAsync(db, ledger.Changes, CancellationToken.None);
        return new(ReportStatus.Reported, found.Id, row, entries.Count, opened);
    }

    private async Task<ReportAnswer?> ReplayAsync(Guid? keyId, string idempotencyKey, UInt128 fingerprint, CancellationToken stop)
    {
        if (await db.Set<FraudReport>().AsNoTracking().SingleOrDefaultAsync(r => r.KeyId == keyId && r.IdempotencyKey == idempotencyKey, stop) is not { } first) return null;
        if (!first.Fingerprint.AsSpan().SequenceEqual(Bytes(fingerprint))) return new(ReportStatus.Conflict);
        var row = await db.Set<Label>().AsNoTracking().SingleAsync(l => l.Number == first.Number, stop);
        var id = await db.Set<StoredAssessment>().Where(a => a.Seq == first.Seq).Select(a => a.Id).SingleAsync(stop);
        return new(ReportStatus.Replayed, id, row, first.EntryCount, await db.OfReportAsync(row.Number, stop));
    }

    private async Task<(StoredAssessment? Found, ReportStatus Status)> FindAsync(FraudClaim claim, Guid? keyId, string? idempotencyKey, UInt128 fingerprint, CancellationToken stop)
    {
        if (claim.TransactionId is { } id) return (await payments.ByTransactionAsync(id, stop), ReportStatus.NotFound);
        if (claim.ExternalId is { } external && claim.Provider is { } provider && await payments.ByExternalAsync(external, provider, stop) is { } known) return (known, ReportStatus.NotFound);
        if (claim.Amount is null || claim.Email is null) return (null, ReportStatus.NotFound);
        return await CreateAsync(claim, keyId, idempotencyKey ?? fingerprint.ToString("x32", System.Globalization.CultureInfo.InvariantCulture), stop);
    }

    /// <summary>A payment nobody asked about is assessed now, from the little that is known, so that it can be found and counts in its payer's history.</summary>
    private async Task<(StoredAssessment? Found, ReportStatus Status)> CreateAsync(FraudClaim claim, Guid? keyId, string key, CancellationToken stop)
    {
        if (service.Transaction is not { } transaction) return (null, ReportStatus.Unavailable);
        var body = new ArrayBufferWriter<byte>(256);
        using (var json = new Utf8JsonWriter(body))
        {
            json.WriteStartObject();
            json.WriteNumber("amount", claim.Amount!.Value);
            json.WriteString("currency", claim.Currency);
            json.WriteString("email", claim.Email);
            if (claim.ExternalId is not null) json.WriteString("payment_id", claim.ExternalId);
            if (claim.Ip is not null)
            {
                json.WriteStartObject("device");
                json.WriteString("ip", claim.Ip);
                json.WriteEndObject();
            }
            if (claim.CardBin is not null)
            {
                json.WriteStartObject("payment_method");
                json.WriteString("type", "card");
                json.WriteString("card_bin", claim.CardBin);
                json.WriteEndObject();
            }
            json.WriteStartObject("metadata");
            json.WriteString("made_by", "report-fraud");
            json.WriteEndObject();
            json.WriteEndObject();
        }
        var call = new AssessCall { KeyId = keyId, KeyType = KeyType.Server, IdempotencyKey = "report-fraud:" + key, Started = clock.GetTimestamp() };
        var bytes = body.WrittenMemory.ToArray();
        List<FieldError> errors = [];
        if (!AssessRequestReader.TryRead(bytes, Flow.PayIn, mayImportHistory: false, options.OrganizationType, call.Request, errors)) throw new InvalidDataException($"The claim was not checked: {errors[0].Reason}");
        call.Request.Fingerprint128 = Fingerprint.Of(bytes);
        return await transaction.RunAsync(call, stop) switch
        {
            AssessStatus.Answered => (await assessments.FindAsync(call.Answer.AssessmentId, stop), ReportStatus.NotFound),
            AssessStatus.Conflict => (null, ReportStatus.Conflict),
            _ => (null, ReportStatus.Unavailable),
        };
    }

    /// <summary>What the reason's table says, but nothing that belongs to many, nothing somebody allowed, and nothing that is there as strictly already.</summary>
    private async Task<List<ListEntry>> ListAsync(FraudClaim claim, StoredAssessment found, Policy policy, Actor actor, DateTimeOffset now, CancellationToken stop)
    {
        var facts = new Facts();
        FactSnapshot.Read(found.Facts, facts);
        var written = new List<ListEntry>();
        foreach (var effect in policy.ReportEffects.Where(e => e.Reason == claim.Reason))
        {
            if (ValueOf(effect.Type, claim, facts) is not { } value || !ListValues.TryNormalize(effect.Type, value, out var normalized, out _) || (effect.Type == ListType.IpAddress && !ReportedValues.IsOneParty(normalized))) continue;
            var ends = effect.Days is { } days ? now.AddDays(days) : (DateTimeOffset?)null;
            var reason = $"Reported fraud: {claim.Reason.Word()}, transaction {found.Id}";
            if (await db.Set<ListEntry>().SingleOrDefaultAsync(e => e.Type == effect.Type && e.Value == normalized, stop) is not { } entry)
            {
                entry = new ListEntry
                {
                    Id = Guid.CreateVersion7(now), Type = effect.Type, Value = normalized, Severity = effect.Severity, Reason = reason, Source = ListSource.FraudReport, CreatedAt = now, ExpiresAt = ends,
                    OwnerId = actor.Kind == ActorKind.Person ? actor.Id : null,
                };
                db.Add(entry);
                db.Audit(actor, AuditActions.ListEntryAdded, now, ChangeLists.Subject, entry.Id.ToString(), after: entry.Summary);
                written.Add(entry);
                continue;
            }
            var counts = entry.IsActive && !(entry.ExpiresAt <= now);
            if (counts && (entry.Severity == ListSeverity.Allow || entry.Severity >= effect.Severity) && !(entry.Severity == effect.Severity && entry.ExpiresAt < (ends ?? DateTimeOffset.MaxValue)))
            {
                // What a review put there the report relies on from now on: reopening that one does not take it away.
                if (entry.Severity != ListSeverity.Allow && ListedByReview.AssessmentOf(entry.Reason) is not null)
                {
                    var then = entry.Summary;
                    entry.Reason = reason;
                    db.Audit(actor, AuditActions.ListEntryChanged, now, ChangeLists.Subject, entry.Id.ToString(), then, entry.Summary);
                }
                continue;
            }
            var before = entry.Summary;
            (entry.Severity, entry.IsActive, entry.ExpiresAt, entry.Reason) = (effect.Severity, true, ends, reason);
            db.Audit(actor, AuditActions.ListEntryChanged, now, ChangeLists.Subject, entry.Id.ToString(), before, entry.Summary);
            written.Add(entry);
        }
        return written;
    }

    private static string? ValueOf(ListType type, FraudClaim claim, Facts facts) => type switch
    {
        ListType.Email => claim.Email ?? facts.Text(Known.Email),
        ListType.IpAddress => claim.Ip ?? facts.Text(Known.Ip),
        ListType.CardBin => claim.CardBin ?? facts.Text(Known.CardBin),
        ListType.CardHash => facts.Text(Known.CardHash),
        ListType.DeviceFingerprint => facts.Text(Known.Fingerprint),
        ListType.Phone => facts.Text(Known.Phone),
        ListType.CustomerId => facts.Text(Known.CustomerId),
        _ => null,
    };

    /// <summary>The case of a report. Whose account or identity was taken is the victim; of a stolen card nobody here knows whose it was.</summary>
    private CaseOpening Opening(FraudClaim claim, StoredAssessment found, Label row, List<ListEntry> entries)
    {
        var facts = new Facts();
        FactSnapshot.Read(found.Facts, facts);
        var country = facts.Text(Known.IpCountry) ?? facts.Text(Known.CardCountry);
        var says = new CaseFacts(CaseWords.IncidentOf(claim.Reason))
        {
            Jurisdiction = CaseWords.JurisdictionOf(found.Currency, country), Amount = found.Amount, Currency = found.Currency, IncidentDate = DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(found.Instant, options.Zone).DateTime),
            VictimEmail = claim.Reason is FraudReason.AccountTakeover or FraudReason.IdentityTheft ? claim.Email ?? facts.Text(Known.Email) : null, Description = claim.Description,
        };
        return new CaseOpening(says, CaseOrigin.Report)
        {
            Priority = CaseWords.PriorityOf(claim.Reason, found.Amount, cases.Large(found.Currency, found.Flow)), ReportLabel = row.Number, Assessments = [found],
            Links = [(CaseLinkKind.Label, row.Id), .. entries.Select(e => (CaseLinkKind.ListEntry, e.Id))],
        };
    }

    private static FraudReport Remember(FraudClaim claim, Label row, Guid? keyId, string? idempotencyKey, UInt128 fingerprint, List<ListEntry> entries) => new()
    {
        Number = row.Number, Seq = row.Seq, KeyId = keyId, IdempotencyKey = idempotencyKey, Fingerprint = Bytes(fingerprint), Description = claim.Description, Email = claim.Email, IpAddress = claim.Ip, CardBin = claim.CardBin,
        EvidenceUrls = Lines(claim.EvidenceUrls), Notify = Lines(claim.Notify), Entries = string.Join('\n', entries.Select(e => e.Id)), EntryCount = entries.Count,
    };

    private static string? Lines(IReadOnlyList<string> texts) => texts.Count == 0 ? null : string.Join('\n', texts);

    private static string? Cut(string? text) => text?.Length > Label.LongestNote ? text[..Label.LongestNote] : text;

    private static byte[] Bytes(UInt128 fingerprint)
    {
        var bytes = new byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, fingerprint);
        return bytes;
    }
}
