using System.Text.Json;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Web.Api;

namespace ClausumPanel.Web.Flows;

/// <summary>One label as it comes from outside, by the API or in a file: read and checked, its payment not looked for yet.</summary>
public sealed record LabelItem(LabelOutcome Outcome, LabelSource Source)
{
    /// <summary>The names an item may have, in the order of a file's columns.</summary>
    public static readonly IReadOnlyList<string> Names =
        ["transaction_id", "external_transaction_id", "provider", "outcome", "source", "reason", "note", "amount", "currency", "event_at", "known_at", "reference"];

    public string? TransactionId { get; init; }
    public string? ExternalId { get; init; }
    public string? Provider { get; init; }
    public string? Reason { get; init; }
    public string? Note { get; init; }
    public long? Amount { get; init; }
    public string? Currency { get; init; }
    public string? Reference { get; init; }
    public DateTimeOffset? EventAt { get; init; }
    public DateTimeOffset? KnownAt { get; init; }

    /// <returns>Null with everything that is wrong among <paramref name="errors"/>.</returns>
    public static LabelItem? Read(JsonElement json, DateTimeOffset now, List<FieldError> errors)
    {
        if (json.ValueKind != JsonValueKind.Object)
        {
            errors.Add(new FieldError("label", "type", "A label must be one JSON object."));
            return null;
        }
        var body = new JsonBody(json) { Errors = errors };
        var (transaction, external, provider) = (ListTexts.Clean(body.Text("transaction_id", 100)), ListTexts.Clean(body.Text("external_transaction_id", 200)), body.Text("provider", 60));
        if (!body.Has("transaction_id") && !body.Has("external_transaction_id")) body.Wrong("transaction_id", "required", "transaction_id or external_transaction_id is required.");
        var outcome = body.Word("outcome", LabelWords.Outcome, "format");
        if (!body.Has("outcome")) body.Wrong("outcome", "required", "outcome is required: fraud or good.");
        var source = body.Word("source", LabelWords.Source, "format");
        if (!body.Has("source")) body.Wrong("source", "required", "source is required: chargeback, fraud_report, analyst or customer.");
        var item = new LabelItem(outcome ?? default, source ?? default)
        {
            TransactionId = transaction, ExternalId = external, Provider = provider, Reason = ListTexts.Clean(body.Text("reason", Label.LongestReason)), Note = ListTexts.Clean(body.Text("note", Label.LongestNote)),
            Amount = body.Minor("amount"), Currency = body.Currency("currency"), Reference = ListTexts.Clean(body.Text("reference", Label.LongestReference)), EventAt = body.Moment("event_at"), KnownAt = body.Moment("known_at"),
        };
        if (body.Has("amount") != body.Has("currency")) body.Wrong(body.Has("amount") ? "currency" : "amount", "required", "amount and currency come together.");
        if (item.EventAt > now) body.Wrong("event_at", "range", "event_at lies in the future.");
        if (item.KnownAt > now) body.Wrong("known_at", "range", "known_at lies in the future.");
        return errors.Count == 0 ? item : null;
    }

    /// <summary>The label, now that its payment is known.</summary>
    public NewLabel Of(StoredAssessment payment) => new(payment.Seq, payment.At, Outcome, Source)
    {
        Reason = Reason, Note = Note, Amount = Amount, Currency = Currency, Reference = Reference, EventAt = EventAt ?? KnownAt, KnownAt = KnownAt,
    };

    /// <returns>Null, with what is wrong, when there is no such payment or it is made up.</returns>
    public async Task<(StoredAssessment? Payment, FieldError Error)> FindAsync(FindPayment payments, CancellationToken stop)
    {
        var (found, field) = TransactionId is { } id ? (await payments.ByTransactionAsync(id, stop), "transaction_id") : (await payments.ByExternalAsync(ExternalId!, Provider, stop), "external_transaction_id");
        if (found is null) return (null, new FieldError(field, "not_found", $"{field} names no payment that was assessed here."));
        return found.Simulated ? (null, new FieldError(field, "simulated", $"{field} names a simulation, which has no label.")) : (found, default);
    }
}
