using System.Text.Json;
using ClausumPanel.Bench.Subjects;
using Microsoft.Playwright;

namespace ClausumPanel.Bench;

/// <summary>
/// A real browser on the queue: from the key that confirms, as the browser dates it, to the frame after the one that shows the next case. A case is known by its address, so the paint of one is never taken for that of
/// another, whether the page was swapped or loaded anew.
/// </summary>
internal static class NextCase
{
    private const double Goal = 150;
    private const int WarmUps = 3, MostTries = 5;

    private const string Watch = """
        (() => {
          const item = () => document.getElementById("review-item");
          const address = part => part.dataset.address.split("?")[0];
          const press = () => JSON.parse(sessionStorage.getItem("press"));
          const chosen = () => document.querySelector('#decide [name="Input.Outcome"]:checked') && document.querySelector("#decide .reasons:not([hidden]) input:checked");
          window.chosen = () => Boolean(chosen());
          window.press = press;
          addEventListener("keydown", event => {
            if (event.ctrlKey && event.key === "Enter" && chosen())
              sessionStorage.setItem("press", JSON.stringify({ at: performance.timeOrigin + event.timeStamp, of: address(item()), ready: document.querySelector("#decide[data-ready=yes]") !== null }));
          }, true);
          const shown = part => requestAnimationFrame(() => requestAnimationFrame(() => {
            const its = press();
            if (!its || its.took || part !== item() || address(part) === its.of) return;
            sessionStorage.setItem("press", JSON.stringify({ ...its, took: performance.timeOrigin + performance.now() - its.at }));
          }));
          addEventListener("DOMContentLoaded", () => {
            let last = item();
            if (last) shown(last);
            new MutationObserver(() => { const now = item(); if (now && now !== last) shown(last = now); }).observe(document.body, { childList: true, subtree: true });
          });
        })();
        """;

    /// <param name="signedIn">Whose cookies the browser has.</param>
    /// <param name="queue">The page that has the button to start with.</param>
    /// <param name="presses">How many of each kind.</param>
    public static async Task MeasureAsync(Panel signedIn, string queue, int presses)
    {
        if (presses == 0) return;
        if (new[] { Environment.GetEnvironmentVariable("CHROMIUM"), "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.FirstOrDefault(p => !string.IsNullOrEmpty(p) && File.Exists(p)) is not { } path)
        {
            Console.WriteLine("  no Chromium (CHROMIUM=/path/to/chromium): from key press to paint is not measured");
            return;
        }
        using var playwright = await Playwright.CreateAsync();
        await using var chromium = await playwright.Chromium.LaunchAsync(new() { ExecutablePath = path, Headless = true, Args = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-dev-shm-usage"] });
        var context = await chromium.NewContextAsync(new() { BaseURL = signedIn.Address.ToString(), ViewportSize = new() { Width = 1366, Height = 768 } });
        await context.AddCookiesAsync(signedIn.Cookies.Select(c => new Microsoft.Playwright.Cookie { Name = c.Name, Value = c.Value, Url = signedIn.Address.ToString() }));
        var page = await context.NewPageAsync();
        await page.AddInitScriptAsync(Watch);
        await page.GotoAsync(queue);
        await page.ClickAsync("button[data-key=start]");
        var decided = new HashSet<string>();
        foreach (var isReady in (bool[])[true, false])
        {
            var (taken, tries) = (new List<double>(), 0);
            for (; taken.Count < presses + WarmUps && tries < MostTries * (presses + WarmUps); tries++)
            {
                var press = await PressAsync(page, isReady);
                if (!decided.Add(press.Of)) throw new BenchFailed($"{press.Of} was decided and came back");
                if (press.Ready == isReady) taken.Add(press.Took);
            }
            Say(isReady ? "key press → next case painted" : "the same, pressed before the next one was ready", [.. taken.Skip(WarmUps).Order()], tries);
        }
    }

    private static async Task<Press> PressAsync(IPage page, bool isReady)
    {
        await page.EvaluateAsync("() => sessionStorage.removeItem('press')");
        if (isReady) await page.Locator("#decide[data-ready=yes]").WaitForAsync(new() { State = WaitForSelectorState.Attached });
        // A case that was swapped between two keys has nothing chosen: then once more.
        for (var tries = 0; ; tries++)
        {
            await page.Keyboard.PressAsync("a");
            await page.Keyboard.PressAsync("1");
            await page.Keyboard.PressAsync("Control+Enter");
            if (await page.EvaluateAsync<bool>("() => press() !== null")) break;
            if (tries == MostTries) throw new BenchFailed("nothing can be chosen on " + page.Url);
        }
        await page.WaitForFunctionAsync("() => press()?.took !== undefined");
        return JsonSerializer.Deserialize<Press>(await page.EvaluateAsync<string>("() => sessionStorage.getItem('press')"), JsonSerializerOptions.Web)!;
    }

    private static void Say(string name, List<double> sorted, int tries)
    {
        if (sorted.Count == 0)
        {
            Console.WriteLine($"  {name}: not once in {tries} presses");
            return;
        }
        Console.WriteLine($"  {name,-52}{Reviews.At(sorted, .5),9:0.0}{Reviews.At(sorted, .95),9:0.0}{sorted[^1],9:0.0}   {sorted.Count} of {tries} presses");
        Goals.AtMost($"median of milliseconds: {name}", Reviews.At(sorted, .5), Goal, "0.0");
        Goals.AtMost($"p95 of milliseconds: {name}", Reviews.At(sorted, .95), Goal, "0.0");
    }

    /// <param name="Of">The address of the case that was decided.</param>
    /// <param name="Ready">The next one was there already.</param>
    /// <param name="Took">Milliseconds.</param>
    private sealed record Press(string Of, bool Ready, double Took);
}
