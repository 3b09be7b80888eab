using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Metrics;
using ClausumPanel.Storage.Outbox;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Events;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Reviews;

public sealed class UnansweredChallengeTests : UnansweredChallengeStories
{
    protected override PanelApp Make() => new();

    [Fact] public Task A_persons_challenge_that_nobody_answers_comes_back_once_and_says_so_wherever_it_is_told() => ComesBackAsync();

    [Fact] public Task What_is_answered_undone_opened_again_or_old_does_not() => StaysAsync();
}

public sealed class PostgresUnansweredChallengeTests : UnansweredChallengeStories
{
    protected override PanelApp Make() => new PostgresPanelApp();

    [PostgresFact] public Task A_persons_challenge_that_nobody_answers_comes_back_once_and_says_so_wherever_it_is_told() => ComesBackAsync();

    [PostgresFact] public Task What_is_answered_undone_opened_again_or_old_does_not() => StaysAsync();
}

public abstract class UnansweredChallengeStories
{
    private static readonly ReviewVerdict Challenged = new(ReviewOutcome.Challenge, "confirm_card");

    protected abstract PanelApp Make();

    protected async Task ComesBackAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        var events = new EventWorld(world.App, await Shop.OpenAsync(world.App, KeyType.Ingest));
        await world.HoldAsync(2);
        await world.FoldedAsync();
        var maria = await world.PersonAsync(World.Maria);
        var (seq, id) = await ChallengeAsync(world, maria);
        await SettledAsync(world);
        var page = await world.App.As(World.Maria).PageAsync($"/dashboard/reviews/{id}");
        Assert.Equal("El sistema del comercio lo consulta aquí: no hay webhook configurado. Sin respuesta vuelve el 24 nov, 09:30: Verificaciones sin respuesta.", Words(page.QuerySelector("[data-after]")!.TextContent));
        Assert.Equal("Aún sin respuesta sin respuesta vuelve el 24 nov, 09:30: Verificaciones sin respuesta", await BecameAsync(world, seq));

        // As long as that queue waits.
        world.App.Clock.Advance(TimeSpan.FromMinutes(29));
        await ReturnAsync(world);
        Assert.Equal(ReviewState.Closed, (await ReviewAsync(world, seq)).State);
        world.App.Clock.Advance(TimeSpan.FromMinutes(1));
        // Two servers at once.
        await Task.WhenAll(ReturnAsync(world), ReturnAsync(world));
        await ReturnAsync(world);
        var back = await ReviewAsync(world, seq);
        var now = world.App.Clock.GetUtcNow();
        Assert.Equal((ReviewState.Open, 2, null, null, now.ToUnixTimeMilliseconds(), now.AddMinutes(240).ToUnixTimeMilliseconds()), (back.State, back.Queue, back.Outcome, back.DecidedById, back.VisibleAt, back.DueAt));
        var line = await world.App.InDbAsync(db => db.Set<ReviewEvent>().SingleAsync(e => e.Seq == seq && e.Kind == ReviewEventKind.ChallengeUnanswered));
        Assert.Equal((back.Version, null, "system"), (line.Version, line.ActorId, line.ActorName));
        Assert.Equal([OutboxEventType.ReviewClosed, OutboxEventType.ReviewReopened], await ToldAsync(world, seq));
        var answer = (await Answer.OfAsync(await world.Shop.Client.GetAsync($"/api/v1/assessments/{id}"))).MustBeGood().Json;
        Assert.Equal((System.Text.Json.JsonValueKind.Null, "waiting"), (answer.GetProperty("final_decision").ValueKind, answer.GetProperty("review").GetProperty("status").GetString()));
        // Every figure that counts final outcomes moved with it.
        Assert.All(await world.App.InDbAsync(db => new RollupCheck(db, world.App.Services.GetRequiredService<StorageChoice>(), world.App.Clock).VerifyAsync(_ => { }, default)), d => Assert.True(d.IsNone, $"{d}"));

        var desk = await world.App.As(World.Maria).PageAsync("/dashboard/reviews?queue=2");
        Assert.Contains("Ya se pidió verificación y no llegó respuesta", desk.QuerySelector($"tr[data-seq='{seq}'] [data-handed]")!.TextContent, StringComparison.Ordinal);
        Assert.Equal("0 aún sin respuesta, de vuelta en una cola: 1", Words(desk.QuerySelector("#asked [data-unanswered]")!.TextContent));
        Assert.Equal("No llegó respuesta: espera de nuevo", await BecameAsync(world, seq));
        page = await world.App.As(World.Tomas).PageAsync($"/dashboard/reviews/{id}");
        Assert.StartsWith("María Analiza pidió verificación, 24 nov ", page.QuerySelector("[data-unanswered]")!.TextContent, StringComparison.Ordinal);
        Assert.Contains("No llegó respuesta a la verificación: espera de nuevo · ClausumPanel", Words(page.QuerySelector(".timeline-list")!.TextContent), StringComparison.Ordinal);

        // Of the queue it left the sum says that it moved on, and that the decision is none of earlier.
        await AddsUpAsync("1", "2 = pasadas a otra cola 1 + en espera 1");

