using System.Security.Cryptography;
using System.Text;
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
    /// <summary>The UTC day that calls were counted on last, written together with <see cref="LastUsedAt"/>.</summary>
    public DateOnly? CountedOn { get; set; }
    /// <summary>Calls on that day that cost something.</summary>
    public int Counted { get; set; }

    /// <summary>Makes a key. Its text exists here and in the answer to whoever asked for it, and nowhere else afterwards.</summary>
    public static (ApiKey Key, string Text) Issue(string name, KeyType type, DateTimeOffset now, Guid? byId = null)
    {
        var text = KeyText.Create(type);
        return (new ApiKey
        {
            Name = name,
            Type = type,
            Hash = SHA256.HashData(Encoding.ASCII.GetBytes(text)),
            Prefix = KeyText.Shown(text, type),
            LastFour = text[^4..],
            Permissions = string.Join(' ', KeyPermissions.Of(type)),
            CreatedAt = now,
            CreatedById = byId,
        }, text);
    }

    /// <summary>Makes another like this one, which itself goes on working for the overlap.</summary>
    public (ApiKey Key, string Text) Rotate(TimeSpan overlap, DateTimeOffset now, Guid? byId)
    {
        var (next, text) = Issue(Name, Type, now, byId);
        (next.Permissions, next.PerMinute, next.PerDay, next.AllowedOrigins, next.ExpiresAt) = (Permissions, PerMinute, PerDay, AllowedOrigins, ExpiresAt);
        if (!(ExpiresAt < now + overlap)) ExpiresAt = now + overlap;
        return (next, text);
    }

    /// <summary>What the audit trail keeps of it: enough to know which key, never the key.</summary>
    public object Summary => new { Name, Type, Key = $"{Prefix}…{LastFour}", Permissions, PerMinute, PerDay, AllowedOrigins, ExpiresAt };

    public bool IsUsable(DateTimeOffset now) => RevokedAt is null && !(ExpiresAt <= now);

    /// <summary>Whether somebody who says this means this key: its id, name, first characters, last four, or the whole of it.</summary>
    public bool IsCalled(string said) =>
        (Guid.TryParse(said, out var id) && id == Id) || said == Name || said == LastFour || said == Prefix || (said.Length >= Prefix.Length && SHA256.HashData(Encoding.UTF8.GetBytes(said)).AsSpan().SequenceEqual(Hash));

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
