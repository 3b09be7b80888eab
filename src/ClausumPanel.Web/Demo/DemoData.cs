using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Storage.Settings;
using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Demo;

/// <summary>Fills an empty store: people who may sign in, a key, lists, and a month of traffic that goes through the pipeline like any other.</summary>
internal sealed class DemoData(
    AssessService service, AssessOptions assess, IOptions<DemoOptions> demo, IOptions<PanelOptions> panel, ListShelf lists, PolicyShelf policies, LiveSettings settings, AuditKey secret, IHostEnvironment environment, IServiceScopeFactory scopes, TimeProvider clock)
{
    private const string KeyName = "Servidor de la demostración", ChallengeAsks = "3-D Secure: el banco emisor pregunta a su cliente; donde no está disponible, una identificación", Alphabet = "abcdefghijkmnpqrstuvwxyz23456789";

    public static readonly IReadOnlyList<(string Email, string Name, Role Role)> People =
    [
        ("ana@demo.example", "Ana Administra", Role.Admin), ("luis@demo.example", "Luis Analiza", Role.Analyst),
        ("carmen@demo.example", "Carmen Cumple", Role.Compliance), ("victor@demo.example", "Víctor Mira", Role.Viewer),
    ];

    /// <summary>Of the four, and of this installation alone: derived from a secret beside the database, so it can be said again and is written down nowhere.</summary>
    public string Password
    {
        get
        {
            var letters = secret.Derive("demo sign-ins").Select(b => Alphabet[b % Alphabet.Length]).ToArray();
            return $"{new string(letters, 0, 4)}-{new string(letters, 4, 4)}-{new string(letters, 8, 4)}-{new string(letters, 12, 4)}";
        }
    }

    /// <summary>How many assessments the demo has.</summary>
    public int Size => demo.Value.Assessments > 0 ? demo.Value.Assessments : new DemoOptions().Assessments;

    /// <summary>Why this installation gets no demo, or null.</summary>
    public async Task<string?> RefusalAsync(CancellationToken stop)
    {
        if (environment.IsProduction() || panel.Value.Environment == "production") return "There is no demo in production. To try the panel, start it with DOTNET_ENVIRONMENT=Development.";
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
        return await db.Set<StoredAssessment>().AnyAsync(stop) ? "There is traffic in this store already: the demo is for an empty one." : null;
    }

    /// <summary>Makes everything but the traffic.</summary>
    /// <returns>The text of the new key, which is kept nowhere.</returns>
    public async Task<string> PrepareAsync(Actor actor, CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<User>>();
        var now = clock.GetUtcNow();
        var before = now.AddDays(-45);          // the people were there before their month
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        if (!await db.Users.AnyAsync(stop))
        {
            foreach (var (email, name, role) in People)
            {
                var user = User.Called(name, email, role, before);
                // Their times read as the shop's, wherever the browser is.
                user.TimeZone = panel.Value.TimeZone;
                db.Audit(actor, AuditActions.UserCreated, before, "user", user.Id.ToString(), after: new { user.Email, user.DisplayName, Role = role.Name() });
                var made = await users.CreateAsync(user, Password);
                if (!made.Succeeded) throw new InvalidOperationException(string.Join(' ', made.Errors.Select(e => e.Description)));
            }
        }
        var (key, text) = ApiKey.Issue(KeyName, KeyType.Server, now);
        db.Add(key);
        if (!await db.Set<ListEntry>().AnyAsync(stop)) db.AddRange(DemoLists.Made(now));
        await DemoPolicy.AddRulesAsync(db, actor, before, stop);
        db.Audit(actor, AuditActions.DemoSeeded, now, "key", key.Id.ToString(), after: key.Summary);
        await db.RaiseAsync(ChangeTopics.Keys, stop);
        await db.RaiseAsync(ChangeTopics.Lists, stop);
        await db.RaiseAsync(ChangeTopics.Team, stop);
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(stop);
        if (settings.Now(LiveSetting.ChallengeAsks).Length == 0) await settings.SaveAsync(db, new Dictionary<LiveSetting, string> { [LiveSetting.ChallengeAsks] = ChallengeAsks }, actor, now, stop);
        return text;
    }

    /// <summary>The month, through the pipeline of the process that owns the store.</summary>
    public async Task SendTrafficAsync(ImportTally tally, CancellationToken stop)
    {
        if (await RefusalAsync(stop) is { } refusal) throw new ImportException(refusal);
        Guid? key;
        await using (var scope = scopes.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
            key = await db.ApiKeys.Where(k => k.Name == KeyName).OrderByDescending(k => k.CreatedAt).Select(k => (Guid?)k.Id).FirstOrDefaultAsync(stop);
            await lists.ReloadAsync(db, stop);          // those of the demo count from its first payment on, and so do its rules
            await policies.ReloadAsync(db, stop);
        }
        var pump = new HistoryPump(service.Transaction!, assess, clock, key, tally, problem => throw new InvalidDataException($"A request of the demo is wrong: {problem}"));
        var number = 0;
        var disputes = new DemoDisputes(clock.GetUtcNow());
        var requests = disputes.Prepare(DemoTraffic.Make(Size, demo.Value.Seed, clock.GetUtcNow()));
        foreach (var request in requests) await pump.SendAsync(request.Json, request.Flow, ++number, stop);
        await pump.FinishAsync();
        await service.Log!.CatchUpAsync(stop);          // reviews and labels are of what is folded
        await using var after = scopes.CreateAsyncScope();
        await new DemoDesk(demo.Value.Seed, clock.GetUtcNow(), panel.Value.Zone).WorkAsync(requests, after.ServiceProvider, stop);
        await new DemoLabels(demo.Value.Seed, clock.GetUtcNow()).WriteAsync(requests, after.ServiceProvider, key, stop);
        await disputes.WriteAsync(after.ServiceProvider, stop);
        await DemoPolicy.ProposeAsync(after.ServiceProvider, stop);
        await DemoCases.GoOnAsync(after.ServiceProvider, panel.Value, stop);
    }

    /// <summary>Who of the demo's people still signs in with its password.</summary>
    public async Task<IReadOnlyList<(string Email, Role Role)>> SignInsAsync(CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        var users = scope.ServiceProvider.GetRequiredService<UserManager<User>>();
        var found = new List<(string, Role)>();
        foreach (var (email, _, _) in People)
        {
            stop.ThrowIfCancellationRequested();
            if (await users.FindByEmailAsync(email) is { IsActive: true } user && await users.CheckPasswordAsync(user, Password)) found.Add((email, user.Role));
        }
        return found;
    }
}
