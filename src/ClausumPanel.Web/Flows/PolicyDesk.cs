using System.ComponentModel.DataAnnotations;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Assess.Previews;
using ClausumPanel.Assess.Rules;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Storage.Settings;
using ClausumPanel.Storage.Simulations;
using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Jobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Flows;

/// <summary>Whether a change of the policy needs two people.</summary>
public enum FourEyes
{
    /// <summary>As soon as there are two who may approve.</summary>
    Auto,
    On,
    Off,
}

/// <summary>Settings under <c>Panel:Protection</c>.</summary>
public sealed class ProtectionOptions
{
    /// <summary>Whether somebody else than the author must approve a change of the policy.</summary>
    [EnumDataType(typeof(FourEyes))]
    public FourEyes FourEyes { get; set; } = FourEyes.Auto;
}

/// <summary>What came of an attempt to change the policy.</summary>
/// <param name="Refusal">Why not, in English with {0} for the value; the panel translates it. Null: it is done.</param>
/// <param name="Value">The value of the sentence.</param>
/// <param name="Version">The version that was made or moved.</param>
/// <param name="Problems">What the document says that cannot be.</param>
public sealed record PolicyOutcome(string? Refusal, object? Value = null, int? Version = null, IReadOnlyList<PolicyProblem>? Problems = null)
{
    public static PolicyOutcome Done(int? version = null) => new(null, null, version);
}

/// <summary>A place of the policy that two have changed, to different values.</summary>
/// <param name="Mine">By the draft's owner.</param>
/// <param name="Theirs">By the versions that were activated since.</param>
public sealed record PolicyConflict(PolicyChange Mine, PolicyChange Theirs);

/// <summary>A person's draft beside what judges now.</summary>
/// <param name="Policy">The draft.</param>
/// <param name="Base">What it was made from.</param>
/// <param name="Changes">What it changes.</param>
/// <param name="ActiveVersion">What judges now.</param>
public sealed record DraftView(Policy Policy, Policy Base, IReadOnlyList<PolicyChange> Changes, int ActiveVersion)
{
    /// <summary>Another version was activated since: what was changed there would be undone.</summary>
    public bool IsStale => Base.Version != ActiveVersion;

    /// <summary>What was changed both here and by who overtook the draft, to different values.</summary>
    public IReadOnlyList<PolicyConflict> Conflicts { get; init; } = [];
}

/// <summary>
/// How the policy changes: one draft per person, proposed with a reason, approved by somebody else where there is somebody else, taken back by a new version that equals an old one.
/// Every step is one transaction with its line in the audit trail; what judges is swapped whole.
/// </summary>
public sealed class PolicyDesk(PanelDb db, IOptions<ProtectionOptions> options, TimeProvider clock, RunSimulations runs, CheckScenarios checks, ActivatePolicies activations)
{
    public const string
        Stale = "Version {0} was activated since: rebase first.", NothingChanged = "Nothing has been changed yet.", NoDraft = "There is no draft.", NotProposed = "Version {0} is not waiting for approval.",
        OwnProposal = "Somebody else must approve what you proposed.", NotYours = "Only who proposed it may take it back.", NoVersion = "There is no version {0}.", AlreadyActive = "Version {0} is active already.",
        NotScheduled = "Version {0} is not waiting for its time.", NoSuchTime = "It begins to judge at once, or at a time to come within {0} days.",
        GuardBroken = "It breaks a guard-rail: say in 3 to 500 characters why it should judge all the same.",
        Invalid = "The policy would not work: {0}", ReasonMissing = "Say why in 3 to 500 characters.", RulesNeedAdmin = "Rules are changed by admins.", NothingSaved = "No scenario has been saved yet.";

    /// <summary>How far ahead a version may be scheduled, in days.</summary>
    public const int LongestWaitDays = 90;

    private const int ShortestReason = 3, LongestReason = 500, TriedDays = 30, MostRuns = 10;

    /// <summary>What judges now, as the store has it.</summary>
    public async Task<Policy> ActiveAsync(CancellationToken stop) => Read(await ActiveRow().AsNoTracking().SingleAsync(stop));

    /// <summary>The policy of one version, or null.</summary>
    public async Task<Policy?> FindAsync(int version, CancellationToken stop) =>
        await db.Set<PolicyVersion>().AsNoTracking().SingleOrDefaultAsync(p => p.Version == version, stop) is { } row ? Read(row) : null;

