namespace ClausumPanel.Assess;

/// <summary>What the caller should do with the payment, from mildest to strictest; a later value is stricter.</summary>
public enum Decision : byte
{
    /// <summary>Proceed.</summary>
    Approve = 0,

    /// <summary>Proceed, but queue for a person.</summary>
    Review = 1,

    /// <summary>Ask for a further proof first (3DS, one-time password, identity check).</summary>
    Challenge = 2,

    /// <summary>Stop.</summary>
    Decline = 3,
}

/// <summary>The direction of the money: a payment coming in or a payout going out.</summary>
public enum Flow : byte
{
    /// <summary>A payment from a payer to the business.</summary>
    PayIn = 0,

    /// <summary>A payment from the business to a beneficiary.</summary>
    PayOut = 1,
}

/// <summary>The fifteen kinds of value a list entry can name. Source: Clausum documentation, concepts/blocklists and guides/payout-assessment.</summary>
public enum ListType : byte
{
    Email, EmailDomain, IpAddress, IpRange, DeviceFingerprint, CardBin, CardHash, Country, Phone, CustomerId,
    Clabe, Iban, AccountHash, SwiftBic, BeneficiaryId,
}

/// <summary>What a list entry does; combined as flags when several entries match one value.</summary>
[Flags]
public enum ListSeverity : byte
{
    None = 0,

    /// <summary>Lifts everything but a hard block.</summary>
    Allow = 1,

    /// <summary>Adds a moderate weight and routes to review.</summary>
    Review = 2,

    /// <summary>Adds a significant weight.</summary>
    Flag = 4,

    /// <summary>Hard block: decline with a score of 100.</summary>
    Block = 8,
}
