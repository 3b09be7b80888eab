using System.Buffers.Binary;
using System.Net;

namespace ClausumPanel.Web.Enrichment;

/// <summary>What is known about an IP address.</summary>
/// <param name="Address">The one way to write it: <c>201.150.10.22</c>, <c>2001:db8::1</c>; an IPv4 address inside IPv6 as IPv4.</param>
/// <param name="Network">The /24 or /48 it lies in.</param>
/// <param name="Country">ISO 3166 code, or null.</param>
/// <param name="Provider">The hosting provider it belongs to, or null.</param>
/// <param name="IsPrivate">It is private, shared (carrier-grade NAT), reserved, or otherwise nobody's on the internet.</param>
/// <param name="IsIpV6">It is an IPv6 address.</param>
public readonly record struct IpAddressFacts(string Address, string Network, string? Country, string? Provider, bool IsPrivate, bool IsIpV6);

/// <summary>Looks IP addresses up.</summary>
public sealed class IpAddresses(GeoIp countries, HostingNetworks hosting)
{
    // Nobody pays from these: IANA's special-purpose registries.
    private static readonly HostingNetworks SpecialPurpose = HostingNetworks.Parse([
        "[special]",
        "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4",
        "::/96 100::/64 2001:db8::/32 3fff::/20 64:ff9b:1::/48 fc00::/7 fe80::/10 ff00::/8",
    ]);

    private readonly SharedTexts _networks = new(16_384);

    /// <returns>False when the text is not an IP address.</returns>
    public bool TryLook(string text, out IpAddressFacts facts)
    {
        facts = default;
        if (TryParseIpV4(text, out var ipV4)) return Known(ipV4, text, out facts);
        // A zone (fe80::1%eth0) is of no use outside its machine, and only a text with a colon can be IPv6: "1" and "0x7f.1" are nobody's address.
        if (text.Length > 45 || !text.Contains(':', StringComparison.Ordinal) || text.AsSpan().ContainsAny('%', '[', ']') || !IPAddress.TryParse(text, out var parsed)) return false;
        Span<byte> bytes = stackalloc byte[16];
        parsed.TryWriteBytes(bytes, out _);
        if (parsed.IsIPv4MappedToIPv6) return Known(BinaryPrimitives.ReadUInt32BigEndian(bytes[12..]), text, out facts);
        Span<char> canonical = stackalloc char[48];
        parsed.TryFormat(canonical, out var length);
        Span<char> network = stackalloc char[24];
        var networkLength = WriteNetwork(bytes, network);
        var address = BinaryPrimitives.ReadUInt128BigEndian(bytes);
        var isPrivate = SpecialPurpose.Provider(address) is not null;
        facts = new IpAddressFacts(
            canonical[..length].SequenceEqual(text) ? text : canonical[..length].ToString(), _networks.Get(network[..networkLength]),
            isPrivate ? null : countries.Country(address), hosting.Provider(address), isPrivate, IsIpV6: true);
        return true;
    }

    private bool Known(uint address, string text, out IpAddressFacts facts)
    {
        Span<char> canonical = stackalloc char[20];
        Span<char> network = stackalloc char[20];
        var length = Write(address, canonical);
        var networkLength = Write(address & 0xFFFFFF00, network);
        "/24".CopyTo(network[networkLength..]);
        var isPrivate = SpecialPurpose.Provider(address) is not null;
        facts = new IpAddressFacts(
            canonical[..length].SequenceEqual(text) ? text : canonical[..length].ToString(), _networks.Get(network[..(networkLength + 3)]),
            isPrivate ? null : countries.Country(address), hosting.Provider(address), isPrivate, IsIpV6: false);
        return true;
    }

    // The zeros of the 80 bits behind the network always make the longest run, so the two colons stand at its end.
    private static int WriteNetwork(ReadOnlySpan<byte> address, Span<char> to)
    {
        var groups = 3;
        while (groups > 0 && address[(groups * 2) - 2] == 0 && address[(groups * 2) - 1] == 0) groups--;
        var at = 0;
        for (var group = 0; group < groups; group++)
        {
            BinaryPrimitives.ReadUInt16BigEndian(address[(group * 2)..]).TryFormat(to[at..], out var written, "x", System.Globalization.CultureInfo.InvariantCulture);
            at += written;
            if (group < groups - 1) to[at++] = ':';
        }
        "::/48".CopyTo(to[at..]);
        return at + 5;
    }

    // Four decimal numbers and nothing else: the runtime also takes octal, hexadecimal and shortened forms, which no address of a payer is written in.
    private static bool TryParseIpV4(ReadOnlySpan<char> text, out uint address)
    {
        address = 0;
        if (text.Length is < 7 or > 15) return false;
        int part = -1, parts = 0;
        foreach (var c in text)
        {
            if (c is >= '0' and <= '9')
            {
                if (part == 0) return false;
                part = (Math.Max(part, 0) * 10) + c - '0';
                if (part > 255) return false;
            }
            else if (c == '.' && part >= 0 && parts < 3)
            {
                address = (address << 8) | (uint)part;
                part = -1;
                parts++;
            }
            else
            {
                return false;
            }
        }
        address = (address << 8) | (uint)part;
        return parts == 3 && part >= 0;
    }

    private static int Write(uint address, Span<char> to)
    {
        var at = 0;
        for (var shift = 24; shift >= 0; shift -= 8)
        {
            ((address >> shift) & 255).TryFormat(to[at..], out var written, provider: System.Globalization.CultureInfo.InvariantCulture);
            at += written;
            if (shift > 0) to[at++] = '.';
        }
        return at;
    }
}
