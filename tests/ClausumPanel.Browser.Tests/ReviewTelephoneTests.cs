using ClausumPanel.Storage.Reviews;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;

namespace ClausumPanel.Browser.Tests;

/// <summary>The desk on a telephone.</summary>
[Collection(nameof(BrowserCollection))]
public sealed class ReviewTelephoneTests(BrowserFixture panel) : ReviewStories(panel)
{
    [Fact]
    public async Task On_a_telephone_what_can_be_undone_stands_under_the_bar_at_the_top_and_moves_nothing_when_it_goes()
    {
        await HoldAsync(List, [.. Enumerable.Range(0, 12).Select(i => ("MXN", 30_000L + i))]);
        await using var visit = await (await Visit.StartAsync(Panel, width: 320)).FillInAsync(BrowserFixture.AdminEmail);
        var page = visit.Page;
        await page.GotoAsync($"/dashboard/reviews?queue={List}");
        await page.EvaluateAsync("""
            () => sessionStorage.setItem("panel-undo", JSON.stringify({ person: document.documentElement.dataset.person,
              line: `<div class="toast-line" data-undo-until="${Date.now() + 60000}"><span>Aprobada</span><form method="post" action="/dashboard/reviews/x?handler=Undo"><input type="hidden" name="__RequestVerificationToken"><button class="btn btn-sm" data-key="undo">Deshacer <span data-undo-left></span></button></form></div>` }))
            """);
        await page.Clock.InstallAsync();
        await page.ReloadAsync();
        var line = page.Locator(".toast-line");
        await Assertions.Expect(line).ToBeVisibleAsync();
        var heading = page.Locator("h1");
        var stands = await heading.EvaluateAsync<double>(Top);
        Assert.True(await line.EvaluateAsync<double>("line => line.getBoundingClientRect().bottom") <= stands, "The line lies over the page");
        foreach (var down in (int[])[0, 600])
        {
            await page.EvaluateAsync("down => scrollTo({ top: down, behavior: 'instant' })", down);
            Assert.InRange(await line.EvaluateAsync<double>("line => line.getBoundingClientRect().top - document.querySelector('.head').getBoundingClientRect().bottom"), 0, 20);
        }
        // Its menu lies over the line.
        await page.Locator("details[name=head] summary").Last.ClickAsync();
        Assert.True(await page.Locator("details[name=head][open] .dropdown-item").First.EvaluateAsync<bool>("item => { const { left, top, width, height } = item.getBoundingClientRect(); return item.contains(document.elementFromPoint(left + width / 2, top + height / 2)); }"));
        await page.Clock.FastForwardAsync(61_000);
        await Assertions.Expect(line).ToBeHiddenAsync();
        Assert.Equal(stands, await heading.EvaluateAsync<double>(Top));
    }

    private const string Top = "element => element.getBoundingClientRect().top + scrollY";

    [Fact]
    public async Task On_a_telephone_the_next_one_stands_where_it_stays_whatever_is_said_above_it()
    {
        await HoldAsync(List, ("MXN", 41_000), ("MXN", 42_000), ("MXN", 43_000));
        await using var visit = await (await Visit.StartAsync(Panel, width: 390, height: 844)).SignInAsync();
        var page = visit.Page;
        await page.GotoAsync($"/dashboard/reviews?queue={List}&sort=newest");
        await page.Locator("#start").ClickAsync();
        await Assertions.Expect(page.Locator("#decide[data-ready=yes]")).ToHaveCountAsync(1);
        // Where each item stood, in every frame.
        await page.EvaluateAsync("""
            () => {
              window.stood = {};
              const look = () => {
                const item = document.getElementById("review-item");
                if (item) (window.stood[item.dataset.address] ??= new Set()).add(item.getBoundingClientRect().top + scrollY);
                requestAnimationFrame(look);
              };
              look();
            }
            """);
        await page.Locator("details[data-key=skip] summary").ClickAsync();
        await page.Locator("[name='Input.SkipReason']").First.CheckAsync();
        await page.Locator("details[data-key=skip] button").First.ClickAsync();
        var line = page.Locator(".toast-line");
        await Assertions.Expect(line).ToBeVisibleAsync();
        await Assertions.Expect(line).ToBeHiddenAsync(new() { Timeout = 15_000 });
        Assert.Equal("1 1", await page.EvaluateAsync<string>("() => Object.values(window.stood).map(tops => tops.size).join(' ')"));
        await page.Locator("button[name=stay]").First.ClickAsync();
        await page.WaitForURLAsync($"**/dashboard/reviews?queue={List}*");
    }

    [Fact]
    public async Task On_a_telephone_the_figures_and_what_is_put_away_are_short_and_stay_within_it()
    {
        await HoldAsync(List, ("MXN", 51_000));
        var (seq, until) = (await InDbAsync(db => db.Set<Review>().Where(r => r.Queue == List).MaxAsync(r => r.Seq)), DateTimeOffset.UtcNow.AddDays(2).ToUnixTimeMilliseconds());
        await InDbAsync(async db =>
        {
            db.Add(new ReviewEvent { Id = Guid.CreateVersion7(), Seq = seq, At = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), Kind = ReviewEventKind.Held, Queue = List, ActorName = "Una persona de nombre bastante largo", Note = "La tienda llama mañana al almacén y confirma si el pedido ya salió.", Until = until, Version = 50 });
            await db.SaveChangesAsync();
            return await db.Set<Review>().Where(r => r.Seq == seq).ExecuteUpdateAsync(r => r.SetProperty(x => x.VisibleAt, until));
        });
        await using var visit = await (await Visit.StartAsync(Panel, width: 320, height: 700)).FillInAsync(BrowserFixture.AdminEmail);
        var page = visit.Page;
        foreach (var (address, rows) in ((string, string)[])[($"/dashboard/reviews?queue={List}", "[data-away]"), ("/dashboard/reviews/quality?period=today", "[data-decision]")])
        {
            await page.GotoAsync(address);
            Assert.Equal((address, 320), (address, await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth")));
            Assert.Empty(await page.Locator(".cards td, .cards th[scope=row]").EvaluateAllAsync<string[]>("cells => cells.filter(cell => cell.scrollWidth > cell.clientWidth + 1 && getComputedStyle(cell).display !== 'none').map(cell => cell.textContent)"));
            Assert.All(await page.Locator(rows).EvaluateAllAsync<double[]>("rows => rows.map(row => row.getBoundingClientRect().height)"), height => Assert.InRange(height, 20, 130));
        }
        await InDbAsync(db => db.Set<Review>().Where(r => r.Seq == seq).ExecuteDeleteAsync());
    }
}
