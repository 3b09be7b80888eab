using System.Security.Cryptography;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Storage.Files;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Outbox;
using ClausumPanel.Web.Api;
using ClausumPanel.Web.Flows.Evidence;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>Opens, changes, answers and closes disputes, for pages, imports and the demo alike: what changed, its trail and the label an outcome means, in one transaction.</summary>
public sealed class DisputeDesk(PanelDb db, AssessService service, FindPayment payments, AssessmentReader assessments, FileFolder folder, TimeProvider clock)
{
    public const string Subject = "dispute";

    /// <summary>False while the memory is being rebuilt: an outcome writes labels, which must wait for it.</summary>
    public bool IsReady => service.Memory is not null;

    /// <summary>The payment a dispute speaks of, by the surest of the numbers given; no made-up one.</summary>
    public async Task<StoredAssessment?> FindAsync(DisputeItem item, CancellationToken stop)
    {
        var found = item.TransactionId is { } id ? await payments.ByTransactionAsync(id, stop) : null;
        found ??= item.PaymentId is { } payment ? await payments.ByExternalAsync(payment, null, stop) : null;
        found ??= item.OrderId is { } order ? await payments.ByOrderAsync(order, stop) : null;
        return found is { Simulated: false } ? found : null;
    }

    /// <summary>Of many at once, in their order.</summary>
    public Task<IReadOnlyList<StoredAssessment?>> FindAsync(IReadOnlyList<DisputeItem> items, CancellationToken stop) => payments.ManyAsync([.. items.Select(i => new PaymentNumbers(i.TransactionId, i.PaymentId, i.OrderId))], stop);

    public async Task<Dispute> OpenAsync(DisputeItem item, Actor actor, CancellationToken stop, DisputeOrigin origin = DisputeOrigin.Manual) => (await OpenAsync(item, actor, origin, once: false, stop)).Dispute;

    /// <summary>Opens it, unless it is there: by the provider's own number, else by the ARN with the same scheme, reason, amount and currency. Of many at once one opens it.</summary>
    /// <returns>The new one, or the one that is there; <c>IsNew</c> tells which.</returns>
    public Task<(Dispute Dispute, bool IsNew)> OpenOnceAsync(DisputeItem item, Actor actor, DisputeOrigin origin, CancellationToken stop) => OpenAsync(item, actor, origin, once: true, stop);

    private async Task<(Dispute Dispute, bool IsNew)> OpenAsync(DisputeItem item, Actor actor, DisputeOrigin origin, bool once, CancellationToken stop)
    {
        var (payment, now) = (await FindAsync(item, stop), clock.GetUtcNow());
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        var numbers = await DisputeNumbers.BeginAsync(db, stop);
        if (once && await SameAsync(item, stop) is { } there) return (there, false);
        var dispute = Put(item, await StillAsync(payment, stop), origin, numbers, actor, now);
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(CancellationToken.None);
        return (dispute, true);
    }

    /// <summary>Inside the caller's transaction, who saves.</summary>
    internal Dispute Put(DisputeItem item, StoredAssessment? payment, DisputeOrigin origin, DisputeNumbers numbers, Actor actor, DateTimeOffset now)
    {
        var dispute = new Dispute { Number = numbers.NextDispute(), Origin = origin, CreatedAt = now };
        Fill(dispute, item, payment);
        dispute.Touch(now);
        dispute.Weigh(WeighEvidence.Of(dispute, payment, [], []));
        db.Add(dispute);
        db.Audit(actor, AuditActions.DisputeOpened, now, Subject, dispute.Code, after: dispute.Summary);
        Tell(dispute, OutboxEventType.DisputeCreated, null, numbers.NextEvent(), now);
        return dispute;
    }

    private Task<Dispute?> SameAsync(DisputeItem item, CancellationToken stop)
    {
        var disputes = db.Set<Dispute>().AsNoTracking();
        return item.ExternalId is { } external ? disputes.SingleOrDefaultAsync(d => d.ExternalId == external, stop)
            : item.Arn is { } arn ? disputes.Where(d => d.Arn == arn && d.Scheme == item.Scheme && d.ReasonCode == item.ReasonCode && d.Amount == item.Amount && d.Currency == item.Currency).OrderBy(d => d.Number).FirstOrDefaultAsync(stop)
            : Task.FromResult<Dispute?>(null);
    }

