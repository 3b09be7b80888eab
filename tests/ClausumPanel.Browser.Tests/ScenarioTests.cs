using Microsoft.Playwright;

namespace ClausumPanel.Browser.Tests;

[Collection(nameof(BrowserCollection))]
public sealed class ScenarioTests(BrowserFixture panel)
{
    [Fact]
    public async Task The_fields_and_the_JSON_of_a_scenario_are_one_request()
    {
        await using var visit = await (await Visit.StartAsync(panel)).SignInAsync();
        var page = visit.Page;
        await page.GotoAsync("/dashboard/simulation?preset=low-risk");
        await page.FillAsync("#field-amount", "999.99");
        Assert.Contains("\"amount\": 99999,", await page.InputValueAsync("#json"), StringComparison.Ordinal);
        await page.SelectOptionAsync("#field-currency", "CLP");
        Assert.Equal("99999", await page.InputValueAsync("#field-amount"));

        // What has no field, and what its field cannot hold, stays as it is.
        await page.FillAsync("#json", """{"amount":5,"currency":"MXN","big":12345678901234567890.5,"behavior":{"mouse_movements":"many"},"billing":{"country":"zz"}}""");
        Assert.Equal(("0.05", "many", "zz"), (await page.InputValueAsync("#field-amount"), await page.InputValueAsync("#field-behavior-mouse_movements"), await page.InputValueAsync("#field-billing-country")));
        await page.FillAsync("#field-email", "otra@example.mx");
        var written = await page.InputValueAsync("#json");
        foreach (var part in (string[])["12345678901234567890.5", "\"many\"", "\"zz\"", "\"otra@example.mx\""]) Assert.Contains(part, written, StringComparison.Ordinal);
        await page.FillAsync("#json", "{");
        await Assertions.Expect(page.Locator("#field-email")).ToBeDisabledAsync();
        await Assertions.Expect(page.Locator("#json-broken")).Not.ToBeEmptyAsync();

        await page.FillAsync("#json", """{"amount":4500,"currency":"MXN"}""");
        await page.FillAsync("#field-search", "pais tarjeta");
        await Assertions.Expect(page.Locator("[data-field]:visible")).ToHaveCountAsync(1);
        await page.FillAsync("#field-search", "");
        await page.CheckAsync("#field-filled");
        await Assertions.Expect(page.Locator("[data-field]:visible")).ToHaveCountAsync(2);
        await page.UncheckAsync("#field-filled");
        await page.FillAsync("#times", "3");
        await page.ClickAsync("#scenario-form button.btn-primary");
        await Assertions.Expect(page.Locator("#repeats tbody tr")).ToHaveCountAsync(3);
        Assert.Equal("""{"amount":4500,"currency":"MXN"}""", await page.InputValueAsync("#json"));
        Assert.Equal(0, await page.Locator("main [style]").CountAsync());
    }
}
