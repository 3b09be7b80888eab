using ClausumPanel.Assess;
using ClausumPanel.Storage.Team;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Simulations;

/// <summary>What of a request is another one each time it is run again.</summary>
[Flags]
public enum Varied
{
    None = 0,
    Card = 1,
    Email = 2,
    Device = 4,
    Ip = 8,
    Customer = 16,
    Beneficiary = 32,

    /// <summary>A tenth of the first amount more each time.</summary>
    Amount = 64,
}

/// <summary>A request that is kept with the decision it should get, so that a change of the policy can be held against it.</summary>
public sealed class SimulationScenario
{
    public const int LongestName = 100, Most = 200;

    public Guid Id { get; init; } = Guid.CreateVersion7();
    public string Name { get; init; } = "";
    public Flow Flow { get; init; }

    /// <summary>The request as JSON, card data masked.</summary>
    public string Request { get; init; } = "";

    /// <summary>How often it is run; the last answer counts.</summary>
    public int Times { get; init; } = 1;
    public Varied Varies { get; init; }

    /// <summary>What the second request changes of the first, the third of the first, and so on: JSON merge patches (RFC 7396) in an array; null when nothing is said one by one.</summary>
    public string? Steps { get; init; }
    public Decision Expected { get; init; }
    public Guid? AuthorId { get; init; }
    public DateTimeOffset CreatedAt { get; init; }
}

internal sealed class SimulationScenarioMap : IEntityTypeConfiguration<SimulationScenario>
{
    public void Configure(EntityTypeBuilder<SimulationScenario> builder)
    {
        builder.ToTable("simulation_scenarios");
        builder.HasKey(s => s.Id);
        builder.Property(s => s.Name).HasMaxLength(SimulationScenario.LongestName);
        builder.Property(s => s.Varies).HasMaxLength(100);
        builder.HasIndex(s => s.Name).IsUnique();
        builder.HasOne<User>().WithMany().HasForeignKey(s => s.AuthorId).OnDelete(DeleteBehavior.Restrict);
    }
}
