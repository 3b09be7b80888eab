using AngleSharp.Dom;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Reviews;

/// <summary>What came into a queue, and what became of it there.</summary>
public sealed class QueueFillTests : QueueFillStories
{
    protected override PanelApp Make() => new();

    [Fact] public Task What_came_into_a_queue_is_what_became_of_it_there_and_the_decisions_above_are_these_and_those_the_page_names() => AddsUpAsync();

    [Fact]
    public async Task A_queue_in_which_nearly_everything_is_approved_asks_to_be_loosened_and_says_what_fills_it()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(20);
        await world.FoldedAsync();
        var maria = await world.PersonAsync(World.Maria);
        for (var i = 0; i < 19; i++) Assert.True((await world.DecideAsync(maria, (await world.NextAsync(maria))!.Value, Approved)).IsDone);
        var viewer = world.App.As(World.Victor);
        Assert.Empty((await viewer.PageAsync(Path)).QuerySelectorAll("[data-loose]"));          // nineteen say too little
        Assert.True((await world.DecideAsync(maria, (await world.NextAsync(maria))!.Value, Approved)).IsDone);
        var page = await viewer.PageAsync(Path);
        Assert.Contains("20 de 20", page.QuerySelector("[data-loose='1']")!.TextContent, StringComparison.Ordinal);
        var fill = page.QuerySelector("[data-fill='1']")!.TextContent;
        Assert.Contains("Dominio de correo en una lista", fill, StringComparison.Ordinal);
        Assert.Contains("20", fill, StringComparison.Ordinal);
    }
}

public sealed class PostgresQueueFillTests : QueueFillStories
{
    protected override PanelApp Make() => new PostgresPanelApp();

    [PostgresFact] public Task What_came_into_a_queue_is_what_became_of_it_there_and_the_decisions_above_are_these_and_those_the_page_names() => AddsUpAsync();
}

