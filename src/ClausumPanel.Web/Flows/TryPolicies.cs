using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Simulations;
using ClausumPanel.Web.Jobs;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>Begins, stops and takes up again the runs in which a policy is tried out on stored traffic.</summary>
public sealed class TryPolicies(PanelDb db, PolicyDesk desk, RunSimulations runs, TimeProvider clock)
{
    public const string NothingToTry = "There is no draft to try.", NoVersion = "There is no version {0}.", WrongPeriod = "The period must end after it begins.", NameMissing = "Give it a name.", NotUnderWay = "It is not under way.", CannotGoOn = "It cannot go on.";

    /// <summary>What came of it: the run, or why there is none (in English; the panel translates it).</summary>
    /// <param name="Problem">What keeps the policy from judging.</param>
    public readonly record struct Tried(SimulationRun? Run, string? Refusal, object? Value = null, PolicyProblem? Problem = null);

    /// <param name="who">Whose draft it is, when no version is named.</param>
    /// <param name="name">What the run is called.</param>
    /// <param name="version">The version that is tried out; null: the person's draft.</param>
    /// <param name="scope">What is looked at.</param>
    /// <param name="stop">Ends it early.</param>
    public async Task<Tried> BeginAsync(Actor who, string name, int? version, ScanScope scope, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(scope);
        if (string.IsNullOrWhiteSpace(name) || name.Trim().Length > SimulationRun.LongestName) return new Tried(null, NameMissing);
        if (scope.To <= scope.From) return new Tried(null, WrongPeriod);
        var policy = version is { } number ? await desk.FindAsync(number, stop) : who.Id is { } owner ? (await desk.DraftAsync(owner, stop))?.Policy : null;
        if (policy is null) return version is null ? new Tried(null, NothingToTry) : new Tried(null, NoVersion, version);
        // A list that a rule names may be gone since.
        var active = await desk.ActiveAsync(stop);
        if (!PolicyJson.TryRead(PolicyJson.WriteUtf8(policy), out _, out var problems, await desk.ListsAsync(active, stop))) return new Tried(null, PolicyDesk.Invalid, Problem: problems[0]);
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        var run = await AddAsync(db, who, name.Trim(), policy, version, active.Version, scope, clock.GetUtcNow(), stop);
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(stop);
        runs.Wake();
        return new Tried(run, null);
    }

    /// <summary>Adds a run to the unit of work at hand; whoever commits it wakes <see cref="RunSimulations"/>.</summary>
    /// <param name="db">The unit of work.</param>
    /// <param name="who">Who wants it.</param>
    /// <param name="name">What it is called.</param>
    /// <param name="policy">What is tried out.</param>
    /// <param name="version">The version that is; null: a draft.</param>
    /// <param name="activeVersion">What it is compared with.</param>
    /// <param name="scope">What is looked at.</param>
    /// <param name="now">Labels that become known later do not count.</param>
    /// <param name="stop">Ends it early.</param>
    public static async Task<SimulationRun> AddAsync(PanelDb db, Actor who, string name, Policy policy, int? version, int activeVersion, ScanScope scope, DateTimeOffset now, CancellationToken stop)
    {
        var range = await AssessmentScan.RangeAsync(db, scope, stop);
        var run = new SimulationRun
        {
            Name = name, AuthorId = who.Id, CreatedAt = now, State = RunState.Waiting, Document = PolicyJson.Write(policy), PolicyHash = SimulationRun.Hash(policy), PolicyVersion = version,
            ActiveVersion = activeVersion, ListsEdition = await NamedListEdition.NumberAsync(db, stop), FromAt = scope.From, ToAt = scope.To, Flow = scope.Flow, Currency = scope.Currency,
            FirstSeq = range?.First ?? 0, LastSeq = range?.Last ?? 0, DoneSeq = (range?.First ?? 1) - 1, LabelsUntil = now,
        };
        db.Add(run);
        db.Audit(who, AuditActions.SimulationStarted, now, "simulation", run.Id.ToString(), null, new { run.Name, run.PolicyVersion, run.PolicyHash, From = scope.From, To = scope.To, scope.Flow, scope.Currency, run.LastSeq });
        return run;
    }

    /// <summary>Stops it within a second; what it has counted so far stays, and it can go on later.</summary>
    public async Task<string?> CancelAsync(Actor who, Guid id, CancellationToken stop)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        if (await db.Set<SimulationRun>().SingleOrDefaultAsync(r => r.Id == id, stop) is not { IsUnderWay: true } run) return NotUnderWay;
        run.State = RunState.Cancelled;
        run.FinishedAt = clock.GetUtcNow();
        db.Audit(who, AuditActions.SimulationCancelled, clock.GetUtcNow(), "simulation", id.ToString(), null, new { run.Name, run.Judged });
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(stop);
        runs.Cancel(id);
        return null;
    }

    /// <summary>Goes on where it was.</summary>
    public async Task<string?> ResumeAsync(Actor who, Guid id, CancellationToken stop)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        if (await db.Set<SimulationRun>().SingleOrDefaultAsync(r => r.Id == id, stop) is not { CanGoOn: true } run) return CannotGoOn;
        (run.State, run.FinishedAt, run.Failure) = (RunState.Waiting, null, null);
        db.Audit(who, AuditActions.SimulationResumed, clock.GetUtcNow(), "simulation", id.ToString(), null, new { run.Name, run.Judged });
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(stop);
        runs.Wake();
        return null;
    }

    /// <summary>Forgets it and what it counted.</summary>
    public async Task<bool> DeleteAsync(Actor who, Guid id, CancellationToken stop)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        if (await db.Set<SimulationRun>().SingleOrDefaultAsync(r => r.Id == id, stop) is not { } run) return false;
        db.Remove(run);
        db.Audit(who, AuditActions.SimulationDeleted, clock.GetUtcNow(), "simulation", id.ToString(), new { run.Name, run.State, run.Judged, run.PolicyHash }, null);
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(stop);
        runs.Cancel(id);
        return true;
    }
}
