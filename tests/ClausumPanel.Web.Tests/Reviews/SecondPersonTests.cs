using ClausumPanel.Assess;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Reviews;

/// <summary>Above an amount two different people decide, whichever way an item goes.</summary>
public sealed class SecondPersonTests : TwoPeopleStories
{
    protected override PanelApp Make() => new();

    [Fact] public Task Who_decided_first_never_decides_it_again_and_anybody_else_settles_a_disagreement() => DisputedAsync();

    [Fact] public Task Whoever_escalates_does_not_decide_it_alone() => EscalatedAsync();

    [Fact] public Task Where_those_who_decide_the_hard_ones_must_be_two_they_are() => OwnLimitAsync();

    [Fact] public Task What_was_opened_again_two_decide_anew() => ReopenedAsync();

    [Fact] public Task The_first_decision_and_a_disagreement_are_taken_back_in_time_by_who_made_them() => UndoneAsync();
}

public sealed class PostgresSecondPersonTests : TwoPeopleStories
{
    protected override PanelApp Make() => new PostgresPanelApp();

    [PostgresFact] public Task Who_decided_first_never_decides_it_again_and_anybody_else_settles_a_disagreement() => DisputedAsync();

    [PostgresFact] public Task Whoever_escalates_does_not_decide_it_alone() => EscalatedAsync();

    [PostgresFact] public Task Where_those_who_decide_the_hard_ones_must_be_two_they_are() => OwnLimitAsync();

    [PostgresFact] public Task What_was_opened_again_two_decide_anew() => ReopenedAsync();

    [PostgresFact] public Task The_first_decision_and_a_disagreement_are_taken_back_in_time_by_who_made_them() => UndoneAsync();
}

public abstract class TwoPeopleStories : SecondPersonStories
{
    protected async Task DisputedAsync()
    {
        await using var world = await StartAsync(2);
        var (ines, tomas, bruno) = (await world.PersonAsync(World.Ines), await world.PersonAsync(World.Tomas), await OtherAdminAsync(world));
        await LimitAsync(world, 1);
        // A third person settles one, the second the other: he is an admin by then.
        foreach (var last in (Reviewer[])[bruno, tomas with { IsAdmin = true }])
        {
            var seq = await DecideAsync(world, ines, Approved);
            Assert.Equal(seq, await DecideAsync(world, tomas, Declined));
            var disputed = await ReviewAsync(world, seq);
            Assert.Equal((ReviewState.Open, ReviewQueue.EscalatedNumber, tomas.Id), (disputed.State, disputed.Queue, disputed.SecondById!.Value));
            Assert.NotEqual(seq, (await world.NextAsync(ines))?.Seq);
            await FreeAsync(world);
            Assert.Equal(LeaseReviews.OwnDisputed, (await TakeAsync(world, ines, seq)).Answer.Refusal);
            var lease = (await TakeAsync(world, last, seq)).Lease!.Value;
            Assert.Equal(LeaseReviews.OwnDisputed, (await world.DoAsync<LeaseReviews, (ReviewLease?, ReviewAnswer Answer)>(l => l.TakeOverAsync(ines, seq, default))).Answer.Refusal);
            Assert.True((await world.DecideAsync(last, lease, Approved)).IsDone);
            Assert.Equal((ReviewState.Decided, ReviewOutcome.Approve, last.Id), (await ReviewAsync(world, seq)) is var settled ? (settled.State, settled.Outcome!.Value, settled.DecidedById!.Value) : default);
        }
    }

    protected async Task EscalatedAsync()
    {
        await using var world = await StartAsync(4);
        var (ines, maria, bruno) = (await world.PersonAsync(World.Ines), await world.PersonAsync(World.Maria), await OtherAdminAsync(world));
        await LimitAsync(world, 1, 20_001);
        // An admin who escalates decides only first; another one's word is the second, or enough by itself.
        await EscalateAsync(world, ines, 2);
        Assert.Equal(ReviewState.Open, await StateAfterAsync(world, ines, 2, Approved));
        Assert.Equal(LeaseReviews.OwnFirst, (await TakeAsync(world, ines, 2)).Answer.Refusal);
        Assert.Equal(ReviewState.Decided, await StateAfterAsync(world, bruno, 2, Approved));
        await EscalateAsync(world, ines, 3);
        Assert.Equal(ReviewState.Decided, await StateAfterAsync(world, bruno, 3, Declined));
        // What somebody else escalated two have to do with already; below the amount one is enough anyway.
        await EscalateAsync(world, maria, 4);
        Assert.Equal(ReviewState.Decided, await StateAfterAsync(world, ines, 4, Declined));
        await EscalateAsync(world, ines, 1);
        Assert.Equal(ReviewState.Decided, await StateAfterAsync(world, ines, 1, Declined));
    }

