using ClausumPanel.Assess.Rules;
using ClausumPanel.Storage.Settings;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Storage.Lists;

/// <summary>All named lists as they were in one edition. Immutable.</summary>
public sealed class NamedListEdition
{
    private readonly Dictionary<string, (Guid Id, NamedListIndex Index)> _byName;

    private NamedListEdition(long number, Dictionary<string, (Guid Id, NamedListIndex Index)> byName)
    {
        (Number, _byName) = (number, byName);
        Lists = new RuleLists(byName.ToDictionary(l => l.Key, IRuleList (l) => l.Value.Index, StringComparer.OrdinalIgnoreCase), AreOpen: true);
    }

    /// <summary>Before there were any lists.</summary>
    public static readonly NamedListEdition First = new(0, []);

    /// <summary>Rises by every change of any named list.</summary>
    public long Number { get; }

    /// <summary>As rules ask them; a name that stood for no list then is an empty one.</summary>
    public RuleLists Lists { get; }

    /// <summary>The edition that stands now, in the database. Inside a transaction that has raised the mark, the one that the transaction makes.</summary>
    public static Task<long> NumberAsync(PanelDb db, CancellationToken stop) => db.ChangeMarks.AsNoTracking().Where(m => m.Topic == ChangeTopics.NamedLists).Select(m => m.Version).SingleAsync(stop);

    /// <summary>
    /// Reads an edition, the present one or one of the past. Editions are given one after the other, each in the transaction of its change: whoever sees the number sees all rows up to it.
    /// </summary>
    /// <param name="db">The database.</param>
    /// <param name="number">Which.</param>
    /// <param name="known">One in memory, whose lists are taken over where nothing has changed since.</param>
    /// <param name="stop">Stops it.</param>
    public static async Task<NamedListEdition> ReadAsync(PanelDb db, long number, NamedListEdition? known, CancellationToken stop)
    {
        var byName = new Dictionary<string, (Guid, NamedListIndex)>(StringComparer.OrdinalIgnoreCase);
        foreach (var list in await db.Set<NamedList>().AsNoTracking().Where(l => l.AddedEdition <= number && l.RemovedEdition > number).ToListAsync(stop))
        {
            if (known is not null && known.Number <= number && list.ChangedEdition <= known.Number && known._byName.TryGetValue(list.Name, out var same) && same.Id == list.Id)
            {
                byName[list.Name] = same;
                continue;
            }
            var values = await db.Set<NamedListValue>().AsNoTracking().Where(v => v.ListId == list.Id && v.AddedEdition <= number && v.RemovedEdition > number)
                .Select(v => new { v.Value, v.ExpiresAt }).ToListAsync(stop);
            byName[list.Name] = (list.Id, new NamedListIndex(list.Kind, [.. values.Select(v => (v.Value, v.ExpiresAt))]));
        }
        return new NamedListEdition(number, byName);
    }
}
