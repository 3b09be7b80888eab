using System.Text.Json.Serialization;

namespace ClausumPanel.Client;

/// <summary>What kind of fraud it was.</summary>
public enum FraudReason
{
    /// <summary>The issuer disputes it.</summary>
    [JsonStringEnumMemberName("chargeback")] Chargeback,

    /// <summary>The true cardholder says it was not them.</summary>
    [JsonStringEnumMemberName("friendly_fraud")] FriendlyFraud,

    /// <summary>Small amounts that try stolen cards out.</summary>
    [JsonStringEnumMemberName("card_testing")] CardTesting,

    /// <summary>Somebody else used a customer's account.</summary>
    [JsonStringEnumMemberName("account_takeover")] AccountTakeover,

    /// <summary>Somebody used another's identity.</summary>
    [JsonStringEnumMemberName("identity_theft")] IdentityTheft,

    /// <summary>Anything else.</summary>
    [JsonStringEnumMemberName("other")] Other,
}

/// <summary>A payment that turned out to be fraud.</summary>
public sealed record FraudReport
{
    /// <summary>What kind of fraud it was.</summary>
    public required FraudReason Reason { get; init; }

    /// <summary>The assessment's id, or its session.</summary>
    public string? TransactionId { get; init; }

    /// <summary>Your provider's number of the payment, with <see cref="Provider"/>.</summary>
    public string? ExternalTransactionId { get; init; }

    /// <summary>Whose number that is: "stripe" …</summary>
    public string? Provider { get; init; }

    /// <summary>What happened, in your words.</summary>
    public string? Description { get; init; }

    /// <summary>An address to list instead of the payment's own.</summary>
    public string? IpAddress { get; init; }

    /// <summary>Where the evidence lies, https.</summary>
    public IReadOnlyList<string>? EvidenceUrls { get; init; }
}

/// <summary>What a report did.</summary>
public sealed record FraudReported
{
    /// <summary>The case that was opened.</summary>
    public Guid CaseId { get; init; }

    /// <summary>The number people call it by.</summary>
    public string ReferenceNumber { get => field ?? ""; init; }

    /// <summary>The payment.</summary>
    public Guid TransactionId { get; init; }

    /// <summary>How many list entries it wrote.</summary>
    public int BlocklistEntries { get; init; }
}

/// <summary>The panel refused, or did not answer.</summary>
/// <param name="code">The stable code: <c>DUPLICATE</c>, <c>NOT_FOUND</c>, <c>VALIDATION_ERROR</c> …</param>
/// <param name="status">The status; null when there was no answer.</param>
/// <param name="message">What is wrong, in English.</param>
/// <param name="inner">What failed below.</param>
public sealed class ClausumException(string code, int? status, string message, Exception? inner = null) : Exception(message, inner)
{
    /// <summary>The stable code.</summary>
    public string Code { get; } = code;

    /// <summary>The status; null when there was no answer.</summary>
    public int? Status { get; } = status;
}
