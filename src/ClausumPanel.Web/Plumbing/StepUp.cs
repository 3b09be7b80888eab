using System.Security.Claims;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Team;
using Microsoft.AspNetCore.Identity;

namespace ClausumPanel.Web.Plumbing;

/// <summary>Asks again who it is, before what a stolen session must not do. Wrong answers count towards the lock-out.</summary>
public sealed class StepUp(PanelDb db, UserManager<User> users, SignInManager<User> signIn, SignInAttempts attempts)
{
    public async Task<bool> PasswordIsRightAsync(ClaimsPrincipal person, string? password)
    {
        using var turn = await attempts.WaitTurnAsync(person.Id);
        if (await users.FindByIdAsync(person.Id.ToString()) is not { } user) return false;
        await db.Entry(user).ReloadAsync();             // the attempt before this one may have locked the account
        return (await signIn.CheckPasswordSignInAsync(user, password ?? "", lockoutOnFailure: true)).Succeeded;
    }
}
