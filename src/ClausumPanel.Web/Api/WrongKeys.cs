using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;

namespace ClausumPanel.Web.Api;

/// <summary>Wrong keys per address and minute, so that guessing is slow and never uses up a customer's quota.</summary>
public sealed class WrongKeys(TimeProvider clock)
{
    private const int PerMinute = 60, MostAddresses = 100_000;
    private readonly Lock _gate = new();
    private readonly Dictionary<UInt128, int> _counts = [];
    private long _minute;

    /// <returns>False when this address has presented too many in this minute.</returns>
    /// <param name="address">An IPv6 address counts as its /64, which is what one subscriber has.</param>
    /// <param name="seconds">Until the next minute.</param>
    public bool TryNote(IPAddress? address, out int seconds)
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        seconds = (int)(60 - (now % 60));
        var subscriber = Subscriber(address);
        lock (_gate)
        {
            if (now / 60 != _minute)
            {
                _minute = now / 60;
                _counts.Clear();
            }
            var count = _counts.GetValueOrDefault(subscriber);
            if (count >= PerMinute) return false;
            if (count > 0 || _counts.Count < MostAddresses) _counts[subscriber] = count + 1;
            return true;
        }
    }

    private static UInt128 Subscriber(IPAddress? address)
    {
        Span<byte> bytes = stackalloc byte[16];
        if (address is null || !address.MapToIPv6().TryWriteBytes(bytes, out _)) return default;
        if (!address.IsIPv4MappedToIPv6 && address.AddressFamily == AddressFamily.InterNetworkV6) bytes[8..].Clear();
        return BinaryPrimitives.ReadUInt128BigEndian(bytes);
    }
}
