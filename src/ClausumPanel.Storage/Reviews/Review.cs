using ClausumPanel.Assess;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Reviews;

public enum ReviewState
{
    Open = 0, Approved = 1, Declined = 2,
}

/// <summary>A question to a person: an assessment that ended in review or challenge. Opened in the assessment's own transaction.</summary>
public sealed class Review
{
    /// <summary>The assessment's place in the log.</summary>
    public long Seq { get; init; }

    /// <summary>Unix milliseconds.</summary>
    public long OpenedAt { get; init; }
    public Decision Decision { get; init; }
    public ReviewState State { get; private set; }

    /// <summary>Raised with every change, so that the second of two people is told.</summary>
    public int Version { get; private set; }
}

internal sealed class ReviewMap : IEntityTypeConfiguration<Review>
{
    public void Configure(EntityTypeBuilder<Review> builder)
    {
        builder.ToTable("reviews");
        builder.HasKey(r => r.Seq);
        builder.Property(r => r.Seq).ValueGeneratedNever();
        builder.Property(r => r.Decision).HasConversion<int>();
        builder.Property(r => r.State).HasConversion<int>();
        builder.Property(r => r.Version).IsConcurrencyToken();
    }
}
