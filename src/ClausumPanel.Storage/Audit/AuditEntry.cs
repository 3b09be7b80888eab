using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Audit;

public enum ActorKind { Person, Key, CommandLine, System }

/// <summary>What somebody did, chained to what was done before it. Written once, with the change it tells of; never altered, never removed.</summary>
public sealed class AuditEntry
{
    /// <summary>1, 2, 3 … without a gap.</summary>
    public required long Sequence { get; set; }
    public required DateTimeOffset At { get; init; }
    public required ActorKind ActorKind { get; init; }
    public Guid? ActorId { get; init; }
    public required string ActorName { get; init; }
    public string? Address { get; init; }
    /// <summary>A stable code: "key.created", "signin.refused".</summary>
    public required string Action { get; init; }
    public string? SubjectKind { get; init; }
    public string? SubjectId { get; init; }
    public string? Before { get; init; }
    public string? After { get; init; }
    public required byte[] PreviousHash { get; set; }
    public required byte[] Hash { get; set; }
}

internal sealed class AuditEntryMap : IEntityTypeConfiguration<AuditEntry>
{
    public void Configure(EntityTypeBuilder<AuditEntry> builder)
    {
        builder.HasKey(e => e.Sequence);
        builder.Property(e => e.Sequence).ValueGeneratedNever();
        builder.Property(e => e.ActorName).HasMaxLength(256);
        builder.Property(e => e.Address).HasMaxLength(45);
        builder.Property(e => e.Action).HasMaxLength(60);
        builder.Property(e => e.SubjectKind).HasMaxLength(40);
        builder.Property(e => e.SubjectId).HasMaxLength(200);
        builder.Property(e => e.PreviousHash).HasMaxLength(32);
        builder.Property(e => e.Hash).HasMaxLength(32);
        builder.HasIndex(e => e.At);
        builder.HasIndex(e => new { e.SubjectKind, e.SubjectId });
    }
}
