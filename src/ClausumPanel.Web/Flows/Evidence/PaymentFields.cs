using System.Globalization;
using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Disputes;

namespace ClausumPanel.Web.Flows.Evidence;

/// <summary>Where a value was read.</summary>
public enum EvidenceSource
{
    /// <summary>The request that was assessed, as it came.</summary>
    Request,

    /// <summary>Typed in by a person.</summary>
    Person,

    /// <summary>The panel's own record.</summary>
    Panel,
}

/// <param name="Text">As it was given.</param>
/// <param name="Note">Who typed it in and where it was read; null for the rest.</param>
public sealed record EvidenceValue(string Text, EvidenceSource Source, string? Note = null);

/// <summary>Everything known of one payment, by field: what people typed in goes before what the request said.</summary>
public sealed class PaymentFields
{
    private const int MostLeaves = 300;
    private readonly Dictionary<string, string> _request = new(StringComparer.OrdinalIgnoreCase);
    private readonly IReadOnlyList<DisputeFact> _facts;

    /// <param name="stored">The assessment.</param>
    /// <param name="facts">Of this payment, oldest first.</param>
    public PaymentFields(StoredAssessment stored, IReadOnlyList<DisputeFact> facts)
    {
        Stored = stored;
        _facts = facts;
        FactSnapshot.Read(stored.Facts, Facts);
        using var json = JsonDocument.Parse(stored.Request);
        Flatten(json.RootElement, "");
    }

    public StoredAssessment Stored { get; }
    public Facts Facts { get; } = new();

    /// <summary>A field of <see cref="FactFields"/>: the newest word of a person, else the request's metadata.</summary>
    public EvidenceValue? Find(string field)
    {
        for (var i = _facts.Count - 1; i >= 0; i--)
            if (FactFields.Read(_facts[i].Values).GetValueOrDefault(field) is { Length: > 0 } typed) return new EvidenceValue(typed, EvidenceSource.Person, _facts[i].Source is { } source ? $"{_facts[i].EnteredByName}: {source}" : _facts[i].EnteredByName);
        return Requested("metadata." + field) ?? Requested(field);
    }

    /// <summary>A member of the request by its path: <c>shipping.city</c>.</summary>
    public EvidenceValue? Requested(string path) => _request.GetValueOrDefault(path) is { Length: > 0 } text ? new EvidenceValue(text, EvidenceSource.Request) : null;

    public EvidenceValue? First(params string[] paths) => paths.Select(Requested).FirstOrDefault(v => v is not null);

    public EvidenceValue? Description => Find("product_description") ?? First("metadata.description", "metadata.product", "metadata.items", "metadata.cart");
    public EvidenceValue? ShippingAddress => Find("shipping_address") ?? Address("shipping");
    public EvidenceValue? BillingAddress => Find("billing_address") ?? Address("billing");
    public EvidenceValue? DeviceId => Find("device_id") ?? First("device.id", "device.device_id");
    public EvidenceValue? CustomerName => Find("customer_name") ?? First("customer.name", "metadata.name", "billing.name", "shipping.name");

    public DateTimeOffset? Moment(string field) => Find(field) is { } value ? DisputeWords.Moment(value.Text, TimeZoneInfo.Utc) : null;

    public bool? Flag(string field) => Find(field)?.Text.ToLowerInvariant() switch
    {
        "true" or "yes" or "1" => true,
        "false" or "no" or "0" => false,
        _ => null,
    };

    /// <summary>The payment as the schemes' rules see it.</summary>
    public EvidencePayment Payment(string? descriptor, bool isDisputed, bool isReported) => new()
    {
        Seq = Stored.Seq, Id = Stored.Id, At = Stored.Instant, ProcessedAt = Moment("processed_at"), Amount = Stored.Amount, Currency = Stored.Currency, OrderId = Stored.OrderId, PaymentId = Stored.PaymentId, Arn = Find("arn")?.Text,
        Descriptor = Find("descriptor")?.Text ?? descriptor, Merchant = Facts.Text(Known.SubmerchantId), UserId = Facts.Text(Known.CustomerId), Email = Facts.Text(Known.Email), Phone = Facts.Text(Known.Phone), Ip = Facts.Text(Known.Ip),
        DeviceId = DeviceId?.Text, Fingerprint = Facts.Text(Known.Fingerprint), CardHash = Facts.Text(Known.CardHash), CardBin = Facts.Text(Known.CardBin), CardLast4 = Facts.Text(Known.CardLast4), ShippingAddress = ShippingAddress?.Text,
        Description = Description?.Text, Goods = Find("goods_type")?.Text is { } goods && goods is "merchandise" or "services" ? goods : null, IsDisputed = isDisputed, IsReported = isReported, IsDeclined = Stored.Decision == Decision.Decline,
        IsMerchantInitiated = Flag("merchant_initiated") == true, InitialIp = Find("initial_ip")?.Text, IsOriginalCredit = Flag("original_credit") == true,
    };

    /// <summary>An address as one line; a country by itself is none.</summary>
    private EvidenceValue? Address(string section)
    {
        string?[] parts = [First($"{section}.address", $"{section}.line1", $"{section}.street", $"{section}.address_line1")?.Text, First($"{section}.line2", $"{section}.address_line2", $"{section}.district")?.Text, Requested($"{section}.city")?.Text,
            First($"{section}.state", $"{section}.region")?.Text, First($"{section}.postal_code", $"{section}.zip")?.Text];
        var known = parts.Where(p => p is not null).ToList();
        return known.Count == 0 ? null : new EvidenceValue(string.Join(", ", [.. known, .. new[] { Requested($"{section}.country")?.Text }.Where(c => c is not null)]), EvidenceSource.Request);
    }

    private void Flatten(JsonElement json, string path)
    {
        if (_request.Count >= MostLeaves) return;
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in json.EnumerateObject()) Flatten(member.Value, path.Length == 0 ? member.Name : $"{path}.{member.Name}");
                break;
            case JsonValueKind.Array:
                var items = json.EnumerateArray().Select(i => i.ValueKind == JsonValueKind.Object ? string.Join(' ', i.EnumerateObject().Where(m => m.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number).Select(m => m.Value.ToString())) : i.ToString());
                _request.TryAdd(path, string.Join("; ", items.Where(i => i.Length > 0)));
                break;
            case JsonValueKind.String or JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False:
                _request.TryAdd(path, json.ValueKind is JsonValueKind.True ? "true" : json.ValueKind is JsonValueKind.False ? "false" : json.ToString().Trim());
                break;
        }
    }

    /// <summary>A number as the invariant culture writes it.</summary>
    internal static string Number(double number) => number.ToString("0.##", CultureInfo.InvariantCulture);
}
