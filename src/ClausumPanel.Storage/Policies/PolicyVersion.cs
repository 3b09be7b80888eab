using ClausumPanel.Storage.Team;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Policies;

public enum PolicyState
{
    /// <summary>Waits for somebody who may approve it.</summary>
    Proposed,

    /// <summary>Approved, and judges from <see cref="PolicyVersion.EffectiveAt"/> on.</summary>
    Scheduled,

    /// <summary>Judges now; exactly one does.</summary>
    Active,

    /// <summary>Judged once; assessments of its time are judged again by it.</summary>
    Retired,

    /// <summary>Was not approved.</summary>
    Rejected,

    /// <summary>Was taken back by whoever proposed it.</summary>
    Withdrawn,
}

/// <summary>One immutable policy document. Exactly one is active; each assessment names the one that judged it, so it can be judged again.</summary>
public sealed class PolicyVersion
{
    public int Version { get; init; }
    public PolicyState State { get; set; }

    /// <summary>The policy as JSON.</summary>
    public string Document { get; init; } = "";

    /// <summary>Why, in the author's words.</summary>
    public string Reason { get; init; } = "";

    /// <summary>Why it should judge although it breaks a guard-rail; null when it breaks none.</summary>
    public string? GuardReason { get; init; }

    /// <summary>The version it was made from; null for the first.</summary>
    public int? BasedOn { get; init; }

    /// <summary>The older version it is equal to, when it takes changes back.</summary>
    public int? Reverts { get; init; }

    public Guid? AuthorId { get; init; }
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>Who approved or rejected it.</summary>
    public Guid? DecidedById { get; set; }
    public DateTimeOffset? DecidedAt { get; set; }

    /// <summary>What whoever decided had to say.</summary>
    public string? DecisionReason { get; set; }

    /// <summary>When whoever approved it wants it to begin to judge; null: at once.</summary>
    public DateTimeOffset? EffectiveAt { get; set; }
    public DateTimeOffset? ActivatedAt { get; set; }
    public DateTimeOffset? RetiredAt { get; set; }
}

/// <summary>What one person is changing and has not proposed yet.</summary>
public sealed class PolicyDraft
{
    public Guid OwnerId { get; init; }

    /// <summary>The policy as JSON.</summary>
    public string Document { get; set; } = "";

    /// <summary>The active version when the draft was begun or last rebased; when another is active now, the draft is stale.</summary>
    public int BasedOn { get; set; }
    public DateTimeOffset ChangedAt { get; set; }
}

internal sealed class PolicyVersionMap : IEntityTypeConfiguration<PolicyVersion>
{
    public void Configure(EntityTypeBuilder<PolicyVersion> builder)
    {
        builder.ToTable("policy_versions");
        builder.HasKey(p => p.Version);
        builder.Property(p => p.Version).ValueGeneratedNever();
        builder.Property(p => p.Reason).HasMaxLength(500);
        builder.Property(p => p.GuardReason).HasMaxLength(500);
        builder.Property(p => p.DecisionReason).HasMaxLength(500);
        builder.HasOne<User>().WithMany().HasForeignKey(p => p.AuthorId).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<User>().WithMany().HasForeignKey(p => p.DecidedById).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class PolicyDraftMap : IEntityTypeConfiguration<PolicyDraft>
{
    public void Configure(EntityTypeBuilder<PolicyDraft> builder)
    {
        builder.ToTable("policy_drafts");
        builder.HasKey(d => d.OwnerId);
        builder.HasOne<User>().WithOne().HasForeignKey<PolicyDraft>(d => d.OwnerId).OnDelete(DeleteBehavior.Cascade);
    }
}
