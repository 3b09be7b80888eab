using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace ClausumPanel.Browser.Tests;

/// <summary>The list of a queue with the mouse and the keyboard, and the keys of every page.</summary>
[Collection(nameof(BrowserCollection))]
public sealed class ReviewListTests(BrowserFixture panel)
{
    private const int Own = 71, OwnToo = 72;
    private const string Domain = "lista.example";

    /// <summary>Nobody pays twice: that would be a sign of its own.</summary>
    private static int _people;

    [Theory]
    [InlineData(1366)]
    [InlineData(320)]
    public async Task What_is_chosen_is_counted_with_its_money_where_it_is_always_in_view(int width)
    {
        await HoldAsync(Own, ("MXN", 30_000), ("MXN", 20_050), ("USD", 10_000), ("MXN", 25_000));
        await using var visit = await (await Visit.StartAsync(panel, width: width)).FillInAsync(BrowserFixture.AdminEmail);
        var page = visit.Page;
        await page.GotoAsync($"/dashboard/reviews?queue={Own}&sort=oldest");
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
        await page.WaitForURLAsync($"**/dashboard/reviews?queue={Own}&sort=oldest&chosen=*");
        await Assertions.Expect(said).ToHaveTextAsync("3 elegidas, 500.50 MXN + 100.00 USD");
    }

    [Fact]
    public async Task Whoever_turns_the_pages_stays_at_the_button_under_a_refresh_and_enter_on_a_ticked_box_decides()
    {
        await HoldAsync(OwnToo, [.. Enumerable.Range(0, 51).Select(i => ("MXN", 30_000L + i))]);
        await using var visit = await (await Visit.StartAsync(panel)).FillInAsync(BrowserFixture.AdminEmail);
        var (page, keys) = (visit.Page, visit.Page.Keyboard);
        await page.Clock.InstallAsync();
        async Task RefreshAsync()
        {
            await page.EvaluateAsync("() => { document.getElementById('queues').dataset.old = 'yes'; }");
            await page.Clock.FastForwardAsync(10_500);
            await Assertions.Expect(page.Locator("#queues:not([data-old], .htmx-added)")).ToHaveCountAsync(1);
        }

        await page.GotoAsync($"/dashboard/reviews?queue={OwnToo}&sort=oldest");
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
        await page.GotoAsync($"/dashboard/reviews?queue={OwnToo}");
        await page.Locator("[data-page=next]").FocusAsync();
        var later = DateTimeOffset.UtcNow.AddDays(1).ToUnixTimeMilliseconds();
        await InDbAsync(db => db.Set<Review>().Where(r => r.Queue == OwnToo && r.Seq % 2 == 0).ExecuteUpdateAsync(r => r.SetProperty(x => x.VisibleAt, later)));
        await RefreshAsync();
        await Assertions.Expect(page.Locator("#waiting")).ToBeFocusedAsync();
    }

    [Fact]
    public async Task On_a_telephone_what_can_be_undone_stands_under_the_bar_at_the_top_and_moves_nothing_when_it_goes()
    {
        await HoldAsync(Own, [.. Enumerable.Range(0, 12).Select(i => ("MXN", 30_000L + i))]);
        await using var visit = await (await Visit.StartAsync(panel, width: 320)).FillInAsync(BrowserFixture.AdminEmail);
        var page = visit.Page;
        await page.GotoAsync($"/dashboard/reviews?queue={Own}");
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
        await HoldAsync(Own, ("MXN", 41_000), ("MXN", 42_000), ("MXN", 43_000));
        await using var visit = await (await Visit.StartAsync(panel, width: 390, height: 844)).SignInAsync();
        var page = visit.Page;
        await page.GotoAsync($"/dashboard/reviews?queue={Own}&sort=newest");
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
        await page.WaitForURLAsync($"**/dashboard/reviews?queue={Own}*");
    }

