using System.ComponentModel.DataAnnotations;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Account;

public sealed class SecondFactorModel(PanelDb db, SignInManager<User> signIn, SignInDoor door, TimeProvider clock, Texts T) : PageModel
{
    [BindProperty] public SecondFactorInput Input { get; set; } = new();
    [BindProperty(SupportsGet = true)] public string? ReturnUrl { get; set; }

    public async Task<IActionResult> OnGetAsync() => await signIn.GetTwoFactorAuthenticationUserAsync() is null ? RedirectToPage("Login", new { ReturnUrl }) : Page();

    public async Task<IActionResult> OnPostAsync()
    {
        if (await signIn.GetTwoFactorAuthenticationUserAsync() is not { } user) return RedirectToPage("Login", new { ReturnUrl });
        if (!ModelState.IsValid) return Page();

        if (await door.TryCodeAsync(HttpContext, user, Input.Code))
        {
            await HttpContext.SignOutAsync(IdentityConstants.TwoFactorUserIdScheme);
            await signIn.SignInAsync(user, isPersistent: false, "mfa");
            await db.NoteSignInAsync(user, HttpContext, clock.GetUtcNow());
            return LocalRedirect(Url.IsLocalUrl(ReturnUrl) ? ReturnUrl : "/dashboard");
        }
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        ModelState.AddModelError("", T["This code does not open anything. Each code opens once: wait for the next."]);
        return Page();
    }
}

public sealed class SecondFactorInput
{
    [Required(ErrorMessage = "Write the code."), StringLength(64)] public string Code { get; set; } = "";
}
