using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClausumPanel.Web.Tests.Webhooks;

/// <summary>A shop's receiver of webhooks: a server of its own on a port of its own, which does what the test says.</summary>
public sealed class Receiver : IAsyncDisposable
{
    private WebApplication _app = null!;
    private int _came;

    public ConcurrentQueue<Received> Calls { get; } = [];

    /// <summary>Calls that came, answered or not.</summary>
    public int Came => Volatile.Read(ref _came);

    public Func<HttpContext, Task> Answer { get; set; } = static context =>
    {
        context.Response.StatusCode = 200;
        return context.Response.WriteAsync("ok");
    };

    public int Port { get; private set; }
    public string Url => $"http://127.0.0.1:{Port}/hooks";

    public static async Task<Receiver> StartAsync(int port = 0)
    {
        var receiver = new Receiver();
        await receiver.OpenAsync(port);
        return receiver;
    }

    /// <summary>It dies.</summary>
    public async Task CloseAsync()
    {
        // Whoever still hangs on it is cut off.
        using var soon = new CancellationTokenSource(TimeSpan.FromMilliseconds(100));
        try
        {
            await _app.StopAsync(soon.Token);
        }
        catch (OperationCanceledException)
        {
            // They were.
        }
        await _app.DisposeAsync();
    }

    public async Task OpenAsync(int port)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, port));
        _app = builder.Build();
        _app.Run(async context =>
        {
            Interlocked.Increment(ref _came);
            using var reader = new StreamReader(context.Request.Body);
            var body = await reader.ReadToEndAsync();
            await Answer(context);
            Calls.Enqueue(new Received(context.Request.Path, context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase), body, context.Response.StatusCode));
        });
        await _app.StartAsync();
        Port = new Uri(_app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First()).Port;
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await CloseAsync();
        }
        catch (ObjectDisposedException)
        {
            // It had died.
        }
    }
}

public sealed record Received(string Path, IReadOnlyDictionary<string, string> Headers, string Body, int Status)
{
    private JsonElement? _json;

    public JsonElement Json => _json ??= JsonDocument.Parse(Body).RootElement;
    public string Event => Json.GetProperty("event").GetString()!;
    public JsonElement Data => Json.GetProperty("data");

    /// <summary>As the documentation tells receivers to check it.</summary>
    public bool IsSignedWith(string secret)
    {
        var parts = Headers["X-Clausum-Signature"].Split(',').Select(p => p.Split('=', 2)).ToList();
        var at = parts.Single(p => p[0] == "t")[1];
        var hash = Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{at}.{Body}")));
        return parts.Exists(p => p[0] == "v1" && p[1] == hash);
    }
}
