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

    /// <summary><c>fraud.confirmed</c>: the team submitted the case of a report.</summary>
    FraudConfirmed = 6,

    /// <summary><c>transaction.succeeded</c>: the provider took the money.</summary>
    TransactionSucceeded = 7,

    /// <summary><c>transaction.failed</c>: the provider did not.</summary>
    TransactionFailed = 8,

    /// <summary><c>case.created</c></summary>
    CaseCreated = 10,

    /// <summary><c>case.updated</c>: its status or its fields changed.</summary>
    CaseUpdated = 11,

    /// <summary><c>dispute.created</c></summary>
    DisputeCreated = 20,

    /// <summary><c>dispute.updated</c>: it was changed, answered, or came back.</summary>
    DisputeUpdated = 21,

    /// <summary><c>dispute.resolved</c>: it has an outcome.</summary>
    DisputeResolved = 22,
}

/// <summary>Something to tell the outside, made from the log in its order, each assessment exactly once, and from reports of fraud with the report itself; delivered later, at least once, in order.</summary>
public sealed class OutboxEvent
{
    /// <summary>Order of the happenings.</summary>
    public long Number { get; init; }
    public OutboxEventType Type { get; init; }

    /// <summary>The assessment's place in the log; the payload is made from it on delivery. Zero where none is told of.</summary>
    public long Seq { get; init; }

    /// <summary>Unix milliseconds.</summary>
    public long At { get; init; }

    /// <summary>The row of the ledger that a report of fraud wrote; null where an assessment is told of.</summary>
    public long? Label { get; init; }

    /// <summary>The number of the step in the order of its review: a later one has a larger number, whatever arrives first. Null where no review is told of.</summary>
    public int? ReviewVersion { get; init; }

    /// <summary>The case that is told of, or that the report opened; null where there is none.</summary>
    public Guid? CaseId { get; init; }

    /// <summary>The case's version after the change: a later one has a larger number, whatever arrives first.</summary>
    public int? CaseVersion { get; init; }

    /// <summary>The dispute that is told of; null where there is none.</summary>
    public Guid? DisputeId { get; init; }

    /// <summary>What it was before, where the event changed it: a status as the wire spells it.</summary>
    public string? Before { get; init; }

    /// <summary>What it is with the event.</summary>
    public string? After { get; init; }

    /// <summary>What an assessment is to the outside.</summary>
    public static OutboxEventType Of(Flow flow, Decision decision, bool isBlocked) =>
        isBlocked || (flow == Flow.PayOut && decision == Decision.Decline) ? OutboxEventType.TransactionBlocked : OutboxEventType.TransactionCreated;
}

/// <summary>Numbers for events that are written beside the log.</summary>
public static class OutboxNumbers
{
    /// <summary>Inside a transaction: from here on nobody else numbers events, or writes labels.</summary>
    /// <returns>The next number.</returns>
    public static async Task<long> NextEventAsync(this PanelDb db, CancellationToken stop)
    {
        ArgumentNullException.ThrowIfNull(db);
        await db.LockLabelsAsync(stop);
        return (await db.Set<OutboxEvent>().MaxAsync(e => (long?)e.Number, stop) ?? 0) + 1;
    }
}

internal sealed class OutboxEventMap : IEntityTypeConfiguration<OutboxEvent>
{
    public void Configure(EntityTypeBuilder<OutboxEvent> builder)
    {
        builder.ToTable("outbox_events");
        builder.HasKey(e => e.Number);
        builder.Property(e => e.Number).ValueGeneratedNever();
        builder.Property(e => e.Type).HasConversion<int>();
        builder.Property(e => e.Before).HasMaxLength(40);
        builder.Property(e => e.After).HasMaxLength(40);
    }
}
