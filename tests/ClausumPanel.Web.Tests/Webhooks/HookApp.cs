using System.Collections.Concurrent;
using System.Net;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Webhooks;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Jobs;
using ClausumPanel.Web.Tests.Support;
using ClausumPanel.Web.Webhooks;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClausumPanel.Web.Tests.Webhooks;

/// <summary>The panel, which may call receivers on this machine, and whose names stand for what the test says.</summary>
public sealed class HookApp : PanelApp
{
    public static readonly Actor Ines = new(ActorKind.System, null, "Inés");

    public Names Lookup { get; } = new();

    /// <summary>Everything it logs, however chatty.</summary>
    public ConcurrentQueue<string> Logged { get; } = [];

    /// <summary>Not started: it has no database yet.</summary>
    public static HookApp Make(params (string Setting, string Value)[] settings)
    {
        var app = new HookApp();
        // Whoever is late is tried again by a clock that stands still.
        app.With("Panel:Webhooks:AllowedHosts", "127.0.0.1").With("Panel:Webhooks:Timeout", "00:00:30");
        foreach (var (setting, value) in settings) app.With(setting, value);
        return app;
    }

    public static async Task<HookApp> OpenAsync(params (string Setting, string Value)[] settings)
    {
        var app = Make(settings);
        await app.InitializeAsync();
        await Api.Shop.ReadyAsync(app);
        return app;
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        base.ConfigureWebHost(builder);
        builder.UseSetting("Logging:LogLevel:Default", "Trace");
        builder.ConfigureLogging(logging => logging.ClearProviders().AddProvider(new Keeper(Logged)).SetMinimumLevel(LogLevel.Trace));
        builder.ConfigureTestServices(services => services.AddSingleton<NameLookup>(Lookup));
    }

    public async Task<T> DoAsync<TService, T>(Func<TService, Task<T>> use) where TService : notnull
    {
        await using var scope = Services.CreateAsyncScope();
        return await use(scope.ServiceProvider.GetRequiredService<TService>());
    }

    public async Task<(Guid Id, string Secret)> ListenAsync(string url, string? events = null)
    {
        var (endpoint, secret) = await DoAsync<ChangeWebhooks, (WebhookEndpoint?, string?)>(w => w.AddAsync(url, "", events ?? string.Join(' ', WebhookEvents.Names), Ines, default));
        return (endpoint!.Id, secret!);
    }

    public Task<WebhookEndpoint> EndpointAsync(Guid id) => InDbAsync(db => db.WebhookEndpoints.AsNoTracking().SingleAsync(e => e.Id == id));

    public Task<List<WebhookDelivery>> DeliveriesAsync(Guid id) => InDbAsync(db => db.WebhookDeliveries.AsNoTracking().Where(d => d.EndpointId == id).OrderBy(d => d.Event).ToListAsync());

    public Task SendAsync() => Services.GetRequiredService<DeliverWebhooks>().RunAsync(default);

    /// <summary>Lets the workers work until what is expected is seen.</summary>
    public async Task UntilAsync(Func<Task<bool>> seen, string what)
    {
        var deadline = Environment.TickCount64 + 120_000;
        while (!await seen())
        {
            if (Environment.TickCount64 > deadline) throw new TimeoutException($"Never seen: {what}");
            await SendAsync();
            await Task.Yield();
        }
    }

    public Task UntilAsync(Func<bool> seen, string what) => UntilAsync(() => Task.FromResult(seen()), what);

    private sealed class Keeper(ConcurrentQueue<string> logged) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;
        public bool IsEnabled(LogLevel logLevel) => true;
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => logged.Enqueue($"{logLevel} {formatter(state, exception)} {exception}");
        public void Dispose() { }
    }

    /// <summary>Says what names stand for.</summary>
    public sealed class Names : NameLookup
    {
        public Func<string, IPAddress[]> Answer { get; set; } = _ => [];

        private int _asked;

        public int Asked => Volatile.Read(ref _asked);

        public override Task<IPAddress[]> AddressesAsync(string host, CancellationToken stop)
        {
            Interlocked.Increment(ref _asked);
            return Task.FromResult(Answer(host));
        }
    }
}
