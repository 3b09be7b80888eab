using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;

namespace ClausumPanel.Bench;

/// <summary>The bound: the least an HTTP service in this runtime can do with such a request. It reads every documented field and answers a constant; it decides and stores nothing.</summary>
internal static class Bound
{
    private static readonly byte[] Answer = """
        {"decision":"review","risk_score":35,"signals":["new_device","amount_outlier"],"signal_details":[{"code":"new_device","weight":15,"description":"First payment of this payer from this device"},{"code":"amount_outlier","weight":20,"description":"8,420.00 MXN is 3.4 deviations above this payer's mean of 1,210.00 MXN"}],"session_id":"ps_1716998400000_a1b2c3d4e","blocked_by":null,"latency_ms":1,"assessment_id":"0199f0c2-7d1b-7c3e-9a55-3f1f6f0e2d11","policy_version":1,"flow":"payin","order_id":"ord-0000000001","payment_id":"pay-0000000001","idempotency_key":null,"field_warnings":[]}
        """u8.ToArray();

    public static void Run(Arguments arguments)
    {
        var builder = WebApplication.CreateSlimBuilder(["--hostBuilder:reloadConfigOnChange=false"]);
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls($"http://127.0.0.1:{arguments.Number("port", 5800)}");
        var app = builder.Build();
        app.MapPost("/api/v1/assess", async context =>
        {
            var request = await JsonSerializer.DeserializeAsync(context.Request.BodyReader, BoundJson.Default.BoundRequest, context.RequestAborted);
            context.Response.StatusCode = request is { Amount: >= 0, Currency.Length: 3 } ? 200 : 400;
            context.Response.ContentType = "application/json";
            context.Response.ContentLength = Answer.Length;
            await context.Response.BodyWriter.WriteAsync(Answer);
        });
        app.Run();
    }
}

internal sealed record BoundRequest(
    decimal Amount, string? AmountUnit, string? Currency, string? TransactionType, string? SessionId, string? Email, string? Phone, string? CustomerId, string? OrderId, string? PaymentId,
    string? IdempotencyKey, string? SubmerchantId, BoundPaymentMethod? PaymentMethod, BoundDevice? Device, BoundBehavior? Behavior, BoundBilling? Billing, Dictionary<string, JsonElement>? Metadata);

internal sealed record BoundPaymentMethod(string? Type, string? CardBin, string? CardLast4, string? CardCountry, string? CardBrand);

internal sealed record BoundDevice(string? Ip, string? Fingerprint, string? UserAgent, string? Timezone);

internal sealed record BoundBehavior(long? SessionDurationMs, long? MouseMovements, long? CopyPasteEvents);

internal sealed record BoundBilling(string? Country, string? City, string? PostalCode);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(BoundRequest))]
internal sealed partial class BoundJson : JsonSerializerContext;
