using System.Text.Json.Serialization;

namespace ClausumPanel.Client;

/// <summary>What to do with a payment.</summary>
public enum Decision
{
    /// <summary>Take it.</summary>
    [JsonStringEnumMemberName("approve")] Approve,

    /// <summary>Take it, and somebody looks at it.</summary>
    [JsonStringEnumMemberName("review")] Review,

    /// <summary>Ask the buyer for more: 3-D Secure, a one-time code.</summary>
    [JsonStringEnumMemberName("challenge")] Challenge,

    /// <summary>Do not take it.</summary>
    [JsonStringEnumMemberName("decline")] Decline,
}

/// <summary>The answer to an assessment, or what stands for it when there was none.</summary>
public sealed record Verdict
{
    /// <summary>What to do. An answer that does not say so is none.</summary>
    [JsonRequired]
    public Decision Decision { get; init; }

    /// <summary>0 to 100.</summary>
    public int RiskScore { get; init; }

    /// <summary>The codes of what spoke for or against it.</summary>
    public IReadOnlyList<string> Signals { get => field ?? []; init; }

    /// <summary>The same with points and words.</summary>
    public IReadOnlyList<SignalDetail> SignalDetails { get => field ?? []; init; }

    /// <summary>The session; keep it with the order.</summary>
    public string? SessionId { get; init; }

    /// <summary>The assessment's own id; null when there was none.</summary>
    public Guid? AssessmentId { get; init; }

    /// <summary>What blocked it, where something did.</summary>
    public string? BlockedBy { get; init; }

    /// <summary>The merchant below you that was named, as you named it.</summary>
    public string? SubmerchantId { get; init; }

    /// <summary>What the panel's registry calls it; null where none is registered.</summary>
    public string? SubmerchantName { get; init; }

    /// <summary>Recommended fields that were not said, and values that were masked.</summary>
    public IReadOnlyList<string> FieldWarnings { get => field ?? []; init; }

    /// <summary>Nobody answered: the decision is the one that the options name.</summary>
    [JsonIgnore]
    public bool IsDegraded { get; init; }

    /// <summary>Why nobody did: "timeout", "network", "answer", or the code of the panel's problem.</summary>
    [JsonIgnore]
    public string? Failure { get; init; }

    /// <summary>The answer to an earlier attempt under the same idempotency key.</summary>
    [JsonIgnore]
    public bool IsReplay { get; init; }
}

/// <summary>One thing that spoke for or against a payment.</summary>
public sealed record SignalDetail
{
    /// <summary>Its stable code.</summary>
    public string Code { get => field ?? ""; init; }

    /// <summary>The points it added.</summary>
    public int Weight { get; init; }

    /// <summary>Why, in English.</summary>
    public string Description { get => field ?? ""; init; }
}