    [Fact]
    public async Task On_a_telephone_the_figures_and_what_is_put_away_are_short_and_stay_within_it()
    {
        await HoldAsync(Own, ("MXN", 51_000));
        var (seq, until) = (await InDbAsync(db => db.Set<Review>().Where(r => r.Queue == Own).MaxAsync(r => r.Seq)), DateTimeOffset.UtcNow.AddDays(2).ToUnixTimeMilliseconds());
        await InDbAsync(async db =>
        {
            db.Add(new ReviewEvent { Id = Guid.CreateVersion7(), Seq = seq, At = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), Kind = ReviewEventKind.Held, Queue = Own, ActorName = "Una persona de nombre bastante largo", Note = "La tienda llama mañana al almacén y confirma si el pedido ya salió.", Until = until, Version = 50 });
            await db.SaveChangesAsync();
            return await db.Set<Review>().Where(r => r.Seq == seq).ExecuteUpdateAsync(r => r.SetProperty(x => x.VisibleAt, until));
        });
        await using var visit = await (await Visit.StartAsync(panel, width: 320, height: 700)).FillInAsync(BrowserFixture.AdminEmail);
        var page = visit.Page;
        foreach (var (address, rows) in ((string, string)[])[($"/dashboard/reviews?queue={Own}", "[data-away]"), ("/dashboard/reviews/quality?period=today", "[data-decision]")])
        {
            await page.GotoAsync(address);
            Assert.Equal((address, 320), (address, await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth")));
            Assert.Empty(await page.Locator(".cards td, .cards th[scope=row]").EvaluateAllAsync<string[]>("cells => cells.filter(cell => cell.scrollWidth > cell.clientWidth + 1 && getComputedStyle(cell).display !== 'none').map(cell => cell.textContent)"));
            Assert.All(await page.Locator(rows).EvaluateAllAsync<double[]>("rows => rows.map(row => row.getBoundingClientRect().height)"), height => Assert.InRange(height, 20, 130));
        }
        await InDbAsync(db => db.Set<Review>().Where(r => r.Seq == seq).ExecuteDeleteAsync());
    }

    [Fact]
    public async Task What_a_column_means_opens_above_its_name_and_leaves_the_figures_in_view()
    {
        var id = (await HoldAsync(Own, ("MXN", 52_000)))[0];
        await InDbAsync(async db =>
        {
            var seq = AssessmentId.SeqOf(id);
            db.Add(new ReviewEvent { Id = Guid.CreateVersion7(), Seq = seq, At = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(), Kind = ReviewEventKind.Decided, Outcome = ReviewOutcome.Approve, Queue = Own, ActorName = "Una persona", Version = 900 });
            return await db.SaveChangesAsync();
        });
        await using var visit = await (await Visit.StartAsync(panel, width: 1366)).FillInAsync(BrowserFixture.AdminEmail);
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
        var id = (await HoldAsync(Own, ("MXN", 53_000)))[0];
        var seq = AssessmentId.SeqOf(id);
        await InDbAsync(async db =>
        {
            var luis = await db.Users.Where(u => u.Email == BrowserFixture.AdminEmail).Select(u => u.Id).SingleAsync();
            return await db.Set<Review>().Where(r => r.Seq == seq).ExecuteUpdateAsync(r => r.SetProperty(x => x.State, ReviewState.Closed).SetProperty(x => x.Outcome, ReviewOutcome.Challenge).SetProperty(x => x.DecidedById, luis).SetProperty(x => x.Reason, "confirm_card"));
        });
        await using var visit = await (await Visit.StartAsync(panel, width: width)).FillInAsync(BrowserFixture.AdminEmail);
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
    public async Task Many_decided_at_once_are_undone_at_once_and_back_asks_for_nothing_to_be_sent_again()
    {
        await HoldAsync(Own, ("MXN", 30_000), ("MXN", 20_050));
        await using var visit = await (await Visit.StartAsync(panel)).FillInAsync(BrowserFixture.AdminEmail);
        var page = visit.Page;
        await page.GotoAsync($"/dashboard/reviews?queue={Own}&sort=oldest");
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
        await HoldAsync(Own, ("MXN", 30_000));
        await using var visit = await (await Visit.StartAsync(panel, scripts: false)).FillInAsync(BrowserFixture.AdminEmail);
        var page = visit.Page;
        await page.GotoAsync($"/dashboard/reviews?queue={Own}");
        await Assertions.Expect(page.Locator("[data-pick-all]")).ToBeHiddenAsync();
        await Assertions.Expect(page.Locator("[data-pick-every]")).ToBeHiddenAsync();
        await page.Locator("input[name=seqs]").First.CheckAsync();
        await page.GetByText("Decidir juntas las elegidas").ClickAsync();
        await Assertions.Expect(page.Locator("[data-count]")).ToHaveTextAsync("1");
    }

    [Fact]
    public async Task A_filter_that_somebody_fills_in_is_not_taken_from_under_them_and_stays_with_the_refresh()
    {
        await HoldAsync(Own, ("MXN", 30_000), ("USD", 10_000));
        await using var visit = await (await Visit.StartAsync(panel)).FillInAsync(BrowserFixture.AdminEmail);
        var page = visit.Page;
        await page.Clock.InstallAsync();
        await page.GotoAsync($"/dashboard/reviews?queue={Own}");
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
        await HoldAsync(Own, ("MXN", 31_000), ("MXN", 21_000), ("USD", 11_000));
        await using var visit = await (await Visit.StartAsync(panel)).FillInAsync(BrowserFixture.AdminEmail);
        var page = visit.Page;
        await page.GotoAsync($"/dashboard/reviews?queue={Own}&sort=amount&currency=MXN");
        var listed = await page.Locator("tr[data-row]").CountAsync();
        await page.Locator("tr[data-row] a[data-open]").First.ClickAsync();
        await page.WaitForURLAsync(new System.Text.RegularExpressions.Regex("/reviews/[0-9a-f-]{36}"));
        await page.Locator("a[data-key=queue]").ClickAsync();
        await page.WaitForURLAsync($"**/dashboard/reviews?queue={Own}&sort=amount&currency=MXN");
        await Assertions.Expect(page.Locator("#queues [data-clear]")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("tr[data-row]")).ToHaveCountAsync(listed);

        // Whoever takes the filter away has it gone for good.
        await page.Locator("[data-clear]").ClickAsync();
        await page.WaitForURLAsync($"**/dashboard/reviews?queue={Own}");
        await page.Locator("tr[data-row] a[data-open]").First.ClickAsync();
        await page.WaitForURLAsync(new System.Text.RegularExpressions.Regex("/reviews/[0-9a-f-]{36}"));
        await page.Locator("a[data-key=queue]").ClickAsync();
        await page.WaitForURLAsync($"**/dashboard/reviews?queue={Own}");
        await Assertions.Expect(page.Locator("tr[data-row]").First).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("[data-clear]")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task The_keys_go_through_what_is_left_of_the_list_and_on_without_the_filter()
    {
        var ids = await HoldAsync(Own, ("MXN", 32_000), ("USD", 12_000), ("MXN", 22_000), ("MXN", 42_000));
        await using var visit = await (await Visit.StartAsync(panel)).FillInAsync(BrowserFixture.AdminEmail);
        var (page, keys) = (visit.Page, visit.Page.Keyboard);
        await page.GotoAsync($"/dashboard/reviews?queue={Own}");
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
        await page.GotoAsync($"/dashboard/reviews?queue={Own}&{Set}");
        await keys.PressAsync("Enter");
        foreach (var (place, id) in ((Guid[])[ids[3], ids[0], ids[2]]).Index())
        {
            await page.WaitForURLAsync($"**/dashboard/reviews/{id}?queue={Own}&{Set}");
            await Assertions.Expect(page.Locator("#review-item [data-progress]")).ToContainTextAsync(place == 2 ? "con filtro: queda 1 " : $"con filtro: quedan {3 - place} ");
            // The last of them has nothing ready behind it.
            await Assertions.Expect(page.Locator($"#decide[data-ready={(place == 2 ? "no" : "yes")}]")).ToBeVisibleAsync();
            foreach (var key in (string[])["a", "1"]) await keys.PressAsync(key);
            await keys.PressAsync("Control+Enter");
        }
        await page.WaitForURLAsync($"**/dashboard/reviews?queue={Own}&{Set}");
        await Assertions.Expect(page.Locator("[data-left]")).ToHaveTextAsync("Del filtro ya no queda ninguna libre.");
        await Assertions.Expect(page.Locator(".toast-line [data-key=undo]")).ToBeVisibleAsync();
        await EverybodyAsync(page);
        await keys.PressAsync("Enter");
        await page.WaitForURLAsync($"**/dashboard/reviews/{ids[1]}?queue={Own}");
        await Assertions.Expect(page.Locator("[data-whole]")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Every_page_has_its_keys_and_one_place_to_read_change_and_switch_them_off()
    {
        var ids = await HoldAsync(OwnToo, ("MXN", 30_000));
        await using var visit = await (await Visit.StartAsync(panel)).FillInAsync(BrowserFixture.AdminEmail);
        var page = visit.Page;
        var keys = page.Keyboard;
        var dialog = page.Locator("#keys");
        async Task GoAsync(string key, string address)
        {
            await keys.PressAsync("g");
            await keys.PressAsync(key);
            await page.WaitForURLAsync("**" + address);
        }

        async Task CloseAsync()
        {
            await keys.PressAsync("Escape");
            await Assertions.Expect(dialog).ToBeHiddenAsync();
        }

        await keys.PressAsync("?");
        await Assertions.Expect(dialog).ToBeVisibleAsync();
        await Assertions.Expect(dialog.Locator("h3")).ToHaveTextAsync(["En todas las páginas"]);
        await keys.PressAsync("g");
        await keys.PressAsync("r");
        await Assertions.Expect(dialog).ToBeVisibleAsync();
        await CloseAsync();
        await GoAsync("r", "/dashboard/protection");
        await keys.PressAsync("/");
        await page.WaitForURLAsync("**/dashboard/transactions#q");
        await Assertions.Expect(page.Locator("#q")).ToBeFocusedAsync();
        // Keys rest while somebody types.
        await keys.TypeAsync("g r?");
        await Assertions.Expect(page.Locator("#q")).ToHaveValueAsync("g r?");
        await page.GotoAsync("/dashboard/audit");
        await keys.PressAsync("/");
        await Assertions.Expect(page.Locator("[data-search]")).ToBeFocusedAsync();
        await page.GotoAsync("/account/profile");
        await GoAsync("p", "/dashboard");
        await GoAsync("q", "/dashboard/reviews");

        // The number on a tile opens its queue, and from an item the way leads back to the queue it was opened from.
        var number = await page.Locator($".tile[data-queue='{OwnToo}'] kbd").InnerTextAsync();
        await keys.PressAsync(number);
        await page.WaitForURLAsync($"**/dashboard/reviews?queue={OwnToo}");
        await keys.PressAsync("?");
        await Assertions.Expect(dialog.Locator("h3")).ToHaveTextAsync(["En la cola", "En todas las páginas"]);
        await dialog.Locator("[data-remap=pick]").FillAsync("a");
        await dialog.Locator("[data-remap=pick]").PressAsync("Tab");
        // That one approves.
        await Assertions.Expect(dialog.Locator("[data-remap=pick]")).ToHaveValueAsync("x");
        await dialog.Locator("[data-remap=pick]").FillAsync("m");
        await dialog.Locator("[data-remap=pick]").PressAsync("Tab");
        await CloseAsync();
        await keys.PressAsync("j");
        await keys.PressAsync("m");
        await Assertions.Expect(page.Locator("input[name=seqs]").First).ToBeCheckedAsync();
        await page.GotoAsync($"/dashboard/reviews/{ids[0]}?queue={OwnToo}");
        await GoAsync("q", $"/dashboard/reviews?queue={OwnToo}");

        // Switched off, nothing is heard on any page; the menu has the way back.
        await keys.PressAsync("?");
        await page.Locator("#keys-on").UncheckAsync();
        await CloseAsync();
        await page.GotoAsync("/dashboard/audit");
        foreach (var key in (string[])["/", "?", "g", "q"]) await keys.PressAsync(key);
        await Assertions.Expect(page.Locator("body")).ToBeFocusedAsync();
        await Assertions.Expect(dialog).ToBeHiddenAsync();
        await page.Locator("details[name=head] summary").Last.ClickAsync();
        await page.Locator(".dropdown-item[data-keys-open]").ClickAsync();
        await page.Locator("#keys-on").CheckAsync();
        await EverybodyAsync(page);
        await CloseAsync();
        await GoAsync("r", "/dashboard/protection");
    }

    [Fact]
    public async Task Who_has_no_keyboard_at_hand_is_told_of_no_keys()
    {
        await HoldAsync(Own, ("MXN", 30_000));
        await using var visit = await (await Visit.StartAsync(panel)).FillInAsync(BrowserFixture.AdminEmail);
        var page = visit.Page;
        await page.GotoAsync($"/dashboard/reviews?queue={Own}");
        await Assertions.Expect(page.Locator(".tile kbd").First).ToBeVisibleAsync();
        var session = await page.Context.NewCDPSessionAsync(page);
        await session.SendAsync("Emulation.setTouchEmulationEnabled", new() { ["enabled"] = true });
        await session.SendAsync("Emulation.setEmitTouchEventsForMouse", new() { ["enabled"] = true });
        await page.ReloadAsync();
        foreach (var hint in await page.Locator("main kbd, .keys-open").AllAsync()) await Assertions.Expect(hint).ToBeHiddenAsync();
    }

    private static async Task EverybodyAsync(IPage page)
    {
        foreach (var scheme in new[] { ColorScheme.Dark, ColorScheme.Light })
        {
            await page.EmulateMediaAsync(new() { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
            var found = await page.RunAxe(new AxeRunOptions { RunOnly = RunOnlyOptions.Tags("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa") });
            Assert.Equal([], found.Violations.SelectMany(v => v.Nodes.Select(n => $"{v.Id}: {n.Html}")));
        }
    }

    /// <summary>A queue that only these wait in, oldest first.</summary>
    private async Task<IReadOnlyList<Guid>> HoldAsync(int queue, params (string Currency, long Minor)[] payments)
    {
        List<Guid> ids = [];
        await InDbAsync(async db =>
        {
            if (!await db.Set<ListEntry>().AnyAsync(e => e.Value == Domain)) db.Add(new ListEntry { Type = ListType.EmailDomain, Value = Domain, Severity = ListSeverity.Review, CreatedAt = DateTimeOffset.UtcNow });
            // It takes nothing by itself.
            if (!await db.Set<ReviewQueue>().AnyAsync(q => q.Number == queue)) db.Add(new ReviewQueue { Number = queue, Name = $"Lista {queue}", Position = queue, IsActive = false });
            await db.SaveChangesAsync();
            await panel.Services.GetRequiredService<ListShelf>().ReloadAsync(db, default);
            return await db.Set<Review>().Where(r => r.Queue == queue).ExecuteUpdateAsync(r => r.SetProperty(x => x.VisibleAt, DateTimeOffset.UtcNow.AddDays(1).ToUnixTimeMilliseconds()));
        });
        foreach (var (currency, minor) in payments) ids.Add(Guid.Parse(await panel.PayAsync($"persona{++_people}@{Domain}", minor, bare: true, currency)));
        await panel.Services.GetRequiredService<AssessService>().Log!.CatchUpAsync(default);
        var seqs = await InDbAsync(db => db.Set<StoredAssessment>().Where(a => ids.Contains(a.Id)).Select(a => a.Seq).ToListAsync());
        await InDbAsync(db => db.Set<Review>().Where(r => seqs.Contains(r.Seq)).ExecuteUpdateAsync(r => r.SetProperty(x => x.Queue, queue)));
        return ids;
    }

    private async Task<T> InDbAsync<T>(Func<PanelDb, Task<T>> use)
    {
        await using var scope = panel.Services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<PanelDb>());
    }
}
