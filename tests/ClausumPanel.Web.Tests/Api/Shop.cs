using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Support;
using Microsoft.AspNetCore.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace ClausumPanel.Web.Tests.Api;

/// <summary>The panel with everything it logs kept, however chatty.</summary>
public sealed class ApiApp : PanelApp
{
    public ConcurrentQueue<string> Logged { get; } = [];

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        base.ConfigureWebHost(builder);
        builder.UseSetting("Logging:LogLevel:Default", "Trace");
        builder.ConfigureLogging(logging => logging.ClearProviders().AddProvider(new Keeper(Logged)).SetMinimumLevel(LogLevel.Trace));
    }

    private sealed class Keeper(ConcurrentQueue<string> logged) : ILoggerProvider, ILogger
    {
        public ILogger CreateLogger(string categoryName) => this;
        public bool IsEnabled(LogLevel logLevel) => true;
        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;
        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => logged.Enqueue($"{logLevel} {formatter(state, exception)} {exception}");
        public void Dispose() { }
    }
}

/// <summary>A shop's backend (or its page, with a checkout key): calls the API as integrators do.</summary>
public sealed class Shop(PanelApp app, HttpClient client)
{
    public const string Minimum = """{"amount":15000,"currency":"MXN"}""";

    public const string Full = """
        {
          "amount": 15000, "amount_unit": "minor", "currency": "MXN", "transaction_type": "payment", "session_id": "ps_1716998400000_a1b2c3d4e",
          "email": "maria.gonzalez@example.mx", "phone": "+5215512345678", "customer_id": "cus_42", "order_id": "ord-9912", "payment_id": "pay-1", "idempotency_key": "ord-9912-attempt-1",
          "submerchant_id": "sub_7",
          "payment_method": {"type":"card","card_bin":"411111","card_last4":"4242","card_country":"MX","card_brand":"visa","card_hash":"9f86d081884c7d65"},
          "device": {"ip":"189.203.10.7","fingerprint":"fp_9a8b7c6d","user_agent":"Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1","timezone":"America/Mexico_City"},
          "behavior": {"session_duration_ms":18230,"mouse_movements":142,"keyboard_events":31,"touch_events":12,"copy_paste_events":0},
          "billing": {"country":"MX","city":"CDMX","postal_code":"06600"}, "shipping": {"country":"MX"},
          "metadata": {"order_id":"ord-9912","channel":"web","cart":["a","b"],"nested":{"x":1}}
        }
        """;

    public const string Payout = """
        {
          "amount": 250000.50, "amount_unit": "major", "currency": "MXN", "transaction_type": "payout", "idempotency_key": "po-77",
          "beneficiary": {"id":"ben_123","name":"Juana Pérez","country":"MX","clabe":"032180000118359719","account_hash":"ab12","swift_bic":"BNMXMXMM"},
          "origin": {"account_id":"acct_orig_01","country":"MX"},
          "payout": {"rail":"spei","channel":"api","first_to_beneficiary":true,"initiated_by":"tesoreria@tienda.example"}
        }
        """;

    public HttpClient Client { get; } = client;

    /// <summary>With a key of its own that may call as often as it likes, unless said otherwise.</summary>
    public static async Task<Shop> OpenAsync(PanelApp app, KeyType type = KeyType.Server, Action<ApiKey>? change = null)
    {
        await ReadyAsync(app);
        return new Shop(app, app.With(await app.IssueKeyAsync(type, key =>
        {
            key.PerMinute = 1_000_000;
            change?.Invoke(key);
        })));
    }

    public static async Task ReadyAsync(PanelApp app) => await app.Services.GetRequiredService<AssessService>().Ready.WaitAsync(TimeSpan.FromSeconds(30));

    public Task<Answer> AssessAsync(string body, params (string Name, string Value)[] headers) => PostAsync("/api/v1/assess", Encoding.UTF8.GetBytes(body), "application/json", headers);

    public Task<Answer> PayoutAsync(string body, params (string Name, string Value)[] headers) => PostAsync("/api/v1/assess/payout", Encoding.UTF8.GetBytes(body), "application/json", headers);

