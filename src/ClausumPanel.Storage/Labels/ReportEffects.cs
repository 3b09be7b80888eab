using System.Net;
using System.Net.Sockets;
using ClausumPanel.Assess;

namespace ClausumPanel.Storage.Labels;

/// <summary>Why a payment is reported. Source: Clausum documentation, guides/report-fraud.</summary>
public enum FraudReason
{
    Chargeback, FriendlyFraud, CardTesting, AccountTakeover, IdentityTheft, Other,
}

/// <param name="Type">Which list.</param>
/// <param name="Severity">How strictly.</param>
/// <param name="Days">For how long; null: until somebody ends it.</param>
public sealed record ReportEffect(ListType Type, ListSeverity Severity, int? Days);

/// <summary>
/// What a report does to the lists, by its reason. The severities are the documented ones. A victim is not a fraudster, though: where the e-mail is likely the victim's own,
/// the block ends by itself, and so does every block of an address, which tomorrow is somebody else's.
/// </summary>
public static class ReportEffects
{
    public const int VictimDays = 30, IpDays = 30, BinDays = 30;

    public static IReadOnlyList<ReportEffect> Of(FraudReason reason) => reason switch
    {
        FraudReason.CardTesting or FraudReason.FriendlyFraud => [new(ListType.Email, ListSeverity.Block, null), new(ListType.IpAddress, ListSeverity.Block, IpDays), new(ListType.CardBin, ListSeverity.Flag, BinDays)],
        FraudReason.AccountTakeover or FraudReason.IdentityTheft => [new(ListType.Email, ListSeverity.Block, VictimDays), new(ListType.IpAddress, ListSeverity.Block, IpDays)],
        FraudReason.Chargeback or FraudReason.Other => [new(ListType.Email, ListSeverity.Block, null), new(ListType.IpAddress, ListSeverity.Block, IpDays)],
    };

    public static string Word(this FraudReason reason) => reason switch
    {
        FraudReason.Chargeback => "chargeback",
        FraudReason.FriendlyFraud => "friendly_fraud",
        FraudReason.CardTesting => "card_testing",
        FraudReason.AccountTakeover => "account_takeover",
        FraudReason.IdentityTheft => "identity_theft",
        FraudReason.Other => "other",
    };

    public static FraudReason? Reason(string? word)
    {
        foreach (var reason in Enum.GetValues<FraudReason>())
            if (reason.Word() == word) return reason;
        return null;
    }

    /// <summary>Private, carrier-shared and reserved addresses belong to nobody in particular: no report blocks them.</summary>
    public static bool IsOneParty(string address) => IPAddress.TryParse(address, out var ip) && !Shared.Any(network => network.Contains(ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip))
        && (ip.AddressFamily != AddressFamily.InterNetworkV6 || !ip.IsIPv6Multicast);

    private static readonly IPNetwork[] Shared =
    [
        .. ((string[])["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4",
            "::/128", "::1/128", "fc00::/7", "fe80::/10"]).Select(IPNetwork.Parse),
    ];
}
