namespace ClausumPanel.Storage.Disputes;

/// <summary>One payment as evidence sees it: what was collected from the consumer when it was made, and what became of it. What nobody recorded is null.</summary>
public sealed record EvidencePayment
{
    /// <summary>Its assessment's place in the log.</summary>
    public long Seq { get; init; }
    public Guid Id { get; init; }

    /// <summary>When it was assessed.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>When it was processed, where that is known better.</summary>
    public DateTimeOffset? ProcessedAt { get; init; }
    public long Amount { get; init; }
    public string Currency { get; init; } = "";
    public string? OrderId { get; init; }
    public string? PaymentId { get; init; }
    public string? Arn { get; init; }
    public string? Descriptor { get; init; }

    /// <summary>Whose shop it was, behind a provider; null: the organization's own.</summary>
    public string? Merchant { get; init; }
    public string? UserId { get; init; }
    public string? Email { get; init; }
    public string? Phone { get; init; }
    public string? Ip { get; init; }
    public string? DeviceId { get; init; }
    public string? Fingerprint { get; init; }
    public string? CardHash { get; init; }
    public string? CardBin { get; init; }
    public string? CardLast4 { get; init; }
    public string? ShippingAddress { get; init; }

    /// <summary>What was sold.</summary>
    public string? Description { get; init; }

    /// <summary><c>merchandise</c> or <c>services</c>.</summary>
    public string? Goods { get; init; }
    public bool IsDisputed { get; init; }

    /// <summary>Reported as fraud, by whomever.</summary>
    public bool IsReported { get; init; }

    /// <summary>It was turned away here, so nothing was bought.</summary>
    public bool IsDeclined { get; init; }

    /// <summary>Made by the merchant on an earlier order of the consumer's: its own address is no consumer's.</summary>
    public bool IsMerchantInitiated { get; init; }

    /// <summary>The address of the first, consumer-made payment of the series.</summary>
    public string? InitialIp { get; init; }

    /// <summary>Money sent to the cardholder: its priors need no age.</summary>
    public bool IsOriginalCredit { get; init; }

    public DateTimeOffset Processed => ProcessedAt ?? At;

    /// <summary>The address that counts as the consumer's.</summary>
    public string? ConsumerIp => IsMerchantInitiated ? InitialIp : Ip;
}

/// <summary>The dispute as its rules see it.</summary>
/// <param name="Payment">The disputed payment; null when it was not found here.</param>
public sealed record EligibilityQuestion(CardScheme Scheme, string ReasonCode, DateTimeOffset ReceivedAt, EvidencePayment? Payment)
{
    /// <summary>Every payment that might be an earlier one of the same card; the rules choose.</summary>
    public IReadOnlyList<EvidencePayment> Others { get; init; } = [];

    /// <summary>The consumer signs in with the e-mail address, so it counts as the login.</summary>
    public bool EmailIsLogin { get; init; }

    /// <summary>Mastercard codes that first-party trust is for.</summary>
    public IReadOnlyList<string> TrustCodes { get; init; } = ["4837"];
}
