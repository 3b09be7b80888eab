using System.Globalization;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Pages.Reviews;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Tests.Reviews;

/// <summary>A list that is longer than a page.</summary>
public sealed class ListPagesTests
{
    private const string List = "/dashboard/reviews?queue=1";

    [Fact] public Task Every_item_stands_on_one_page_whatever_it_is_sorted_by() => WalkAsync(new PanelApp());

    [PostgresFact] public Task Every_item_stands_on_one_page_there_too() => WalkAsync(new PostgresPanelApp());

    private static async Task WalkAsync(PanelApp app)
    {
        await using var world = await ReviewWorld.StartAsync(app);
        await HoldAsync(world, 120);
        var maria = world.App.As(World.Maria);
        foreach (var query in (string[])["", "&sort=newest", "&sort=amount", "&currency=MXN", "&flow=payin&sort=oldest"])
        {
            List<long> seen = [];
            for (var at = 1; at <= 3; at++)
            {
                var page = await maria.PageAsync($"{List}{query}&p={at}");
                seen.AddRange(Seqs(page));
                Assert.Equal(at == 1, page.QuerySelector("[data-page=previous]")!.HasAttribute("disabled"));
                Assert.Equal(at == 3, page.QuerySelector("[data-page=next]")!.HasAttribute("disabled"));
                // The refresh stays on the page.
                Assert.Equal(at > 1, page.QuerySelector("#queues")!.GetAttribute("hx-get")!.EndsWith($"&p={at}", StringComparison.Ordinal));
            }
            Assert.Equal(Enumerable.Range(1, 120).Select(s => (long)s), seen.Order());
            if (query.Contains("newest", StringComparison.Ordinal)) Assert.Equal(seen.OrderDescending(), seen);
        }
        // As the form of the list asks for the next: sorted and filtered as this one.
        var first = await maria.PageAsync($"{List}&sort=newest&currency=MXN");
        var next = first.QuerySelector("[data-page=next]")!;
        Assert.Equal(("/dashboard/reviews", "p", "2"), (next.GetAttribute("formaction"), next.GetAttribute("name"), next.GetAttribute("value")));
        Assert.Equal(["queue=1", "sort=newest", "currency=MXN"], next.Closest("form")!.QuerySelectorAll("input[type=hidden]").Select(i => $"{i.GetAttribute("name")}={i.GetAttribute("value")}"));
        Assert.Equal("1 a 50 de 120", first.QuerySelector("[data-page-at]")!.TextContent);
        // Behind the last is the last, before the first the first.
        Assert.Equal("101 a 120 de 120", (await maria.PageAsync($"{List}&p=99")).QuerySelector("[data-page-at='3']")!.TextContent);
        foreach (var odd in (string[])["-3", "x", "0"]) Assert.NotNull((await maria.PageAsync($"{List}&p={odd}")).QuerySelector("[data-page-at='1']"));
        Assert.Null((await maria.PageAsync(List + "&held=taken")).QuerySelector("[data-page]"));
    }

    [Fact]
    public async Task What_is_chosen_on_one_page_goes_along_to_the_others_and_to_the_decision()
    {
        await using var world = await ReviewWorld.StartAsync(new PanelApp());
        await HoldAsync(world, 60);
        var ines = world.App.As(World.Ines);
        var first = Seqs(await ines.PageAsync(List + "&sort=oldest"));
        var page = await ines.PageAsync($"{List}&sort=oldest&p=2&seqs={first[0]}&seqs={first[3]}&seqs=999");
        var kept = page.QuerySelector("form > [name=chosen]")!;
        Assert.Equal([first[0], first[3]], ChosenItems.Read(kept.GetAttribute("value")));
        var sum = page.QuerySelector("[data-elsewhere-sum]")!;
        Assert.Equal(("MXN", (40_000 + first[0] + first[3]).ToString(CultureInfo.InvariantCulture)), (sum.GetAttribute("data-currency"), sum.GetAttribute("data-minor")));
        Assert.Empty(page.QuerySelectorAll("input[name=seqs][checked]"));

        // Back there they are ticked, and one unticked there is chosen no more.
        var here = Seqs(page)[0];
        var back = await ines.PageAsync($"{List}&sort=oldest&p=1&chosen={kept.GetAttribute("value")}&seqs={here}");
        Assert.Equal([first[0], first[3]], back.QuerySelectorAll("input[name=seqs][checked]").Select(i => long.Parse(i.GetAttribute("value")!, CultureInfo.InvariantCulture)));
        var other = back.QuerySelector("form > [name=chosen]")!.GetAttribute("value");
        Assert.Equal([here], ChosenItems.Read(other));
        var asked = await ines.PageAsync($"/dashboard/reviews/bulk?queue=1&sort=oldest&chosen={other}&seqs={first[3]}");
        Assert.Equal([first[3], here], asked.QuerySelectorAll("#bulk-form [name=seqs]").Select(i => long.Parse(i.GetAttribute("value")!, CultureInfo.InvariantCulture)));
        // What Enter presses on a ticked box, and which page it leads back to.
        Assert.Equal([("p", "2"), (null, null)], new[] { page, back }.Select(p => p.QuerySelector("form:has(table.waiting) button")!).Select(b => { Assert.True(b.HasAttribute("data-decide-chosen")); return (b.GetAttribute("name"), b.GetAttribute("value")); }));

        // What was decided meanwhile is carried no further; who may not decide many carries nothing.
        await world.App.InDbAsync(db => db.Set<Review>().Where(r => r.Seq == here).ExecuteUpdateAsync(r => r.SetProperty(x => x.State, ReviewState.Closed)));
        Assert.Null((await ines.PageAsync($"{List}&chosen={other}")).QuerySelector("[name=chosen]"));
        Assert.Null((await world.App.As(World.Maria).PageAsync($"{List}&p=2&seqs={first[0]}")).QuerySelector("[name=chosen], [name=seqs]"));
    }

    private static async Task HoldAsync(ReviewWorld world, int count)
    {
        await world.HoldAsync(count);
        await world.FoldedAsync();
    }

    private static List<long> Seqs(AngleSharp.Dom.IDocument page) => [.. page.QuerySelectorAll("tr[data-seq]").Select(r => long.Parse(r.GetAttribute("data-seq")!, CultureInfo.InvariantCulture))];
}
