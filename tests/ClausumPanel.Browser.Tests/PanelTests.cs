using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace ClausumPanel.Browser.Tests;

[Collection(nameof(BrowserCollection))]
public sealed class PanelTests(BrowserFixture panel)
{
    [Theory, InlineData("es-MX", "Panel", "Por qué", "Idéntico"), InlineData("en-US", "Panel", "Why", "Identical")]
    public async Task An_analyst_goes_from_the_panel_to_the_reason_of_one_decision(string language, string today, string why, string identical)
    {
        await using var visit = await (await Visit.StartAsync(panel, language)).FillInAsync();
        var page = visit.Page;
        Assert.Equal(today, await page.InnerTextAsync("main h1"));
        var shown = await page.InnerTextAsync("[data-total]");
        await page.ClickAsync("[data-total]");
        await Assertions.Expect(page.Locator("[data-count]")).ToHaveAttributeAsync("data-count", shown.Replace(",", "", StringComparison.Ordinal));
        await page.FillAsync("[data-search]", "x9k2q7w8z");
        await page.ClickAsync("form[role=search] button[type=submit]");
        await Assertions.Expect(page.Locator("tr[data-row]")).ToHaveCountAsync(1);
        await page.ClickAsync("a[data-open]");
        await Assertions.Expect(page.Locator("#why")).ToHaveTextAsync(why);
        await page.ClickAsync("#judge-again-button");
        await Assertions.Expect(page.Locator("#judge-again [role=status]")).ToContainTextAsync(identical);
    }

    [Fact]
    public async Task A_payment_appears_on_the_panel_by_itself()
    {
        await using var visit = await (await Visit.StartAsync(panel)).SignInAsync();
        await visit.Page.GotoAsync("/dashboard");
        await panel.PayAsync("recien.llegada@tienda.example", 33_300);
        await Assertions.Expect(visit.Page.Locator("#live tr[data-row]").First).ToContainTextAsync("recien.llegada@tienda.example", new() { Timeout = 15_000 });
    }

    [Fact]
    public async Task A_hidden_tab_asks_for_nothing_and_is_up_to_date_when_it_is_seen_again()
    {
        await using var visit = await (await Visit.StartAsync(panel)).SignInAsync();
        var page = visit.Page;
        await page.Clock.InstallAsync();
        await page.GotoAsync("/dashboard");
        await Assertions.Expect(page.Locator("#live")).ToBeVisibleAsync();
        var asked = new List<string>();
        page.Request += (_, request) => asked.Add(request.Url);
        await ShowAsync(isHidden: true);
        await panel.PayAsync("mientras.nadie.mira@tienda.example", 44_400);
        // Its own timers would have asked three times by now.
        await page.Clock.RunForAsync(10_000);
        Assert.Equal([], asked);
        await ShowAsync(isHidden: false);
        await Assertions.Expect(page.Locator("#live tr[data-row]").First).ToContainTextAsync("mientras.nadie.mira@tienda.example");
        Assert.Contains(asked, url => url.EndsWith("/dashboard/events", StringComparison.Ordinal));

        Task ShowAsync(bool isHidden) => page.EvaluateAsync("hidden => { Object.defineProperty(document, 'hidden', { value: hidden, configurable: true }); document.dispatchEvent(new Event('visibilitychange')); }", isHidden);
    }

    [Fact]
    public async Task On_paper_everything_is_light_whatever_the_reader_chose()
    {
        await using var visit = await (await Visit.StartAsync(panel)).SignInAsync();
        var page = visit.Page;
        await page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        foreach (var path in (string[])["/dashboard", "/dashboard/protection/quality", "/dashboard/reviews/quality"])
        {
            await page.GotoAsync(path);
            const string ink = "getComputedStyle(document.body).color", paper = "getComputedStyle(document.querySelector('.card')).backgroundColor";
            var dark = await page.EvaluateAsync<string>(ink);
            await page.EvaluateAsync($"() => {{ window.seen = []; addEventListener('beforeprint', () => {{ seen = [document.documentElement.dataset.bsTheme, {ink}, {paper}]; }}); }}");
            await page.PdfAsync();
            Assert.Equal(["light", "rgb(28, 39, 51)", "rgb(255, 255, 255)"], await page.EvaluateAsync<string[]>("() => seen"));
            Assert.Equal(("dark", dark), (await page.GetAttributeAsync("html", "data-bs-theme"), await page.EvaluateAsync<string>(ink)));
            // Where no script runs, the style sheet alone sees to it.
            await page.EmulateMediaAsync(new() { Media = Media.Print });
            Assert.Equal("rgb(28, 39, 51)", await page.EvaluateAsync<string>(ink));
            await page.EmulateMediaAsync(new() { Media = Media.Screen });
        }
    }

