using System.Net;
using System.Net.Sockets;

namespace ClausumPanel.Storage.Labels;

/// <summary>What a report must never put on a list, whatever the policy's table says.</summary>
public static class ReportedValues
{
    /// <summary>Private, carrier-shared and reserved addresses belong to nobody in particular: no report blocks them.</summary>
    public static bool IsOneParty(string address) => IPAddress.TryParse(address, out var ip) && !Shared.Any(network => network.Contains(ip.IsIPv4MappedToIPv6 ? ip.MapToIPv4() : ip))
        && (ip.AddressFamily != AddressFamily.InterNetworkV6 || !ip.IsIPv6Multicast);

    private static readonly IPNetwork[] Shared =
    [
        .. ((string[])["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.168.0.0/16", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4",
            "::/128", "::1/128", "fc00::/7", "fe80::/10"]).Select(IPNetwork.Parse),
    ];
}
