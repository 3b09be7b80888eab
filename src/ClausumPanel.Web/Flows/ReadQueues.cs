using ClausumPanel.Storage;
using ClausumPanel.Storage.Reviews;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>A queue and what is going on in it.</summary>
/// <param name="Waiting">Shown by now, whoever has them.</param>
/// <param name="InReview">Of those, somebody looks at.</param>
/// <param name="Reviewers">Who does.</param>
/// <param name="Later">Beside those, what it does not show yet.</param>
public sealed record QueueTile(ReviewQueue Queue, int Waiting, int InReview, DateTimeOffset? Oldest, int DueSoon, int Overdue, IReadOnlyList<string> Reviewers, LaterInQueue Later);

/// <summary>What waits in a queue and is not shown in it yet.</summary>
/// <param name="NotShown">The queue lets it settle first, or the step before can still be taken back.</param>
/// <param name="ShownAt">When the first of those is shown, Unix milliseconds.</param>
/// <param name="OnHold">Somebody put it on hold.</param>
public readonly record struct LaterInQueue(int NotShown, long? ShownAt, int OnHold);

/// <summary>How the queues stand, as the page and the API tell it.</summary>
public sealed class ReadQueues(PanelDb db)
{
    public async Task<IReadOnlyList<QueueTile>> ReadAsync(DateTimeOffset at, CancellationToken stop)
    {
        var now = at.ToUnixTimeMilliseconds();
        var queues = await db.Set<ReviewQueue>().AsNoTracking().OrderBy(q => q.Position).ToListAsync(stop);
        var counts = await (from r in db.Set<Review>().Waiting(now)
                            group r by r.Queue into g
                            select new
                            {
                                g.Key, Count = g.Count(), Oldest = g.Min(r => r.OpenedAt), Leased = g.Sum(r => r.LeaseUntil > now && !r.LeaseIsAhead ? 1 : 0), Overdue = g.Sum(r => r.DueAt <= now ? 1 : 0),
                                Soon = g.Sum(r => r.DueAt > now && r.WarnAt <= now ? 1 : 0),
                            }).ToDictionaryAsync(g => g.Key, stop);
        var holders = await db.Set<Review>().Where(r => r.LeaseOwner != null && r.LeaseUntil > now && !r.LeaseIsAhead && r.State == ReviewState.Open).Select(r => new { r.Queue, Name = db.Users.Where(u => u.Id == r.LeaseOwner).Select(u => u.DisplayName).FirstOrDefault() }).Distinct().ToListAsync(stop);
        var (open, events) = (db.Set<Review>(), db.Set<ReviewEvent>());
        var unshown = await open.NotShown(events, now).GroupBy(r => r.Queue).Select(g => new { g.Key, Count = g.Count(), At = g.Min(r => r.VisibleAt) }).ToDictionaryAsync(g => g.Key, g => (g.Count, g.At), stop);
        var held = await open.PutAway(events, now).GroupBy(r => r.Queue).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, stop);
        LaterInQueue Later(int queue) => unshown.TryGetValue(queue, out var its) ? new(its.Count, its.At, held.GetValueOrDefault(queue)) : new(0, null, held.GetValueOrDefault(queue));
        return
        [
            .. queues.Where(q => q.IsActive || counts.ContainsKey(q.Number)).Select(q => counts.TryGetValue(q.Number, out var c)
                ? new QueueTile(q, c.Count, c.Leased, DateTimeOffset.FromUnixTimeMilliseconds(c.Oldest), c.Soon, c.Overdue, [.. holders.Where(h => h.Queue == q.Number && h.Name is not null).Select(h => h.Name!).Order(StringComparer.CurrentCulture)], Later(q.Number))
                : new QueueTile(q, 0, 0, null, 0, 0, [], Later(q.Number))),
        ];
    }
}
