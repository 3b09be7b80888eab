using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Storage.Simulations;
using ClausumPanel.Web.Flows;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Jobs;

/// <summary>Holds the saved scenarios against versions of the policy, one check at a time, beside whatever proposed them. A check that is cut off begins anew: it stores nothing but its end.</summary>
public sealed partial class CheckScenarios(IServiceScopeFactory scopes, AssessService assessing, TimeProvider clock, ILogger<CheckScenarios> log) : BackgroundService
{
    private const string CannotJudge = "The version has errors and cannot judge.";

    private readonly SemaphoreSlim _asked = new(0);

    /// <summary>There is something to do.</summary>
    public void Wake() => _asked.Release();

    /// <summary>Adds a check to the unit of work at hand, unless nothing is saved; whoever commits it wakes this.</summary>
    public static async Task<SimulationCheck?> AddAsync(PanelDb db, Actor who, Policy policy, int version, DateTimeOffset now, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(db);
        ArgumentNullException.ThrowIfNull(who);
        if (!await db.Set<SimulationScenario>().AnyAsync(stop)) return null;
        var check = new SimulationCheck { Version = version, PolicyHash = SimulationRun.Hash(policy), AskedById = who.Id, AskedAt = now };
        db.Add(check);
        return check;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await using (var scope = scopes.CreateAsyncScope())
        {
            // One process owns the store: what still runs now was cut off with the one before.
            await scope.ServiceProvider.GetRequiredService<PanelDb>().Set<SimulationCheck>().Where(c => c.State == CheckState.Running).ExecuteUpdateAsync(c => c.SetProperty(x => x.State, CheckState.Waiting), stoppingToken);
        }
        await assessing.Ready.WaitAsync(stoppingToken);
        while (true)
        {
            while (await RunNextAsync(stoppingToken)) { }
            await _asked.WaitAsync(stoppingToken);
        }
    }

    /// <returns>False when none waits.</returns>
    private async Task<bool> RunNextAsync(CancellationToken stop)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
        if (await db.Set<SimulationCheck>().Where(c => c.State == CheckState.Waiting).OrderBy(c => c.AskedAt).ThenBy(c => c.Id).FirstOrDefaultAsync(stop) is not { } check) return false;
        check.State = CheckState.Running;
        await db.SaveChangesAsync(stop);
        try
        {
            await JudgeAsync(scope.ServiceProvider, check, stop);
        }
        catch (Exception e) when (e is not OperationCanceledException && !stop.IsCancellationRequested)
        {
            Failed(e, check.Id, check.Version);
            (check.State, check.Failure) = (CheckState.Failed, e.Message);
        }
        check.FinishedAt = clock.GetUtcNow();
        db.Audit(Actor.System, AuditActions.ScenariosChecked, check.FinishedAt.Value, "policy", check.Version.ToString(System.Globalization.CultureInfo.InvariantCulture), null,
            new { State = check.State.ToString(), check.PolicyHash, check.Scenarios, check.AsExpected, check.Failure });
        await db.SaveChangesAsync(CancellationToken.None);
        return true;
    }

    private static async Task JudgeAsync(IServiceProvider services, SimulationCheck check, CancellationToken stop)
    {
        var (desk, policies, scenarios) = (services.GetRequiredService<PolicyDesk>(), services.GetRequiredService<PolicyShelf>(), services.GetRequiredService<RunScenarios>());
        if (await desk.FindAsync(check.Version, stop) is not { } policy || policies.Trial(policy) is not { } judge)
        {
            (check.State, check.Failure) = (CheckState.Failed, CannotJudge);
            return;
        }
        check.ActiveVersion = policies.Active.Policy.Version;
        List<CheckLine> lines = [.. (await scenarios.JudgeSavedAsync(judge, stop)).Select(Line)];
        (check.State, check.Scenarios, check.AsExpected, check.Lines) = (CheckState.Done, lines.Count, lines.Count(line => line.IsAsExpected), JsonSerializer.Serialize(lines));
    }

    private static CheckLine Line(ScenarioCheck check) => new(check.Scenario.Id, check.Scenario.Name, check.Scenario.Flow, check.Scenario.Expected, check.Beside?.Decision, check.Beside?.Score ?? 0, check.Active?.Decision,
        check.Errors is [var first, ..] ? $"{first.Field}: {first.Reason}" : null, check.Differences);

    [LoggerMessage(LogLevel.Error, "Check {Id} of the saved scenarios under version {Version} failed")]
    private partial void Failed(Exception e, Guid id, int version);
}