    /// <summary>The person's draft, or null when there is none.</summary>
    public async Task<DraftView?> DraftAsync(Guid owner, CancellationToken stop)
    {
        if (await db.Set<PolicyDraft>().AsNoTracking().SingleOrDefaultAsync(d => d.OwnerId == owner, stop) is not { } draft) return null;
        return await ViewAsync(draft, stop);
    }

    /// <summary>Makes changes in the person's draft, which is begun from what judges now when there is none. A draft that changes nothing any more is put away.</summary>
    /// <param name="mayRules">Whether the person may change rules as well.</param>
    public async Task<PolicyOutcome> ChangeAsync(Actor who, IReadOnlyList<PolicyChange> changes, bool mayRules, CancellationToken stop)
    {
        if (!mayRules && changes.Any(change => change.Path[0] == "rules")) return new PolicyOutcome(RulesNeedAdmin);
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        var active = await ActiveRow().AsNoTracking().SingleAsync(stop);
        var draft = await db.Set<PolicyDraft>().SingleOrDefaultAsync(d => d.OwnerId == who.Id, stop);
        var before = draft is null ? Read(active) : Read(draft);
        var after = PolicyChanges.Apply(before, changes);
        var document = PolicyJson.Write(after);
        if (!PolicyJson.TryRead(document, out _, out var problems, await ListsAsync(Read(active), stop))) return new PolicyOutcome(Invalid, problems[0].ToString(), null, problems);
        var origin = draft is null || draft.BasedOn == active.Version ? Read(active) : await FindAsync(draft.BasedOn, stop) ?? Read(active);
        if (PolicyChanges.Between(origin, after).Count == 0)
        {
            if (draft is not null) db.Remove(draft);
        }
        else if (draft is null) db.Add(new PolicyDraft { OwnerId = Owner(who), Document = document, BasedOn = active.Version, ChangedAt = clock.GetUtcNow() });
        else (draft.Document, draft.ChangedAt) = (document, clock.GetUtcNow());
        Tell(who, "draft", null, null, new { Changes = Told(PolicyChanges.Between(before, after)) });
        return await DoneAsync(transaction, null, activated: false, stop);
    }

