using ClausumPanel.Storage.Reviews;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;

namespace ClausumPanel.Browser.Tests;

/// <summary>What can be undone goes with whoever did it, for as long as it can.</summary>
[Collection(nameof(BrowserCollection))]
public sealed class ReviewUndoTests(BrowserFixture panel) : ReviewStories(panel)
{
    [Fact]
    public async Task What_can_be_undone_follows_whoever_did_it_and_nobody_who_signs_in_after_them()
    {
        await using var visit = await (await Visit.StartAsync(Panel)).SignInAsync();
        var page = visit.Page;
        await page.GotoAsync("/dashboard/reviews?queue=2");
        foreach (var isTheirs in new[] { false, true })
        {
            await page.EvaluateAsync("""
                isTheirs => sessionStorage.setItem("panel-undo", JSON.stringify({ person: isTheirs ? document.documentElement.dataset.person : "somebody",
                  line: `<div class="toast-line" data-undo-until="${Date.now() + 60000}"><form method="post" action="/dashboard/reviews/x?handler=Undo"><input type="hidden" name="__RequestVerificationToken" value=""><button data-key="undo">z <span data-undo-left></span></button></form></div>` }))
                """, isTheirs);
            await page.GotoAsync("/dashboard/protection/rules");
            await Assertions.Expect(page.Locator(".toast-line")).ToHaveCountAsync(isTheirs ? 1 : 0);
            Assert.Equal(isTheirs, await page.EvaluateAsync<bool>("() => sessionStorage.getItem('panel-undo') !== null"));
        }
        await page.EvaluateAsync("() => { const form = document.querySelector('form[action=\"/account/sign-out\"]'); form.addEventListener('submit', event => event.preventDefault()); form.requestSubmit(); }");
        Assert.True(await page.EvaluateAsync<bool>("() => sessionStorage.getItem('panel-undo') === null"));
    }

