using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Tests.Reviews;

/// <summary>Above an amount two different people decide, whichever way an item goes: what those stories begin with, and what is done in them.</summary>
public abstract class SecondPersonStories
{
    protected const string Queue = "/dashboard/reviews";

    protected static ReviewVerdict Approved { get; } = new(ReviewOutcome.Approve, "known_customer");
    protected static ReviewVerdict Declined { get; } = new(ReviewOutcome.Decline, "stolen_card");

    protected abstract PanelApp Make();

    private protected async Task<ReviewWorld> StartAsync(int held)
    {
        var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(held);
        await world.FoldedAsync();
        return world;
    }

    /// <summary>Above it two must decide; the payments are of 20,001 and up.</summary>
    private protected static Task LimitAsync(ReviewWorld world, int queue, long above = 10_000) =>
        world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == queue).ExecuteUpdateAsync(q => q.SetProperty(x => x.SecondAbove, ReviewQueue.Write(new Dictionary<string, long> { ["MXN"] = above }))));

    private protected static async Task<Reviewer> OtherAdminAsync(ReviewWorld world) => (await world.PersonAsync(World.Clara)) with { IsAdmin = true };

    /// <summary>The next one, until it can no longer be taken back.</summary>
    private protected static async Task<long> DecideAsync(ReviewWorld world, Reviewer who, ReviewVerdict verdict)
    {
        var lease = (await world.NextAsync(who))!.Value;
        Assert.True((await world.DecideAsync(who, lease, verdict)).IsDone);
        world.App.Clock.Advance(TimeSpan.FromSeconds(8));
        return lease.Seq;
    }

    private protected static async Task<ReviewState> StateAfterAsync(ReviewWorld world, Reviewer who, long seq, ReviewVerdict verdict)
    {
        var (lease, answer) = await TakeAsync(world, who, seq);
        Assert.True(answer.IsDone, answer.Refusal);
        answer = await world.DecideAsync(who, lease!.Value, verdict);
        Assert.True(answer.IsDone, answer.Refusal);
        return (await ReviewAsync(world, seq)).State;
    }

    private protected static async Task EscalateAsync(ReviewWorld world, Reviewer who, long seq)
    {
        var lease = (await TakeAsync(world, who, seq)).Lease!.Value;
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.EscalateAsync(who, seq, lease.Token, "Two cards, one address", default))).IsDone);
    }

    private protected static Task<(ReviewLease? Lease, ReviewAnswer Answer)> TakeAsync(ReviewWorld world, Reviewer who, long seq) => world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer Answer)>(l => l.TakeAsync(who, seq, default));

    private protected static Task<Review> ReviewAsync(ReviewWorld world, long seq) => world.App.InDbAsync(db => db.Set<Review>().AsNoTracking().SingleAsync(r => r.Seq == seq));

    private protected static Task<string> AddressAsync(ReviewWorld world, long seq) => world.App.InDbAsync(async db => $"{Queue}/{await db.Set<StoredAssessment>().Where(a => a.Seq == seq).Select(a => a.Id).SingleAsync()}");
}
