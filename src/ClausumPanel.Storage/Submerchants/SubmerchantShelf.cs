using ClausumPanel.Storage.Settings;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Storage.Submerchants;

/// <summary>The registry as it is now. It follows the database within a quarter of a second, and a change made by this process at once.</summary>
public sealed class SubmerchantShelf : IFollowChanges
{
    private readonly Lock _lock = new();
    private long _asked, _shown;
    private SubmerchantIndex _current = SubmerchantIndex.Empty;

    public string Topic => ChangeTopics.Submerchants;

    public SubmerchantIndex Current => Volatile.Read(ref _current);

    public async Task ReloadAsync(PanelDb db, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(db);
        var turn = Interlocked.Increment(ref _asked);
        var read = new SubmerchantIndex(await db.Set<RegisteredSubmerchant>().AsNoTracking().Select(s => new SubmerchantInfo(s.Id, s.ExternalId, s.Name, s.IsActive)).ToListAsync(stop));
        lock (_lock)
        {
            // Of two that overlap, the one that read earlier must not have the last word.
            if (turn < _shown) return;
            _shown = turn;
            Volatile.Write(ref _current, read);
        }
    }
}
