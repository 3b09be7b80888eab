using ClausumPanel.Storage;
using ClausumPanel.Storage.Inbound;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Labels;
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

public sealed class ChallengeAnswerTests : ChallengeAnswerStories
{
    protected override PanelApp Make() => new();

    [Fact] public Task A_challenge_that_is_answered_waits_for_nobody_and_says_nothing_of_the_payment() => AnsweredAsync();

    [Fact] public Task What_somebody_has_in_hand_stays_theirs_and_has_the_answer_in_its_history() => InHandAsync();
}

public sealed class PostgresChallengeAnswerTests : ChallengeAnswerStories
{
    protected override PanelApp Make() => new PostgresPanelApp();

    [PostgresFact] public Task A_challenge_that_is_answered_waits_for_nobody_and_says_nothing_of_the_payment() => AnsweredAsync();

    [PostgresFact] public Task What_somebody_has_in_hand_stays_theirs_and_has_the_answer_in_its_history() => InHandAsync();
}

public abstract class ChallengeAnswerStories
{
    protected abstract PanelApp Make();

    protected async Task AnsweredAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        var events = new EventWorld(world.App, await Shop.OpenAsync(world.App, KeyType.Ingest));
        var (passed, failed, asked, held) = (await ChallengedAsync(world, "laura"), await ChallengedAsync(world, "marcos"), await ChallengedAsync(world, "ofelia"), (await world.Shop.AssessAsync("""{"amount":100,"currency":"MXN","email":"x@held.example"}""")).MustBeGood().Id);
        await world.FoldedAsync();
        Assert.Equal(3, await world.App.InDbAsync(db => db.Set<Review>().CountAsync(r => r.Queue == 2 && r.State == ReviewState.Open)));

