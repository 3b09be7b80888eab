using System.Collections.Concurrent;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Plumbing;

/// <summary>Counts wrong passwords and codes per address, so that one address cannot go through all accounts ten tries at a time.</summary>
internal sealed class WrongPasswords(TimeProvider clock, IOptions<SecurityOptions> security)
{
    private const int Sweep = 10_000;
    private readonly ConcurrentDictionary<string, Tries> _tries = new();

    public bool IsBlocked(string address) => _tries.TryGetValue(address, out var tries) && tries.Until > clock.GetUtcNow() && tries.Count >= security.Value.WrongPasswordsPerAddress;

    public void Note(string address)
    {
        var now = clock.GetUtcNow();
        if (_tries.Count > Sweep)
            foreach (var (old, tries) in _tries)
                if (tries.Until <= now) _tries.TryRemove(old, out _);
        var fresh = new Tries(1, now.AddMinutes(security.Value.LockOutMinutes));
        _tries.AddOrUpdate(address, fresh, (_, before) => before.Until <= now ? fresh : before with { Count = before.Count + 1 });
    }

    private sealed record Tries(int Count, DateTimeOffset Until);
}