        // Challenged once more it comes back once more; and the answer that comes at last decides what waits.
        var lease = (await world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer)>(l => l.TakeAsync(maria, seq, default))).Lease!.Value;
        Assert.True((await world.DecideAsync(maria, lease, Challenged)).IsDone);
        await SettledAsync(world);
        world.App.Clock.Advance(TimeSpan.FromMinutes(30));
        await ReturnAsync(world);
        Assert.Equal((ReviewState.Open, 2), (await ReviewAsync(world, seq) is var again ? (again.State, await world.App.InDbAsync(db => db.Set<ReviewEvent>().CountAsync(e => e.Seq == seq && e.Kind == ReviewEventKind.ChallengeUnanswered))) : default));
        await events.PostAsync($$$"""{"event":"challenge.passed","data":{"id":"late","transaction_id":"{{{id}}}"}}""");
        await events.DoneAsync(1);
        await world.SettleAsync();
        Assert.Equal((ReviewState.Closed, ReviewOutcome.Approve, true), (await ReviewAsync(world, seq)) is var closed ? (closed.State, closed.Outcome!.Value, closed.IsAnswered) : default);
        await AddsUpAsync("2", "1 = respondidas por el pagador 1");

        async Task AddsUpAsync(string queue, string sum)
        {
            var fill = (await world.App.As(World.Ines).PageAsync("/dashboard/reviews/quality?period=7d")).QuerySelector($"[data-fill='{queue}']")!;
            Assert.Equal((sum, "1 decisión arriba = verificaciones respondidas o de vuelta 1"), (Words(fill.QuerySelector("[data-parts]")!.TextContent), Words(fill.QuerySelector("[data-made]")!.TextContent)));
        }
    }

    protected async Task StaysAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        var events = new EventWorld(world.App, await Shop.OpenAsync(world.App, KeyType.Ingest));
        await world.HoldAsync(5);
        await world.FoldedAsync();
        var maria = await world.PersonAsync(World.Maria);
        var labels = world.App.Services.CreateScope().ServiceProvider.GetRequiredService<RecordLabels>();

        // Nobody's, while it can still be undone; and undone it never was.
        var (undone, _) = await ChallengeAsync(world, maria);
        Assert.True((await world.DoAsync<UndoReviews, (ReviewLease? Lease, ReviewAnswer Answer)>(d => d.UndoAsync(maria, undone, default))).Answer.IsDone);
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(async d => await d.EscalateAsync(maria, undone, (await ReviewAsync(world, undone)).LeaseToken!.Value, "¿Lo conoces?", default))).IsDone);
        var (reopened, _) = await ChallengeAsync(world, maria);
        var (answered, id) = await ChallengeAsync(world, maria);
        var (old, _) = await ChallengeAsync(world, maria);
        await SettledAsync(world);
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.ReopenAsync(maria, reopened, "Llamó el titular", labels, default))).IsDone);
        await events.PostAsync($$$"""{"event":"challenge.failed","data":{"id":"no","transaction_id":"{{{id}}}"}}""");
        await events.DoneAsync(1);
        await world.SettleAsync();
        // Where no queue waits for the answers of challenges none comes back, and it is said.
        await world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == 2).ExecuteUpdateAsync(q => q.SetProperty(x => x.IsActive, false)));
        world.App.Clock.Advance(TimeSpan.FromHours(1));
        await ReturnAsync(world);
        Assert.Contains("Sin respuesta no pasa nada más", (await world.App.As(World.Maria).PageAsync($"/dashboard/reviews/{await IdAsync(world, old)}")).QuerySelector("[data-after]")!.TextContent, StringComparison.Ordinal);
        await world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == 2).ExecuteUpdateAsync(q => q.SetProperty(x => x.IsActive, true)));
        world.App.Clock.Advance(UnansweredChallenges.Longest);
        await ReturnAsync(world);
        Assert.Equal(0, await world.App.InDbAsync(db => db.Set<ReviewEvent>().CountAsync(e => e.Kind == ReviewEventKind.ChallengeUnanswered)));
        Assert.Equal([(undone, ReviewState.Open), (reopened, ReviewState.Open), (answered, ReviewState.Closed), (old, ReviewState.Closed)],
            await world.App.InDbAsync(async db => (await db.Set<Review>().Where(r => new[] { undone, reopened, answered, old }.Contains(r.Seq)).OrderBy(r => r.Seq).Select(r => new { r.Seq, r.State }).ToListAsync()).Select(r => (r.Seq, r.State))));
    }

    private static async Task<(long Seq, Guid Id)> ChallengeAsync(ReviewWorld world, Reviewer who)
    {
        var lease = (await world.DoAsync<LeaseReviews, ReviewLease?>(l => l.NextAsync(who, 1, default)))!.Value;
        Assert.True((await world.DecideAsync(who, lease, Challenged)).IsDone);
        return (lease.Seq, await IdAsync(world, lease.Seq));
    }

    private static async Task SettledAsync(ReviewWorld world)
    {
        world.App.Clock.Advance(TimeSpan.FromSeconds(8));
        await world.SettleAsync();
    }

    private static Task<bool> ReturnAsync(ReviewWorld world) => world.DoAsync<UnansweredChallenges, bool>(async u => { await u.RunAsync(default); return true; });

    private static Task<Guid> IdAsync(ReviewWorld world, long seq) => world.App.InDbAsync(db => db.Set<StoredAssessment>().Where(a => a.Seq == seq).Select(a => a.Id).SingleAsync());

    private static Task<Review> ReviewAsync(ReviewWorld world, long seq) => world.App.InDbAsync(db => db.Set<Review>().AsNoTracking().SingleAsync(r => r.Seq == seq));

    private static Task<List<OutboxEventType>> ToldAsync(ReviewWorld world, long seq) => world.App.InDbAsync(db => db.Set<OutboxEvent>().Where(e => e.Seq == seq && e.ReviewVersion != null).OrderBy(e => e.Number).Select(e => e.Type).ToListAsync());

    private static async Task<string> BecameAsync(ReviewWorld world, long seq) => Words((await world.App.As(World.Maria).PageAsync("/dashboard/reviews")).QuerySelector($"[data-asked='{seq}'] [data-became]")!.TextContent);

    private static string Words(string text) => string.Join(' ', text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
}