        // A person asks for proof, which takes effect; then the payer gives it.
        world.App.Clock.Advance(TimeSpan.FromMinutes(31));
        var maria = await world.PersonAsync(World.Maria);
        // Of a shop that tells of no answers its silence says nothing.
        foreach (var told in (string[])["reviews", "transactions"])
        {
            var silent = await world.App.As(World.Maria).PageAsync($"/dashboard/{told}/{asked}");
            Assert.DoesNotContain("no ha informado", silent.QuerySelector(".balance")!.TextContent, StringComparison.Ordinal);
            Assert.Contains("No ha informado ninguna, a ninguna verificación, en 7 días, así que su silencio no dice nada.", silent.QuerySelector(".timeline-list")!.TextContent, StringComparison.Ordinal);
        }
        // It stands in the head too, and beside a challenge that somebody is about to make.
        Assert.Equal("este comercio no informa respuestas", (await world.App.As(World.Maria).PageAsync($"/dashboard/reviews/{asked}")).QuerySelector(".bar-facts [data-unheard]")!.TextContent.Trim());
        Assert.Null((await world.App.As(World.Maria).PageAsync($"/dashboard/reviews/{held}")).QuerySelector("[data-unheard]"));
        Assert.DoesNotContain("no ha informado", (await world.App.As(World.Maria).PageAsync($"/dashboard/reviews/{held}")).QuerySelector(".balance")!.TextContent, StringComparison.Ordinal);
        var seq = await SeqAsync(world, asked);
        var lease = (await world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer)>(l => l.TakeAsync(maria, seq, default))).Lease!.Value;
        Assert.Equal("En 7 días este comercio no ha informado el resultado de ninguna verificación; cuántas pidió, el panel no lo sabe. No cuente con una respuesta. Si necesita saber más, apártelo y pregunte usted al pagador.", (await world.App.As(World.Maria).PageAsync($"/dashboard/reviews/{asked}")).QuerySelector("[data-unheard-told]")!.TextContent);
        Assert.True((await world.DecideAsync(maria, lease, new(ReviewOutcome.Challenge, "confirm_card"))).IsDone);
        world.App.Clock.Advance(TimeSpan.FromSeconds(9));
        await world.SettleAsync();
        Assert.StartsWith("Aún sin respuesta", (await world.App.As(World.Maria).PageAsync("/dashboard/reviews")).QuerySelector($"[data-asked='{seq}'] [data-became]")!.TextContent.Trim(), StringComparison.Ordinal);

        await events.RuleAsync("ours", EventAction.ChallengePassed, "otp.ok");
        foreach (var (type, id) in ((string, string)[])[("challenge.passed", passed), ("Challenge.Failed", failed), ("otp.ok", asked), ("challenge.passed", held), ("challenge.failed", passed), ("challenge.passed", "nobody")])
        {
            var before = await world.App.InDbAsync(db => db.ReceivedEvents.CountAsync());
            await events.PostAsync($$$"""{"event":"{{{type}}}","data":{"id":"{{{before}}}","transaction_id":"{{{id}}}"}}""");
            await events.DoneAsync(before + 1);
            await world.SettleAsync();
        }
        Assert.Equal([ChallengeAnswers.Approved, ChallengeAnswers.Declined, ChallengeAnswers.Approved, ChallengeAnswers.NotAsked, ApplyEvents.Reviewed, ApplyEvents.NoPayment], await world.App.InDbAsync(db => db.ReceivedEvents.OrderBy(e => e.ExternalId).Select(e => e.Outcome).ToListAsync()));
        foreach (var (id, outcome, word) in ((string, ReviewOutcome, string)[])[(passed, ReviewOutcome.Approve, "approve"), (failed, ReviewOutcome.Decline, "decline"), (asked, ReviewOutcome.Approve, "approve")])
        {
            var its = await SeqAsync(world, id);
            var review = await world.App.InDbAsync(db => db.Set<Review>().AsNoTracking().SingleAsync(r => r.Seq == its));
            Assert.Equal((ReviewState.Closed, (ReviewOutcome?)outcome, true, null), (review.State, review.Outcome, review.IsAnswered, review.LabelId));
            Assert.Equal(word, (await Answer.OfAsync(await world.Shop.Client.GetAsync($"/api/v1/assessments/{id}"))).MustBeGood().Json.GetProperty("final_decision").GetString());
            var told = await world.App.InDbAsync(db => db.Set<OutboxEvent>().Where(e => e.Seq == its && e.ReviewVersion != null).OrderBy(e => e.Number).Select(e => new { e.Type, e.ReviewVersion, e.Before, e.After }).ToListAsync());
            Assert.Equal((OutboxEventType.ReviewClosed, review.Version, word), (told[^1].Type, told[^1].ReviewVersion!.Value, told[^1].After));
            Assert.Equal(id == asked ? [OutboxEventType.ReviewClosed, OutboxEventType.ReviewReopened, OutboxEventType.ReviewClosed] : [OutboxEventType.ReviewClosed], told.Select(t => t.Type));
            var page = await world.App.As(World.Maria).PageAsync($"/dashboard/reviews/{id}");
            Assert.Contains(outcome == ReviewOutcome.Approve ? "El pagador superó la verificación" : "El pagador no superó la verificación", page.QuerySelector("#state-said")!.TextContent, StringComparison.Ordinal);
        }
        var other = await SeqAsync(world, held);
        Assert.Equal((0, ReviewState.Open), await world.App.InDbAsync(async db => (await db.Set<Label>().CountAsync(), await db.Set<Review>().Where(r => r.Seq == other).Select(r => r.State).SingleAsync())));
        // Every figure that counts final outcomes moved with it.
        Assert.All(await world.App.InDbAsync(db => new RollupCheck(db, world.App.Services.GetRequiredService<StorageChoice>(), world.App.Clock).VerifyAsync(_ => { }, default)), d => Assert.True(d.IsNone, $"{d}"));
        // Who asked sees what became of it.
        var list = await world.App.As(World.Maria).PageAsync("/dashboard/reviews");
        Assert.Equal(("0", "Aprobada · El pagador superó la verificación"), (list.QuerySelector("#asked [data-unanswered]")!.GetAttribute("data-unanswered"), list.QuerySelector($"[data-asked='{seq}'] [data-became]")!.TextContent.Trim()));
        Assert.Null((await world.App.As(World.Tomas).PageAsync("/dashboard/reviews")).QuerySelector("#asked"));
        Assert.Equal(DecideReviews.AnswerDecided, (await world.DecideAsync(maria, lease with { Token = Guid.NewGuid() }, new(ReviewOutcome.Decline, "stolen_card"))).Refusal);
        // And whoever knows better opens it again.
        var labels = world.App.Services.CreateScope().ServiceProvider.GetRequiredService<RecordLabels>();
        var again = await SeqAsync(world, passed);
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.ReopenAsync(maria, again, "The code was forwarded", labels, default))).IsDone);
        Assert.False(await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.Seq == again).Select(r => r.Outcome != null).SingleAsync()));

        // Of a shop that tells of answers silence says something, of another beside it nothing.
        var (late, elsewhere) = (await ChallengedAsync(world, "nora"), await ChallengedAsync(world, "otilia", "silent-shop"));
        await world.FoldedAsync();
        world.App.Clock.Advance(TimeSpan.FromMinutes(31));
        Assert.DoesNotContain("no ha informado", (await world.App.As(World.Maria).PageAsync($"/dashboard/reviews/{elsewhere}")).QuerySelector(".balance")!.TextContent, StringComparison.Ordinal);
        // The page of the payment counts it as its review does.
        foreach (var told in (string[])["reviews", "transactions"])
        {
            var shown = await world.App.As(World.Maria).PageAsync($"/dashboard/{told}/{late}");
            var against = shown.QuerySelector("ul[aria-labelledby=against]")!.TextContent;
            Assert.Contains("El comercio no ha informado respuesta a la verificación en 31 min", against, StringComparison.Ordinal);
            Assert.Contains("a otras verificaciones informó 3 respuestas en 7 días, la última el", against, StringComparison.Ordinal);
            Assert.Contains("Hasta ahora no ha informado respuesta.", shown.QuerySelector(".timeline-list")!.TextContent, StringComparison.Ordinal);
        }
    }

    protected async Task InHandAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        var events = new EventWorld(world.App, await Shop.OpenAsync(world.App, KeyType.Ingest));
        string[] ids = [await ChallengedAsync(world, "ramona"), await ChallengedAsync(world, "sergio"), await ChallengedAsync(world, "tobias")];
        await world.FoldedAsync();
        world.App.Clock.Advance(TimeSpan.FromMinutes(31));
        var (maria, tomas) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Tomas));
        var mine = (await NextAsync(world, maria))!.Value;
        var ahead = (await world.DoAsync<LeaseReviews, ReviewLease?>(l => l.AheadAsync(maria, 2, mine.Seq, default)))!.Value;
        var first = (await NextAsync(world, tomas))!.Value;
        await world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == 2).ExecuteUpdateAsync(q => q.SetProperty(x => x.SecondAbove, ReviewQueue.Write(new Dictionary<string, long> { ["MXN"] = 1 }))));
        Assert.True((await world.DecideAsync(tomas, first, new(ReviewOutcome.Approve, "known_customer"))).IsDone);
        for (var i = 0; i < ids.Length; i++) await events.PostAsync($$$"""{"event":"challenge.passed","data":{"id":"{{{i}}}","transaction_id":"{{{ids[i]}}}"}}""");
        await events.DoneAsync(ids.Length);
        await world.SettleAsync();

        foreach (var seq in (long[])[mine.Seq, first.Seq])
        {
            Assert.Equal(ReviewState.Open, await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.Seq == seq).Select(r => r.State).SingleAsync()));
            var line = await world.App.InDbAsync(db => db.Set<ReviewEvent>().SingleAsync(e => e.Seq == seq && e.Kind == ReviewEventKind.Noted));
            Assert.Equal((ChallengeAnswers.Approved, "challenge.passed", null), (line.Reason, line.Note, line.ActorId));
        }
        // An answer that only stands in the history is no silence.
        world.App.Clock.Advance(TimeSpan.FromMinutes(14));
        var held = await world.App.InDbAsync(db => db.Set<ClausumPanel.Storage.Assessments.StoredAssessment>().Where(a => a.Seq == mine.Seq).Select(a => a.Id).SingleAsync());
        var told = await world.App.As(World.Maria).PageAsync($"/dashboard/reviews/{held}");
        Assert.Contains("challenge.passed", told.QuerySelector("section[aria-labelledby=history]")!.TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("ha informado", told.QuerySelector("main")!.TextContent, StringComparison.Ordinal);
        // What was only kept ready is decided, and whoever had it ready gets nothing of it.
        Assert.Equal(ReviewState.Closed, await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.Seq == ahead.Seq).Select(r => r.State).SingleAsync()));
        Assert.True((await world.DecideAsync(maria, mine, new(ReviewOutcome.Decline, "stolen_card"))).IsDone);
        world.App.Clock.Advance(TimeSpan.FromSeconds(9));         // until then the first decision can be taken back
        Assert.Equal(first.Seq, (await NextAsync(world, maria))!.Value.Seq);
    }

    /// <summary>Many payments in a short time with an address that is thrown away: the sixth is challenged.</summary>
    private static async Task<string> ChallengedAsync(ReviewWorld world, string payer, string? shop = null)
    {
        Answer? last = null;
        for (var i = 0; i < 6; i++) last = (await world.Shop.AssessAsync($$"""{"amount":{{100 + i}},"currency":"MXN","email":"{{payer}}@mailinator.com"{{(shop is null ? "" : $",\"submerchant_id\":\"{shop}\"")}}}""")).MustBeGood();
        Assert.Equal("challenge", last!.Json.GetProperty("decision").GetString());
        return last.Id;
    }

    private static Task<ReviewLease?> NextAsync(ReviewWorld world, Reviewer who) => world.DoAsync<LeaseReviews, ReviewLease?>(l => l.NextAsync(who, 2, default));

    private static Task<long> SeqAsync(ReviewWorld world, string id) => world.App.InDbAsync(db => db.Set<ClausumPanel.Storage.Assessments.StoredAssessment>().Where(a => a.Id == Guid.Parse(id)).Select(a => a.Seq).SingleAsync());
}
