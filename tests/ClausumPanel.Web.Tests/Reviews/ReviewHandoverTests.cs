using ClausumPanel.Storage;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Reviews;

/// <summary>From where an item came to those who decide the hard ones.</summary>
public sealed class ReviewHandoverTests
{
    private const int Hard = ReviewQueue.EscalatedNumber;

    /// <summary>What happened, in which queue each time, and the version of the step that counts; 0: none.</summary>
    private static readonly (int Counts, (ReviewEventKind Kind, int Queue)[] Steps)[] Histories =
    [
        (0, []),
        (0, [(ReviewEventKind.Skipped, 1), (ReviewEventKind.Held, 1), (ReviewEventKind.Moved, 1), (ReviewEventKind.Decided, 1)]),
        (2, [(ReviewEventKind.Held, 1), (ReviewEventKind.Escalated, 1), (ReviewEventKind.FirstDecided, Hard)]),
        (2, [(ReviewEventKind.FirstDecided, 2), (ReviewEventKind.Disagreed, 2)]),
        (1, [(ReviewEventKind.TimedOut, 3), (ReviewEventKind.Skipped, Hard)]),
        // A disagreement or time among those who decide the hard ones brings it from nowhere.
        (1, [(ReviewEventKind.Escalated, 1), (ReviewEventKind.FirstDecided, Hard), (ReviewEventKind.Disagreed, Hard), (ReviewEventKind.TimedOut, Hard)]),
        (0, [(ReviewEventKind.FirstDecided, Hard), (ReviewEventKind.Disagreed, Hard)]),
        // Taken back, for good and to be escalated anew; only the step right before it is.
        (0, [(ReviewEventKind.Escalated, 1), (ReviewEventKind.StepUndone, 1)]),
        (3, [(ReviewEventKind.Escalated, 1), (ReviewEventKind.StepUndone, 1), (ReviewEventKind.Escalated, 2)]),
        (1, [(ReviewEventKind.Escalated, 1), (ReviewEventKind.Answered, Hard), (ReviewEventKind.Escalated, 3), (ReviewEventKind.StepUndone, 3)]),
        (1, [(ReviewEventKind.Escalated, 1), (ReviewEventKind.FirstDecided, Hard), (ReviewEventKind.StepUndone, Hard)]),
        // Answered, it went back, and came once more from elsewhere.
        (3, [(ReviewEventKind.Escalated, 1), (ReviewEventKind.Answered, Hard), (ReviewEventKind.TimedOut, 2)]),
    ];

    [Theory, OnSqlite, OnPostgres]
    public async Task The_store_and_a_history_in_hand_say_the_same_of_where_it_came_from(StorageProvider engine)
    {
        await using var database = await TestDatabase.OfAsync(engine);
        await using var services = database.Services();
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
        for (var seq = 0; seq < Histories.Length; seq++)
        {
            var steps = Histories[seq].Steps;
            // Whatever the clock said: what counts is their order.
            for (var i = 0; i < steps.Length; i++) db.Add(new ReviewEvent { Id = Guid.CreateVersion7(), Seq = seq, At = 1_000 - i, Kind = steps[i].Kind, Queue = steps[i].Queue, ActorName = "Ana", Version = i + 1 });
        }
        await db.SaveChangesAsync();

        var stored = await db.Set<ReviewEvent>().AsNoTracking().CameFrom().ToDictionaryAsync(e => e.Seq, e => (e.Version, e.Queue));
        var all = (await db.Set<ReviewEvent>().AsNoTracking().ToListAsync()).ToLookup(e => e.Seq);
        for (var seq = 0; seq < Histories.Length; seq++)
        {
            var (counts, steps) = Histories[seq];
            var expected = counts == 0 ? default : (counts, steps[counts - 1].Queue);
            Assert.Equal((seq, expected, expected), (seq, stored.GetValueOrDefault(seq), all[seq].ToList().CameFrom() is { } step ? (step.Version, step.Queue) : default));
        }
    }
}
