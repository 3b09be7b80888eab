using ClausumPanel.Storage.Team;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Plumbing;

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
