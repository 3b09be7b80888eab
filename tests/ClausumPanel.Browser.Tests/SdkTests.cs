using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Playwright;

namespace ClausumPanel.Browser.Tests;

/// <summary>The browser SDK in the page of a shop that knows nothing of the panel but its address.</summary>
[Collection(nameof(BrowserCollection))]
public sealed class SdkTests(BrowserFixture panel)
{
    private const string Person = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";

    /// <summary>A shop on an origin of its own, with the strictest policy that lets the SDK in.</summary>
    private sealed class ShopPage : IAsyncDisposable
    {
        private WebApplication _site = null!;

        public string Origin => _site.Urls.First();
        public string Key { get; private set; } = "";

        public static async Task<ShopPage> OpenAsync(BrowserFixture panel, bool isAllowed = true)
        {
            var shop = new ShopPage();
            var builder = WebApplication.CreateSlimBuilder();
            builder.Logging.ClearProviders();
            shop._site = builder.Build();
            shop._site.Urls.Add("http://127.0.0.1:0");
            var home = panel.Url.GetLeftPart(UriPartial.Authority);
            shop._site.MapGet("/", (HttpContext context) =>
            {
                context.Response.Headers.ContentSecurityPolicy = $"default-src 'none'; img-src data:; script-src {home}; connect-src {home} 'self'; base-uri 'none'; form-action 'none'";
                return Results.Content($"""
                    <!DOCTYPE html><html lang="es"><head><title>Tienda</title><link rel="icon" href="data:,"><script src="{home}/sdk/clausum.js" data-clausum-key="{shop.Key}"></script></head>
                    <body><form><input id="email" name="email"><input id="name" name="name"><button>Pagar</button></form></body></html>
                    """, "text/html; charset=utf-8");
            });
            shop._site.MapPost("/hang", async (HttpContext context) => await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(_ => { }, TaskScheduler.Default));
            await shop._site.StartAsync();
            shop.Key = await panel.IssueCheckoutKeyAsync(isAllowed ? shop.Origin : "https://another.example");
            return shop;
        }

        public async ValueTask DisposeAsync() => await _site.DisposeAsync();
    }

    private static Task<JsonElement> PayAsync(IPage page, string email) =>
        page.EvaluateAsync<JsonElement>("async (email) => await Clausum.assess({ amount: 45000, currency: 'MXN', email })", email);

    private async Task<(int Score, string[] Signals)> ServerAsksAsync(string email, string? session)
    {
        using var client = new HttpClient { BaseAddress = panel.Url };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", panel.ServerKey);
        var body = session is null ? $$"""{"amount":45000,"currency":"MXN","email":"{{email}}"}""" : $$"""{"amount":45000,"currency":"MXN","email":"{{email}}","session_id":"{{session}}"}""";
        using var answer = await client.PostAsync(new Uri("/api/v1/assess", UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"));
        using var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync());
        return (json.RootElement.GetProperty("risk_score").GetInt32(), [.. json.RootElement.GetProperty("signals").EnumerateArray().Select(s => s.GetString()!)]);
    }

    private Task<JsonElement> AskedAsync(string session) => InDbAsync(async db =>
        JsonDocument.Parse((await db.Set<StoredAssessment>().AsNoTracking().Where(a => a.SessionId == session).OrderBy(a => a.Seq).FirstAsync()).Request).RootElement);

    private async Task<T> InDbAsync<T>(Func<PanelDb, Task<T>> use)
    {
        await using var scope = panel.Services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<PanelDb>());
    }

    [Fact]
    public async Task A_page_with_a_strict_policy_on_another_origin_tells_what_a_person_did()
    {
        await using var shop = await ShopPage.OpenAsync(panel);
        await using var context = await panel.Browser.NewContextAsync(new() { UserAgent = Person, TimezoneId = "America/Mexico_City", Permissions = ["clipboard-read", "clipboard-write"] });
        var page = await context.NewPageAsync();
        var complaints = new List<string>();
        page.Console += (_, message) => { if (message.Type is "error" or "warning") complaints.Add(message.Text); };
        page.PageError += (_, error) => complaints.Add(error);
        await page.GotoAsync(shop.Origin);
        await page.Mouse.MoveAsync(10, 10);
        await page.Mouse.MoveAsync(200, 120, new() { Steps = 12 });
        await page.ClickAsync("#email");
        await page.Keyboard.TypeAsync("maria");
        await page.Keyboard.PressAsync("Control+A");
        await page.Keyboard.PressAsync("Control+X");
        await page.ClickAsync("#name");
        await page.Keyboard.PressAsync("Control+V");
        await page.EvaluateAsync("() => { for (let i = 0; i < 500; i++) document.dispatchEvent(new MouseEvent('mousemove')); }");

        var answer = await PayAsync(page, "persona@tienda.example");
        Assert.Equal(("approve", false, false, false), (answer.GetProperty("decision").GetString(), answer.GetProperty("degraded").GetBoolean(), answer.GetProperty("shouldDecline").GetBoolean(), answer.GetProperty("requiresChallenge").GetBoolean()));
        Assert.False(answer.TryGetProperty("risk_score", out _));
        var session = answer.GetProperty("session_id").GetString()!;
        Assert.Equal(session, await page.EvaluateAsync<string>("() => Clausum.sessionId"));
        var asked = await AskedAsync(session);
        var (device, behavior) = (asked.GetProperty("device"), asked.GetProperty("behavior"));
        Assert.Equal((Person, "America/Mexico_City"), (device.GetProperty("user_agent").GetString(), device.GetProperty("timezone").GetString()));
        Assert.Matches("^fp_[0-9a-f]{16}$", device.GetProperty("fingerprint").GetString());
        Assert.InRange(behavior.GetProperty("mouse_movements").GetInt32(), 1, 60);
        Assert.InRange(behavior.GetProperty("keyboard_events").GetInt32(), 5, 20);
        Assert.Equal((1, 2, 0), (behavior.GetProperty("copy_paste_events").GetInt32(), behavior.GetProperty("focus_changes").GetInt32(), behavior.GetProperty("touch_events").GetInt32()));

        // The server says nothing of the page, and knows it all the same.
        var (_, signals) = await ServerAsksAsync("persona@tienda.example", session);
        Assert.Contains("copy_paste_detected", signals);
        Assert.DoesNotContain("no_mouse_movement", signals);
        Assert.Empty(complaints);
        Assert.Empty(await context.CookiesAsync());
        Assert.Equal(0, await page.EvaluateAsync<int>("() => localStorage.length + sessionStorage.length"));
    }

