using System.Text.Json;

namespace ClausumPanel.Storage.Disputes;

/// <summary>What a fact of an order is about.</summary>
public enum FactKind
{
    Product, Customer, Delivery, Access, Communication, Refund, ThreeDSecure, Checks, Policy, Settlement, Event,
}

/// <summary>What a field takes.</summary>
public enum FieldType
{
    Line, Text, Moment, Flag, Number,
}

/// <param name="Name">As it is stored and as a request's <c>metadata</c> may carry it.</param>
/// <param name="Type">What it takes.</param>
/// <param name="Choices">The only values there are; empty: any.</param>
public sealed record FactField(string Name, FieldType Type = FieldType.Line, params string[] Choices);

/// <summary>The fields each kind of fact has.</summary>
public static class FactFields
{
    public static readonly IReadOnlyDictionary<FactKind, IReadOnlyList<FactField>> All = new Dictionary<FactKind, IReadOnlyList<FactField>>
    {
        [FactKind.Product] = [new("product_description", FieldType.Text), new("goods_type", FieldType.Line, "merchandise", "services"), new("quantity", FieldType.Number), new("service_date", FieldType.Moment)],
        [FactKind.Customer] =
        [
            new("customer_name"), new("account_created", FieldType.Moment), new("email_verified", FieldType.Flag), new("phone_verified", FieldType.Flag), new("shipping_address", FieldType.Text), new("billing_address", FieldType.Text), new("device_id"),
        ],
        [FactKind.Delivery] =
        [
            new("carrier"), new("tracking_number"), new("shipped_at", FieldType.Moment), new("delivered_at", FieldType.Moment), new("signed_by"), new("delivery_address", FieldType.Text), new("delivery_note", FieldType.Text),
        ],
        [FactKind.Access] = [new("access_at", FieldType.Moment), new("access_kind", FieldType.Line, "login", "download", "use"), new("access_ip"), new("access_device"), new("access_item"), new("access_amount")],
        [FactKind.Communication] =
        [
            new("contact_at", FieldType.Moment), new("contact_channel", FieldType.Line, "email", "phone", "chat", "letter", "other"), new("contact_from"), new("contact_to"), new("contact_subject"), new("contact_gist", FieldType.Text),
            new("attachment_number", FieldType.Number),
        ],
        [FactKind.Refund] = [new("refund_at", FieldType.Moment), new("refund_amount"), new("refund_arn"), new("refund_id"), new("refund_asked_at", FieldType.Moment), new("refund_refused_because", FieldType.Text)],
        [FactKind.ThreeDSecure] =
        [
            new("threeds_version"), new("threeds_eci"), new("threeds_result", FieldType.Line, "authenticated", "attempted", "failed", "unavailable"), new("threeds_flow", FieldType.Line, "frictionless", "challenge"),
            new("liability_shift", FieldType.Flag),
        ],
        [FactKind.Checks] = [new("avs_result"), new("cvv_result", FieldType.Line, "match", "no_match", "not_checked", "not_supported"), new("auth_code")],
        [FactKind.Policy] = [new("policy_name"), new("policy_version"), new("policy_text", FieldType.Text), new("policy_shown_where"), new("policy_accepted_at", FieldType.Moment), new("policy_accepted_ip")],
        [FactKind.Settlement] =
        [
            new("arn"), new("processed_at", FieldType.Moment), new("captured_at", FieldType.Moment), new("descriptor"), new("merchant_initiated", FieldType.Flag), new("initial_ip"), new("original_credit", FieldType.Flag),
        ],
        [FactKind.Event] = [new("event_at", FieldType.Moment), new("event_name"), new("event_ip"), new("event_device"), new("event_detail", FieldType.Text)],
    };

    private static readonly Dictionary<string, FactField> ByName = All.Values.SelectMany(f => f).ToDictionary(f => f.Name, StringComparer.Ordinal);

    public static FactField? Find(string name) => ByName.GetValueOrDefault(name);

    /// <summary>The field by which a fact of this kind stands in time, or null.</summary>
    public static string? Moment(FactKind kind) => kind switch
    {
        FactKind.Delivery => "delivered_at",
        FactKind.Access => "access_at",
        FactKind.Communication => "contact_at",
        FactKind.Refund => "refund_at",
        FactKind.Policy => "policy_accepted_at",
        FactKind.Settlement => "processed_at",
        FactKind.Event => "event_at",
        _ => null,
    };

    public static IReadOnlyDictionary<string, string> Read(string json) => JsonSerializer.Deserialize<SortedDictionary<string, string>>(json) is { } read ? new SortedDictionary<string, string>(read, StringComparer.Ordinal) : [];

    /// <summary>In the order of their names, so that the same values are the same text.</summary>
    public static string Write(IReadOnlyDictionary<string, string> values) => JsonSerializer.Serialize(new SortedDictionary<string, string>(values.ToDictionary(), StringComparer.Ordinal));
}