    public async Task ChangeAsync(Dispute dispute, DisputeItem item, int version, Actor actor, CancellationToken stop)
    {
        var (payment, facts, files) = (await FindAsync(item, stop), await FactsAsync(dispute, stop), await FilesAsync(dispute, stop));
        await StepsAsync(dispute, version, actor, async () => payment = await StillAsync(payment, stop), stop, (AuditActions.DisputeChanged, now =>
        {
            Fill(dispute, item, payment);
            dispute.Touch(now);
            dispute.Weigh(WeighEvidence.Of(dispute, payment, facts, files));
            return true;
        }));
    }

    /// <returns>False when it was answered or closed before.</returns>
    public Task<bool> AnswerAsync(Dispute dispute, int version, Actor actor, CancellationToken stop, DateTimeOffset? at = null) =>
        StepsAsync(dispute, version, actor, null, stop, (AuditActions.DisputeAnswered, now => dispute.Answer(at ?? now, now)));

    /// <summary>It came back at a further stage: there is a new date to answer by.</summary>
    public Task ReopenAsync(Dispute dispute, DisputeStage stage, DateTimeOffset respondBy, int version, Actor actor, CancellationToken stop) =>
        StepsAsync(dispute, version, actor, null, stop, (AuditActions.DisputeChanged, now => dispute.Reopen(stage, respondBy, now)));

    /// <summary>Where it stands and that it was answered, as one telling says both: all of it is stored, or nothing.</summary>
    /// <returns>False when that is what it says already.</returns>
    public Task<bool> AdvanceAsync(Dispute dispute, DisputeStanding to, int version, Actor actor, CancellationToken stop)
    {
        var (stage, respondBy) = (to.Stage ?? dispute.Stage, to.RespondBy ?? dispute.RespondBy);
        return StepsAsync(dispute, version, actor, null, stop,
            (AuditActions.DisputeChanged, now => to.Reopens ? dispute.Reopen(stage, respondBy, now) : dispute.Move(stage, respondBy, now)), (AuditActions.DisputeAnswered, now => to.AnsweredAt is { } at && dispute.Answer(at, now)));
    }

    /// <summary>Steps of one dispute, each with its trail and its event for the outside, in one transaction.</summary>
    /// <param name="look">What is looked at before the first, while nobody removes payments; null: nothing.</param>
    /// <returns>False when none of them changed anything.</returns>
    private async Task<bool> StepsAsync(Dispute dispute, int version, Actor actor, Func<Task>? look, CancellationToken stop, params (string Action, Func<DateTimeOffset, bool> Take)[] steps)
    {
        var (now, changed) = (clock.GetUtcNow(), false);
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        if (look is not null)
        {
            await db.NextEventAsync(stop);
            await look();
        }
        Expect(dispute, version);
        foreach (var (action, take) in steps)
        {
            var (before, was) = (dispute.Summary, dispute.State);
            if (!take(now)) continue;
            changed = true;
            db.Audit(actor, action, now, Subject, dispute.Code, before, dispute.Summary);
            Tell(dispute, OutboxEventType.DisputeUpdated, was, await db.NextEventAsync(stop), now);
            await db.SaveChangesAsync(stop);
        }
        if (changed) await transaction.CommitAsync(CancellationToken.None);
        return changed;
    }

    /// <summary>Writes the outcome, and into the ledger what it says of the payment.</summary>
    /// <returns>False when that is its outcome already.</returns>
    public async Task<bool> CloseAsync(Guid id, int version, DisputeOutcome outcome, long? recovered, DateTimeOffset? at, LabelChannel channel, Actor actor, CancellationToken stop)
    {
        var (ledger, now) = (new LabelLedger(db), clock.GetUtcNow());
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        await ledger.BeginAsync(stop);
        var dispute = await db.Set<Dispute>().SingleAsync(d => d.Id == id, stop);
        Expect(dispute, version);
        if (!await EndAsync(dispute, outcome, recovered, at, ledger, await DisputeNumbers.BeginAsync(db, stop), channel, actor, now, stop)) return false;
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(CancellationToken.None);
        await NoteAsync(ledger);
        return true;
    }