    /// <summary>Puts the draft away.</summary>
    public async Task<PolicyOutcome> DiscardAsync(Actor who, CancellationToken stop)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        if (await db.Set<PolicyDraft>().SingleOrDefaultAsync(d => d.OwnerId == who.Id, stop) is not { } draft) return new PolicyOutcome(NoDraft);
        db.Remove(draft);
        Tell(who, "draft discarded", null, new { Changes = Told((await ViewAsync(draft, stop)).Changes) }, null);
        return await DoneAsync(transaction, null, activated: false, stop);
    }

    /// <summary>Carries the draft's own changes over to what judges now. A draft of which nothing is left is put away.</summary>
    /// <param name="who">Whose draft it is.</param>
    /// <param name="theirs">The places in conflict where what judges now shall stay.</param>
    /// <param name="stop">Ends it early.</param>
    public async Task<PolicyOutcome> RebaseAsync(Actor who, IReadOnlyCollection<string> theirs, CancellationToken stop)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        if (await db.Set<PolicyDraft>().SingleOrDefaultAsync(d => d.OwnerId == who.Id, stop) is not { } draft) return new PolicyOutcome(NoDraft);
        var view = await ViewAsync(draft, stop);
        var active = await ActiveAsync(stop);
        var given = view.Conflicts.Select(conflict => conflict.Mine.Place).Where(theirs.Contains).ToHashSet(StringComparer.Ordinal);
        var mine = view.Changes.Where(change => !given.Contains(change.Place)).ToList();
        var policy = PolicyChanges.Apply(active, mine);
        var rebased = PolicyJson.Write(policy);
        if (!PolicyJson.TryRead(rebased, out _, out var problems, await ListsAsync(active, stop))) return new PolicyOutcome(Invalid, problems[0].ToString(), null, problems);
        if (PolicyChanges.Between(active, policy).Count == 0) db.Remove(draft);
        else (draft.Document, draft.BasedOn, draft.ChangedAt) = (rebased, active.Version, clock.GetUtcNow());
        Tell(who, "draft rebased", active.Version, null, new { Changes = Told(mine), GivenUp = given });
        return await DoneAsync(transaction, active.Version, activated: false, stop);
    }

    /// <summary>Turns the draft into a version that waits for approval, and tries it out on the last days unless that was done already.</summary>
    /// <param name="who">Whose draft it is.</param>
    /// <param name="reason">Why.</param>
    /// <param name="guardReason">Why all the same, where a run says that it breaks a guard-rail.</param>
    /// <param name="stop">Ends it early.</param>
    public async Task<PolicyOutcome> ProposeAsync(Actor who, string? reason, string? guardReason, CancellationToken stop)
    {
        if (!IsReason(reason)) return new PolicyOutcome(ReasonMissing);
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        if (await db.Set<PolicyDraft>().SingleOrDefaultAsync(d => d.OwnerId == who.Id, stop) is not { } draft) return new PolicyOutcome(NoDraft);
        var view = await ViewAsync(draft, stop);
        if (view.IsStale) return new PolicyOutcome(Stale, view.ActiveVersion);
        if (view.Changes.Count == 0) return new PolicyOutcome(NothingChanged);
        if (!PolicyJson.TryRead(PolicyJson.Write(view.Policy), out _, out var problems, await ListsAsync(view.Base, stop))) return new PolicyOutcome(Invalid, problems[0].ToString(), null, problems);
        var run = await LatestRunAsync(view.Policy, stop);
        var breaches = await BreachesAsync(run, stop);
        if (breaches.Count > 0 && !IsReason(guardReason)) return new PolicyOutcome(GuardBroken);
        var version = await AddAsync(who, view.Policy, reason!, view.ActiveVersion, null, stop, breaches.Count > 0 ? ListTexts.Clean(guardReason) : null);
        db.Remove(draft);
        Tell(who, "proposed", version.Version, null, new { version.Reason, version.GuardReason, Simulation = run?.Id, Changes = Told(view.Changes) });
        if (run is null)
        {
            var now = clock.GetUtcNow();
            await TryPolicies.AddAsync(db, who, "", view.Policy, version.Version, view.ActiveVersion, new ScanScope(now.AddDays(-TriedDays).ToUnixTimeMilliseconds(), now.ToUnixTimeMilliseconds()), now, stop);
        }
        await CheckScenarios.AddAsync(db, who, view.Policy, version.Version, clock.GetUtcNow(), stop);
        var outcome = await DoneAsync(transaction, version.Version, activated: false, stop);
        runs.Wake();
        checks.Wake();
        return outcome;
    }

    /// <summary>Holds the saved scenarios against a version once more.</summary>
    public async Task<PolicyOutcome> CheckAsync(Actor who, int number, CancellationToken stop)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        if (await FindAsync(number, stop) is not { } policy) return new PolicyOutcome(NoVersion, number);
        // One that is under way will say the same.
        if (await LatestCheckAsync(number, stop) is { IsUnderWay: true }) return PolicyOutcome.Done(number);
        if (await CheckScenarios.AddAsync(db, who, policy, number, clock.GetUtcNow(), stop) is null) return new PolicyOutcome(NothingSaved);
        Tell(who, "check asked", number, null, null);
        var outcome = await DoneAsync(transaction, number, activated: false, stop);
        checks.Wake();
        return outcome;
    }

    /// <summary>How the saved scenarios came out under that version the last time, or null when they were never held against it.</summary>
    public async Task<SimulationCheck?> LatestCheckAsync(int number, CancellationToken stop) =>
        await db.Set<SimulationCheck>().AsNoTracking().Where(c => c.Version == number).OrderByDescending(c => c.AskedAt).ThenByDescending(c => c.Id).FirstOrDefaultAsync(stop);

    /// <summary>The runs in which that policy was tried out, the latest first.</summary>
    public async Task<IReadOnlyList<SimulationRun>> RunsAsync(Policy policy, CancellationToken stop)
    {
        var hash = SimulationRun.Hash(policy);
        return await db.Set<SimulationRun>().AsNoTracking().Where(r => r.PolicyHash == hash).OrderByDescending(r => r.CreatedAt).Take(MostRuns).ToListAsync(stop);
    }

    /// <summary>The guard-rails that a run says the policy breaks; none while it is not finished.</summary>
    public async Task<IReadOnlyList<GuardBreach>> BreachesAsync(SimulationRun? run, CancellationToken stop) =>
        run?.Result is { } result ? PreviewFigures.Breaches(JsonSerializer.Deserialize<PreviewSums>(result)!, await SimulationSettings.LoadAsync(db, stop)) : [];

    private async Task<SimulationRun?> LatestRunAsync(Policy policy, CancellationToken stop) => (await RunsAsync(policy, stop)) is [var first, ..] known ? known.FirstOrDefault(r => r.State == RunState.Done) ?? first : null;

    /// <summary>Lets a proposed version judge from now on, or from an instant on.</summary>
    /// <param name="who">Who approves.</param>
    /// <param name="number">The version.</param>
    /// <param name="reason">What they have to say.</param>
    /// <param name="effectiveAt">When it shall begin to judge; null: at once.</param>
    /// <param name="stop">Ends it early.</param>
    public async Task<PolicyOutcome> ApproveAsync(Actor who, int number, string? reason, DateTimeOffset? effectiveAt, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        if (effectiveAt <= now || effectiveAt > now.AddDays(LongestWaitDays)) return new PolicyOutcome(NoSuchTime, LongestWaitDays);
        if (reason?.Length > LongestReason) return new PolicyOutcome(ReasonMissing);
        reason = ListTexts.Clean(reason);
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        if (await db.Set<PolicyVersion>().SingleOrDefaultAsync(p => p.Version == number, stop) is not { } version) return new PolicyOutcome(NoVersion, number);
        if (version.State != PolicyState.Proposed) return new PolicyOutcome(NotProposed, number);
        var run = await LatestRunAsync(Read(version), stop);
        var breaches = await BreachesAsync(run, stop);
        if (version.AuthorId == who.Id && (await NeedsTwoAsync(stop) || (breaches.Count > 0 && await AreTwoAsync(stop)))) return new PolicyOutcome(OwnProposal);
        // Its run may have ended after it was proposed: then whoever approves answers for it.
        if (breaches.Count > 0 && version.GuardReason is null && !IsReason(reason)) return new PolicyOutcome(GuardBroken);
        var active = await ActiveRow().SingleAsync(stop);
        if (version.BasedOn != active.Version) return new PolicyOutcome(Stale, active.Version);
        if (await ListsMissingAsync(Read(version), Read(active), stop) is { } wrong) return wrong;
        var check = await LatestCheckAsync(number, stop);
        (version.DecidedById, version.DecidedAt, version.DecisionReason, version.EffectiveAt) = (who.Id, now, reason, effectiveAt);
        if (effectiveAt is null) Activate(version, active);
        else version.State = PolicyState.Scheduled;
        Tell(who, effectiveAt is null ? "activated" : "scheduled", number, new { active.Version },
            new
            {
                version.Version, version.Reason, version.GuardReason, Decision = reason, EffectiveAt = effectiveAt,
                Scenarios = check is null ? null : new { Check = check.Id, State = check.State.ToString(), check.AsExpected, Of = check.Scenarios, check.PolicyHash, check.FinishedAt },
                Simulation = run?.Id, Result = run?.Result is { } result ? Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(result))) : null,
            });
        var outcome = await DoneAsync(transaction, number, activated: effectiveAt is null, stop);
        if (effectiveAt is not null) activations.Wake();
        return outcome;
    }

    /// <summary>Takes an approval back whose version does not judge yet; it waits for approval again.</summary>
    public async Task<PolicyOutcome> UnscheduleAsync(Actor who, int number, CancellationToken stop)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        if (await db.Set<PolicyVersion>().SingleOrDefaultAsync(p => p.Version == number, stop) is not { } version) return new PolicyOutcome(NoVersion, number);
        if (version.State != PolicyState.Scheduled) return new PolicyOutcome(NotScheduled, number);
        Reopen(version, who, null);
        return await DoneAsync(transaction, number, activated: false, stop);
    }

    /// <summary>Lets the approved versions judge whose time has come. One that another overtook meanwhile waits for approval again, and the audit log says why.</summary>
    /// <returns>When the next one is due; null when none is.</returns>
    public async Task<DateTimeOffset?> ActivateDueAsync(CancellationToken stop)
    {
        var scheduled = await db.Set<PolicyVersion>().AsNoTracking().Where(p => p.State == PolicyState.Scheduled).Select(p => new { p.Version, p.EffectiveAt }).ToListAsync(stop);
        var now = clock.GetUtcNow();
        foreach (var due in scheduled.Where(p => p.EffectiveAt <= now).OrderBy(p => p.EffectiveAt).ThenBy(p => p.Version)) await ActivateDueAsync(due.Version, stop);
        return scheduled.Where(p => p.EffectiveAt > now).Min(p => p.EffectiveAt);
    }

    private async Task ActivateDueAsync(int number, CancellationToken stop)
    {
        db.ChangeTracker.Clear();
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        // The mark is moved first: another process that does the same waits here, and then finds it done.
        await db.RaiseAsync(ChangeTopics.Policy, stop);
        if (await db.Set<PolicyVersion>().SingleOrDefaultAsync(p => p.Version == number && p.State == PolicyState.Scheduled, stop) is not { } version) return;
        var active = await ActiveRow().SingleAsync(stop);
        if (version.BasedOn != active.Version) Reopen(version, Actor.System, $"version {active.Version} was activated since");
        else if (await ListsMissingAsync(Read(version), Read(active), stop) is { } wrong) Reopen(version, Actor.System, $"{wrong.Value}");
        else
        {
            Activate(version, active);
            Tell(Actor.System, "activated", number, new { active.Version }, new { version.Version, version.EffectiveAt });
        }
        await DoneAsync(transaction, number, activated: false, stop);
    }

    private void Reopen(PolicyVersion version, Actor who, string? because)
    {
        Tell(who, "not activated", version.Version, new { version.EffectiveAt }, new { Because = because });
        (version.State, version.EffectiveAt, version.DecidedById, version.DecidedAt, version.DecisionReason) = (PolicyState.Proposed, null, null, null, null);
    }

    /// <summary>Does not let it judge, and says why.</summary>
    public async Task<PolicyOutcome> RejectAsync(Actor who, int number, string? reason, CancellationToken stop)
    {
        if (!IsReason(reason)) return new PolicyOutcome(ReasonMissing);
        return await EndAsync(who, number, PolicyState.Rejected, reason, _ => null, stop);
    }

    /// <summary>The author takes a proposal back.</summary>
    public Task<PolicyOutcome> WithdrawAsync(Actor who, int number, CancellationToken stop) =>
        EndAsync(who, number, PolicyState.Withdrawn, null, version => version.AuthorId == who.Id ? null : NotYours, stop);

    /// <summary>Makes a new version equal to an older one. Where a change needs two people, so does this one.</summary>
    public async Task<PolicyOutcome> RevertAsync(Actor who, int to, string? reason, CancellationToken stop)
    {
        if (!IsReason(reason)) return new PolicyOutcome(ReasonMissing);
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        if (await FindAsync(to, stop) is not { } old) return new PolicyOutcome(NoVersion, to);
        var active = await ActiveRow().SingleAsync(stop);
        if (active.Version == to) return new PolicyOutcome(AlreadyActive, to);
        if (PolicyChanges.Between(Read(active), old).Count == 0) return new PolicyOutcome(NothingChanged);
        if (await ListsMissingAsync(old, Read(active), stop) is { } wrong) return wrong;
        var version = await AddAsync(who, old, reason!, active.Version, to, stop);
        var waits = await NeedsTwoAsync(stop);
        if (!waits)
        {
            (version.DecidedById, version.DecidedAt) = (who.Id, clock.GetUtcNow());
            Activate(version, active);
        }
        else await CheckScenarios.AddAsync(db, who, old, version.Version, clock.GetUtcNow(), stop);
        Tell(who, waits ? "revert proposed" : "reverted", version.Version, new { active.Version }, new { version.Version, EqualTo = to, version.Reason });
        var outcome = await DoneAsync(transaction, version.Version, activated: !waits, stop);
        checks.Wake();
        return outcome;
    }

    /// <summary>Whether a change needs somebody else's approval now.</summary>
    public async Task<bool> NeedsTwoAsync(CancellationToken stop) => options.Value.FourEyes switch
    {
        FourEyes.On => true,
        FourEyes.Off => false,
        FourEyes.Auto => await AreTwoAsync(stop),
        _ => throw new InvalidOperationException($"{options.Value.FourEyes} is not known."),
    };

    private async Task<bool> AreTwoAsync(CancellationToken stop) => await db.Users.CountAsync(u => u.Role == Role.Admin && u.IsActive, stop) >= 2;

    private async Task<PolicyOutcome> EndAsync(Actor who, int number, PolicyState end, string? reason, Func<PolicyVersion, string?> refuses, CancellationToken stop)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(stop);
        if (await db.Set<PolicyVersion>().SingleOrDefaultAsync(p => p.Version == number, stop) is not { } version) return new PolicyOutcome(NoVersion, number);
        if (version.State != PolicyState.Proposed) return new PolicyOutcome(NotProposed, number);
        if (refuses(version) is { } refusal) return new PolicyOutcome(refusal);
        reason = ListTexts.Clean(reason);
        (version.State, version.DecidedById, version.DecidedAt, version.DecisionReason) = (end, who.Id, clock.GetUtcNow(), reason);
        Tell(who, end == PolicyState.Rejected ? "rejected" : "withdrawn", number, null, new { version.Reason, Decision = reason });
        return await DoneAsync(transaction, number, activated: false, stop);
    }

    private async Task<PolicyVersion> AddAsync(Actor who, Policy policy, string reason, int basedOn, int? reverts, CancellationToken stop, string? guardReason = null)
    {
        var number = await db.Set<PolicyVersion>().MaxAsync(p => p.Version, stop) + 1;
        var version = new PolicyVersion
        {
            Version = number, State = PolicyState.Proposed, Document = PolicyJson.Write(policy with { Version = number }), Reason = ListTexts.Clean(reason)!, GuardReason = guardReason, BasedOn = basedOn, Reverts = reverts,
            AuthorId = who.Id, CreatedAt = clock.GetUtcNow(),
        };
        db.Add(version);
        return version;
    }

    private void Activate(PolicyVersion version, PolicyVersion active)
    {
        var now = clock.GetUtcNow();
        (active.State, active.RetiredAt) = (PolicyState.Retired, now);
        (version.State, version.ActivatedAt) = (PolicyState.Active, now);
    }

    private async Task<PolicyOutcome> DoneAsync(Microsoft.EntityFrameworkCore.Storage.IDbContextTransaction transaction, int? version, bool activated, CancellationToken stop)
    {
        if (activated) await db.RaiseAsync(ChangeTopics.Policy, stop);
        await db.SaveChangesAsync(stop);
        await transaction.CommitAsync(stop);
        return PolicyOutcome.Done(version);
    }

    private async Task<DraftView> ViewAsync(PolicyDraft draft, CancellationToken stop)
    {
        var active = await ActiveAsync(stop);
        var origin = draft.BasedOn == active.Version ? active : await FindAsync(draft.BasedOn, stop) ?? active;
        var policy = Read(draft);
        var changes = PolicyChanges.Between(origin, policy);
        if (origin.Version == active.Version) return new DraftView(policy, origin, changes, active.Version);
        var since = PolicyChanges.Between(origin, active);
        var theirs = since.ToDictionary(change => change.Place, StringComparer.Ordinal);
        return new DraftView(policy, origin, changes, active.Version) { Conflicts = [.. PolicyChanges.Conflicts(changes, since).Select(mine => new PolicyConflict(mine, theirs[mine.Place]))] };
    }

    /// <summary>The lists that rules may name: those that stand, and those that what judges names already.</summary>
    public async Task<RuleLists> ListsAsync(Policy active, CancellationToken stop)
    {
        var names = await db.Set<NamedList>().Where(l => l.RemovedEdition == NamedList.Stands).Select(l => l.Name).ToListAsync(stop);
        return RuleLists.Named(names.Concat(RuleLists.NamedBy(active)));
    }

    /// <summary>Whether a list that the version names is gone meanwhile; until the transaction ends none of them can be deleted.</summary>
    private async Task<PolicyOutcome?> ListsMissingAsync(Policy version, Policy active, CancellationToken stop)
    {
        if (RuleLists.NamedBy(version).Count == 0) return null;
        await db.RaiseAsync(ChangeTopics.NamedLists, stop);
        return PolicyJson.TryRead(PolicyJson.Write(version), out _, out var problems, await ListsAsync(active, stop)) ? null : new PolicyOutcome(Invalid, problems[0].ToString(), null, problems);
    }

    private IQueryable<PolicyVersion> ActiveRow() => db.Set<PolicyVersion>().Where(p => p.State == PolicyState.Active);

    private void Tell(Actor who, string step, int? version, object? before, object? after) => db.Audit(who, AuditActions.PolicyChanged, clock.GetUtcNow(), "policy",
        version?.ToString(System.Globalization.CultureInfo.InvariantCulture), before, new { Step = step, What = after });

    private static object[] Told(IReadOnlyList<PolicyChange> changes) => [.. changes.Select(change => new { change.Place, change.Before, change.After })];

    private static bool IsReason(string? reason) => reason?.Trim().Length is >= ShortestReason and <= LongestReason;

    private static Guid Owner(Actor who) => who.Id ?? throw new InvalidOperationException("A draft belongs to a person.");

    private static Policy Read(PolicyVersion row) => Read(row.Document, row.Version);

    private static Policy Read(PolicyDraft draft) => Read(draft.Document, draft.BasedOn);

    private static Policy Read(string document, int version) =>
        PolicyJson.TryReadStored(document, out var policy, out var problems) ? policy with { Version = version } : throw new InvalidDataException($"A stored policy cannot be read: {string.Join("; ", problems)}");
}
