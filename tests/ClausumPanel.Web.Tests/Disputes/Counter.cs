using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Web.Api;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Api;
using ClausumPanel.Web.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace ClausumPanel.Web.Tests.Disputes;

/// <summary>Where payments are made in the past and disputes are opened.</summary>
internal static class Counter
{
    public static readonly Actor Somebody = new(ActorKind.System, null, "test");
    private static readonly System.Collections.Concurrent.ConcurrentDictionary<string, int> Cards = new();
    private static int _number, _card = 1_000;

    /// <summary>A payment so many days ago, by the card, device and address of María, with what the change makes of it.</summary>
    public static async Task<StoredAssessment> PayAsync(PanelApp app, int daysAgo, Action<JsonObject>? change = null, string who = "maria")
    {
        await Shop.ReadyAsync(app);
        var (number, card) = (Interlocked.Increment(ref _number), Cards.GetOrAdd(who, _ => Interlocked.Increment(ref _card)));
        var json = new JsonObject
        {
            ["amount"] = 45_000, ["currency"] = "MXN", ["email"] = $"{who}@compra.example", ["customer_id"] = $"cus_{who}", ["order_id"] = $"ord-{number}", ["payment_id"] = $"pay-{number}",
            ["occurred_at"] = app.Clock.GetUtcNow().AddDays(-daysAgo).UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
            ["payment_method"] = new JsonObject { ["type"] = "card", ["card_bin"] = "415231", ["card_last4"] = card.ToString("D4", CultureInfo.InvariantCulture), ["card_brand"] = "visa", ["card_country"] = "MX" },
            ["device"] = new JsonObject { ["ip"] = $"189.203.{card / 200}.{(card % 200) + 1}", ["fingerprint"] = $"fp_{who}_0123456789abcdef0123" },
            ["metadata"] = new JsonObject { ["product_description"] = $"Pedido {number}", ["goods_type"] = "merchandise", ["descriptor"] = "TIENDA*UNO", ["shipping_address"] = "Av. Reforma 222, Col. Juárez, 06600 Ciudad de México" },
        };
        change?.Invoke(json);
        var call = new AssessCall { KeyType = KeyType.Server };
        var errors = new List<FieldError>();
        Assert.True(AssessRequestReader.TryRead(Encoding.UTF8.GetBytes(json.ToJsonString()), Flow.PayIn, mayImportHistory: true, "comercio", call.Request, errors), string.Join(' ', errors));
        Assert.Equal(AssessStatus.Answered, await app.Services.GetRequiredService<AssessService>().Transaction!.RunAsync(call, CancellationToken.None));
        return await app.InDbAsync(db => db.Set<StoredAssessment>().AsNoTracking().SingleAsync(a => a.PaymentId == $"pay-{number}"));
    }

    public static async Task<Dispute> OpenAsync(PanelApp app, StoredAssessment? payment, Func<DisputeItem, DisputeItem>? change = null)
    {
        var now = app.Clock.GetUtcNow();
        var item = new DisputeItem
        {
            Scheme = CardScheme.Visa, ReasonCode = "10.4", Amount = payment?.Amount ?? 45_000, Currency = payment?.Currency ?? "MXN", TransactionId = payment?.Id.ToString(), ReceivedAt = now.AddDays(-2), RespondBy = now.AddDays(9), Descriptor = "TIENDA*UNO",
        };
        await using var scope = app.Services.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<DisputeDesk>().OpenAsync(change?.Invoke(item) ?? item, Somebody, CancellationToken.None);
    }

    public static async Task FactAsync(PanelApp app, Dispute dispute, FactKind kind, params (string Field, string Value)[] values)
    {
        await using var scope = app.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<ClausumPanel.Storage.PanelDb>();
        var found = await db.Set<Dispute>().SingleAsync(d => d.Id == dispute.Id);
        Assert.NotNull(await scope.ServiceProvider.GetRequiredService<DisputeDesk>().AddFactAsync(found, kind, null, values.ToDictionary(v => v.Field, v => v.Value), null, TimeZoneInfo.Utc, Somebody, CancellationToken.None));
    }

    public static Task<List<AuditEntry>> TrailAsync(PanelApp app, string action) => app.InDbAsync(db => db.AuditEntries.AsNoTracking().Where(e => e.Action == action).OrderByDescending(e => e.Sequence).ToListAsync());
}
