using System.Globalization;
using System.Text.Json.Nodes;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Web.Flows;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Demo;

/// <summary>
/// A dozen disputes: four of customers who bought before (one has all that Visa asks for, one lacks an earlier payment, one has none, one is Mastercard's), the rest over payments that the demo's labels say were charged back.
/// </summary>
internal sealed class DemoDisputes(DateTimeOffset now)
{
    private const string Address = "Av. Álvaro Obregón 151, Col. Roma Norte, 06700 Ciudad de México", Descriptor = "CLAUSUM*DEMO";
    private static readonly Actor Demo = new(ActorKind.System, null, "demo");
    private string? _whole, _lacking, _alone, _mastercard;

    /// <summary>The month with what its disputes need: some of it happened before. As many requests as it had.</summary>
    public IReadOnlyList<DemoRequest> Prepare(IReadOnlyList<DemoRequest> month)
    {
        var returning = month.Where(r => r is { Flow: Flow.PayIn, Story: DemoStory.Returning }).Select(r => (Request: r, Json: JsonNode.Parse(r.Json)!.AsObject())).ToList();
        var changed = new Dictionary<DemoRequest, DemoRequest>();
        List<DemoRequest> past = [];
        var groups = returning.Where(r => (string?)r.Json["currency"] == "MXN").GroupBy(r => (string?)r.Json["customer_id"]).OrderBy(g => g.Key, StringComparer.Ordinal).ToList();
        var visas = groups.Select(g => g.Where(r => Brand(r.Json) == "visa" && r.Request.At > now.AddDays(-20) && r.Request.At < now.AddDays(-9)).OrderBy(r => r.Request.At).LastOrDefault()).Where(r => r.Request is not null).Take(3).ToList();
        if (visas.Count == 3)
        {
            (_whole, _lacking, _alone) = (Payment(visas[0].Json), Payment(visas[1].Json), Payment(visas[2].Json));
            foreach (var (days, goods) in new[] { (142, "Audífonos inalámbricos, negros"), (231, "Bocina portátil, azul") }) past.Add(Before(visas[0].Json, visas[0].Request, days, goods, past.Count));
            past.Add(Before(visas[1].Json, visas[1].Request, 188, null, past.Count));
            Describe(visas[0].Json, "Teclado mecánico, edición 2026");
            changed[visas[0].Request] = visas[0].Request with { Json = Bytes(visas[0].Json) };
        }
        var pair = groups.SelectMany(g => g.Where(r => Brand(r.Json) == "mastercard" && r.Request.At < now.AddDays(-6)).GroupBy(r => $"{r.Json["submerchant_id"]} {r.Json["device"]}").Where(s => s.Count() > 1).Select(s => s.OrderBy(r => r.Request.At).Last())).FirstOrDefault();
        if (pair.Request is not null)
        {
            _mastercard = Payment(pair.Json);
            Describe(pair.Json, "Suscripción anual");
            changed[pair.Request] = pair.Request with { Json = Bytes(pair.Json) };
        }
        var spare = month.Where(r => r is { Flow: Flow.PayIn, Story: DemoStory.Returning } && !changed.ContainsKey(r) && !visas.Exists(v => v.Request == r)).Take(past.Count).ToHashSet();
        return [.. past.OrderBy(r => r.At), .. month.Where(r => !spare.Contains(r)).Select(r => changed.GetValueOrDefault(r, r))];
    }

    public async Task WriteAsync(IServiceProvider services, CancellationToken stop)
    {
        var (db, desk) = (services.GetRequiredService<PanelDb>(), services.GetRequiredService<DisputeDesk>());
        if (await OpenAsync(db, desk, _whole, CardScheme.Visa, "10.4", 4, 9, stop) is { } whole)
        {
            await TellAsync(desk, whole, stop);
            await services.GetRequiredService<DisputeCases>().OpenAsync(whole, null, CaseOrigin.Manual, $"Disputa {whole.Code}: el cliente dice que no compró", Demo, stop);
        }
        await OpenAsync(db, desk, _lacking, CardScheme.Visa, "10.4", 3, 4, stop);
        await OpenAsync(db, desk, _alone, CardScheme.Visa, "10.4", 5, 16, stop);
        if (await OpenAsync(db, desk, _mastercard, CardScheme.Mastercard, "4837", 2, 27, stop) is { } trust)
            await desk.AddFactAsync(trust, FactKind.Access, null, new Dictionary<string, string> { ["access_at"] = Text(trust.ReceivedAt.AddDays(-1)), ["access_kind"] = "use", ["access_item"] = "Episodio 4", ["access_amount"] = "47 min" }, "registro del servicio", TimeZoneInfo.Utc, Demo, stop);
        await OverLabelsAsync(db, desk, stop);
    }

