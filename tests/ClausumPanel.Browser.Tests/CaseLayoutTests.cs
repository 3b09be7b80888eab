using Microsoft.Playwright;

namespace ClausumPanel.Browser.Tests;

/// <summary>A case stands whole in a small window, however much there is to say about it.</summary>
[Collection(nameof(BrowserCollection))]
public sealed class CaseLayoutTests(BrowserFixture panel) : ReviewStories(panel)
{
    /// <summary>Where nobody else decides anything: a case would have more to say.</summary>
    private const string Domain = "entera.example";

    [Fact]
    public async Task A_full_case_stands_whole_in_a_small_window()
    {
        var id = (await HoldAtDeskAsync(3, PayInFullAsync, Domain))[^1];
        await EndAsync([id], DateTimeOffset.UtcNow.AddMinutes(70.5), DateTimeOffset.UtcNow.AddMinutes(100));
        await using var visit = await (await Visit.StartAsync(Panel)).SignInAsync();
        var page = visit.Page;
        await page.GotoAsync($"/dashboard/reviews/{id}?queue={Desk}");
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
        var id = (await HoldAtDeskAsync(1, PaySuspiciouslyAsync))[0];
        await using var visit = await (await Visit.StartAsync(Panel, language)).SignInAsync();
        var page = visit.Page;
        await page.GotoAsync($"/dashboard/reviews/{id}?queue={Desk}");
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

    [Theory]
    [InlineData("es-MX", 768)]
    [InlineData("es-MX", 720)]
    [InlineData("en-US", 768)]
    [InlineData("en-US", 720)]
    public async Task Whatever_is_chosen_the_note_and_the_values_stay_in_view(string language, int height)
    {
        var id = (await HoldAtDeskAsync(1))[0];
        await using var visit = await (await Visit.StartAsync(Panel, language, width: height == 720 ? 1280 : 1366, height: height)).SignInAsync();
        var page = visit.Page;
        await page.GotoAsync($"/dashboard/reviews/{id}?queue={Desk}");
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

    [Theory]
    [InlineData("es-MX")]
    [InlineData("en-US")]
    public async Task In_the_list_each_reason_is_read_whole_and_what_a_priority_opens_to_covers_nothing(string language)
    {
        var id = (await HoldAtDeskAsync(1, PaySuspiciouslyAsync))[0];
        await EndAsync([id], DateTimeOffset.UtcNow.AddMinutes(7), DateTimeOffset.UtcNow.AddMinutes(53));
        // With the boxes of whoever may choose many.
        await using var visit = await (await Visit.StartAsync(Panel, language)).FillInAsync(BrowserFixture.AdminEmail);
        var page = visit.Page;
        await page.GotoAsync($"/dashboard/reviews?queue={Desk}");
        var row = page.Locator($".waiting tr[data-row]:has(a[href*='{id}'])");
        await Assertions.Expect(row).ToHaveCountAsync(1);
        Assert.True(await row.Locator(".signal-chip").EvaluateAllAsync<bool>("chips => chips.length > 0 && chips.every(chip => chip.scrollWidth <= chip.clientWidth && chip.scrollHeight <= chip.clientHeight)"));
        // Where Enter does something else than Start, Start does not promise it.
        await Assertions.Expect(page.Locator("#start kbd")).ToHaveCSSAsync("visibility", "visible");
        await row.Locator(".priority summary").PressAsync("Enter");
        await Assertions.Expect(page.Locator(".priority[open] dl")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("#start kbd")).ToHaveCSSAsync("visibility", "hidden");
        await page.Locator("#start").FocusAsync();
        await Assertions.Expect(page.Locator("#start kbd")).ToHaveCSSAsync("visibility", "visible");
        Assert.True(await page.EvaluateAsync<bool>("() => { const row = document.querySelector('.priority[open]').closest('tr'), [parts, due] = ['.priority[open] dl', '.row-due'].map(s => row.querySelector(s).getBoundingClientRect()); return due.right <= parts.left && document.documentElement.scrollWidth <= innerWidth && document.querySelector('.table-responsive').scrollWidth <= document.querySelector('.table-responsive').clientWidth; }"));
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
}
