using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Files;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Cases;

/// <summary>What a case is linked to.</summary>
public enum CaseLinkKind
{
    Assessment = 1, ListEntry = 2, Label = 3, Dispute = 4,
}

/// <summary>That a case speaks of something, by its public id.</summary>
public sealed class CaseLink
{
    public Guid CaseId { get; init; }
    public CaseLinkKind Kind { get; init; }
    public Guid Target { get; init; }
    public DateTimeOffset At { get; init; }
    public string ActorName { get; init; } = "";
}

/// <summary>What somebody wrote down. Written once.</summary>
public sealed class CaseNote
{
    public const int Longest = 4_000;

    public Guid Id { get; init; }
    public Guid CaseId { get; init; }
    public DateTimeOffset At { get; init; }
    public Guid? ActorId { get; init; }
    public string ActorName { get; init; } = "";
    public string Text { get; init; } = "";
}

/// <summary>A file of evidence; its bytes lie in <see cref="FileFolder"/>. Written once.</summary>
public sealed class CaseFile
{
    public Guid Id { get; init; }
    public Guid CaseId { get; init; }

    /// <summary>As it is offered for download; never part of a path.</summary>
    public string Name { get; init; } = "";
    public string ContentType { get; init; } = "";
    public long Size { get; init; }
    public byte[] Sha256 { get; init; } = [];

    /// <summary>Its random name in the folder.</summary>
    public string StoredAs { get; init; } = "";
    public DateTimeOffset At { get; init; }
    public Guid? ActorId { get; init; }
    public string ActorName { get; init; } = "";
}

/// <summary>What was submitted: made once, kept byte for byte.</summary>
public sealed class CasePackage
{
    public Guid CaseId { get; init; }

    /// <summary>Canonical JSON, UTF-8.</summary>
    public byte[] Json { get; init; } = [];

    /// <summary>The same for people, as a page to print.</summary>
    public byte[] Html { get; init; } = [];

    /// <summary>Of <see cref="Json"/>.</summary>
    public byte[] Sha256 { get; init; } = [];
    public DateTimeOffset SealedAt { get; init; }
    public Guid? ActorId { get; init; }
    public string ActorName { get; init; } = "";
}

/// <summary>Numbered as the rows keep them.</summary>
public enum CaseEventKind
{
    Opened = 1, Edited = 2, Moved = 3, Assigned = 4, Planned = 5, Noted = 6, FileAdded = 7, Linked = 8, Submitted = 9, Reported = 10,
}

/// <summary>One line of a case's timeline. Written once, with the change it tells of; never altered, never removed.</summary>
public sealed class CaseEvent
{
    public const int LongestDetail = 500;

    public Guid Id { get; init; }
    public Guid CaseId { get; init; }
    public DateTimeOffset At { get; init; }
    public CaseEventKind Kind { get; init; }

    /// <summary>What moved.</summary>
    public CaseStatus? From { get; init; }
    public CaseStatus? To { get; init; }

    /// <summary>The names of the members that changed, a file's name, a person's; null where the kind says all.</summary>
    public string? Detail { get; init; }
    public ActorKind ActorKind { get; init; }
    public Guid? ActorId { get; init; }
    public string ActorName { get; init; } = "";

    /// <summary>The case's <see cref="Case.Version"/> after it.</summary>
    public int Version { get; init; }

    public static CaseEvent Of(Case its, CaseEventKind kind, Actor actor, DateTimeOffset now, string? detail = null, CaseStatus? from = null, CaseStatus? to = null)
    {
        ArgumentNullException.ThrowIfNull(its);
        ArgumentNullException.ThrowIfNull(actor);
        return new CaseEvent
        {
            Id = Guid.CreateVersion7(now), CaseId = its.Id, At = now, Kind = kind, From = from, To = to, Detail = detail?.Length > LongestDetail ? detail[..LongestDetail] : detail, ActorKind = actor.Kind, ActorId = actor.Id,
            ActorName = Cut(actor.Name), Version = its.Version,
        };
    }

    internal static string Cut(string name) => name.Length > 256 ? name[..256] : name;
}

internal sealed class CasePartsMap : IEntityTypeConfiguration<CaseLink>, IEntityTypeConfiguration<CaseNote>, IEntityTypeConfiguration<CaseFile>, IEntityTypeConfiguration<CasePackage>, IEntityTypeConfiguration<CaseEvent>
{
    public void Configure(EntityTypeBuilder<CaseLink> builder)
    {
        builder.ToTable("case_links");
        builder.HasKey(l => new { l.CaseId, l.Kind, l.Target });
        builder.HasOne<Case>().WithMany().HasForeignKey(l => l.CaseId).OnDelete(DeleteBehavior.Restrict);
        builder.Property(l => l.Kind).HasConversion<int>();
        builder.Property(l => l.ActorName).HasMaxLength(256);
        builder.HasIndex(l => new { l.Kind, l.Target });
    }

    public void Configure(EntityTypeBuilder<CaseNote> builder)
    {
        builder.ToTable("case_notes");
        builder.HasKey(n => n.Id);
        builder.HasOne<Case>().WithMany().HasForeignKey(n => n.CaseId).OnDelete(DeleteBehavior.Restrict);
        builder.Property(n => n.ActorName).HasMaxLength(256);
        builder.Property(n => n.Text).HasMaxLength(CaseNote.Longest);
        builder.HasIndex(n => new { n.CaseId, n.At });
    }

    public void Configure(EntityTypeBuilder<CaseFile> builder)
    {
        builder.ToTable("case_files");
        builder.HasKey(f => f.Id);
        builder.HasOne<Case>().WithMany().HasForeignKey(f => f.CaseId).OnDelete(DeleteBehavior.Restrict);
        builder.Property(f => f.Name).HasMaxLength(FileTypes.LongestName);
        builder.Property(f => f.ContentType).HasMaxLength(100);
        builder.Property(f => f.Sha256).HasMaxLength(32);
        builder.Property(f => f.StoredAs).HasMaxLength(32);
        builder.Property(f => f.ActorName).HasMaxLength(256);
        builder.HasIndex(f => new { f.CaseId, f.At });
        builder.HasIndex(f => f.StoredAs).IsUnique();
    }

    public void Configure(EntityTypeBuilder<CasePackage> builder)
    {
        builder.ToTable("case_packages");
        builder.HasKey(p => p.CaseId);
        builder.HasOne<Case>().WithMany().HasForeignKey(p => p.CaseId).OnDelete(DeleteBehavior.Restrict);
        builder.Property(p => p.Sha256).HasMaxLength(32);
        builder.Property(p => p.ActorName).HasMaxLength(256);
    }

    public void Configure(EntityTypeBuilder<CaseEvent> builder)
    {
        builder.ToTable("case_events");
        builder.HasKey(e => e.Id);
        builder.HasOne<Case>().WithMany().HasForeignKey(e => e.CaseId).OnDelete(DeleteBehavior.Restrict);
        builder.Property(e => e.Kind).HasConversion<int>();
        builder.Property(e => e.From).HasConversion<int?>();
        builder.Property(e => e.To).HasConversion<int?>();
        builder.Property(e => e.ActorKind).HasConversion<int>();
        builder.Property(e => e.Detail).HasMaxLength(CaseEvent.LongestDetail);
        builder.Property(e => e.ActorName).HasMaxLength(256);
        builder.HasIndex(e => new { e.CaseId, e.Version, e.Id });
    }
}
