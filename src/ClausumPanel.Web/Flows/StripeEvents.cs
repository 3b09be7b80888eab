using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Storage.Inbound;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Outbox;
using ClausumPanel.Web.Api;
using ClausumPanel.Web.Plumbing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Flows;

/// <summary>
/// The table of Stripe's events and what each does. Every step finds out whether it was done before, so an event that is taken up again after a crash has its effect once.
/// Source: Clausum documentation, guides/stripe-webhooks; Stripe documentation, api/disputes and api/radar/early_fraud_warnings.
/// </summary>
public sealed class StripeEvents(PanelDb db, DisputeDesk desk, DisputeCases disputeCases, ReportFraud reports, ChangeCases cases, FindPayment payments, IOptions<PanelOptions> panel, TimeProvider clock)
{
    public const string
        Provider = "stripe", Succeeded = "transaction_succeeded", NotPaid = "transaction_failed", DisputeOpened = "dispute_opened", DisputeChanged = "dispute_changed", DisputeClosed = "dispute_closed", Reported = "fraud_reported",
        AlreadyReported = "already_reported", ReportConflict = "report_conflict", Simulation = "simulated_payment", Nothing = "nothing_new", Overtaken = "overtaken", Unreadable = "unreadable";

    private static readonly Actor Stripe = new(ActorKind.System, null, "Stripe");

    private static readonly Dictionary<(CardScheme, string), string> Codes = new()
    {
        [(CardScheme.Visa, "fraudulent")] = "10.4", [(CardScheme.Mastercard, "fraudulent")] = "4837", [(CardScheme.Amex, "fraudulent")] = "F29", [(CardScheme.Discover, "fraudulent")] = "UA02",
        [(CardScheme.Visa, "product_not_received")] = "13.1", [(CardScheme.Visa, "subscription_canceled")] = "13.2", [(CardScheme.Visa, "product_unacceptable")] = "13.3", [(CardScheme.Visa, "credit_not_processed")] = "13.6",
        [(CardScheme.Visa, "duplicate")] = "12.6.1", [(CardScheme.Mastercard, "product_not_received")] = "4853", [(CardScheme.Mastercard, "duplicate")] = "4834",
    };

    public static bool Handles(string type) => type is "charge.succeeded" or "payment_intent.payment_failed" or "charge.dispute.created" or "charge.dispute.updated" or "charge.dispute.closed" or "radar.early_fraud_warning.created";

    public async Task RunAsync(ReceivedEvent received, JsonElement json, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(received);
        if (EventBody.Member(EventBody.Member(json, "data"), "object") is not { } its)
        {
            await EndAsync(received.Id, Unreadable, null, null, null, stop);
            return;
        }
        switch (received.Type)
        {
            case "charge.succeeded": await PaidAsync(received, its, OutboxEventType.TransactionSucceeded, Succeeded, stop); break;
            case "payment_intent.payment_failed": await PaidAsync(received, its, OutboxEventType.TransactionFailed, NotPaid, stop); break;
            case "radar.early_fraud_warning.created": await WarnedAsync(received, its, stop); break;
            default: await DisputedAsync(received, json, its, stop); break;
        }
    }

