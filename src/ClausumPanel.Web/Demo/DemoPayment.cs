using ClausumPanel.Assess;

namespace ClausumPanel.Web.Demo;

/// <summary>What a request of the demo belongs to. It is in no request: the panel has to find out.</summary>
public enum DemoStory { Returning, Newcomer, Payout, CardTesting, AccountTakeover, DisposableRing, FriendlyFraud, PayoutMule, Listed, Doubtful }

/// <summary>What the desk has done with a payment that still waits.</summary>
internal enum DemoStep { Escalate, Hold }

/// <param name="Step">What.</param>
/// <param name="Note">What was said with it.</param>
internal sealed record DemoAside(DemoStep Step, string Note);

/// <summary>One request of the demo, before it has its numbers and its place in the month.</summary>
internal sealed record DemoPayment(DemoStory Story, DateTimeOffset At, DemoMerchant Merchant, DemoPerson Person)
{
    public Flow Flow { get; init; }
    public long Amount { get; init; }
    public string Currency { get; init; } = "MXN";
    public DemoCard? Card { get; init; }
    public required DemoDevice Device { get; init; }
    public required string Ip { get; init; }
    public DemoVisit? Visit { get; init; }
    public string? BillingCountry { get; init; }
    public DemoAccount? Beneficiary { get; init; }
    public string? InitiatedBy { get; init; }

    /// <summary>What the shop sends beside it, as metadata: how the card was checked, what was bought.</summary>
    public IReadOnlyList<(string Name, string Value)> Sent { get; init; } = [];

    /// <summary>When the authorisation does; null: nobody said.</summary>
    public DateTimeOffset? Lapses { get; init; }
    public DemoAside? Aside { get; init; }
}

internal sealed record DemoMerchant(string Id, string Prefix, string Name, int Median, double Spread, string Channel);

internal sealed record DemoPerson(string? CustomerId, string Name, string Email, string? Phone, string City, string PostalCode);

internal sealed record DemoCard(string Bin, string Last4, string Country, string Brand);

internal sealed record DemoDevice(string Fingerprint, string UserAgent, string Timezone, bool IsTouched);

/// <summary>What was done on the page before paying.</summary>
internal sealed record DemoVisit(int Milliseconds, int Mouse, int Keys, int Touches, int Pastes);

internal sealed record DemoAccount(string Id, string Name, string Clabe);

/// <summary>A request as it goes into the pipeline.</summary>
public sealed record DemoRequest(DemoStory Story, Flow Flow, DateTimeOffset At, byte[] Json)
{
    internal DemoAside? Aside { get; init; }
}
