using System.Collections.Concurrent;
using ClausumPanel.Assess;
using ClausumPanel.Assess.Rules;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Settings;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Storage.Policies;

/// <summary>
/// The assessors of the active policy and of older versions, each built once. The active one is swapped whole, together with the lists its rules name, so no assessment ever sees two.
/// </summary>
public sealed class PolicyShelf(TimeProvider clock) : IFollowChanges
{
    private readonly ConcurrentDictionary<int, Judge> _judges = new();
    private readonly Lock _lock = new();
    private NamedListEdition _lists = NamedListEdition.First;
    private Judge? _active;

    /// <summary>A policy and what it was compiled to.</summary>
    /// <param name="Policy">The policy.</param>
    /// <param name="Assessor">Judges by it.</param>
    /// <param name="Edition">Of the named lists that its rules ask; zero when they name none.</param>
    public sealed record Judge(Policy Policy, Assessor Assessor, long Edition = 0)
    {
        /// <summary>Whether its rules ask named lists.</summary>
        public bool NamesLists { get; init; }
    }

    /// <summary>What judges now.</summary>
    public Judge Active => Volatile.Read(ref _active) ?? throw new InvalidOperationException("No policy has been loaded yet.");

    /// <summary>The named lists as they are now, for trying out what does not judge yet.</summary>
    public NamedListEdition Lists => Volatile.Read(ref _lists);

    public string Topic => ChangeTopics.Policy;

    /// <summary>Loads the active version; on an empty store the shipped default becomes version 1.</summary>
    public async Task ReloadAsync(PanelDb db, CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        var active = await db.Set<PolicyVersion>().Where(p => p.State == PolicyState.Active).OrderByDescending(p => p.Version).FirstOrDefaultAsync(stop);
        if (active is null)
        {
            active = new PolicyVersion
            {
                Version = 1, State = PolicyState.Active, Document = PolicyJson.Write(Policy.Default with { Version = 1 }), Reason = "The policy the product ships with", CreatedAt = now, ActivatedAt = now,
            };
            db.Add(active);
            await db.SaveChangesAsync(stop);
        }
        var judge = Built(active);
        lock (_lock) Volatile.Write(ref _active, Asking(judge, _lists));
    }

    /// <summary>Lets the active version ask these lists from now on; an edition older than the one in use changes nothing.</summary>
    public void Use(NamedListEdition lists)
    {
        ArgumentNullException.ThrowIfNull(lists);
        lock (_lock)
        {
            if (lists.Number < _lists.Number) return;
            Volatile.Write(ref _lists, lists);
            if (_active is { NamesLists: true } active) Volatile.Write(ref _active, Asking(active, lists));
        }
    }

    /// <summary>A policy that does not judge yet, asking the named lists as they are now; null when it says what cannot be.</summary>
    public Judge? Trial(Policy policy)
    {
        var lists = Lists;
        if (!Assessor.TryCreate(policy, out var assessor, out _, lists.Lists)) return null;
        var names = RuleLists.NamedBy(policy).Count > 0;
        return new Judge(policy, assessor, names ? lists.Number : 0) { NamesLists = names };
    }

    /// <summary>The policy of a version; null when the store does not know it.</summary>
    public async Task<Policy?> PolicyAsync(PanelDb db, int version, CancellationToken stop) => (await BareAsync(db, version, stop))?.Policy;

    /// <summary>What judged under a version and an edition of the named lists, as it judged then; null when the store does not know the version.</summary>
    public async Task<Judge?> FindAsync(PanelDb db, int version, long edition, CancellationToken stop)
    {
        if (Active is { } active && active.Policy.Version == version && active.Edition == edition) return active;
        if (await BareAsync(db, version, stop) is not { } judge) return null;
        return judge.NamesLists ? Asking(judge, await NamedListEdition.ReadAsync(db, edition, Lists.Number <= edition ? Lists : null, stop)) : judge;
    }

    private async Task<Judge?> BareAsync(PanelDb db, int version, CancellationToken stop)
    {
        if (_judges.TryGetValue(version, out var known)) return known;
        return await db.Set<PolicyVersion>().AsNoTracking().SingleOrDefaultAsync(p => p.Version == version, stop) is { } stored ? Built(stored) : null;
    }

    private static Judge Asking(Judge judge, NamedListEdition lists) =>
        judge.NamesLists ? judge with { Assessor = new Assessor(judge.Policy, lists.Lists), Edition = lists.Number } : judge;

    private Judge Built(PolicyVersion stored) => _judges.GetOrAdd(stored.Version, _ =>
    {
        if (!PolicyJson.TryReadStored(stored.Document, out var policy, out var problems))
            throw new InvalidDataException($"Policy version {stored.Version} cannot be read: {string.Join("; ", problems)}");
        policy = policy with { Version = stored.Version };
        return new Judge(policy, new Assessor(policy)) { NamesLists = RuleLists.NamedBy(policy).Count > 0 };
    });
}

/// <summary>Keeps the named lists in memory and hands them to what judges, whole.</summary>
public sealed class NamedListShelf(PolicyShelf policies) : IFollowChanges, IDisposable
{
    private readonly SemaphoreSlim _one = new(1);

    public string Topic => ChangeTopics.NamedLists;

    public async Task ReloadAsync(PanelDb db, CancellationToken stop)
    {
        await _one.WaitAsync(stop);
        try
        {
            var number = await NamedListEdition.NumberAsync(db, stop);
            policies.Use(await NamedListEdition.ReadAsync(db, number, policies.Lists, stop));
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();
}
