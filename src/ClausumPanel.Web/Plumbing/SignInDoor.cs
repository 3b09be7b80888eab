using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Team;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using SignInResult = Microsoft.AspNetCore.Identity.SignInResult;

namespace ClausumPanel.Web.Plumbing;

/// <summary>What a password came to.</summary>
public enum PasswordFate
{
    /// <summary>It opens nothing; why is nobody's business.</summary>
    Refused,

    /// <summary>Too many were wrong from this address.</summary>
    TooMany,
    NeedsCode,
    Entered,
}

/// <summary>
/// What a password and a code open, whether they are shown to the sign-in page or to the API: the counting, the turns, the time it takes and what is recorded are the same.
/// Whatever is wrong, the answer is the same, and takes as long: nobody learns here who has an account.
/// </summary>
public sealed class SignInDoor(PanelDb db, UserManager<User> users, SignInManager<User> signIn, SignInAttempts attempts, TimeProvider clock)
{
    /// <param name="check">Checks the password of somebody who exists, counting a wrong one.</param>
    public async Task<(PasswordFate Fate, User? User)> TryPasswordAsync(HttpContext context, string email, string password, Func<User, Task<SignInResult>> check)
    {
        if (attempts.IsBlocked(context.Address)) return (PasswordFate.TooMany, null);
        // Nobody is called so, and PostgreSQL takes no such text.
        if (email.Contains('\0', StringComparison.Ordinal)) email = "";
        var address = users.NormalizeEmail(email.Trim());
        using var turn = await attempts.WaitTurnAsync(await db.Users.Where(u => u.NormalizedEmail == address).Select(u => (Guid?)u.Id).SingleOrDefaultAsync());
        if (attempts.IsBlocked(context.Address)) return (PasswordFate.TooMany, null);      // those that waited with it may have been wrong
        var user = await users.FindByEmailAsync(email.Trim());            // not before its turn: the attempt before may have locked it
        var result = user is null ? SignInResult.Failed : await check(user);
        if (user is null || result.IsLockedOut || result.IsNotAllowed) attempts.TakeAsLongAsAPassword(password);
        if (result.RequiresTwoFactor) return (PasswordFate.NeedsCode, user);
        if (result.Succeeded) return (PasswordFate.Entered, user);
        await RefuseAsync(context, user);
        return (PasswordFate.Refused, user);
    }

    /// <summary>A code of the person's app, or one of their recovery codes. What a right one changes is saved by whoever lets the person in.</summary>
    public async Task<bool> TryCodeAsync(HttpContext context, User user, string code)
    {
        using var turn = await attempts.WaitTurnAsync(user.Id);
        await db.Entry(user).ReloadAsync();             // the attempt before this one may have locked the account
        if (!attempts.IsBlocked(context.Address) && await signIn.CanSignInAsync(user) && !await users.IsLockedOutAsync(user) && await IsRightAsync(context, user, code)) return true;
        await RefuseAsync(context, user);
        return false;
    }

    private async Task<bool> IsRightAsync(HttpContext context, User user, string code)
    {
        var isRecoveryCode = code.Count(char.IsAsciiLetterOrDigit) > 8;
        if (isRecoveryCode ? SecondFactor.TakeRecoveryCode(user, code) : await users.VerifyTwoFactorTokenAsync(user, SecondFactor.Provider, code.Trim()))
        {
            // Of two who use it in the same moment one is refused.
            if (isRecoveryCode) db.Audit(context.ActorFor(user), AuditActions.RecoveryCodeUsed, clock.GetUtcNow(), "user", user.Id.ToString(), after: new { Left = SecondFactor.RecoveryCodesLeft(user) });
            if ((isRecoveryCode ? await users.UpdateAsync(user) : await users.ResetAccessFailedCountAsync(user)).Succeeded) return true;
            db.ChangeTracker.Clear();
            return false;
        }
        await users.AccessFailedAsync(user);
        return false;
    }

    private async Task RefuseAsync(HttpContext context, User? user)
    {
        attempts.Note(context.Address);
        // What was counted against an account is recorded already; this is somebody unknown, locked out before, or switched off.
        if (!db.HasAudited(AuditActions.SignInRefused))
            db.Audit(context.Actor, AuditActions.SignInRefused, clock.GetUtcNow(), "user", user?.Id.ToString(), after: new { LockedOut = user is not null && await users.IsLockedOutAsync(user), Page = context.Request.Path.Value });
        await db.SaveChangesAsync();
    }
}