    public async Task<Answer> PostAsync(string path, byte[] body, string? contentType, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(body) };
        if (contentType is not null) request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        foreach (var (name, value) in headers) request.Headers.TryAddWithoutValidation(name, value);
        return await Answer.OfAsync(await Client.SendAsync(request));
    }

    /// <summary>A request with something changed: the path <c>device.ip</c> set to that JSON.</summary>
    public static string With(string body, string path, string json)
    {
        var root = JsonNode.Parse(body)!.AsObject();
        var at = root;
        var names = path.Split('.');
        foreach (var name in names[..^1])
        {
            if (at[name] is not JsonObject) at[name] = new JsonObject();
            at = at[name]!.AsObject();
        }
        // Put in as text, since what is put in need not be a document by itself (a number of forty digits).
        at[names[^1]] = "¤";
        return root.ToJsonString(new JsonSerializerOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }).Replace("\"¤\"", json, StringComparison.Ordinal);
    }

    public Task<Answer> ReleaseAsync(string body) => PostAsync("/api/v1/assess/release", Encoding.UTF8.GetBytes(body), "application/json");

    public Task<StoredAssessment> LastAsync() => app.InDbAsync(db => db.Set<StoredAssessment>().AsNoTracking().OrderByDescending(a => a.Seq).FirstAsync());

    public Task<int> StoredAsync() => app.InDbAsync(db => db.Set<StoredAssessment>().CountAsync());
}

/// <summary>What came back.</summary>
public sealed record Answer(HttpStatusCode Status, string Text, HttpResponseHeaders Headers, string? ContentType)
{
    private JsonElement? _json;

    public JsonElement Json => _json ??= JsonDocument.Parse(Text).RootElement;
    public int Code => (int)Status;
    public string? Decision => Json.GetProperty("decision").GetString();
    public int Score => Json.GetProperty("risk_score").GetInt32();
    public string Id => Json.GetProperty("assessment_id").GetString()!;
    public string? Problem => Json.GetProperty("error").GetProperty("code").GetString();
    public string[] Signals => [.. Json.GetProperty("signals").EnumerateArray().Select(s => s.GetString()!)];
    public string[] Warnings => Json.TryGetProperty("field_warnings", out var warnings) ? [.. warnings.EnumerateArray().Select(w => w.GetString()!)] : [];

    /// <summary>Every complaint: "device.ip format".</summary>
    public string[] Complaints => [.. Json.GetProperty("error").GetProperty("details").GetProperty("fields").EnumerateArray().Select(f => $"{f.GetProperty("field").GetString()} {f.GetProperty("code").GetString()}")];

    public string? Header(string name) => Headers.TryGetValues(name, out var values) ? string.Join(", ", values) : null;

    public static async Task<Answer> OfAsync(HttpResponseMessage message)
    {
        using (message)
            return new Answer(message.StatusCode, await message.Content.ReadAsStringAsync(), message.Headers, message.Content.Headers.ContentType?.ToString());
    }

    /// <summary>It is the one body of every failure, and says what it should.</summary>
    public Answer MustRefuse(int status, string code)
    {
        Assert.True(Code == status, $"{Code} instead of {status}: {Text}");
        Assert.Equal("application/problem+json; charset=utf-8", ContentType);
        var error = Json.GetProperty("error");
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.Equal(status, Json.GetProperty("status").GetInt32());
        Assert.False(string.IsNullOrWhiteSpace(error.GetProperty("message").GetString()));
        Assert.Equal(JsonValueKind.Object, error.GetProperty("details").ValueKind);
        Assert.Equal($"/docs/api#{code.ToLowerInvariant().Replace('_', '-')}", Json.GetProperty("type").GetString());
        Assert.DoesNotContain("Exception", Text, StringComparison.Ordinal);
        Assert.DoesNotContain("SELECT", Text, StringComparison.Ordinal);
        return this;
    }

    public override string ToString() => $"{Code} {Text}";

    public Answer MustBe(int code)
    {
        Assert.True(Code == code, $"{Code} instead of {code}: {Text}");
        return this;
    }

    public Answer MustBeGood()
    {
        Assert.True(Code == 200, $"{Code}: {Text}");
        return this;
    }
}
