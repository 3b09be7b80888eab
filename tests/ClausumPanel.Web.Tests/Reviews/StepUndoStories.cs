using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Outbox;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Reviews;

public abstract class StepUndoStories
{
    protected abstract PanelApp Make();

    protected async Task BackAsync(ReviewEventKind step)
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var maria = await world.PersonAsync(World.Maria);
        var first = (await world.NextAsync(maria))!.Value;
        var before = await ReviewAsync(world, first.Seq);
        Assert.True((await DoAsync(world, maria, first, step)).IsDone);
        Assert.Null(await world.NextAsync(maria));
        world.App.Clock.Advance(TimeSpan.FromSeconds(7));

        var (lease, answer) = await UndoAsync(world, maria, first.Seq);
        Assert.True(answer.IsDone);
        var after = await ReviewAsync(world, first.Seq);
        Assert.Equal(before.WarnAt, after.WarnAt);
        Assert.Equal((before.Queue, before.DueAt, maria.Id, lease!.Value.Token, before.Version + 2), (after.Queue, after.DueAt, after.LeaseOwner, after.LeaseToken, after.Version));
        Assert.Equal(before.VisibleAt, after.VisibleAt);
        // Given back it comes to her again: the skip hides it no more.
        await world.DoAsync<LeaseReviews, bool>(async l => { await l.ReleaseAsync(maria, first.Seq, lease.Value.Token, default); return true; });
        var again = (await world.NextAsync(maria))!.Value;
        Assert.Equal(first.Seq, again.Seq);
        var events = await world.App.InDbAsync(db => db.Set<ReviewEvent>().Where(e => e.Kind != ReviewEventKind.Leased && e.Kind != ReviewEventKind.Released).OrderBy(e => e.Version).ToListAsync());
        Assert.Equal([(step, before.Version + 1, before.Queue), (ReviewEventKind.StepUndone, before.Version + 2, before.Queue)], events.Select(e => (e.Kind, e.Version, e.Queue)));
        Assert.Equal(1, await world.App.InDbAsync(db => db.AuditEntries.CountAsync(e => e.Action == AuditActions.ReviewUndone && e.ActorName == World.Maria.Name)));
        Assert.Equal(0, await world.App.InDbAsync(db => db.Set<OutboxEvent>().CountAsync(e => e.ReviewVersion != null)));
        Assert.Equal((0, 0), await FiguresAsync(world, maria, step));