    /// <summary>What the ledger calls a chargeback has a dispute: some were answered, some are over, one is late.</summary>
    private async Task OverLabelsAsync(PanelDb db, DisputeDesk desk, CancellationToken stop)
    {
        var labels = await db.Set<Label>().AsNoTracking().Where(l => l.Source == LabelSource.Chargeback && l.Outcome == LabelOutcome.Fraud && l.Reason != null && l.Reference != null).OrderBy(l => l.Seq).ToListAsync(stop);
        List<Dispute> opened = [];
        // Of every scheme in turn, so that no attack has them all.
        foreach (var label in labels.GroupBy(l => l.Reason).SelectMany(g => g.Select((Label, Turn) => (Label, Turn))).OrderBy(l => l.Turn).ThenBy(l => l.Label.Seq).Select(l => l.Label))
        {
            if (opened.Count == 8) break;
            if (await db.Set<StoredAssessment>().AsNoTracking().SingleOrDefaultAsync(a => a.Seq == label.Seq, stop) is not { } paid) continue;
            var facts = new Facts();
            FactSnapshot.Read(paid.Facts, facts);
            if ((DisputeWords.Find<CardScheme>(facts.Text(Known.CardBrand)) is { } scheme ? ReasonCodes.Find(scheme, label.Reason) : null) is not { } reason) continue;
            var due = opened.Count switch { 0 => -1.5, 1 => 2, 2 => 12, _ => 20 };
            opened.Add(await desk.OpenAsync(new DisputeItem
            {
                Scheme = reason.Scheme, ReasonCode = reason.Code, Amount = paid.Amount, Currency = paid.Currency, ExternalId = $"dp_{label.Reference}", TransactionId = paid.Id.ToString(), ReceivedAt = opened.Count == 0 && label.KnownAt > now.AddDays(-2) ? now.AddDays(-2) : label.KnownAt,
                RespondBy = now.AddDays(due), Descriptor = Descriptor,
            }, Demo, stop, DisputeOrigin.Import));
            db.ChangeTracker.Clear();
        }
        DisputeOutcome?[] ends = [null, null, null, null, DisputeOutcome.Won, DisputeOutcome.Lost, DisputeOutcome.Accepted, DisputeOutcome.Won];
        for (var i = 3; i < opened.Count; i++)
        {
            var dispute = await db.Set<Dispute>().SingleAsync(d => d.Id == opened[i].Id, stop);
            if (ends[i] != DisputeOutcome.Accepted) await desk.AnswerAsync(dispute, dispute.Version, Demo, stop, Earlier(dispute.ReceivedAt.AddDays(1 + (i % 3))));
            var version = dispute.Version;
            db.ChangeTracker.Clear();
            if (ends[i] is { } outcome) await desk.CloseAsync(dispute.Id, version, outcome, null, Earlier(dispute.ReceivedAt.AddDays(6)), LabelChannel.Demo, Demo, stop);
            db.ChangeTracker.Clear();
        }
    }

    private async Task<Dispute?> OpenAsync(PanelDb db, DisputeDesk desk, string? payment, CardScheme scheme, string reason, int afterDays, int dueInDays, CancellationToken stop)
    {
        db.ChangeTracker.Clear();
        if (payment is null || await db.Set<StoredAssessment>().AsNoTracking().Where(a => a.PaymentId == payment).OrderBy(a => a.Seq).FirstOrDefaultAsync(stop) is not { } paid) return null;
        return await desk.OpenAsync(new DisputeItem
        {
            Scheme = scheme, ReasonCode = reason, Amount = paid.Amount, Currency = paid.Currency, TransactionId = paid.Id.ToString(), ReceivedAt = Earlier(paid.Instant.AddDays(afterDays)), RespondBy = now.AddDays(dueInDays), Descriptor = Descriptor,
            ExternalId = $"dp_{payment[4..]}", Arn = string.Create(CultureInfo.InvariantCulture, $"7{paid.Seq:D10}{paid.At / 1000 % 1_000_000_000_000:D12}"),
        }, Demo, stop);
    }

