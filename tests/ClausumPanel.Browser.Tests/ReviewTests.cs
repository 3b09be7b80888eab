using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Outbox;
using ClausumPanel.Storage.Reviews;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;

namespace ClausumPanel.Browser.Tests;

/// <summary>Cases decided one after another with the keyboard, and left and come back to.</summary>
[Collection(nameof(BrowserCollection))]
public sealed class ReviewTests(BrowserFixture panel) : ReviewStories(panel)
{
    private const int Cases = 20;

    /// <summary>Skipped, held, escalated and undone: they come before the twenty that are decided.</summary>
    private const int Others = 4;

    [Fact]
    public async Task An_analyst_decides_twenty_cases_with_the_keyboard_alone()
    {
        await HoldAsync(Cases + Others, "retenido.example");
        await using var visit = await (await Visit.StartAsync(Panel)).SignInAsync();
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
        await EverywhereAsync(page);
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

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_comes_back_from_a_linked_payment_finds_the_item_as_they_left_it_and_only_then(bool byTheBrowser)
    {
        var domain = byTheBrowser ? "vuelve.example" : "regresa.example";
        await FlagAsync(domain);
        for (var i = 0; i < 3; i++) await PayNumberAsync(i);
        var id = await PayNumberAsync(3);
        await FoldAsync();
        // Nobody else is given them.
        var tomorrow = DateTimeOffset.UtcNow.AddDays(1).ToUnixTimeMilliseconds();
        var seqs = (await InDbAsync(db => new AssessmentReader(db).FindAsync(id, default))) is { } stored ? Enumerable.Range(0, 4).Select(i => stored.Seq - i).ToArray() : [];
        await InDbAsync(db => db.Set<Review>().Where(r => seqs.Contains(r.Seq)).ExecuteUpdateAsync(r => r.SetProperty(x => x.VisibleAt, tomorrow).SetProperty(x => x.Queue, Elsewhere)));
        await using var visit = await (await Visit.StartAsync(Panel)).SignInAsync();
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

        Task<Guid> PayNumberAsync(int number) =>
            PayAsync($$$"""{"amount":{{{300 + number}}},"currency":"MXN","email":"persona{{{number}}}@{{{domain}}}","phone":"+52155{{{domain.Length}}}2345678","device":{"ip":"201.141.{{{domain.Length}}}.7","fingerprint":"fp_{{{domain}}}"}}""");
        Task<string> StandsAsync() => page.EvaluateAsync<string>("""
            () => JSON.stringify([scrollY, [...document.querySelectorAll("#review-item details:not(#decide details)")].map(fold => fold.open), [...document.querySelectorAll("#links input:checked")].map(input => input.id)])
            """);
    }

    /// <summary>The page of an item, in either light and on a telephone.</summary>
    private static async Task EverywhereAsync(IPage page)
    {
        await EverybodyAsync(page);
        await page.SetViewportSizeAsync(320, 640);
        Assert.Equal(320, await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));
        await page.SetViewportSizeAsync(1366, 768);
    }

    private Task<int> ToldAsync(long seq) => InDbAsync(db => db.Set<OutboxEvent>().CountAsync(e => e.Seq == seq && e.Type == OutboxEventType.ReviewClosed));
}
