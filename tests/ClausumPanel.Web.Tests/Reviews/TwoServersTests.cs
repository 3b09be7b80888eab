using System.Collections.Concurrent;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Outbox;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Reviews;

/// <summary>Twenty people at one queue behind two servers, whose only common ground is the database: they read ahead, decide, skip and take back at once, while what can no longer be taken back takes effect.</summary>
public sealed class TwoServersTests
{
    private const int People = 20, Items = 80;

    [PostgresFact]
    public async Task Each_item_is_decided_once_whatever_else_is_done_with_it_on_two_servers()
    {
        await using var world = await ReviewWorld.StartAsync(new PostgresPanelApp());
        await world.HoldAsync(Items);
        await world.FoldedAsync();
        using var one = new ReviewTurns();
        using var other = new ReviewTurns();
        var had = new ConcurrentDictionary<Guid, long>();
        var people = await world.PeopleAsync(People);
        await Task.WhenAll(people.Select((person, i) => Task.Run(() => WorkAsync(world, i % 2 == 0 ? one : other, person, new Random(i), had))));
        // What somebody passed over last, when all others had gone.
        world.App.Clock.Advance(LeaseReviews.AheadLength + TimeSpan.FromSeconds(1));
        await WorkAsync(world, one, await world.PersonAsync(World.Maria), new Random(People), had);

        world.App.Clock.Advance(TimeSpan.FromMinutes(1));
        await world.SettleAsync();
        var reviews = await world.App.InDbAsync(db => db.Set<Review>().AsNoTracking().ToListAsync());
        Assert.Equal((Items, Items), (reviews.Count, reviews.Count(r => r is { State: ReviewState.Closed, LeaseOwner: null, LabelId: not null })));
        var lines = await world.App.InDbAsync(db => db.Set<ReviewEvent>().AsNoTracking().ToListAsync());
        Assert.Contains(lines, e => e.Kind == ReviewEventKind.Undone);
        Assert.Contains(lines, e => e.Kind == ReviewEventKind.StepUndone);
        foreach (var review in reviews)
        {
            // What changes an item raises its version by one: of two at once that both got through, one number would be there twice.
            var its = lines.Where(e => e.Seq == review.Seq && e.Kind is not ReviewEventKind.Leased).OrderBy(e => e.Version).ToList();
            Assert.Equal(Enumerable.Range(its[0].Version, its.Count), its.Select(e => e.Version));
            Assert.Equal(review.Version, its[^1].Version);
            Assert.Equal(1, its.Count(e => e.Kind == ReviewEventKind.Decided) - its.Count(e => e.Kind == ReviewEventKind.Undone));
            Assert.Equal([ReviewEventKind.Decided, ReviewEventKind.Closed], its[^2..].Select(e => e.Kind));
            Assert.Equal(review.DecidedById, its[^2].ActorId);
            Assert.All(its.Where(e => e.Kind is ReviewEventKind.Undone or ReviewEventKind.StepUndone), e => Assert.Equal(its.Single(b => b.Version == e.Version - 1).ActorId, e.ActorId));
        }
        Assert.Equal((Items, Items), await world.App.InDbAsync(async db => (await db.Set<Label>().Select(l => l.Seq).Distinct().CountAsync(), await db.Set<Label>().CountAsync())));
        Assert.Equal((Items, Items), await world.App.InDbAsync(async db => (await db.Set<OutboxEvent>().Where(e => e.Type == OutboxEventType.ReviewClosed).Select(e => e.Seq).Distinct().CountAsync(), await db.Set<OutboxEvent>().CountAsync(e => e.Type == OutboxEventType.ReviewClosed))));
    }

    private static async Task WorkAsync(ReviewWorld world, ReviewTurns turns, Reviewer person, Random random, ConcurrentDictionary<Guid, long> had)
    {
        ReviewVerdict approved = new(ReviewOutcome.Approve, "known_customer");
        var skips = 0;
        while (await DoAsync((leases, _, _) => leases.NextAsync(person, null, default)) is { } lease)
        {
            // A lease is one person's for one item; what was kept ready becomes the same lease.
            Assert.Equal(lease.Seq, had.GetOrAdd(lease.Token, lease.Seq));
            if (random.Next(2) == 0) await DoAsync((leases, _, _) => leases.AheadAsync(person, null, lease.Seq, default));
            var skipsIt = skips < 2 && random.Next(4) == 0;
            Assert.True((await DoAsync((_, decide, _) => skipsIt ? decide.SkipAsync(person, lease.Seq, lease.Token, "not_my_area", null, default) : decide.DecideAsync(person, lease.Seq, lease.Token, approved, default))).IsDone);
            if (skipsIt) skips++;
            if (random.Next(3) > 0) continue;
            var (again, answer) = await DoAsync((_, _, undo) => undo.UndoAsync(person, lease.Seq, default));
            // A skip cannot be taken back once a colleague has the item; a decision can.
            Assert.True(answer.IsDone || skipsIt, answer.Refusal);
            if (again is not null) had[again.Value.Token] = again.Value.Seq;
        }

        async Task<T> DoAsync<T>(Func<LeaseReviews, DecideReviews, UndoReviews, Task<T>> act)
        {
            await using var scope = world.App.Services.CreateAsyncScope();
            return await act(ActivatorUtilities.CreateInstance<LeaseReviews>(scope.ServiceProvider, turns), ActivatorUtilities.CreateInstance<DecideReviews>(scope.ServiceProvider, turns), ActivatorUtilities.CreateInstance<UndoReviews>(scope.ServiceProvider, turns));
        }
    }
}
