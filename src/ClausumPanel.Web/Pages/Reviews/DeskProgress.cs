using ClausumPanel.Storage;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Reviews;

/// <summary>How far somebody has come today, and what is left of what they go through.</summary>
/// <param name="Decided">What they decided since their day began.</param>
/// <param name="Left">What waits of what they go through.</param>
public sealed record DeskProgress(DecidedCount Decided = default, int Left = 0)
{
    /// <param name="db">The store.</param>
    /// <param name="person">Who.</param>
    /// <param name="queue">Which they go through; null: all.</param>
    /// <param name="selection">What of it.</param>
    /// <param name="now">The current instant.</param>
    /// <param name="reader">On whose clock a day begins.</param>
    /// <param name="stop">Ends it early.</param>
    internal static async Task<DeskProgress> OfAsync(PanelDb db, Guid person, int? queue, ReviewSelection selection, DateTimeOffset now, Reader reader, CancellationToken stop)
    {
        var (at, dayStart) = (now.ToUnixTimeMilliseconds(), reader.StartOfDay(now).ToUnixTimeMilliseconds());
        return new(await DecidedCount.OfAsync(db, person, dayStart, stop), await db.Set<Review>().Waiting(at).Where(r => queue == null || r.Queue == queue).Only(selection.Filter, db, at).CountAsync(stop));
    }

    /// <param name="queue">Which they go through; null: all.</param>
    /// <param name="isFiltered">Only some of it.</param>
    /// <param name="list">How it is sorted and filtered, in words; none: as it comes.</param>
    /// <param name="T">The reader's language.</param>
    internal string Say(int? queue, bool isFiltered, IReadOnlyCollection<string> list, Texts T)
    {
        var left = queue is null ? T.Count(Left, "{0} still waits in all queues", "{0} still wait in all queues")
            : isFiltered ? T.Count(Left, "filtered: {0} is left", "filtered: {0} left") : T.Count(Left, "{0} still waits in this queue", "{0} still wait in this queue");
        return $"{T.Count(Decided.All, "{0} review decided today", "{0} reviews decided today")}{(Decided.Challenged == 0 ? "" : $" ({Decided.SayChallenged(T)})")}, {left}{(list.Count > 0 ? $" ({string.Join(" · ", list)})" : "")}";
    }
}