    private async Task PaidAsync(ReceivedEvent received, JsonElement its, OutboxEventType type, string outcome, CancellationToken stop)
    {
        if (await FindAsync(its, stop) is not { } payment)
        {
            await EndAsync(received.Id, ApplyEvents.NoPayment, null, null, null, stop);
            return;
        }
        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        var number = await db.NextEventAsync(stop);
        // What the outside was told last of this payment's money; a failed try may be followed by one that goes through.
        var said = await db.ReceivedEvents.Where(e => e.Seq == payment.Seq && e.Source == EventSource.Stripe && (e.Outcome == Succeeded || e.Outcome == NotPaid)).OrderByDescending(e => e.ProcessedAt).Select(e => e.Outcome).FirstOrDefaultAsync(stop);
        if (await ClaimAsync(received.Id, stop) is not { } row) return;
        // Of what is told in no order, the money that came is what counts: a first try that failed may be told of late.
        var isNew = said is not Succeeded && said != outcome;
        if (isNew)
        {
            db.Add(new OutboxEvent
            {
                Number = number, Type = type, Seq = payment.Seq, At = now.ToUnixTimeMilliseconds(), After = type == OutboxEventType.TransactionSucceeded ? "succeeded" : "failed",
                Before = said switch { Succeeded => "succeeded", NotPaid => "failed", _ => "created" },
            });
            db.Audit(Stripe, AuditActions.EventApplied, now, ApplyEvents.Subject, received.Id.ToString(), after: new { received.Type, Outcome = outcome, Assessment = payment.Id });
        }
        End(row, isNew ? outcome : row.Outcome == outcome ? outcome : Nothing, payment.Seq, null, null, now);
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(CancellationToken.None);
    }

    /// <summary>The issuer says it looks like fraud: a report like any other, with its case. A payment that is not known has a case all the same.</summary>
    private async Task WarnedAsync(ReceivedEvent received, JsonElement its, CancellationToken stop)
    {
        var (payment, number) = (await FindAsync(its, stop), EventBody.Text(its, "id") ?? received.ExternalId!);
        var description = $"Stripe early fraud warning {number}: {EventBody.Text(its, "fraud_type", 60) ?? "unspecified"}";
        if (payment is not null)
        {
            var reason = EventBody.Text(its, "fraud_type", 60) is "card_never_received" or "fraudulent_card_application" ? FraudReason.IdentityTheft : FraudReason.Other;
            var answer = await reports.RunAsync(new FraudClaim(reason) { TransactionId = payment.Id.ToString(), Description = description }, Stripe, null, $"stripe:{received.ExternalId}", Fingerprint.Of(System.Text.Encoding.UTF8.GetBytes(received.Body)), stop);
            db.ChangeTracker.Clear();
            var outcome = answer.Status switch
            {
                ReportStatus.Reported or ReportStatus.Replayed => Reported,
                ReportStatus.AlreadyReported => AlreadyReported,
                ReportStatus.Conflict => ReportConflict,
                ReportStatus.Simulated => Simulation,
                ReportStatus.NotFound => ApplyEvents.NoPayment,
                ReportStatus.Unavailable => throw new InvalidOperationException("The memory of payments is being rebuilt."),
            };
            await EndAsync(received.Id, outcome, payment.Seq, answer.Case?.Id, null, stop);
            return;
        }
        var now = clock.GetUtcNow();
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        var next = await db.NextEventAsync(stop);
        if (await ClaimAsync(received.Id, stop) is not { } row) return;
        if (row.CaseId is null)
        {
            var opened = await cases.AddAsync(new CaseOpening(new CaseFacts(IncidentType.UnauthorizedTransfer) { IncidentDate = Day(its), Description = description }, CaseOrigin.Event), Stripe, now, next, stop);
            row.CaseId = opened.Id;
            End(row, $"{ApplyEvents.CaseOpened} {opened.ReferenceNumber}", null, opened.Id, null, now);
        }
        else End(row, ApplyEvents.CaseThere, null, row.CaseId, null, now);
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(CancellationToken.None);
    }

