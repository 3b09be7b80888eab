using Microsoft.Extensions.DependencyInjection;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Tests.Reviews;

/// <summary>By when an item should be decided, and from when on that is soon.</summary>
public sealed class ReviewTermTests : ReviewTermStories
{
    private static readonly TimeZoneInfo Mexico = TimeZoneInfo.FindSystemTimeZoneById("America/Mexico_City");

    protected override PanelApp Make() => new();

    [Fact] public Task What_is_put_away_has_all_its_time_once_it_is_back() => HeldAsync();

    [Fact] public Task What_was_late_stays_late_when_it_is_taken_before_its_time_and_time_waits_all_the_same() => GivenBackAsync();

    [Fact] public Task What_is_given_back_before_it_is_late_has_the_time_it_would_have_had() => InTimeAsync();

    [Fact] public Task Who_takes_over_ends_the_hold_and_who_is_refused_does_not() => EndedAsync();

    [Fact] public Task Another_queue_has_a_time_of_its_own() => MovedAsync();

    [Fact] public Task Over_a_weekend_nothing_becomes_due_soon() => WeekendAsync();

    [Theory]
    // Monday to Friday, nine to six in Mexico; three quarters of an hour's work is soon.
    [InlineData("2026-11-27T23:50Z", "2026-11-30T15:35Z", "2026-11-30T15:50Z")]
    [InlineData("2026-11-27T18:00Z", "2026-11-27T18:45Z", "2026-11-27T19:00Z")]
    [InlineData("2026-11-28T18:00Z", "2026-11-30T15:45Z", "2026-11-30T16:00Z")]
    // The last minutes of the day are soon, the rest is tomorrow's.
    [InlineData("2026-11-24T23:10Z", "2026-11-24T23:55Z", "2026-11-25T15:10Z")]
    public void Time_passes_while_people_work(string shown, string warn, string due) =>
        Assert.Equal((At(due), At(warn)), ReviewTerm.Of(Working(75), At(shown)!.Value, Mexico) is var term ? (term.DueAt, term.WarnAt) : default);

    [Fact]
    public void Half_a_minute_counts_and_without_a_time_there_is_no_hurry()
    {
        Assert.Equal(new ReviewTerm(60_000, 30_000), ReviewTerm.Of(new ReviewQueue { SlaMinutes = 1, WarnPercent = 50 }, 0, Mexico));
        Assert.Equal(default, ReviewTerm.Of(new ReviewQueue { SlaMinutes = null }, 0, Mexico));
    }

    /// <summary>Of ten minutes on Friday and fifty on Monday; what counts for the order rises with it.</summary>
    [Fact]
    public void The_share_of_the_time_used_is_that_of_soon_when_it_is_soon()
    {
        var (queue, opened) = (Working(75), At("2026-11-27T23:50Z")!.Value);
        queue.WeightOfTime = 1;
        var term = ReviewTerm.Of(queue, opened, Mexico);
        var review = new Review { OpenedAt = opened, DueAt = term.DueAt, WarnAt = term.WarnAt };
        long TimeAt(string at) => ReviewPriority.Of(review, queue, At(at)!.Value).Time;
        Assert.Equal([0, 750, 916, 1_000], ((string[])["2026-11-27T23:50Z", "2026-11-30T15:35Z", "2026-11-30T15:45Z", "2026-11-30T15:50Z"]).Select(TimeAt));
        Assert.InRange(TimeAt("2026-11-29T12:00Z"), 1, 749);
        Assert.Equal(2_000, TimeAt("2026-12-24T12:00Z"));
    }
}

public sealed class PostgresReviewTermTests : ReviewTermStories
{
    protected override PanelApp Make() => new PostgresPanelApp();

    [PostgresFact] public Task What_is_put_away_has_all_its_time_once_it_is_back() => HeldAsync();

    [PostgresFact] public Task What_was_late_stays_late_when_it_is_taken_before_its_time_and_time_waits_all_the_same() => GivenBackAsync();

