using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace ClausumPanel.Web.Api;

/// <summary>What is left to a caller.</summary>
/// <param name="Allowed">False: over the limit.</param>
/// <param name="Remaining">Calls left until <paramref name="Reset"/>.</param>
/// <param name="Reset">Unix seconds at which the window that binds begins anew.</param>
public readonly record struct Quota(bool Allowed, int Remaining, long Reset);

/// <summary>
/// Calls per UTC minute and UTC day and key, exact however many come at once. One process owns the store, so memory is the truth. A clock set back
/// opens no new window: a window only ever moves forward.
/// </summary>
public sealed class RateLimiter(TimeProvider clock)
{
    private readonly ConcurrentDictionary<Guid, Window> _windows = new();

    /// <summary>Takes one call if there is one.</summary>
    public Quota Take(Guid key, int perMinute, int? perDay)
    {
        var now = clock.GetUtcNow().ToUnixTimeSeconds();
        var window = _windows.GetOrAdd(key, static _ => new Window());
        lock (window)
        {
            window.MoveTo(now);
            var minuteLeft = perMinute - window.InMinute;
            var dayLeft = perDay is { } most ? most - window.InDay : int.MaxValue;
            var dayBinds = dayLeft <= minuteLeft;
            var reset = dayBinds ? (window.Day + 1) * 86_400 : (window.Minute + 1) * 60;
            if (Math.Min(minuteLeft, dayLeft) <= 0) return new Quota(false, 0, reset);
            window.InMinute++;
            window.InDay++;
            return new Quota(true, Math.Min(minuteLeft, dayLeft) - 1, reset);
        }
    }

    /// <summary>Gives a call back: it was a replay, which costs nothing.</summary>
    public void GiveBack(Guid key)
    {
        if (!_windows.TryGetValue(key, out var window)) return;
        lock (window)
        {
            if (window.InMinute > 0) window.InMinute--;
            if (window.InDay > 0) window.InDay--;
        }
    }

    private sealed class Window
    {
        public long Minute, Day;
        public int InMinute, InDay;

        public void MoveTo(long seconds)
        {
            if (seconds / 60 > Minute) (Minute, InMinute) = (seconds / 60, 0);
            if (seconds / 86_400 > Day) (Day, InDay) = (seconds / 86_400, 0);
        }
    }
}

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