    [Fact]
    public async Task A_robot_without_a_mouse_is_given_away_by_what_the_page_saw()
    {
        await using var shop = await ShopPage.OpenAsync(panel);
        await using var context = await panel.Browser.NewContextAsync();
        var page = await context.NewPageAsync();
        await page.GotoAsync(shop.Origin);
        await page.EvaluateAsync("() => { document.querySelector('#email').value = 'robot@tienda.example'; }");
        var answer = await PayAsync(page, "robot@tienda.example");
        var (without, none) = await ServerAsksAsync("robot@tienda.example", null);
        var (with, signals) = await ServerAsksAsync("robot@tienda.example", answer.GetProperty("session_id").GetString());
        Assert.DoesNotContain("no_mouse_movement", none);
        Assert.Contains("no_mouse_movement", signals);
        Assert.Contains("short_session", signals);
        Assert.Contains("headless_browser", signals);
        Assert.True(with >= without + 30, $"{without} without the session, {with} with it");
    }

    [Fact]
    public async Task A_page_that_is_not_allowed_or_not_answered_sells_all_the_same()
    {
        await using var shop = await ShopPage.OpenAsync(panel, isAllowed: false);
        await using var context = await panel.Browser.NewContextAsync();
        var page = await context.NewPageAsync();
        await page.GotoAsync(shop.Origin);
        var stored = await InDbAsync(db => db.Set<StoredAssessment>().CountAsync());
        var refused = await PayAsync(page, "nadie@tienda.example");
        Assert.Equal(("approve", true, "network"), (refused.GetProperty("decision").GetString(), refused.GetProperty("degraded").GetBoolean(), refused.GetProperty("reason").GetString()));
        Assert.Equal(stored, await InDbAsync(db => db.Set<StoredAssessment>().CountAsync()));

        var late = await page.EvaluateAsync<JsonElement>("async (url) => { Clausum.init({ apiKey: 'clm_pub_x', apiUrl: url, timeoutMs: 150 }); return await Clausum.assess({ amount: 1, currency: 'MXN' }); }", shop.Origin + "/hang");
        Assert.Equal(("approve", "timeout"), (late.GetProperty("decision").GetString(), late.GetProperty("reason").GetString()));
        foreach (var (script, reason) in ((string, string)[])
                 [
                     ("() => { Clausum.init(null); return Clausum.assess({}); }", "not_initialized"),
                     ("() => { const round = {}; round.itself = round; Clausum.init({ apiKey: 'x' }); return Clausum.assess(round); }", "request"),
                     ("() => { Clausum.init({ apiKey: 'x', apiUrl: location.origin + '/nowhere' }); return Clausum.assess({}); }", "http_404"),
                 ])
        {
            var answer = await page.EvaluateAsync<JsonElement>(script);
            Assert.Equal(("approve", true, reason), (answer.GetProperty("decision").GetString(), answer.GetProperty("degraded").GetBoolean(), answer.GetProperty("reason").GetString()));
        }
    }

    [Fact]
    public async Task The_demo_shop_asks_twice_in_one_session()
    {
        await using var visit = await Visit.StartAsync(panel);
        var page = visit.Page;
        await page.GotoAsync("/demo/shop");
        await page.FillAsync("#email", "compra@tienda.example");
        await page.ClickAsync("button[type=submit]");
        await page.WaitForSelectorAsync("#outcome");
        using var told = JsonDocument.Parse(await page.InnerTextAsync("#answer"));
        var session = told.RootElement.GetProperty("session_id").GetString()!;
        Assert.Equal(2, await InDbAsync(db => db.Set<StoredAssessment>().CountAsync(a => a.SessionId == session)));
    }
}
