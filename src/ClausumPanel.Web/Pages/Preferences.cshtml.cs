using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages;

/// <summary>The two switches in the head of every page. A cookie remembers them for whoever is not signed in, the account for whoever is.</summary>
public sealed class PreferencesModel(PanelDb db, SignInManager<User> signIn, TimeProvider clock) : PageModel
{
    [BindProperty] public string? ReturnUrl { get; set; }

    public IActionResult OnGet() => LocalRedirect("/dashboard");

    public async Task<IActionResult> OnPostLanguageAsync(string? language)
    {
        if (language is null || !Language.All.Contains(language)) return BadRequest();
        Remember(Language.Cookie, language);
        return await BackAsync(me => me.Culture = language);
    }

    public async Task<IActionResult> OnPostThemeAsync(Theme? theme)
    {
        if (theme is not { } chosen || !Enum.IsDefined(chosen)) return BadRequest();
        Remember(Reader.ThemeCookie, chosen.ToString());
        return await BackAsync(me => me.Theme = chosen);
    }

    private async Task<IActionResult> BackAsync(Action<User> change)
    {
        if (User.IsSignedIn)
        {
            var id = User.Id;
            var me = await db.Users.SingleAsync(u => u.Id == id);
            var before = new { me.Culture, me.Theme };
            change(me);
            db.Audit(HttpContext.Actor, AuditActions.ProfileChanged, clock.GetUtcNow(), "user", id.ToString(), before, new { me.Culture, me.Theme });
            await db.SaveChangesAsync(CancellationToken.None);
            await signIn.RefreshSignInAsync(me);
        }
        return LocalRedirect(Url.IsLocalUrl(ReturnUrl) ? ReturnUrl : "/dashboard");
    }

    private void Remember(string cookie, string value) => Response.Cookies.Append(cookie, value, new CookieOptions
    {
        HttpOnly = true, IsEssential = true, SameSite = SameSiteMode.Lax, Secure = Request.IsHttps, MaxAge = TimeSpan.FromDays(365), Path = "/",
    });
}
