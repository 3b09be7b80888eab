using System.Text.Json;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Web.Flows;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Api;

/// <summary>Writes disputes with what belongs to them: the payment's id, the cases.</summary>
internal sealed class DisputeWriter
{
    private readonly IReadOnlyDictionary<long, Guid> _payments;
    private readonly ILookup<Guid, Guid> _cases;

    private DisputeWriter(IReadOnlyDictionary<long, Guid> payments, ILookup<Guid, Guid> cases) => (_payments, _cases) = (payments, cases);

    public static async Task<DisputeWriter> AroundAsync(PanelDb db, IReadOnlyList<Dispute> disputes, CancellationToken stop)
    {
        var (ids, seqs) = (disputes.Select(d => d.Id).ToArray(), disputes.Select(d => d.Seq).OfType<long>().Distinct().ToArray());
        return new DisputeWriter(
            await db.Set<StoredAssessment>().Where(a => seqs.Contains(a.Seq)).ToDictionaryAsync(a => a.Seq, a => a.Id, stop),
            (await db.Set<CaseLink>().Where(l => l.Kind == CaseLinkKind.Dispute && ids.Contains(l.Target)).OrderBy(l => l.At).Select(l => new { l.Target, l.CaseId }).ToListAsync(stop)).ToLookup(l => l.Target, l => l.CaseId));
    }

    public void Write(Utf8JsonWriter json, Dispute its)
    {
        var reason = ReasonCodes.Find(its.Scheme, its.ReasonCode);
        json.WriteStartObject();
        json.WriteString("id", its.Id);
        json.WriteString("number", its.Code);
        json.WriteString("scheme", its.Scheme.SnakeWord());
        json.WriteString("reason_code", its.ReasonCode);
        json.WriteString("reason", reason?.Text);
        json.WriteString("category", reason?.Category.SnakeWord());
        json.WriteNumber("amount", its.Amount);
        json.WriteString("currency", its.Currency);
        json.WriteString("stage", its.Stage.SnakeWord());
        json.WriteString("state", its.State.SnakeWord());
        json.WriteString("outcome", its.Outcome?.SnakeWord());
        if (its.Recovered is { } recovered) json.WriteNumber("recovered", recovered);
        else json.WriteNull("recovered");
        json.WriteInstant("received_at", its.ReceivedAt);
        json.WriteInstant("respond_by", its.RespondBy);
        json.WriteInstant("answered_at", its.AnsweredAt);
        json.WriteInstant("closed_at", its.ClosedAt);
        json.WriteString("external_id", its.ExternalId);
        json.WriteString("arn", its.Arn);
        json.WriteString("provider", its.Provider);
        json.WriteString("created_from", its.Origin.SnakeWord());
        json.WriteString("transaction_id", its.Seq is { } seq && _payments.TryGetValue(seq, out var payment) ? payment.ToString() : null);
        json.WriteString("external_transaction_id", its.PaymentId);
        json.WriteString("order_id", its.OrderId);
        json.WriteString("descriptor", its.Descriptor);
        json.WriteString("notes", its.Notes);
        json.WriteStartArray("case_ids");
        foreach (var id in its.CaseId is { } own ? _cases[its.Id].Prepend(own).Distinct() : _cases[its.Id]) json.WriteStringValue(id);
        json.WriteEndArray();
        json.WriteInstant("created_at", its.CreatedAt);
        json.WriteInstant("updated_at", its.ChangedAt);
        json.WriteNumber("version", its.Version);
        json.WriteEndObject();
    }
}