public abstract class QueueFillStories : QualityStories
{
    protected async Task AddsUpAsync()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(2);
        await world.FoldedAsync();
        // What came before the period: one is decided in it, one escalated.
        world.App.Clock.Advance(TimeSpan.FromDays(8));
        await world.HoldAsync(10);
        await world.FoldedAsync();
        await world.App.InDbAsync(async db =>
        {
            db.Add(new ReviewQueue { Number = 5, Name = "Propia", Position = 5, IsActive = false });
            await db.SaveChangesAsync();
            foreach (var (seq, queue) in ((long, int)[])[(10, 2), (11, 3), (12, 5)]) await db.Set<Review>().Where(r => r.Seq == seq).ExecuteUpdateAsync(r => r.SetProperty(x => x.Queue, queue));
            foreach (var (queue, action) in ((int, TimeoutAction)[])[(2, TimeoutAction.Decline), (3, TimeoutAction.Escalate)]) await db.Set<ReviewQueue>().Where(q => q.Number == queue).ExecuteUpdateAsync(q => q.SetProperty(x => x.Timeout, action));
        });
        var (maria, tomas, ines) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Tomas), await world.PersonAsync(World.Ines));
        async Task<ReviewLease> Take(Reviewer who, long seq) => (await world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer)>(l => l.TakeAsync(who, seq, default))).Lease!.Value;
        async Task Decide(Reviewer who, long seq, ReviewVerdict verdict) => Assert.True((await world.DecideAsync(who, await Take(who, seq), verdict)).IsDone);
        async Task Do(Reviewer who, long seq, Func<DecideReviews, ReviewLease, Task<ReviewAnswer>> step)
        {
            var lease = await Take(who, seq);
            Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => step(d, lease))).IsDone);
        }
        async Task<ReviewLease> Undo(Reviewer who, long seq) => (await world.DoAsync<UndoReviews, (ReviewLease? Lease, ReviewAnswer)>(d => d.UndoAsync(who, seq, default))).Lease!.Value;
        await Decide(maria, 1, Approved);
        await Decide(maria, 3, Approved);
        Assert.True((await world.DecideAsync(maria, await Undo(maria, 3), Declined)).IsDone);
        await Decide(maria, 4, Approved);
        await Decide(maria, 12, Approved);
        await Do(tomas, 2, (d, lease) => d.EscalateAsync(tomas, 2, lease.Token, "Too large for me", default));
        await Do(tomas, 5, (d, lease) => d.EscalateAsync(tomas, 5, lease.Token, "Too large for me", default));
        await Do(tomas, 6, (d, lease) => d.EscalateAsync(tomas, 6, lease.Token, "Too large for me", default));
        await Undo(tomas, 6);
        await Do(tomas, 7, (d, lease) => d.HoldAsync(tomas, 7, lease.Token, world.App.Clock.GetUtcNow().AddDays(3), null, default));
        await Do(tomas, 9, (d, lease) => d.EscalateAsync(tomas, 9, lease.Token, "Is this shop known?", default));
        await world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == 1).ExecuteUpdateAsync(q => q.SetProperty(x => x.SecondAbove, "{\"MXN\":1}")));
        await Decide(maria, 8, Approved);
        await Decide(tomas, 8, Declined);
        await world.App.InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == 1).ExecuteUpdateAsync(q => q.SetProperty(x => x.SecondAbove, "{}")));
        await ExpectAsync(("1", "7 = decididas 2 + escaladas 3 + en espera 1 + apartadas 1"), ("4", "3 = en espera 2 + aún sin mostrar 1"));
        world.App.Clock.Advance(TimeSpan.FromSeconds(40));
        await world.SettleAsync();
        var record = world.App.Services.CreateScope().ServiceProvider.GetRequiredService<RecordLabels>();
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.ReopenAsync(ines, 4, "The owner called", record, default))).IsDone);
        await Do(ines, 9, (d, lease) => d.AnswerAsync(ines, 9, lease.Token, "It is", default));
        // A queue that is deleted keeps what was decided in it.
        Assert.True((await world.DoAsync<ChangeQueues, ReviewAnswer>(c => c.DeleteAsync(5, 3, ines.Who, default))).IsDone);
        world.App.Clock.Advance(TimeSpan.FromHours(6));
        await world.SettleAsync();
        world.App.Clock.Advance(TimeSpan.FromMinutes(1));

        var page = await ExpectAsync(
            ("1", "7 = decididas 1 + escaladas 2 + en espera 3 + apartadas 1"), ("2", "1 = decididas por tiempo 1"), ("3", "1 = escaladas 1"), ("4", "4 = pasadas a otra cola 1 + en espera 3"), ("5", "1 = decididas 1"));
        // Of the decisions of the period: one that stands, one that was opened again, one of what had come before; what was undone is none.
        Assert.Equal("3", Figure(page, "1", "decided"));
        Assert.Equal("3 decisiones arriba = de estas 1 + reabiertas después 1 + de revisiones anteriores 1", Words(page.QuerySelector("[data-fill='1'] [data-made]")!));
        Assert.Equal("1", Figure(page, "5", "decided"));
        Assert.Single(page.QuerySelectorAll("[data-made]"));
        // The same of the escalations: what was taken back is none, and one was answered and is here again.
        Assert.Equal(("3", "1"), (Figure(page, "1", "escalated"), Figure(page, "1", "disagreed")));
        Assert.Equal("4 escalamientos arriba (escaladas 3 + en desacuerdo 1) = de estas 2 + regresaron después 1 + de revisiones anteriores 1", Words(page.QuerySelector("[data-fill='1'] [data-escalations]")!));
        Assert.Equal("1 escalamiento arriba (escaladas por tiempo 1) = de estas 1", Words(page.QuerySelector("[data-fill='3'] [data-escalations]")!));
        Assert.Equal(2, page.QuerySelectorAll("p[data-escalations]").Length);
        // What held it is counted where it was, not only where it is.
        Assert.Equal(["7", "1", "1", "4", "1"], page.QuerySelectorAll("[data-fill] li:first-child .num").Select(n => n.TextContent));
        Assert.StartsWith("Cada revisión del periodo cuenta una vez en cada cola en la que estuvo: llegaron = decididas + ", Words(page.QuerySelector("[data-adds-up]")!), StringComparison.Ordinal);

        async Task<IDocument> ExpectAsync(params (string Queue, string Sum)[] sums)
        {
            var page = await world.App.As(World.Ines).PageAsync(Path + "?period=7d");
            foreach (var (queue, sum) in sums) Assert.Equal((queue, sum), (queue, Words(page.QuerySelector($"[data-fill='{queue}'] [data-parts]")!)));
            return page;
        }
    }
}
