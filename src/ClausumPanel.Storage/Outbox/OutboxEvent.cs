using ClausumPanel.Assess;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Outbox;

/// <summary>The events the outside is told of, numbered as the rows keep them. Source of the names: Clausum documentation, concepts/webhook-events.</summary>
public enum OutboxEventType
{
    /// <summary><c>transaction.created</c></summary>
    TransactionCreated = 1,

    /// <summary><c>transaction.blocked</c>: a hard block, or any declined payout.</summary>
    TransactionBlocked = 2,

    /// <summary><c>fraud.detected</c>: a payment was reported as fraud.</summary>
    FraudDetected = 3,

    /// <summary><c>review.closed</c> (ours): a person, or time, decided for good.</summary>
    ReviewClosed = 4,

    /// <summary><c>review.reopened</c> (ours): that decision was taken back.</summary>
    ReviewReopened = 5,
}

/// <summary>Something to tell the outside, made from the log in its order, each assessment exactly once, and from reports of fraud with the report itself; delivered later, at least once, in order.</summary>
public sealed class OutboxEvent
{
    /// <summary>Order of the happenings.</summary>
    public long Number { get; init; }
    public OutboxEventType Type { get; init; }

    /// <summary>The assessment's place in the log; the payload is made from it on delivery.</summary>
    public long Seq { get; init; }

    /// <summary>Unix milliseconds.</summary>
    public long At { get; init; }

    /// <summary>The row of the ledger that a report of fraud wrote; null where an assessment is told of.</summary>
    public long? Label { get; init; }

    /// <summary>The number of the step in the order of its review: a later one has a larger number, whatever arrives first. Null where no review is told of.</summary>
    public int? ReviewVersion { get; init; }

    /// <summary>What an assessment is to the outside.</summary>
    public static OutboxEventType Of(Flow flow, Decision decision, bool isBlocked) =>
        isBlocked || (flow == Flow.PayOut && decision == Decision.Decline) ? OutboxEventType.TransactionBlocked : OutboxEventType.TransactionCreated;
}

internal sealed class OutboxEventMap : IEntityTypeConfiguration<OutboxEvent>
{
    public void Configure(EntityTypeBuilder<OutboxEvent> builder)
    {
        builder.ToTable("outbox_events");
        builder.HasKey(e => e.Number);
        builder.Property(e => e.Number).ValueGeneratedNever();
        builder.Property(e => e.Type).HasConversion<int>();
    }
}