    /// <summary>Inside the caller's transaction, who has begun the ledger and saves.</summary>
    /// <returns>False when that is its outcome already.</returns>
    internal async Task<bool> EndAsync(
        Dispute dispute, DisputeOutcome outcome, long? recovered, DateTimeOffset? at, LabelLedger ledger, DisputeNumbers numbers, LabelChannel channel, Actor actor, DateTimeOffset now, CancellationToken stop)
    {
        var (before, was) = (dispute.Summary, dispute.State);
        if (!dispute.Close(outcome, recovered, at ?? now, now)) return false;
        await LabelAsync(dispute, outcome, ledger, channel, actor, now, stop);
        Tell(dispute, OutboxEventType.DisputeResolved, was, numbers.NextEvent(), now);
        db.Audit(actor, AuditActions.DisputeClosed, now, Subject, dispute.Code, before, dispute.Summary);
        return true;
    }

    /// <summary>After the commit: the payers' history is what the ledger says.</summary>
    internal Task NoteAsync(LabelLedger ledger) => service.Memory!.NoteAsync(db, ledger.Changes, CancellationToken.None);

    /// <summary>
    /// A lost fraud dispute is a chargeback: fraud. A won one takes standing chargebacks of the payment back, and where the reason was fraud the scheme's word is that it was good.
    /// A dispute about goods or service says nothing of fraud, however it ends.
    /// </summary>
    private async Task LabelAsync(Dispute dispute, DisputeOutcome outcome, LabelLedger ledger, LabelChannel channel, Actor actor, DateTimeOffset now, CancellationToken stop)
    {
        if (dispute.Seq is not { } seq || await db.Set<StoredAssessment>().Where(a => a.Seq == seq && !a.Simulated).Select(a => (long?)a.At).SingleOrDefaultAsync(stop) is not { } paidAt) return;
        var rows = await LabelQueries.HistoryAsync(db, seq, stop);
        var standing = rows.Where(r => r.Reverses is null && !rows.Exists(o => o.Reverses == r.Number)).ToList();
        var mine = dispute.LabelId is { } old ? standing.Find(r => r.Id == old) : null;
        var isFraud = ReasonCodes.Category(dispute.Scheme, dispute.ReasonCode) == ReasonCategory.Fraud;
        var chargebacks = standing.FindAll(r => r is { Source: LabelSource.Chargeback, Outcome: LabelOutcome.Fraud } && r != mine && r.Reference?.StartsWith("dispute:", StringComparison.Ordinal) != true);
        LabelOutcome? wanted = !isFraud ? null : outcome == DisputeOutcome.Won ? LabelOutcome.Good : chargebacks.Count > 0 ? null : LabelOutcome.Fraud;
        var isKept = mine is not null && mine.Outcome == wanted;
        // What is said now is written before what was said is taken back: in between, the payment is never without a word.
        if (wanted is { } word && !isKept)
        {
            var written = await ledger.AppendAsync([new NewLabel(seq, paidAt, word, LabelSource.Chargeback)
            {
                Reason = dispute.ReasonCode, Note = $"Dispute {dispute.Code}: {outcome.SnakeWord()}", Amount = dispute.Amount, Currency = dispute.Currency, Reference = $"dispute:{dispute.Code}:{dispute.Version}", EventAt = dispute.ClosedAt, KnownAt = dispute.ClosedAt,
            }], channel, actor, now, stop);
            dispute.LabelId = written[0].Row.Id;
            db.Audit(actor, AuditActions.LabelWritten, now, RecordLabels.Subject, written[0].Row.Id.ToString(), after: written[0].Row.Summary);
        }
        List<Label> back = outcome == DisputeOutcome.Won ? [.. chargebacks] : [];
        if (mine is not null && !isKept) back.Add(mine);
        if (mine is not null && !isKept && wanted is null) dispute.LabelId = null;
        foreach (var row in back)
            if (await ledger.ReverseAsync(row, paidAt, $"Dispute {dispute.Code}: {outcome.SnakeWord()}", channel, actor, now, stop) is { } reversal)
                db.Audit(actor, AuditActions.LabelReversed, now, RecordLabels.Subject, row.Id.ToString(), row.Summary, reversal.Summary);
    }

