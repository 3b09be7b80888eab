using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Settings;
using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>
/// Who works in the panel. Each step is one transaction with its line in the audit trail, and takes its turn: of two admins who switch each other off, one is refused.
/// A refusal is a sentence in English; the panel translates it.
/// </summary>
public sealed class ChangeTeam(PanelDb db, UserManager<User> users, TimeProvider clock)
{
    public const string
        NoAddress = "Write an e-mail address.", InTeam = "Somebody with this address is in the team already.", LastAdmin = "Nobody would be left who may do this: make somebody else an administrator first.",
        NotYourself = "You cannot switch yourself off.", NotOpen = "This invitation opens nothing any more: it was used, taken back, or is older than three days. Ask for a new one.";

    /// <returns>The invitation and the secret of its link, or why not.</returns>
    public async Task<(Invitation? Invitation, string Secret, string? Refusal)> InviteAsync(string? email, Role role, Actor who, CancellationToken stop)
    {
        var address = email?.Trim() ?? "";
        if (!EmailAddress.IsPlausible(address)) return (null, "", NoAddress);
        var now = clock.GetUtcNow();
        await using var transaction = await BeginAsync(stop);
        if (await users.FindByEmailAsync(address) is not null) return (null, "", InTeam);
        // The link before, if there is one, opens nothing from now on.
        foreach (var earlier in (await db.Invitations.Pending.ToListAsync(stop)).Where(i => string.Equals(i.Email, address, StringComparison.OrdinalIgnoreCase))) earlier.RevokedAt = now;
        var (invitation, secret) = Invitation.Issue(address, role, who.Id!.Value, now);
        db.Add(invitation);
        db.Audit(who, AuditActions.InvitationSent, now, "invitation", invitation.Id.ToString(), after: invitation.Summary);
        await SaveAsync(transaction);
        return (invitation, secret, null);
    }

    /// <returns>False when there is nothing to take back.</returns>
    public async Task<bool> RevokeAsync(Guid id, Actor who, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        await using var transaction = await BeginAsync(stop);
        if (await db.Invitations.Pending.SingleOrDefaultAsync(i => i.Id == id, stop) is not { } invitation) return false;
        invitation.RevokedAt = now;
        db.Audit(who, AuditActions.InvitationRevoked, now, "invitation", id.ToString(), before: invitation.Summary);
        await SaveAsync(transaction);
        return true;
    }

    /// <summary>Makes the person an invitation is for. Of several who use it at once one gets in.</summary>
    /// <returns>The new person, or why not.</returns>
    public async Task<(User? User, IReadOnlyList<IdentityError> Wrong)> AcceptAsync(string secret, string name, string password, string address, CancellationToken stop)
    {
        var (hash, now) = (Invitation.HashOf(secret), clock.GetUtcNow());
        await using var transaction = await BeginAsync(stop);
        if (await db.Invitations.OpenAt(now).SingleOrDefaultAsync(i => i.SecretHash == hash, stop) is not { } invitation) return (null, [new() { Code = nameof(NotOpen), Description = NotOpen }]);
        var user = User.Called(name, invitation.Email, invitation.Role, now);
        var made = await users.CreateAsync(user, password);
        if (!made.Succeeded) return (null, [.. made.Errors]);
        invitation.AcceptedAt = now;
        db.Audit(new Actor(ActorKind.Person, user.Id, user.DisplayName, address), AuditActions.UserCreated, now, "user", user.Id.ToString(), after: new { user.Email, user.DisplayName, Role = user.Role.Name(), Invitation = invitation.Id });
        await SaveAsync(transaction);
        return (user, []);
    }

    /// <returns>Why not, or null. Whoever has another role signs in anew.</returns>
    public async Task<string?> SetRoleAsync(User user, Role role, Actor who, CancellationToken stop)
    {
        await using var transaction = await BeginAsync(stop);
        await db.Entry(user).ReloadAsync(stop);
        if (user.Role == role) return null;
        if (role != Role.Admin && await IsLastAdminAsync(user, stop)) return LastAdmin;
        var before = user.Role;
        user.Role = role;
        if (before == Role.Admin) await TakeBackAsync(user, who, stop);
        await EndSessionsAsync(user, stop);
        db.Audit(who, AuditActions.UserChanged, clock.GetUtcNow(), "user", user.Id.ToString(), new { Role = before.Name() }, new { Role = role.Name() });
        await SaveAsync(transaction);
        return null;
    }

