using Deque.AxeCore.Commons;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;

namespace ClausumPanel.Browser.Tests;

/// <summary>What only administrators open, and where their invitations lead.</summary>
[Collection(nameof(BrowserCollection))]
public sealed class AdminPagesTests(BrowserFixture panel)
{
    [Fact]
    public async Task Somebody_is_invited_and_every_page_on_the_way_is_usable_by_everybody()
    {
        await using var visit = await (await Visit.StartAsync(panel)).FillInAsync(BrowserFixture.AdminEmail);
        var page = visit.Page;
        foreach (var path in (string[])["/dashboard/settings", "/dashboard/service", "/dashboard/audit", "/dashboard/going-live", "/dashboard/team", "/demo/shop", "/dashboard/team/invite"])
        {
            await page.GotoAsync(path);
            await LookAsync(page);
        }
        await page.FillAsync("#Input_Email", "nueva@tienda.example");
        await page.CheckAsync("input[value=Viewer]");
        await page.FillAsync("#Input_Password", BrowserFixture.Password);
        await page.ClickAsync("main button.btn-primary");
        var link = await page.InputValueAsync("#link");
        await LookAsync(page);
        await page.GotoAsync("/dashboard/team");
        await LookAsync(page);
        await page.ClickAsync($"[data-person='{BrowserFixture.Email}'] a");
        await page.WaitForSelectorAsync("#role-form");
        await LookAsync(page);

        await using var newcomer = await Visit.StartAsync(panel, "en-US");
        await newcomer.Page.GotoAsync(link);
        await LookAsync(newcomer.Page);
        await newcomer.Page.FillAsync("#Input_Name", "Nuria Nueva");
        await newcomer.Page.FillAsync("#Input_Password", "tres tigres comen trigo");
        await newcomer.Page.ClickAsync("main button[type=submit]");
        await newcomer.Page.WaitForURLAsync("**/account/login");
    }

    private static async Task LookAsync(IPage page)
    {
        foreach (var scheme in new[] { ColorScheme.Light, ColorScheme.Dark })
        {
            await page.EmulateMediaAsync(new() { ColorScheme = scheme, ReducedMotion = ReducedMotion.Reduce });
            var found = await page.RunAxe(new AxeRunOptions { RunOnly = RunOnlyOptions.Tags("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa") });
            Assert.Equal([], found.Violations.SelectMany(v => v.Nodes.Select(n => $"{page.Url} {v.Id}: {n.Html}")));
        }
        await page.SetViewportSizeAsync(320, 640);
        Assert.True(await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth") == 320, $"{page.Url} is wider than a telephone");
        await page.SetViewportSizeAsync(1366, 768);
    }
}
