using System.Collections.Concurrent;

namespace ClausumPanel.Web.Flows;

/// <summary>How many entities one person looks up in a minute: far more than anybody reads, far fewer than it takes to copy everybody's data.</summary>
public sealed class EntityLookups(TimeProvider clock)
{
    public const int PerMinute = 240;

    private readonly ConcurrentDictionary<Guid, (long Minute, int Count)> _counts = new();

    /// <returns>False when this minute's are used up.</returns>
    public bool TryTake(Guid person)
    {
        var minute = clock.GetUtcNow().ToUnixTimeSeconds() / 60;
        return _counts.AddOrUpdate(person, (minute, 1), (_, had) => had.Minute == minute ? (minute, Math.Min(had.Count + 1, PerMinute + 1)) : (minute, 1)).Count <= PerMinute;
    }
}