    [Fact]
    public async Task After_the_last_of_a_queue_undo_stands_in_the_bar_and_goes_on_to_the_next_queue()
    {
        var id = (await HoldAtDeskAsync(1))[0];
        var other = await HoldElsewhereAsync("sigue.example");
        var seconds = await InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == Desk).Select(q => q.UndoSeconds).SingleAsync());
        await InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == Desk).ExecuteUpdateAsync(q => q.SetProperty(x => x.UndoSeconds, 30)));
        await using var visit = await (await Visit.StartAsync(Panel)).SignInAsync();
        var page = visit.Page;
        await StartAsync(page);
        await ApproveAsync(page);
        await Assertions.Expect(page.Locator("#state")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".toast-line b")).ToHaveTextAsync("Aprobada");
        await Assertions.Expect(page.Locator(".toast-line [data-beside]")).ToContainTextAsync("En esta cola ya no espera");
        await Assertions.Expect(page.Locator("[data-key=undo]:visible")).ToHaveCountAsync(1);
        await Assertions.Expect(page.Locator(".toast-line [data-key=undo]")).ToBeVisibleAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#decide")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".toast-line [data-key=undo]")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("[data-beside]")).ToHaveCountAsync(0);
        await page.Keyboard.PressAsync("z");
        await page.WaitForURLAsync($"**/dashboard/reviews/{id}*");
        await Assertions.Expect(page.Locator("#decide")).ToBeVisibleAsync();
        await InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == Desk).ExecuteUpdateAsync(q => q.SetProperty(x => x.UndoSeconds, seconds)));
        await InDbAsync(db => db.Set<Review>().Where(r => r.Seq == other.Seq).ExecuteUpdateAsync(r => r.SetProperty(x => x.Queue, Desk)));
        await LeaveAsync(page);
    }

    [Fact]
    public async Task What_was_decided_blind_is_told_by_itself_once_it_can_no_longer_be_undone()
    {
        var item = await HoldElsewhereAsync("ciegas.example");
        await using var visit = await (await Visit.StartAsync(Panel)).SignInAsync();
        var (page, keys) = (visit.Page, visit.Page.Keyboard);
        await InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == Elsewhere).ExecuteUpdateAsync(q => q.SetProperty(x => x.IsBlind, true)));
        await page.GotoAsync(item.Address);
        await keys.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#decide")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#item")).ToBeFocusedAsync();
        await keys.PressAsync("a");
        await keys.PressAsync("1");
        await keys.PressAsync("Control+Enter");
        await Assertions.Expect(page.Locator("#state")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("[data-blind]")).ToHaveTextAsync("A ciegas: sin puntaje hasta que ya no pueda deshacerlo");
        await Assertions.Expect(page.Locator(".verdict-score")).ToBeVisibleAsync(new() { Timeout = 30_000 });
        await Assertions.Expect(page.Locator("[data-blind]")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator(".waterfall .total")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#item")).ToBeFocusedAsync();
        await InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == Elsewhere).ExecuteUpdateAsync(q => q.SetProperty(x => x.IsBlind, false)));
    }

    [Fact]
    public async Task Too_late_names_the_case_and_its_page_offers_to_reopen_it_by_itself()
    {
        var item = await HoldElsewhereAsync("tarde.example");
        await using var visit = await (await Visit.StartAsync(Panel)).SignInAsync();
        var page = visit.Page;
        var keys = page.Keyboard;
        await InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == Elsewhere).ExecuteUpdateAsync(q => q.SetProperty(x => x.UndoSeconds, 2)));
        await page.GotoAsync(item.Address);
        await keys.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#item")).ToBeFocusedAsync();
        var which = $"{await page.Locator("#item").InnerTextAsync()} · {await page.Locator("[data-payer]").InnerTextAsync()}";

        // The third of the times that are offered, by its key alone.
        await keys.PressAsync("h");
        await keys.PressAsync("3");
        await keys.PressAsync("Enter");
        await page.WaitForURLAsync($"**/dashboard/reviews?queue={Elsewhere}");
        var until = DateTimeOffset.FromUnixTimeMilliseconds(await InDbAsync(db => db.Set<Review>().Where(r => r.Seq == item.Seq).Select(r => r.VisibleAt).SingleAsync())).ToOffset(TimeSpan.FromHours(-6));
        Assert.Equal(new TimeSpan(9, 0, 0), until.TimeOfDay);
        await Assertions.Expect(page.Locator(".toast-line form")).ToBeHiddenAsync(new() { Timeout = 10_000 });
        await keys.PressAsync("z");
        await Assertions.Expect(page.Locator("#refused")).ToHaveTextAsync($"{which} ya no se puede deshacer. A su página");
        Assert.Equal("fixed", await page.Locator("#refused").EvaluateAsync<string>("line => getComputedStyle(line).position"));
        await page.Locator("#refused a").ClickAsync();
        // One Enter ends no hold.
        await Assertions.Expect(page.Locator("#item")).ToBeFocusedAsync();
        await keys.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#refused")).ToHaveTextAsync("Tómela primero, con su botón: Tomarla ya, antes de su hora");
        await page.GetByRole(AriaRole.Button, new() { Name = "Tomarla ya, antes de su hora" }).ClickAsync();
        await Assertions.Expect(page.Locator("#decide")).ToBeVisibleAsync();
        // Then the keys are heard.
        await Assertions.Expect(page.Locator("#item")).ToBeFocusedAsync();
        await keys.PressAsync("d");
        await keys.PressAsync("1");
        await keys.PressAsync("Control+Enter");
        await Assertions.Expect(page.Locator("#state")).ToBeVisibleAsync();
        await page.Locator("details:has(#history) > summary").ClickAsync();
        await page.Locator("[name='Input.FreeNote']").FillAsync("Lo que se escribía");
        await Assertions.Expect(page.Locator("form[action*=Reopen]")).ToBeVisibleAsync(new() { Timeout = 20_000 });
        await Assertions.Expect(page.Locator("[name='Input.FreeNote']")).ToBeFocusedAsync();
        await Assertions.Expect(page.Locator("[name='Input.FreeNote']")).ToHaveValueAsync("Lo que se escribía");
        await Assertions.Expect(page.Locator(".timeline-list")).ToContainTextAsync("La decisión surtió efecto");
        Assert.Equal(await page.Locator(".timeline-list li").CountAsync(), int.Parse(await page.Locator("#history + span").InnerTextAsync(), System.Globalization.CultureInfo.InvariantCulture));
        await InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == Elsewhere).ExecuteUpdateAsync(q => q.SetProperty(x => x.UndoSeconds, 8)));
    }

    private const string CoversInBar = """
        line => {
          const over = line.getBoundingClientRect();
          return [...document.querySelectorAll(".head :is(a, button, summary)")].filter(one => one.checkVisibility()).filter(one => {
            const under = one.getBoundingClientRect();
            return under.width > 0 && under.left < over.right && under.right > over.left && under.top < over.bottom && under.bottom > over.top;
          }).map(one => one.outerHTML).join();
        }
        """;

    [Fact]
    public async Task What_can_be_undone_follows_whoever_leaves_and_what_is_opened_again_begins_empty()
    {
        var item = await HoldElsewhereAsync("sigue.example");
        await using var visit = await (await Visit.StartAsync(Panel)).SignInAsync();
        var page = visit.Page;
        var keys = page.Keyboard;
        await InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == Elsewhere).ExecuteUpdateAsync(q => q.SetProperty(x => x.UndoSeconds, 30)));
        await page.GotoAsync(item.Address);
        // The keys of the decision say what comes first.
        foreach (var key in (string[])["d", "1", "n", "h", "Control+Enter"])
        {
            await page.EvaluateAsync("() => document.getElementById('refused')?.remove()");
            await keys.PressAsync(key);
            await Assertions.Expect(page.Locator("#refused[role=alert]")).ToHaveTextAsync("Tómela primero: Enter");
        }
        // The search of the monitor comes with its box in view, below the bar at the top.
        await keys.PressAsync("/");
        await page.WaitForURLAsync("**/dashboard/transactions**");
        await Assertions.Expect(page.Locator("#q")).ToBeFocusedAsync();
        Assert.True(await page.Locator("#q").EvaluateAsync<bool>("q => q.labels[0].getBoundingClientRect().top >= document.querySelector('.head').getBoundingClientRect().bottom"));
        await page.GotoAsync(item.Address);
        await keys.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#decide")).ToBeVisibleAsync();
        await DeclineAsync();
        // From the queue, and from the page of the decision itself.
        foreach (var (leave, by) in ((string, string)[])[("/dashboard/transactions", "z"), (item.Address, "button")])
        {
            await page.GotoAsync(leave);
            if (by == "button") await page.GotoAsync("/dashboard/protection/blocklists");
            var line = page.Locator(".toast-line");
            await Assertions.Expect(line).ToContainTextAsync("Rechazada");
            await Assertions.Expect(line.Locator("[data-undo-left]")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex(@"^\d+ s$"));
            // It lies in the bar at the top: over no button of it, nor over what comes next.
            foreach (var width in (int[])[1280, 1366])
            {
                await page.SetViewportSizeAsync(width, 768);
                Assert.Equal("", await line.EvaluateAsync<string>(CoversInBar));
            }
            Assert.True(await line.EvaluateAsync<bool>("line => line.getBoundingClientRect().bottom <= document.querySelector('.head').getBoundingClientRect().bottom"));
            if (by == "z") await keys.PressAsync("z");
            else await line.Locator("button").ClickAsync();
            await Assertions.Expect(page.Locator("#decide")).ToBeVisibleAsync();
            await Assertions.Expect(page.Locator("[data-key=note]")).ToHaveValueAsync("La tarjeta se reportó robada");
            // Wherever the keyboard was when it was sent: as it was sent.
            await Assertions.Expect(page.Locator("input[data-key=decline]")).ToBeCheckedAsync();
            await Assertions.Expect(page.Locator(".reasons:not([hidden]) [data-number='1']")).ToBeCheckedAsync();
            await Assertions.Expect(page.Locator(".list-choice input:checked")).ToHaveCountAsync(1);
            await page.GotoAsync("/dashboard/protection/blocklists");
            // It would come with the first frame.
            await page.EvaluateAsync("() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
            Assert.Equal(0, await page.Locator(".toast-line").CountAsync());
            await page.GotoAsync(item.Address);
            await Assertions.Expect(page.Locator("#decide")).ToBeVisibleAsync();
            if (by == "button") await InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == Elsewhere).ExecuteUpdateAsync(q => q.SetProperty(x => x.UndoSeconds, 0)));
            await DeclineAsync();
        }
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (await InDbAsync(db => db.Set<Review>().AnyAsync(r => r.Seq == item.Seq && r.State != ReviewState.Closed))) limit.Token.ThrowIfCancellationRequested();

        await page.GotoAsync(item.Address);
        await page.Locator("[name='Input.ReopenNote']").FillAsync("Llamó el dueño");
        await page.Locator("form[action*=Reopen] button").ClickAsync();
        await Assertions.Expect(page.Locator("[data-opened-again]")).ToContainTextAsync("Rechazada");
        await Assertions.Expect(page.Locator("[data-key=take]")).ToBeFocusedAsync();
        await keys.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#item")).ToBeFocusedAsync();
        await Assertions.Expect(page.Locator("[data-opened-again]")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("[data-key=note]")).ToHaveValueAsync("");
        Assert.Equal(0, await page.Locator("#decide .reasons input:checked, #decide [name='Input.Outcome']:checked").CountAsync());
        await page.ReloadAsync();
        await Assertions.Expect(page.Locator("#item")).ToBeFocusedAsync();
        await Assertions.Expect(page.Locator("[data-key=note]")).ToHaveValueAsync("");

        // A question of two lines; Enter sends it, and its payment is named on being given back.
        await keys.PressAsync("e");
        await keys.TypeAsync("Dos tarjetas");
        await keys.PressAsync("Shift+Enter");
        await keys.TypeAsync("¿un domicilio?");
        await Assertions.Expect(page.Locator("[name='Input.EscalateNote']")).ToHaveValueAsync("Dos tarjetas\n¿un domicilio?");
        await keys.PressAsync("Escape");
        await page.Locator("button[name=stay]").ClickAsync();
        await Assertions.Expect(page.Locator("main [role=status].alert")).ToContainTextAsync("Soltada: 300.00 MXN · persona0@sigue.example");
        await InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == Elsewhere).ExecuteUpdateAsync(q => q.SetProperty(x => x.UndoSeconds, 8)));
        // Nobody else is given it.
        var later = DateTimeOffset.UtcNow.AddDays(1).ToUnixTimeMilliseconds();
        await InDbAsync(db => db.Set<Review>().Where(r => r.Seq == item.Seq).ExecuteUpdateAsync(r => r.SetProperty(x => x.VisibleAt, later)));

        async Task DeclineAsync()
        {
            await Assertions.Expect(page.Locator("#item")).ToBeFocusedAsync();
            await keys.PressAsync("d");
            await keys.PressAsync("1");
            await page.Locator("[data-key=note]").FillAsync("La tarjeta se reportó robada");
            await page.Locator(".list-choice input[type=checkbox]").First.EvaluateAsync("box => { box.checked = true; box.dispatchEvent(new Event('change', { bubbles: true })); }");
            await keys.PressAsync("Escape");
            await keys.PressAsync("Control+Shift+Enter");
            await page.WaitForURLAsync($"**/dashboard/reviews?queue={Elsewhere}");
        }
    }
}
