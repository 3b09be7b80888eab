using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Disputes;

namespace ClausumPanel.Web.Flows.Evidence;

/// <summary>How much of what its reason asks for a dispute has: in its payment's request, in what people typed in, among its files.</summary>
public static class WeighEvidence
{
    /// <param name="dispute">It.</param>
    /// <param name="payment">Null when it was not found here.</param>
    /// <param name="facts">Of the dispute, oldest first.</param>
    /// <param name="files">Of the dispute.</param>
    public static EvidenceCompleteness Of(Dispute dispute, StoredAssessment? payment, IReadOnlyList<DisputeFact> facts, IReadOnlyList<DisputeFile> files) =>
        Of(dispute, payment is null ? null : new PaymentFields(payment, [.. facts.Where(f => f.Seq is null || f.Seq == payment.Seq)]), facts, files);

    public static EvidenceCompleteness Of(EvidenceFile file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return Of(file.Dispute, file.Fields, file.Facts, file.Files);
    }

    private static EvidenceCompleteness Of(Dispute dispute, PaymentFields? fields, IReadOnlyList<DisputeFact> facts, IReadOnlyList<DisputeFile> files)
    {
        // Without a payment only people's words are there.
        var typed = facts.Where(f => f.Seq is null).Select(f => FactFields.Read(f.Values)).ToList();
        return EvidenceWanted.Weigh(dispute.Scheme, dispute.ReasonCode, Text("goods_type") is "merchandise" or "services" ? Text("goods_type") : null, Has);

        string? Text(string field) => fields is not null ? fields.Find(field)?.Text : typed.Select(v => v.GetValueOrDefault(field)).LastOrDefault(t => t is { Length: > 0 });

        bool Any(params string[] names) => names.Any(n => Text(n) is not null);

        bool File(params FileCategory[] kinds) => files.Any(f => kinds.Contains(f.Category));

        bool Has(EvidenceItem item) => item switch
        {
            EvidenceItem.ProductDescription => (fields?.Description?.Text ?? Text("product_description")) is not null,
            EvidenceItem.GoodsType => Text("goods_type") is "merchandise" or "services",
            EvidenceItem.CustomerName => (fields?.CustomerName?.Text ?? Text("customer_name")) is not null,
            EvidenceItem.Email => fields?.Facts.Text(Known.Email) is not null,
            EvidenceItem.Ip => fields?.Facts.Text(Known.Ip) is not null,
            EvidenceItem.Device => fields?.Facts.Text(Known.Fingerprint) is not null || (fields?.DeviceId?.Text ?? Text("device_id")) is not null,
            EvidenceItem.BillingAddress => (fields?.BillingAddress?.Text ?? Text("billing_address")) is not null,
            EvidenceItem.ShippingAddress => (fields?.ShippingAddress?.Text ?? Text("shipping_address")) is not null || Any("delivery_address"),
            EvidenceItem.AvsResult => Any("avs_result"),
            EvidenceItem.CvvResult => Any("cvv_result"),
            EvidenceItem.ThreeDSecure => Any("threeds_result"),
            EvidenceItem.Carrier => Any("carrier"),
            EvidenceItem.TrackingNumber => Any("tracking_number"),
            EvidenceItem.ShippedAt => Any("shipped_at"),
            // Where nobody has said what was sold, that it was used is as good as that it arrived.
            EvidenceItem.DeliveredAt => Any("delivered_at") || File(FileCategory.ShippingDocumentation) || (Text("goods_type") is null && Any("access_at")),
            EvidenceItem.ServiceDate => Any("service_date") || File(FileCategory.ServiceDocumentation),
            EvidenceItem.Access => Any("access_at"),
            EvidenceItem.Communication => Any("contact_at", "contact_gist") || File(FileCategory.CustomerCommunication),
            EvidenceItem.PolicyText => Any("policy_text") || File(FileCategory.RefundPolicy, FileCategory.CancellationPolicy),
            EvidenceItem.PolicyAccepted => Any("policy_accepted_at") || File(FileCategory.CustomerSignature),
            EvidenceItem.Refund => Any("refund_at", "refund_arn", "refund_id", "refund_refused_because"),
            EvidenceItem.AuthorizationCode => Any("auth_code"),
            EvidenceItem.CapturedAt => Any("captured_at", "processed_at"),
            EvidenceItem.Receipt => File(FileCategory.Receipt, FileCategory.DuplicateChargeDocumentation),
        };
    }

    /// <summary>The kind of fact by which it is added; null: by a file, or by the payment itself.</summary>
    public static FactKind? KindOf(EvidenceItem item) => item switch
    {
        EvidenceItem.ProductDescription or EvidenceItem.GoodsType or EvidenceItem.ServiceDate => FactKind.Product,
        EvidenceItem.CustomerName or EvidenceItem.BillingAddress or EvidenceItem.ShippingAddress or EvidenceItem.Device => FactKind.Customer,
        EvidenceItem.AvsResult or EvidenceItem.CvvResult or EvidenceItem.AuthorizationCode => FactKind.Checks,
        EvidenceItem.ThreeDSecure => FactKind.ThreeDSecure,
        EvidenceItem.Carrier or EvidenceItem.TrackingNumber or EvidenceItem.ShippedAt or EvidenceItem.DeliveredAt => FactKind.Delivery,
        EvidenceItem.Access => FactKind.Access,
        EvidenceItem.Communication => FactKind.Communication,
        EvidenceItem.PolicyText or EvidenceItem.PolicyAccepted => FactKind.Policy,
        EvidenceItem.Refund => FactKind.Refund,
        EvidenceItem.CapturedAt => FactKind.Settlement,
        EvidenceItem.Email or EvidenceItem.Ip or EvidenceItem.Receipt => null,
    };
}
