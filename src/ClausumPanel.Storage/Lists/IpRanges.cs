using System.Net;

namespace ClausumPanel.Storage.Lists;

/// <summary>The ranges an address can lie in, as a list would write them.</summary>
public static class IpRanges
{
    /// <summary>From the narrowest to the widest; none when the text is no address.</summary>
    public static IReadOnlyList<string> Holding(string address)
    {
        if (!IPAddress.TryParse(address, out var known)) return [];
        if (known.IsIPv4MappedToIPv6) known = known.MapToIPv4();
        var bytes = known.GetAddressBytes();
        var ranges = new List<string>(bytes.Length * 8);
        for (var length = bytes.Length * 8; length > 0; length--)
        {
            if (length < bytes.Length * 8) bytes[length / 8] &= (byte)~(0x80 >> (length % 8));
            ranges.Add(new IPNetwork(new IPAddress(bytes), length).ToString());
        }
        return ranges;
    }
}
