using System.Text.Json;
using BenchmarkDotNet.Attributes;
using ClausumPanel.Assess;
using ClausumPanel.Bench.Measure;
using ClausumPanel.Web.Api;
using ClausumPanel.Web.Enrichment;

namespace ClausumPanel.Bench.Micro;

/// <summary>Facts from a request and the reference data, over many payers, so that what is remembered of recent ones helps no more than it does in service.</summary>
public class Enriching
{
    private readonly Enricher _enricher = new(ReferenceData.Load(new DataOptions()));
    private readonly AssessRequest[] _requests = Ordinary(20_000);
    private readonly Facts _facts = new();
    private int _next;

    [Benchmark]
    public void Fill()
    {
        _facts.Clear();
        _enricher.Fill(_requests[_next++ % _requests.Length], _facts, new DateTimeOffset(2026, 11, 24, 12, 0, 0, TimeSpan.Zero));
    }

    internal static AssessRequest[] Ordinary(int count)
    {
        var traffic = new Traffic(80, "key");
        return [.. Enumerable.Range(0, count).Select(_ =>
        {
            traffic.Next();
            var read = JsonSerializer.Deserialize(traffic.Body.Span, BoundJson.Default.BoundRequest)!;
            return new AssessRequest
            {
                Flow = Flow.PayIn, Amount = (long)read.Amount, Currency = "MXN", TransactionType = read.TransactionType, Email = read.Email, Phone = read.Phone,
                CustomerId = read.CustomerId, OrderId = read.OrderId, PaymentId = read.PaymentId, PaymentMethod = read.PaymentMethod!.Type, CardBin = read.PaymentMethod.CardBin,
                CardLast4 = read.PaymentMethod.CardLast4, CardCountry = read.PaymentMethod.CardCountry, CardBrand = read.PaymentMethod.CardBrand, Ip = read.Device!.Ip,
                Fingerprint = read.Device.Fingerprint, UserAgent = read.Device.UserAgent, Timezone = read.Device.Timezone, SessionDuration = (double)read.Behavior!.SessionDurationMs!,
                MouseMovements = (double)read.Behavior.MouseMovements!, CopyPasteEvents = 0, BillingCountry = "MX", BillingCity = "CDMX", BillingPostalCode = read.Billing!.PostalCode, Channel = "web",
            };
        })];
    }
}
