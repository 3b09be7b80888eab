namespace ClausumPanel.Client;

/// <summary>A payment to be judged. Only the amount and the currency must be said; the more is said, the more there is to judge by.</summary>
public sealed record AssessRequest
{
    /// <summary>In the currency's smallest unit: 15000 is 150.00 MXN, and 15000 CLP.</summary>
    public required long Amount { get; init; }

    /// <summary>ISO 4217.</summary>
    public required string Currency { get; init; }

    /// <summary>"payment", "transfer", "withdrawal" …</summary>
    public string? TransactionType { get; init; } = "payment";

    /// <summary>What the browser SDK answered with: what the page saw then counts here.</summary>
    public string? SessionId { get; init; }

    /// <summary>The payer's e-mail address.</summary>
    public string? Email { get; init; }

    /// <summary>The payer's telephone, E.164.</summary>
    public string? Phone { get; init; }

    /// <summary>Your own id of the customer.</summary>
    public string? CustomerId { get; init; }

    /// <summary>Your own id of the order.</summary>
    public string? OrderId { get; init; }

    /// <summary>Your own, or your provider's, id of the payment.</summary>
    public string? PaymentId { get; init; }

    /// <summary>For payment service providers: the merchant below you that is paid.</summary>
    public string? SubmerchantId { get; init; }

    /// <summary>What is paid with.</summary>
    public PaymentMethod? PaymentMethod { get; init; }

    /// <summary>What is paid from.</summary>
    public Device? Device { get; init; }

    /// <summary>Where the bill goes.</summary>
    public Address? Billing { get; init; }

    /// <summary>Where the goods go.</summary>
    public Address? Shipping { get; init; }

    /// <summary>Whatever else you want to find again; kept, and judged only where it says "channel".</summary>
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }
}

/// <summary>What is paid with. Never a whole card number.</summary>
public sealed record PaymentMethod
{
    /// <summary>"card", "spei" …</summary>
    public string? Type { get; init; }

    /// <summary>The first six to eight digits.</summary>
    public string? CardBin { get; init; }

    /// <summary>The last four digits.</summary>
    public string? CardLast4 { get; init; }

    /// <summary>The issuer's country, ISO 3166.</summary>
    public string? CardCountry { get; init; }

    /// <summary>"visa", "mastercard" …</summary>
    public string? CardBrand { get; init; }

    /// <summary>A hash of yours that tells cards apart.</summary>
    public string? CardHash { get; init; }
}

/// <summary>What is paid from.</summary>
public sealed record Device
{
    /// <summary>The buyer's address as your server sees it.</summary>
    public string? Ip { get; init; }

    /// <summary>The browser SDK sends it; say it where you know better.</summary>
    public string? Fingerprint { get; init; }

    /// <summary>The browser's User-Agent.</summary>
    public string? UserAgent { get; init; }

    /// <summary>IANA name.</summary>
    public string? Timezone { get; init; }
}

/// <summary>A place.</summary>
public sealed record Address
{
    /// <summary>ISO 3166.</summary>
    public string? Country { get; init; }

    /// <summary>The city; of billing addresses only.</summary>
    public string? City { get; init; }

    /// <summary>The postal code; of billing addresses only.</summary>
    public string? PostalCode { get; init; }
}
