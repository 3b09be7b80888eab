using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Sessions;
using ClausumPanel.Storage.Team;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.BearerToken;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Plumbing;

/// <summary>What a program gets when somebody signs in with it.</summary>
/// <param name="Access">Sent with every call.</param>
/// <param name="Refresh">Good once: it gives the next two.</param>
public sealed record ProgramTokens(string Access, string Refresh, DateTimeOffset AccessUntil, DateTimeOffset SessionUntil);

/// <summary>
/// Programs in which people are signed in. Their tokens are sealed with the keys beside the database and count only while the row of their session stands, the person is active and has the role and the
/// security stamp they were made with: what ends the sessions of a browser ends these, with the very next call. A refresh token that comes a second time has two holders, so its session ends.
/// </summary>
public sealed class ProgramSessions(
    PanelDb db, UserManager<User> users, SignInManager<User> signIn, IOptionsMonitor<BearerTokenOptions> bearer, IOptions<IdentityOptions> identity, IDataProtectionProvider protection, IOptions<SecurityOptions> security,
    TimeProvider clock)
{
    public const string Scheme = "Identity.Bearer";
    public static readonly TimeSpan CodeWithin = TimeSpan.FromMinutes(5), SeenPrecision = TimeSpan.FromMinutes(1);
    private const string Secret = "secret", Stamp = "stamp", Person = "person";

    private readonly TicketDataFormat _passwordShown = new(protection.CreateProtector("ClausumPanel.ProgramSessions", "PasswordShown"));

    /// <summary>Signs a program in; it ends as a browser's session does.</summary>
    public async Task<ProgramTokens> StartAsync(HttpContext context, User user)
    {
        var (now, secret) = (clock.GetUtcNow(), NewSecret());
        var session = new UserSession
        {
            Id = Guid.CreateVersion7(now), IsProgram = true, KeyHash = HashOf(secret), UserId = user.Id, Ticket = [], StartedAt = now, SeenAt = now, ExpiresAt = security.Value.SessionEnd(now, now),
            Address = context.Address, Browser = SessionTickets.BrowserOf(context),
        };
        await using var transaction = await db.Database.BeginTransactionAsync();
        db.Add(session);
        await db.EndSurplusAsync(user.Id, session.Id, isProgram: true, security.Value.SessionsPerUser, now);
        await db.NoteSignInAsync(user, context, now);
        await transaction.CommitAsync();
        return await SealAsync(user, session, secret, session.ExpiresAt, now);
    }

    /// <summary>Who calls, by the access token of the header; null when it is over, was ended, or never was one.</summary>
    public async Task<ClaimsPrincipal?> OpenAsync(HttpContext context)
    {
        var shown = await context.AuthenticateAsync(Scheme);
        if (!shown.Succeeded || SessionOf(shown.Properties) is not { } id) return null;
        var now = clock.GetUtcNow();
        var its = await (from s in db.UserSessions
                         join u in db.Users on s.UserId equals u.Id
                         where s.Id == id && s.IsProgram && s.ExpiresAt > now
                         select new { s.StartedAt, s.SeenAt, u.Id, u.SecurityStamp, u.Role, u.IsActive }).SingleOrDefaultAsync();
        if (its is not { IsActive: true } || its.Id != shown.Principal.Id || its.Role != shown.Principal.Role || its.SecurityStamp != shown.Principal.FindFirstValue(identity.Value.ClaimsIdentity.SecurityStampClaimType)) return null;
        if (now - its.SeenAt > SeenPrecision)
        {
            var end = security.Value.SessionEnd(its.StartedAt, now);
            await db.UserSessions.Where(s => s.Id == id).ExecuteUpdateAsync(s => s.SetProperty(x => x.SeenAt, now).SetProperty(x => x.ExpiresAt, end));
        }
        return shown.Principal;
    }

    /// <summary>The next two tokens for a refresh token that was not used yet; null for any other.</summary>
    public async Task<ProgramTokens?> RefreshAsync(HttpContext context, string token)
    {
        if (Unseal(Bearer.RefreshTokenProtector, token) is not { } shown || SessionOf(shown) is not { } id || shown.Items[Secret] is not { } secret) return null;
        var (now, next) = (clock.GetUtcNow(), NewSecret());
        await using var transaction = await db.Database.BeginTransactionAsync();
        if (await db.UserSessions.AsNoTracking().SingleOrDefaultAsync(s => s.Id == id && s.IsProgram && s.ExpiresAt > now) is not { } session) return null;
        if (await users.FindByIdAsync(session.UserId.ToString()) is not { IsActive: true } user || user.SecurityStamp != shown.Items[Stamp]) return null;
        var (used, fresh, end) = (HashOf(secret), HashOf(next), security.Value.SessionEnd(session.StartedAt, now));
        var turned = await db.UserSessions.Where(s => s.Id == id && s.KeyHash == used)
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.KeyHash, fresh).SetProperty(x => x.SeenAt, now).SetProperty(x => x.ExpiresAt, end));
        if (turned == 0)
        {
            await db.UserSessions.Where(s => s.Id == id).ExecuteDeleteAsync();
            db.Audit(context.ActorFor(user), AuditActions.SessionsEnded, now, "user", user.Id.ToString(), after: new { Ended = 1, Because = "a refresh token was used twice" });
            await db.SaveChangesAsync();
        }
        await transaction.CommitAsync();
        return turned == 0 ? null : await SealAsync(user, session, next, end, now);
    }

    /// <summary>Signs the program out that a refresh token is of, used before or not. Whose it was is recorded; whoever asks learns nothing.</summary>
    public async Task EndAsync(HttpContext context, string token)
    {
        if (Unseal(Bearer.RefreshTokenProtector, token) is not { } shown || SessionOf(shown) is not { } id) return;
        await using var transaction = await db.Database.BeginTransactionAsync();
        if (await db.UserSessions.Where(s => s.Id == id && s.IsProgram).Select(s => (Guid?)s.UserId).SingleOrDefaultAsync() is not { } userId || await users.FindByIdAsync(userId.ToString()) is not { } user) return;
        await db.UserSessions.Where(s => s.Id == id).ExecuteDeleteAsync();
        db.Audit(context.ActorFor(user), AuditActions.SignedOut, clock.GetUtcNow(), "user", userId.ToString());
        await db.SaveChangesAsync();
        await transaction.CommitAsync();
    }

    /// <summary>Says for a few minutes that this person has shown their password, and nothing more.</summary>
    public string AskForCode(User user)
    {
        var shown = new AuthenticationProperties { ExpiresUtc = clock.GetUtcNow() + CodeWithin };
        (shown.Items[Person], shown.Items[Stamp]) = (user.Id.ToString(), user.SecurityStamp);
        return Seal(_passwordShown, new ClaimsPrincipal(new ClaimsIdentity()), shown);
    }

    /// <summary>Who has shown their password.</summary>
    public async Task<User?> WhoShowedPasswordAsync(string challenge) =>
        Unseal(_passwordShown, challenge) is { } shown && shown.Items[Person] is { } id && await users.FindByIdAsync(id) is { } user && user.SecurityStamp == shown.Items[Stamp] ? user : null;

    private BearerTokenOptions Bearer => bearer.Get(Scheme);

    /// <summary>A refresh token is sealed until its session is over whatever happens; whether it was idle for too long only its row says, which every call moves on.</summary>
    private async Task<ProgramTokens> SealAsync(User user, UserSession session, string secret, DateTimeOffset end, DateTimeOffset now)
    {
        var (id, until) = (session.Id, now + Bearer.BearerTokenExpiration);
        var access = new AuthenticationProperties { ExpiresUtc = until };
        access.Items[SessionTickets.SessionId] = id.ToString();
        var refresh = new AuthenticationProperties { ExpiresUtc = session.StartedAt.AddHours(security.Value.AbsoluteHours) };
        (refresh.Items[SessionTickets.SessionId], refresh.Items[Secret], refresh.Items[Stamp]) = (id.ToString(), secret, user.SecurityStamp);
        return new ProgramTokens(Seal(Bearer.BearerTokenProtector, await signIn.CreateUserPrincipalAsync(user), access), Seal(Bearer.RefreshTokenProtector, new ClaimsPrincipal(new ClaimsIdentity()), refresh), until, end);
    }

    private static string Seal(ISecureDataFormat<AuthenticationTicket> format, ClaimsPrincipal principal, AuthenticationProperties properties) => format.Protect(new AuthenticationTicket(principal, properties, Scheme));

    private AuthenticationProperties? Unseal(ISecureDataFormat<AuthenticationTicket> format, string token) =>
        format.Unprotect(token) is { Properties: { ExpiresUtc: { } until } properties } && until > clock.GetUtcNow() ? properties : null;

    private static Guid? SessionOf(AuthenticationProperties properties) => properties.Items.TryGetValue(SessionTickets.SessionId, out var text) && Guid.TryParse(text, out var id) ? id : null;

    private static string NewSecret() => WebEncoders.Base64UrlEncode(RandomNumberGenerator.GetBytes(32));

    private static byte[] HashOf(string secret) => SHA256.HashData(Encoding.UTF8.GetBytes(secret));
}
