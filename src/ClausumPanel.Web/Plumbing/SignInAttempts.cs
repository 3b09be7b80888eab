using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Team;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Plumbing;

/// <summary>
/// What keeps guessing slow: wrong attempts are counted per address, so that one address cannot go through all accounts ten tries at a time, and the attempts on one account
/// take turns, so that a hundred at once are not counted as one.
/// </summary>
public sealed class SignInAttempts
{
    private const int SweepAbove = 10_000;
    private readonly ConcurrentDictionary<string, Tries> _tries = new();
    private readonly SemaphoreSlim[] _turns = [.. Enumerable.Range(0, 64).Select(_ => new SemaphoreSlim(1))];
    private readonly TimeProvider _clock;
    private readonly SecurityOptions _security;
    private readonly PasswordHasher<User> _hasher;
    private readonly User _nobody;

    public SignInAttempts(TimeProvider clock, IOptions<SecurityOptions> security, IOptions<PasswordHasherOptions> hashing)
    {
        (_clock, _security, _hasher) = (clock, security.Value, new PasswordHasher<User>(hashing));
        _nobody = User.Called("nobody", "nobody@localhost", Role.Viewer, clock.GetUtcNow());
        _nobody.PasswordHash = _hasher.HashPassword(_nobody, Passwords.Create());
    }

    public bool IsBlocked(string address) => _tries.TryGetValue(Subscriber(address), out var tries) && tries.Until > _clock.GetUtcNow() && tries.Count >= _security.WrongPasswordsPerAddress;

    public void Note(string address)
    {
        var now = _clock.GetUtcNow();
        if (_tries.Count > SweepAbove)
            foreach (var (old, tries) in _tries)
                if (tries.Until <= now) _tries.TryRemove(old, out _);
        var fresh = new Tries(1, now.AddMinutes(_security.LockOutMinutes));
        _tries.AddOrUpdate(Subscriber(address), fresh, (_, before) => before.Until <= now ? fresh : before with { Count = before.Count + 1 });
    }

    // With IPv6 one subscriber has 2^64 addresses.
    private static string Subscriber(string address) =>
        IPAddress.TryParse(address, out var ip) && ip.AddressFamily == AddressFamily.InterNetworkV6 && !ip.IsIPv4MappedToIPv6 ? Convert.ToHexString(ip.GetAddressBytes(), 0, 8) : address;

    public async Task<IDisposable> WaitTurnAsync(Guid? userId)
    {
        var turn = _turns[(uint)(userId ?? Guid.Empty).GetHashCode() % _turns.Length];
        await turn.WaitAsync();
        return new Turn(turn);
    }

    /// <summary>Where no password was checked, one is, so that the time says nothing.</summary>
    public void TakeAsLongAsAPassword(string password) => _hasher.VerifyHashedPassword(_nobody, _nobody.PasswordHash!, password);

    private sealed record Tries(int Count, DateTimeOffset Until);

    private sealed class Turn(SemaphoreSlim turn) : IDisposable
    {
        public void Dispose() => turn.Release();
    }
}

internal static class SignInNotes
{
    public static async Task NoteSignInAsync(this PanelDb db, User user, HttpContext context, DateTimeOffset now)
    {
        // Past the person's row as it was read: somebody who guesses at the same account may have changed it since.
        await db.Users.Where(u => u.Id == user.Id).ExecuteUpdateAsync(u => u.SetProperty(x => x.LastSignInAt, now));
        db.Audit(context.ActorFor(user), AuditActions.SignedIn, now, "user", user.Id.ToString());
        await db.SaveChangesAsync();
    }
}
