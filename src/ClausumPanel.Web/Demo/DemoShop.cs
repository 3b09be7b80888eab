using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Settings;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Demo;

/// <summary>A shop to look at, in Development only: its page asks with a checkout key, its backend over the wire with a server key, as any shop would. Both keys are of this run and replaced by the next.</summary>
internal sealed class DemoShop(IServiceScopeFactory scopes, ApiKeyRing ring, IHttpClientFactory clients, TimeProvider clock) : IDisposable
{
    private const string PageKeyName = "Página de la tienda de demostración", BackendKeyName = "Servidor de la tienda de demostración";

    private readonly SemaphoreSlim _one = new(1);
    private readonly Dictionary<string, (string Page, string Backend)> _keys = [];

    /// <summary>The keys for a shop that is seen at this origin.</summary>
    public async Task<(string Page, string Backend)> KeysAsync(string origin, CancellationToken stop)
    {
        await _one.WaitAsync(stop);
        try
        {
            if (_keys.TryGetValue(origin, out var known)) return known;
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<PanelDb>();
            var now = clock.GetUtcNow();
            if (_keys.Count == 0)
            {
                foreach (var old in await db.ApiKeys.Where(k => (k.Name == PageKeyName || k.Name == BackendKeyName) && k.RevokedAt == null).ToListAsync(stop))
                {
                    old.Revoke(null, now);
                    db.Audit(Actor.System, AuditActions.KeyRevoked, now, "key", old.Id.ToString(), before: old.Summary);
                }
            }
            var (page, pageText) = ApiKey.Issue(PageKeyName, KeyType.Checkout, now);
            page.AllowedOrigins = origin;
            var (backend, backendText) = ApiKey.Issue(BackendKeyName, KeyType.Server, now);
            backend.Permissions = KeyPermissions.Assess;
            foreach (var key in new[] { page, backend })
            {
                db.Add(key);
                db.Audit(Actor.System, AuditActions.KeyCreated, now, "key", key.Id.ToString(), after: key.Summary);
            }
            await db.SaveAndRaiseAsync(ChangeTopics.Keys, stop);
            await ring.ReloadAsync(db, stop);
            return _keys[origin] = (pageText, backendText);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>What the shop's backend does when somebody pays: it asks, with what it knows itself and the session that the page named.</summary>
    public async Task<JsonDocument> PayAsync(string origin, string email, long minor, string? session, string? address, CancellationToken stop)
    {
        var (_, key) = await KeysAsync(origin, stop);
        using var client = clients.CreateClient();
        client.Timeout = TimeSpan.FromSeconds(5);
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(new Uri(origin), "/api/v1/assess"));
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        request.Headers.Add("Idempotency-Key", Guid.NewGuid().ToString());
        var body = new Dictionary<string, object?>
        {
            ["amount"] = minor, ["currency"] = "MXN", ["transaction_type"] = "payment", ["email"] = email, ["order_id"] = $"demo-{clock.GetUtcNow().ToUnixTimeMilliseconds()}",
            ["session_id"] = string.IsNullOrWhiteSpace(session) ? null : session, ["device"] = address is null ? null : new { ip = address }, ["metadata"] = new { channel = "tienda de demostración" },
        };
        request.Content = new StringContent(JsonSerializer.Serialize(body.Where(m => m.Value is not null).ToDictionary()), Encoding.UTF8, "application/json");
        using var answer = await client.SendAsync(request, stop);
        return await JsonDocument.ParseAsync(await answer.Content.ReadAsStreamAsync(stop), cancellationToken: stop);
    }

    public void Dispose() => _one.Dispose();
}
