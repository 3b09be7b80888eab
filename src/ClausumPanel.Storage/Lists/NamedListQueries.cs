using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Storage.Lists;

/// <summary>A list that rules may name, and how many values stand in it.</summary>
public sealed record NamedListSize(string Name, NamedListKind Kind, int Count);

public static class NamedListQueries
{
    /// <summary>The lists that stand, by name.</summary>
    public static Task<List<NamedListSize>> NamedListSizesAsync(this PanelDb db, CancellationToken stop) => db.Set<NamedList>().AsNoTracking()
        .Where(l => l.RemovedEdition == NamedList.Stands).OrderBy(l => l.Name)
        .Select(l => new NamedListSize(l.Name, l.Kind, db.Set<NamedListValue>().Count(v => v.ListId == l.Id && v.RemovedEdition == NamedList.Stands))).ToListAsync(stop);
}
