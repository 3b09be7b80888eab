using ClausumPanel.Assess;
using ClausumPanel.Storage.Reviews;

namespace ClausumPanel.Web.Pages.Reviews;

/// <summary>A line of an item's history.</summary>
/// <param name="Event">What happened; of several, the last.</param>
/// <param name="Visits">How often somebody took it and gave it back, one time after the other, with nothing done; 0: the line is the event alone.</param>
/// <param name="Note">What was noted; null: nothing, or it was taken back and stands, in the same words, at a later line.</param>
public sealed record HistoryLine(ReviewEvent Event, int Visits, string? Note)
{
    /// <summary>Whoever only looked is told of in one line, and who took something back and wrote the same once more is quoted once: what was done is what a reader looks for.</summary>
    public static IReadOnlyList<HistoryLine> Of(IReadOnlyList<ReviewEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        List<HistoryLine> lines = [];
        for (var i = 0; i < events.Count; i++)
        {
            if (events[i] is { Kind: ReviewEventKind.Leased } taken && i + 1 < events.Count && events[i + 1] is var next && (next.Kind == ReviewEventKind.Leased || (next.Kind == ReviewEventKind.Released && next.ActorId == taken.ActorId)))
            {
                // Who left it without a word, or whose time ran out, had given it back before somebody took it anew: of that there is no line.
                var back = next.Kind == ReviewEventKind.Released ? next : taken;
                var before = lines.Count > 0 && lines[^1] is { Visits: > 0 } last && last.Event.ActorId == taken.ActorId ? last.Visits : 0;
                if (before > 0) lines.RemoveAt(lines.Count - 1);
                lines.Add(new HistoryLine(back, before + 1, back.Note));
                if (back == next) i++;
            }
            else
            {
                var e = events[i];
                lines.Add(new HistoryLine(e, 0, IsTakenBack(events, e) && events.Skip(i + 1).Any(later => later.Note == e.Note) ? null : e.Note));
            }
        }
        return lines;
    }

    /// <summary>It was undone: a decision, or a step.</summary>
    internal static bool IsTakenBack(IReadOnlyList<ReviewEvent> events, ReviewEvent line) =>
        events.Any(e => e.Kind is ReviewEventKind.Undone or ReviewEventKind.StepUndone && e.Version == line.Version + 1) && (line.Kind == ReviewEventKind.Decided || line.Kind.IsStep());
}

/// <summary>Lines of an item's history, as a page tells them.</summary>
/// <param name="Lines">In order.</param>
/// <param name="Flow">Of the payment.</param>
/// <param name="ListedWith">What a line does to the lists.</param>
public sealed record HistoryView(IEnumerable<HistoryLine> Lines, Flow Flow, Func<ReviewEvent, IReadOnlyList<ListedWith>> ListedWith);
