using ClausumPanel.Storage;
using ClausumPanel.Storage.Reviews;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>A queue and what is going on in it.</summary>
/// <param name="Waiting">Shown by now, whoever has them.</param>
/// <param name="InReview">Of those, somebody looks at.</param>
/// <param name="Reviewers">Who does.</param>
public sealed record QueueTile(ReviewQueue Queue, int Waiting, int InReview, DateTimeOffset? Oldest, int DueSoon, int Overdue, IReadOnlyList<string> Reviewers);

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
        return
        [
            .. queues.Where(q => q.IsActive || counts.ContainsKey(q.Number)).Select(q => counts.TryGetValue(q.Number, out var c)
                ? new QueueTile(q, c.Count, c.Leased, DateTimeOffset.FromUnixTimeMilliseconds(c.Oldest), c.Soon, c.Overdue, [.. holders.Where(h => h.Queue == q.Number && h.Name is not null).Select(h => h.Name!).Order(StringComparer.CurrentCulture)])
                : new QueueTile(q, 0, 0, null, 0, 0, [])),
        ];
    }
}
