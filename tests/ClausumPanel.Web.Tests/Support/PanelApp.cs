using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Settings;
using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Enrichment;
using ClausumPanel.Web.Tests.Enrichment;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.Mvc.Testing.Handlers;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Support;

/// <summary>The whole panel as it runs, on a database of its own, with a clock that the test holds. One per test class (<c>IClassFixture&lt;PanelApp&gt;</c>) or per test.</summary>
public class PanelApp : WebApplicationFactory<Program>, IAsyncLifetime
{
    private readonly Dictionary<string, string> _settings = [];
    private DirectoryInfo? _folder;

    public TestClock Clock { get; } = new();
    public TestDatabase Database { get; private set; } = null!;

    /// <summary>Where PostgreSQL is wanted instead.</summary>
    protected virtual StorageProvider Provider => StorageProvider.Sqlite;

    /// <summary>Call before the first request.</summary>
    public PanelApp With(string setting, string value)
    {
        _settings[setting] = value;
        return this;
    }

    public static async Task<PanelApp> StartAsync(params (string Setting, string Value)[] settings)
    {
        var app = new PanelApp();
        foreach (var (setting, value) in settings) app.With(setting, value);
        await app.InitializeAsync();
        return app;
    }

    public async Task InitializeAsync() => Database = await TestDatabase.OfAsync(Provider);

    async Task IAsyncLifetime.DisposeAsync()
    {
        await DisposeAsync();
        await Database.DisposeAsync();
        _folder?.Delete(recursive: true);
    }

    /// <summary>A browser in which that person is signed in, through the sign-in page, with the first request it makes.</summary>
    public HttpClient As(Person person) => CreateDefaultClient(new SignIn(person), new CookieContainerHandler());

    /// <summary>A browser in which nobody is signed in. It follows no redirect, so that a test can see it.</summary>
    public HttpClient Anonymous() => CreateDefaultClient(new CookieContainerHandler());

    /// <summary>A caller that holds a key.</summary>
    public HttpClient With(string key)
    {
        var client = CreateDefaultClient();
        client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        return client;
    }

    public async Task<T> InDbAsync<T>(Func<PanelDb, Task<T>> use)
    {
        await using var scope = Services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<PanelDb>());
    }

    public Task InDbAsync(Func<PanelDb, Task> use) => InDbAsync(async db =>
    {
        await use(db);
        return true;
    });

    /// <summary>Makes a key and waits until the running server knows it.</summary>
    public async Task<string> IssueKeyAsync(KeyType type = KeyType.Server, Action<ApiKey>? change = null)
    {
        var (key, text) = ApiKey.Issue("a test's key", type, Clock.GetUtcNow());
        change?.Invoke(key);
        await InDbAsync(async db =>
        {
            db.Add(key);
            await db.SaveAndRaiseAsync(ChangeTopics.Keys);
            await Services.GetRequiredService<ApiKeyRing>().ReloadAsync(db, CancellationToken.None);
        });
        return text;
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseSetting("ConnectionStrings:Panel", Database.ConnectionString);
        builder.UseSetting("Panel:Audit:Key", TestDatabase.AuditKey);
        builder.UseSetting("Panel:Demo:Assessments", "0");
        builder.UseSetting("Logging:LogLevel:Default", "Warning");
        foreach (var (setting, value) in _settings) builder.UseSetting(setting, value);
        builder.ConfigureTestServices(services =>
        {
            services.AddSingleton<TimeProvider>(Clock);
            // Where the database is no file of ours, what lies beside it would be the same for every test.
            if (Provider == StorageProvider.Postgres) services.AddSingleton(AuditKey.From(TestDatabase.AuditKey, Path.Combine((_folder ??= Directory.CreateTempSubdirectory("panel-beside-")).FullName, "panel")));
            if (!_settings.Keys.Any(k => k.StartsWith(DataOptions.Section, StringComparison.Ordinal))) services.AddSingleton(LoadedData.Shipped);
            services.Configure<PasswordHasherOptions>(hasher => hasher.IterationCount = 10);
        });
    }

    private sealed class SignIn(Person person) : DelegatingHandler
    {
        private bool _done;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (!_done)
            {
                _done = true;
                var page = new Uri(request.RequestUri!, "/account/login");
                using var asked = await base.SendAsync(new HttpRequestMessage(HttpMethod.Get, page), cancellationToken);
                var form = await Form.ReadAsync(asked, "form[method=post]");
                form["Input.Email"] = person.Email;
                form["Input.Password"] = World.Password;
                using var answer = await base.SendAsync(new HttpRequestMessage(HttpMethod.Post, page) { Content = form.Content }, cancellationToken);
                if ((int)answer.StatusCode is not (302 or 303)) throw new InvalidOperationException($"{person} could not sign in: {(int)answer.StatusCode} {await answer.Content.ReadAsStringAsync(cancellationToken)}");
            }
            return await base.SendAsync(request, cancellationToken);
        }
    }
}

/// <summary>The same panel on PostgreSQL. Use it in a class whose tests are <see cref="PostgresFactAttribute"/>.</summary>
public sealed class PostgresPanelApp : PanelApp
{
    protected override StorageProvider Provider => TestDatabase.PostgresServer is null ? StorageProvider.Sqlite : StorageProvider.Postgres;
}
