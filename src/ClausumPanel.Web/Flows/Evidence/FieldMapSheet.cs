using ClausumPanel.Storage.Disputes;
using ClausumPanel.Web.Localization;

namespace ClausumPanel.Web.Flows.Evidence;

/// <summary>Sheet 12: our fields in the words of Stripe, Braintree and Checkout.com, with their limits.</summary>
internal sealed class FieldMapSheet(EvidenceFile file, EvidenceLayout layout, Texts texts) : EvidencePart(file, layout, texts)
{
    // Our field → Stripe field → Braintree category → Checkout slot
    private static readonly (string Field, string Stripe, string Braintree, string Checkout)[] Map =
    [
        ("access_log", "access_activity_log", "PROOF_OF_ACCESS", "additional_evidence_text"), ("billing_address", "billing_address", "", "additional_evidence_text"), ("email", "customer_email_address", "PURCHASER_EMAIL_ADDRESS", "additional_evidence_text"),
        ("customer_name", "customer_name", "PURCHASER_NAME", "additional_evidence_text"), ("ip", "customer_purchase_ip", "PURCHASER_IP_ADDRESS", "additional_evidence_text"), ("product_description", "product_description", "", "invoice_or_receipt"),
        ("service_date", "service_date", "", "proof_of_delivery_or_service_date_text"), ("shipping_address", "shipping_address", "PRIOR_NON_DISPUTED_TRANSACTION_SHIPPING_ADDRESS", "proof_of_delivery_or_service_text"), ("carrier", "shipping_carrier", "CARRIER_NAME", "proof_of_delivery_or_service_text"),
        ("shipped_at", "shipping_date", "", "proof_of_delivery_or_service_date_text"), ("tracking_number", "shipping_tracking_number", "TRACKING_NUMBER", "proof_of_delivery_or_service_text"), ("delivered_at", "", "PROOF_OF_DELIVERY", "proof_of_delivery_or_service_date_text"),
        ("device_id", "enhanced_evidence.visa_compelling_evidence_3.disputed_transaction.customer_device_id", "DEVICE_ID", "additional_evidence_text"),
        ("fingerprint", "enhanced_evidence.visa_compelling_evidence_3.disputed_transaction.customer_device_fingerprint", "DEVICE_ID", "additional_evidence_text"),
        ("account", "enhanced_evidence.visa_compelling_evidence_3.disputed_transaction.customer_account_id", "", "additional_evidence_text"),
        ("goods_type", "enhanced_evidence.visa_compelling_evidence_3.disputed_transaction.merchandise_or_services", "", ""),
        ("prior_1", "enhanced_evidence.visa_compelling_evidence_3.prior_undisputed_transactions[0].charge", "PRIOR_NON_DISPUTED_TRANSACTION_ID", "invoice_showing_distinct_transactions_text"),
        ("prior_2", "enhanced_evidence.visa_compelling_evidence_3.prior_undisputed_transactions[1].charge", "PRIOR_NON_DISPUTED_TRANSACTION_ID", "invoice_showing_distinct_transactions_text"),
        ("policy_text", "refund_policy_disclosure", "REFUND_ID", "refund_or_cancellation_policy_text"), ("refund_refused_because", "refund_refusal_explanation", "", "refund_or_cancellation_policy_text"), ("refund_arn", "", "CREDIT_ISSUED_ARN", "additional_evidence_text"),
        ("refund_amount", "", "CREDIT_ISSUED_AMOUNT", "additional_evidence_text"), ("communication", "uncategorized_text", "", "customer_communication_text"), ("threeds_result", "uncategorized_text", "PROOF_OF_3DS_AUTHENTICATION", "additional_evidence_text"),
    ];

    private static readonly string[] AccessFields = ["access_at", "access_kind", "access_ip", "access_device", "access_item"], ContactFields = ["contact_at", "contact_channel", "contact_subject", "contact_gist"];

    private const int StripeText = 20_000, StripeTogether = 150_000, CheckoutText = 500;

    public EvidenceSheet FieldMap()
    {
        var sheet = Sheet(12, "fields", T["Field map"]);
        var table = new EvidenceTable("FieldMap", null,
            [new(T["Field"], 28), new(T["Stripe field"], 44), new(T["Braintree category"], 40), new(T["Checkout.com slot"], 36), new(T["Value"], 50), new(T["Length"], 10), new(T["Within {0} characters (Stripe)", StripeText], 14), new(T["Within {0} characters (Checkout.com)", CheckoutText], 14)], []);
        var together = 0;
        foreach (var (field, stripe, braintree, checkout) in Map)
        {
            var value = Mapped(field);
            together += stripe.Length > 0 ? value?.Length ?? 0 : 0;
            table.Rows.Add([MapName(field), stripe.Length > 0 ? stripe : "–", braintree.Length > 0 ? braintree : "–", checkout.Length > 0 ? checkout : "–", value ?? NotRecorded, EvidenceCell.Of(value?.Length ?? 0), value?.Length > StripeText ? T["No"] : T["Yes"], value?.Length > CheckoutText ? T["No"] : T["Yes"]]);
        }
        sheet.Notes.Add(together > StripeTogether ? T["All texts together have {0} characters: more than the {1} that Stripe takes.", together, StripeTogether] : T["All texts together have {0} of the {1} characters that Stripe takes.", together, StripeTogether]);
        sheet.Tables.Add(table);
        return sheet;
    }

    private string MapName(string field) => field switch
    {
        "access_log" => T["Log of access"],
        "email" => T["E-mail"],
        "ip" => T["IP address"],
        "fingerprint" => T["Fingerprint"],
        "account" => T["Account"],
        "prior_1" => T["Earlier payment {0}", 1],
        "prior_2" => T["Earlier payment {0}", 2],
        "communication" => T["Communication"],
        _ => T.Field(field),
    };

    private string? Mapped(string field)
    {
        var value = field switch
        {
            "access_log" => Lines(FactKind.Access, AccessFields),
            "communication" => Lines(FactKind.Communication, ContactFields),
            "billing_address" => Fields?.BillingAddress?.Text,
            "shipping_address" => File.Payment?.ShippingAddress,
            "customer_name" => Fields?.CustomerName?.Text,
            "email" => File.Payment?.Email,
            "ip" => File.Payment?.ConsumerIp,
            "device_id" => File.Payment?.DeviceId,
            "fingerprint" => File.Payment?.Fingerprint,
            "account" => File.Payment?.UserId,
            "product_description" => File.Payment?.Description,
            "prior_1" => Prior(0),
            "prior_2" => Prior(1),
            _ => Fields?.Find(field)?.Text ?? File.Facts.Where(f => f.Seq is null).Select(f => FactFields.Read(f.Values).GetValueOrDefault(field)).FirstOrDefault(t => t is not null),
        };
        return string.IsNullOrWhiteSpace(value) ? null : value;

        string? Prior(int i) => File.Eligibility is { } e && e.Picked.Count > i ? e.Picked[i].PaymentId ?? e.Picked[i].Id.ToString() : null;
        string Lines(FactKind kind, string[] names) => string.Join('\n', File.Of(kind).Select(f => FactFields.Read(f.Values)).Select(v => string.Join(' ', names.Select(n => v.GetValueOrDefault(n)).Where(t => t is not null))));
    }
}
