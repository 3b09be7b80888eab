using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Identity;

namespace ClausumPanel.Web.CommandLine;

/// <summary>Makes somebody who may sign in: the only way in on a new installation.</summary>
internal sealed class CreateUser : Command
{
    public override string Name => "users create";
    public override string Usage => "--email EMAIL --role admin|analyst|viewer|compliance [--name NAME] [--password-stdin]   (without --password-stdin it makes a password and prints it)";
    public override string[] Options => ["email", "role", "name"];
    public override string[] Flags => ["password-stdin"];

    public override async Task<int> RunAsync(CommandRun run, CancellationToken stop)
    {
        var email = run["email"]?.Trim();
        if (string.IsNullOrEmpty(email) || !EmailAddress.IsPlausible(email)) return run.Misused("--email must be an e-mail address.");
        if (!Roles.TryParse(run["role"], out var role)) return run.Misused("--role must be admin, analyst, viewer or compliance.");
        var given = run.Has("password-stdin") ? await run.In.ReadLineAsync(stop) : null;
        if (run.Has("password-stdin") && string.IsNullOrEmpty(given)) return run.Refuse("No password came in on the standard input.");
        var password = given ?? Passwords.Create();

        await using var scope = run.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<User>>();
        var now = run.Get<TimeProvider>().GetUtcNow();
        var user = User.Called(run["name"]?.Trim() ?? email[..email.IndexOf('@')], email, role, now);

        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        var made = await users.CreateAsync(user, password);
        if (!made.Succeeded) return run.Refuse(string.Join('\n', made.Errors.Select(e => e.Description)));
        db.Audit(Actor.CommandLine, AuditActions.UserCreated, now, "user", user.Id.ToString(), after: new { user.Email, user.DisplayName, Role = role.Name() });
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(stop);

        await run.Out.WriteLineAsync(given is null ? password : $"{email} may sign in as {role.Name()}.");
        return 0;
    }
}
