using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Outbox;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Reviews;

/// <summary>A queue in which María may not decide anything but what she has: one whose time is over for her, one decided for good, one that can still be undone, a colleague's, an admin's, her own payment, one kept ready and a free one.</summary>
internal sealed record RefusalStage(ReviewWorld World, ReviewLease Expired, ReviewLease Closed, ReviewLease Settling, ReviewLease Foreign, ReviewLease Held, ReviewLease Ahead, ReviewLease Own, ReviewLease Above, long Free, IReadOnlyDictionary<long, Guid> Ids) : IAsyncDisposable
{
    public static async Task<RefusalStage> StartAsync()
    {
        var world = await ReviewWorld.StartAsync(new PanelApp());
        var app = world.App;
        await app.InDbAsync(async db =>
        {
            db.Add(new ListEntry { Type = ListType.Email, Value = Support.World.Maria.Email, Severity = ListSeverity.Review, CreatedAt = app.Clock.GetUtcNow() });
            await db.SaveChangesAsync();
            await app.Services.GetRequiredService<ListShelf>().ReloadAsync(db, default);
        });
        await world.HoldAsync(8);
        (await world.Shop.AssessAsync($$"""{"amount":100,"currency":"MXN","email":"{{Support.World.Maria.Email}}"}""")).MustBeGood();
        await world.FoldedAsync();
        var (maria, tomas, ines) = (await world.PersonAsync(Support.World.Maria), await world.PersonAsync(Support.World.Tomas), await world.PersonAsync(Support.World.Ines));
        async Task<ReviewLease> TakeAsync(Reviewer who, long seq) => (await world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer)>(l => l.TakeAsync(who, seq, default))).Lease!.Value;

        var expired = await TakeAsync(maria, 1);
        app.Clock.Advance(TimeSpan.FromMinutes(16));
        var closed = await TakeAsync(tomas, 2);
        await world.DecideAsync(tomas, closed, new(ReviewOutcome.Approve, "known_customer"));
        app.Clock.Advance(TimeSpan.FromSeconds(9));
        await world.SettleAsync();
        var settling = await TakeAsync(tomas, 3);
        await world.DecideAsync(tomas, settling, new(ReviewOutcome.Approve, "known_customer"));
        await app.InDbAsync(db => db.Set<Review>().Where(r => r.Seq == 4).ExecuteUpdateAsync(r => r.SetProperty(x => x.Queue, ReviewQueue.EscalatedNumber)));
        await app.InDbAsync(db => db.Set<Review>().Where(r => r.Seq == 1 || r.Seq == 9).ExecuteUpdateAsync(r => r.SetProperty(x => x.VisibleAt, x => x.VisibleAt + 86_400_000)));
        var foreign = await TakeAsync(tomas, 5);
        var held = await TakeAsync(maria, 6);
        var ahead = (await world.DoAsync<LeaseReviews, ReviewLease?>(l => l.AheadAsync(maria, 1, held.Seq, default)))!.Value;
        var own = await TakeAsync(maria, 9);
        var above = await TakeAsync(ines, 4);
        return new RefusalStage(world, expired, closed, settling, foreign, held, ahead, own, above, ahead.Seq == 7 ? 8 : 7, await app.InDbAsync(db => db.Set<StoredAssessment>().ToDictionaryAsync(a => a.Seq, a => a.Id)));
    }

    /// <summary>All that a decision, or a step towards one, would change.</summary>
    public Task<string> StandAsync() => World.App.InDbAsync(async db =>
    {
        var reviews = await db.Set<Review>().AsNoTracking().OrderBy(r => r.Seq).Select(r => $"{r.Seq} {r.State} {r.Version} {r.Queue} {r.Outcome} {r.LeaseOwner} {r.LeaseToken} {r.LeaseUntil} {r.LeaseIsAhead} {r.VisibleAt}").ToListAsync();
        return $"{string.Join('\n', reviews)}\n{await db.Set<ReviewEvent>().CountAsync()} events, {await db.Set<Label>().CountAsync()} labels, {await db.Set<OutboxEvent>().CountAsync(e => e.ReviewVersion != null)} told, {await db.Set<ListEntry>().CountAsync()} listed";
    });

    public ValueTask DisposeAsync() => World.DisposeAsync();
}
