using ClausumPanel.Assess;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Assessments;

/// <summary>
/// One assessment as it was answered, never changed. Written by the <see cref="AssessmentLog"/> only, which knows the column order; read by everybody.
/// The table only grows at its end: what makes rows findable by something else than their time stands in <see cref="AssessmentRow"/> and its sisters.
/// </summary>
public sealed class StoredAssessment
{
    /// <summary>Its place in the log: 1, 2, 3… in the order of the commits. Gaps mean nothing.</summary>
    public long Seq { get; init; }

    /// <summary>The public <c>assessment_id</c>: a version 7 Guid that carries the place, see <see cref="AssessmentId"/>.</summary>
    public Guid Id { get; init; }

    /// <summary>When it happened, Unix milliseconds: the service's clock, or the caller's from a key that may import history.</summary>
    public long At { get; init; }

    public Flow Flow { get; init; }
    public Decision Decision { get; init; }
    public int Score { get; init; }

    /// <summary>Minor units.</summary>
    public long Amount { get; init; }
    public string Currency { get; init; } = "";
    public int PolicyVersion { get; init; }

    /// <summary>From the first byte to the decision, before the commit.</summary>
    public int LatencyMicroseconds { get; init; }

    /// <summary>The key it came with; null for one made in the panel.</summary>
    public Guid? KeyId { get; init; }

    /// <summary>True for a made-up payment: never counted in velocity, money, labels or rates.</summary>
    public bool Simulated { get; init; }

    public string SessionId { get; init; } = "";
    public string? OrderId { get; init; }
    public string? PaymentId { get; init; }
    public string? IdempotencyKey { get; init; }
    public string? BlockedBy { get; init; }

    /// <summary>The assessment of the same session that this one stands for.</summary>
    public long? Replaces { get; init; }

    /// <summary>The signals that fired, as <see cref="SignalHits"/> writes them.</summary>
    public byte[] Signals { get; init; } = [];

    /// <summary>Every fact it was judged by, as <see cref="FactSnapshot"/> writes them.</summary>
    public byte[] Facts { get; init; } = [];

    /// <summary>The request as received, UTF-8 JSON, card numbers masked.</summary>
    public byte[] Request { get; init; } = [];

    /// <summary>The <c>field_warnings</c>, one a line, or null.</summary>
    public string? Warnings { get; init; }

    public DateTimeOffset Instant => DateTimeOffset.FromUnixTimeMilliseconds(At);
    public Money Money => new(Amount, Currency);
}

/// <summary>The place in the log as a Guid that sorts by time and shows nothing: 48 bits of milliseconds, 12 random, 40 of the place, 22 random.</summary>
public static class AssessmentId
{
    public static Guid Create(long at, long seq, long random)
    {
        Span<byte> bytes = stackalloc byte[16];
        var high = ((ulong)at << 16) | 0x7000 | ((ulong)random & 0xfff);
        var low = 0x8000_0000_0000_0000 | (((ulong)seq & 0xff_ffff_ffff) << 22) | (((ulong)random >> 12) & 0x3f_ffff);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes, high);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], low);
        return new Guid(bytes, bigEndian: true);
    }

    /// <summary>The place an id names. Whether that row has this very id, the row must tell.</summary>
    public static long SeqOf(Guid id)
    {
        Span<byte> bytes = stackalloc byte[16];
        id.TryWriteBytes(bytes, bigEndian: true, out _);
        return (long)((System.Buffers.Binary.BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]) & 0x3fff_ffff_ffff_ffff) >> 22);
    }
}

/// <summary>An assessment whose session was released: it no longer counts in velocity.</summary>
public sealed class AssessmentRelease
{
    public long Seq { get; init; }
    public long At { get; init; }
}

/// <summary>The narrow twin of an assessment: all that memory is rebuilt from at start, in a table that is read whole in a second.</summary>
public sealed class MemoryRecord
{
    public long Seq { get; init; }
    public long At { get; init; }
    public Flow Flow { get; init; }
    public Decision Decision { get; init; }
    public long Amount { get; init; }
    public string Currency { get; init; } = "";
    public int Last4 { get; init; }

    /// <summary>The session's key, so that a second assessment of one session is not counted twice.</summary>
    public long Session { get; init; }
    public long? Replaces { get; init; }

    /// <summary>A simulation counts in no velocity.</summary>
    public bool Simulated { get; init; }

    /// <summary>One 64-bit key per kind of entity, little-endian.</summary>
    public byte[] Keys { get; init; } = [];

    /// <summary>
    /// 16 bytes of endpoint and idempotency key, 16 of the canonical body, which a second body is compared with. Null where the caller gave nothing to know a repetition by.
    /// </summary>
    public byte[]? Idempotency { get; init; }
}

internal sealed class StoredAssessmentMap : IEntityTypeConfiguration<StoredAssessment>
{
    public void Configure(EntityTypeBuilder<StoredAssessment> builder)
    {
        builder.ToTable("assessments");
        builder.HasKey(a => a.Seq);
        builder.Property(a => a.Seq).ValueGeneratedNever();
        // Numbers, not words: the row is written thousands of times a second and its bytes are what that costs.
        builder.Property(a => a.Flow).HasConversion<int>();
        builder.Property(a => a.Decision).HasConversion<int>();
        builder.Ignore(a => a.Instant);
        builder.Ignore(a => a.Money);
    }
}

internal sealed class AssessmentReleaseMap : IEntityTypeConfiguration<AssessmentRelease>
{
    public void Configure(EntityTypeBuilder<AssessmentRelease> builder)
    {
        builder.ToTable("assessment_releases");
        builder.HasKey(r => r.Seq);
        builder.Property(r => r.Seq).ValueGeneratedNever();
    }
}

internal sealed class MemoryRecordMap : IEntityTypeConfiguration<MemoryRecord>
{
    public void Configure(EntityTypeBuilder<MemoryRecord> builder)
    {
        builder.ToTable("memory_records");
        builder.HasKey(e => e.Seq);
        builder.Property(e => e.Seq).ValueGeneratedNever();
        builder.Property(e => e.Flow).HasConversion<int>();
        builder.Property(e => e.Decision).HasConversion<int>();
    }
}
