using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Retention;

/// <summary>What is kept for a time only.</summary>
public enum KeptData
{
    /// <summary>Assessments with their reviews, and the reports of fraud about them.</summary>
    Payments,

    /// <summary>What payments that are kept say of the device and of what was done at it.</summary>
    DeviceFacts,

    /// <summary>Webhooks that were sent or given up, and the events of the outbox.</summary>
    Deliveries,
    ReceivedEvents,
    Simulations,
    Imports,
    Audit,
}

/// <summary>Why something that is old enough stays.</summary>
public enum HoldReason
{
    /// <summary>Nobody has decided its review for good.</summary>
    Review,

    /// <summary>A case speaks of it that is open, or was closed lately.</summary>
    Case,

    /// <summary>A dispute is about it, or names it as evidence, that is open or was closed lately.</summary>
    Dispute,

    /// <summary>It stands for another one that stays.</summary>
    Replaced,

    /// <summary>It is not done yet.</summary>
    Waiting,

    /// <summary>An alert that nobody has seen.</summary>
    Unseen,

    /// <summary>What should be removed is not as it was written: nothing is removed before somebody has looked.</summary>
    Broken,
}

/// <summary>What one run did with one kind of data.</summary>
public sealed class RetentionLine
{
    public KeptData What { get; init; }

    /// <summary>What is older was removed; null: this is kept for good.</summary>
    public DateTimeOffset? Before { get; init; }
    public long Removed { get; set; }

    /// <summary>Of the oldest row that is left.</summary>
    public DateTimeOffset? OldestLeft { get; set; }
    public Dictionary<HoldReason, long> Held { get; set; } = [];
    public bool IsDone { get; set; }
}

/// <summary>One day's removal of what was kept long enough. One node works at it; what one leaves unfinished another takes up.</summary>
public sealed class RetentionRun
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>In the organization's time zone; one run a day.</summary>
    public DateOnly Day { get; init; }
    public DateTimeOffset StartedAt { get; init; }

    /// <summary>When its node last stored something of it.</summary>
    public DateTimeOffset BeatAt { get; set; }
    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>Whoever works at it.</summary>
    public Guid Claim { get; set; }

    /// <summary>As JSON, see <see cref="Lines"/>.</summary>
    public string Report { get; set; } = "[]";

    public IReadOnlyList<RetentionLine> Lines => JsonSerializer.Deserialize<List<RetentionLine>>(Report, Json)!;

    public static string Write(IReadOnlyList<RetentionLine> lines) => JsonSerializer.Serialize(lines, Json);
}

/// <summary>How far the removal has come.</summary>
public sealed class RetentionMark
{
    /// <summary>Of payments, all that were older are gone but those that are held back: from <see cref="At"/> on the store is complete.</summary>
    public const string Payments = "payments";

    /// <summary>Of device facts, by time: the last one that was looked at.</summary>
    public const string Facts = "facts";

    /// <summary>Of device facts, by place in the log: what came later may be of an earlier time.</summary>
    public const string FactsInLog = "facts-in-log";

    public string Name { get; init; } = "";

    /// <summary>Unix milliseconds.</summary>
    public long At { get; set; }
    public long Seq { get; set; }
}

/// <summary>An assessment whose device facts are older than their term and stay for now.</summary>
public sealed class HeldFacts
{
    public long Seq { get; init; }
}

internal sealed class RetentionMap : IEntityTypeConfiguration<RetentionRun>, IEntityTypeConfiguration<RetentionMark>, IEntityTypeConfiguration<HeldFacts>
{
    public void Configure(EntityTypeBuilder<RetentionRun> builder)
    {
        builder.ToTable("retention_runs");
        builder.HasKey(r => r.Id);
        builder.Ignore(r => r.Lines);
        builder.HasIndex(r => r.Day).IsUnique();
    }

    public void Configure(EntityTypeBuilder<RetentionMark> builder)
    {
        builder.ToTable("retention_marks");
        builder.HasKey(m => m.Name);
        builder.Property(m => m.Name).HasMaxLength(20);
    }

    public void Configure(EntityTypeBuilder<HeldFacts> builder)
    {
        builder.ToTable("held_facts");
        builder.HasKey(h => h.Seq);
        builder.Property(h => h.Seq).ValueGeneratedNever();
    }
}
