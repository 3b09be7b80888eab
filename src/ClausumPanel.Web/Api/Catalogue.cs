using System.Text.Json;
using ClausumPanel.Storage.Submerchants;

namespace ClausumPanel.Web.Api;

/// <summary>The two descriptions that integrators read first. Source: Clausum documentation, api-reference/assess-catalogue.</summary>
internal static class Catalogue
{
    public const string Version = "1.3.0";

    private const string Submerchant = "submerchant_id";

    public static Task PayInAsync(HttpContext context) => WriteAsync(context, "payin", json =>
    {
        var required = Required(context);
        json.WriteStartObject("field_requirements_by_segment");
        Segment(json, "comercio", required, ["order_id", "device.ip", "email"]);
        Segment(json, "psp", required, required.Contains(Submerchant) ? ["payment_id", "device.ip"] : [Submerchant, "payment_id", "device.ip"]);
        Segment(json, "banco", required, ["payment_id", "customer_id"]);
        Segment(json, "bank", required, ["payment_id", "customer_id"]);
        json.WriteEndObject();
    });

    public static Task PayOutAsync(HttpContext context) => WriteAsync(context, "payout", json =>
    {
        json.WriteStartObject("field_requirements");
        Names(json, "required", Required(context));
        Names(json, "recommended", ["beneficiary.id or beneficiary.clabe", "beneficiary.country", "origin.country", "payout.rail", "payout.first_to_beneficiary", "payout.initiated_by"]);
        json.WriteEndObject();
    });

    /// <summary>Where submerchants are registered and active, whoever asks names one.</summary>
    private static string[] Required(HttpContext context) =>
        context.RequestServices.GetRequiredService<SubmerchantShelf>().Current.MustBeNamed ? ["amount", "currency", Submerchant] : ["amount", "currency"];

    private static async Task WriteAsync(HttpContext context, string flow, Action<Utf8JsonWriter> requirements)
    {
        context.Response.ContentType = "application/json; charset=utf-8";
        await using (var json = new Utf8JsonWriter(context.Response.BodyWriter, new JsonWriterOptions { Indented = true }))
        {
            json.WriteStartObject();
            json.WriteString("version", Version);
            json.WriteString("flow", flow);
            json.WriteStartObject("amount_encoding");
            json.WriteString("default", "minor");
            Names(json, "amount_unit", ["minor", "major"]);
            json.WriteString("minor", "A whole number of the currency's smallest unit: 15000 is 150.00 MXN, 15000 is 15000 CLP. Decimals are refused.");
            json.WriteString("major", "A decimal number with at most the currency's ISO 4217 digits: 150.00 MXN.");
            json.WriteEndObject();
            requirements(json);
            json.WriteStartObject("idempotency");
            Names(json, "keys", ["Idempotency-Key header", "idempotency_key", "order_id with payment_id"]);
            json.WriteNumber("ttl_hours", 24);
            json.WriteString("replay", "The first answer again, with the header Idempotent-Replayed: true; velocity and limits are not counted twice.");
            json.WriteString("other_body", "An explicit key with another body is answered 409 IDEMPOTENCY_CONFLICT; the pair is assessed anew when amount, currency or payment method differ.");
            json.WriteEndObject();
            json.WriteStartObject("resilience");
            json.WriteNumber("client_timeout_ms", 2000);
            json.WriteString("advice", "On a network error, 503 or 504 follow your own policy (fail open or fail closed) and try again with the same key.");
            json.WriteStartArray("codes");
            foreach (var problem in new[] { Problems.Maintenance, Problems.Timeout, Problems.RateLimited })
            {
                json.WriteStartObject();
                json.WriteString("code", problem.Code);
                json.WriteNumber("status", problem.Status);
                json.WriteString("meaning", problem.Title);
                json.WriteEndObject();
            }
            json.WriteEndArray();
            json.WriteEndObject();
            json.WriteEndObject();
        }
        await context.Response.BodyWriter.FlushAsync(context.RequestAborted);
    }

    private static void Segment(Utf8JsonWriter json, string name, string[] required, string[] recommended)
    {
        json.WriteStartObject(name);
        Names(json, "required", required);
        Names(json, "recommended", recommended);
        json.WriteEndObject();
    }

    private static void Names(Utf8JsonWriter json, string name, string[] values)
    {
        json.WriteStartArray(name);
        foreach (var value in values) json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
