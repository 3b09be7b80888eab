using System.ComponentModel.DataAnnotations;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Account;

public sealed class LoginModel(PanelDb db, SignInManager<User> signIn, SignInDoor door, TimeProvider clock, Texts T) : PageModel
{
    [BindProperty] public LoginInput Input { get; set; } = new();
    [BindProperty(SupportsGet = true)] public string? ReturnUrl { get; set; }

    public IActionResult OnGet() => User.IsSignedIn ? GoOn() : Page();

    public async Task<IActionResult> OnPostAsync()
    {
        if (User.IsSignedIn) return GoOn();             // a session is never turned into another person's
        if (!ModelState.IsValid) return Page();

        var (fate, user) = await door.TryPasswordAsync(HttpContext, Input.Email, Input.Password, person => signIn.PasswordSignInAsync(person, Input.Password, isPersistent: false, lockoutOnFailure: true));
        if (fate == PasswordFate.NeedsCode) return RedirectToPage("SecondFactor", new { ReturnUrl });
        if (fate != PasswordFate.Entered) return Refuse(tooMany: fate == PasswordFate.TooMany);
        await db.NoteSignInAsync(user!, HttpContext, clock.GetUtcNow());
        return GoOn();
    }

    private PageResult Refuse(bool tooMany)
    {
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
