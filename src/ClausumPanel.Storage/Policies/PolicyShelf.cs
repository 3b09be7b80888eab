using System.Collections.Concurrent;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Settings;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Storage.Policies;

/// <summary>The assessors of the active policy and of older versions, each built once. The active one is swapped whole, so no assessment ever sees two.</summary>
public sealed class PolicyShelf(TimeProvider clock) : IFollowChanges
{
    private readonly ConcurrentDictionary<int, Judge> _judges = new();
    private Judge? _active;

    /// <summary>A policy and what it was compiled to.</summary>
    public sealed record Judge(Policy Policy, Assessor Assessor);

    /// <summary>What judges now.</summary>
    public Judge Active => Volatile.Read(ref _active) ?? throw new InvalidOperationException("No policy has been loaded yet.");

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
        Volatile.Write(ref _active, Built(active));
    }

    /// <summary>The judge of an older version; null when the store does not know it.</summary>
    public async Task<Judge?> FindAsync(PanelDb db, int version, CancellationToken stop)
    {
        if (_judges.TryGetValue(version, out var known)) return known;
        return await db.Set<PolicyVersion>().AsNoTracking().SingleOrDefaultAsync(p => p.Version == version, stop) is { } stored ? Built(stored) : null;
    }

    private Judge Built(PolicyVersion stored) => _judges.GetOrAdd(stored.Version, _ =>
    {
        if (!PolicyJson.TryReadStored(stored.Document, out var policy, out var problems))
            throw new InvalidDataException($"Policy version {stored.Version} cannot be read: {string.Join("; ", problems)}");
        return new Judge(policy with { Version = stored.Version }, new Assessor(policy));
    });
}
