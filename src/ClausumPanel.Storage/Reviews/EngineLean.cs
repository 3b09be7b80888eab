using System.Runtime.InteropServices;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Policies;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Storage.Reviews;

/// <summary>What the engine would have done with a payment had nobody been asked.</summary>
public static class EngineLean
{
    /// <summary>
    /// What it decided, where it asked nobody. Else by the score, which holds the points of signals, lists and rules alike: a decline from the middle between the bounds of review and decline on, below it an approval.
    /// A list or a rule that asks for a person and gives no points leans to nothing by that.
    /// </summary>
    /// <param name="decision">The engine's.</param>
    /// <param name="score">0…100.</param>
    /// <param name="bands">In force when the payment came.</param>
    public static ReviewOutcome Of(Decision decision, int score, Bands bands) => decision switch
    {
        Decision.Approve => ReviewOutcome.Approve,
        Decision.Decline => ReviewOutcome.Decline,
        Decision.Review or Decision.Challenge => score * 2 >= bands.Review + bands.Decline ? ReviewOutcome.Decline : ReviewOutcome.Approve,
    };
}

/// <summary>Counts how often people decided otherwise than the engine leant. A challenge says neither.</summary>
internal sealed class EngineLeans
{
    // As they began to judge.
    private readonly List<(long From, int Version)> _versions;
    private readonly Dictionary<(int Queue, Guid? Person, bool IsDecline, int Version, Decision Decision, int Score), int> _counts = [];

    private EngineLeans(List<(long, int)> versions) => _versions = versions;

    public static async Task<EngineLeans> ReadAsync(PanelDb db, CancellationToken stop)
    {
        var versions = await db.Set<PolicyVersion>().Where(v => v.ActivatedAt != null).OrderBy(v => v.ActivatedAt).ThenBy(v => v.Version).Select(v => new { v.ActivatedAt, v.Version }).ToListAsync(stop);
        return new EngineLeans(versions.ConvertAll(v => (v.ActivatedAt!.Value.ToUnixTimeMilliseconds(), v.Version)));
    }

    public void Note(in DecidedEvent decided)
    {
        if (decided.Outcome == ReviewOutcome.Challenge || decided.Payment is not { } payment) return;
        CollectionsMarshal.GetValueRefOrAddDefault(_counts, (decided.Queue, decided.ActorId, decided.Outcome == ReviewOutcome.Decline, VersionAt(payment.At), payment.Decision, payment.Score), out _)++;
    }

    /// <summary>Few versions judged what a period decided: only those are read.</summary>
    public async Task<IReadOnlyList<(int Queue, Guid? Person, int Count, bool IsOverruled)>> CountAsync(PanelDb db, CancellationToken stop)
    {
        var versions = _counts.Keys.Select(k => k.Version).Distinct().ToList();
        var bands = new Dictionary<int, Bands>();
        foreach (var stored in await db.Set<PolicyVersion>().Where(v => versions.Contains(v.Version)).Select(v => new { v.Version, v.Document }).ToListAsync(stop))
            if (PolicyJson.TryReadStored(stored.Document, out var policy, out _)) bands[stored.Version] = policy.Bands;
        return [.. _counts.Select(c => (c.Key.Queue, c.Key.Person, c.Value, EngineLean.Of(c.Key.Decision, c.Key.Score, bands.GetValueOrDefault(c.Key.Version, Policy.Default.Bands)) == ReviewOutcome.Decline != c.Key.IsDecline))];
    }

    // What is older than the first, as of a history that was brought along, is judged by the first.
    private int VersionAt(long at)
    {
        for (var i = _versions.Count - 1; i > 0; i--)
            if (_versions[i].From <= at) return _versions[i].Version;
        return _versions.Count == 0 ? 0 : _versions[0].Version;
    }
}
