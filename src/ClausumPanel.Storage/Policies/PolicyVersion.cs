using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Policies;

public enum PolicyState
{
    Draft, Proposed, Active, Retired,
}

/// <summary>One immutable policy document. Exactly one is active; each assessment names the one that judged it, so it can be judged again.</summary>
public sealed class PolicyVersion
{
    public int Version { get; init; }
    public PolicyState State { get; set; }

    /// <summary>The policy as JSON.</summary>
    public string Document { get; init; } = "";
    public string Reason { get; init; } = "";
    public Guid? AuthorId { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? ActivatedAt { get; set; }
}

internal sealed class PolicyVersionMap : IEntityTypeConfiguration<PolicyVersion>
{
    public void Configure(EntityTypeBuilder<PolicyVersion> builder)
    {
        builder.ToTable("policy_versions");
        builder.HasKey(p => p.Version);
        builder.Property(p => p.Version).ValueGeneratedNever();
        builder.Property(p => p.Reason).HasMaxLength(500);
    }
}
