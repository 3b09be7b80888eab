using System.Security.Cryptography;
using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Team;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Simulations;

public enum RunState
{
    /// <summary>Not begun yet.</summary>
    Waiting,
    Running,
    Done,

    /// <summary>Somebody stopped it.</summary>
    Cancelled,

    /// <summary>The service stopped in the middle; it can go on where it was.</summary>
    Interrupted,
    Failed,
}

/// <summary>
/// A policy tried out on stored traffic. What it looks at is settled when it is made: the policy, the period, the last place of the log and the last moment of the labels. So the same run twice
/// gives the same numbers.
/// </summary>
public sealed class SimulationRun
{
    public const int LongestName = 100;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>Empty for one that a proposal began by itself.</summary>
    public string Name { get; set; } = "";
    public Guid? AuthorId { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
    public RunState State { get; set; }

    /// <summary>The policy that is tried out, as JSON.</summary>
    public string Document { get; init; } = "";

    /// <summary>See <see cref="Hash"/>.</summary>
    public string PolicyHash { get; init; } = "";

    /// <summary>The version the document is of; null: a draft.</summary>
    public int? PolicyVersion { get; init; }

    /// <summary>The version that judged when it was made, which it is compared with.</summary>
    public int ActiveVersion { get; init; }

    /// <summary>Of the named lists that its rules ask.</summary>
    public long ListsEdition { get; init; }

    /// <summary>Unix milliseconds, included.</summary>
    public long FromAt { get; init; }

    /// <summary>Unix milliseconds, not included.</summary>
    public long ToAt { get; init; }
    public Flow? Flow { get; init; }
    public string? Currency { get; init; }

    /// <summary>The first place of the log that may be in scope; 0 when there is none.</summary>
    public long FirstSeq { get; init; }

    /// <summary>The last one: what came later is not looked at.</summary>
    public long LastSeq { get; init; }

    /// <summary>Labels that became known later do not count.</summary>
    public DateTimeOffset LabelsUntil { get; init; }

    /// <summary>The last place that is counted and stored.</summary>
    public long DoneSeq { get; set; }

    /// <summary>Assessments judged so far.</summary>
    public long Judged { get; set; }

    public string? Failure { get; set; }
    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>The sums as JSON, once it is done: the same bytes whenever the same is tried again.</summary>
    public string? Result { get; set; }

    public ScanScope Scope => new(FromAt, ToAt, Flow, Currency);

    /// <summary>It will change by itself.</summary>
    public bool IsUnderWay => State is RunState.Waiting or RunState.Running;
    public bool CanGoOn => State is RunState.Interrupted or RunState.Cancelled or RunState.Failed;

    /// <summary>0…1 of the places of the log it has passed.</summary>
    public double Progress => State == RunState.Done || LastSeq == 0 ? 1 : Math.Clamp((double)(DoneSeq - FirstSeq + 1) / (LastSeq - FirstSeq + 1), 0, 1);

    /// <summary>Says which policy it is, whatever version it becomes: runs of a draft are found again when it is proposed.</summary>
    public static string Hash(Policy policy) => Convert.ToHexStringLower(SHA256.HashData(PolicyJson.WriteUtf8(policy with { Version = 0 })));
}

/// <summary>What a run counted in one stretch of the log, so that a run that was cut off goes on and does not begin again.</summary>
public sealed class SimulationPart
{
    public Guid RunId { get; init; }

    /// <summary>1, 2, 3…</summary>
    public int Number { get; init; }
    public long LastSeq { get; init; }

    /// <summary>The sums of this stretch, as JSON.</summary>
    public string Sums { get; init; } = "";
}

/// <summary>The assessments of one stretch that stand behind one of a run's numbers.</summary>
public sealed class SimulationSet
{
    public const int LongestName = 100;

    public Guid RunId { get; init; }
    public string Name { get; init; } = "";
    public int Part { get; init; }
    public int Count { get; init; }

    /// <summary>Places in the log, as <see cref="Assess.Previews.SeqSet"/> packs them.</summary>
    public byte[] Places { get; init; } = [];
}

internal sealed class SimulationRunMap : IEntityTypeConfiguration<SimulationRun>
{
    public void Configure(EntityTypeBuilder<SimulationRun> builder)
    {
        builder.ToTable("simulation_runs");
        builder.HasKey(r => r.Id);
        builder.Property(r => r.Name).HasMaxLength(SimulationRun.LongestName);
        builder.Property(r => r.PolicyHash).HasMaxLength(64);
        builder.Property(r => r.Currency).HasMaxLength(3);
        builder.Property(r => r.Failure).HasMaxLength(1_000);
        builder.HasIndex(r => r.State);
        builder.HasIndex(r => r.PolicyHash);
        builder.HasOne<User>().WithMany().HasForeignKey(r => r.AuthorId).OnDelete(DeleteBehavior.Restrict);
        builder.Ignore(r => r.Scope);
    }
}

internal sealed class SimulationPartMap : IEntityTypeConfiguration<SimulationPart>
{
    public void Configure(EntityTypeBuilder<SimulationPart> builder)
    {
        builder.ToTable("simulation_parts");
        builder.HasKey(p => new { p.RunId, p.Number });
        builder.HasOne<SimulationRun>().WithMany().HasForeignKey(p => p.RunId).OnDelete(DeleteBehavior.Cascade);
    }
}

internal sealed class SimulationSetMap : IEntityTypeConfiguration<SimulationSet>
{
    public void Configure(EntityTypeBuilder<SimulationSet> builder)
    {
        builder.ToTable("simulation_sets");
        builder.HasKey(s => new { s.RunId, s.Name, s.Part });
        builder.Property(s => s.Name).HasMaxLength(SimulationSet.LongestName);
        builder.HasOne<SimulationRun>().WithMany().HasForeignKey(s => s.RunId).OnDelete(DeleteBehavior.Cascade);
    }
}
