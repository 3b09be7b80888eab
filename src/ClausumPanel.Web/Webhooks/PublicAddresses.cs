using System.Net;
using System.Net.Sockets;

namespace ClausumPanel.Web.Webhooks;

/// <summary>
/// Which addresses a call of ours may go to: those that belong to one host of the public internet. What only looks like one (an IPv4 address inside an IPv6 one) is judged by what it stands for.
/// Source: the registries of special-purpose addresses at IANA, RFC 6890 and its followers.
/// </summary>
public static class PublicAddresses
{
    private static readonly IPNetwork[] Closed =
    [
        .. new[]
        {
            "0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24", "192.168.0.0/16", "192.175.48.0/24",
            "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
            "168.63.129.16/32",         // answers only inside a cloud, with secrets of the machine
        }.Select(IPNetwork.Parse),
    ];

    private static readonly IPNetwork[] Closed6 = [.. new[] { "2001::/23", "2001:db8::/32", "2620:4f:8000::/48", "3fff::/20" }.Select(IPNetwork.Parse)];

    /// <summary>All that is given out of IPv6 so far.</summary>
    private static readonly IPNetwork Global6 = IPNetwork.Parse("2000::/3");

    private static readonly IPNetwork
        Nat64 = IPNetwork.Parse("64:ff9b::/96"), SixToFour = IPNetwork.Parse("2002::/16");

    public static bool IsPublic(IPAddress address)
    {
        ArgumentNullException.ThrowIfNull(address);
        if (address.AddressFamily == AddressFamily.InterNetwork) return !Array.Exists(Closed, n => n.Contains(address));
        if (address.AddressFamily != AddressFamily.InterNetworkV6 || address.ScopeId != 0) return false;
        var bytes = address.GetAddressBytes();
        // Before any network is asked: to IPNetwork.Contains such an address is an IPv4 one even where the network is not.
        if (address.IsIPv4MappedToIPv6) return IsPublic(address.MapToIPv4());
        if (Nat64.Contains(address)) return IsPublic(new IPAddress(bytes.AsSpan(12, 4)));
        if (SixToFour.Contains(address)) return IsPublic(new IPAddress(bytes.AsSpan(2, 4)));
        if (!Global6.Contains(address) || Array.Exists(Closed6, n => n.Contains(address))) return false;
        // ISATAP: the IPv4 address that the host is reached by stands at the end.
        return !(bytes[8] is 0 or 2 && bytes[9] == 0 && bytes[10] == 0x5e && bytes[11] == 0xfe) || IsPublic(new IPAddress(bytes.AsSpan(12, 4)));
    }
}

/// <summary>Asks for the addresses of a name. Asked at every connection: what a name said when the endpoint was saved counts for nothing.</summary>
public class NameLookup
{
    public virtual Task<IPAddress[]> AddressesAsync(string host, CancellationToken stop) => Dns.GetHostAddressesAsync(host, stop);
}

/// <summary>A host has an address that is not public.</summary>
public sealed class RefusedAddressException(string host) : IOException($"The host {host} has an address that is not public.");
