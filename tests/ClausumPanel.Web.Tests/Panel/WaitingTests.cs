using System.Globalization;
using ClausumPanel.Storage.Metrics;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Reviews;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Tests.Panel;

/// <summary>What waits is counted once: on the Panel, at the desk, in the list the number leads to and outside.</summary>
public sealed class WaitingTests
{
    [Fact] public Task The_Panel_counts_what_the_tiles_of_the_queues_count_and_tells_the_rest_apart() => CountedAsync(new PanelApp());

    [PostgresFact] public Task The_Panel_counts_what_the_tiles_of_the_queues_count_there_too() => CountedAsync(new PostgresPanelApp());

    private static async Task CountedAsync(PanelApp app)
    {
        await using var world = await ReviewWorld.StartAsync(app);
        await world.HoldAsync(8);
        await world.FoldedAsync();
        var maria = await world.PersonAsync(World.Maria);
        async Task<ReviewLease> TakeAsync(long seq) => (await world.DoAsync<LeaseReviews, (ReviewLease? Lease, ReviewAnswer)>(l => l.TakeAsync(maria, seq, default))).Lease!.Value;
        // One is put away, one escalated, one decided a moment ago, one settles, one is in another queue, one is taken.
        var away = await TakeAsync(1);
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.HoldAsync(maria, 1, away.Token, app.Clock.GetUtcNow().AddHours(3), "La tienda llama", default))).IsDone);
        var asked = await TakeAsync(2);
        Assert.True((await world.DoAsync<DecideReviews, ReviewAnswer>(d => d.EscalateAsync(maria, 2, asked.Token, "¿Es de la casa?", default))).IsDone);
        Assert.True((await world.DecideAsync(maria, await TakeAsync(3), new(ReviewOutcome.Approve, "known_customer"))).IsDone);
        await app.InDbAsync(async db =>
        {
            await db.Set<Review>().Where(r => r.Seq == 4 || r.Seq == 5).ExecuteUpdateAsync(r => r.SetProperty(x => x.VisibleAt, app.Clock.GetUtcNow().AddMinutes(30).ToUnixTimeMilliseconds()));
            await db.Set<Review>().Where(r => r.Seq == 6).ExecuteUpdateAsync(r => r.SetProperty(x => x.Queue, 3));
        });
        await TakeAsync(7);

        var victor = app.As(World.Victor);
        var page = await victor.PageAsync("/dashboard");
        var tile = page.QuerySelector("[data-metric=waiting]")!;
        var tiles = (await victor.PageAsync("/dashboard/reviews")).QuerySelectorAll(".queue-tiles [data-waiting]").Sum(t => int.Parse(t.TextContent, CultureInfo.InvariantCulture));
        Assert.Equal((4, "4", "y 1 apartada, 2 aún sin mostrar"), (tiles, tile.QuerySelector("#tile-waiting-part")!.GetAttribute("data-rows"), string.Join(' ', tile.QuerySelector("[data-beside]")!.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries))));
        foreach (var (link, count, chip) in ((string, string, string)[])[("part", "4", "En espera de una persona"), ("put-away", "1", "Apartadas"), ("not-shown", "2", "Aún sin mostrar en su cola")])
        {
            var list = await victor.PageAsync(tile.QuerySelector("#tile-waiting-" + link)!.GetAttribute("href")!);
            Assert.Equal((link, count), (link, list.QuerySelector("[data-count]")!.GetAttribute("data-count")));
            Assert.Contains(chip, list.QuerySelectorAll(".chips a").Select(a => a.TextContent.Trim()));
            Assert.NotNull(list.QuerySelector("form [name=review]"));
        }
        var outside = (await Answer.OfAsync(await world.Shop.Client.GetAsync("/api/v1/dashboard/overview?range=7d&tz=UTC"))).MustBeGood();
        Assert.Equal(4, outside.Json.GetProperty("totals").GetProperty("waiting_reviews").GetInt32());

        // Narrowed it is the same of that part.
        await app.InDbAsync(db => db.Set<ClausumPanel.Storage.Assessments.AssessmentRow>().Where(r => r.Seq == 1 || r.Seq >= 7).ExecuteUpdateAsync(r => r.SetProperty(x => x.Channel, "app")));
        var (waiting, none) = (await ReadAsync("app"), await ReadAsync("nowhere"));
        Assert.Equal((2, 1, 0), ((int)waiting.Count, (int)waiting.PutAway, (int)waiting.NotShown));
        Assert.Equal(new Waiting(0, null, 0, 0), none);
        // Where nothing is put away or hidden nothing is said of it.
        await app.InDbAsync(db => db.Set<Review>().ExecuteUpdateAsync(r => r.SetProperty(x => x.VisibleAt, x => x.OpenedAt)));
        Assert.Null((await victor.PageAsync("/dashboard")).QuerySelector("[data-beside]"));

        Task<Waiting> ReadAsync(string channel) => world.DoAsync<MetricReader, Waiting>(m => m.WaitingAsync(new MetricScope { Channel = channel }, app.Clock.GetUtcNow(), default));
    }
}
