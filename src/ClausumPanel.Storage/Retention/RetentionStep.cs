using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Storage.Retention;

/// <summary>
/// Removes one kind of data in portions: what comes next is looked up beside everybody else, then removed in a transaction that is as short as can be, with the report of it. A run that is cut off loses the portion it was at;
/// the next one finds what is left.
/// </summary>
public abstract class RetentionStep(PanelDb db)
{
    protected PanelDb Db => db;

    public abstract KeptData What { get; }

    /// <summary>What is older goes; null: nothing does.</summary>
    public abstract DateTimeOffset? Before { get; }

    /// <summary>What is old enough and stays, so far as it was looked at in this run.</summary>
    public Dictionary<HoldReason, long> Held { get; } = [];

    /// <summary>Looks up the next portion, outside of any transaction.</summary>
    /// <returns>False when there is none.</returns>
    public abstract Task<bool> LookAsync(int most, CancellationToken stop);

    /// <summary>Removes what <see cref="LookAsync"/> found, in the caller's transaction.</summary>
    /// <returns>How many.</returns>
    public abstract Task<long> RemoveAsync(CancellationToken stop);

    /// <summary>When the oldest is of that is left.</summary>
    public abstract Task<DateTimeOffset?> OldestAsync(CancellationToken stop);

    protected void Hold(HoldReason reason, long count = 1) => Held[reason] = Held.GetValueOrDefault(reason) + count;

    /// <summary>Moves a mark, in the caller's transaction; never back.</summary>
    protected static async Task MarkAsync(PanelDb db, string name, long at, long seq, CancellationToken stop)
    {
        if (await db.Set<RetentionMark>().Where(m => m.Name == name).ExecuteUpdateAsync(m => m.SetProperty(x => x.At, at).SetProperty(x => x.Seq, seq), stop) > 0) return;
        db.Add(new RetentionMark { Name = name, At = at, Seq = seq });
        await db.SaveChangesAsync(stop);
    }

    protected static Task<RetentionMark?> MarkAsync(PanelDb db, string name, CancellationToken stop) => db.Set<RetentionMark>().AsNoTracking().SingleOrDefaultAsync(m => m.Name == name, stop);
}
