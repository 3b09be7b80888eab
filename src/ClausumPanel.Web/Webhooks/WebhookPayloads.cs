using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Outbox;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Storage.Submerchants;
using ClausumPanel.Storage.Webhooks;
using ClausumPanel.Web.Api;
using ClausumPanel.Web.Flows;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Webhooks;

/// <summary>An event as it is sent.</summary>
/// <param name="Subject">What it tells of: events of one object go out one after the other.</param>
public sealed record WebhookMessage(OutboxEvent Event, string Subject, string Body);

/// <summary>Writes events of the outbox as the receivers of webhooks get them. Source of the shapes: Clausum documentation, concepts/webhook-events; what is ours beside them stands in docs/webhooks.md.</summary>
public sealed class WebhookPayloads(PanelDb db, PolicyShelf policies, SubmerchantShelf submerchants)
{
    // Quotation marks and angle brackets stay as they are: this is JSON for programs, never a part of a page.
    private static readonly JsonWriterOptions Plain = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public async Task<IReadOnlyList<WebhookMessage>> WriteAsync(IReadOnlyList<OutboxEvent> events, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(events);
        var known = await LoadAsync(events, stop);
        var messages = new List<WebhookMessage>(events.Count);
        foreach (var one in events)
        {
            var payment = known.Payments.GetValueOrDefault(one.Seq);
            var its = one.CaseId is { } id ? known.Cases.GetValueOrDefault(id) : null;
            var dispute = one.DisputeId is { } about ? known.Disputes.GetValueOrDefault(about) : null;
            Action<Utf8JsonWriter>? write = one.Type switch
            {
                OutboxEventType.TransactionCreated or OutboxEventType.TransactionBlocked or OutboxEventType.TransactionSucceeded or OutboxEventType.TransactionFailed when payment is not null => await TransactionAsync(one, payment, stop),
                OutboxEventType.FraudDetected or OutboxEventType.FraudConfirmed => json => Fraud(json, payment, its, known.Reports.GetValueOrDefault(one.Label ?? its?.ReportLabel ?? 0), known.Labels.GetValueOrDefault(one.Label ?? its?.ReportLabel ?? 0)),
                OutboxEventType.ReviewClosed or OutboxEventType.ReviewReopened when payment is not null => json => Reviewed(json, one, payment, known.Reviews.GetValueOrDefault(one.Seq)),
                OutboxEventType.CaseCreated or OutboxEventType.CaseUpdated when its is not null => json => Told(json, one, its, payment),
                OutboxEventType.DisputeCreated or OutboxEventType.DisputeUpdated or OutboxEventType.DisputeResolved when dispute is not null => json => Disputed(json, one, dispute, payment),
                _ => null,
            };
            // What it tells of is gone: nobody can be told anything.
            if (write is null) continue;
            var (kind, subject) = one.Type is OutboxEventType.CaseCreated or OutboxEventType.CaseUpdated ? ("case", its!.Id)
                : dispute is not null ? ("dispute", dispute.Id)
                : payment is not null ? ("transaction", payment.Id)
                : ("case", its?.Id ?? Guid.Empty);
            messages.Add(new(one, $"{kind}:{subject}", Write(one.Type.Name(), one.At, json =>
            {
                json.WriteString("event_id", $"evt_{one.Number}");
                json.WriteString("object", kind);
                json.WriteString("object_id", subject);
                json.WriteNumber("sequence", one.Number);
                write(json);
            })));
        }
        return messages;
    }

    /// <summary>A call that tells of nothing.</summary>
    public static string Test(DateTimeOffset now) => Write(WebhookEvents.Test, now.ToUnixTimeMilliseconds(), json =>
    {
        json.WriteString("event_id", $"evt_test_{now.ToUnixTimeMilliseconds()}");
        json.WriteString("object", "test");
        json.WriteString("message", "A test from the panel: nothing happened.");
    });

