using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Team;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Plumbing;

internal static class SignInSetup
{
    public static void AddSignIn(this WebApplicationBuilder builder, StorageChoice storage)
    {
        var services = builder.Services;
        var development = builder.Environment.IsDevelopment();
        services.AddSettings<SecurityOptions>("Panel:Security");
        services.PostConfigure<SecurityOptions>(security =>
        {
            security.RequireSecondFactor ??= builder.Environment.IsProduction();
            security.RequireHttps ??= !development;
        });

        // Beside the database, not in it: a copy of the one is of no use without the other.
        var keys = storage.Provider == StorageProvider.Sqlite ? storage.File + ".keys" : Path.Combine(builder.Environment.ContentRootPath, "App_Data", "panel.keys");
        if (OperatingSystem.IsWindows()) Directory.CreateDirectory(keys);
        else Directory.CreateDirectory(keys, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        services.AddDataProtection().SetApplicationName("ClausumPanel").PersistKeysToFileSystem(new DirectoryInfo(keys));

        Passwords.Configure(services);
        services.AddIdentityCore<User>(identity =>
            {
                identity.User.RequireUniqueEmail = true;
                identity.User.AllowedUserNameCharacters = EmailAddress.Characters;
                identity.Tokens.AuthenticatorTokenProvider = SecondFactor.Provider;
            })
            .AddUserManager<PanelUserManager>()
            .AddSignInManager<PanelSignInManager>()
            .AddClaimsPrincipalFactory<UserClaims>()
            .AddPasswordValidator<Passwords>()
            .AddTokenProvider<SecondFactor>(SecondFactor.Provider)
            .AddEntityFrameworkStores<PanelDb>();
        services.AddScoped<SecondFactor>();
        services.AddScoped<StepUp>();
        services.AddScoped<SignInDoor>();
        services.AddScoped<ProgramSessions>();
        services.AddScoped<Flows.ChangeTeam>();
        services.AddSettings<MailOptions>("Panel:Mail");
        services.AddSingleton<PanelMail>();
        services.AddSingleton<SignInAttempts>();
        services.AddSingleton<SessionTickets>();
        services.AddOptions<IdentityOptions>().Configure<IOptions<SecurityOptions>>((identity, security) =>
        {
            identity.Lockout.MaxFailedAccessAttempts = security.Value.WrongPasswordsPerAccount;
            identity.Lockout.DefaultLockoutTimeSpan = TimeSpan.FromMinutes(security.Value.LockOutMinutes);
        });
        services.Configure<SecurityStampValidatorOptions>(stamp => stamp.ValidationInterval = TimeSpan.FromMinutes(1));

        services.AddAuthentication(IdentityConstants.ApplicationScheme)
            .AddBearerToken(ProgramSessions.Scheme, token => token.BearerTokenExpiration = TimeSpan.FromMinutes(15))
            .AddIdentityCookies();
        services.AddOptions<Microsoft.AspNetCore.Authentication.BearerToken.BearerTokenOptions>(ProgramSessions.Scheme).Configure<TimeProvider>((token, clock) => token.TimeProvider = clock);
        services.AddOptions<CookieAuthenticationOptions>(IdentityConstants.ApplicationScheme).Configure<IOptions<SecurityOptions>, SessionTickets, TimeProvider>((cookie, security, tickets, clock) =>
        {
            Harden(cookie.Cookie, "panel", security.Value);
            cookie.SessionStore = tickets;
            cookie.TimeProvider = clock;
            cookie.ExpireTimeSpan = TimeSpan.FromMinutes(security.Value.IdleMinutes);
            cookie.SlidingExpiration = true;
            cookie.LoginPath = "/account/login";
            cookie.Events.OnRedirectToLogin = AskToSignIn;
            cookie.Events.OnRedirectToAccessDenied = Forbid;
        });
        services.AddOptions<CookieAuthenticationOptions>(IdentityConstants.TwoFactorUserIdScheme).Configure<IOptions<SecurityOptions>, TimeProvider>((cookie, security, clock) =>
        {
            Harden(cookie.Cookie, "panel-second-factor", security.Value);
            cookie.TimeProvider = clock;
            cookie.ExpireTimeSpan = TimeSpan.FromMinutes(5);
        });
        services.AddOptions<AntiforgeryOptions>().Configure<IOptions<SecurityOptions>>((antiforgery, security) =>
        {
            antiforgery.HeaderName = "RequestVerificationToken";
            Harden(antiforgery.Cookie, "panel-form", security.Value);
            antiforgery.Cookie.SameSite = SameSiteMode.Strict;
        });
        services.AddOptions<CookieTempDataProviderOptions>().Configure<IOptions<SecurityOptions>>((said, security) => Harden(said.Cookie, "panel-said", security.Value));
        services.AddAuthorizationBuilder().AddPermissions();
    }

    private static void Harden(CookieBuilder cookie, string name, SecurityOptions security)
    {
        var https = security.RequireHttps == true;
        cookie.Name = https ? "__Host-" + name : name;
        cookie.SecurePolicy = https ? CookieSecurePolicy.Always : CookieSecurePolicy.SameAsRequest;
        cookie.HttpOnly = true;
        cookie.SameSite = SameSiteMode.Lax;
        cookie.Path = "/";
    }

    // A page leads a person to where they sign in; machines and fragments get what they can follow.
    private static Task AskToSignIn(RedirectContext<CookieAuthenticationOptions> context)
    {
        if (context.Request.Path.StartsWithSegments("/api"))
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        }
        else if (context.Request.Headers.ContainsKey("HX-Request"))
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            context.Response.Headers["HX-Redirect"] = "/account/login";
        }
        else
        {
            context.Response.Redirect(context.RedirectUri);
        }
        return Task.CompletedTask;
    }

    private static async Task Forbid(RedirectContext<CookieAuthenticationOptions> context)
    {
        var http = context.HttpContext;
        http.Response.StatusCode = StatusCodes.Status403Forbidden;
        var db = http.RequestServices.GetRequiredService<PanelDb>();
        db.Audit(http.Actor, AuditActions.AccessRefused, http.RequestServices.GetRequiredService<TimeProvider>().GetUtcNow(), "route", (http.GetEndpoint() as RouteEndpoint)?.RoutePattern.RawText,
            after: new { http.Request.Method });
        await db.SaveChangesAsync();
    }
}
