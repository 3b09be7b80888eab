using System.Buffers.Binary;
using System.Net;

namespace ClausumPanel.Web.Enrichment;

/// <summary>The networks of hosting and cloud providers as two sorted tables of ranges, one per address family.</summary>
public sealed class HostingNetworks
{
    private readonly Ranges<uint> _ipV4;
    private readonly Ranges<UInt128> _ipV6;

    private HostingNetworks(Ranges<uint> ipV4, Ranges<UInt128> ipV6) => (_ipV4, _ipV6) = (ipV4, ipV6);

    /// <summary>How many networks there are, those inside another not counted.</summary>
    public int Count => _ipV4.Count + _ipV6.Count;

    /// <summary>The provider an IPv4 address belongs to, or null.</summary>
    public string? Provider(uint ipV4) => _ipV4.Owner(ipV4);

    /// <summary>The provider an IPv6 address belongs to, or null.</summary>
    public string? Provider(UInt128 ipV6) => _ipV6.Owner(ipV6);

    /// <summary>Reads lines that are a provider in square brackets, or networks of the provider above.</summary>
    public static HostingNetworks Parse(IEnumerable<string> lines)
    {
        var ipV4 = new List<(uint, uint, string)>();
        var ipV6 = new List<(UInt128, UInt128, string)>();
        string? provider = null;
        Span<byte> bytes = stackalloc byte[16];
        foreach (var line in lines)
        {
            if (line is ['[', .. var name, ']'])
            {
                provider = name.Trim();
                continue;
            }
            foreach (var text in line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            {
                if (provider is null || !IPNetwork.TryParse(text, out var network)) throw new FormatException($"'{text}' is not a network of a provider");
                network.BaseAddress.TryWriteBytes(bytes, out var length);
                if (length == 4)
                {
                    var from = BinaryPrimitives.ReadUInt32BigEndian(bytes);
                    ipV4.Add((from, from | (network.PrefixLength == 32 ? 0 : uint.MaxValue >> network.PrefixLength), provider));
                }
                else
                {
                    var from = BinaryPrimitives.ReadUInt128BigEndian(bytes);
                    ipV6.Add((from, from | (network.PrefixLength == 128 ? 0 : UInt128.MaxValue >> network.PrefixLength), provider));
                }
            }
        }
        return new HostingNetworks(new Ranges<uint>(ipV4), new Ranges<UInt128>(ipV6));
    }

    private sealed class Ranges<T> where T : struct, IComparable<T>
    {
        private readonly T[] _from;
        private readonly T[] _to;
        private readonly string[] _owner;

        // Networks nest or lie apart, so of two that overlap the wider one already says everything.
        public Ranges(List<(T From, T To, string Owner)> networks)
        {
            var apart = new List<(T From, T To, string Owner)>(networks.Count);
            foreach (var network in networks.OrderBy(n => n.From).ThenByDescending(n => n.To))
                if (apart.Count == 0 || network.From.CompareTo(apart[^1].To) > 0) apart.Add(network);
            _from = [.. apart.Select(n => n.From)];
            _to = [.. apart.Select(n => n.To)];
            _owner = [.. apart.Select(n => n.Owner)];
        }

        public int Count => _from.Length;

        public string? Owner(T address)
        {
            var at = Array.BinarySearch(_from, address);
            if (at < 0) at = ~at - 1;
            return at >= 0 && address.CompareTo(_to[at]) <= 0 ? _owner[at] : null;
        }
    }
}