    protected async Task OwnLimitAsync()
    {
        await using var world = await StartAsync(2);
        var (ines, maria, bruno) = (await world.PersonAsync(World.Ines), await world.PersonAsync(World.Maria), await OtherAdminAsync(world));
        await LimitAsync(world, ReviewQueue.EscalatedNumber);
        foreach (var seq in (long[])[1, 2]) await EscalateAsync(world, maria, seq);
        Assert.Equal(ReviewState.Open, await StateAfterAsync(world, ines, 1, Approved));
        Assert.Equal(ReviewState.Decided, await StateAfterAsync(world, bruno, 1, Approved));
        // The two do not agree: it stays, and the second decides it knowing that.
        Assert.Equal(ReviewState.Open, await StateAfterAsync(world, ines, 2, Approved));
        var due = (await ReviewAsync(world, 2)).DueAt;
        Assert.Equal(ReviewState.Open, await StateAfterAsync(world, bruno, 2, Declined));
        Assert.Equal((ReviewQueue.EscalatedNumber, due), (await ReviewAsync(world, 2)) is var review ? (review.Queue, review.DueAt) : default);
        Assert.Equal(LeaseReviews.OwnDisputed, (await TakeAsync(world, ines, 2)).Answer.Refusal);
        Assert.Equal(ReviewState.Decided, await StateAfterAsync(world, bruno, 2, Declined));
    }