    private static string Write(string name, long at, Action<Utf8JsonWriter> data)
    {
        var buffer = new ArrayBufferWriter<byte>(1_024);
        using (var json = new Utf8JsonWriter(buffer, Plain))
        {
            json.WriteStartObject();
            json.WriteString("event", name);
            json.WriteString("timestamp", Instant(at));
            json.WriteStartObject("data");
            data(json);
            json.WriteEndObject();
            json.WriteEndObject();
        }
        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private async Task<Action<Utf8JsonWriter>> TransactionAsync(OutboxEvent one, StoredAssessment stored, CancellationToken stop)
    {
        var (facts, answer) = (new Facts(), new AssessAnswer());
        FactSnapshot.Read(stored.Facts, facts);
        answer.Read(stored, facts, await policies.PolicyAsync(db, stored.PolicyVersion, stop), submerchants.Current);
        var status = one.Type switch
        {
            OutboxEventType.TransactionBlocked => "blocked",
            OutboxEventType.TransactionSucceeded => "succeeded",
            OutboxEventType.TransactionFailed => "failed",
            _ => "created",
        };
        return json =>
        {
            json.WriteString("flow", stored.Flow == Flow.PayIn ? "payin" : "payout");
            json.WriteString("status", status);
            json.WriteString("previous_status", one.Before);
            json.WriteString("transaction_id", stored.Id);
            json.WriteStartObject("transaction");
            json.WriteString("id", stored.Id);
            json.WriteString("session_id", stored.SessionId);
            json.WriteString("order_id", stored.OrderId);
            json.WriteString("payment_id", stored.PaymentId);
            json.WriteNumber("amount", stored.Amount);
            json.WriteString("currency", stored.Currency);
            json.WriteString("decision", AssessAnswerWriter.Word(stored.Decision));
            json.WriteNumber("risk_score", stored.Score);
            json.WriteString("blocked_by", stored.BlockedBy);
            json.WriteString("submerchant_id", answer.SubmerchantId);
            json.WriteString("submerchant_name", answer.SubmerchantName);
            json.WriteString("created_at", Instant(stored.At));
            json.WriteEndObject();
            json.WriteStartObject("assess_response");
            AssessAnswerWriter.WriteMembers(json, answer, brief: false);
            json.WriteEndObject();
        };
    }

    private static void Fraud(Utf8JsonWriter json, StoredAssessment? payment, Case? its, FraudReport? report, Label? label)
    {
        json.WriteString("case_id", its?.Id.ToString());
        json.WriteString("reference_number", its?.ReferenceNumber);
        json.WriteString("transaction_id", payment?.Id.ToString());
        json.WriteString("external_transaction_id", payment?.PaymentId);
        json.WriteString("reason", label?.Reason);
        if (payment is not null) json.WriteNumber("amount", payment.Amount);
        json.WriteString("currency", payment?.Currency);
        json.WriteString("email", report?.Email ?? Email(payment));
        json.WriteNumber("blocklist_entries", report?.EntryCount ?? 0);
    }

    private static void Reviewed(Utf8JsonWriter json, OutboxEvent one, StoredAssessment payment, Review? review)
    {
        var closed = one.Type == OutboxEventType.ReviewClosed;
        // Later steps may have followed: what this one decided stands with the event, the rest only while it is the last.
        var same = review is not null && review.Version == one.ReviewVersion ? review : null;
        json.WriteString("transaction_id", payment.Id);
        json.WriteString("session_id", payment.SessionId);
        json.WriteString("order_id", payment.OrderId);
        json.WriteString("payment_id", payment.PaymentId);
        json.WriteString("decision", AssessAnswerWriter.Word(payment.Decision));
        json.WriteString("status", closed ? "closed" : "waiting");
        json.WriteString("previous_status", closed ? "waiting" : "closed");
        json.WriteString("outcome", closed ? one.After : null);
        if (!closed) json.WriteString("previous_outcome", one.Before);
        if (closed)
        {
            json.WriteString("reason", same?.Reason);
            json.WriteString("decided_at", same?.DecidedAt is { } at ? Instant(at) : null);
            json.WriteBoolean("timed_out", same?.IsTimedOut == true);
        }
        json.WriteNumber("version", one.ReviewVersion ?? 0);
    }

    private static void Told(Utf8JsonWriter json, OutboxEvent one, Case its, StoredAssessment? payment)
    {
        json.WriteString("case_id", its.Id);
        json.WriteString("reference_number", its.ReferenceNumber);
        json.WriteString("status", one.After ?? its.Status.Word());
        json.WriteString("previous_status", one.Before);
        json.WriteString("priority", its.Priority.Word());
        json.WriteString("incident_type", its.IncidentType.Word());
        json.WriteString("jurisdiction", its.Jurisdiction);
        if (its.Amount is { } amount) json.WriteNumber("amount", amount);
        else json.WriteNull("amount");
        json.WriteString("currency", its.Currency);
        json.WriteString("transaction_id", payment?.Id.ToString());
        json.WriteNumber("version", one.CaseVersion ?? its.Version);
    }

    private static void Disputed(Utf8JsonWriter json, OutboxEvent one, Dispute dispute, StoredAssessment? payment)
    {
        json.WriteString("status", one.After ?? dispute.State.SnakeWord());
        json.WriteString("previous_status", one.Before);
        json.WriteStartObject("dispute");
        json.WriteString("id", dispute.Id);
        json.WriteString("number", dispute.Code);
        json.WriteString("external_id", dispute.ExternalId);
        json.WriteString("scheme", dispute.Scheme.SnakeWord());
        json.WriteString("reason_code", dispute.ReasonCode);
        json.WriteNumber("amount", dispute.Amount);
        json.WriteString("currency", dispute.Currency);
        json.WriteString("stage", dispute.Stage.SnakeWord());
        json.WriteString("respond_by", Instant(dispute.RespondBy.ToUnixTimeMilliseconds()));
        json.WriteString("outcome", one.Type == OutboxEventType.DisputeResolved ? dispute.Outcome?.SnakeWord() : null);
        json.WriteEndObject();
        json.WriteString("case_id", dispute.CaseId?.ToString());
        json.WriteString("transaction_id", payment?.Id.ToString());
        json.WriteString("order_id", payment?.OrderId ?? dispute.OrderId);
        json.WriteString("payment_id", payment?.PaymentId ?? dispute.PaymentId);
    }

    private static string? Email(StoredAssessment? payment)
    {
        if (payment is null) return null;
        var facts = new Facts();
        FactSnapshot.Read(payment.Facts, facts);
        return facts.Text(Known.Email);
    }

    private async Task<Things> LoadAsync(IReadOnlyList<OutboxEvent> events, CancellationToken stop)
    {
        var seqs = events.Where(e => e.Seq > 0).Select(e => e.Seq).Distinct().ToArray();
        var caseIds = events.Where(e => e.CaseId is not null).Select(e => e.CaseId!.Value).Distinct().ToArray();
        var disputeIds = events.Where(e => e.DisputeId is not null).Select(e => e.DisputeId!.Value).Distinct().ToArray();
        var reviewed = events.Where(e => e.ReviewVersion is not null).Select(e => e.Seq).Distinct().ToArray();
        var payments = await db.Set<StoredAssessment>().AsNoTracking().Where(a => seqs.Contains(a.Seq)).ToDictionaryAsync(a => a.Seq, stop);
        var cases = caseIds.Length == 0 ? [] : await db.Set<Case>().AsNoTracking().Where(c => caseIds.Contains(c.Id)).ToDictionaryAsync(c => c.Id, stop);
        var labels = events.Where(e => e.Label is not null).Select(e => e.Label!.Value).Concat(events.Where(e => e.Type == OutboxEventType.FraudConfirmed && e.CaseId is not null && cases.ContainsKey(e.CaseId.Value)).Select(e => cases[e.CaseId!.Value].ReportLabel ?? 0)).Distinct().ToArray();
        return new Things(payments, cases,
            disputeIds.Length == 0 ? [] : await db.Set<Dispute>().AsNoTracking().Where(d => disputeIds.Contains(d.Id)).ToDictionaryAsync(d => d.Id, stop),
            reviewed.Length == 0 ? [] : await db.Set<Review>().AsNoTracking().Where(r => reviewed.Contains(r.Seq)).ToDictionaryAsync(r => r.Seq, stop),
            labels.Length == 0 ? [] : await db.Set<FraudReport>().AsNoTracking().Where(r => labels.Contains(r.Number)).ToDictionaryAsync(r => r.Number, stop),
            labels.Length == 0 ? [] : await db.Set<Label>().AsNoTracking().Where(l => labels.Contains(l.Number)).ToDictionaryAsync(l => l.Number, stop));
    }

    private static string Instant(long at) => DateTimeOffset.FromUnixTimeMilliseconds(at).ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    private sealed record Things(Dictionary<long, StoredAssessment> Payments, Dictionary<Guid, Case> Cases, Dictionary<Guid, Dispute> Disputes, Dictionary<long, Review> Reviews, Dictionary<long, FraudReport> Reports,
        Dictionary<long, Label> Labels);
}