    [PostgresFact] public Task What_is_given_back_before_it_is_late_has_the_time_it_would_have_had() => InTimeAsync();

    [PostgresFact] public Task Who_takes_over_ends_the_hold_and_who_is_refused_does_not() => EndedAsync();

    [PostgresFact] public Task Another_queue_has_a_time_of_its_own() => MovedAsync();

    [PostgresFact] public Task Over_a_weekend_nothing_becomes_due_soon() => WeekendAsync();
}

public abstract class ReviewTermStories
{
    private const long Minute = 60_000;

    protected abstract PanelApp Make();

    protected async Task HeldAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var (maria, tomas) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Tomas));
        await world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == 1).ExecuteUpdateAsync(q => q.SetProperty(x => x.Timeout, TimeoutAction.Approve)));
        var (before, back) = (await ReviewAsync(world), world.App.Clock.GetUtcNow().AddDays(2));
        var lease = (await world.NextAsync(maria))!.Value;
        await HoldAsync(maria, lease);
        Assert.Equal((back.ToUnixTimeMilliseconds() + (60 * Minute), back.ToUnixTimeMilliseconds() + (45 * Minute)), TermOf(await ReviewAsync(world)));
        lease = (await UndoAsync(world, maria)).Lease!.Value;
        Assert.Equal(TermOf(before), TermOf(await ReviewAsync(world)));

        // Who takes it before its time ends that, and it is as late as it was.
        await HoldAsync(maria, lease);
        world.App.Clock.Advance(TimeSpan.FromMinutes(90));
        lease = (await world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer)>(l => l.TakeAsync(tomas, 1, default))).Lease!.Value;
        Assert.Equal(TermOf(before), TermOf(await ReviewAsync(world)));
        Assert.Equal(world.App.Clock.GetUtcNow().ToUnixTimeMilliseconds(), (await ReviewAsync(world)).VisibleAt);
        await HoldAsync(tomas, lease);

        // Back again time does not decide it at once.
        world.App.Clock.Advance(back - world.App.Clock.GetUtcNow() + TimeSpan.FromMinutes(59));
        await world.SettleAsync();
        Assert.Equal(ReviewState.Open, (await ReviewAsync(world)).State);
        world.App.Clock.Advance(TimeSpan.FromMinutes(1));
        await world.SettleAsync();
        Assert.True((await ReviewAsync(world)).IsTimedOut);

        async Task HoldAsync(Reviewer who, ReviewLease held) => Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.HoldAsync(who, held.Seq, held.Token, back, null, default))).IsDone);
    }

    /// <summary>Late, put away, taken before its time and given back: time decides it no earlier than had it stayed where it was.</summary>
    protected async Task GivenBackAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var (maria, tomas) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Tomas));
        world.App.Clock.Advance(TimeSpan.FromMinutes(70));
        var before = await ReviewAsync(world);
        var lease = (await world.NextAsync(maria))!.Value;
        await world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == 1).ExecuteUpdateAsync(q => q.SetProperty(x => x.Timeout, TimeoutAction.Approve)));
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.HoldAsync(maria, 1, lease.Token, world.App.Clock.GetUtcNow().AddHours(4), null, default))).IsDone);
        world.App.Clock.Advance(TimeSpan.FromMinutes(15));
        lease = (await world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer)>(l => l.TakeAsync(tomas, 1, default))).Lease!.Value;
        Assert.Equal(TermOf(before), TermOf(await ReviewAsync(world)));
        await world.DoAsync<LeaseReviews, bool>(async l => { await l.ReleaseAsync(tomas, 1, lease.Token, default); return true; });
        await world.SettleAsync();
        // Skipped instead of given back it is the same.
        lease = (await world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer)>(l => l.TakeAsync(tomas, 1, default))).Lease!.Value;
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.SkipAsync(tomas, 1, lease.Token, "not_my_area", null, default))).IsDone);
        foreach (var minutes in (double[])[4 * 60 - 15, 59.5])
        {
            world.App.Clock.Advance(TimeSpan.FromMinutes(minutes));
            await world.SettleAsync();
            Assert.Equal(ReviewState.Open, (await ReviewAsync(world)).State);
        }
        world.App.Clock.Advance(TimeSpan.FromMinutes(.5));
        await world.SettleAsync();
        Assert.True((await ReviewAsync(world)).IsTimedOut);
    }

    protected async Task InTimeAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var (maria, tomas) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Tomas));
        await world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == 1).ExecuteUpdateAsync(q => q.SetProperty(x => x.Timeout, TimeoutAction.Approve)));
        var lease = (await world.NextAsync(maria))!.Value;
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.HoldAsync(maria, 1, lease.Token, world.App.Clock.GetUtcNow().AddMinutes(30), null, default))).IsDone);
        world.App.Clock.Advance(TimeSpan.FromMinutes(10));
        lease = (await world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer)>(l => l.TakeAsync(tomas, 1, default))).Lease!.Value;
        await world.DoAsync<LeaseReviews, bool>(async l => { await l.ReleaseAsync(tomas, 1, lease.Token, default); return true; });
        // Due after an hour, as before; back after half of one, it would have had an hour more.
        foreach (var (minutes, state) in ((double, ReviewState)[])[(50.5, ReviewState.Open), (29, ReviewState.Open), (.5, ReviewState.Closed)])
        {
            world.App.Clock.Advance(TimeSpan.FromMinutes(minutes));
            await world.SettleAsync();
            Assert.Equal((minutes, state), (minutes, (await ReviewAsync(world)).State));
        }
        Assert.True((await ReviewAsync(world)).IsTimedOut);
    }

    protected async Task EndedAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var (maria, ines) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Ines));
        world.App.Clock.Advance(TimeSpan.FromMinutes(70));
        var before = await ReviewAsync(world);
        var lease = (await world.NextAsync(maria))!.Value;
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.HoldAsync(maria, 1, lease.Token, world.App.Clock.GetUtcNow().AddHours(4), null, default))).IsDone);
        world.App.Clock.Advance(TimeSpan.FromMinutes(15));
        var held = await ReviewAsync(world);
        // Nothing was decided of it, and it is as it was.
        var answer = Assert.Single(await world.DoAsync<IServiceProvider, IReadOnlyList<(long Seq, ReviewAnswer Answer)>>(s => s.GetRequiredService<DecideReviews>().DecideManyAsync(ines, [1], new(ReviewOutcome.Decline, null), s.GetRequiredService<LeaseReviews>(), default))).Answer;
        Assert.Equal(DecideReviews.ReasonMissing, answer.Refusal);
        Assert.Equal((held.VisibleAt, held.DueAt, held.WarnAt, null), ((await ReviewAsync(world)).VisibleAt, (await ReviewAsync(world)).DueAt, (await ReviewAsync(world)).WarnAt, (await ReviewAsync(world)).LeaseToken));

        Assert.NotNull((await world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer)>(l => l.TakeOverAsync(ines, 1, default))).Lease);
        Assert.Equal((TermOf(before), world.App.Clock.GetUtcNow().ToUnixTimeMilliseconds()), (TermOf(await ReviewAsync(world)), (await ReviewAsync(world)).VisibleAt));
    }

    protected async Task MovedAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var (maria, ines) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Ines));
        var before = await ReviewAsync(world);
        world.App.Clock.Advance(TimeSpan.FromMinutes(59));
        var lease = (await world.NextAsync(maria))!.Value;
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.EscalateAsync(maria, 1, lease.Token, "Two cards, one address", default))).IsDone);
        Assert.Equal(InMinutes(240, 180), TermOf(await ReviewAsync(world)));
        Assert.True((await UndoAsync(world, maria)).Answer.IsDone);
        Assert.Equal(TermOf(before), TermOf(await ReviewAsync(world)));

        // Where its queue is deleted, one that waits has its time from now on, and what is put away once it is back.
        await world.HoldAsync(1);
        await world.FoldedAsync();
        await world.App.InDbAsync(async db =>
        {
            db.Add(new ReviewQueue { Number = 5, Name = "Propia", Position = 5, IsActive = false });
            await db.SaveChangesAsync();
            await db.Set<Review>().ExecuteUpdateAsync(r => r.SetProperty(x => x.Queue, 5));
            return await db.Set<Review>().Where(r => r.Seq == 2).ExecuteUpdateAsync(r => r.SetProperty(x => x.VisibleAt, x => x.VisibleAt + (600 * Minute)));
        });
        world.App.Clock.Advance(TimeSpan.FromMinutes(5));
        Assert.True((await world.DoAsync<ChangeQueues, ReviewAnswer>(c => c.DeleteAsync(5, 3, ines.Who, default))).IsDone);
        Assert.Equal(InMinutes(120, 90), TermOf(await ReviewAsync(world)));
        Assert.Equal(InMinutes(595 + 120, 595 + 90), TermOf(await ReviewAsync(world, 2)));

        (long?, long?) InMinutes(int due, int warn) => world.App.Clock.GetUtcNow().ToUnixTimeMilliseconds() is var now ? (now + (due * Minute), now + (warn * Minute)) : default;
    }

    protected async Task WeekendAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        var hours = ReviewQueue.Write(Working(75).ReadHours()!);
        await world.App.InDbAsync(db => db.Set<ReviewQueue>().ExecuteUpdateAsync(q => q.SetProperty(x => x.Hours, hours)));
        await world.HoldAsync(1);
        await world.FoldedAsync();
        var friday = At("2026-11-27T23:50Z")!.Value;
        await world.App.InDbAsync(db => db.Set<Review>().ExecuteUpdateAsync(r => r.SetProperty(x => x.OpenedAt, friday).SetProperty(x => x.VisibleAt, friday)
            .SetProperty(x => x.DueAt, friday + (64 * 60 * Minute)).SetProperty(x => x.WarnAt, friday + ((64 * 60 - 15) * Minute))));
        foreach (var (at, soon, overdue) in ((string, int, int)[])[("2026-11-29T20:00Z", 0, 0), ("2026-11-30T15:34Z", 0, 0), ("2026-11-30T15:35Z", 1, 0), ("2026-11-30T15:50Z", 0, 1)])
        {
            world.App.Clock.Advance(DateTimeOffset.Parse(at, null) - world.App.Clock.GetUtcNow());
            var tile = (await world.DoAsync<ReadQueues, IReadOnlyList<QueueTile>>(r => r.ReadAsync(world.App.Clock.GetUtcNow(), default))).Single(t => t.Waiting == 1);
            Assert.Equal((soon, overdue), (tile.DueSoon, tile.Overdue));
            var due = (await world.App.As(World.Maria).PageAsync("/dashboard/reviews?queue=1")).QuerySelector("tr[data-seq] time.due")!.ClassList;
            Assert.Equal((soon == 1, overdue == 1), (due.Contains("is-soon"), due.Contains("is-overdue")));
        }
    }

    private protected static ReviewQueue Working(int warn) => new()
    {
        SlaMinutes = 60, WarnPercent = warn, Hours = ReviewQueue.Write(new BusinessHours([DayOfWeek.Monday, DayOfWeek.Tuesday, DayOfWeek.Wednesday, DayOfWeek.Thursday, DayOfWeek.Friday], 9 * 60, 18 * 60)),
    };

    private protected static long? At(string instant) => DateTimeOffset.Parse(instant, null).ToUnixTimeMilliseconds();

    private static (long? DueAt, long? WarnAt) TermOf(Review review) => (review.DueAt, review.WarnAt);

    private static Task<Review> ReviewAsync(ReviewWorld world, long seq = 1) => world.App.InDbAsync(db => db.Set<Review>().AsNoTracking().SingleAsync(r => r.Seq == seq));

    private static Task<(ReviewLease? Lease, ReviewAnswer Answer)> UndoAsync(ReviewWorld world, Reviewer who) => world.DoAsync<UndoReviews, (ReviewLease? Lease, ReviewAnswer Answer)>(d => d.UndoAsync(who, 1, default));
}
