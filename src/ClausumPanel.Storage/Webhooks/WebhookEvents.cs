using ClausumPanel.Storage.Outbox;

namespace ClausumPanel.Storage.Webhooks;

/// <summary>The catalogue: what the outside can be told of. Source of the names: Clausum documentation, concepts/webhook-events; those of reviews are ours.</summary>
public static class WebhookEvents
{
    public const string Test = "webhook.test";

    private static readonly (OutboxEventType Type, string Name)[] Known =
    [
        (OutboxEventType.TransactionCreated, "transaction.created"), (OutboxEventType.TransactionBlocked, "transaction.blocked"), (OutboxEventType.TransactionSucceeded, "transaction.succeeded"),
        (OutboxEventType.TransactionFailed, "transaction.failed"), (OutboxEventType.FraudDetected, "fraud.detected"), (OutboxEventType.FraudConfirmed, "fraud.confirmed"), (OutboxEventType.CaseCreated, "case.created"),
        (OutboxEventType.CaseUpdated, "case.updated"), (OutboxEventType.DisputeCreated, "dispute.created"), (OutboxEventType.DisputeUpdated, "dispute.updated"), (OutboxEventType.DisputeResolved, "dispute.resolved"),
        (OutboxEventType.ReviewClosed, "review.closed"), (OutboxEventType.ReviewReopened, "review.reopened"),
    ];

    public static readonly IReadOnlyList<string> Names = [.. Known.Select(k => k.Name)];

    public static string Name(this OutboxEventType type) => Array.Find(Known, k => k.Type == type).Name ?? throw new ArgumentOutOfRangeException(nameof(type));

    public static OutboxEventType[] Types(string names)
    {
        ArgumentNullException.ThrowIfNull(names);
        var wanted = names.Split(' ');
        return [.. Known.Where(k => wanted.Contains(k.Name)).Select(k => k.Type)];
    }
}
