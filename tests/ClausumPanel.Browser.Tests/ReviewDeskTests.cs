using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace ClausumPanel.Browser.Tests;

/// <summary>What passes at the desk while somebody sits there: time, what is kept ready, what is read out, and which keys there are.</summary>
[Collection(nameof(BrowserCollection))]
public sealed class ReviewDeskTests(BrowserFixture panel)
{
    private const int Own = 81;
    private const string Domain = "mesa.example";

    /// <summary>Nobody pays twice: that would be a sign of its own.</summary>
    private static int _people;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Countdowns_go_on_in_the_servers_words_and_what_becomes_urgent_is_said_once(bool onTheCase)
    {
        var id = (await HoldAsync(1))[0];
        var start = DateTimeOffset.UtcNow;
        await EndAsync([id], start.AddMinutes(70.5), start.AddMinutes(130.5));
        await using var visit = await (await Visit.StartAsync(panel)).SignInAsync();
        var page = visit.Page;
        await page.AddInitScriptAsync("""
            window.told = [];
            addEventListener("DOMContentLoaded", () => new MutationObserver(() => window.told.push(document.getElementById("due-words").textContent)).observe(document.getElementById("due-words"), { childList: true }));
            """);
        await page.Clock.InstallAsync(new() { TimeDate = start.UtcDateTime });
        await page.GotoAsync(onTheCase ? $"/dashboard/reviews/{id}?queue={Own}" : $"/dashboard/reviews?queue={Own}");
        var about = onTheCase ? "#review-item" : "tr[data-row]";
        var (due, lapses) = (page.Locator($"{about} time[data-until]:not([data-lapses])"), page.Locator($"{about} time[data-lapses]"));
        var payment = $"300.00 MXN · persona{_people}@{Domain}";
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
    public async Task What_was_made_ready_earlier_shows_the_time_there_is_when_it_is_shown()
    {
        var ids = await HoldAsync(2);
        var start = DateTimeOffset.UtcNow;
        await EndAsync(ids, start.AddMinutes(70.5), null);
        await using var visit = await (await Visit.StartAsync(panel)).SignInAsync();
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
        await HoldAsync(3);
        await using var visit = await (await Visit.StartAsync(panel)).SignInAsync();
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
        var lost = await InDbAsync(db => db.Set<Review>().Where(r => r.Queue == Own && r.LeaseIsAhead).Select(r => r.Seq).SingleAsync());
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
        var id = (await HoldAsync(1))[0];
        var taken = DateTimeOffset.UtcNow;
        await using var visit = await (await Visit.StartAsync(panel)).SignInAsync();
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
        await page.WaitForURLAsync($"**/dashboard/reviews?queue={Own}");
        var most = (DateTimeOffset.UtcNow - taken).TotalMilliseconds;
        var read = await InDbAsync(db => db.Set<ReviewEvent>().Where(e => e.Kind == ReviewEventKind.Decided && db.Set<StoredAssessment>().Any(a => a.Id == id && a.Seq == e.Seq)).Select(e => e.ReadingMilliseconds).SingleAsync());
        Assert.InRange(read!.Value, 1, (int)most);
    }

    [Fact]
    public async Task At_four_fifths_of_the_time_it_asks_whether_they_go_on()
    {
        await HoldAsync(1);
        await using var visit = await (await Visit.StartAsync(panel)).SignInAsync();
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
        await HoldAsync(2);
        await using var visit = await (await Visit.StartAsync(panel)).SignInAsync();
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
        await page.WaitForURLAsync($"**/dashboard/reviews?queue={Own}");
        // Drawn with the page, it is told by a place that was empty before.
        await Assertions.Expect(page.Locator("#undo-said")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex($@"^Aprobada .+ MXN · {payer}\. Puede deshacerla [1-8] s\.$"));
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
        await Assertions.Expect(page.Locator("#announcer")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex($@"^Aprobada .+ MXN · {payer}\. Puede deshacerla [1-8] s\. Sigue: "));
        seen = await left.InnerTextAsync();
        await Assertions.Expect(left).Not.ToHaveTextAsync(seen);
        Assert.Single(await page.EvaluateAsync<string[]>("() => window.told"));
        await LeaveAsync(page);
    }

    [Fact]
    public async Task A_letter_that_somebody_gave_to_something_is_no_longer_what_another_one_comes_with()
    {
        await HoldAsync(1);
        await using var visit = await (await Visit.StartAsync(panel)).SignInAsync();
        var page = visit.Page;
        await page.AddInitScriptAsync("""localStorage.setItem("panel-keys", JSON.stringify({ map: { undo: "s" } }))""");
        await StartAsync(page);
        await Assertions.Expect(page.Locator("[data-remap=undo]")).ToHaveValueAsync("s");
        await Assertions.Expect(page.Locator("[data-remap=skip]")).ToHaveValueAsync("");
        await Assertions.Expect(page.Locator("details[data-key=skip] > summary kbd")).ToBeHiddenAsync();
        await Assertions.Expect(page.Locator("details[data-key=hold] > summary kbd")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("s");
        await page.Keyboard.PressAsync("h");
        await Assertions.Expect(page.Locator("details[data-key=hold]")).ToHaveAttributeAsync("open", "");
        await Assertions.Expect(page.Locator("details[data-key=skip]")).Not.ToHaveAttributeAsync("open", "");
        await page.Keyboard.PressAsync("Escape");
        await LeaveAsync(page);
    }

    [Fact]
    public async Task A_key_that_was_changed_is_printed_and_heard_until_it_is_put_back()
    {
        await HoldAsync(1);
        await using var visit = await (await Visit.StartAsync(panel)).SignInAsync();
        var page = visit.Page;
        var keys = page.Keyboard;
        // Which ones were ever drawn.
        await page.AddInitScriptAsync("""
            window.drawn = new Set();
            const look = () => {
              const hint = document.querySelector("kbd[data-hint=decline]");
              if (hint) window.drawn.add(getComputedStyle(hint).display === "none" ? "none" : hint.textContent);
              requestAnimationFrame(look);
            };
            requestAnimationFrame(look);
            """);
        await StartAsync(page);
        var (dialog, hint, field, radio) = (page.Locator("#keys"), page.Locator("kbd[data-hint=decline]"), page.Locator("[data-remap=decline]"), page.Locator("input[data-key=decline]"));
        var refused = dialog.Locator("[data-key-refused]");
        await Assertions.Expect(hint).ToHaveTextAsync("d");
        await keys.PressAsync("?");
        foreach (var (key, why) in ((string, string)[])[("a", "“a” ya es la tecla de: Aprobar."), ("j", "“j” tiene un uso propio en todas las páginas."), ("", "Escriba una letra.")])
        {
            await field.FillAsync(key);
            await field.PressAsync("Tab");
            await Assertions.Expect(refused).ToHaveTextAsync(why);
            await Assertions.Expect(field).ToHaveValueAsync("d");
        }
        await EverybodyAsync(page);
        await field.FillAsync("v");
        await field.PressAsync("Tab");
        await Assertions.Expect(refused).ToBeEmptyAsync();
        await Assertions.Expect(hint).ToHaveTextAsync("v");
        await CloseAsync();

        await page.ReloadAsync();
        await Assertions.Expect(page.Locator("#item")).ToBeFocusedAsync();
        await page.WaitForFunctionAsync("() => window.drawn.size > 0");
        Assert.Equal(["v"], await page.EvaluateAsync<string[]>("() => [...window.drawn]"));
        await keys.PressAsync("d");
        await Assertions.Expect(radio).Not.ToBeCheckedAsync();
        await keys.PressAsync("v");
        await Assertions.Expect(radio).ToBeCheckedAsync();

        // Switched off, nothing is printed that would not be heard; what is heard all the same still is.
        await keys.PressAsync("?");
        await page.Locator("#keys-on").UncheckAsync();
        await CloseAsync();
        await Assertions.Expect(hint).ToBeHiddenAsync();
        await page.ReloadAsync();
        await page.WaitForFunctionAsync("() => window.drawn.size > 0");
        Assert.Equal(["none"], await page.EvaluateAsync<string[]>("() => [...window.drawn]"));
        await Assertions.Expect(page.Locator("[data-key=confirm] kbd").First).ToBeVisibleAsync();
        await page.Locator(".keys-open button").ClickAsync();
        await page.Locator("#keys-on").CheckAsync();
        await dialog.Locator("[data-keys-reset]").ClickAsync();
        await Assertions.Expect(dialog.Locator("[data-keys-said]")).ToHaveTextAsync("Todas las letras son otra vez las de fábrica.");
        await Assertions.Expect(field).ToHaveValueAsync("d");
        await CloseAsync();
        await Assertions.Expect(hint).ToHaveTextAsync("d");
        await keys.PressAsync("a");
        await keys.PressAsync("v");
        await Assertions.Expect(radio).Not.ToBeCheckedAsync();
        await keys.PressAsync("d");
        await Assertions.Expect(radio).ToBeCheckedAsync();
        await LeaveAsync(page);

        async Task CloseAsync()
        {
            await keys.PressAsync("Escape");
            await Assertions.Expect(dialog).ToBeHiddenAsync();
        }
    }

    [Fact]
    public async Task The_label_of_a_decline_goes_with_its_reason_until_somebody_turns_it()
    {
        var id = (await HoldAsync(1))[0];
        await using var visit = await (await Visit.StartAsync(panel)).SignInAsync();
        var (page, keys) = (visit.Page, visit.Page.Keyboard);
        await StartAsync(page);
        var (fraud, unknown) = (page.Locator("[name='Input.Label'][value=Fraud]"), page.Locator("[name='Input.Label'][value=Inconclusive]"));
        async Task LabelAsync(ILocator? chosen)
        {
            foreach (var one in (ILocator[])[fraud, unknown]) await Assertions.Expect(one).ToBeCheckedAsync(new() { Checked = one == chosen });
        }
        await keys.PressAsync("a");
        await keys.PressAsync("f");
        await Assertions.Expect(fraud).ToBeHiddenAsync();
        await LabelAsync(null);
        await keys.PressAsync("d");
        await keys.PressAsync("1");
        await LabelAsync(fraud);
        await keys.PressAsync("f");
        await LabelAsync(unknown);
        await Assertions.Expect(page.Locator("#announcer")).ToHaveTextAsync("Etiqueta: No concluyente");
        await Assertions.Expect(page.Locator("[name='Input.DeclineReason'][value=stolen_card]")).ToBeFocusedAsync();
        // Somebody chose it: another reason leaves it.
        await keys.PressAsync("2");
        await LabelAsync(unknown);
        await keys.PressAsync("8");
        await LabelAsync(unknown);
        await page.GetByLabel("Fraude", new() { Exact = true }).CheckAsync();
        await LabelAsync(fraud);

        // What the reason leaves open is asked for before anything is sent.
        await keys.PressAsync("0");
        await Assertions.Expect(page.Locator("[name='Input.DeclineReason'][value=other]")).ToBeCheckedAsync();
        await LabelAsync(null);
        await keys.PressAsync("n");
        await keys.TypeAsync("No es de nuestra lista");
        await keys.PressAsync("Control+Enter");
        await Assertions.Expect(page.Locator("#decide > .review-confirm [data-missing]")).ToHaveTextAsync("Elija la etiqueta: fraude o no concluyente.");
        await Assertions.Expect(fraud).ToBeFocusedAsync();
        await keys.PressAsync("f");
        await LabelAsync(fraud);
        await keys.PressAsync("f");
        await LabelAsync(unknown);
        await EverybodyAsync(page);
        await page.ReloadAsync();
        await Assertions.Expect(page.Locator("#item")).ToBeFocusedAsync();
        await LabelAsync(unknown);
        await keys.PressAsync("Control+Shift+Enter");
        await Assertions.Expect(page.Locator("#waiting")).ToBeVisibleAsync();
        Assert.Equal(("other", (LabelOutcome?)LabelOutcome.Inconclusive), await InDbAsync(db => db.Set<Review>().Where(r => db.Set<StoredAssessment>().Any(a => a.Id == id && a.Seq == r.Seq)).Select(r => new ValueTuple<string, LabelOutcome?>(r.Reason!, r.Label)).SingleAsync()));
        await LeaveAsync(page);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_case_leads_to_its_links_gives_its_number_and_tells_its_keys(bool hasClipboard)
    {
        var id = (await HoldAsync(1))[0];
        await using var visit = await (await Visit.StartAsync(panel)).SignInAsync();
        var page = visit.Page;
        await page.Context.GrantPermissionsAsync(["clipboard-read", "clipboard-write"]);
        if (!hasClipboard) await page.AddInitScriptAsync("Object.defineProperty(navigator, 'kept', { value: navigator.clipboard }); Object.defineProperty(navigator, 'clipboard', { value: undefined });");
        Task<string> CopiedAsync() => page.EvaluateAsync<string>("() => (navigator.clipboard ?? navigator.kept).readText()");
        await StartAsync(page);
        await Assertions.Expect(page.Locator("#item")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("l");
        await Assertions.Expect(page.Locator("#links")).ToBeFocusedAsync();
        await page.Keyboard.PressAsync("y");
        await Assertions.Expect(page.Locator("#announcer")).ToHaveTextAsync($"Copiado: {id}");
        await Assertions.Expect(page.Locator("#links")).ToBeFocusedAsync();
        Assert.Equal(id.ToString(), await CopiedAsync());
        var (number, button) = (page.Locator(".bar-number"), page.Locator("[data-copy]"));
        await Assertions.Expect(number).ToContainTextAsync($"…{id.ToString("N")[^8..]}");
        Assert.True(await button.EvaluateAsync<bool>("button => button.getBoundingClientRect().height >= 24"));
        await Assertions.Expect(button).ToContainTextAsync("Copiado");
        await Assertions.Expect(button).ToContainTextAsync("Copiar");
        await page.EvaluateAsync("() => (navigator.clipboard ?? navigator.kept).writeText('')");
        await button.ClickAsync();
        await Assertions.Expect(button).ToContainTextAsync("Copiado");
        Assert.Equal(id.ToString(), await CopiedAsync());
        await page.Locator("#item").FocusAsync();
        await page.Keyboard.PressAsync("?");
        await Assertions.Expect(page.Locator("#keys h3")).ToHaveTextAsync(["Decidir o dejar para después", "Mirar de cerca", "En todas las páginas"]);
        await page.Keyboard.PressAsync("Escape");
        await LeaveAsync(page);
    }

    [Fact]
    public async Task A_full_case_stands_whole_in_a_small_window()
    {
        var id = (await HoldAsync(3, isFull: true))[^1];
        await EndAsync([id], DateTimeOffset.UtcNow.AddMinutes(70.5), DateTimeOffset.UtcNow.AddMinutes(100));
        await using var visit = await (await Visit.StartAsync(panel)).SignInAsync();
        var page = visit.Page;
        await page.GotoAsync($"/dashboard/reviews/{id}?queue={Own}");
        await page.Locator("[data-key=take]").ClickAsync();
        await Assertions.Expect(page.Locator("#decide")).ToBeVisibleAsync();
        var headings = page.Locator(".review-evidence :is(h2, h3):not(.visually-hidden)");
        Assert.Equal(7, await headings.CountAsync());
        foreach (var needed in await page.Locator(".review-evidence :is(h2, h3):not(.visually-hidden), .strip, .review-bar h1, [data-payer], [data-order], [data-card], .lapses, .bar-number, .bar-links a, [data-key=confirm], .review-else summary, .review-progress").AllAsync())
            Assert.True(await needed.EvaluateAsync<bool>(IsSeen), await needed.EvaluateAsync<string>("e => e.outerHTML + JSON.stringify(e.getBoundingClientRect())"));
        Assert.Equal(0, await page.EvaluateAsync<int>("() => scrollY"));
        await EverybodyAsync(page);
        await LeaveAsync(page);
    }

    [Theory]
    [InlineData("es-MX")]
    [InlineData("en-US")]
    public async Task A_case_with_nine_signals_stands_whole_in_a_small_window_and_what_has_one_line_opens(string language)
    {
        var id = (await HoldAsync(1, isSuspicious: true))[0];
        await using var visit = await (await Visit.StartAsync(panel, language)).SignInAsync();
        var page = visit.Page;
        await page.GotoAsync($"/dashboard/reviews/{id}?queue={Own}");
        await page.Locator("[data-key=take]").ClickAsync();
        await Assertions.Expect(page.Locator("#decide")).ToBeVisibleAsync();
        var reasons = page.Locator(".waterfall > li:not(.total)");
        Assert.InRange(await reasons.CountAsync(), 9, 20);
        foreach (var needed in await page.Locator(".review-evidence :is(h2, h3):not(.visually-hidden), .waterfall > li, .balance li, [data-key=confirm]").AllAsync())
            Assert.True(await needed.EvaluateAsync<bool>(IsSeen), await needed.EvaluateAsync<string>("e => e.outerHTML + JSON.stringify(e.getBoundingClientRect())"));
        Assert.Equal(768, await page.EvaluateAsync<int>("() => document.documentElement.scrollHeight"));

        // For and against stand over the reasons, in every case.
        Assert.True(await page.EvaluateAsync<bool>("() => { const [balance, why] = ['.balance', 'section[aria-labelledby=why]'].map(s => document.querySelector(s).getBoundingClientRect()); return balance.left === why.left && balance.bottom <= why.top; }"));

        // How often a reason fires is one line more, once that is known: with all of it not every one fits whole.
        var line = page.Locator(".step-line").First;
        if (await line.CountAsync() > 0)
        {
            await Assertions.Expect(line.Locator("p").First).ToBeHiddenAsync();
            await line.Locator("summary").PressAsync("Enter");
            await Assertions.Expect(line.Locator("p").First).ToBeVisibleAsync();
            // It opens in its row, over none of the others.
            Assert.Equal(0, await line.EvaluateAsync<int>("line => { const over = line.querySelector('div').getBoundingClientRect(); return [...document.querySelectorAll('.waterfall > li')].filter(li => li !== line.closest('li') && li.checkVisibility()).filter(li => { const under = li.getBoundingClientRect(); return under.top < over.bottom - 1 && under.bottom > over.top + 1; }).length; }"));
            await line.Locator("summary").PressAsync("Enter");
        }
        await EverybodyAsync(page);
        // Where there is room all of them are told whole.
        await page.SetViewportSizeAsync(1366, 1000);
        await Assertions.Expect(line).ToBeHiddenAsync();
        await Assertions.Expect(reasons.Last.Locator(".step-words")).ToBeVisibleAsync();
        await LeaveAsync(page);
    }

    [Fact]
    public async Task A_priority_tells_its_parts_under_the_pointer_and_at_the_keyboard_and_still_opens()
    {
        await HoldAsync(2);
        await using var visit = await (await Visit.StartAsync(panel)).SignInAsync();
        var page = visit.Page;
        await page.Clock.InstallAsync();
        await page.GotoAsync($"/dashboard/reviews?queue={Own}");
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

    [Theory]
    [InlineData("es-MX", 768)]
    [InlineData("es-MX", 720)]
    [InlineData("en-US", 768)]
    [InlineData("en-US", 720)]
    public async Task Whatever_is_chosen_the_note_and_the_values_stay_in_view(string language, int height)
    {
        var id = (await HoldAsync(1, isFull: true))[0];
        await using var visit = await (await Visit.StartAsync(panel, language, width: height == 720 ? 1280 : 1366, height: height)).SignInAsync();
        var page = visit.Page;
        await page.GotoAsync($"/dashboard/reviews/{id}?queue={Own}");
        await page.Locator("[data-key=take]").ClickAsync();
        await Assertions.Expect(page.Locator("#decide")).ToBeVisibleAsync();
        foreach (var (key, reasons, values) in ((string, int, string)[])[("a", 6, "#decide details[data-key=block] > summary"), ("c", 4, "[data-lists-nothing]"), ("d", 10, "#decide details[data-key=block] > summary")])
        {
            await page.Locator("#item").FocusAsync();
            await page.Keyboard.PressAsync(key);
            for (var reason = 1; reason <= reasons; reason++)
            {
                await page.Keyboard.PressAsync((reason % 10).ToString(System.Globalization.CultureInfo.InvariantCulture));
                var chosen = page.Locator(".reasons:not([hidden]) input[data-number]:checked");
                await Assertions.Expect(chosen).ToHaveAttributeAsync("data-number", reason.ToString(System.Globalization.CultureInfo.InvariantCulture));
                foreach (var needed in await page.Locator($"label[for='Input_Note'], #decide textarea[data-key=note], {values}, [data-key=confirm], [data-key=finish], .review-else > details[data-key=hold] > summary").AllAsync())
                    Assert.True(await needed.EvaluateAsync<bool>(IsSeen), $"{key}{reason} " + await needed.EvaluateAsync<string>("e => e.outerHTML + JSON.stringify(e.getBoundingClientRect())"));
                Assert.True(await chosen.EvaluateAsync<bool>("input => { const [own, area] = [input, input.closest('.reasons-room')].map(e => e.getBoundingClientRect()); return own.top >= area.top && own.bottom <= area.bottom; }"));
            }
        }
        await LeaveAsync(page);
    }

    [Fact]
    public async Task In_an_open_part_the_key_of_the_note_goes_to_that_parts_own()
    {
        await HoldAsync(1);
        await using var visit = await (await Visit.StartAsync(panel)).SignInAsync();
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
        var id = (await HoldAsync(1))[0];
        await using var visit = await (await Visit.StartAsync(panel)).SignInAsync();
        var page = visit.Page;
        await StartAsync(page);
        await page.Locator("[name='Input.Note']").FillAsync("a medias");
        await page.Locator("details:has(#history) > summary").ClickAsync();
        await page.Locator("#item").FocusAsync();
        await page.Keyboard.PressAsync("/");
        await page.WaitForURLAsync("**/dashboard/transactions*");
        await Assertions.Expect(page.Locator("a[data-back]")).ToHaveCountAsync(1);
        await page.Locator("#q").FillAsync(Domain);
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

    [Theory]
    [InlineData("es-MX")]
    [InlineData("en-US")]
    public async Task In_the_list_each_reason_is_read_whole_and_what_a_priority_opens_to_covers_nothing(string language)
    {
        var id = (await HoldAsync(1, isSuspicious: true))[0];
        await EndAsync([id], DateTimeOffset.UtcNow.AddMinutes(7), DateTimeOffset.UtcNow.AddMinutes(53));
        await using var visit = await (await Visit.StartAsync(panel, language)).SignInAsync();
        var page = visit.Page;
        await page.GotoAsync($"/dashboard/reviews?queue={Own}");
        await Assertions.Expect(page.Locator("tr[data-row]")).ToHaveCountAsync(1);
        Assert.True(await page.Locator(".waiting .signal-chip").EvaluateAllAsync<bool>("chips => chips.length > 0 && chips.every(chip => chip.scrollWidth <= chip.clientWidth && chip.scrollHeight <= chip.clientHeight)"));
        // Where Enter does something else than Start, Start does not promise it.
        await Assertions.Expect(page.Locator("#start kbd")).ToHaveCSSAsync("visibility", "visible");
        await page.Locator(".priority summary").PressAsync("Enter");
        await Assertions.Expect(page.Locator(".priority[open] dl")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#start kbd")).ToHaveCSSAsync("visibility", "hidden");
        await page.Locator("#start").FocusAsync();
        await Assertions.Expect(page.Locator("#start kbd")).ToHaveCSSAsync("visibility", "visible");
        Assert.True(await page.EvaluateAsync<bool>("() => { const [parts, due] = ['.priority[open] dl', '.row-due'].map(s => document.querySelector(s).getBoundingClientRect()); return due.right <= parts.left && document.documentElement.scrollWidth <= innerWidth && document.querySelector('.table-responsive').scrollWidth <= document.querySelector('.table-responsive').clientWidth; }"));
    }

    private static bool Beats(IResponse response) => response.Url.Contains("handler=Beat", StringComparison.Ordinal);

    private static async Task<string> StartAsync(IPage page)
    {
        await page.GotoAsync($"/dashboard/reviews?queue={Own}");
        await page.Locator("#start").ClickAsync();
        await Assertions.Expect(page.Locator("#decide")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#item")).ToBeFocusedAsync();
        return await page.Locator("[data-payer]").InnerTextAsync();
    }

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

    private static async Task ApproveAsync(IPage page, bool stop = false)
    {
        await page.Keyboard.PressAsync("a");
        await page.Keyboard.PressAsync("1");
        await page.Keyboard.PressAsync(stop ? "Control+Shift+Enter" : "Control+Enter");
    }

    /// <summary>Nothing is kept from those who come after.</summary>
    private async Task LeaveAsync(IPage page)
    {
        await page.CloseAsync();
        await InDbAsync(db => db.Set<Review>().Where(r => r.Queue == Own).ExecuteUpdateAsync(r => r.SetProperty(x => x.LeaseOwner, (Guid?)null).SetProperty(x => x.LeaseToken, (Guid?)null).SetProperty(x => x.LeaseUntil, (long?)null).SetProperty(x => x.LeaseIsAhead, false)));
    }

    /// <summary>Wholly in the window, and nothing lies over its middle.</summary>
    private const string IsSeen = """
        element => {
          const { left, top, right, bottom } = element.getBoundingClientRect();
          return left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight && element.contains(document.elementFromPoint((left + right) / 2, (top + bottom) / 2));
        }
        """;

    private static async Task EverybodyAsync(IPage page)
    {
        foreach (var scheme in new[] { ColorScheme.Dark, ColorScheme.Light })
        {
            await page.EmulateMediaAsync(new() { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
            var found = await page.RunAxe(new AxeRunOptions { RunOnly = RunOnlyOptions.Tags("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa") });
            Assert.Equal([], found.Violations.SelectMany(v => v.Nodes.Select(n => $"{v.Id}: {n.Html}")));
        }
    }

    /// <summary>A queue in which only these wait.</summary>
    private async Task<IReadOnlyList<Guid>> HoldAsync(int count, bool isFull = false, bool isSuspicious = false)
    {
        List<Guid> ids = [];
        await InDbAsync(async db =>
        {
            if (!await db.Set<ListEntry>().AnyAsync(e => e.Value == Domain)) db.Add(new ListEntry { Type = ListType.EmailDomain, Value = Domain, Severity = ListSeverity.Review, CreatedAt = DateTimeOffset.UtcNow });
            // It takes nothing by itself.
            if (!await db.Set<ReviewQueue>().AnyAsync(q => q.Number == Own)) db.Add(new ReviewQueue { Number = Own, Name = "Mesa", Position = Own, IsActive = false });
            await db.SaveChangesAsync();
            await panel.Services.GetRequiredService<ListShelf>().ReloadAsync(db, default);
            return await db.Set<Review>().Where(r => r.Queue == Own).ExecuteUpdateAsync(r => r.SetProperty(x => x.VisibleAt, DateTimeOffset.UtcNow.AddDays(1).ToUnixTimeMilliseconds()));
        });
        for (var i = 0; i < count; i++) ids.Add(isSuspicious ? await PaySuspiciouslyAsync(++_people) : isFull ? await PayInFullAsync(++_people) : Guid.Parse(await panel.PayAsync($"persona{++_people}@{Domain}", 30_000, bare: true)));
        await panel.Services.GetRequiredService<AssessService>().Log!.CatchUpAsync(default);
        var seqs = await InDbAsync(db => db.Set<StoredAssessment>().Where(a => ids.Contains(a.Id)).Select(a => a.Seq).ToListAsync());
        Assert.Equal(count, await InDbAsync(db => db.Set<Review>().Where(r => seqs.Contains(r.Seq)).ExecuteUpdateAsync(r => r.SetProperty(x => x.Queue, Own))));
        return ids;
    }

    /// <summary>All there is to say about it, and little that speaks against it.</summary>
    private Task<Guid> PayInFullAsync(int number) => PayAsync($$$"""
            {"amount":30000,"amount_unit":"minor","currency":"MXN","transaction_type":"payment","session_id":"ps_mesa_{{{number}}}","email":"persona{{{number}}}@{{{Domain}}}","phone":"+5215581812345","customer_id":"c-mesa-{{{number}}}","order_id":"EL-{{{number}}}",
            "payment_method":{"type":"card","card_bin":"545454","card_last4":"8181","card_country":"MX","card_brand":"mastercard"},
            "device":{"ip":"201.141.81.7","fingerprint":"fp_mesa","user_agent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36","timezone":"America/Mexico_City"},
            "billing":{"country":"US","city":"Austin","postal_code":"73301"}}
            """);

    /// <summary>Nearly all that can speak against a payment, and nobody shares a thing with it.</summary>
    private Task<Guid> PaySuspiciouslyAsync(int number) => PayAsync($$$"""
            {"amount":489990,"amount_unit":"minor","currency":"MXN","transaction_type":"payment","session_id":"ps_nueve_{{{number}}}","email":"p8392017{{{number}}}+tienda@gmail.com","phone":"+52558181{{{1000 + number}}}","order_id":"EL-{{{number}}}",
            "payment_method":{"type":"card","card_bin":"4{{{21000 + number}}}","card_last4":"9954","card_country":"MX","card_brand":"visa"},
            "device":{"ip":"45.79.101.{{{number % 250}}}","fingerprint":"fp_nueve_{{{number}}}","user_agent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/80.0.0.0 Safari/537.36","timezone":"America/Mexico_City"},
            "billing":{"country":"US","city":"Austin","postal_code":"73301"}}
            """);

    private async Task<Guid> PayAsync(string payment)
    {
        using var client = new HttpClient { BaseAddress = panel.Url };
        client.DefaultRequestHeaders.Authorization = new("Bearer", panel.ServerKey);
        using var body = new StringContent(payment, System.Text.Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync(new Uri("/api/v1/assess", UriKind.Relative), body);
        using var json = System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return json.RootElement.GetProperty("assessment_id").GetGuid();
    }

    /// <summary>When they are due, and when their authorisation lapses.</summary>
    private async Task EndAsync(IReadOnlyList<Guid> ids, DateTimeOffset due, DateTimeOffset? lapses)
    {
        var (dueAt, expiresAt) = (due.ToUnixTimeMilliseconds(), lapses?.ToUnixTimeMilliseconds());
        await InDbAsync(db => db.Set<Review>().Where(r => db.Set<StoredAssessment>().Any(a => ids.Contains(a.Id) && a.Seq == r.Seq)).ExecuteUpdateAsync(r => r.SetProperty(x => x.DueAt, dueAt).SetProperty(x => x.ExpiresAt, expiresAt)));
    }

    private async Task<T> InDbAsync<T>(Func<PanelDb, Task<T>> use)
    {
        await using var scope = panel.Services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<PanelDb>());
    }
}
