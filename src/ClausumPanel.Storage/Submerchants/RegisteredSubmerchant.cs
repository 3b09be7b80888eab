using ClausumPanel.Storage.Metrics;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Submerchants;

/// <summary>A merchant on whose behalf the organization takes payments. It is never deleted, only deactivated: what was stored under its name stays readable.</summary>
public sealed class RegisteredSubmerchant
{
    /// <summary>What the figures tell apart whole.</summary>
    public const int LongestExternalId = TallyScope.LongestSubmerchant;
    public const int LongestName = 200, CountryLength = 2, MccLength = 4;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>As the organization calls it. What is stored, listed and counted goes by it, so it never changes.</summary>
    public required string ExternalId { get; init; }
    public required string Name { get; set; }

    /// <summary>ISO 3166, two letters; null when nobody has said it.</summary>
    public string? Country { get; set; }

    /// <summary>The four digits of its merchant category; null when nobody has said them.</summary>
    public string? Mcc { get; set; }
    public bool IsActive { get; set; } = true;
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset UpdatedAt { get; set; }

    /// <summary>What the audit trail keeps of it.</summary>
    public object Summary => new { ExternalId, Name, Country, Mcc, IsActive };

    public static bool IsMcc(string text) => text.Length == MccLength && !text.AsSpan().ContainsAnyExceptInRange('0', '9');
}

internal sealed class RegisteredSubmerchantMap : IEntityTypeConfiguration<RegisteredSubmerchant>
{
    public void Configure(EntityTypeBuilder<RegisteredSubmerchant> builder)
    {
        builder.ToTable("registered_submerchants");
        builder.Property(s => s.ExternalId).HasMaxLength(RegisteredSubmerchant.LongestExternalId);
        builder.Property(s => s.Name).HasMaxLength(RegisteredSubmerchant.LongestName);
        builder.Property(s => s.Country).HasMaxLength(RegisteredSubmerchant.CountryLength);
        builder.Property(s => s.Mcc).HasMaxLength(RegisteredSubmerchant.MccLength);
        builder.HasIndex(s => s.ExternalId).IsUnique();
        builder.HasIndex(s => new { s.Name, s.Id });
    }
}