        // The same once more, for good.
        Assert.True((await DoAsync(world, maria, again, step)).IsDone);
        world.App.Clock.Advance(TimeSpan.FromSeconds(8));
        Assert.Equal(DecideReviews.StepTooLate, (await UndoAsync(world, maria, first.Seq)).Answer.Refusal);
        Assert.Equal((1, 1), await FiguresAsync(world, maria, step));
    }

    protected async Task RefusedAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var (maria, tomas, ines) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Tomas), await world.PersonAsync(World.Ines));
        var mine = (await world.NextAsync(maria))!.Value;
        Assert.Equal(DecideReviews.StepTooLate, (await UndoAsync(world, maria, mine.Seq)).Answer.Refusal);
        Assert.True((await DoAsync(world, maria, mine, ReviewEventKind.Skipped)).IsDone);
        Assert.Equal(DecideReviews.StepTooLate, (await UndoAsync(world, tomas, mine.Seq)).Answer.Refusal);
        Assert.Equal(DecideReviews.StepTooLate, (await UndoAsync(world, ines, mine.Seq)).Answer.Refusal);

        // Kept ready for a colleague nobody looks at it yet; once he has it, it is his.
        var ahead = (await world.DoAsync<LeaseReviews, ReviewLease?>(l => l.AheadAsync(tomas, null, 0, default)))!.Value;
        Assert.Equal(mine.Seq, ahead.Seq);
        var (lease, answer) = await UndoAsync(world, maria, mine.Seq);
        Assert.True(answer.IsDone);
        Assert.Null(await world.NextAsync(tomas));
        Assert.True((await DoAsync(world, maria, lease!.Value, ReviewEventKind.Skipped)).IsDone);
        var his = (await world.NextAsync(tomas))!.Value;
        var taken = (await UndoAsync(world, maria, mine.Seq)).Answer;
        Assert.Equal((LeaseReviews.Taken, World.Tomas.Name), (taken.Refusal, taken.Values[0]));
        await world.DoAsync<LeaseReviews, bool>(async l => { await l.ReleaseAsync(tomas, his.Seq, his.Token, default); return true; });
        Assert.Equal(DecideReviews.StepTooLate, (await UndoAsync(world, maria, mine.Seq)).Answer.Refusal);

        // Kept ready for a colleague when the time is over, nobody has taken it.
        ahead = (await world.DoAsync<LeaseReviews, ReviewLease?>(l => l.AheadAsync(tomas, null, 0, default)))!.Value;
        Assert.Equal(mine.Seq, ahead.Seq);
        Assert.Equal(DecideReviews.StepTooLate, (await UndoAsync(world, maria, mine.Seq)).Answer.Refusal);

        // A step of somebody else's came after it, and what is undone is undone for good once it was given back.
        his = (await world.NextAsync(tomas))!.Value;
        Assert.True((await DoAsync(world, tomas, his, ReviewEventKind.Escalated)).IsDone);
        Assert.Equal(DecideReviews.StepTooLate, (await UndoAsync(world, maria, mine.Seq)).Answer.Refusal);
        (lease, answer) = await UndoAsync(world, tomas, mine.Seq);
        Assert.True(answer.IsDone);
        Assert.Equal((1, tomas.Id), (await ReviewAsync(world, mine.Seq)) is var review ? (review.Queue, review.LeaseOwner!.Value) : default);
        await world.DoAsync<LeaseReviews, bool>(async l => { await l.ReleaseAsync(tomas, mine.Seq, lease!.Value.Token, default); return true; });
        Assert.Equal(DecideReviews.StepTooLate, (await UndoAsync(world, tomas, mine.Seq)).Answer.Refusal);
        await SecondsAsync(world, 0);
        his = (await world.NextAsync(tomas))!.Value;
        Assert.True((await DoAsync(world, tomas, his, ReviewEventKind.Held)).IsDone);
        Assert.Equal(DecideReviews.StepTooLate, (await UndoAsync(world, tomas, mine.Seq)).Answer.Refusal);
    }

    protected async Task OverdueAsync()
    {
        foreach (var step in (ReviewEventKind[])[ReviewEventKind.Skipped, ReviewEventKind.Escalated, ReviewEventKind.Held])
        {
            await using var world = await ReviewWorld.StartAsync(Make());
            await world.HoldAsync(1);
            await world.FoldedAsync();
            var maria = await world.PersonAsync(World.Maria);
            await world.App.InDbAsync(db => db.Set<ReviewQueue>().ExecuteUpdateAsync(q => q.SetProperty(x => x.Timeout, TimeoutAction.Approve)));
            // The queue it comes from says how long, wherever it waits.
            await world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == ReviewQueue.EscalatedNumber).ExecuteUpdateAsync(q => q.SetProperty(x => x.UndoSeconds, 0)));
            var mine = (await world.NextAsync(maria))!.Value;
            world.App.Clock.Advance(TimeSpan.FromMinutes(14));
            await world.App.InDbAsync(db => db.Set<Review>().ExecuteUpdateAsync(r => r.SetProperty(x => x.DueAt, x => x.OpenedAt + 1)));
            Assert.True((await DoAsync(world, maria, mine, step, TimeSpan.FromSeconds(1))).IsDone);
            world.App.Clock.Advance(TimeSpan.FromSeconds(7));
            await world.SettleAsync();
            Assert.Equal(ReviewState.Open, (await ReviewAsync(world, mine.Seq)).State);
            var (lease, answer) = await UndoAsync(world, maria, mine.Seq);
            Assert.True(answer.IsDone, $"{step}: {answer.Refusal}");
            Assert.True((await DoAsync(world, maria, lease!.Value, step, TimeSpan.FromSeconds(1))).IsDone);
            world.App.Clock.Advance(TimeSpan.FromSeconds(8));
            await world.SettleAsync();
            // Put away or escalated it has a time of its own again, from then on.
            var late = await ReviewAsync(world, mine.Seq);
            Assert.Equal(step == ReviewEventKind.Skipped ? (ReviewState.Closed, true) : (ReviewState.Open, false), (late.State, late.IsTimedOut));
            world.App.Clock.Advance(TimeSpan.FromMinutes(240));
            await world.SettleAsync();
            late = await ReviewAsync(world, mine.Seq);
            Assert.Equal((ReviewState.Closed, true), (late.State, late.IsTimedOut));
        }
    }

    protected async Task SettlingAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.App.InDbAsync(async db =>
        {
            await db.Set<ReviewQueue>().Where(q => q.Number == 1).ExecuteUpdateAsync(q => q.SetProperty(x => x.DelayMinutes, 30));
            await world.App.Services.GetRequiredService<ReviewRouting>().ReloadAsync(db, default);
        });
        await world.HoldAsync(2);
        await world.FoldedAsync();
        var (maria, ines) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Ines));
        async Task<ReviewLease> TakenAsync(Reviewer who, long seq) => (await world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer)>(l => l.TakeAsync(who, seq, default))).Lease!.Value;

        // Whatever queue it went on to, and by whom.
        var before = await ReviewAsync(world, 1);
        Assert.Equal(before.OpenedAt + 1_800_000, before.VisibleAt);
        Assert.True((await DoAsync(world, maria, await TakenAsync(maria, 1), ReviewEventKind.Escalated)).IsDone);
        Assert.True((await DoAsync(world, ines, await TakenAsync(ines, 1), ReviewEventKind.Held)).IsDone);
        Assert.True((await UndoAsync(world, ines, 1)).Answer.IsDone);
        Assert.Equal(before.VisibleAt, (await ReviewAsync(world, 1)).VisibleAt);

        // What an event put into the queue was there at once.
        await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.Seq == 2).ExecuteUpdateAsync(r => r.SetProperty(x => x.OpenedAt, x => x.OpenedAt + 5_000).SetProperty(x => x.VisibleAt, x => x.OpenedAt + 5_000)));
        before = await ReviewAsync(world, 2);
        Assert.True((await DoAsync(world, maria, await TakenAsync(maria, 2), ReviewEventKind.Held)).IsDone);
        Assert.True((await UndoAsync(world, maria, 2)).Answer.IsDone);
        Assert.Equal(before.VisibleAt, (await ReviewAsync(world, 2)).VisibleAt);
    }

    protected async Task BarredAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var (maria, ines) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Ines));
        var mine = (await world.NextAsync(maria))!.Value;
        Assert.True((await DoAsync(world, maria, mine, ReviewEventKind.Escalated)).IsDone);
        await AdminsOnlyAsync(world);
        var (lease, answer) = await UndoAsync(world, maria, mine.Seq);
        Assert.Equal((null, LeaseReviews.NotForYou), (lease, answer.Refusal));
        Assert.Equal((ReviewQueue.EscalatedNumber, null), (await ReviewAsync(world, mine.Seq)) is var review ? (review.Queue, review.LeaseOwner) : default);

        // An admin who is none any more.
        var hers = (await world.NextAsync(ines))!.Value;
        Assert.True((await DoAsync(world, ines, hers, ReviewEventKind.Skipped)).IsDone);
        Assert.Equal(LeaseReviews.NotForYou, (await UndoAsync(world, ines with { IsAdmin = false }, hers.Seq)).Answer.Refusal);
        Assert.True((await UndoAsync(world, ines, hers.Seq)).Answer.IsDone);
    }

    protected async Task TwiceAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var (maria, ines) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Ines));
        var mine = (await world.NextAsync(maria))!.Value;
        Assert.True((await DoAsync(world, maria, mine, ReviewEventKind.Skipped)).IsDone);
        mine = await BothAsync();
        Assert.True((await world.DecideAsync(maria, mine, new(ReviewOutcome.Approve, "known_customer"))).IsDone);
        mine = await BothAsync();

        // Once an admin took it over it is theirs.
        Assert.True((await world.DoAsync<LeaseReviews, (ReviewLease?, ReviewAnswer Answer)>(l => l.TakeOverAsync(ines, mine.Seq, default))).Answer.IsDone);
        Assert.Equal(LeaseReviews.Taken, (await UndoAsync(world, maria, mine.Seq)).Answer.Refusal);
        Assert.Equal(DecideReviews.StepTooLate, (await UndoAsync(world, ines, mine.Seq)).Answer.Refusal);
        Assert.Equal(2, await world.App.InDbAsync(db => db.AuditEntries.CountAsync(e => e.Action == AuditActions.ReviewUndone)));

        async Task<ReviewLease> BothAsync()
        {
            var (first, second) = (await UndoAsync(world, maria, mine.Seq), await UndoAsync(world, maria, mine.Seq));
            Assert.Equal((null, null), (first.Answer.Refusal, second.Answer.Refusal));
            Assert.Equal(first.Lease!.Value, second.Lease!.Value);
            return second.Lease.Value;
        }
    }

    private protected static Task AdminsOnlyAsync(ReviewWorld world) => world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == 1).ExecuteUpdateAsync(q => q.SetProperty(x => x.AdminsOnly, true)));

    private protected static Task<Review> ReviewAsync(ReviewWorld world, long seq) => world.App.InDbAsync(db => db.Set<Review>().AsNoTracking().SingleAsync(r => r.Seq == seq));

    private protected static Task<(ReviewLease? Lease, ReviewAnswer Answer)> UndoAsync(ReviewWorld world, Reviewer who, long seq) => world.DoAsync<UndoReviews, (ReviewLease? Lease, ReviewAnswer Answer)>(d => d.UndoAsync(who, seq, default));

    private protected static Task<string> AddressAsync(ReviewWorld world, long seq) => world.App.InDbAsync(async db => $"/dashboard/reviews/{await db.Set<StoredAssessment>().Where(a => a.Seq == seq).Select(a => a.Id).SingleAsync()}");

    private protected static Task SecondsAsync(ReviewWorld world, int seconds) => world.App.InDbAsync(db => db.Set<ReviewQueue>().ExecuteUpdateAsync(q => q.SetProperty(x => x.UndoSeconds, seconds)));

    private protected static Task<ReviewAnswer> DoAsync(ReviewWorld world, Reviewer who, ReviewLease lease, ReviewEventKind step, TimeSpan? away = null) => world.DoAsync<DecideReviews, ReviewAnswer>(d => step switch
    {
        ReviewEventKind.Skipped => d.SkipAsync(who, lease.Seq, lease.Token, "not_my_area", null, default),
        ReviewEventKind.Held => d.HoldAsync(who, lease.Seq, lease.Token, world.App.Clock.GetUtcNow() + (away ?? TimeSpan.FromHours(3)), null, default),
        _ => d.EscalateAsync(who, lease.Seq, lease.Token, "Two cards, one address", default),
    });

    /// <summary>Of everybody, and of that person.</summary>
    private static Task<(int All, int Theirs)> FiguresAsync(ReviewWorld world, Reviewer who, ReviewEventKind step) => world.App.InDbAsync(async db =>
    {
        var now = world.App.Clock.GetUtcNow().ToUnixTimeMilliseconds();
        var quality = await ReviewQuality.OfAsync(db, TestClock.Start.AddDays(-1).ToUnixTimeMilliseconds(), now + 1, now, default);
        int Count(QualityFigures figures) => step switch { ReviewEventKind.Skipped => figures.Skipped, ReviewEventKind.Held => figures.Held, _ => figures.Escalated };
        return (Count(quality.Together), Count(quality.People[who.Id]));
    });
}
