using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Webhooks;

/// <summary>Numbered as the rows keep them.</summary>
public enum DeliveryState
{
    /// <summary>Until <see cref="WebhookDelivery.NextAt"/>.</summary>
    Waiting = 0,

    /// <summary>Somebody is at it until <see cref="WebhookDelivery.ClaimedUntil"/>; after that it is anybody's again.</summary>
    Sending = 1,
    Delivered = 2,

    /// <summary>Nobody tries any more, unless it is asked for.</summary>
    Failed = 3,
}

/// <summary>One event on its way to one endpoint.</summary>
public sealed class WebhookDelivery
{
    public const int LongestSubject = 60, LongestName = 40;

    public Guid Id { get; init; } = Guid.CreateVersion7();
    public Guid EndpointId { get; init; }

    /// <summary>The event's number in the outbox; null for a test.</summary>
    public long? Event { get; init; }

    /// <summary>As the wire spells it: <c>case.updated</c>.</summary>
    public required string Name { get; init; }

    /// <summary>What it tells of, <c>case:0199…</c>: of one thing, the earlier event goes first.</summary>
    public required string Subject { get; init; }

    /// <summary>The order of the events of one object: a later one has a larger number.</summary>
    public long Sequence { get; init; }

    /// <summary>When the event happened, Unix milliseconds.</summary>
    public long At { get; init; }

    /// <summary>What is sent, the same with every attempt; null once it was dropped for its age.</summary>
    public string? Body { get; set; }
    public DeliveryState State { get; set; }

    /// <summary>How often it was tried since it was last asked for.</summary>
    public int Attempts { get; set; }

    /// <summary>When the first of these attempts was, Unix milliseconds.</summary>
    public long? FirstTriedAt { get; set; }

    /// <summary>Unix milliseconds.</summary>
    public long NextAt { get; set; }
    public Guid? Claim { get; set; }

    /// <summary>Unix milliseconds.</summary>
    public long? ClaimedUntil { get; set; }

    /// <summary>When it was delivered or given up, Unix milliseconds.</summary>
    public long? EndedAt { get; set; }

    /// <summary>How often a person asked for it again.</summary>
    public int Replays { get; set; }

    /// <summary>Of the last attempt.</summary>
    public int? Status { get; set; }
    public string? Error { get; set; }

    public bool IsTest => Event is null;
}

/// <summary>One attempt, as it went. Written once.</summary>
public sealed class WebhookAttempt
{
    public const int MostResponse = 4_096, LongestError = 40, LongestHeader = 600;

    public Guid Id { get; init; } = Guid.CreateVersion7();
    public Guid DeliveryId { get; init; }

    /// <summary>Unix milliseconds.</summary>
    public long At { get; init; }
    public int Milliseconds { get; init; }

    /// <summary>Null when no answer came.</summary>
    public int? Status { get; init; }

    /// <summary>What was wrong: <c>timeout</c>, <c>refused_address</c>, <c>redirect</c> …; null for a success.</summary>
    public string? Error { get; init; }

    /// <summary>The beginning of the answer's body; null once it was dropped for its age.</summary>
    public string? Response { get; set; }

    /// <summary>The answer was longer than what is kept.</summary>
    public bool IsCut { get; init; }

    /// <summary>The moment it was signed with, Unix seconds.</summary>
    public long SignedAt { get; init; }
}

internal sealed class WebhookDeliveryMap : IEntityTypeConfiguration<WebhookDelivery>, IEntityTypeConfiguration<WebhookAttempt>
{
    public void Configure(EntityTypeBuilder<WebhookDelivery> builder)
    {
        builder.ToTable("webhook_deliveries");
        builder.HasKey(d => d.Id);
        builder.Property(d => d.Name).HasMaxLength(WebhookDelivery.LongestName);
        builder.Property(d => d.Subject).HasMaxLength(WebhookDelivery.LongestSubject);
        builder.Property(d => d.State).HasConversion<int>();
        builder.Property(d => d.Error).HasMaxLength(WebhookAttempt.LongestError);
        builder.Ignore(d => d.IsTest);
        builder.HasOne<WebhookEndpoint>().WithMany().HasForeignKey(d => d.EndpointId).OnDelete(DeleteBehavior.Restrict);
        // Once for each endpoint, whoever fans out; tests have no number.
        builder.HasIndex(d => new { d.EndpointId, d.Event }).IsUnique();
        builder.HasIndex(d => new { d.EndpointId, d.State, d.NextAt });
        builder.HasIndex(d => new { d.EndpointId, d.Subject, d.Event });
        builder.HasIndex(d => new { d.EndpointId, d.Id });
        builder.HasIndex(d => d.EndedAt);
        builder.HasIndex(d => d.EndedAt, "webhook_deliveries_with_body").HasFilter("body IS NOT NULL");
    }

    public void Configure(EntityTypeBuilder<WebhookAttempt> builder)
    {
        builder.ToTable("webhook_attempts");
        builder.HasKey(a => a.Id);
        builder.Property(a => a.Error).HasMaxLength(WebhookAttempt.LongestError);
        builder.HasOne<WebhookDelivery>().WithMany().HasForeignKey(a => a.DeliveryId).OnDelete(DeleteBehavior.Cascade);
        builder.HasIndex(a => new { a.DeliveryId, a.At });
        builder.HasIndex(a => a.At).HasFilter("response IS NOT NULL");
    }
}
