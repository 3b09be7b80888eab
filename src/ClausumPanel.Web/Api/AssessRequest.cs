using ClausumPanel.Assess;

namespace ClausumPanel.Web.Api;

/// <summary>
/// One request to assess, checked: every value here has passed the field table of docs/api.md. What the caller left out is null or NaN.
/// Made once per connection's worth of work and refilled, so that reading a request allocates little more than its texts.
/// </summary>
public sealed class AssessRequest
{
    public Flow Flow { get; set; }

    /// <summary>Minor units.</summary>
    public long Amount { get; set; }

    /// <summary>ISO 4217, the shared string of <see cref="Currencies"/>.</summary>
    public string Currency { get; set; } = "";

    public string? TransactionType { get; set; }
    public string? SessionId { get; set; }
    public string? Email { get; set; }
    public string? Phone { get; set; }
    public string? CustomerId { get; set; }
    public string? OrderId { get; set; }
    public string? PaymentId { get; set; }
    public string? IdempotencyKey { get; set; }
    public string? SubmerchantId { get; set; }

    public string? PaymentMethod { get; set; }
    public string? CardBin { get; set; }
    public string? CardLast4 { get; set; }
    public string? CardCountry { get; set; }
    public string? CardBrand { get; set; }
    public string? CardHash { get; set; }

    public string? Ip { get; set; }
    public string? Fingerprint { get; set; }
    public string? UserAgent { get; set; }
    public string? Timezone { get; set; }

    /// <summary>Milliseconds; NaN when absent, as the other behaviour counts.</summary>
    public double SessionDuration { get; set; } = double.NaN;
    public double MouseMovements { get; set; } = double.NaN;
    public double KeyboardEvents { get; set; } = double.NaN;
    public double TouchEvents { get; set; } = double.NaN;
    public double CopyPasteEvents { get; set; } = double.NaN;
    public double FocusChanges { get; set; } = double.NaN;
    public double AutofilledFields { get; set; } = double.NaN;

    public string? BillingCountry { get; set; }
    public string? BillingCity { get; set; }
    public string? BillingPostalCode { get; set; }
    public string? ShippingCountry { get; set; }
    public string? Channel { get; set; }

    public string? BeneficiaryId { get; set; }
    public string? BeneficiaryName { get; set; }
    public string? BeneficiaryCountry { get; set; }
    public string? BeneficiaryClabe { get; set; }
    public string? BeneficiaryIban { get; set; }
    public string? BeneficiaryAccountHash { get; set; }
    public string? BeneficiaryBic { get; set; }
    public string? OriginAccount { get; set; }
    public string? OriginCountry { get; set; }
    public string? PayoutRail { get; set; }
    public string? PayoutChannel { get; set; }
    public bool? PayoutFirst { get; set; }
    public string? PayoutInitiator { get; set; }

    /// <summary>When it happened, from a key that may import history; otherwise null and the service's own clock counts.</summary>
    public DateTimeOffset? OccurredAt { get; set; }

    /// <summary>Recommended fields that were left out and values that were masked, as <c>field_warnings</c> says them.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>The request as received, UTF-8 JSON, card numbers and secrets already masked. Valid until the object is refilled.</summary>
    public ReadOnlyMemory<byte> Body { get; set; }

    /// <summary>SHA-256 of the canonical JSON (members sorted, insignificant space gone), first 16 bytes; what idempotency compares.</summary>
    public UInt128 Fingerprint128 { get; set; }

    /// <summary>Forgets everything, so the object can take the next request.</summary>
    public void Reset()
    {
        Amount = 0;
        Currency = "";
        TransactionType = null;
        SessionId = null;
        Email = null;
        Phone = null;
        CustomerId = null;
        OrderId = null;
        PaymentId = null;
        IdempotencyKey = null;
        SubmerchantId = null;
        PaymentMethod = null;
        CardBin = null;
        CardLast4 = null;
        CardCountry = null;
        CardBrand = null;
        CardHash = null;
        Ip = null;
        Fingerprint = null;
        UserAgent = null;
        Timezone = null;
        SessionDuration = double.NaN;
        MouseMovements = double.NaN;
        KeyboardEvents = double.NaN;
        TouchEvents = double.NaN;
        CopyPasteEvents = double.NaN;
        FocusChanges = double.NaN;
        AutofilledFields = double.NaN;
        BillingCountry = null;
        BillingCity = null;
        BillingPostalCode = null;
        ShippingCountry = null;
        Channel = null;
        BeneficiaryId = null;
        BeneficiaryName = null;
        BeneficiaryCountry = null;
        BeneficiaryClabe = null;
        BeneficiaryIban = null;
        BeneficiaryAccountHash = null;
        BeneficiaryBic = null;
        OriginAccount = null;
        OriginCountry = null;
        PayoutRail = null;
        PayoutChannel = null;
        PayoutFirst = null;
        PayoutInitiator = null;
        OccurredAt = null;
        Warnings.Clear();
        Body = default;
        Fingerprint128 = default;
    }
}
