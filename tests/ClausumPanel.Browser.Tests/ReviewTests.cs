using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Outbox;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace ClausumPanel.Browser.Tests;

[Collection(nameof(BrowserCollection))]
public sealed class ReviewTests(BrowserFixture panel)
{
    private const int Cases = 20, Elsewhere = 2, Walked = 3;

    /// <summary>Skipped, held, escalated and undone: they come before the twenty that are decided.</summary>
    private const int Others = 4;

    [Fact]
    public async Task An_analyst_decides_twenty_cases_with_the_keyboard_alone()
    {
        await HoldAsync(Cases + Others);
        await using var visit = await (await Visit.StartAsync(panel)).SignInAsync();
        var page = visit.Page;
        var keys = page.Keyboard;
        await page.GotoAsync("/dashboard/reviews?queue=1");
        var seen = new List<string>();
        var shownAtOnce = 0;

        // The item whose turn it is: never the one before, and the keyboard stands at its beginning.
        async Task<string> ComeAsync(string? expected = null)
        {
            var payer = page.Locator("#review-item .review-bar [data-payer]");
            if (expected is not null) await Assertions.Expect(payer).ToHaveTextAsync(expected);
            else if (seen.Count > 0) await Assertions.Expect(payer).Not.ToHaveTextAsync(seen[^1]);
            await Assertions.Expect(page.Locator("#decide")).ToBeVisibleAsync();
            await Assertions.Expect(page.Locator("#item")).ToBeFocusedAsync();
            var name = await payer.InnerTextAsync();
            seen.Add(name);
            return name;
        }
        async Task PressAsync(params string[] pressed)
        {
            foreach (var key in pressed)
            {
                await keys.PressAsync(key);
                Assert.NotEqual("BODY", await page.EvaluateAsync<string>("() => document.activeElement.tagName"));
            }
        }
        // As somebody does who reads for a moment: the next one is ready by then, and no page is loaded for it.
        async Task ConfirmAsync(bool hasRead = true)
        {
            if (hasRead) await Assertions.Expect(page.Locator("#decide[data-ready=yes]")).ToBeVisibleAsync();
            await page.EvaluateAsync("() => { window.samePage = true; }");
            await keys.PressAsync("Control+Enter");
        }
        async Task<string> NextAsync()
        {
            var name = await ComeAsync();
            if (await page.EvaluateAsync<bool>("() => window.samePage === true")) shownAtOnce++;
            return name;
        }

        await keys.PressAsync("Enter");
        var skipped = await ComeAsync();
        await EverybodyAsync(page);
        await PressAsync("s", "1");
        await ConfirmAsync();
        var held = await NextAsync();
        await PressAsync("h");
        await ConfirmAsync();
        var escalated = await NextAsync();
        await PressAsync("e");
        await keys.TypeAsync("Dos tarjetas, un domicilio");
        await ConfirmAsync();

        // Declined in error, taken back in time, and passed on instead.
        var undone = await NextAsync();
        await PressAsync("d", "1");
        await ConfirmAsync();
        var after = await NextAsync();
        await Assertions.Expect(page.Locator("[data-undo-left]")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex(@"^\d s$"));
        await keys.PressAsync("z");
        await ComeAsync(undone);
        await PressAsync("s", "3");
        await ConfirmAsync();

        // What a decision lacks is said before anything is sent, where the hand is.
        await ComeAsync(after);
        await PressAsync("a");
        await keys.PressAsync("Control+Enter");
        await Assertions.Expect(page.Locator("[data-missing]:visible")).ToHaveTextAsync("Elija un motivo.");
        await Assertions.Expect(page.Locator(".reasons:not([hidden]) input").First).ToBeFocusedAsync();
        var expected = new Dictionary<string, (ReviewOutcome Outcome, string Reason, string? Note)>();
        var name = after;
        for (var i = 0; i < Cases; i++)
        {
            // Loading the page anew gives nothing back.
            if (i == 5)
            {
                await page.ReloadAsync();
                await Assertions.Expect(page.Locator("#review-item .review-bar [data-payer]")).ToHaveTextAsync(name);
                await Assertions.Expect(page.Locator("#decide[data-ready=yes]")).ToBeVisibleAsync();
                await Assertions.Expect(page.Locator("#item")).ToBeFocusedAsync();
            }
            switch (i % 4)
            {
                case 1:
                    await PressAsync("d", "1", "n");
                    await keys.TypeAsync("La tarjeta se reportó robada");
                    expected[name] = (ReviewOutcome.Decline, "stolen_card", "La tarjeta se reportó robada");
                    break;
                case 2:
                    await PressAsync("c", "2", "n");
                    await keys.PressAsync("Escape");
                    await Assertions.Expect(page.Locator("input[data-key=challenge]")).ToBeFocusedAsync();
                    expected[name] = (ReviewOutcome.Challenge, "confirm_card", null);
                    break;
                case 3 when i == 3:
                    await PressAsync("d", "7", "b", "Space");
                    expected[name] = (ReviewOutcome.Decline, "linked_to_fraud", null);
                    break;
                default:
                    await PressAsync("a", "1");
                    expected[name] = (ReviewOutcome.Approve, "known_customer", null);
                    break;
            }
            // Now and then somebody is faster than the page.
            await ConfirmAsync(hasRead: i % 7 != 6 && i < Cases - 1);
            if (i < Cases - 1) name = await NextAsync();
        }
        await Assertions.Expect(page.Locator("#state")).ToBeVisibleAsync();
        Assert.True(shownAtOnce >= Cases, $"Only {shownAtOnce} came without a page being loaded.");

        var stored = await InDbAsync(db => db.Set<Review>().AsNoTracking().Where(r => r.Queue == 1 || r.Queue == ReviewQueue.EscalatedNumber).ToListAsync());
        var payers = (await InDbAsync(db => new AssessmentReader(db).LinesAsync([.. stored.Select(r => r.Seq)], default))).ToDictionary(l => l.Email!, l => l.Seq);
        var bySeq = stored.ToDictionary(r => r.Seq);
        Assert.Equal(Cases, expected.Count);
        foreach (var (payer, verdict) in expected)
        {
            var review = bySeq[payers[payer]];
            Assert.Equal((payer, verdict), (payer, (review.Outcome!.Value, review.Reason!, review.Note)));
            Assert.NotEqual(ReviewState.Open, review.State);
        }
        foreach (var payer in (string[])[skipped, held, escalated, undone]) Assert.Equal((payer, ReviewState.Open), (payer, bySeq[payers[payer]].State));
        Assert.True(bySeq[payers[held]].VisibleAt > DateTimeOffset.UtcNow.ToUnixTimeMilliseconds());
        Assert.Equal(ReviewQueue.EscalatedNumber, bySeq[payers[escalated]].Queue);
        Assert.Equal([ReviewEventKind.Skipped], await KindsAsync(payers[skipped]));
        var places = payers.Values.ToArray();
        Assert.False(await InDbAsync(db => db.Set<ReviewEvent>().AnyAsync(e => places.Contains(e.Seq) && e.Kind == ReviewEventKind.Released)));
        Assert.Equal([ReviewEventKind.Decided, ReviewEventKind.Undone, ReviewEventKind.Skipped], await KindsAsync(payers[undone]));

        // What was decided right after the one that was taken back has gone outside by now; that one never does.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        while (await InDbAsync(db => db.Set<Review>().AnyAsync(r => r.Seq == payers[after] && r.State != ReviewState.Closed))) limit.Token.ThrowIfCancellationRequested();
        Assert.Equal(1, await ToldAsync(payers[after]));
        Assert.Equal(0, await ToldAsync(payers[undone]));
        Assert.Equal(0, await InDbAsync(db => db.Set<Label>().CountAsync(l => l.Seq == payers[undone])));
    }

