using System.ComponentModel.DataAnnotations;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using SignInResult = Microsoft.AspNetCore.Identity.SignInResult;

namespace ClausumPanel.Web.Pages.Account;

/// <summary>Whatever is wrong, the answer is the same, and takes as long: nobody learns here who has an account.</summary>
public sealed class LoginModel(PanelDb db, UserManager<User> users, SignInManager<User> signIn, SignInAttempts attempts, TimeProvider clock, Texts T) : PageModel
{
    [BindProperty] public LoginInput Input { get; set; } = new();
    [BindProperty(SupportsGet = true)] public string? ReturnUrl { get; set; }

    public IActionResult OnGet() => User.IsSignedIn ? GoOn() : Page();

    public async Task<IActionResult> OnPostAsync()
    {
        if (User.IsSignedIn) return GoOn();             // a session is never turned into another person's
        if (!ModelState.IsValid) return Page();
        if (attempts.IsBlocked(HttpContext.Address)) return await RefuseAsync(null, tooMany: true);

        var address = users.NormalizeEmail(Input.Email.Trim());
        using var turn = await attempts.WaitTurnAsync(await db.Users.Where(u => u.NormalizedEmail == address).Select(u => (Guid?)u.Id).SingleOrDefaultAsync());
        var user = await users.FindByEmailAsync(Input.Email.Trim());            // not before its turn: the attempt before may have locked it
        var result = user is null ? SignInResult.Failed : await signIn.PasswordSignInAsync(user, Input.Password, isPersistent: false, lockoutOnFailure: true);
        if (user is null || result.IsLockedOut || result.IsNotAllowed) attempts.TakeAsLongAsAPassword(Input.Password);
        if (result.RequiresTwoFactor) return RedirectToPage("SecondFactor", new { ReturnUrl });
        if (!result.Succeeded) return await RefuseAsync(user, tooMany: false);

        await db.NoteSignInAsync(user!, HttpContext, clock.GetUtcNow());
        return GoOn();
    }

    private async Task<PageResult> RefuseAsync(User? user, bool tooMany)
    {
        if (!tooMany)
        {
            attempts.Note(HttpContext.Address);
            // What was counted against an account is recorded already; this is somebody unknown, locked out before, or switched off.
            if (!db.HasAudited(AuditActions.SignInRefused))
                db.Audit(HttpContext.Actor, AuditActions.SignInRefused, clock.GetUtcNow(), "user", user?.Id.ToString(), after: new { LockedOut = user is not null && await users.IsLockedOutAsync(user), Page = Request.Path.Value });
            await db.SaveChangesAsync();
        }
        Response.StatusCode = tooMany ? StatusCodes.Status429TooManyRequests : StatusCodes.Status422UnprocessableEntity;
        ModelState.AddModelError("", tooMany
            ? T["There were too many wrong attempts from your address. Wait a quarter of an hour."]
            : T["That did not match. After several wrong attempts an account takes a break of a quarter of an hour."]);
        return Page();
    }

    private LocalRedirectResult GoOn() => LocalRedirect(Url.IsLocalUrl(ReturnUrl) ? ReturnUrl : "/dashboard");
}

public sealed class LoginInput
{
    [Required(ErrorMessage = "Write your e-mail address."), StringLength(254)] public string Email { get; set; } = "";
    [Required(ErrorMessage = "Write your password."), StringLength(Passwords.Longest), DataType(DataType.Password)] public string Password { get; set; } = "";
}