    private async Task DisputedAsync(ReceivedEvent received, JsonElement json, JsonElement its, CancellationToken stop)
    {
        if (!desk.IsReady) throw new InvalidOperationException("The memory of payments is being rebuilt.");
        if (Read(its) is not { } item)
        {
            await EndAsync(received.Id, Unreadable, null, null, null, stop);
            return;
        }
        var payment = await FindAsync(its, stop);
        if (payment is not null) item = item with { TransactionId = payment.Id.ToString() };
        var (status, outcome, mark) = (EventBody.Text(its, "status", 40) ?? "", Nothing, MarkOf(received, json));
        var dispute = await db.Set<Dispute>().SingleOrDefaultAsync(d => d.ExternalId == item.ExternalId, stop);
        if (dispute is { ProviderMark: { } latest } && latest > mark)
        {
            // Stripe tells in no order: what it says of an earlier moment is over.
            await EndAsync(received.Id, $"{Overtaken} {dispute.Code}", payment?.Seq, dispute.CaseId, dispute.Id, stop);
            return;
        }
        if (dispute is null)
        {
            dispute = await desk.OpenAsync(item, Stripe, stop, DisputeOrigin.Event);
            outcome = DisputeOpened;
        }
        else if (dispute.State != DisputeState.Closed && ((dispute.Amount, dispute.RespondBy.ToUnixTimeSeconds(), dispute.Stage) != (item.Amount, item.RespondBy.ToUnixTimeSeconds(), item.Stage) || (dispute.Seq is null && payment is not null)))
        {
            // What people wrote stays.
            await desk.ChangeAsync(dispute, item with { Notes = dispute.Notes, Descriptor = dispute.Descriptor, Arn = dispute.Arn, ReasonCode = dispute.ReasonCode, Scheme = dispute.Scheme, ReceivedAt = dispute.ReceivedAt, Currency = dispute.Currency }, dispute.Version, Stripe, stop);
            outcome = DisputeChanged;
        }
        await disputeCases.OpenAsync(dispute, null, CaseOrigin.Event, $"Stripe dispute {dispute.ExternalId} ({dispute.Code})", Stripe, stop);
        if (status is "under_review" or "warning_under_review" && dispute.State == DisputeState.Open && await desk.AnswerAsync(dispute, dispute.Version, Stripe, stop)) outcome = DisputeChanged;
        if (status is "won" or "lost" or "warning_closed")
        {
            var id = dispute.Id;
            db.ChangeTracker.Clear();
            var version = await db.Set<Dispute>().Where(d => d.Id == id).Select(d => d.Version).SingleAsync(stop);
            if (await desk.CloseAsync(id, version, status == "lost" ? DisputeOutcome.Lost : DisputeOutcome.Won, null, null, LabelChannel.Api, Stripe, stop))
            {
                outcome = DisputeClosed;
                if (dispute.CaseId is { } about) await cases.NoteAsync(about, $"Stripe: {item.ExternalId} {status}", Stripe, stop);
            }
        }
        db.ChangeTracker.Clear();
        await db.Set<Dispute>().Where(d => d.Id == dispute.Id && (d.ProviderMark == null || d.ProviderMark < mark)).ExecuteUpdateAsync(d => d.SetProperty(x => x.ProviderMark, mark), stop);
        await EndAsync(received.Id, $"{outcome} {dispute.Code}", payment?.Seq, dispute.CaseId, dispute.Id, stop);
    }

    /// <summary>Where an event stands in the life of its dispute: by its second, and within one by what it tells.</summary>
    private static long MarkOf(ReceivedEvent received, JsonElement json)
    {
        var second = (Moment(json, "created") ?? received.ReceivedAt).ToUnixTimeSeconds();
        return (second * 4) + received.Type switch { "charge.dispute.created" => 0, "charge.dispute.updated" => 1, _ => 2 };
    }

    /// <summary>By the provider's own numbers of the payment; else by what the shop wrote into the metadata, which comes through a browser: the session, the order.</summary>
    private async Task<StoredAssessment?> FindAsync(JsonElement its, CancellationToken stop)
    {
        StoredAssessment? found = null;
        foreach (var name in (string[])["payment_intent", "charge", "id"])
            if (found is null && (EventBody.Text(its, name, 128) ?? EventBody.Text(EventBody.Member(its, name), "id", 128)) is { } id) found = await payments.ByExternalAsync(id, Provider, stop);
        if (found is null && EventBody.Text(EventBody.Member(its, "metadata"), "clausum_session_id", 128) is { } session) found = await payments.ByTransactionAsync(session, stop);
        if (found is null && EventBody.Text(EventBody.Member(its, "metadata"), "order_id", 128) is { } order) found = await payments.ByOrderAsync(order, stop);
        return found is { Simulated: false } ? found : null;
    }