    [Fact]
    public async Task What_can_be_undone_follows_whoever_did_it_and_nobody_who_signs_in_after_them()
    {
        await using var visit = await (await Visit.StartAsync(panel)).SignInAsync();
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
    public async Task What_opens_takes_the_place_of_the_decision_covers_nothing_of_the_case_and_Escape_gives_it_back()
    {
        var item = await HoldElsewhereAsync("apartado.example");
        await using var visit = await (await Visit.StartAsync(panel)).SignInAsync();
        var page = visit.Page;
        var keys = page.Keyboard;
        await page.GotoAsync(item.Address);
        await keys.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#decide")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#item")).ToBeFocusedAsync();
        foreach (var (key, part) in ((string, string)[])[("b", "block"), ("s", "skip"), ("h", "hold"), ("e", "escalate")])
        {
            foreach (var chosen in (string[])["", "d"])
            {
                if (chosen.Length > 0) await keys.PressAsync(chosen);
                await keys.PressAsync(key);
                var opened = page.Locator($"details[data-key={part}]");
                await Assertions.Expect(opened.Locator(".part :focus")).ToHaveCountAsync(1);
                foreach (var needed in await page.Locator($"{(part == "block" ? "[data-key=confirm], [data-key=finish], " : "")}details[data-key={part}] button, .part :focus").AllAsync())
                    Assert.True(await needed.EvaluateAsync<bool>(IsSeen), $"{part}: {await needed.EvaluateAsync<string>("e => e.outerHTML")}");
                // Of what stands beside it nothing is under it.
                Assert.True(await opened.EvaluateAsync<bool>("part => part.getBoundingClientRect().left >= Math.max(...[...document.querySelectorAll('.review-evidence, .review-bar')].map(e => e.getBoundingClientRect().right))"), part);
                await Assertions.Expect(page.Locator("[data-key=confirm]")).ToBeVisibleAsync(new() { Visible = part == "block" });
                await keys.PressAsync("Escape");
                await Assertions.Expect(opened.Locator("summary")).ToBeFocusedAsync();
                await Assertions.Expect(page.Locator("#decide details[open]")).ToHaveCountAsync(0);
                foreach (var needed in await page.Locator("[data-key=confirm], [data-key=finish]").AllAsync()) Assert.True(await needed.EvaluateAsync<bool>(IsSeen));
                // The same from what opens it.
                await keys.PressAsync("Enter");
                await Assertions.Expect(opened.Locator(".part :focus")).ToHaveCountAsync(1);
                await keys.PressAsync("Escape");
                await Assertions.Expect(opened.Locator("summary")).ToBeFocusedAsync();
            }
        }

        // What becomes of it can be chosen with a part open, which gives way.
        await keys.PressAsync("s");
        await Assertions.Expect(page.Locator("details[data-key=skip] .part :focus")).ToHaveCountAsync(1);
        await keys.PressAsync("a");
        await Assertions.Expect(page.Locator("#decide details[open]")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator("input[data-key=approve]")).ToBeCheckedAsync();
        // However much is written, what confirms, what puts off and how the day goes stays in view; the legends stand beside the strip or over it, on none of it, and are no taller.
        await keys.PressAsync("d");
        await page.Locator("[data-key=note]").FillAsync(string.Join('\n', Enumerable.Range(1, 40).Select(i => $"Línea {i} de lo que dijo el banco")));
        foreach (var needed in await page.Locator("[data-key=confirm], [data-key=finish], .review-else summary, .review-progress").AllAsync())
            Assert.True(await needed.EvaluateAsync<bool>(IsSeen), await needed.EvaluateAsync<string>("e => e.outerHTML"));
        await Assertions.Expect(page.Locator(".strip-legend")).ToHaveCountAsync(2);
        foreach (var legend in await page.Locator(".strip-legend").AllAsync())
            Assert.True(await legend.EvaluateAsync<bool>(BesideStrip), await legend.EvaluateAsync<string>("legend => JSON.stringify([legend, legend.closest('.strip-block').querySelector('.strip')].map(e => e.getBoundingClientRect()))"));
        await page.Locator("[data-key=note]").FillAsync("Llamé al banco");
        await keys.PressAsync("Escape");

        // What a part lacks is said in the part.
        await keys.PressAsync("s");
        await keys.PressAsync("4");
        await keys.PressAsync("Control+Enter");
        await Assertions.Expect(page.Locator("details[data-key=skip] [data-missing]")).ToHaveTextAsync("Escriba una nota de al menos 3 caracteres.");
        await Assertions.Expect(page.Locator(".review-confirm [data-missing]")).ToBeHiddenAsync();
        await Assertions.Expect(page.Locator("[name='Input.SkipNote']")).ToBeFocusedAsync();
        await keys.PressAsync("Escape");

        // Put off in error, it comes back by the same key where it was, with what was written; what becomes of it is chosen anew.
        await keys.PressAsync("s");
        await keys.PressAsync("1");
        await keys.PressAsync("Control+Enter");
        await page.WaitForURLAsync($"**/dashboard/reviews?queue={Elsewhere}");
        await keys.PressAsync("z");
        await Assertions.Expect(page.Locator("#decide")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("[data-key=note]")).ToHaveValueAsync("Llamé al banco");
        await Assertions.Expect(page.Locator("input[data-key=decline]")).Not.ToBeCheckedAsync();
        Assert.Equal([ReviewEventKind.Skipped, ReviewEventKind.StepUndone], await KindsAsync(item.Seq));

        // The last step for now, and from there to another page.
        await keys.PressAsync("s");
        await keys.PressAsync("2");
        await keys.PressAsync("Control+Shift+Enter");
        await page.WaitForURLAsync($"**/dashboard/reviews?queue={Elsewhere}");
        Assert.Equal(0, await InDbAsync(db => db.Set<Review>().CountAsync(r => r.Queue == Elsewhere && r.LeaseToken != null)));
        Assert.Equal([ReviewEventKind.Skipped, ReviewEventKind.StepUndone, ReviewEventKind.Skipped], await KindsAsync(item.Seq));
        await keys.PressAsync("g");
        await keys.PressAsync("r");
        await page.WaitForURLAsync("**/dashboard/protection");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_comes_back_from_a_linked_payment_finds_the_item_as_they_left_it_and_only_then(bool byTheBrowser)
    {
        var domain = byTheBrowser ? "vuelve.example" : "regresa.example";
        await using (var scope = panel.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
            db.Add(new ListEntry { Type = ListType.EmailDomain, Value = domain, Severity = ListSeverity.Review, CreatedAt = DateTimeOffset.UtcNow });
            await db.SaveChangesAsync();
            await panel.Services.GetRequiredService<ListShelf>().ReloadAsync(db, default);
        }
        for (var i = 0; i < 3; i++) await PayAsync(i);
        var id = await PayAsync(3);
        await panel.Services.GetRequiredService<AssessService>().Log!.CatchUpAsync(default);
        // Nobody else is given them.
        var tomorrow = DateTimeOffset.UtcNow.AddDays(1).ToUnixTimeMilliseconds();
        var seqs = (await InDbAsync(db => new AssessmentReader(db).FindAsync(id, default))) is { } stored ? Enumerable.Range(0, 4).Select(i => stored.Seq - i).ToArray() : [];
        await InDbAsync(db => db.Set<Review>().Where(r => seqs.Contains(r.Seq)).ExecuteUpdateAsync(r => r.SetProperty(x => x.VisibleAt, tomorrow).SetProperty(x => x.Queue, Elsewhere)));
        await using var visit = await (await Visit.StartAsync(panel)).SignInAsync();
        var page = visit.Page;
        var address = $"/dashboard/reviews/{id}";
        // Which state it was drawn in, whenever it was.
        await page.AddInitScriptAsync("""
            if (location.pathname.startsWith("/dashboard/reviews/")) {
              window.drawn = [];
              const look = () => {
                const item = document.getElementById("review-item"), fold = item?.querySelector("#links details.fold"), history = item?.querySelector("details:has(#history)");
                if (fold && history && getComputedStyle(item).visibility === "visible") window.drawn.push(`${fold.open} ${item.querySelector("#match-all").checked} ${history.open}`);
                requestAnimationFrame(look);
              };
              requestAnimationFrame(look);
            }
            """);
        await page.GotoAsync(address);
        // Nobody has taken it: what takes it has the keyboard, and Enter does so after a click beside it as well.
        await Assertions.Expect(page.Locator("[data-key=take]")).ToBeFocusedAsync();
        await Assertions.Expect(page.Locator("[data-key=take]")).ToHaveAccessibleDescriptionAsync(await page.Locator("#state-said").InnerTextAsync());
        await page.Locator("#state").ClickAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#decide")).ToBeVisibleAsync();

        // All but one of what they share.
        await page.Locator("#link-phone").UncheckAsync();
        await Assertions.Expect(page.Locator("#links details.fold[open]").First).ToBeVisibleAsync();
        await page.Locator("#links").EvaluateAsync("links => { links.dataset.old = 'yes'; }");
        await page.Locator("#match-all").CheckAsync();
        await Assertions.Expect(page.Locator("#links:not([data-old], .htmx-added, .htmx-settling)")).ToHaveCountAsync(1);
        await page.Locator("details:has(#history) > summary").ClickAsync();
        await Assertions.Expect(page.Locator("details[open]:has(#history)")).ToBeVisibleAsync();
        var link = page.Locator("#links table.linked a[data-open]").Nth(1);
        var followed = await link.GetAttributeAsync("href");
        await link.ScrollIntoViewIfNeededAsync();
        await page.EvaluateAsync("() => scrollTo(0, 120)");
        var before = await StandsAsync();
        await link.FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await page.WaitForURLAsync($"**{followed}");
        if (byTheBrowser) await page.GoBackAsync();
        else await page.Locator($"a[href^='{address}']").First.ClickAsync();
        await page.WaitForURLAsync($"**{address}*");
        await Assertions.Expect(page.Locator("#links table.linked a[data-open]").Nth(1)).ToBeFocusedAsync();
        Assert.Equal(before, await StandsAsync());
        Assert.Equal(["true true true"], await page.EvaluateAsync<string[]>("() => [...new Set(window.drawn)]"));

        // Used once: come to as any other it begins at its beginning.
        await page.GotoAsync("/dashboard/reviews");
        await page.GotoAsync(address);
        await Assertions.Expect(page.Locator("#item")).ToBeFocusedAsync();
        Assert.Equal("false false false", await page.EvaluateAsync<string>("() => window.drawn.at(-1)"));
        await page.CloseAsync();
        await InDbAsync(db => db.Set<Review>().Where(r => seqs.Contains(r.Seq)).ExecuteUpdateAsync(r => r.SetProperty(x => x.LeaseOwner, (Guid?)null).SetProperty(x => x.LeaseToken, (Guid?)null).SetProperty(x => x.LeaseUntil, (long?)null)));

        async Task<Guid> PayAsync(int number)
        {
            using var client = new HttpClient { BaseAddress = panel.Url };
            client.DefaultRequestHeaders.Authorization = new("Bearer", panel.ServerKey);
            using var body = new StringContent($$$"""{"amount":{{{300 + number}}},"currency":"MXN","email":"persona{{{number}}}@{{{domain}}}","phone":"+52155{{{domain.Length}}}2345678","device":{"ip":"201.141.{{{domain.Length}}}.7","fingerprint":"fp_{{{domain}}}"}}""", System.Text.Encoding.UTF8, "application/json");
            using var answer = await client.PostAsync(new Uri("/api/v1/assess", UriKind.Relative), body);
            using var json = System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            return json.RootElement.GetProperty("assessment_id").GetGuid();
        }
        Task<string> StandsAsync() => page.EvaluateAsync<string>("""
            () => JSON.stringify([scrollY, [...document.querySelectorAll("#review-item details:not(#decide details)")].map(fold => fold.open), [...document.querySelectorAll("#links input:checked")].map(input => input.id)])
            """);
    }

    [Fact]
    public async Task Too_late_names_the_case_and_its_page_offers_to_reopen_it_by_itself()
    {
        var item = await HoldElsewhereAsync("tarde.example");
        await using var visit = await (await Visit.StartAsync(panel)).SignInAsync();
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

    [Fact]
    public async Task What_was_decided_blind_is_told_by_itself_once_it_can_no_longer_be_undone()
    {
        var item = await HoldElsewhereAsync("ciegas.example");
        await using var visit = await (await Visit.StartAsync(panel)).SignInAsync();
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
    public async Task With_a_challenge_the_values_rest_and_come_back_and_while_they_are_open_the_choice_stays_in_view()
    {
        var item = await HoldElsewhereAsync("descansa.example");
        await using var visit = await (await Visit.StartAsync(panel)).SignInAsync();
        var (page, keys) = (visit.Page, visit.Page.Keyboard);
        await page.GotoAsync(item.Address);
        await keys.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#decide[data-ready]")).ToBeVisibleAsync();
        await keys.PressAsync("d");
        await keys.PressAsync("b");
        await Assertions.Expect(page.Locator("[data-chosen]")).ToHaveTextAsync("Rechazar · todavía sin motivo");
        await keys.PressAsync("1");
        await keys.PressAsync("b");
        var part = page.Locator("details[data-key=block]");
        if (!await part.EvaluateAsync<bool>("part => part.open")) await keys.PressAsync("b");
        await part.Locator("[type=checkbox]").First.CheckAsync();
        var chosen = page.Locator("[data-chosen]");
        await Assertions.Expect(chosen).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("^Rechazar · (?!todavía).+ · bloquea Correo electrónico$"));
        await page.Locator("#decide > .card-body").EvaluateAsync("body => body.scrollTo(0, body.scrollHeight)");
        foreach (var needed in await page.Locator("[data-chosen], .outcome, [data-key=confirm]").AllAsync())
            Assert.True(await needed.EvaluateAsync<bool>(IsSeen), await needed.EvaluateAsync<string>("e => e.outerHTML"));

        await keys.PressAsync("c");
        await Assertions.Expect(part).ToBeHiddenAsync();
        await Assertions.Expect(page.Locator("[data-lists-nothing]")).ToContainTextAsync("Se conserva para aprobar o rechazar: Correo electrónico.");
        await keys.PressAsync("b");
        await Assertions.Expect(page.Locator("#announcer")).ToContainTextAsync("pedir verificación no agrega nada");
        await keys.PressAsync("d");
        await Assertions.Expect(part.Locator("[data-picked]")).ToHaveTextAsync(new System.Text.RegularExpressions.Regex("Correo"));
        await keys.PressAsync("c");
        await keys.PressAsync("1");
        await keys.PressAsync("Control+Enter");
        await Assertions.Expect(page.Locator(".toast-line, [data-became]").First).ToBeVisibleAsync();
        await page.GotoAsync(item.Address);
        await Assertions.Expect(page.Locator("[data-became]")).ToBeVisibleAsync();
        Assert.Equal((ReviewOutcome.Challenge, 0), await InDbAsync(async db => ((await db.Set<Review>().SingleAsync(r => r.Seq == item.Seq)).Outcome!.Value, await db.Set<ListEntry>().CountAsync(e => e.Value.EndsWith("descansa.example") && e.Severity == ListSeverity.Block))));

        // Decided, its head has one line for what it is, and the rest below it.
        foreach (var width in (int[])[1366, 1280, 390, 320])
        {
            await page.SetViewportSizeAsync(width, 768);
            Assert.True(await page.EvaluateAsync<bool>(HeadIsClean), $"{width}");
        }
    }

    private const string HeadIsClean = """
        () => {
          const box = selector => document.querySelector(selector).getBoundingClientRect(), [money, score, next] = [box("#item"), box(".verdict-score"), box("[data-became]")];
          const besides = innerWidth < 576 || (score.top < money.bottom && score.bottom > money.top && score.left > money.right);
          return besides && score.top >= money.top && next.top >= Math.max(money.bottom, score.bottom) - 1;
        }
        """;

    [Fact]
    public async Task What_can_be_undone_follows_whoever_leaves_and_what_is_opened_again_begins_empty()
    {
        var item = await HoldElsewhereAsync("sigue.example");
        await using var visit = await (await Visit.StartAsync(panel)).SignInAsync();
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

    [Fact]
    public async Task Whoever_walks_through_the_list_keeps_their_row_while_it_refreshes_and_takes_nothing_where_it_is_gone()
    {
        var ids = await HoldAsync(3, "camina.example");
        var seqs = await InDbAsync(db => db.Set<StoredAssessment>().Where(a => ids.Contains(a.Id)).Select(a => a.Seq).ToListAsync());
        await InDbAsync(db => db.Set<Review>().Where(r => seqs.Contains(r.Seq)).ExecuteUpdateAsync(r => r.SetProperty(x => x.Queue, Walked)));
        await using var visit = await (await Visit.StartAsync(panel)).FillInAsync(BrowserFixture.AdminEmail);
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

    /// <summary>It stands beside the strip of events or in its head, over none of it, and is no taller.</summary>
    private const string BesideStrip = """
        legend => {
          const [own, strip] = [legend, legend.closest(".strip-block").querySelector(".strip")].map(e => e.getBoundingClientRect());
          return own.top < strip.bottom && (own.left >= strip.right || own.right <= strip.left || own.bottom <= strip.top) && own.height <= strip.height;
        }
        """;

    /// <summary>Wholly in the window, and nothing lies over its middle.</summary>
    private const string IsSeen = """
        element => {
          const { left, top, right, bottom } = element.getBoundingClientRect();
          return left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight && element.contains(document.elementFromPoint((left + right) / 2, (top + bottom) / 2));
        }
        """;

    [Theory]
    [InlineData(1366)]
    [InlineData(320)]
    public async Task Without_a_script_a_part_opens_and_its_buttons_work(int width)
    {
        var item = await HoldElsewhereAsync("sin-script.example");
        await using var visit = await (await Visit.StartAsync(panel, width: width, scripts: false)).SignInAsync();
        var page = visit.Page;
        await page.GotoAsync(item.Address);
        await page.Locator("[data-key=take]").ClickAsync();
        await page.Locator("details[data-key=hold] summary").PressAsync("Enter");
        await page.Locator("details[data-key=hold] button[name=finish]").ClickAsync();
        await page.WaitForURLAsync($"**/dashboard/reviews?queue={Elsewhere}");
        Assert.Equal([ReviewEventKind.Held], await KindsAsync(item.Seq));
    }

    /// <summary>The page of an item, in either light and on a telephone.</summary>
    private static async Task EverybodyAsync(IPage page)
    {
        foreach (var scheme in new[] { ColorScheme.Dark, ColorScheme.Light })
        {
            await page.EmulateMediaAsync(new() { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
            var found = await page.RunAxe(new AxeRunOptions { RunOnly = RunOnlyOptions.Tags("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa") });
            Assert.Equal([], found.Violations.SelectMany(v => v.Nodes.Select(n => $"{v.Id}: {n.Html}")));
        }
        await page.SetViewportSizeAsync(320, 640);
        Assert.Equal(320, await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));
        await page.SetViewportSizeAsync(1366, 768);
    }

    private Task<int> ToldAsync(long seq) => InDbAsync(db => db.Set<OutboxEvent>().CountAsync(e => e.Seq == seq && e.Type == OutboxEventType.ReviewClosed));

    private Task<List<ReviewEventKind>> KindsAsync(long seq) => InDbAsync(db => db.Set<ReviewEvent>().Where(e => e.Seq == seq && e.Kind != ReviewEventKind.Leased).OrderBy(e => e.At).ThenBy(e => e.Version).Select(e => e.Kind).ToListAsync());

    [Fact]
    public async Task A_decline_that_was_hardly_read_is_asked_once_more_and_a_note_for_the_amount_before_it_is_sent()
    {
        var item = await HoldElsewhereAsync("rapido.example");
        await using var visit = await (await Visit.StartAsync(panel)).SignInAsync();
        var page = visit.Page;
        var keys = page.Keyboard;
        await InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == Elsewhere).ExecuteUpdateAsync(q => q.SetProperty(x => x.DeclineSeconds, ReviewQueue.MostDeclineSeconds).SetProperty(x => x.NoteAbove, "{\"MXN\":29999}")));
        var sent = 0;
        page.Request += (_, request) => sent += request.Method == "POST" && request.Url.Contains("handler=Decide", StringComparison.Ordinal) ? 1 : 0;
        await page.GotoAsync(item.Address);
        await keys.PressAsync("Enter");
        await Assertions.Expect(page.Locator("#item")).ToBeFocusedAsync();
        var (asked, missing) = (page.Locator("[data-quick]"), page.Locator(".review-confirm [data-missing]"));
        await keys.PressAsync("d");
        await keys.PressAsync("1");
        await keys.PressAsync("Control+Enter");
        await Assertions.Expect(missing).ToHaveTextAsync("Por su monto, en esta cola requiere una nota: al menos 3 caracteres.");
        await Assertions.Expect(page.Locator("[data-key=note]")).ToBeFocusedAsync();
        await keys.TypeAsync("Llamó el banco");
        await keys.PressAsync("Control+Enter");
        await Assertions.Expect(asked.GetByRole(AriaRole.Alert)).ToHaveTextAsync(new System.Text.RegularExpressions.Regex(@"^Decidida en \d+ s\. ¿Rechazar de todos modos\?$"));
        await Assertions.Expect(page.Locator("[data-key=confirm]")).ToBeFocusedAsync();
        Assert.Empty((await page.RunAxe(new AxeRunOptions { RunOnly = RunOnlyOptions.Tags("wcag2a", "wcag2aa", "wcag21aa", "wcag22aa") })).Violations.Select(v => v.Id));
        // Esc goes back to the case, and asks anew; so does another choice.
        await keys.PressAsync("Escape");
        await Assertions.Expect(asked).ToBeHiddenAsync();
        await Assertions.Expect(page.Locator("[data-key=decline]")).ToBeFocusedAsync();
        await keys.PressAsync("Control+Enter");
        await Assertions.Expect(asked).ToBeVisibleAsync();
        await keys.PressAsync("2");
        await Assertions.Expect(asked).ToBeHiddenAsync();
        await keys.PressAsync("Control+Enter");
        await Assertions.Expect(asked).ToBeVisibleAsync();
        Assert.Equal((0, ReviewState.Open), (sent, await InDbAsync(db => db.Set<Review>().Where(r => r.Seq == item.Seq).Select(r => r.State).SingleAsync())));
        await keys.PressAsync("Control+Shift+Enter");
        await page.WaitForURLAsync($"**/dashboard/reviews?queue={Elsewhere}");
        Assert.Equal((1, ReviewOutcome.Decline), (sent, await InDbAsync(db => db.Set<Review>().Where(r => r.Seq == item.Seq).Select(r => r.Outcome).SingleAsync())));
        await InDbAsync(db => db.Set<ReviewQueue>().Where(q => q.Number == Elsewhere).ExecuteUpdateAsync(q => q.SetProperty(x => x.DeclineSeconds, 0).SetProperty(x => x.NoteAbove, "{}")));
    }

    /// <summary>Payments that wait in the first queue.</summary>
    private async Task<IReadOnlyList<Guid>> HoldAsync(int count, string domain = "retenido.example")
    {
        await using (var scope = panel.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
            if (!await db.Set<ListEntry>().AnyAsync(e => e.Value == domain)) db.Add(new ListEntry { Type = ListType.EmailDomain, Value = domain, Severity = ListSeverity.Review, CreatedAt = DateTimeOffset.UtcNow });
            await db.SaveChangesAsync();
            await panel.Services.GetRequiredService<ListShelf>().ReloadAsync(db, default);
        }
        List<Guid> ids = [];
        for (var i = 0; i < count; i++) ids.Add(Guid.Parse(await panel.PayAsync($"persona{i}@{domain}", 30_000 + (i * 100), bare: true)));
        await panel.Services.GetRequiredService<AssessService>().Log!.CatchUpAsync(default);
        return ids;
    }

    /// <summary>One that waits where nothing else is decided.</summary>
    private async Task<(long Seq, string Address)> HoldElsewhereAsync(string domain)
    {
        var id = (await HoldAsync(1, domain))[0];
        var seq = await InDbAsync(db => db.Set<StoredAssessment>().Where(a => a.Id == id).Select(a => a.Seq).SingleAsync());
        await InDbAsync(db => db.Set<Review>().Where(r => r.Seq == seq).ExecuteUpdateAsync(r => r.SetProperty(x => x.Queue, Elsewhere)));
        return (seq, $"/dashboard/reviews/{id}?queue={Elsewhere}");
    }

    private async Task<T> InDbAsync<T>(Func<PanelDb, Task<T>> use)
    {
        await using var scope = panel.Services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<PanelDb>());
    }
}
