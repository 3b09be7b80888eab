using ClausumPanel.Storage.Reviews;

namespace ClausumPanel.Web.Pages.Reviews;

/// <summary>A line of an item's history.</summary>
/// <param name="Event">What happened; of several, the last.</param>
/// <param name="Visits">How often somebody took it and gave it back, one time after the other, with nothing done; 0: the line is the event alone.</param>
public sealed record HistoryLine(ReviewEvent Event, int Visits)
{
    /// <summary>Whoever only looked is told of in one line: what was done is what a reader looks for.</summary>
    public static IReadOnlyList<HistoryLine> Of(IReadOnlyList<ReviewEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        List<HistoryLine> lines = [];
        for (var i = 0; i < events.Count; i++)
        {
            if (events[i] is { Kind: ReviewEventKind.Leased } taken && i + 1 < events.Count && events[i + 1] is { Kind: ReviewEventKind.Released } back && back.ActorId == taken.ActorId)
            {
                var before = lines.Count > 0 && lines[^1] is { Visits: > 0 } last && last.Event.ActorId == taken.ActorId ? last.Visits : 0;
                if (before > 0) lines.RemoveAt(lines.Count - 1);
                lines.Add(new HistoryLine(back, before + 1));
                i++;
            }
            else
            {
                lines.Add(new HistoryLine(events[i], 0));
            }
        }
        return lines;
    }
}
