using ClausumPanel.Assess;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Storage.Team;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Simulations;

public enum CheckState
{
    /// <summary>Not begun yet.</summary>
    Waiting,
    Running,
    Done,
    Failed,
}

/// <summary>The saved scenarios held against one version of the policy, as of one moment. It stays as it came out, whatever is saved or deleted later.</summary>
public sealed class SimulationCheck
{
    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>The version they were held against.</summary>
    public int Version { get; init; }

    /// <summary>See <see cref="SimulationRun.Hash"/>.</summary>
    public string PolicyHash { get; init; } = "";

    /// <summary>Who asked for it; whoever proposed the version when it began by itself.</summary>
    public Guid? AskedById { get; init; }
    public DateTimeOffset AskedAt { get; init; }
    public CheckState State { get; set; }
    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>What judged then.</summary>
    public int? ActiveVersion { get; set; }
    public int Scenarios { get; set; }
    public int AsExpected { get; set; }

    /// <summary>A <see cref="CheckLine"/> for each scenario, as JSON, once it is done.</summary>
    public string? Lines { get; set; }
    public string? Failure { get; set; }

    /// <summary>It will change by itself.</summary>
    public bool IsUnderWay => State is CheckState.Waiting or CheckState.Running;
    public bool Passes => State == CheckState.Done && AsExpected == Scenarios;
}

/// <summary>How one scenario came out.</summary>
/// <param name="Got">Null when its request could not be run.</param>
/// <param name="Active">What judged then decided.</param>
/// <param name="Problem">Why it could not be run, in English.</param>
/// <param name="Differs">The signals and rules that count otherwise than in what judged then.</param>
public sealed record CheckLine(Guid Scenario, string Name, Flow Flow, Decision Expected, Decision? Got, int Score, Decision? Active, string? Problem, IReadOnlyList<PointsChange> Differs)
{
    public bool IsAsExpected => Got == Expected;
}

/// <summary>A signal or rule and what it counted under two policies; null: it did not fire.</summary>
public sealed record PointsChange(string Code, int? Before, int? After);

internal sealed class SimulationCheckMap : IEntityTypeConfiguration<SimulationCheck>
{
    public void Configure(EntityTypeBuilder<SimulationCheck> builder)
    {
        builder.ToTable("simulation_checks");
        builder.HasKey(c => c.Id);
        builder.Property(c => c.PolicyHash).HasMaxLength(64);
        builder.Property(c => c.Failure).HasMaxLength(1_000);
        builder.HasIndex(c => c.State);
        builder.HasIndex(c => c.Version);
        builder.HasOne<PolicyVersion>().WithMany().HasForeignKey(c => c.Version).OnDelete(DeleteBehavior.Cascade);
        builder.HasOne<User>().WithMany().HasForeignKey(c => c.AskedById).OnDelete(DeleteBehavior.Restrict);
    }
}
