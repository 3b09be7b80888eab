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
            Browser = Cut(context?.Request.Headers.UserAgent.ToString()),
        });
        await using var transaction = await db.Database.BeginTransactionAsync();
        await db.UserSessions.Where(s => s.ExpiresAt < now).ExecuteDeleteAsync();
        var surplus = await db.UserSessions.Where(s => s.UserId == userId && s.Id != id).OrderByDescending(s => s.SeenAt).Skip(security.Value.SessionsPerUser - 1).Select(s => s.Id).ToListAsync();
        if (surplus.Count > 0)
        {
            await db.UserSessions.Where(s => surplus.Contains(s.Id)).ExecuteDeleteAsync();
            db.Audit(Actor.System, AuditActions.SessionsEnded, now, "user", userId.ToString(), after: new { Ended = surplus.Count, AtOnce = security.Value.SessionsPerUser });
        }
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
        return key;
    }

    public async Task<AuthenticationTicket?> RetrieveAsync(string key)
    {
        var (hash, now) = (HashOf(key), clock.GetUtcNow());
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
        var session = await db.UserSessions.AsNoTracking().SingleOrDefaultAsync(s => s.KeyHash == hash && s.ExpiresAt > now);
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

    // Half an hour after the last request, twelve hours after the first, whichever comes first.
    private DateTimeOffset ExpiryOf(AuthenticationTicket ticket, DateTimeOffset startedAt, DateTimeOffset now)
    {
        var (idle, absolute) = (ticket.Properties.ExpiresUtc ?? now.AddMinutes(security.Value.IdleMinutes), startedAt.AddHours(security.Value.AbsoluteHours));
        return idle < absolute ? idle : absolute;
    }

    private byte[] Protect(AuthenticationTicket ticket) => _protector.Protect(TicketSerializer.Default.Serialize(ticket));

    private static byte[] HashOf(string key) => SHA256.HashData(Encoding.UTF8.GetBytes(key));
    private static Guid UserOf(AuthenticationTicket ticket) => Guid.Parse(ticket.Principal.FindFirstValue(ClaimTypes.NameIdentifier)!);
    private static string? Cut(string? text) => text is { Length: > 200 } ? text[..200] : text;
}
