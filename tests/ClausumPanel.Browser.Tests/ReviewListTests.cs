using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Reviews;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;

namespace ClausumPanel.Browser.Tests;

/// <summary>The list of a queue with the mouse and the keyboard.</summary>
[Collection(nameof(BrowserCollection))]
public sealed class ReviewListTests(BrowserFixture panel) : ReviewStories(panel)
{
    private const int Walked = 3;

    [Theory]
    [InlineData(1366)]
    [InlineData(320)]
    public async Task What_is_chosen_is_counted_with_its_money_where_it_is_always_in_view(int width)
    {
        await HoldAsync(List, ("MXN", 30_000), ("MXN", 20_050), ("USD", 10_000), ("MXN", 25_000));
        await using var visit = await (await Visit.StartAsync(Panel, width: width)).FillInAsync(BrowserFixture.AdminEmail);
        var page = visit.Page;
        await page.GotoAsync($"/dashboard/reviews?queue={List}&sort=oldest");
        var (boxes, said, bar, all) = (page.Locator("input[name=seqs]"), page.Locator("[data-chosen]"), page.Locator(".bulk-bar"), page.Locator("[data-pick-all]"));
        await Assertions.Expect(boxes).ToHaveCountAsync(4);
        await Assertions.Expect(said).ToBeEmptyAsync();
        await Assertions.Expect(page.Locator("[data-pick-none], [data-pick-every]").First).ToBeHiddenAsync();
        await Assertions.Expect(page.Locator("[data-decide-chosen]")).ToBeDisabledAsync();

        await boxes.First.CheckAsync();
        await Assertions.Expect(said).ToHaveTextAsync("1 elegida, 300.00 MXN");
        Assert.Equal("status", await said.GetAttributeAsync("role"));
        Assert.True(await bar.EvaluateAsync<bool>("bar => { const { bottom, top } = bar.getBoundingClientRect(); return bottom <= innerHeight + 1 && top >= 0; }"));
        await EverybodyAsync(page);
        await boxes.Nth(2).ClickAsync(new() { Modifiers = [KeyboardModifier.Shift] });
        await Assertions.Expect(said).ToHaveTextAsync("3 elegidas, 500.50 MXN + 100.00 USD");
        Assert.True(await all.EvaluateAsync<bool>("box => box.indeterminate && !box.checked"));
        await boxes.Nth(1).ClickAsync(new() { Modifiers = [KeyboardModifier.Shift] });
        await Assertions.Expect(said).ToHaveTextAsync("1 elegida, 300.00 MXN");

        await page.Locator("[data-pick-every]").ClickAsync();
        await Assertions.Expect(said).ToHaveTextAsync("4 elegidas, 750.50 MXN + 100.00 USD");
        Assert.True(await all.EvaluateAsync<bool>("box => box.checked && !box.indeterminate"));
        await page.Locator("[data-pick-none]").ClickAsync();
        await Assertions.Expect(said).ToBeEmptyAsync();
        await Assertions.Expect(page.Locator("#waiting")).ToBeFocusedAsync();
        if (width > 767)
        {
            await all.CheckAsync();
            await Assertions.Expect(page.Locator("input[name=seqs]:checked")).ToHaveCountAsync(4);
            await all.UncheckAsync();
            await Assertions.Expect(page.Locator("input[name=seqs]:checked")).ToHaveCountAsync(0);
        }
        // By keyboard it is the same.
        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("x");
        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("j");
        await page.Keyboard.PressAsync("Shift+X");
        await Assertions.Expect(said).ToHaveTextAsync("3 elegidas, 500.50 MXN + 100.00 USD");
        await bar.GetByText("Decidir juntas las elegidas").ClickAsync();
        await Assertions.Expect(page.Locator("[data-total=USD]")).ToContainTextAsync("100.00 USD");
        await page.GetByText("Volver", new() { Exact = true }).ClickAsync();
        // As it was left, with what was chosen.
        await page.WaitForURLAsync($"**/dashboard/reviews?queue={List}&sort=oldest&chosen=*");
        await Assertions.Expect(said).ToHaveTextAsync("3 elegidas, 500.50 MXN + 100.00 USD");
    }

