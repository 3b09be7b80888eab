using System.Globalization;
using AngleSharp.Dom;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Reviews;

/// <summary>What somebody decided, as they find it again.</summary>
public sealed class OwnDecisionsTests : QualityStories
{
    protected override PanelApp Make() => new();

    [Fact]
    public async Task What_somebody_decided_today_is_the_same_number_at_the_desk_beside_an_item_and_among_the_figures()
    {
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(3);
        await world.FoldedAsync();
        var (maria, browser) = (await world.PersonAsync(World.Maria), world.App.As(World.Maria));
        var record = world.App.Services.CreateScope().ServiceProvider.GetRequiredService<RecordLabels>();
        var lease = (await world.NextAsync(maria))!.Value;
        var item = $"/dashboard/reviews/{await world.App.InDbAsync(db => db.Set<ClausumPanel.Storage.Assessments.StoredAssessment>().Where(a => a.Seq == lease.Seq).Select(a => a.Id).SingleAsync())}";
        await SayAsync(0);
        Assert.True((await world.DecideAsync(maria, lease, Approved)).IsDone);
        await SayAsync(1);
        var (again, _) = await world.DoAsync<UndoReviews, (ReviewLease? Lease, ReviewAnswer Answer)>(d => d.UndoAsync(maria, lease.Seq, default));
        await SayAsync(0);
        Assert.True((await world.DecideAsync(maria, again!.Value, Declined)).IsDone);
        world.App.Clock.Advance(TimeSpan.FromSeconds(10));
        await world.SettleAsync();
        await SayAsync(1);
        // It was decided, whatever became of it later; decided anew it is another one.
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.ReopenAsync(maria, lease.Seq, "The owner called", record, default))).IsDone);
        await SayAsync(1);
        var (anew, _) = await world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer Answer)>(l => l.TakeAsync(maria, lease.Seq, default));
        Assert.True((await world.DecideAsync(maria, anew!.Value, Approved)).IsDone);
        await SayAsync(2);

        async Task SayAsync(int count)
        {
            var words = CultureInfo.InvariantCulture;
            Assert.Contains(count.ToString(words), (await browser.PageAsync("/dashboard/reviews")).QuerySelector(".title-row > a")!.TextContent.Split(' '));
            Assert.StartsWith(count.ToString(words) + " ", (await browser.PageAsync(item)).QuerySelector(".review-progress")!.TextContent, StringComparison.Ordinal);
            Assert.Equal(count, int.Parse((await browser.PageAsync(Path + "?period=today")).QuerySelector("[data-figures=yours]")?.GetAttribute("data-decided") ?? "0", words));
        }
    }

    [Fact]
    public async Task Whoever_decided_something_finds_their_own_decisions_again_the_latest_first()
    {
        const int most = 50;
        await using var world = await ReviewWorld.StartAsync(Make());
        await world.HoldAsync(most + 3);
        await world.FoldedAsync();
        var (maria, tomas, ines) = (await world.PersonAsync(World.Maria), await world.PersonAsync(World.Tomas), await world.PersonAsync(World.Ines));
        async Task<long> Decide(Reviewer who, ReviewVerdict verdict)
        {
            world.App.Clock.Advance(TimeSpan.FromSeconds(1));
            var lease = (await world.NextAsync(who))!.Value;
            Assert.True((await world.DecideAsync(who, lease, verdict)).IsDone);
            return lease.Seq;
        }
        await Decide(tomas, Approved);
        var undone = await Decide(maria, Approved);
        Assert.True((await world.DoAsync<UndoReviews, (ReviewLease? Lease, ReviewAnswer Answer)>(d => d.UndoAsync(maria, undone, default))).Answer.IsDone);
        Assert.Empty(await RowsAsync(World.Maria));
        var (first, last) = (await Decide(maria, Declined), await Decide(maria, Approved));
        world.App.Clock.Advance(TimeSpan.FromSeconds(30));
        await world.SettleAsync();
        var record = world.App.Services.CreateScope().ServiceProvider.GetRequiredService<RecordLabels>();
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.ReopenAsync(ines, first, "The owner called", record, default))).IsDone);

        var rows = await RowsAsync(World.Maria);
        Assert.Equal([$"{last}", $"{first}"], rows.Select(r => r.GetAttribute("data-decision")));
        foreach (var told in (string[])["Aprobada", "Cliente conocido", "@held.example", "Marcadas por una lista o regla"]) Assert.Contains(told, rows[0].TextContent, StringComparison.Ordinal);
        Assert.Contains("Rechazada, reabierta después", rows[1].TextContent, StringComparison.Ordinal);
        Assert.NotNull((await world.App.As(World.Maria).PageAsync(rows[0].QuerySelector("a[data-open]")!.GetAttribute("href")!)).QuerySelector("form[action*=Reopen]"));
        Assert.Single(await RowsAsync(World.Tomas));
        Assert.Empty(await RowsAsync(World.Victor));

        // Fifty are listed, and what is left out is said.
        while (await world.App.InDbAsync(db => db.Set<Review>().CountAsync(r => r.DecidedById == maria.Id)) < most) await Decide(maria, Approved);
        var page = await world.App.As(World.Maria).PageAsync(Path + "?period=today");
        Assert.Equal(most, page.QuerySelectorAll("tr[data-decision]").Length);
        Assert.Contains("Se muestran las 50 más recientes de 51.", page.QuerySelector("main")!.TextContent, StringComparison.Ordinal);

        async Task<IReadOnlyList<IElement>> RowsAsync(Person who) => [.. (await world.App.As(who).PageAsync(Path + "?period=today")).QuerySelectorAll("[data-decisions] tr[data-decision]")];
    }
}
