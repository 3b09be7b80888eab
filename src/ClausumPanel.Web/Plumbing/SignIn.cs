using ClausumPanel.Storage;
using ClausumPanel.Storage.Team;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Identity;

namespace ClausumPanel.Web.Plumbing;

internal static class SignInSetup
{
    public static void AddSignIn(this WebApplicationBuilder builder, StorageChoice storage)
    {
        builder.Services.AddIdentityCore<User>(identity => identity.User.RequireUniqueEmail = true)
            .AddSignInManager()
            .AddDefaultTokenProviders()
            .AddEntityFrameworkStores<PanelDb>();
        builder.Services.AddAuthentication(IdentityConstants.ApplicationScheme).AddIdentityCookies();
        builder.Services.Configure<CookieAuthenticationOptions>(IdentityConstants.ApplicationScheme, cookie =>
        {
            cookie.LoginPath = "/account/login";
            cookie.AccessDeniedPath = "/account/denied";
        });
        builder.Services.AddAuthorizationBuilder().AddPermissions();
        builder.Services.AddAntiforgery(antiforgery => antiforgery.HeaderName = "RequestVerificationToken");
    }
}
