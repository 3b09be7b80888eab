using ClausumPanel.Storage.Team;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Keys;

public enum KeyType { Server, Checkout, Ingest }

/// <summary>A credential of the integrating business. Its text is shown once, when it is made; what is kept is a hash and enough to recognise it.</summary>
public sealed class ApiKey
{
    public const int DefaultPerMinute = 100;

    public Guid Id { get; init; } = Guid.CreateVersion7();
    public required string Name { get; set; }
    public required KeyType Type { get; init; }
    /// <summary>SHA-256 of the whole key. Its 190 random bits make a slow hash needless.</summary>
    public required byte[] Hash { get; init; }
    /// <summary>The first characters, "clm_sk_aB3": what people recognise it by.</summary>
    public required string Prefix { get; init; }
    public required string LastFour { get; init; }
    /// <summary>Separated by spaces: "assess fraud:report", or "*".</summary>
    public required string Permissions { get; set; }
    public int PerMinute { get; set; } = DefaultPerMinute;
    public int? PerDay { get; set; }
    /// <summary>For checkout keys, separated by spaces: the origins of the pages that may call with it.</summary>
    public string AllowedOrigins { get; set; } = "";
    public DateTimeOffset CreatedAt { get; init; }
    public Guid? CreatedById { get; init; }
    public DateTimeOffset? ExpiresAt { get; set; }
    public DateTimeOffset? RevokedAt { get; private set; }
    public Guid? RevokedById { get; private set; }
    /// <summary>Coarse: written every ten seconds at most.</summary>
    public DateTimeOffset? LastUsedAt { get; set; }

    /// <returns>False when it had been revoked before; nothing changes then.</returns>
    public bool Revoke(Guid? byId, DateTimeOffset now)
    {
        if (RevokedAt is not null) return false;
        RevokedAt = now;
        RevokedById = byId;
        return true;
    }
}

internal sealed class ApiKeyMap : IEntityTypeConfiguration<ApiKey>
{
    public void Configure(EntityTypeBuilder<ApiKey> builder)
    {
        builder.Property(k => k.Name).HasMaxLength(100);
        builder.Property(k => k.Hash).HasMaxLength(32);
        builder.Property(k => k.Prefix).HasMaxLength(16);
        builder.Property(k => k.LastFour).HasMaxLength(4);
        builder.Property(k => k.Permissions).HasMaxLength(400);
        builder.Property(k => k.AllowedOrigins).HasMaxLength(2000);
        builder.HasIndex(k => k.Hash).IsUnique();
        builder.HasOne<User>().WithMany().HasForeignKey(k => k.CreatedById).OnDelete(DeleteBehavior.Restrict);
        builder.HasOne<User>().WithMany().HasForeignKey(k => k.RevokedById).OnDelete(DeleteBehavior.Restrict);
    }
}