    [Fact]
    public async Task What_a_column_means_opens_above_its_name_and_leaves_the_figures_in_view()
    {
        var id = (await HoldAsync(List, ("MXN", 52_000)))[0];
        await InDbAsync(async db =>
        {
            var seq = AssessmentId.SeqOf(id);
            db.Add(new ReviewEvent { Id = Guid.CreateVersion7(), Seq = seq, At = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), Kind = ReviewEventKind.Decided, Outcome = ReviewOutcome.Approve, Queue = List, ActorName = "Una persona", Version = 900 });
            return await db.SaveChangesAsync();
        });
        await using var visit = await (await Visit.StartAsync(Panel, width: 1366)).FillInAsync(BrowserFixture.AdminEmail);
        var page = visit.Page;
        await page.GotoAsync("/dashboard/reviews/quality?period=today");
        var table = page.Locator("section[aria-labelledby=by-queue]");
        foreach (var name in await table.Locator(".column-name").AllAsync())
        {
            await name.FocusAsync();
            await page.Keyboard.PressAsync("Enter");
            var meaning = page.Locator($"#{await name.GetAttributeAsync("popovertarget")}");
            await Assertions.Expect(meaning).ToBeVisibleAsync();
            var (told, row) = ((await meaning.BoundingBoxAsync())!, (await table.Locator("tbody tr").First.BoundingBoxAsync())!);
            Assert.True(told.Y + told.Height <= row.Y + 1, $"{await name.TextContentAsync()}: {told.Y + told.Height} is below {row.Y}");
            await page.Keyboard.PressAsync("Escape");
            await Assertions.Expect(meaning).ToBeHiddenAsync();
        }
        await InDbAsync(db => db.Set<ReviewEvent>().Where(e => e.Version == 900).ExecuteDeleteAsync());
    }

    [Theory]
    [InlineData(1366), InlineData(320)]
    public async Task The_monitor_cuts_nothing_off_at_its_edge_and_says_who_decided_in_the_row(int width)
    {
        var id = (await HoldAsync(List, ("MXN", 53_000)))[0];
        var seq = AssessmentId.SeqOf(id);
        await InDbAsync(async db =>
        {
            var luis = await db.Users.Where(u => u.Email == BrowserFixture.AdminEmail).Select(u => u.Id).SingleAsync();
            return await db.Set<Review>().Where(r => r.Seq == seq).ExecuteUpdateAsync(r => r.SetProperty(x => x.State, ReviewState.Closed).SetProperty(x => x.Outcome, ReviewOutcome.Challenge).SetProperty(x => x.DecidedById, luis).SetProperty(x => x.Reason, "confirm_card"));
        });
        await using var visit = await (await Visit.StartAsync(Panel, width: width)).FillInAsync(BrowserFixture.AdminEmail);
        var page = visit.Page;
        await page.GotoAsync("/dashboard/transactions?period=all");
        var table = page.Locator(".table-responsive");
        Assert.True(await table.EvaluateAsync<bool>("box => box.scrollWidth <= box.clientWidth + 1"), "the table is wider than the page");
        Assert.Equal(width, await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));
        var ended = page.Locator("tr[data-row]", new() { Has = page.Locator($"a[href*='{id}']") }).Locator("[data-ended]");
        await Assertions.Expect(ended).ToContainTextAsync("En verificación por ");
        Assert.True(await ended.EvaluateAsync<bool>("said => { const cell = said.closest('td').getBoundingClientRect(), own = said.getBoundingClientRect(); return own.left >= cell.left - 1 && own.right <= cell.right + 1; }"));
    }

    [Fact]
    public async Task Whoever_turns_the_pages_stays_at_the_button_under_a_refresh_and_enter_on_a_ticked_box_decides()
    {
        await HoldAsync(LongList, [.. Enumerable.Range(0, 51).Select(i => ("MXN", 30_000L + i))]);
        await using var visit = await (await Visit.StartAsync(Panel)).FillInAsync(BrowserFixture.AdminEmail);
        var (page, keys) = (visit.Page, visit.Page.Keyboard);
        await page.Clock.InstallAsync();
        async Task RefreshAsync()
        {
            await page.EvaluateAsync("() => { document.getElementById('queues').dataset.old = 'yes'; }");
            await page.Clock.FastForwardAsync(10_500);
            await Assertions.Expect(page.Locator("#queues:not([data-old], .htmx-added)")).ToHaveCountAsync(1);
        }

        await page.GotoAsync($"/dashboard/reviews?queue={LongList}&sort=oldest");
        foreach (var (button, at) in ((string, int)[])[("next", 2), ("previous", 1)])
        {
            var turn = page.Locator($"[data-page={button}]");
            await turn.FocusAsync();
            await RefreshAsync();
            await Assertions.Expect(turn).ToBeFocusedAsync();
            await keys.PressAsync("Enter");
            await Assertions.Expect(page.Locator($"[data-page-at='{at}']")).ToBeVisibleAsync();
        }
        await page.Locator("[data-page=next]").ClickAsync();
        await Assertions.Expect(page.Locator("[data-page-at='2']")).ToBeVisibleAsync();
        await page.Locator("input[name=seqs]").FocusAsync();
        await keys.PressAsync("Space");
        await keys.PressAsync("Enter");
        await page.WaitForURLAsync("**/dashboard/reviews/bulk?**");
        await page.GetByText("Volver", new() { Exact = true }).ClickAsync();
        await Assertions.Expect(page.Locator("[data-page-at='2']")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("input[name=seqs]")).ToBeCheckedAsync();

        // Where there is one page left the button is gone, and none of the others stands in for it.
        await page.GotoAsync($"/dashboard/reviews?queue={LongList}");
        await page.Locator("[data-page=next]").FocusAsync();
        var later = DateTimeOffset.UtcNow.AddDays(1).ToUnixTimeMilliseconds();
        await InDbAsync(db => db.Set<Review>().Where(r => r.Queue == LongList && r.Seq % 2 == 0).ExecuteUpdateAsync(r => r.SetProperty(x => x.VisibleAt, later)));
        await RefreshAsync();
        await Assertions.Expect(page.Locator("#waiting")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task Many_decided_at_once_are_undone_at_once_and_back_asks_for_nothing_to_be_sent_again()
    {
        await HoldAsync(List, ("MXN", 30_000), ("MXN", 20_050));
        await using var visit = await (await Visit.StartAsync(Panel)).FillInAsync(BrowserFixture.AdminEmail);
        var page = visit.Page;
        await page.GotoAsync($"/dashboard/reviews?queue={List}&sort=oldest");
        for (var i = 0; i < 2; i++) await page.Locator("input[name=seqs]").Nth(i).CheckAsync();
        await page.Locator("[data-decide-chosen]").ClickAsync();
        var button = page.Locator("[data-says]");
        await Assertions.Expect(button).ToHaveTextAsync("Decidir 2 revisiones");
        await page.Locator("#Verdict").SelectOptionAsync("Decline:stolen_card");
        await Assertions.Expect(button).ToHaveTextAsync("Rechazar 2 pagos, 500.50 MXN");
        await page.Locator("#Verdict").SelectOptionAsync("");
        await Assertions.Expect(button).ToHaveTextAsync("Decidir 2 revisiones");
        await page.Locator("#Verdict").SelectOptionAsync("Approve:known_customer");
        await button.ClickAsync();
        await page.WaitForURLAsync("**told=**");
        await Assertions.Expect(page.Locator("[data-undo-left]")).ToContainTextAsync("s");
        await EverybodyAsync(page);
        await page.Locator("h1").ClickAsync();
        await page.Keyboard.PressAsync("z");
        await Assertions.Expect(page.Locator("h1")).ToHaveTextAsync("Lo que se deshizo");
        await Assertions.Expect(page.Locator("[data-outcome]").First).ToContainTextAsync("Espera de nuevo");
        await page.GoBackAsync();
        await page.GoBackAsync();
        await Assertions.Expect(page.Locator("[data-count]")).ToHaveTextAsync("2");
    }

    [Fact]
    public async Task Without_a_script_many_are_chosen_by_their_boxes_and_nothing_is_offered_that_does_nothing()
    {
        await HoldAsync(List, ("MXN", 30_000));
        await using var visit = await (await Visit.StartAsync(Panel, scripts: false)).FillInAsync(BrowserFixture.AdminEmail);
        var page = visit.Page;
        await page.GotoAsync($"/dashboard/reviews?queue={List}");
        await Assertions.Expect(page.Locator("[data-pick-all]")).ToBeHiddenAsync();
        await Assertions.Expect(page.Locator("[data-pick-every]")).ToBeHiddenAsync();
        await page.Locator("input[name=seqs]").First.CheckAsync();
        await page.GetByText("Decidir juntas las elegidas").ClickAsync();
        await Assertions.Expect(page.Locator("[data-count]")).ToHaveTextAsync("1");
    }

    [Fact]
    public async Task Whoever_walks_through_the_list_keeps_their_row_while_it_refreshes_and_takes_nothing_where_it_is_gone()
    {
        var ids = await HoldAsync(3, "camina.example");
        var seqs = await InDbAsync(db => db.Set<StoredAssessment>().Where(a => ids.Contains(a.Id)).Select(a => a.Seq).ToListAsync());
        await InDbAsync(db => db.Set<Review>().Where(r => seqs.Contains(r.Seq)).ExecuteUpdateAsync(r => r.SetProperty(x => x.Queue, Walked)));
        await using var visit = await (await Visit.StartAsync(Panel)).FillInAsync(BrowserFixture.AdminEmail);
        var page = visit.Page;
        var keys = page.Keyboard;
        await page.Clock.InstallAsync();
        // By priority what is about as urgent may change places meanwhile.
        await page.GotoAsync($"/dashboard/reviews?queue={Walked}&sort=oldest");
        await page.EvaluateAsync("() => { window.samePage = true; }");
        var rows = await page.Locator("tr[data-seq]").EvaluateAllAsync<long[]>("rows => rows.map(row => Number(row.dataset.seq))");
        ILocator Link(long seq) => page.Locator($"tr[data-seq='{seq}'] a[data-open]");
        async Task RefreshAsync()
        {
            await page.EvaluateAsync("() => { document.getElementById('queues').dataset.old = 'yes'; }");
            await page.Clock.FastForwardAsync(10_500);
            await Assertions.Expect(page.Locator("#queues:not([data-old], .htmx-added)")).ToHaveCountAsync(1);
        }
        Task ShowAllAsync(DateTimeOffset at) => InDbAsync(db => db.Set<Review>().Where(r => r.Queue == Walked).ExecuteUpdateAsync(r => r.SetProperty(x => x.VisibleAt, at.ToUnixTimeMilliseconds())));
        var (shown, tomorrow) = (DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddDays(1));

        await keys.PressAsync("j");
        await keys.PressAsync("j");
        await Assertions.Expect(Link(rows[1])).ToBeFocusedAsync();
        await RefreshAsync();
        await Assertions.Expect(Link(rows[1])).ToBeFocusedAsync();

        var box = page.Locator($"tr[data-seq='{rows[1]}'] input[name=seqs]");
        await keys.PressAsync("x");
        await Assertions.Expect(box).ToBeCheckedAsync();
        Assert.NotEqual(await page.Locator($"tr[data-seq='{rows[0]}']").EvaluateAsync<string>(Shade), await page.Locator($"tr[data-seq='{rows[1]}']").EvaluateAsync<string>(Shade));
        await keys.PressAsync("x");
        await Assertions.Expect(box).Not.ToBeCheckedAsync();

        // Gone: what comes after it; nothing left: the list itself, where Enter takes nothing.
        await InDbAsync(db => db.Set<Review>().Where(r => r.Seq == rows[1]).ExecuteUpdateAsync(r => r.SetProperty(x => x.VisibleAt, tomorrow.ToUnixTimeMilliseconds())));
        await RefreshAsync();
        await Assertions.Expect(Link(rows[2])).ToBeFocusedAsync();
        await ShowAllAsync(tomorrow);
        await RefreshAsync();
        await Assertions.Expect(page.Locator("#waiting")).ToBeFocusedAsync();
        await ShowAllAsync(shown);
        await keys.PressAsync("Enter");
        await RefreshAsync();
        await Assertions.Expect(Link(rows[0])).ToBeVisibleAsync();
        Assert.True(await page.EvaluateAsync<bool>("() => window.samePage === true"));

        // Enter on a row opens it and no more.
        await keys.PressAsync("j");
        await keys.PressAsync("Enter");
        await Assertions.Expect(page.Locator("[data-key=take]")).ToBeVisibleAsync();
        Assert.Equal(0, await InDbAsync(db => db.Set<Review>().CountAsync(r => r.Queue == Walked && r.LeaseToken != null)));
    }

    private const string Shade = "row => getComputedStyle(row).boxShadow";

    [Fact]
    public async Task A_priority_tells_its_parts_under_the_pointer_and_at_the_keyboard_and_still_opens()
    {
        await HoldAtDeskAsync(2);
        await using var visit = await (await Visit.StartAsync(Panel)).SignInAsync();
        var page = visit.Page;
        await page.Clock.InstallAsync();
        await page.GotoAsync($"/dashboard/reviews?queue={Desk}");
        var (first, tip) = (page.Locator(".priority summary").First, page.Locator("#priority-tip"));
        await Assertions.Expect(tip).ToBeHiddenAsync();
        await first.HoverAsync();
        await Assertions.Expect(tip.Locator("dt")).ToHaveCountAsync(4);
        await Assertions.Expect(tip).ToBeVisibleAsync();
        Assert.Equal(await page.Locator(".priority dl").First.EvaluateAsync<string>("parts => parts.textContent"), await tip.Locator("dl").EvaluateAsync<string>("parts => parts.textContent"));
        Assert.True(await tip.EvaluateAsync<bool>("tip => { const { left, top, right, bottom } = tip.getBoundingClientRect(); return left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight; }"));
        await Assertions.Expect(page.Locator(".priority[open]")).ToHaveCountAsync(0);
        // It can be pointed at itself, and goes with the pointer, or at Escape.
        await tip.HoverAsync();
        await Assertions.Expect(tip).ToBeVisibleAsync();
        await page.Locator("h1").HoverAsync();
        await Assertions.Expect(tip).ToBeHiddenAsync();

        await page.Locator("tr[data-row] a[data-open]").First.FocusAsync();
        await page.Keyboard.PressAsync("Tab");
        await Assertions.Expect(first).ToBeFocusedAsync();
        await Assertions.Expect(tip).ToBeVisibleAsync();
        await Assertions.Expect(first).ToHaveAccessibleDescriptionAsync(new System.Text.RegularExpressions.Regex("lo que se perdería"));
        await EverybodyAsync(page);
        await page.Locator("#queues").EvaluateAsync("list => { list.dataset.old = 'yes'; }");
        await page.Clock.FastForwardAsync(10_500);
        await Assertions.Expect(page.Locator("#queues:not([data-old], .htmx-added)")).ToHaveCountAsync(1);
        await Assertions.Expect(first).ToBeFocusedAsync();
        await Assertions.Expect(tip).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Escape");
        await Assertions.Expect(tip).ToBeHiddenAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator(".priority[open] dl").First).ToBeVisibleAsync();
        await Assertions.Expect(tip).ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_filter_that_somebody_fills_in_is_not_taken_from_under_them_and_stays_with_the_refresh()
    {
        await HoldAsync(List, ("MXN", 30_000), ("USD", 10_000));
        await using var visit = await (await Visit.StartAsync(Panel)).FillInAsync(BrowserFixture.AdminEmail);
        var page = visit.Page;
        await page.Clock.InstallAsync();
        await page.GotoAsync($"/dashboard/reviews?queue={List}");
        await page.Locator("#list-sorting summary").ClickAsync();
        await page.Locator("#list-currency").FillAsync("usd");
        await page.EvaluateAsync("() => { document.getElementById('queues').dataset.old = 'yes'; document.activeElement.blur(); }");
        await page.Clock.FastForwardAsync(10_500);
        await page.WaitForLoadStateAsync(LoadState.NetworkIdle);
        await Assertions.Expect(page.Locator("#queues[data-old]")).ToHaveCountAsync(1);
        await page.Locator("#list-sorting button").ClickAsync();
        await page.WaitForURLAsync("**currency=usd**");
        await Assertions.Expect(page.Locator("tr[data-seq]")).ToHaveCountAsync(1);
        await page.EvaluateAsync("() => { document.getElementById('queues').dataset.old = 'yes'; }");
        await page.Locator("#list-sorting summary").ClickAsync();
        await page.Clock.FastForwardAsync(10_500);
        await Assertions.Expect(page.Locator("#queues:not([data-old], .htmx-added)")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator("tr[data-seq]")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator("#waiting")).ToContainTextAsync("se muestran 1 de 2");
        Assert.True(await page.Locator("#list-sorting").EvaluateAsync<bool>("part => part.open"));
    }

    [Fact]
    public async Task Back_from_one_of_its_items_the_list_is_sorted_and_filtered_as_it_was_left()
    {
        await HoldAsync(List, ("MXN", 31_000), ("MXN", 21_000), ("USD", 11_000));
        await using var visit = await (await Visit.StartAsync(Panel)).FillInAsync(BrowserFixture.AdminEmail);
        var page = visit.Page;
        await page.GotoAsync($"/dashboard/reviews?queue={List}&sort=amount&currency=MXN");
        var listed = await page.Locator("tr[data-row]").CountAsync();
        await page.Locator("tr[data-row] a[data-open]").First.ClickAsync();
        await page.WaitForURLAsync(new System.Text.RegularExpressions.Regex("/reviews/[0-9a-f-]{36}"));
        await page.Locator("a[data-key=queue]").ClickAsync();
        await page.WaitForURLAsync($"**/dashboard/reviews?queue={List}&sort=amount&currency=MXN");
        await Assertions.Expect(page.Locator("#queues [data-clear]")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("tr[data-row]")).ToHaveCountAsync(listed);

        // Whoever takes the filter away has it gone for good.
        await page.Locator("[data-clear]").ClickAsync();
        await page.WaitForURLAsync($"**/dashboard/reviews?queue={List}");
        await page.Locator("tr[data-row] a[data-open]").First.ClickAsync();
        await page.WaitForURLAsync(new System.Text.RegularExpressions.Regex("/reviews/[0-9a-f-]{36}"));
        await page.Locator("a[data-key=queue]").ClickAsync();
        await page.WaitForURLAsync($"**/dashboard/reviews?queue={List}");
        await Assertions.Expect(page.Locator("tr[data-row]").First).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("[data-clear]")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task The_keys_go_through_what_is_left_of_the_list_and_on_without_the_filter()
    {
        var ids = await HoldAsync(List, ("MXN", 32_000), ("USD", 12_000), ("MXN", 22_000), ("MXN", 42_000));
        await using var visit = await (await Visit.StartAsync(Panel)).FillInAsync(BrowserFixture.AdminEmail);
        var (page, keys) = (visit.Page, visit.Page.Keyboard);
        await page.GotoAsync($"/dashboard/reviews?queue={List}");
        // The search is there with its key, and what is found is gone through.
        await keys.PressAsync("/");
        await Assertions.Expect(page.Locator("#list-q")).ToBeFocusedAsync();
        await Assertions.Expect(page.Locator("#list-q")).ToBeVisibleAsync();
        await keys.TypeAsync("persona");
        await keys.PressAsync("Enter");
        await page.WaitForURLAsync("**q=persona**");
        await page.Locator("th[aria-sort] a", new() { HasText = "Monto" }).ClickAsync();
        await page.WaitForURLAsync("**sort=amount**");
        await Assertions.Expect(page.Locator("th[aria-sort=descending]")).ToHaveTextAsync("Monto");
        await EverybodyAsync(page);
        const string Set = "sort=amount&currency=MXN&q=persona";
        await page.GotoAsync($"/dashboard/reviews?queue={List}&{Set}");
        await keys.PressAsync("Enter");
        foreach (var (place, id) in ((Guid[])[ids[3], ids[0], ids[2]]).Index())
        {
            await page.WaitForURLAsync($"**/dashboard/reviews/{id}?queue={List}&{Set}");
            await Assertions.Expect(page.Locator("#review-item [data-progress]")).ToContainTextAsync(place == 2 ? "con filtro: queda 1 " : $"con filtro: quedan {3 - place} ");
            // The last of them has nothing ready behind it.
            await Assertions.Expect(page.Locator($"#decide[data-ready={(place == 2 ? "no" : "yes")}]")).ToBeVisibleAsync();
            foreach (var key in (string[])["a", "1"]) await keys.PressAsync(key);
            await keys.PressAsync("Control+Enter");
        }
        await page.WaitForURLAsync($"**/dashboard/reviews?queue={List}&{Set}");
        await Assertions.Expect(page.Locator(".empty-title")).ToHaveTextAsync("Ninguna de las que esperan coincide.");
        await Assertions.Expect(page.Locator(".toast-line [data-key=undo]")).ToBeVisibleAsync();
        await EverybodyAsync(page);
        await keys.PressAsync("Enter");
        await page.WaitForURLAsync($"**/dashboard/reviews/{ids[1]}?queue={List}");
        await Assertions.Expect(page.Locator("[data-whole]")).ToHaveCountAsync(0);
    }
}
