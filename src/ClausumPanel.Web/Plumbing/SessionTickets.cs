using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Sessions;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Plumbing;

/// <summary>Keeps what a sign-in opened in the database. The cookie holds a random key only; deleting the row ends the session wherever the cookie was copied to.</summary>
public sealed class SessionTickets(IServiceScopeFactory scopes, IHttpContextAccessor contexts, IDataProtectionProvider protection, TimeProvider clock, IOptions<SecurityOptions> security) : ITicketStore
{
    /// <summary>In the ticket's properties: which row it is.</summary>
    public const string SessionId = "panel-session";
    private static readonly TimeSpan SeenPrecision = TimeSpan.FromMinutes(1);
    private readonly IDataProtector _protector = protection.CreateProtector("ClausumPanel.Sessions");

    public async Task<string> StoreAsync(AuthenticationTicket ticket)
    {
        var key = WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(32));
        var now = clock.GetUtcNow();
        var userId = UserOf(ticket);
        var context = contexts.HttpContext;
        var id = Guid.CreateVersion7(now);
        ticket.Properties.Items[SessionId] = id.ToString();

        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
        db.Add(new UserSession
        {
            Id = id,
            KeyHash = HashOf(key),
            UserId = userId,
            Ticket = Protect(ticket),
            StartedAt = now,
            SeenAt = now,
            ExpiresAt = ExpiryOf(ticket, now, now),
            Address = context?.Address,
            Browser = BrowserOf(context),
        });
        await using var transaction = await db.Database.BeginTransactionAsync();
        await db.EndSurplusAsync(userId, id, isProgram: false, security.Value.SessionsPerUser, now);
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
        return key;
    }

    public async Task<AuthenticationTicket?> RetrieveAsync(string key)
    {
        var (hash, now) = (HashOf(key), clock.GetUtcNow());
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
        var session = await db.UserSessions.AsNoTracking().SingleOrDefaultAsync(s => s.KeyHash == hash && !s.IsProgram && s.ExpiresAt > now);
        if (session is null) return null;
        if (now - session.SeenAt > SeenPrecision) await db.UserSessions.Where(s => s.Id == session.Id).ExecuteUpdateAsync(s => s.SetProperty(x => x.SeenAt, now));
        try
        {
            return TicketSerializer.Default.Deserialize(_protector.Unprotect(session.Ticket));
        }
        catch (CryptographicException)
        {
            return null;            // the keys were lost or replaced: they sign in again
        }
    }

    public async Task RenewAsync(string key, AuthenticationTicket ticket)
    {
        var (hash, now, userId) = (HashOf(key), clock.GetUtcNow(), UserOf(ticket));
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
        if (await db.UserSessions.SingleOrDefaultAsync(s => s.KeyHash == hash && s.UserId == userId && s.ExpiresAt > now) is not { } session) return;
        session.Ticket = Protect(ticket);
        session.SeenAt = now;
        session.ExpiresAt = ExpiryOf(ticket, session.StartedAt, now);
        await db.SaveChangesAsync();
    }

    public async Task RemoveAsync(string key)
    {
        var hash = HashOf(key);
        await using var scope = scopes.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<PanelDb>().UserSessions.Where(s => s.KeyHash == hash).ExecuteDeleteAsync();
    }

    /// <summary>Which of the person's sessions this request belongs to.</summary>
    public async Task<Guid?> CurrentAsync(HttpContext context)
    {
        var ticket = await context.AuthenticateAsync(IdentityConstants.ApplicationScheme);
        return ticket.Properties?.Items.TryGetValue(SessionId, out var id) == true && Guid.TryParse(id, out var session) ? session : null;
    }

    /// <summary>Ends every session of the person but this request's.</summary>
    public async Task<int> EndOthersAsync(PanelDb db, HttpContext context, Guid userId)
    {
        var current = await CurrentAsync(context);
        return await db.UserSessions.Where(s => s.UserId == userId && s.Id != current).ExecuteDeleteAsync();
    }

    private DateTimeOffset ExpiryOf(AuthenticationTicket ticket, DateTimeOffset startedAt, DateTimeOffset now) => security.Value.SessionEnd(startedAt, now, ticket.Properties.ExpiresUtc);

    private byte[] Protect(AuthenticationTicket ticket) => _protector.Protect(TicketSerializer.Default.Serialize(ticket));

    private static byte[] HashOf(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
    private static Guid UserOf(AuthenticationTicket ticket) => Guid.Parse(ticket.Principal.FindFirstValue(ClaimTypes.NameIdentifier)!);
    internal static string? BrowserOf(HttpContext? context) => context?.Request.Headers.UserAgent.ToString() is { Length: > 200 } text ? text[..200] : context?.Request.Headers.UserAgent.ToString();
}

internal static class Sessions
{
    /// <summary>Half an hour after the last request, twelve hours after the first, whichever comes first.</summary>
    public static DateTimeOffset SessionEnd(this SecurityOptions security, DateTimeOffset startedAt, DateTimeOffset now, DateTimeOffset? idle = null)
    {
        var (after, absolute) = (idle ?? now.AddMinutes(security.IdleMinutes), startedAt.AddHours(security.AbsoluteHours));
        return after < absolute ? after : absolute;
    }

    /// <summary>Of the person's browsers, or programs, only so many stay signed in with the new one; whatever is over goes too.</summary>
    public static async Task EndSurplusAsync(this PanelDb db, Guid userId, Guid started, bool isProgram, int most, DateTimeOffset now)
    {
        await db.UserSessions.Where(s => s.ExpiresAt < now).ExecuteDeleteAsync();
        var surplus = await db.UserSessions.Where(s => s.UserId == userId && s.IsProgram == isProgram && s.Id != started).OrderByDescending(s => s.SeenAt).Skip(most - 1).Select(s => s.Id).ToListAsync();
        if (surplus.Count == 0) return;
        await db.UserSessions.Where(s => surplus.Contains(s.Id)).ExecuteDeleteAsync();
        db.Audit(Actor.System, AuditActions.SessionsEnded, now, "user", userId.ToString(), after: new { Ended = surplus.Count, AtOnce = most });
    }
}
