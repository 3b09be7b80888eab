using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Reviews;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;

namespace ClausumPanel.Browser.Tests;

/// <summary>What passes at the desk while somebody sits there: time, what is kept ready and what is read out.</summary>
[Collection(nameof(BrowserCollection))]
public sealed class ReviewDeskTests(BrowserFixture panel) : ReviewStories(panel)
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Countdowns_go_on_in_the_servers_words_and_what_becomes_urgent_is_said_once(bool onTheCase)
    {
        var id = (await HoldAtDeskAsync(1))[0];
        var start = DateTimeOffset.UtcNow;
        await EndAsync([id], start.AddMinutes(70.5), start.AddMinutes(130.5));
        await using var visit = await (await Visit.StartAsync(Panel)).SignInAsync();
        var page = visit.Page;
        await page.AddInitScriptAsync("""
            window.told = [];
            addEventListener("DOMContentLoaded", () => new MutationObserver(() => window.told.push(document.getElementById("due-words").textContent)).observe(document.getElementById("due-words"), { childList: true }));
            """);
        await page.Clock.InstallAsync(new() { TimeDate = start.UtcDateTime });
        await page.GotoAsync(onTheCase ? $"/dashboard/reviews/{id}?queue={Desk}" : $"/dashboard/reviews?queue={Desk}");
        var about = onTheCase ? "#review-item" : "tr[data-row]";
        var (due, lapses) = (page.Locator($"{about} time[data-until]:not([data-lapses])"), page.Locator($"{about} time[data-lapses]"));
        var payment = $"300.00 MXN · persona{Payers(DeskDomain)}@{DeskDomain}";
        // The list has a heading that says what it is.
        var inWords = onTheCase ? "vence " : "";

        // The page's clock is ahead of the server's by then: what the list brings anew is counted on at once as well.
        await page.Clock.PauseAtAsync(start.AddMinutes(10).UtcDateTime);
        await Assertions.Expect(due).ToHaveTextAsync(inWords + "en 1 h");
        await Assertions.Expect(lapses).ToHaveTextAsync("La autorización vence en 2 h");
        if (!onTheCase)
        {
            await page.Locator("#queues").EvaluateAsync("list => { list.dataset.old = 'yes'; }");
            await page.Clock.RunForAsync(10_100);
            await Assertions.Expect(page.Locator("#queues:not([data-old])")).ToHaveCountAsync(1);
            await Assertions.Expect(due).ToHaveTextAsync(inWords + "en 1 h");
        }
        await page.Clock.PauseAtAsync(start.AddMinutes(11).UtcDateTime);
        await Assertions.Expect(due).ToHaveTextAsync(inWords + "en 59 min");
        await Assertions.Expect(lapses).ToHaveTextAsync("La autorización vence en 1 h 59 min");
        await Assertions.Expect(page.Locator($"{about} .lapses.is-overdue")).ToHaveCountAsync(1);
        await page.Clock.PauseAtAsync(start.AddMinutes(60).UtcDateTime);
        await Assertions.Expect(page.Locator($"{about} time.is-soon")).ToHaveTextAsync(inWords + "en 10 min");
        await page.Clock.PauseAtAsync(start.AddMinutes(71).UtcDateTime);
        await Assertions.Expect(page.Locator($"{about} time.is-overdue")).ToHaveTextAsync("30 s tarde");
        await page.Clock.PauseAtAsync(start.AddMinutes(132).UtcDateTime);
        await Assertions.Expect(lapses).ToHaveTextAsync("La autorización venció");
        await Assertions.Expect(due).ToHaveTextAsync("1 h 1 min tarde");
        Assert.Equal([$"La autorización está por vencer: {payment}.", $"Por vencer: {payment}.", $"Vencida: {payment}.", $"La autorización venció: {payment}."], await page.EvaluateAsync<string[]>("() => window.told"));
    }

    [Fact]
    public async Task In_an_open_part_the_key_of_the_note_goes_to_that_parts_own()
    {
        await HoldAtDeskAsync(1);
        await using var visit = await (await Visit.StartAsync(Panel)).SignInAsync();
        var page = visit.Page;
        await StartAsync(page);
        foreach (var (key, field) in ((string, string)[])[("h", "Input.HoldNote"), ("s", "Input.SkipNote")])
        {
            await page.Locator("#item").FocusAsync();
            await page.Keyboard.PressAsync(key);
            await page.Keyboard.PressAsync("n");
            await Assertions.Expect(page.Locator($"[name='{field}']")).ToBeFocusedAsync();
            await page.Keyboard.TypeAsync("nota");
            await Assertions.Expect(page.Locator($"[name='{field}']")).ToHaveValueAsync("nota");
            await page.Keyboard.PressAsync("Escape");
        }
        await page.Locator("#item").FocusAsync();
        await page.Keyboard.PressAsync("n");
        await Assertions.Expect(page.Locator("[name='Input.Note']")).ToBeFocusedAsync();
        await Assertions.Expect(page.Locator("[name='Input.Note']")).ToHaveValueAsync("");
        await LeaveAsync(page);
    }

    [Fact]
    public async Task From_the_case_to_the_monitor_and_on_there_is_a_way_back_to_it_and_it_is_still_theirs()
    {
        var id = (await HoldAtDeskAsync(1))[0];
        await using var visit = await (await Visit.StartAsync(Panel)).SignInAsync();
        var page = visit.Page;
        await StartAsync(page);
        await page.Locator("[name='Input.Note']").FillAsync("a medias");
        await page.Locator("details:has(#history) > summary").ClickAsync();
        await page.Locator("#item").FocusAsync();
        await page.Keyboard.PressAsync("/");
        await page.WaitForURLAsync("**/dashboard/transactions*");
        await Assertions.Expect(page.Locator("a[data-back]")).ToHaveCountAsync(1);
        await page.Locator("#q").FillAsync(DeskDomain);
        await page.Locator("#q").PressAsync("Enter");
        await page.WaitForURLAsync("**q=*");
        await Assertions.Expect(page.Locator("a[data-back]")).ToHaveCountAsync(1);
        await page.GotoAsync($"/dashboard/transactions/{id}");
        await Assertions.Expect(page.Locator("a[data-back]")).ToHaveCountAsync(1);
        await EverybodyAsync(page);
        await page.Locator("a[data-back]").ClickAsync();
        await page.WaitForURLAsync($"**/dashboard/reviews/{id}*");
        await Assertions.Expect(page.Locator("#decide")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("[name='Input.Note']")).ToHaveValueAsync("a medias");
        await Assertions.Expect(page.Locator("details[open]:has(#history)")).ToBeVisibleAsync();
        Assert.Equal(1, await InDbAsync(db => db.Set<ReviewEvent>().CountAsync(e => e.Kind == ReviewEventKind.Leased && db.Set<StoredAssessment>().Any(a => a.Id == id && a.Seq == e.Seq))));
        // Once it is given back there is nothing to come back to.
        await page.Locator("button[name=stay]").ClickAsync();
        await page.WaitForURLAsync("**/dashboard/reviews*");
        await page.GotoAsync("/dashboard/transactions");
        await Assertions.Expect(page.Locator("#q")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("a[data-back]")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Another_case_among_the_links_leaves_ones_own_theirs_until_that_one_is_taken()
    {
        await HoldAtDeskAsync(2, async _ => Guid.Parse(await Panel.PayAsync($"doble@{DeskDomain}", 30_000, bare: true)));
        await using var visit = await (await Visit.StartAsync(Panel)).SignInAsync();
        var page = visit.Page;
        await StartAsync(page);
        var own = new Uri(page.Url).AbsolutePath;
        Task<List<long>> LeasesAsync() => InDbAsync(db => db.Set<Review>().Where(r => r.Queue == Desk && r.LeaseOwner != null && !r.LeaseIsAhead && r.State == ReviewState.Open).Select(r => r.LeaseUntil!.Value).ToListAsync());
        await page.Locator("[name='Input.Note']").FillAsync("a medias");
        await page.Locator("#links summary:has([data-links])").ClickAsync();
        await page.Locator("#links a[data-waits]").First.ClickAsync();
        await Assertions.Expect(page.Locator("[data-other] a[data-back]")).ToHaveCountAsync(1);
        Assert.InRange(Assert.Single(await LeasesAsync()), DateTimeOffset.UtcNow.AddMinutes(2).ToUnixTimeMilliseconds(), long.MaxValue);
        await EverybodyAsync(page);
        // From there on too there is a way back.
        await page.GotoAsync("/dashboard/transactions");
        await Assertions.Expect(page.Locator("a[data-back]")).ToHaveCountAsync(1);
        await page.GoBackAsync();
        await page.Locator("[data-other] a[data-back]").ClickAsync();
        await page.WaitForURLAsync($"**{own}*");
        await Assertions.Expect(page.Locator("[name='Input.Note']")).ToHaveValueAsync("a medias");
        await page.Locator("#links a[data-waits]").First.ClickAsync();
        await Assertions.Expect(page.Locator("[data-other]")).ToHaveCountAsync(1);
        await page.Locator("[data-key=take]").ClickAsync();
        await Assertions.Expect(page.Locator("#decide")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".toast-line")).ToContainTextAsync("volvió a su cola.");
        Assert.Single(await LeasesAsync());
        await LeaveAsync(page);
    }

    [Fact]
    public async Task What_was_made_ready_before_the_last_decision_says_what_became_of_that_and_that_it_was_taken()
    {
        var ids = await HoldAtDeskAsync(2, async _ => Guid.Parse(await Panel.PayAsync($"pareja@{DeskDomain}", 30_000, bare: true)));
        await using var visit = await (await Visit.StartAsync(Panel)).SignInAsync();
        var page = visit.Page;
        await StartAsync(page);
        var first = new Uri(page.Url).AbsolutePath;
        await Assertions.Expect(page.Locator("#decide[data-ready=yes]")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator("#links a[data-waits]")).ToHaveCountAsync(1);
        await ApproveAsync(page);
        await Assertions.Expect(page.Locator("#review-said[data-until]")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator("#links tr[data-row]")).ToContainTextAsync("Aprobada por");
        await Assertions.Expect(page.Locator("#links a[data-waits]")).ToHaveCountAsync(0);
        Assert.NotEqual(first, new Uri(page.Url).AbsolutePath);
        // Its history is as it will be read later.
        var id = ids.Single(i => page.Url.Contains(i.ToString(), StringComparison.Ordinal));
        var taken = await InDbAsync(db => db.Set<ReviewEvent>().Where(e => e.Kind == ReviewEventKind.Leased && db.Set<StoredAssessment>().Any(a => a.Id == id && a.Seq == e.Seq)).Select(e => e.At).SingleAsync());
        var told = DateTimeOffset.Parse((await page.Locator("[data-taken=yes] time").GetAttributeAsync("datetime"))!, System.Globalization.CultureInfo.InvariantCulture);
        Assert.InRange(told - DateTimeOffset.FromUnixTimeMilliseconds(taken), TimeSpan.Zero, TimeSpan.FromSeconds(2));
        var head = page.Locator("summary:has(#history)");
        var count = await head.InnerTextAsync();
        await page.ReloadAsync();
        Assert.Equal(count, await head.InnerTextAsync());
        await LeaveAsync(page);
    }

    [Fact]
    public async Task What_was_made_ready_earlier_shows_the_time_there_is_when_it_is_shown()
    {
        var ids = await HoldAtDeskAsync(2);
        var start = DateTimeOffset.UtcNow;
        await EndAsync(ids, start.AddMinutes(70.5), null);
        await using var visit = await (await Visit.StartAsync(Panel)).SignInAsync();
        var page = visit.Page;
        await page.Clock.InstallAsync(new() { TimeDate = start.UtcDateTime });
        var first = await StartAsync(page);
        await Assertions.Expect(page.Locator("#decide[data-ready=yes]")).ToBeVisibleAsync();
        // It is kept on by the sign of life.
        await page.Clock.PauseAtAsync(start.AddSeconds(62).UtcDateTime);
        await page.Keyboard.PressAsync("ArrowDown");
        await page.RunAndWaitForResponseAsync(() => page.Clock.PauseAtAsync(start.AddSeconds(123).UtcDateTime), Beats);
        await page.EvaluateAsync("() => { window.samePage = true; }");
        await ApproveAsync(page);
        await Assertions.Expect(page.Locator("[data-payer]")).Not.ToHaveTextAsync(first);
        await Assertions.Expect(page.Locator("#review-item time[data-until]")).ToHaveTextAsync("vence en 1 h 8 min");
        Assert.True(await page.EvaluateAsync<bool>("() => window.samePage === true"));
        await LeaveAsync(page);
    }

    [Fact]
    public async Task What_was_kept_ready_is_not_shown_once_somebody_else_may_have_it()
    {
        await HoldAtDeskAsync(3);
        await using var visit = await (await Visit.StartAsync(Panel)).SignInAsync();
        var page = visit.Page;
        await page.AddInitScriptAsync("""
            new MutationObserver(() => {
              for (const payer of document.querySelectorAll("[data-payer]")) sessionStorage.setItem(`shown ${payer.textContent}`, "yes");
            }).observe(document, { childList: true, subtree: true });
            """);
        await page.Clock.InstallAsync();
        var first = await StartQuietlyAsync(page);
        await Assertions.Expect(page.Locator("#decide[data-ready=yes]")).ToBeVisibleAsync();
        // Who does nothing for longer than it is kept loses it to a colleague.
        await page.Clock.FastForwardAsync(150_000);
        var ines = await InDbAsync(db => db.Users.Where(u => u.Email == BrowserFixture.AdminEmail).Select(u => u.Id).SingleAsync());
        var lost = await InDbAsync(db => db.Set<Review>().Where(r => r.Queue == Desk && r.LeaseIsAhead).Select(r => r.Seq).SingleAsync());
        var until = DateTimeOffset.UtcNow.AddMinutes(15).ToUnixTimeMilliseconds();
        await InDbAsync(db => db.Set<Review>().Where(r => r.Seq == lost).ExecuteUpdateAsync(r => r.SetProperty(x => x.LeaseOwner, ines).SetProperty(x => x.LeaseToken, Guid.NewGuid()).SetProperty(x => x.LeaseUntil, until).SetProperty(x => x.LeaseIsAhead, false)));
        var theirs = (await InDbAsync(db => new AssessmentReader(db).LinesAsync([lost], default)))[0].Email!;
        await ApproveAsync(page);
        await Assertions.Expect(page.Locator("[data-payer]")).Not.ToHaveTextAsync(first);
        await Assertions.Expect(page.Locator("#decide")).ToBeVisibleAsync();
        Assert.Equal("yes", await page.EvaluateAsync<string?>("payer => sessionStorage.getItem(`shown ${payer}`)", first));
        Assert.Null(await page.EvaluateAsync<string?>("payer => sessionStorage.getItem(`shown ${payer}`)", theirs));
        await LeaveAsync(page);
    }

    [Fact]
    public async Task Only_what_somebody_reads_is_counted_and_only_then_the_page_says_that_it_lives()
    {
        var id = (await HoldAtDeskAsync(1))[0];
        var taken = DateTimeOffset.UtcNow;
        await using var visit = await (await Visit.StartAsync(Panel)).SignInAsync();
        var page = visit.Page;
        var beats = 0;
        page.Request += (_, request) => { if (request.Url.Contains("handler=Beat", StringComparison.Ordinal)) beats++; };
        await page.AddInitScriptAsync("Object.defineProperty(document, 'hidden', { get: () => window.isAway === true });");
        await page.Clock.InstallAsync(new() { TimeDate = taken.UtcDateTime });
        await StartAsync(page);
        await page.Clock.PauseAtAsync(taken.AddSeconds(30).UtcDateTime);
        Task<int> ReadAsync() => page.EvaluateAsync<int>("() => Number(sessionStorage.getItem(`reading ${location.pathname}`))");
        async Task PassAsync(int seconds, int counted)
        {
            var before = await ReadAsync();
            await page.Clock.RunForAsync(seconds * 1_000);
            Assert.InRange(await ReadAsync() - before, (counted * 1_000) - 1_000, (counted * 1_000) + 1_000);
        }
        async Task GoAsync(bool away) => await page.EvaluateAsync("away => { window.isAway = away; document.dispatchEvent(new Event('visibilitychange')); }", away);

        await page.Keyboard.PressAsync("ArrowDown");
        await PassAsync(20, 20);
        await PassAsync(100, 40);
        await page.Locator(".review-evidence").DispatchEventAsync("pointermove");
        await PassAsync(10, 10);
        await page.Locator(".review-decide").DispatchEventAsync("scroll");
        await PassAsync(30, 30);
        await GoAsync(away: true);
        await page.Keyboard.PressAsync("ArrowDown");
        await PassAsync(30, 0);
        await GoAsync(away: false);
        await PassAsync(10, 10);

        // A sign of life once a minute; none from whoever does nothing for two, and none from a hidden tab.
        await page.Keyboard.PressAsync("ArrowDown");
        beats = 0;
        await page.Clock.RunForAsync(61_000);
        Assert.Equal(1, beats);
        await page.Clock.RunForAsync(60_000);
        beats = 0;
        await page.Clock.RunForAsync(180_000);
        Assert.Equal(0, beats);
        await GoAsync(away: true);
        await page.Keyboard.PressAsync("ArrowDown");
        await page.Clock.RunForAsync(61_000);
        Assert.Equal(0, beats);
        await GoAsync(away: false);
        await page.Keyboard.PressAsync("ArrowDown");
        await page.RunAndWaitForResponseAsync(() => page.Clock.RunForAsync(61_000), Beats);

        // Whatever this page's clock says, nobody has read for longer than they had it.
        Assert.True(await ReadAsync() > 120_000);
        await ApproveAsync(page, stop: true);
        await page.WaitForURLAsync($"**/dashboard/reviews?queue={Desk}");
        var most = (DateTimeOffset.UtcNow - taken).TotalMilliseconds;
        var read = await InDbAsync(db => db.Set<ReviewEvent>().Where(e => e.Kind == ReviewEventKind.Decided && db.Set<StoredAssessment>().Any(a => a.Id == id && a.Seq == e.Seq)).Select(e => e.ReadingMilliseconds).SingleAsync());
        Assert.InRange(read!.Value, 1, (int)most);
    }

    [Fact]
    public async Task At_four_fifths_of_the_time_it_asks_whether_they_go_on()
    {
        await HoldAtDeskAsync(1);
        await using var visit = await (await Visit.StartAsync(Panel)).SignInAsync();
        var page = visit.Page;
        var start = DateTimeOffset.UtcNow;
        await page.Clock.InstallAsync(new() { TimeDate = start.UtcDateTime });
        await StartQuietlyAsync(page);
        await page.Clock.PauseAtAsync(start.AddSeconds(40).UtcDateTime);
        var (asks, left) = (page.Locator("[data-lease-over]"), page.Locator("#decide .card-header [data-until]"));
        await page.Clock.PauseAtAsync(start.AddMinutes(11.9).UtcDateTime);
        await Assertions.Expect(left).ToHaveTextAsync("tomada por usted, quedan 4 min");
        await Assertions.Expect(asks).ToBeHiddenAsync();
        await page.Clock.PauseAtAsync(start.AddMinutes(12.6).UtcDateTime);
        await Assertions.Expect(asks).ToBeVisibleAsync();
        await Assertions.Expect(left).ToHaveTextAsync("tomada por usted, quedan 3 min");
        await asks.Locator("[data-continue]").ClickAsync();
        await Assertions.Expect(asks).ToBeHiddenAsync();
        await page.Clock.RunForAsync(1_000);
        await Assertions.Expect(left).ToHaveTextAsync("tomada por usted, quedan 15 min");
        await LeaveAsync(page);
    }

    [Fact]
    public async Task What_can_be_undone_and_for_how_long_is_read_out_once_and_its_countdown_never()
    {
        await HoldAtDeskAsync(2);
        await using var visit = await (await Visit.StartAsync(Panel)).SignInAsync();
        var page = visit.Page;
        await page.AddInitScriptAsync("""
            window.told = [];
            new MutationObserver(changes => {
              for (const { target } of changes) {
                const place = (target.nodeType === 1 ? target : target.parentElement)?.closest("[role=status], [role=alert], [aria-live]");
                if (place?.textContent.trim() && /deshacer|\d s/.test(place.textContent)) window.told.push(place.textContent.trim());
              }
            }).observe(document, { childList: true, subtree: true, characterData: true });
            """);
        var payer = await StartAsync(page);
        await ApproveAsync(page, stop: true);
        await page.WaitForURLAsync($"**/dashboard/reviews?queue={Desk}");
        // Drawn with the page, it is told by a place that was empty before.
        await Assertions.Expect(page.Locator("#undo-said")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex($@"^Aprobada .+ MXN · {payer} · etiqueta: legítimo\. Puede deshacerla [1-8] s\.$"));
        await Assertions.Expect(page.Locator(".toast-line")).Not.ToHaveAttributeAsync("role", "status");
        var left = page.Locator(".toast-line [data-undo-left][aria-hidden=true]");
        var seen = await left.InnerTextAsync();
        await Assertions.Expect(left).Not.ToHaveTextAsync(seen);
        Assert.Single(await page.EvaluateAsync<string[]>("() => window.told"));

        // Beside the next one, with that.
        await page.Keyboard.PressAsync("z");
        await Assertions.Expect(page.Locator("#decide[data-ready=yes]")).ToBeVisibleAsync();
        await page.EvaluateAsync("() => { window.told = []; }");
        await ApproveAsync(page);
        await Assertions.Expect(page.Locator("#announcer")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex($@"^Aprobada .+ MXN · {payer} · etiqueta: legítimo\. Puede deshacerla [1-8] s\. Sigue: "));
        seen = await left.InnerTextAsync();
        await Assertions.Expect(left).Not.ToHaveTextAsync(seen);
        Assert.Single(await page.EvaluateAsync<string[]>("() => window.told"));
        await LeaveAsync(page);
    }

    private static bool Beats(IResponse response) => response.Url.Contains("handler=Beat", StringComparison.Ordinal);

    /// <summary>A page that has just come says so twice: until then its lease is not what it was.</summary>
    private static async Task<string> StartQuietlyAsync(IPage page)
    {
        var (beats, twice) = (0, new TaskCompletionSource());
        page.RequestFinished += (_, request) => { if (request.Url.Contains("handler=Beat", StringComparison.Ordinal) && ++beats == 2) twice.TrySetResult(); };
        var payer = await StartAsync(page);
        await page.Clock.FastForwardAsync(5_000);
        await twice.Task.WaitAsync(TimeSpan.FromSeconds(20));
        // What it does with the answer is done.
        await page.EvaluateAsync("() => fetch('/health/live')");
        return payer;
    }
}
