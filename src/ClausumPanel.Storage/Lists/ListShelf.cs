using ClausumPanel.Storage.Settings;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Storage.Lists;

/// <summary>
/// The lists as they are now. A change made here is laid over the index at once, so that the next payment meets it; the whole index is made anew in the background, by
/// whoever follows changes, and put in place in one step.
/// </summary>
public sealed class ListShelf : IFollowChanges, IDisposable
{
    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _one = new(1);
    private readonly List<ListChange> _since = [];
    private ListIndex _whole = ListIndex.Empty;
    private ListIndex _current = ListIndex.Empty;

    public string Topic => ChangeTopics.Lists;

    public ListIndex Current => Volatile.Read(ref _current);

    /// <summary>Call it when the change is committed, never before.</summary>
    public void Apply(params IEnumerable<ListChange> changes)
    {
        lock (_lock)
        {
            _since.AddRange(changes);
            Volatile.Write(ref _current, _whole.With(_since));
        }
    }

    public async Task ReloadAsync(PanelDb db, CancellationToken stop)
    {
        await _one.WaitAsync(stop);
        try
        {
            int known;
            lock (_lock) known = _since.Count;         // these are committed, so what is read now has them
            var entries = await db.Set<ListEntry>().AsNoTracking().Where(e => e.IsActive)
                .Select(e => new ListEntry { Id = e.Id, Type = e.Type, Value = e.Value, Severity = e.Severity, FlowScope = e.FlowScope, ExpiresAt = e.ExpiresAt }).ToListAsync(stop);
            var whole = new ListIndex(entries);
            lock (_lock)
            {
                _whole = whole;
                _since.RemoveRange(0, known);
                Volatile.Write(ref _current, whole.With(_since));
            }
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();
}
