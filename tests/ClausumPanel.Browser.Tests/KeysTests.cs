using Microsoft.Playwright;

namespace ClausumPanel.Browser.Tests;

/// <summary>The keys of every page: what they do, where they are printed, and how they are changed.</summary>
[Collection(nameof(BrowserCollection))]
public sealed class KeysTests(BrowserFixture panel) : ReviewStories(panel)
{
    [Fact]
    public async Task Every_page_has_its_keys_and_one_place_to_read_change_and_switch_them_off()
    {
        var ids = await HoldAsync(LongList, ("MXN", 30_000));
        await using var visit = await (await Visit.StartAsync(Panel)).FillInAsync(BrowserFixture.AdminEmail);
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
        var number = await page.Locator($".tile[data-queue='{LongList}'] kbd").InnerTextAsync();
        await keys.PressAsync(number);
        await page.WaitForURLAsync($"**/dashboard/reviews?queue={LongList}");
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
        await page.GotoAsync($"/dashboard/reviews/{ids[0]}?queue={LongList}");
        await GoAsync("q", $"/dashboard/reviews?queue={LongList}");

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
        await HoldAsync(List, ("MXN", 30_000));
        await using var visit = await (await Visit.StartAsync(Panel)).FillInAsync(BrowserFixture.AdminEmail);
        var page = visit.Page;
        await page.GotoAsync($"/dashboard/reviews?queue={List}");
        await Assertions.Expect(page.Locator(".tile kbd").First).ToBeVisibleAsync();
        var session = await page.Context.NewCDPSessionAsync(page);
        await session.SendAsync("Emulation.setTouchEmulationEnabled", new() { ["enabled"] = true });
        await session.SendAsync("Emulation.setEmitTouchEventsForMouse", new() { ["enabled"] = true });
        await page.ReloadAsync();
        foreach (var hint in await page.Locator("main kbd, .keys-open").AllAsync()) await Assertions.Expect(hint).ToBeHiddenAsync();
    }

    [Fact]
    public async Task A_letter_that_somebody_gave_to_something_is_no_longer_what_another_one_comes_with()
    {
        await HoldAtDeskAsync(1);
        await using var visit = await (await Visit.StartAsync(Panel)).SignInAsync();
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
        await HoldAtDeskAsync(1);
        await using var visit = await (await Visit.StartAsync(Panel)).SignInAsync();
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

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_case_leads_to_its_links_gives_its_number_and_tells_its_keys(bool hasClipboard)
    {
        var id = (await HoldAtDeskAsync(1))[0];
        await using var visit = await (await Visit.StartAsync(Panel)).SignInAsync();
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
}