    /// <returns>Why not, or null. Somebody switched off is signed out everywhere and stays in every record of what they did.</returns>
    public async Task<string?> SwitchOffAsync(User user, Actor who, CancellationToken stop)
    {
        if (user.Id == who.Id) return NotYourself;
        await using var transaction = await BeginAsync(stop);
        await db.Entry(user).ReloadAsync(stop);
        if (!user.IsActive) return null;
        if (await IsLastAdminAsync(user, stop)) return LastAdmin;
        user.IsActive = false;
        await TakeBackAsync(user, who, stop);
        await EndSessionsAsync(user, stop);
        db.Audit(who, AuditActions.UserDisabled, clock.GetUtcNow(), "user", user.Id.ToString());
        await SaveAsync(transaction);
        return null;
    }

    /// <summary>Whom somebody invited who may not invite any more is not let in by it.</summary>
    private async Task TakeBackAsync(User inviter, Actor who, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        foreach (var invitation in await db.Invitations.Pending.Where(i => i.CreatedById == inviter.Id).ToListAsync(stop))
        {
            invitation.RevokedAt = now;
            db.Audit(who, AuditActions.InvitationRevoked, now, "invitation", invitation.Id.ToString(), before: invitation.Summary);
        }
    }

    public async Task SwitchOnAsync(User user, Actor who, CancellationToken stop)
    {
        await using var transaction = await BeginAsync(stop);
        await db.Entry(user).ReloadAsync(stop);
        if (user.IsActive) return;
        user.IsActive = true;
        await users.SetLockoutEndDateAsync(user, null);
        await users.ResetAccessFailedCountAsync(user);
        db.Audit(who, AuditActions.UserEnabled, clock.GetUtcNow(), "user", user.Id.ToString());
        await SaveAsync(transaction);
    }

    /// <returns>How many sessions there were.</returns>
    public async Task<int> SignOutAsync(User user, Actor who, CancellationToken stop)
    {
        await using var transaction = await BeginAsync(stop);
        var ended = await EndSessionsAsync(user, stop);
        db.Audit(who, AuditActions.SessionsEnded, clock.GetUtcNow(), "user", user.Id.ToString(), after: new { Ended = ended });
        await SaveAsync(transaction);
        return ended;
    }

    /// <summary>For whoever lost the telephone and the recovery codes.</summary>
    public async Task ResetSecondFactorAsync(User user, Actor who, CancellationToken stop)
    {
        await using var transaction = await BeginAsync(stop);
        await db.Entry(user).ReloadAsync(stop);
        SecondFactor.Disable(user);
        await EndSessionsAsync(user, stop);
        db.Audit(who, AuditActions.SecondFactorOff, clock.GetUtcNow(), "user", user.Id.ToString());
        await SaveAsync(transaction);
    }

    private Task<bool> IsLastAdminAsync(User user, CancellationToken stop) => user is { Role: Role.Admin, IsActive: true }
        ? db.Users.AllAsync(u => u.Id == user.Id || u.Role != Role.Admin || !u.IsActive, stop)
        : Task.FromResult(false);

    // The stamp ends, within a minute, what the deletion of the rows should have ended at once.
    private async Task<int> EndSessionsAsync(User user, CancellationToken stop)
    {
        await users.UpdateSecurityStampAsync(user);                 // saves the person too
        return await db.UserSessions.Where(s => s.UserId == user.Id).ExecuteDeleteAsync(stop);
    }

    /// <summary>Whoever raises the mark first goes on; the next one sees what came of it.</summary>
    private async Task<Microsoft.EntityFrameworkCore.Storage.IDbContextTransaction> BeginAsync(CancellationToken stop)
    {
        var transaction = await db.Database.BeginTransactionAsync(stop);
        await db.RaiseAsync(ChangeTopics.Team, stop);
        return transaction;
    }

    private async Task SaveAsync(Microsoft.EntityFrameworkCore.Storage.IDbContextTransaction transaction)
    {
        await db.SaveChangesAsync(CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
    }
}
