using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace ClausumPanel.Storage.Lists;

/// <summary>The leading bits of an address, looked up as a whole: all ranges that hold an address are found by one look per length in use.</summary>
/// <param name="Bits">128 bits, those behind the length zero; an IPv4 address in its mapped form, so that both families share one table.</param>
/// <param name="Length">How many bits count.</param>
internal readonly record struct IpPrefix(UInt128 Bits, int Length)
{
    public const int Whole = 128, OfIPv4 = 96;

    /// <summary>The prefix of that length of an address.</summary>
    public static IpPrefix Of(UInt128 address, int length) => new(length == 0 ? 0 : address >> (Whole - length) << (Whole - length), length);

    public static bool IsIPv4(UInt128 address) => address >> 32 == 0xFFFF;

    /// <summary>As a list writes it: <c>203.0.113.0/24</c>.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, Bits);
        return Length >= OfIPv4 && IsIPv4(Bits) ? new IPNetwork(new IPAddress(bytes[12..]), Length - OfIPv4).ToString() : new IPNetwork(new IPAddress(bytes), Length).ToString();
    }

    /// <summary>Reads <c>203.0.113.0/24</c>, or one address.</summary>
    public static bool TryParse(string text, out IpPrefix prefix)
    {
        prefix = default;
        if (TryBits(text, out var one)) prefix = new IpPrefix(one, Whole);
        else if (IPNetwork.TryParse(text, out var network))
        {
            Span<byte> bytes = stackalloc byte[16];
            var isIPv4 = network.BaseAddress.AddressFamily == AddressFamily.InterNetwork;
            (isIPv4 ? network.BaseAddress.MapToIPv6() : network.BaseAddress).TryWriteBytes(bytes, out _);
            prefix = Of(BinaryPrimitives.ReadUInt128BigEndian(bytes), network.PrefixLength + (isIPv4 ? OfIPv4 : 0));
        }
        else return false;
        return true;
    }

    /// <summary>Reads an address as facts write it, without allocating.</summary>
    public static bool TryBits(ReadOnlySpan<char> text, out UInt128 bits)
    {
        bits = 0;
        if (text.IndexOf(':') < 0)
        {
            if (!TryIPv4(text, out var four)) return false;
            bits = ((UInt128)0xFFFF << 32) | four;
            return true;
        }
        return TryIPv6(text, out bits);
    }

    private static bool TryIPv4(ReadOnlySpan<char> text, out uint bits)
    {
        bits = 0;
        for (var part = 0; part < 4; part++)
        {
            var dot = text.IndexOf('.');
            if (dot < 0 != (part == 3)) return false;
            var digits = dot < 0 ? text : text[..dot];
            if (digits.Length is 0 or > 3) return false;
            var number = 0u;
            foreach (var c in digits)
            {
                if (!char.IsAsciiDigit(c)) return false;
                number = (number * 10) + (uint)(c - '0');
            }
            if (number > 255) return false;
            bits = (bits << 8) | number;
            text = dot < 0 ? default : text[(dot + 1)..];
        }
        return true;
    }

    // Groups before a gap fill from the left, those behind it from the right.
    private static bool TryIPv6(ReadOnlySpan<char> text, out UInt128 bits)
    {
        bits = 0;
        Span<ushort> groups = stackalloc ushort[8];
        var (count, gap) = (0, -1);
        if (text.StartsWith("::"))
        {
            gap = 0;
            text = text[2..];
        }
        while (text.Length > 0)
        {
            if (count == 8) return false;
            var colon = text.IndexOf(':');
            var group = colon < 0 ? text : text[..colon];
            if (colon < 0 && group.Contains('.'))
            {
                if (count > 6 || !TryIPv4(group, out var four)) return false;
                groups[count++] = (ushort)(four >> 16);
                groups[count++] = (ushort)four;
                break;
            }
            if (group.Length is 0 or > 4) return false;
            var number = 0;
            foreach (var c in group)
            {
                if (!char.IsAsciiHexDigit(c)) return false;
                number = (number << 4) | Convert.ToInt32(char.IsAsciiDigit(c) ? c - '0' : (c | 0x20) - 'a' + 10);
            }
            groups[count++] = (ushort)number;
            if (colon < 0) break;
            text = text[(colon + 1)..];
            if (text.Length == 0) return false;
            if (text[0] != ':') continue;
            if (gap >= 0) return false;
            gap = count;
            text = text[1..];
        }
        if (gap < 0 ? count != 8 : count > 7) return false;
        for (var i = 0; i < 8; i++)
        {
            var group = gap < 0 || i < gap ? groups[i] : i < 8 - (count - gap) ? 0 : groups[i - 8 + count];
            bits = (bits << 16) | (UInt128)group;
        }
        return true;
    }
}
