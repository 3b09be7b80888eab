using ClausumPanel.Storage.Settings;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Storage.Lists;

/// <summary>The lists as they are now, replaced whole when somebody changes them.</summary>
public sealed class ListShelf : IFollowChanges
{
    private ListIndex _current = ListIndex.Empty;

    public string Topic => ChangeTopics.Lists;

    public ListIndex Current => Volatile.Read(ref _current);

    public async Task ReloadAsync(PanelDb db, CancellationToken stop) =>
        Volatile.Write(ref _current, new ListIndex(await db.Set<ListEntry>().AsNoTracking().Where(e => e.IsActive).ToListAsync(stop)));
}
