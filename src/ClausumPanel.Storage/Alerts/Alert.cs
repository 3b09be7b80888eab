using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Alerts;

/// <summary>Far more of something in one hour than in the same hour of the weeks before. One per hour and thing; a person says that it was seen, and why it may be.</summary>
public sealed class Alert
{
    public const int LongestReason = 500;

    public Guid Id { get; init; }

    /// <summary>Hours since 1970 (UTC).</summary>
    public int Hour { get; init; }
    public HourKind Kind { get; init; }

    /// <summary>The decision's or the signal's number, the rule's id, the country, the card's first digits.</summary>
    public string Key { get; init; } = "";

    /// <summary>In that hour, so far as it was looked at.</summary>
    public long Count { get; set; }

    /// <summary>In the same hour of the earlier weeks, all of them together.</summary>
    public long Earlier { get; init; }
    public DateTimeOffset RaisedAt { get; init; }
    public DateTimeOffset? AcknowledgedAt { get; private set; }
    public Guid? AcknowledgedById { get; private set; }
    public string AcknowledgedBy { get; private set; } = "";
    public string Reason { get; private set; } = "";

    /// <summary>A second answer to the same alert is refused by it.</summary>
    public int Version { get; private set; }

    public double Mean => Earlier / (double)Spikes.Weeks;

    /// <returns>False when somebody did before; nothing changes then.</returns>
    public bool Acknowledge(Actor actor, string reason, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (AcknowledgedAt is not null) return false;
        (AcknowledgedAt, AcknowledgedById, AcknowledgedBy, Reason) = (now, actor.Id, actor.Name, reason);
        Version++;
        return true;
    }
}

internal sealed class AlertMap : IEntityTypeConfiguration<Alert>
{
    public void Configure(EntityTypeBuilder<Alert> builder)
    {
        builder.ToTable("alerts");
        builder.HasKey(a => a.Id);
        builder.Property(a => a.Kind).HasConversion<int>();
        builder.Property(a => a.Key).HasMaxLength(100);
        builder.Property(a => a.AcknowledgedBy).HasMaxLength(256);
        builder.Property(a => a.Reason).HasMaxLength(Alert.LongestReason);
        builder.Property(a => a.Version).IsConcurrencyToken();
        builder.Ignore(a => a.Mean);
        builder.HasIndex(a => new { a.Hour, a.Kind, a.Key }).IsUnique();
        builder.HasIndex(a => new { a.AcknowledgedAt, a.Hour });
    }
}
