using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Demo;

/// <summary>
/// What the demo's payments turned out to be, told as late as it is told in the field: the attacks mostly reported within days or charged back, some customers confirmed, a few sources at odds,
/// a few words taken back. Most payments have no label, as everywhere.
/// </summary>
internal sealed class DemoLabels(int seed, DateTimeOffset now)
{
    private const int AtOnce = 100;
    private readonly Random _random = new(seed);
    private readonly List<NewLabel> _labels = [];
    private readonly List<NewLabel> _mistakes = [];
    private readonly List<(Guid Id, FraudReason Reason)> _reports = [];
    private HashSet<long> _reviewed = [];

    /// <param name="requests">The month, as it was sent.</param>
    /// <param name="services">Of a scope of its own.</param>
    /// <param name="keyId">The demo's key.</param>
    /// <param name="stop">Ends it early.</param>
    public async Task WriteAsync(IReadOnlyList<DemoRequest> requests, IServiceProvider services, Guid? keyId, CancellationToken stop)
    {
        var stories = new Dictionary<string, (DemoStory Story, string? Brand)>(requests.Count);
        foreach (var request in requests)
        {
            using var json = JsonDocument.Parse(request.Json);
            var brand = json.RootElement.TryGetProperty("payment_method", out var method) && method.TryGetProperty("card_brand", out var named) ? named.GetString() : null;
            stories[json.RootElement.GetProperty("payment_id").GetString()!] = (request.Story, brand);
        }
        var db = services.GetRequiredService<PanelDb>();
        var stored = await db.Set<StoredAssessment>().AsNoTracking().OrderBy(a => a.Seq).Select(a => new Payment(a.Seq, a.Id, a.At, a.PaymentId, a.Amount, a.Currency)).ToListAsync(stop);
        _reviewed = (await db.Set<Review>().Select(r => r.Seq).ToListAsync(stop)).ToHashSet();
        foreach (var payment in stored)
            if (payment.PaymentId is not null && stories.TryGetValue(payment.PaymentId, out var told)) Tell(told.Story, told.Brand, payment);
        var record = services.GetRequiredService<RecordLabels>();
        var actor = new Actor(ActorKind.System, null, "demo");
        foreach (var part in _labels.Chunk(AtOnce)) await record.AddAsync(part, LabelChannel.Demo, actor, new { Channel = LabelChannel.Demo.Word(), Stored = part.Length }, stop);
        foreach (var written in await record.AddAsync(_mistakes, LabelChannel.Demo, actor, new { Channel = LabelChannel.Demo.Word(), Stored = _mistakes.Count }, stop))
            await record.ReverseAsync(written.Row.Id, "Reportado por error: se trataba de otro pedido", LabelChannel.Demo, actor, stop, Later(written.Row.KnownAt, 4, 30) ?? now);
        var report = services.GetRequiredService<ReportFraud>();
        foreach (var (id, reason) in _reports.TakeLast(4)) await report.RunAsync(new FraudClaim(reason) { TransactionId = id.ToString(), Description = "El titular de la tarjeta llamó: no reconoce el cargo." }, actor, keyId, null, default, stop);
    }

    private void Tell(DemoStory story, string? brand, Payment payment)
    {
        switch (story)
        {
            case DemoStory.CardTesting:
                if (Chance(0.12)) _reports.Add((payment.Id, FraudReason.CardTesting));
                else if (Chance(0.85)) Say(payment, LabelOutcome.Fraud, LabelSource.FraudReport, "card_testing", 3, 40);
                if (Chance(0.2)) Say(payment, LabelOutcome.Fraud, LabelSource.Chargeback, Code(brand), 60, 140);
                break;
            case DemoStory.AccountTakeover:
                Say(payment, LabelOutcome.Fraud, LabelSource.FraudReport, "account_takeover", 6, 60);
                if (Chance(0.5)) Say(payment, LabelOutcome.Fraud, LabelSource.Chargeback, Code(brand), 96, 300);
                break;
            case DemoStory.DisposableRing:
                if (Chance(0.7)) Say(payment, LabelOutcome.Fraud, LabelSource.Analyst, "linked_to_fraud", 20, 90);
                break;
            case DemoStory.FriendlyFraud:
                Say(payment, LabelOutcome.Fraud, LabelSource.Chargeback, Code(brand), 100, 260);
                if (Chance(0.6)) Say(payment, LabelOutcome.Good, LabelSource.Analyst, null, 1, 30);       // the analyst believes the delivery note
                break;
            case DemoStory.PayoutMule:
                if (Chance(0.8)) Say(payment, LabelOutcome.Fraud, LabelSource.FraudReport, "identity_theft", 10, 80);
                break;
            case DemoStory.Listed:
                if (Chance(0.5)) Say(payment, LabelOutcome.Fraud, LabelSource.Analyst, null, 4, 40);
                break;
            case DemoStory.Doubtful: break;
            // Somebody doubted them, and for a few of those that were let through the doubt was right.
            case DemoStory.Returning or DemoStory.Newcomer when _reviewed.Contains(payment.Seq) && Chance(0.2): Say(payment, LabelOutcome.Fraud, LabelSource.Chargeback, Code(brand), 120, 300); break;
            default:
                if (Chance(0.035)) Say(payment, LabelOutcome.Good, LabelSource.Customer, null, 2, 72);
                else if (Chance(0.015)) Say(payment, LabelOutcome.Good, LabelSource.Analyst, null, 1, 24);
                else if (Chance(0.003)) Say(payment, LabelOutcome.Fraud, LabelSource.Chargeback, Code(brand), 120, 500);
                else if (Chance(0.002) && Later(payment.Instant, 5, 50) is { } known) _mistakes.Add(Label(payment, LabelOutcome.Fraud, LabelSource.FraudReport, "other", known));
                break;
        }
    }

    /// <summary>What the bank calls a fraud without the card there: each scheme has its own code for it.</summary>
    private static string? Code(string? brand) => brand switch
    {
        "visa" => "10.4",
        "mastercard" => "4837",
        "amex" => "F29",
        _ => null,
    };

    /// <summary>Said some hours after the payment; what would be said after now is not said yet.</summary>
    private void Say(Payment payment, LabelOutcome outcome, LabelSource source, string? reason, int fromHours, int toHours)
    {
        var later = Later(payment.Instant, fromHours, toHours);
        // What an analyst says of a payment that waited, the decision says.
        if (source == LabelSource.Analyst && _reviewed.Contains(payment.Seq)) return;
        if (later is { } known) _labels.Add(Label(payment, outcome, source, reason, known));
    }

    private static NewLabel Label(Payment payment, LabelOutcome outcome, LabelSource source, string? reason, DateTimeOffset known) => new(payment.Seq, payment.At, outcome, source)
    {
        Reason = reason, KnownAt = known, EventAt = known, Amount = source == LabelSource.Customer ? null : payment.Amount, Currency = source == LabelSource.Customer ? null : payment.Currency,
        Reference = source == LabelSource.Chargeback ? $"CB-{payment.Seq:D6}" : null,
    };

    private DateTimeOffset? Later(DateTimeOffset from, int fromHours, int toHours) => from.AddHours(fromHours + (_random.NextDouble() * (toHours - fromHours))) is var at && at <= now ? at : null;

    private bool Chance(double probability) => _random.NextDouble() < probability;

    private sealed record Payment(long Seq, Guid Id, long At, string? PaymentId, long Amount, string Currency)
    {
        public DateTimeOffset Instant => DateTimeOffset.FromUnixTimeMilliseconds(At);
    }
}
