using System.Security.Claims;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Team;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Plumbing;

/// <summary>What a page may know of the person in front of it without asking the database.</summary>
public static class CurrentUser
{
    internal const string NameClaim = "panel:name", CultureClaim = "panel:culture", ZoneClaim = "panel:zone", ThemeClaim = "panel:theme", SecondFactorClaim = "panel:second-factor";

    extension(ClaimsPrincipal person)
    {
        public Guid Id => Guid.TryParse(person.FindFirstValue(ClaimTypes.NameIdentifier), out var id) ? id : throw new InvalidOperationException("Nobody is signed in.");
        public bool IsSignedIn => person.Identity?.IsAuthenticated == true;
        public string DisplayName => person.FindFirstValue(NameClaim) ?? "";
        public Role? Role => Roles.TryParse(person.FindFirstValue(ClaimTypes.Role), out var role) ? role : null;
        public string? Culture => person.FindFirstValue(CultureClaim);
        public string? TimeZone => person.FindFirstValue(ZoneClaim);
        public Theme Theme => Enum.TryParse<Theme>(person.FindFirstValue(ThemeClaim), out var theme) ? theme : Theme.System;
        public bool HasSecondFactor => person.HasClaim(SecondFactorClaim, "yes");
        public bool May(string permission) => Permissions.Matrix[permission].Any(role => person.IsInRole(role.Name()));
    }

    extension(HttpContext context)
    {
        public string Address
        {
            get
            {
                var address = context.Connection.RemoteIpAddress;
                return (address?.IsIPv4MappedToIPv6 == true ? address.MapToIPv4() : address)?.ToString() ?? "unknown";
            }
        }

        /// <summary>The signed-in person, as the review queues know them.</summary>
        public Flows.Reviewer Reviewer => new(context.Actor, context.User.Role == Storage.Team.Role.Admin);

        /// <summary>Who may decide reviews; null: who only looks at them.</summary>
        public Guid? Decider => context.User.IsSignedIn && context.User.May(Permissions.Review) ? context.User.Id : null;

        /// <summary>The signed-in person, as the audit trail names them.</summary>
        public Actor Actor => context.User.IsSignedIn
            ? new Actor(ActorKind.Person, context.User.Id, context.User.DisplayName, context.Address)
            : new Actor(ActorKind.System, null, "nobody", context.Address);

        public Actor ActorFor(User user) => new(ActorKind.Person, user.Id, user.DisplayName, context.Address);
    }
}

internal sealed class UserClaims(UserManager<User> users, IOptions<IdentityOptions> options) : UserClaimsPrincipalFactory<User>(users, options)
{
    protected override async Task<ClaimsIdentity> GenerateClaimsAsync(User user)
    {
        var identity = await base.GenerateClaimsAsync(user);
        identity.AddClaim(new(ClaimTypes.Role, user.Role.Name()));
        identity.AddClaim(new(CurrentUser.NameClaim, user.DisplayName));
        identity.AddClaim(new(CurrentUser.ThemeClaim, user.Theme.ToString()));
        identity.AddClaim(new(CurrentUser.SecondFactorClaim, user.TwoFactorEnabled ? "yes" : "no"));
        if (user.Culture is not null) identity.AddClaim(new(CurrentUser.CultureClaim, user.Culture));
        if (user.TimeZone is not null) identity.AddClaim(new(CurrentUser.ZoneClaim, user.TimeZone));
        return identity;
    }
}