    private static async Task TellAsync(DisputeDesk desk, Dispute dispute, CancellationToken stop)
    {
        var paid = dispute.ReceivedAt.AddDays(-4);
        var zone = TimeZoneInfo.Utc;
        await desk.AddFactAsync(dispute, FactKind.Delivery, null, new Dictionary<string, string>
        {
            ["carrier"] = "Estafeta", ["tracking_number"] = "6055901234567890123456", ["shipped_at"] = Text(paid.AddDays(1)), ["delivered_at"] = Text(paid.AddDays(2.2)), ["signed_by"] = "Portería", ["delivery_address"] = "Avenida Alvaro Obregon #151, colonia Roma Norte, CP 06700, CDMX",
        }, "sitio de la paquetería", zone, Demo, stop);
        await desk.AddFactAsync(dispute, FactKind.Communication, null, new Dictionary<string, string>
        {
            ["contact_at"] = Text(paid.AddDays(2.9)), ["contact_channel"] = "email", ["contact_from"] = "cliente", ["contact_to"] = "ayuda@tienda.example", ["contact_subject"] = "¿Cómo cambio las teclas?", ["contact_gist"] = "Confirma que recibió el teclado y pregunta por el cambio de teclas.",
        }, "correo", zone, Demo, stop);
        await desk.AddFactAsync(dispute, FactKind.Policy, null, new Dictionary<string, string> { ["policy_name"] = "Devoluciones", ["policy_version"] = "2026-03", ["policy_shown_where"] = "Antes de pagar, con casilla", ["policy_accepted_at"] = Text(paid), ["policy_text"] = "30 días para devolver." }, null, zone, Demo, stop);
        await desk.AddFactAsync(dispute, FactKind.Checks, null, new Dictionary<string, string> { ["avs_result"] = "Y", ["cvv_result"] = "match", ["auth_code"] = "044210" }, "procesador", zone, Demo, stop);
        await desk.AddFactAsync(dispute, FactKind.ThreeDSecure, null, new Dictionary<string, string> { ["threeds_version"] = "2.2.0", ["threeds_eci"] = "06", ["threeds_result"] = "attempted", ["threeds_flow"] = "frictionless", ["liability_shift"] = "false" }, "procesador", zone, Demo, stop);
    }

    private DateTimeOffset Earlier(DateTimeOffset at) => at < now ? at : now.AddHours(-1);

    private static string Text(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);

    private static DemoRequest Before(JsonObject payment, DemoRequest request, int days, string? goods, int number)
    {
        var json = payment.DeepClone().AsObject();
        var at = request.At.AddDays(-days);
        json["occurred_at"] = at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        json["order_id"] = string.Create(CultureInfo.InvariantCulture, $"{((string)payment["order_id"]!).Split('-')[0]}-1{number:D4}");
        json["payment_id"] = $"pay_before{number}{((string)payment["payment_id"]!)[4..]}";
        json["amount"] = 18_900 + (7_500 * number);
        if (goods is not null) Describe(json, goods);
        return request with { At = at, Json = Bytes(json) };
    }

    private static void Describe(JsonObject json, string goods)
    {
        var metadata = json["metadata"]!.AsObject();
        (metadata["product_description"], metadata["goods_type"], metadata["descriptor"], metadata["shipping_address"]) = (goods, "merchandise", Descriptor, Address);
    }

    private static string? Brand(JsonObject json) => (string?)json["payment_method"]?["card_brand"];

    private static string Payment(JsonObject json) => (string)json["payment_id"]!;

    private static byte[] Bytes(JsonObject json) => System.Text.Encoding.UTF8.GetBytes(json.ToJsonString(Plain));

    private static readonly System.Text.Json.JsonSerializerOptions Plain = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };
}
