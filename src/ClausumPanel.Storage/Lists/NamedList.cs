using ClausumPanel.Assess;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Lists;

/// <summary>What the values of a named list are, and so how they are written and met.</summary>
public enum NamedListKind
{
    Text = 0, Email = 1, EmailDomain = 2, Ip = 3, Country = 4, CardBin = 5, Phone = 6, CustomerId = 7, CardHash = 8, DeviceFingerprint = 9,
}

/// <summary>
/// A list that rules ask by its name: <c>email in list "vip"</c>. Lists and values are never erased: every change has a number, the edition, and each row says from which edition it stands and until
/// which, so that what was judged under an edition can be judged again under it.
/// </summary>
public sealed class NamedList
{
    /// <summary>The edition in which something that stands will be removed: none yet.</summary>
    public const long Stands = long.MaxValue;

    public const int LongestName = 40, LongestDescription = 500;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>Lower case; never changes, since rules name it.</summary>
    public string Name { get; init; } = "";
    public string? Description { get; set; }

    /// <summary>Never changes, since values are written as it says.</summary>
    public NamedListKind Kind { get; init; }
    public Guid? OwnerId { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public long AddedEdition { get; init; }
    public long RemovedEdition { get; set; } = Stands;

    /// <summary>The last edition that changed its values.</summary>
    public long ChangedEdition { get; set; }

    /// <summary>What the audit trail keeps of it.</summary>
    public object Summary => new { Name, Kind = Kind.Word(), Description };

    /// <summary>Lower case letters, digits, dashes and underscores, so that a rule names it without doubt.</summary>
    public static bool IsName(string name) => name.Length is > 0 and <= LongestName && name.All(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) || c is '-' or '_');
}

/// <summary>One value of a named list, from one edition until another.</summary>
public sealed class NamedListValue
{
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public Guid ListId { get; init; }

    /// <summary>Normalised as <see cref="NamedLists.TryNormalize"/> does.</summary>
    public string Value { get; init; } = "";
    public string? Reason { get; init; }
    public Guid? OwnerId { get; init; }
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>From then on it no longer stands in the list; null: never ends.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }
    public long AddedEdition { get; set; }
    public long RemovedEdition { get; set; } = NamedList.Stands;
}

/// <summary>The words of named lists, and how their values are written.</summary>
public static class NamedLists
{
    public static readonly IReadOnlyList<NamedListKind> Kinds = Enum.GetValues<NamedListKind>();

    public static string Word(this NamedListKind kind) => kind switch
    {
        NamedListKind.Text => "text",
        NamedListKind.Email => "email",
        NamedListKind.EmailDomain => "email_domain",
        NamedListKind.Ip => "ip",
        NamedListKind.Country => "country",
        NamedListKind.CardBin => "card_bin",
        NamedListKind.Phone => "phone",
        NamedListKind.CustomerId => "customer_id",
        NamedListKind.CardHash => "card_hash",
        NamedListKind.DeviceFingerprint => "device_fingerprint",
    };

    public static NamedListKind? Kind(string? word)
    {
        foreach (var kind in Kinds)
            if (kind.Word() == word) return kind;
        return null;
    }

    /// <summary>The value as the fact it is compared with writes it; false, with what is wrong, when it cannot be one of that kind.</summary>
    public static bool TryNormalize(NamedListKind kind, string value, out string normalized, out ListProblem problem) => ListValues.TryNormalize(kind switch
    {
        NamedListKind.Email => ListType.Email,
        NamedListKind.EmailDomain => ListType.EmailDomain,
        NamedListKind.Ip => value.Contains('/', StringComparison.Ordinal) ? ListType.IpRange : ListType.IpAddress,
        NamedListKind.Country => ListType.Country,
        NamedListKind.CardBin => ListType.CardBin,
        NamedListKind.Phone => ListType.Phone,
        NamedListKind.CardHash => ListType.CardHash,
        NamedListKind.DeviceFingerprint => ListType.DeviceFingerprint,
        // Any text, but for whole card numbers.
        _ => ListType.CustomerId,
    }, value, out normalized, out problem);
}

internal sealed class NamedListMap : IEntityTypeConfiguration<NamedList>
{
    public void Configure(EntityTypeBuilder<NamedList> builder)
    {
        builder.ToTable("named_lists");
        builder.HasKey(l => l.Id);
        builder.Property(l => l.Name).HasMaxLength(NamedList.LongestName);
        builder.Property(l => l.Description).HasMaxLength(NamedList.LongestDescription);
        builder.HasIndex(l => new { l.Name, l.RemovedEdition }).IsUnique();
    }
}

internal sealed class NamedListValueMap : IEntityTypeConfiguration<NamedListValue>
{
    public void Configure(EntityTypeBuilder<NamedListValue> builder)
    {
        builder.ToTable("named_list_values");
        builder.HasKey(v => v.Id);
        builder.Property(v => v.Value).HasMaxLength(ListValues.Longest);
        builder.Property(v => v.Reason).HasMaxLength(ListValues.LongestReason);
        builder.HasIndex(v => new { v.ListId, v.RemovedEdition, v.Value }).IsUnique();
        builder.HasOne<NamedList>().WithMany().HasForeignKey(v => v.ListId).OnDelete(DeleteBehavior.Restrict);
    }
}
