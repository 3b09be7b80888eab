using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Team;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Plumbing;

/// <summary>The framework's, but a wrong password or code is recorded with the save that counts it, wherever it was asked: at sign-in, at the second factor, before what a stolen session must not do.</summary>
internal sealed class PanelUserManager(
    PanelDb db, IHttpContextAccessor contexts, TimeProvider clock, IUserStore<User> store, IOptions<IdentityOptions> options, IPasswordHasher<User> hasher, IEnumerable<IUserValidator<User>> userValidators,
    IEnumerable<IPasswordValidator<User>> passwordValidators, ILookupNormalizer normalizer, IdentityErrorDescriber errors, IServiceProvider services, ILogger<UserManager<User>> logger)
    : UserManager<User>(store, options, hasher, userValidators, passwordValidators, normalizer, errors, services, logger)
{
    public override Task<IdentityResult> AccessFailedAsync(User user)
    {
        var lockedOut = user.AccessFailedCount + 1 >= Options.Lockout.MaxFailedAccessAttempts;
        if (contexts.HttpContext is { } context)
            db.Audit(context.Actor, AuditActions.SignInRefused, clock.GetUtcNow(), "user", user.Id.ToString(), after: new { LockedOut = lockedOut, Page = context.Request.Path.Value });
        return base.AccessFailedAsync(user);
    }
}

/// <summary>The framework's, but somebody who was switched off does not get in.</summary>
internal sealed class PanelSignInManager(
    UserManager<User> userManager, IHttpContextAccessor contextAccessor, IUserClaimsPrincipalFactory<User> claimsFactory, IOptions<IdentityOptions> optionsAccessor,
    ILogger<SignInManager<User>> logger, IAuthenticationSchemeProvider schemes, IUserConfirmation<User> confirmation)
    : SignInManager<User>(userManager, contextAccessor, claimsFactory, optionsAccessor, logger, schemes, confirmation)
{
    public override async Task<bool> CanSignInAsync(User user) => user.IsActive && await base.CanSignInAsync(user);

    // The session of somebody switched off ends with the next look at the security stamp, even where it was not deleted.
    public override async Task<bool> ValidateSecurityStampAsync(User? user, string? securityStamp) => user is { IsActive: true } && await base.ValidateSecurityStampAsync(user, securityStamp);
}
