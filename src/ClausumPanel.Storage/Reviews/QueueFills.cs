using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Storage.Reviews;

/// <summary>How a period filled the queues.</summary>
public static class QueueFills
{
    // Enough for a share to within a few points.
    private const int MostFilling = 500, AtOnce = 500;

    /// <summary>What became of the items of a period in the queues they were in, and what brought them there; that of the latest of very many.</summary>
    public static async Task<SortedDictionary<int, QueueFill>> OfAsync(PanelDb db, DateTimeOffset from, DateTimeOffset to, DateTimeOffset now, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(db);
        var (first, last, at) = (from.ToUnixTimeMilliseconds(), to.ToUnixTimeMilliseconds(), now.ToUnixTimeMilliseconds());
        var fills = new SortedDictionary<int, QueueFill>();
        var reviews = db.Set<Review>().AsNoTracking().Where(r => r.OpenedAt >= first && r.OpenedAt < last);
        var events = db.Set<ReviewEvent>().AsNoTracking();
        foreach (var ended in await reviews.Where(r => r.State != ReviewState.Open).GroupBy(r => new { r.Queue, IsPersons = r.DecidedById != null, r.IsTimedOut }).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(stop))
            Ended(ended.Key.Queue, ended.Key.IsPersons, ended.Key.IsTimedOut, ended.Count);
        foreach (var part in Enum.GetValues<OpenPart>())
            foreach (var open in await reviews.Of(part, events, at).GroupBy(r => r.Queue).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(stop))
            {
                var fill = Of(open.Key);
                if (part == OpenPart.Waiting) fill.Waiting = open.Count;
                else if (part == OpenPart.PutAway) fill.PutAway = open.Count;
                else fill.NotShown = open.Count;
            }
        // What was decided in a queue that is deleted since was put into another without having been in it.
        var numbers = await db.Set<ReviewQueue>().Select(q => q.Number).ToListAsync(stop);
        var gone = await (from e in events
                          where e.At >= first && (e.Kind == ReviewEventKind.Decided || e.Kind == ReviewEventKind.ChallengeAnswered || (e.Kind == ReviewEventKind.TimedOut && e.Outcome != null)) && !numbers.Contains(e.Queue)
                          join r in reviews on e.Seq equals r.Seq
                          where r.State != ReviewState.Open && r.DecidedAt == e.At && r.Queue != e.Queue
                          select new { e.Seq, Its = e.Queue, r.Queue, IsPersons = r.DecidedById != null, r.IsTimedOut }).ToListAsync(stop);
        foreach (var one in gone)
        {
            Ended(one.Queue, one.IsPersons, one.IsTimedOut, -1);
            Ended(one.Its, one.IsPersons, one.IsTimedOut, 1);
        }
        var its = gone.ToDictionary(g => g.Seq, g => g.Its);
        // Each of these lines names the queue it left; taken back it is there again.
        var steps = await (from e in events.Standing(events)
                           where e.At >= first && (e.Kind == ReviewEventKind.Escalated || e.Kind == ReviewEventKind.Answered || e.Kind == ReviewEventKind.Disagreed || e.Kind == ReviewEventKind.Moved || e.Kind == ReviewEventKind.ChallengeUnanswered || (e.Kind == ReviewEventKind.TimedOut && e.Outcome == null))
                           join r in reviews on e.Seq equals r.Seq
                           select new { e.Seq, e.Version, e.Kind, e.Queue, Now = r.Queue }).ToListAsync(stop);
        var left = steps.GroupBy(s => (s.Seq, s.Queue)).Where(g => its.GetValueOrDefault(g.Key.Seq, g.First().Now) != g.Key.Queue).ToLookup(g => g.Key.Seq, g => g.Key.Queue);
        foreach (var way in steps.GroupBy(s => (s.Seq, s.Queue)))
        {
            var (fill, isGone) = (Of(way.Key.Queue), left[way.Key.Seq].Contains(way.Key.Queue));
            var (escalations, isEscalated) = (way.Count(s => IsEscalation(s.Kind, s.Queue)), isGone && way.MaxBy(s => s.Version) is { } latest && IsEscalation(latest.Kind, latest.Queue));
            // It came back from every one but that by which it is gone.
            if (isEscalated) fill.Escalated++;
            else if (isGone) fill.MovedOn++;
            fill.CameBack += escalations - (isEscalated ? 1 : 0);
        }
        // A person's challenge took effect, and what became of it came then: who decided that is counted above all the same, what is opened again since as such.
        var replied = await (from e in events
                             where e.At >= first && (e.Kind == ReviewEventKind.ChallengeAnswered || e.Kind == ReviewEventKind.ChallengeUnanswered)
                             join r in reviews on e.Seq equals r.Seq
                             select new { e.Seq, e.Version, e.Queue }).ToListAsync(stop);
        foreach (var some in replied.Chunk(AtOnce))
        {
            // All that happened to them, which is little: asked for kinds, SQLite would begin with all that ever happened of a kind.
            var seqs = some.Select(s => s.Seq).Distinct().ToList();
            var histories = (await events.Where(e => seqs.Contains(e.Seq)).Select(e => new { e.Seq, e.Kind, e.Version }).ToListAsync(stop)).ToLookup(e => e.Seq);
            foreach (var reply in some)
            {
                var happened = histories[reply.Seq];
                if (happened.Any(d => d.Kind == ReviewEventKind.Decided && d.Version == reply.Version - 2) && happened.Any(c => c.Kind == ReviewEventKind.Closed && c.Version == reply.Version - 1) && !happened.Any(o => o.Kind == ReviewEventKind.Reopened && o.Version > reply.Version)) Of(reply.Queue).ChallengesReplied++;
            }
        }
        var (hits, rules, seen) = (new SignalHit[Assessment.MostSignals], new RuleHit[Assessment.MostRules], new HashSet<int>());
        var items = from r in reviews
                    join a in db.Set<StoredAssessment>() on r.Seq equals a.Seq
                    orderby r.Seq descending
                    select new { r.Seq, r.Queue, a.Signals, a.PolicyVersion };
        await foreach (var item in items.Take(MostFilling).AsAsyncEnumerable().WithCancellation(stop))
        {
            seen.Clear();
            foreach (var hit in hits.AsSpan(0, SignalHits.Read(item.Signals, hits)))
                if (hit.Weight > 0) seen.Add(hit.Signal);
            foreach (var fill in left[item.Seq].Append(its.GetValueOrDefault(item.Seq, item.Queue)).Select(Of))
            {
                fill.Looked++;
                foreach (var signal in seen) fill.Signals[signal] = fill.Signals.GetValueOrDefault(signal) + 1;
                foreach (var hit in rules.AsSpan(0, SignalHits.ReadRules(item.Signals, rules)))
                    if (!hit.Observed) fill.Rules[(item.PolicyVersion, hit.Rule)] = fill.Rules.GetValueOrDefault((item.PolicyVersion, hit.Rule)) + 1;
            }
        }
        foreach (var (queue, _) in fills.Where(f => f.Value.Items == 0).ToList()) fills.Remove(queue);
        return fills;

        // Two who disagree among those who decide the hard ones leave it where it is.
        static bool IsEscalation(ReviewEventKind kind, int queue) => kind is ReviewEventKind.Escalated or ReviewEventKind.Disagreed or ReviewEventKind.TimedOut && queue != ReviewQueue.EscalatedNumber;

        QueueFill Of(int queue) => fills.TryGetValue(queue, out var fill) ? fill : fills[queue] = new QueueFill();

        void Ended(int queue, bool isPersons, bool isTimedOut, int count)
        {
            var fill = Of(queue);
            if (isPersons) fill.Decided += count;
            else if (isTimedOut) fill.ByTime += count;
            else fill.Answered += count;
        }
    }
}