    /// <returns>Null when there are too many, or the payment it is of was kept long enough and is gone.</returns>
    public async Task<DisputeFact?> AddFactAsync(Dispute dispute, FactKind kind, long? seq, IReadOnlyDictionary<string, string> values, string? source, TimeZoneInfo zone, Actor actor, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        await db.NextEventAsync(stop);              // while nobody removes payments
        var facts = await FactsAsync(dispute, stop);
        if (facts.Count >= DisputeFact.Most) return null;
        if (seq is { } named && !await db.Set<StoredAssessment>().AnyAsync(a => a.Seq == named, stop)) return null;
        var fact = new DisputeFact
        {
            DisputeId = dispute.Id, Kind = kind, Seq = seq == dispute.Seq ? null : seq, Values = FactFields.Write(values), Source = source, EnteredBy = actor.Id, EnteredByName = actor.Name, EnteredAt = now,
            At = FactFields.Moment(kind) is { } name ? DisputeWords.Moment(values.GetValueOrDefault(name), zone) : null,
        };
        db.Add(fact);
        dispute.Touch(now);
        await WeighAsync(dispute, [.. facts, fact], await FilesAsync(dispute, stop), stop);
        db.Audit(actor, AuditActions.DisputeChanged, now, Subject, dispute.Code, after: fact.Summary);
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(CancellationToken.None);
        return fact;
    }

    public async Task RemoveFactAsync(Dispute dispute, Guid id, Actor actor, CancellationToken stop)
    {
        if (await db.Set<DisputeFact>().SingleOrDefaultAsync(f => f.Id == id && f.DisputeId == dispute.Id, stop) is not { } fact) return;
        var now = clock.GetUtcNow();
        db.Remove(fact);
        dispute.Touch(now);
        await WeighAsync(dispute, (await FactsAsync(dispute, stop)).FindAll(f => f.Id != id), await FilesAsync(dispute, stop), stop);
        db.Audit(actor, AuditActions.DisputeChanged, now, Subject, dispute.Code, fact.Summary);
        await db.SaveChangesAsync(stop);
    }

