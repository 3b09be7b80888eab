using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Inbound;

public enum EventSource { Ingest, Stripe }

/// <summary>Numbered as the rows keep them.</summary>
public enum ReceivedState
{
    Waiting = 0, Processed = 1,

    /// <summary>It could not be processed; a person can ask for it again.</summary>
    Failed = 2,
}

/// <summary>What an event rule, or the table of a provider, did.</summary>
public enum EventAction
{
    /// <summary>Stored, and nothing else.</summary>
    None = 0,
    CreateCase = 1, CreateAlert = 2, FlagReview = 3, Ignore = 4,

    /// <summary>What the table of the provider's events says.</summary>
    Provider = 5,

    /// <summary>The payer whose payment was challenged passed the challenge, or did not.</summary>
    ChallengePassed = 6, ChallengeFailed = 7,
}

/// <summary>Something the outside told us, kept as it came (card numbers masked), processed once.</summary>
public sealed class ReceivedEvent
{
    public const int LongestType = 100, LongestExternalId = 200, LongestOutcome = 400, LongestSender = 40, MostTries = 8;

    public Guid Id { get; init; } = Guid.CreateVersion7();
    public EventSource Source { get; init; }

    /// <summary>Who numbers its events: the ingest key, or the provider. What two of them call alike is not the same.</summary>
    public required string Sender { get; init; }
    public required string Type { get; init; }

    /// <summary>The sender's own number of it; the same one, of the same type, from the same sender, is the same event. Null: nobody can tell.</summary>
    public string? ExternalId { get; init; }
    public required string Body { get; init; }
    public DateTimeOffset ReceivedAt { get; init; }

    /// <summary>The key it came with.</summary>
    public Guid? KeyId { get; init; }
    public ReceivedState State { get; set; }
    public EventAction Action { get; set; }

    /// <summary>The name of the rule that took it, as it was then.</summary>
    public string? Rule { get; set; }

    /// <summary>What came of it, a code and its values: <c>case_opened CLM-…</c>.</summary>
    public string? Outcome { get; set; }

    /// <summary>Somebody should look at it, and nobody has.</summary>
    public bool IsAlert { get; set; }

    /// <summary>The payment it names, once it was looked for.</summary>
    public long? Seq { get; set; }
    public Guid? CaseId { get; set; }
    public Guid? DisputeId { get; set; }
    public int Tries { get; set; }

    /// <summary>Unix milliseconds.</summary>
    public long NextAt { get; set; }
    public DateTimeOffset? ProcessedAt { get; set; }
}

/// <summary>Conditions, and one thing to do with an event that meets them all. The first that does, in their order, has it.</summary>
public sealed class EventRule
{
    public const int LongestName = 100, Most = 100;

    public Guid Id { get; init; } = Guid.CreateVersion7();
    public string Name { get; set; } = "";

    /// <summary>The smaller goes first.</summary>
    public int Priority { get; set; }
    public bool IsOn { get; set; } = true;

    /// <summary>The whole type, or its beginning when it ends with <c>*</c>; null: any.</summary>
    public string? EventType { get; set; }

    /// <summary>Of <c>data.amount</c>, as the sender writes it.</summary>
    public decimal? AmountFrom => FromText is { } text ? decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : null;
    public decimal? AmountTo => ToText is { } text ? decimal.Parse(text, System.Globalization.CultureInfo.InvariantCulture) : null;
    public string? FromText { get; set; }
    public string? ToText { get; set; }

    /// <summary>Of <c>data.currency</c>; null: any.</summary>
    public string? Currency { get; set; }
    public EventAction Action { get; set; }

    public object Summary => new { Name, Priority, IsOn, EventType, AmountFrom = FromText, AmountTo = ToText, Currency, Action };

    public bool Takes(string type, decimal? amount, string? currency) =>
        (EventType is null || (EventType.EndsWith('*') ? type.StartsWith(EventType[..^1], StringComparison.OrdinalIgnoreCase) : type.Equals(EventType, StringComparison.OrdinalIgnoreCase)))
        && (AmountFrom is null || amount >= AmountFrom) && (AmountTo is null || amount <= AmountTo) && (Currency is null || string.Equals(Currency, currency, StringComparison.OrdinalIgnoreCase));
}

/// <summary>How a provider's own events are known to be its own.</summary>
public sealed class InboundProvider
{
    /// <summary><c>stripe</c></summary>
    public required string Name { get; init; }

    /// <summary>Protected by a key that is not in the database; null until somebody says it.</summary>
    public byte[]? Secret { get; set; }

    /// <summary>The one before, good until <see cref="PreviousUntil"/>.</summary>
    public byte[]? PreviousSecret { get; set; }
    public DateTimeOffset? PreviousUntil { get; set; }
    public DateTimeOffset? ChangedAt { get; set; }

    /// <summary>Calls whose signature was wrong, missing or old: all that is kept of them.</summary>
    public long Refused { get; set; }
    public DateTimeOffset? RefusedAt { get; set; }
}

internal sealed class InboundMap : IEntityTypeConfiguration<ReceivedEvent>, IEntityTypeConfiguration<EventRule>, IEntityTypeConfiguration<InboundProvider>
{
    public void Configure(EntityTypeBuilder<ReceivedEvent> builder)
    {
        builder.ToTable("received_events");
        builder.HasKey(e => e.Id);
        builder.Property(e => e.Type).HasMaxLength(ReceivedEvent.LongestType);
        builder.Property(e => e.ExternalId).HasMaxLength(ReceivedEvent.LongestExternalId);
        builder.Property(e => e.State).HasConversion<int>();
        builder.Property(e => e.Action).HasConversion<int>();
        builder.Property(e => e.Rule).HasMaxLength(EventRule.LongestName);
        builder.Property(e => e.Outcome).HasMaxLength(ReceivedEvent.LongestOutcome);
        builder.Property(e => e.Sender).HasMaxLength(ReceivedEvent.LongestSender);
        builder.HasIndex(e => new { e.Sender, e.ExternalId, e.Type }).IsUnique();
        builder.HasIndex(e => new { e.State, e.NextAt });
        builder.HasIndex(e => e.ReceivedAt);
        builder.HasIndex(e => e.Seq);
        builder.HasIndex(e => e.IsAlert);
        builder.HasIndex(e => e.DisputeId);
    }

    public void Configure(EntityTypeBuilder<EventRule> builder)
    {
        builder.ToTable("event_rules");
        builder.HasKey(r => r.Id);
        builder.Property(r => r.Name).HasMaxLength(EventRule.LongestName);
        builder.Property(r => r.EventType).HasMaxLength(ReceivedEvent.LongestType);
        builder.Property(r => r.FromText).HasMaxLength(40);
        builder.Property(r => r.ToText).HasMaxLength(40);
        builder.Property(r => r.Currency).HasMaxLength(3);
        builder.Property(r => r.Action).HasConversion<int>();
        builder.Ignore(r => r.AmountFrom).Ignore(r => r.AmountTo).Ignore(r => r.Summary);
        builder.HasIndex(r => new { r.Priority, r.Id });
    }

    public void Configure(EntityTypeBuilder<InboundProvider> builder)
    {
        builder.ToTable("inbound_providers");
        builder.HasKey(p => p.Name);
        builder.Property(p => p.Name).HasMaxLength(20);
    }
}
