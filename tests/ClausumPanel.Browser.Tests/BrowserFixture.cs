using System.Net.Http.Headers;
using System.Text;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Storage.Settings;
using ClausumPanel.Storage.Team;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Playwright;

namespace ClausumPanel.Browser.Tests;

/// <summary>The whole panel on a real port with a real browser in front of it, an analyst and a few payments. One for all the tests.</summary>
public sealed class BrowserFixture : WebApplicationFactory<Program>, IAsyncLifetime
{
    public const string Email = "maria@tienda.example", AdminEmail = "ines@tienda.example", Password = "caballo grapa pila azul";

    private static readonly string[] Arguments = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"];
    private readonly string _file = Path.Combine(Path.GetTempPath(), $"panel-browser-{Guid.NewGuid():N}.db");
    private IPlaywright? _playwright;
    private Visit? _member, _stranger;
    private string _key = "";

    public IBrowser Browser { get; private set; } = null!;
    public Uri Url { get; private set; } = null!;

    /// <summary>The answer to the payment that has every documented field.</summary>
    public string AssessmentId { get; private set; } = "";

    /// <summary>The cookies of somebody who has signed in; the tests of this collection run one after another and share them.</summary>
    public IReadOnlyList<Cookie>? Session { get; set; }

    public async Task InitializeAsync()
    {
        UseKestrel(0);
        StartServer();
        Url = ClientOptions.BaseAddress;
        await using (var scope = Services.CreateAsyncScope())
        {
            var made = await scope.ServiceProvider.GetRequiredService<UserManager<User>>().CreateAsync(User.Called("María Analiza", Email, Role.Analyst, DateTimeOffset.UtcNow), Password);
            if (made.Succeeded) made = await scope.ServiceProvider.GetRequiredService<UserManager<User>>().CreateAsync(User.Called("Inés Administra", AdminEmail, Role.Admin, DateTimeOffset.UtcNow), Password);
            if (!made.Succeeded) throw new InvalidOperationException(string.Join(' ', made.Errors.Select(e => e.Description)));
            var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
            var (key, text) = ApiKey.Issue("shop", KeyType.Server, DateTimeOffset.UtcNow);
            // What all these stories pay in a minute, however quick the machine.
            key.PerMinute = 10_000;
            db.Add(key);
            // A script reads faster than anybody: it would be asked of every decline whether it is meant. The test of that question has a queue that asks.
            await db.Set<ReviewQueue>().ExecuteUpdateAsync(q => q.SetProperty(x => x.DeclineSeconds, 0));
            await db.SaveAndRaiseAsync(ChangeTopics.Keys);
            await Services.GetRequiredService<ApiKeyRing>().ReloadAsync(db, CancellationToken.None);
            _key = text;
        }
        for (var i = 0; i < 6; i++) await PayAsync($"cliente{i}@tienda.example", 20_000 + (i * 1_500));
        AssessmentId = await PayAsync("x9k2q7w8z@mailinator.com", 4_900_000);
        _playwright = await Playwright.CreateAsync();
        Browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium(), Headless = true, Args = Arguments });
    }

    /// <summary>The key of a shop's backend.</summary>
    public string ServerKey => _key;

    /// <summary>A key for pages of that origin.</summary>
    public async Task<string> IssueCheckoutKeyAsync(string origin)
    {
        await using var scope = Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
        var (key, text) = ApiKey.Issue("a page", KeyType.Checkout, DateTimeOffset.UtcNow);
        key.AllowedOrigins = origin;
        db.Add(key);
        await db.SaveAndRaiseAsync(ChangeTopics.Keys);
        await Services.GetRequiredService<ApiKeyRing>().ReloadAsync(db, CancellationToken.None);
        return text;
    }

    /// <summary>Lets the shop ask about a payment.</summary>
    /// <param name="email">Whose.</param>
    /// <param name="minor">How much, in minor units.</param>
    /// <param name="bare">It says nothing more: nothing of it says anything about another one.</param>
    /// <param name="currency">Of a bare one.</param>
    /// <returns>The assessment's id.</returns>
    public async Task<string> PayAsync(string email, long minor, bool bare = false, string currency = "MXN")
    {
        using var client = new HttpClient { BaseAddress = Url };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _key);
        var session = $"ps_{Guid.NewGuid():N}";
        var body = bare ? $$$"""{"amount":{{{minor}}},"amount_unit":"minor","currency":"{{{currency}}}","email":"{{{email}}}"}""" : $$$"""
            {"amount":{{{minor}}},"amount_unit":"minor","currency":"MXN","transaction_type":"payment","session_id":"{{{session}}}","email":"{{{email}}}","phone":"+5215512345678","customer_id":"c-{{{email}}}","order_id":"ord-{{{minor}}}",
            "payment_method":{"type":"card","card_bin":"411111","card_last4":"4242","card_country":"MX","card_brand":"visa"},
            "device":{"ip":"201.141.1.2","fingerprint":"fp_9a8b7c6d","user_agent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36","timezone":"America/Mexico_City"},
            "behavior":{"session_duration_ms":1830,"mouse_movements":0,"keyboard_events":61,"touch_events":0,"copy_paste_events":4},"billing":{"country":"US","city":"Austin","postal_code":"73301"}}
            """;
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync(new Uri("/api/v1/assess", UriKind.Relative), content);
        var text = await answer.Content.ReadAsStringAsync();
        if (!answer.IsSuccessStatusCode) throw new InvalidOperationException(text);
        using var json = System.Text.Json.JsonDocument.Parse(text);
        return json.RootElement.GetProperty("assessment_id").GetString()!;
    }

    /// <summary>One browser that walks through many pages: what it has loaded once, it keeps.</summary>
    public async Task<Visit> WalkAsync(bool signedIn)
    {
        var walk = signedIn ? _member ??= await (await Visit.StartAsync(this)).SignInAsync() : _stranger ??= await Visit.StartAsync(this);
        await walk.Page.SetViewportSizeAsync(1366, 768);
        await walk.Page.EmulateMediaAsync(new() { ColorScheme = ColorScheme.Light });
        return walk;
    }

    async Task IAsyncLifetime.DisposeAsync()
    {
        if (_member is not null) await _member.DisposeAsync();
        if (_stranger is not null) await _stranger.DisposeAsync();
        if (Browser is not null) await Browser.DisposeAsync();
        _playwright?.Dispose();
        await base.DisposeAsync();
        SqliteConnection.ClearAllPools();
        foreach (var file in Directory.EnumerateFiles(Path.GetTempPath(), Path.GetFileName(_file) + "*")) File.Delete(file);
        if (Directory.Exists(_file + ".keys")) Directory.Delete(_file + ".keys", recursive: true);
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSetting("ConnectionStrings:Panel", $"Data Source={_file}");
        builder.UseSetting("Panel:Audit:Key", "dGhlIHRlc3RzJyBvd24ga2V5LCBvZiBubyB1c2UgZWxzZXdoZXJl");
        builder.UseSetting("Panel:Demo:Assessments", "0");
        builder.UseSetting("Logging:LogLevel:Default", "Warning");
    }

    private static string? Chromium()
    {
        var found = new[] { Environment.GetEnvironmentVariable("CHROMIUM"), "/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome" }.FirstOrDefault(p => !string.IsNullOrEmpty(p) && File.Exists(p));
        if (found is null && Microsoft.Playwright.Program.Main(["install", "chromium"]) != 0)
            throw new InvalidOperationException("No Chromium: set CHROMIUM=/path/to/chromium, or let `playwright install chromium` reach the network.");
        return found;
    }
}

[CollectionDefinition(nameof(BrowserCollection))]
public sealed class BrowserCollection : ICollectionFixture<BrowserFixture>;
