using Microsoft.Playwright;

namespace ClausumPanel.Browser.Tests;

/// <summary>Payments that share something, for whoever asks for all of them.</summary>
[Collection(nameof(BrowserCollection))]
public sealed class LinkedTests(BrowserFixture panel)
{
    [Fact]
    public async Task Show_all_goes_on_below_the_first_with_the_keyboard_and_no_row_is_cut()
    {
        var id = Guid.Empty;
        for (var i = 0; i < 11; i++)
        {
            using var client = new HttpClient { BaseAddress = panel.Url };
            client.DefaultRequestHeaders.Authorization = new("Bearer", panel.ServerKey);
            using var body = new StringContent($$$"""{"amount":{{{300 + i}}},"currency":"MXN","email":"una.persona.de.nombre.largo{{{i}}}@todas.example","device":{"fingerprint":"fp_todas"}}""", System.Text.Encoding.UTF8, "application/json");
            using var answer = await client.PostAsync(new Uri("/api/v1/assess", UriKind.Relative), body);
            using var json = System.Text.Json.JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
            id = json.RootElement.GetProperty("assessment_id").GetGuid();
        }
        await using var visit = await (await Visit.StartAsync(panel)).SignInAsync();
        var page = visit.Page;
        await page.GotoAsync($"/dashboard/transactions/{id}");
        var rows = page.Locator("table.linked tbody tr");
        await Assertions.Expect(rows).ToHaveCountAsync(8);
        // Names are compared: none is cut.
        Assert.True(await page.EvaluateAsync<bool>("() => [...document.querySelectorAll('.linked-payer')].every(name => name.scrollWidth <= name.clientWidth)"));
        await page.Locator("#links-more").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(rows).ToHaveCountAsync(10);
        await Assertions.Expect(rows.Nth(8).Locator("a[data-open]")).ToBeFocusedAsync();
        await Assertions.Expect(rows.Nth(8)).ToBeInViewportAsync(new() { Ratio = 1 });
        Assert.True(await page.EvaluateAsync<bool>("() => { const of = document.querySelector('.table-responsive:has(.linked)'); return of.scrollHeight <= of.clientHeight + 1; }"));
        await page.Locator("#links-more").FocusAsync();
        await page.Keyboard.PressAsync("Enter");
        await Assertions.Expect(rows).ToHaveCountAsync(8);
        await Assertions.Expect(page.Locator("#links-more")).ToBeFocusedAsync();
    }
}