    [Fact]
    public async Task The_language_can_be_changed_before_anybody_is_signed_in()
    {
        await using var visit = await Visit.StartAsync(panel, "en-US");
        await visit.Page.GotoAsync("/account/login");
        Assert.Equal("en-US", await visit.Page.GetAttributeAsync("html", "lang"));
        await visit.Page.ClickAsync("button[name=language]");
        await Assertions.Expect(visit.Page.Locator("html")).ToHaveAttributeAsync("lang", "es-MX");
    }

    [Fact]
    public async Task What_is_filtered_comes_as_a_file()
    {
        await using var visit = await (await Visit.StartAsync(panel)).SignInAsync();
        await visit.Page.GotoAsync("/dashboard/transactions?period=all&q=x9k2q7w8z");
        var download = await visit.Page.RunAndWaitForDownloadAsync(() => visit.Page.ClickAsync("button[value=csv]"));
        var lines = (await File.ReadAllLinesAsync(await download.PathAsync())).Where(l => l.Length > 0).ToList();
        Assert.Equal(2, lines.Count);
        Assert.Contains(panel.AssessmentId, lines[1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_rule_is_built_and_saved_with_the_keyboard_alone()
    {
        await using var visit = await (await Visit.StartAsync(panel)).FillInAsync(BrowserFixture.AdminEmail);
        var page = visit.Page;
        var keys = page.Keyboard;
        await page.GotoAsync("/dashboard/protection/rule");

        async Task ToAsync(string id)
        {
            for (var tabs = 0; tabs < 80; tabs++)
            {
                if (await page.EvaluateAsync<string>("() => document.activeElement.id") == id)
                {
                    // What was typed before may still be on its way; the key is for what it becomes.
                    await Assertions.Expect(page.Locator(".htmx-request, .htmx-swapping, .htmx-settling")).ToHaveCountAsync(0);
                    if (await page.EvaluateAsync<string>("() => document.activeElement.id") == id) return;
                }
                await keys.PressAsync("Tab");
            }
            Assert.Fail($"The keyboard does not reach {id}.");
        }
        async Task FocusedAsync(string id) => await Assertions.Expect(page.Locator($"#{id}")).ToBeFocusedAsync();
        async Task SaysAsync(string text) => await Assertions.Expect(page.Locator("#Input_Text")).ToHaveValueAsync(text);
        async Task SettledAsync() => await Assertions.Expect(page.Locator(".htmx-request, .htmx-swapping, .htmx-settling")).ToHaveCountAsync(0);
        async Task PickAsync(string fact)
        {
            await keys.TypeAsync(fact);
            await Assertions.Expect(page.Locator("#pick-words [aria-selected=true] code")).ToHaveTextAsync(fact);
            await keys.PressAsync("Enter");
        }

        await ToAsync("Input_Name");
        await keys.TypeAsync("De otro país o muchas veces");
        await keys.PressAsync("Tab");
        await keys.TypeAsync("Una compra grande con una tarjeta de otro país");
        await ToAsync("r-add");
        await keys.PressAsync("Enter");
        await FocusedAsync("r-0-fact");
        await PickAsync("amount");
        await SaysAsync("when amount > 0 MXN then review");
        await FocusedAsync("r-0-fact");
        await SettledAsync();
        await ToAsync("r-0-v0");
        await keys.TypeAsync("5000");
        await ToAsync("r-group");
        await SaysAsync("when amount > 5000 MXN then review");
        await SettledAsync();
        await keys.PressAsync("Enter");
        await SaysAsync("when amount > 5000 MXN and ( true ) then review");
        await Assertions.Expect(page.Locator("#announcer")).ToHaveTextAsync("Se agregó un grupo.");
        await FocusedAsync("r-1-0-fact");
        await PickAsync("card.country");
        await SaysAsync("when amount > 5000 MXN and ( card.country = \"MX\" ) then review");
        await ToAsync("r-1-0-op");
        for (var steps = 0; steps < 20 && await page.InputValueAsync("#r-1-0-op") != "IsNotFact"; steps++) await keys.PressAsync("ArrowDown");
        await Assertions.Expect(page.Locator("#r-1-0-v0[data-pick=fact]")).ToBeVisibleAsync();
        await ToAsync("r-1-0-v0");
        await PickAsync("ip.country");
        await SaysAsync("when amount > 5000 MXN and ( card.country != ip.country ) then review");
        await ToAsync("r-1-add");
        await keys.PressAsync("Enter");
        await FocusedAsync("r-1-1-fact");
        await PickAsync("velocity.email.count_1h");
        await SaysAsync("when amount > 5000 MXN and (card.country != ip.country or velocity.email.count_1h >= 1) then review");
        await SettledAsync();
        await ToAsync("r-1-1-v0");
        await keys.TypeAsync("3");
        await ToAsync("action-kind");
        await keys.PressAsync("ArrowDown");
        const string rule = "when amount > 5000 MXN and (card.country != ip.country or velocity.email.count_1h >= 3) then challenge";
        await SaysAsync(rule);
        // What watches the text has seen it.
        await Assertions.Expect(page.Locator("#rule-count [data-looked]")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#rule-problems li")).ToHaveCountAsync(0);

        foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await page.EmulateMediaAsync(new() { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
            var found = await page.RunAxe(new AxeRunOptions { RunOnly = RunOnlyOptions.Tags("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa") });
            Assert.Equal([], found.Violations.SelectMany(v => v.Nodes.Select(n => $"{v.Id}: {n.Html}")));
        }
        await page.SetViewportSizeAsync(320, 640);
        Assert.Equal(320, await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));
        await page.SetViewportSizeAsync(1366, 768);

        await ToAsync("save-rule");
        await keys.PressAsync("Enter");
        await page.WaitForURLAsync("**/protection/rules");
        await Assertions.Expect(page.Locator("main")).ToContainTextAsync(rule);
    }

    [Theory]
    [InlineData("/account/login"), InlineData("/dashboard"), InlineData("/dashboard/transactions?period=all&decision=approve&decision=decline"), InlineData("/dashboard/transactions/{id}")]
    [InlineData("/dashboard/connections"), InlineData("/dashboard/connections/new?type=server")]
    [InlineData("/dashboard/protection/thresholds"), InlineData("/dashboard/protection/rules"), InlineData("/dashboard/protection/rule"), InlineData("/dashboard/protection/versions"), InlineData("/dashboard/protection/versions/1")]
    [InlineData("/dashboard/protection"), InlineData("/dashboard/protection/quality"), InlineData("/dashboard/protection/programmes"), InlineData("/dashboard/transactions/behavior"), InlineData("/dashboard/transactions/alerts")]
    [InlineData("/dashboard?period=30d&compare=previous"), InlineData("/dashboard/protection/blocklists"), InlineData("/dashboard/protection/lists"), InlineData("/dashboard/simulation/previews"), InlineData("/dashboard/simulation?preset=card-testing"), InlineData("/dashboard/labels")]
    [InlineData("/account/profile"), InlineData("/account/second-factor/setup"), InlineData("/docs/api"), InlineData("/no/such/page")]
    [InlineData("/dashboard/reviews"), InlineData("/dashboard/reviews/queues"), InlineData("/dashboard/reviews/quality"), InlineData("/dashboard/cases"), InlineData("/dashboard/disputes"), InlineData("/dashboard/disputes/new")]
    [InlineData("/dashboard/entities/email/maria.gonzalez@example.mx"), InlineData("/dashboard/protection/blocklists/clean-up")]
    public async Task Every_page_is_usable_by_everybody(string path)
    {
        var at = path.Replace("{id}", panel.AssessmentId, StringComparison.Ordinal);
        var visit = await panel.WalkAsync(signedIn: path != "/account/login");
        await LookAsync(RunOnlyOptions.Tags("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"));
        await visit.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Dark });
        await LookAsync(RunOnlyOptions.Rules("color-contrast", "link-in-text-block"));
        await visit.Page.SetViewportSizeAsync(320, 640);
        Assert.Equal(320, await visit.Page.EvaluateAsync<int>("() => document.documentElement.scrollWidth"));
        visit.MindComplaints();

        async Task LookAsync(RunOnlyOptions rules)
        {
            var answer = await visit.Page.GotoAsync(at);
            if (answer!.Status is 403 or 404) visit.Forgive();
            var found = await visit.Page.RunAxe(new AxeRunOptions { RunOnly = rules });
            Assert.Equal([], found.Violations.SelectMany(v => v.Nodes.Select(n => $"{v.Id}: {n.Html}")));
        }
    }
}
