using ClausumPanel.Assess;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Lists;

/// <summary>Which flow an entry counts in.</summary>
public enum FlowScope
{
    Both = 0, PayIn = 1, PayOut = 2,
}

public static class FlowScopes
{
    public static bool Has(this FlowScope scope, Flow flow) => scope == FlowScope.Both || scope == (flow == Flow.PayIn ? FlowScope.PayIn : FlowScope.PayOut);

    /// <summary>The one flow it is about, or null.</summary>
    public static Flow? Only(this FlowScope scope) => scope switch { FlowScope.PayIn => Flow.PayIn, FlowScope.PayOut => Flow.PayOut, FlowScope.Both => null };
}

/// <summary>Where an entry came from. Source: Clausum documentation, api-reference/blocklists.</summary>
public enum ListSource
{
    Manual = 0, Rule = 1, FraudReport = 2, Chargeback = 3, Api = 4,
}

/// <summary>One value on a list.</summary>
public sealed class ListEntry
{
    public Guid Id { get; init; } = Guid.CreateVersion7();
    public ListType Type { get; init; }

    /// <summary>Normalised as <see cref="ListValues.TryNormalize"/> does.</summary>
    public string Value { get; init; } = "";
    public ListSeverity Severity { get; set; }
    public FlowScope FlowScope { get; set; }
    public string? Reason { get; set; }
    public ListSource Source { get; init; }
    public bool IsActive { get; set; } = true;
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>From then on it no longer counts; null: never ends.</summary>
    public DateTimeOffset? ExpiresAt { get; set; }
    public Guid? OwnerId { get; init; }

    /// <summary>What it has met; null while it has met nothing, or was not asked for.</summary>
    public ListHits? Hits { get; init; }

    /// <summary>What the audit trail keeps of it.</summary>
    public object Summary => new { Type = Type.Word(), Value, Severity = Severity.Word(), FlowScope = FlowScope.Word(), Reason, Source = Source.Word(), IsActive, ExpiresAt };
}

internal sealed class ListEntryMap : IEntityTypeConfiguration<ListEntry>
{
    public void Configure(EntityTypeBuilder<ListEntry> builder)
    {
        builder.ToTable("list_entries");
        builder.HasKey(e => e.Id);
        builder.Property(e => e.Value).HasMaxLength(ListValues.Longest);
        builder.Property(e => e.Reason).HasMaxLength(ListValues.LongestReason);
        builder.HasIndex(e => new { e.Type, e.Value }).IsUnique();
        builder.HasOne(e => e.Hits).WithOne().HasForeignKey<ListHits>(h => h.EntryId).OnDelete(DeleteBehavior.Cascade);
    }
}
