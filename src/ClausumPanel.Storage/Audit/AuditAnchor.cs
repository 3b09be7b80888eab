using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Audit;

/// <summary>
/// Where the oldest part of the chain was taken away: the entry that the first kept one follows, under a seal that only the installation's key can make. Without such a row the store lets no entry go. Written once.
/// </summary>
public sealed class AuditAnchor
{
    /// <summary>The last entry that was taken away.</summary>
    public long Sequence { get; init; }

    /// <summary>Of that entry: what the next one is chained to.</summary>
    public byte[] Hash { get; init; } = [];

    /// <summary>When that entry was written.</summary>
    public DateTimeOffset LastAt { get; init; }
    public DateTimeOffset CutAt { get; init; }
    public byte[] Seal { get; init; } = [];

    public static AuditAnchor Of(AuditKey key, AuditEntry last, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(last);
        // As it is stored: milliseconds.
        now = DateTimeOffset.FromUnixTimeMilliseconds(now.ToUnixTimeMilliseconds());
        return new AuditAnchor { Sequence = last.Sequence, Hash = last.Hash, LastAt = last.At, CutAt = now, Seal = SealOf(key, last.Sequence, last.Hash, last.At, now) };
    }

    /// <summary>It was made by whoever has the key, and says what it said then.</summary>
    public bool IsSealed(AuditKey key) => CryptographicOperations.FixedTimeEquals(Seal, SealOf(key, Sequence, Hash, LastAt, CutAt));

    private static byte[] SealOf(AuditKey key, long sequence, byte[] hash, DateTimeOffset lastAt, DateTimeOffset cutAt)
    {
        ArgumentNullException.ThrowIfNull(key);
        var bytes = new byte[24 + hash.Length];
        BinaryPrimitives.WriteInt64BigEndian(bytes, sequence);
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(8), lastAt.ToUnixTimeMilliseconds());
        BinaryPrimitives.WriteInt64BigEndian(bytes.AsSpan(16), cutAt.ToUnixTimeMilliseconds());
        hash.CopyTo(bytes, 24);
        return HMACSHA256.HashData(key.Derive("audit anchor"), bytes);
    }
}

internal sealed class AuditAnchorMap : IEntityTypeConfiguration<AuditAnchor>
{
    public void Configure(EntityTypeBuilder<AuditAnchor> builder)
    {
        builder.ToTable("audit_anchors");
        builder.HasKey(a => a.Sequence);
        builder.Property(a => a.Sequence).ValueGeneratedNever();
        builder.Property(a => a.Hash).HasMaxLength(32);
        builder.Property(a => a.Seal).HasMaxLength(32);
    }
}
