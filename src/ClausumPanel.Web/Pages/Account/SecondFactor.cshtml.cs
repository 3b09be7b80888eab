using System.ComponentModel.DataAnnotations;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Account;

public sealed class SecondFactorModel(PanelDb db, UserManager<User> users, SignInManager<User> signIn, SignInAttempts attempts, TimeProvider clock, Texts T) : PageModel
{
    [BindProperty] public SecondFactorInput Input { get; set; } = new();
    [BindProperty(SupportsGet = true)] public string? ReturnUrl { get; set; }

    public async Task<IActionResult> OnGetAsync() => await signIn.GetTwoFactorAuthenticationUserAsync() is null ? RedirectToPage("Login", new { ReturnUrl }) : Page();

    public async Task<IActionResult> OnPostAsync()
    {
        if (await signIn.GetTwoFactorAuthenticationUserAsync() is not { } user) return RedirectToPage("Login", new { ReturnUrl });
        if (!ModelState.IsValid) return Page();

        using var turn = await attempts.WaitTurnAsync(user.Id);
        await db.Entry(user).ReloadAsync();             // the attempt before this one may have locked the account
        var isRecoveryCode = Input.Code.Count(char.IsAsciiLetterOrDigit) > 8;
        var opened = !attempts.IsBlocked(HttpContext.Address) && (isRecoveryCode
            ? await UseRecoveryCodeAsync(user)
            : (await signIn.TwoFactorAuthenticatorSignInAsync(Input.Code.Trim(), isPersistent: false, rememberClient: false)).Succeeded);
        if (opened)
        {
            if (isRecoveryCode) db.Audit(HttpContext.ActorFor(user), AuditActions.RecoveryCodeUsed, clock.GetUtcNow(), "user", user.Id.ToString(), after: new { Left = SecondFactor.RecoveryCodesLeft(user) });
            await db.NoteSignInAsync(user, HttpContext, clock.GetUtcNow());
            return LocalRedirect(Url.IsLocalUrl(ReturnUrl) ? ReturnUrl : "/dashboard");
        }
        attempts.Note(HttpContext.Address);
        if (!db.HasAudited(AuditActions.SignInRefused))
            db.Audit(HttpContext.Actor, AuditActions.SignInRefused, clock.GetUtcNow(), "user", user.Id.ToString(), after: new { LockedOut = await users.IsLockedOutAsync(user), Page = Request.Path.Value });
        await db.SaveChangesAsync();
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        ModelState.AddModelError("", T["This code does not open anything. Each code opens once: wait for the next."]);
        return Page();
    }

    private async Task<bool> UseRecoveryCodeAsync(User user)
    {
        if (!await signIn.CanSignInAsync(user) || await users.IsLockedOutAsync(user)) return false;
        if (!SecondFactor.TakeRecoveryCode(user, Input.Code))
        {
            await users.AccessFailedAsync(user);
            return false;
        }
        if (!(await users.UpdateAsync(user)).Succeeded) return false;            // somebody else used it in the same moment
        await HttpContext.SignOutAsync(IdentityConstants.TwoFactorUserIdScheme);
        await signIn.SignInAsync(user, isPersistent: false, "recovery-code");
        return true;
    }
}

public sealed class SecondFactorInput
{
    [Required(ErrorMessage = "Write the code."), StringLength(64)] public string Code { get; set; } = "";
}
