using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Pages.Reviews;

namespace ClausumPanel.Web.Tests.Reviews;

public class HistoryLineTests
{
    private static readonly Guid Luis = Guid.NewGuid(), Ana = Guid.NewGuid();

    [Fact]
    public void Who_only_looked_is_told_of_in_one_line_and_whatever_was_done_in_its_own()
    {
        ReviewEvent[] events =
        [
            Event(ReviewEventKind.Leased, Luis, 1), Event(ReviewEventKind.Released, Luis, 2), Event(ReviewEventKind.Leased, Luis, 3), Event(ReviewEventKind.Released, Luis, 4),
            Event(ReviewEventKind.Leased, Ana, 5), Event(ReviewEventKind.Released, Ana, 6), Event(ReviewEventKind.Leased, Luis, 7), Event(ReviewEventKind.Noted, Luis, 8), Event(ReviewEventKind.Released, Luis, 9),
            Event(ReviewEventKind.Leased, Luis, 10), Event(ReviewEventKind.Released, Ana, 11), Event(ReviewEventKind.Leased, Luis, 12),
        ];
        Assert.Equal(
        [
            (ReviewEventKind.Released, 4L, 2), (ReviewEventKind.Released, 6, 1), (ReviewEventKind.Leased, 7, 0), (ReviewEventKind.Noted, 8, 0), (ReviewEventKind.Released, 9, 0),
            (ReviewEventKind.Leased, 10, 0), (ReviewEventKind.Released, 11, 0), (ReviewEventKind.Leased, 12, 0),
        ],
        HistoryLine.Of(events).Select(l => (l.Event.Kind, l.Event.At, l.Visits)));
        Assert.Empty(HistoryLine.Of([]));
    }

    /// <summary>Who leaves the page, or whose time runs out, writes no line of it.</summary>
    [Fact]
    public void Whoever_takes_it_anew_had_it_given_back_before()
    {
        ReviewEvent[] events = [Event(ReviewEventKind.Leased, Luis, 1), Event(ReviewEventKind.Leased, Luis, 2), Event(ReviewEventKind.Leased, Ana, 3), Event(ReviewEventKind.Released, Ana, 4), Event(ReviewEventKind.Leased, Luis, 5)];
        Assert.Equal([(ReviewEventKind.Leased, 2L, 2), (ReviewEventKind.Released, 4, 1), (ReviewEventKind.Leased, 5, 0)], HistoryLine.Of(events).Select(l => (l.Event.Kind, l.Event.At, l.Visits)));
    }

    [Fact]
    public void Who_takes_something_back_and_writes_the_same_once_more_is_quoted_once()
    {
        ReviewEvent Step(ReviewEventKind kind, int version, string? note) => new() { Id = Guid.NewGuid(), Kind = kind, ActorId = Luis, At = version, Version = version, Note = note };
        ReviewEvent[] events =
        [
            Step(ReviewEventKind.Decided, 1, "Llamé al banco"), Step(ReviewEventKind.Undone, 2, null), Step(ReviewEventKind.Escalated, 3, "¿La conoces?"), Step(ReviewEventKind.StepUndone, 4, null),
            Step(ReviewEventKind.Decided, 5, "Llamé al banco"), Step(ReviewEventKind.Closed, 6, null), Step(ReviewEventKind.Reopened, 7, "Llamó el dueño"), Step(ReviewEventKind.Decided, 8, "Llamé al banco"),
        ];
        // What nobody wrote again, and what stood, stays.
        Assert.Equal([null, null, "¿La conoces?", null, "Llamé al banco", null, "Llamó el dueño", "Llamé al banco"], HistoryLine.Of(events).Select(l => l.Note));
    }

    private static ReviewEvent Event(ReviewEventKind kind, Guid actor, long at) => new() { Id = Guid.NewGuid(), Kind = kind, ActorId = actor, At = at };
}
