using ClausumPanel.Assess;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Assessments;

/// <summary>What happened in one quarter of an hour, per flow, decision and currency: written in the transaction of the assessments it counts.</summary>
public sealed class Rollup
{
    /// <summary>The length of a bucket: 15 minutes, in milliseconds. Every time zone's day begins at a multiple of it.</summary>
    public const long Length = 900_000;

    /// <summary>Start of the bucket, Unix milliseconds.</summary>
    public long Bucket { get; init; }
    public Flow Flow { get; init; }
    public Decision Decision { get; init; }
    public string Currency { get; init; } = "";
    public bool Simulated { get; init; }
    public long Count { get; init; }

    /// <summary>Of those, blocked outright.</summary>
    public long Blocked { get; init; }

    /// <summary>Minor units.</summary>
    public long Amount { get; init; }
    public long ScoreSum { get; init; }
    public long LatencyMicroseconds { get; init; }

    public static long BucketOf(long at) => at - (at % Length);
}

internal sealed class RollupMap : IEntityTypeConfiguration<Rollup>
{
    public void Configure(EntityTypeBuilder<Rollup> builder)
    {
        builder.ToTable("rollups");
        builder.HasKey(r => new { r.Bucket, r.Flow, r.Decision, r.Currency, r.Simulated });
        builder.Property(r => r.Flow).HasConversion<int>();
        builder.Property(r => r.Decision).HasConversion<int>();
    }
}