    /// <param name="sentName">As it was sent.</param>
    /// <returns>Null with what is wrong.</returns>
    public async Task<(DisputeFile? File, FileProblem Problem, FileRoom Room)> AddFileAsync(Dispute dispute, string? sentName, byte[] bytes, FileCategory category, Actor actor, CancellationToken stop)
    {
        var (room, name) = ((await FileSettings.LoadAsync(db, stop)).Disputes, ListTexts.Clean(FileTypes.CleanName(sentName)));
        if (room.Check(name, bytes, out var kind) is not FileProblem.None and var problem) return (null, problem, room);
        var files = await FilesAsync(dispute, stop);
        if (files.Count >= room.Files) return (null, FileProblem.TooMany, room);
        var now = clock.GetUtcNow();
        var file = new DisputeFile
        {
            DisputeId = dispute.Id, Number = files.Select(f => f.Number).DefaultIfEmpty(0).Max() + 1, Name = name!, ContentType = kind.ContentType(), Size = bytes.Length, Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)), Category = category,
            Pages = FileTypes.PagesOf(kind, bytes), EnteredBy = actor.Id, EnteredByName = actor.Name, EnteredAt = now,
        };
        // The bytes first: a row without its file would be worse than a file without its row.
        await folder.KeepAsync(file.StoredAs, bytes, stop);
        db.Add(file);
        dispute.Touch(now);
        await WeighAsync(dispute, await FactsAsync(dispute, stop), [.. files, file], stop);
        db.Audit(actor, AuditActions.DisputeChanged, now, Subject, dispute.Code, after: file.Summary);
        try
        {
            // To its end: a row that is stored must not lose its file to somebody who has closed the page.
            await db.SaveChangesAsync(CancellationToken.None);
        }
        catch
        {
            folder.Forget(file.StoredAs);
            throw;
        }
        return (file, FileProblem.None, room);
    }

    public async Task RemoveFileAsync(Dispute dispute, Guid id, Actor actor, CancellationToken stop)
    {
        if (await db.Set<DisputeFile>().SingleOrDefaultAsync(f => f.Id == id && f.DisputeId == dispute.Id, stop) is not { } file) return;
        var now = clock.GetUtcNow();
        db.Remove(file);
        dispute.Touch(now);
        await WeighAsync(dispute, await FactsAsync(dispute, stop), (await FilesAsync(dispute, stop)).FindAll(f => f.Id != id), stop);
        db.Audit(actor, AuditActions.DisputeChanged, now, Subject, dispute.Code, file.Summary);
        await db.SaveChangesAsync(stop);
        folder.Forget(file.StoredAs);
    }

    private Task<List<DisputeFact>> FactsAsync(Dispute dispute, CancellationToken stop) => db.Set<DisputeFact>().AsNoTracking().Where(f => f.DisputeId == dispute.Id).OrderBy(f => f.EnteredAt).ThenBy(f => f.Id).ToListAsync(stop);

    private Task<List<DisputeFile>> FilesAsync(Dispute dispute, CancellationToken stop) => db.Set<DisputeFile>().AsNoTracking().Where(f => f.DisputeId == dispute.Id).ToListAsync(stop);

    private async Task WeighAsync(Dispute dispute, List<DisputeFact> facts, List<DisputeFile> files, CancellationToken stop)
    {
        var payment = dispute.Seq is { } seq ? await db.Set<StoredAssessment>().AsNoTracking().SingleOrDefaultAsync(a => a.Seq == seq, stop) : null;
        dispute.Weigh(WeighEvidence.Of(dispute, payment, facts, files));
    }

    /// <summary>Inside the change's transaction: the outside will be told.</summary>
    private void Tell(Dispute dispute, OutboxEventType type, DisputeState? before, long number, DateTimeOffset now) => db.Add(new OutboxEvent
    {
        Number = number, Type = type, Seq = dispute.Seq ?? 0, At = now.ToUnixTimeMilliseconds(), DisputeId = dispute.Id, Before = before?.SnakeWord(), After = dispute.State.SnakeWord(),
    });

    /// <summary>Inside the transaction: the payment, unless what was kept long enough has gone since it was looked up. Its numbers stay those that the dispute was told with.</summary>
    private async Task<StoredAssessment?> StillAsync(StoredAssessment? payment, CancellationToken stop) => payment is not null && await assessments.IsThereAsync(payment, stop) ? payment : null;

    /// <summary>The second of two people is told when they save.</summary>
    private void Expect(Dispute dispute, int version) => db.Entry(dispute).Property(d => d.Version).OriginalValue = version;

    private static void Fill(Dispute dispute, DisputeItem item, StoredAssessment? payment)
    {
        (dispute.Scheme, dispute.ReasonCode, dispute.Amount, dispute.Currency, dispute.Arn, dispute.ExternalId) = (item.Scheme, item.ReasonCode, item.Amount, item.Currency, item.Arn, item.ExternalId);
        dispute.Provider = item.Provider ?? dispute.Provider;
        (dispute.Seq, dispute.OrderId, dispute.PaymentId) = (payment?.Seq, payment?.OrderId ?? item.OrderId, payment?.PaymentId ?? item.PaymentId);
        (dispute.ReceivedAt, dispute.RespondBy, dispute.Stage, dispute.Descriptor, dispute.Notes) = (item.ReceivedAt, item.RespondBy, item.Stage, item.Descriptor, item.Notes);
    }
}

/// <summary>Where a dispute stands, as it is told; null: nothing is said of that.</summary>
/// <param name="Reopens">It was answered or closed, and is back at this stage with this date.</param>
public sealed record DisputeStanding(DisputeStage? Stage, DateTimeOffset? RespondBy, DateTimeOffset? AnsweredAt, bool Reopens);

/// <summary>The numbers that disputes and their events get. Inside the transaction that uses them: from here to its end nobody else takes one.</summary>
internal sealed class DisputeNumbers
{
    private int _dispute;
    private long _event;

    private DisputeNumbers()
    {
    }

    public static async Task<DisputeNumbers> BeginAsync(PanelDb db, CancellationToken stop) => new() { _dispute = await DisputeQueries.NextNumberAsync(db, stop), _event = await db.NextEventAsync(stop) };

    public int NextDispute() => _dispute++;

    public long NextEvent() => _event++;
}
