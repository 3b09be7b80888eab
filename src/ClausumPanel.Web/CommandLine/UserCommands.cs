using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Team;
using Microsoft.AspNetCore.Identity;

namespace ClausumPanel.Web.CommandLine;

/// <summary>What both need: the person, found by e-mail, changed and written down in one transaction.</summary>
internal abstract class UserCommand : Command
{
    public override string Usage => "--email EMAIL";
    public override string[] Options => ["email"];

    public override async Task<int> RunAsync(CommandRun run, CancellationToken stop)
    {
        if (string.IsNullOrEmpty(run["email"])) return run.Misused("--email is missing.");
        await using var scope = run.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<User>>();
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        if (await users.FindByEmailAsync(run["email"]!) is not { } user) return run.Refuse($"Nobody has the address {run["email"]}.");
        var (action, said) = await ChangeAsync(users, user);
        db.Audit(Actor.CommandLine, action, run.Get<TimeProvider>().GetUtcNow(), "user", user.Id.ToString());
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(stop);
        await run.Out.WriteLineAsync(said);
        return 0;
    }

    protected abstract Task<(string Action, string Said)> ChangeAsync(UserManager<User> users, User user);
}

/// <summary>For whoever was locked out, by mistake or by somebody's malice.</summary>
internal sealed class UnlockUser : UserCommand
{
    public override string Name => "users unlock";

    protected override async Task<(string Action, string Said)> ChangeAsync(UserManager<User> users, User user)
    {
        await users.SetLockoutEndDateAsync(user, null);
        await users.ResetAccessFailedCountAsync(user);
        return (AuditActions.UserUnlocked, $"{user.Email} may try again.");
    }
}

/// <summary>For whoever lost the telephone and the recovery codes.</summary>
internal sealed class ResetSecondFactor : UserCommand
{
    public override string Name => "users reset-second-factor";

    protected override async Task<(string Action, string Said)> ChangeAsync(UserManager<User> users, User user)
    {
        await users.SetTwoFactorEnabledAsync(user, false);
        await users.ResetAuthenticatorKeyAsync(user);
        await users.UpdateSecurityStampAsync(user);
        return (AuditActions.SecondFactorOff, $"{user.Email} signs in with the password alone, and is asked for a new second factor where one is required.");
    }
}