    private DisputeItem? Read(JsonElement its)
    {
        var now = clock.GetUtcNow();
        var amount = EventBody.Number(its, "amount") ?? 0;
        if (EventBody.Text(its, "id", Dispute.LongestId) is not { } id || amount is <= 0 or > 1_000_000_000_000_000 || !decimal.IsInteger(amount) || EventBody.Text(its, "currency", 3) is not { } currency || !Currencies.TryFind(currency.ToUpperInvariant(), out var code, out _)) return null;
        var card = EventBody.Member(EventBody.Member(its, "payment_method_details"), "card");
        var scheme = EventBody.Text(card, "brand", 40) switch
        {
            "visa" => CardScheme.Visa,
            "mastercard" => CardScheme.Mastercard,
            "amex" or "american_express" => CardScheme.Amex,
            "discover" => CardScheme.Discover,
            _ => CardScheme.Other,
        };
        var reason = EventBody.Text(its, "reason", 60) ?? "general";
        var network = EventBody.Text(card, "network_reason_code", 12) ?? EventBody.Text(its, "network_reason_code", 12);
        var known = ReasonCodes.Find(scheme, network) ?? ReasonCodes.Find(scheme, Codes.GetValueOrDefault((scheme, reason)));
        var received = Moment(its, "created") is { } at && at <= now ? at : now;
        return new DisputeItem
        {
            ExternalId = id, Provider = Provider, Scheme = scheme, ReasonCode = known?.Code ?? network ?? reason[..Math.Min(reason.Length, 12)], Amount = (long)amount, Currency = code!, PaymentId = EventBody.Text(its, "payment_intent", 128) ?? EventBody.Text(its, "charge", 128),
            ReceivedAt = received, RespondBy = Moment(EventBody.Member(its, "evidence_details"), "due_by") is { } due && due >= received ? due : received.AddDays(known?.Days ?? 20),
            Stage = EventBody.Text(its, "status", 40)?.StartsWith("warning_", StringComparison.Ordinal) == true ? DisputeStage.Inquiry : DisputeStage.Chargeback, Notes = $"Stripe: {reason}",
        };
    }

    private static DateTimeOffset? Moment(JsonElement? json, string name) => EventBody.Number(json, name) is > 946_684_800 and < 4_102_444_800 and { } seconds ? DateTimeOffset.FromUnixTimeSeconds((long)seconds) : null;

    private DateOnly? Day(JsonElement its) => Moment(its, "created") is { } at ? DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, panel.Value.Zone).DateTime) : null;

    private async Task<ReceivedEvent?> ClaimAsync(Guid id, CancellationToken stop)
    {
        db.ChangeTracker.Clear();
        return await db.ReceivedEvents.SingleOrDefaultAsync(e => e.Id == id && e.State == ReceivedState.Waiting, stop);
    }

    private static void End(ReceivedEvent row, string outcome, long? seq, Guid? caseId, Guid? disputeId, DateTimeOffset now) =>
        (row.State, row.Action, row.Outcome, row.Seq, row.CaseId, row.DisputeId, row.ProcessedAt, row.Rule) = (ReceivedState.Processed, EventAction.Provider, outcome, seq, caseId ?? row.CaseId, disputeId ?? row.DisputeId, now, null);

    private async Task EndAsync(Guid id, string outcome, long? seq, Guid? caseId, Guid? disputeId, CancellationToken stop)
    {
        if (await ClaimAsync(id, stop) is not { } row) return;
        End(row, outcome, seq, caseId, disputeId, clock.GetUtcNow());
        await db.SaveChangesAsync(stop);
    }
}