    protected async Task ReopenedAsync()
    {
        await using var world = await StartAsync(1);
        var (ines, maria, bruno) = (await world.PersonAsync(World.Ines), await world.PersonAsync(World.Maria), await OtherAdminAsync(world));
        await LimitAsync(world, 1);
        await EscalateAsync(world, maria, 1);
        Assert.Equal(ReviewState.Decided, await StateAfterAsync(world, ines, 1, Declined));
        world.App.Clock.Advance(TimeSpan.FromMinutes(1));
        await world.SettleAsync();
        await using var scope = world.App.Services.CreateAsyncScope();
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.ReopenAsync(ines, 1, "The owner called", scope.ServiceProvider.GetRequiredService<RecordLabels>(), default))).IsDone);
        var opened = await ReviewAsync(world, 1);
        Assert.Equal(world.App.Clock.GetUtcNow().AddMinutes(240).ToUnixTimeMilliseconds(), opened.DueAt);
        Assert.Equal(ReviewState.Open, await StateAfterAsync(world, ines, 1, Approved));
        Assert.Equal(ReviewState.Decided, await StateAfterAsync(world, bruno, 1, Approved));
    }

    protected async Task UndoneAsync()
    {
        await using var world = await StartAsync(1);
        var (maria, tomas, ines) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Tomas), await world.PersonAsync(World.Ines));
        await LimitAsync(world, 1);
        var before = await ReviewAsync(world, 1);
        Assert.True((await world.DecideAsync(maria, (await world.NextAsync(maria))!.Value, Approved)).IsDone);
        Assert.Null(await world.NextAsync(tomas));
        Assert.Equal(DecideReviews.StepTooLate, (await UndoAsync(world, tomas)).Answer.Refusal);
        world.App.Clock.Advance(TimeSpan.FromSeconds(7));
        var (lease, answer) = await UndoAsync(world, maria);
        Assert.True(answer.IsDone, answer.Refusal);
        var after = await ReviewAsync(world, 1);
        Assert.Equal((before.Queue, before.VisibleAt, before.DueAt, before.WarnAt, null, null, maria.Id), (after.Queue, after.VisibleAt, after.DueAt, after.WarnAt, after.FirstById, after.FirstOutcome, after.LeaseOwner));
        Assert.Equal((0, 0), await FiguresAsync(world));
        // What was taken back may be what she decides again.
        Assert.Equal(((0, 1), (1, 1)), (await ToldAsync(world, tomas), await ToldAsync(world, maria)));

        // For good, once a colleague took it; and so is it of the disagreement.
        Assert.True((await world.DecideAsync(maria, lease!.Value, Approved)).IsDone);
        world.App.Clock.Advance(TimeSpan.FromSeconds(8));
        Assert.Equal(DecideReviews.StepTooLate, (await UndoAsync(world, maria)).Answer.Refusal);
        Assert.Equal(((0, 2), (2, 2)), (await ToldAsync(world, tomas), await ToldAsync(world, maria)));
        before = await ReviewAsync(world, 1);
        Assert.True((await world.DecideAsync(tomas, (await world.NextAsync(tomas))!.Value, Declined)).IsDone);
        Assert.Equal(world.App.Clock.GetUtcNow().AddMinutes(240).ToUnixTimeMilliseconds(), (await ReviewAsync(world, 1)).DueAt);
        Assert.Null(await world.NextAsync(ines));
        (lease, answer) = await UndoAsync(world, tomas);
        Assert.True(answer.IsDone, answer.Refusal);
        after = await ReviewAsync(world, 1);
        Assert.Equal((before.Queue, before.VisibleAt, before.DueAt, before.WarnAt, maria.Id, null, tomas.Id), (after.Queue, after.VisibleAt, after.DueAt, after.WarnAt, after.FirstById, after.SecondById, after.LeaseOwner));
        Assert.Equal((1, 0), await FiguresAsync(world));
        Assert.Equal(((0, 3), (1, 3)), (await ToldAsync(world, ines), await ToldAsync(world, tomas)));
        Assert.True((await world.DecideAsync(tomas, lease!.Value, Declined)).IsDone);
        Assert.Equal((4, 4), await ToldAsync(world, ines));
        Assert.NotNull((await TakeAsync(world, ines, 1)).Lease);
        Assert.Equal(LeaseReviews.Taken, (await UndoAsync(world, tomas)).Answer.Refusal);
        var lines = await world.App.InDbAsync(db => db.Set<ReviewEvent>().Where(e => e.Kind != ReviewEventKind.Leased).OrderBy(e => e.Version).Select(e => e.Kind).ToListAsync());
        Assert.Equal([ReviewEventKind.FirstDecided, ReviewEventKind.StepUndone, ReviewEventKind.FirstDecided, ReviewEventKind.Disagreed, ReviewEventKind.StepUndone, ReviewEventKind.Disagreed], lines);

        static Task<(int Told, int All)> ToldAsync(ReviewWorld world, Reviewer who) => world.App.InDbAsync(async db =>
        {
            var events = await db.Set<ReviewEvent>().AsNoTracking().Where(e => e.Seq == 1).OrderBy(e => e.At).ThenBy(e => e.Version).ToListAsync();
            var shown = events.Blind(await db.Set<Review>().AsNoTracking().SingleAsync(), who.Id).Where(e => e.Kind is ReviewEventKind.FirstDecided or ReviewEventKind.Disagreed).ToList();
            return (shown.Count(e => e.Outcome is not null || e.Reason is not null), shown.Count);
        });

        static Task<(int First, int Disagreed)> FiguresAsync(ReviewWorld world) => world.App.InDbAsync(async db =>
        {
            var now = world.App.Clock.GetUtcNow().ToUnixTimeMilliseconds();
            var together = (await ReviewQuality.OfAsync(db, TestClock.Start.AddDays(-1).ToUnixTimeMilliseconds(), now + 1, now, default)).Together;
            return (together.First, together.Disagreed);
        });
    }

    private static Task<int> FreeAsync(ReviewWorld world) => world.App.InDbAsync(db => db.Set<Review>().ExecuteUpdateAsync(r => r.SetProperty(x => x.LeaseOwner, (Guid?)null).SetProperty(x => x.LeaseToken, (Guid?)null).SetProperty(x => x.LeaseUntil, (long?)null)));

    private static Task<(ReviewLease? Lease, ReviewAnswer Answer)> UndoAsync(ReviewWorld world, Reviewer who) => world.DoAsync<UndoReviews, (ReviewLease? Lease, ReviewAnswer Answer)>(d => d.UndoAsync(who, 1, default));
}
