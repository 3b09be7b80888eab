using ClausumPanel.Assess;
using ClausumPanel.Storage.Team;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Simulations;

/// <summary>A request that is kept with the decision it should get, so that a change of the policy can be held against it.</summary>
public sealed class SimulationScenario
{
    public const int LongestName = 100, Most = 200;

    public Guid Id { get; init; } = Guid.CreateVersion7();
    public string Name { get; init; } = "";
    public Flow Flow { get; init; }

    /// <summary>The request as JSON, card data masked.</summary>
    public string Request { get; init; } = "";
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
        builder.HasIndex(s => s.Name).IsUnique();
        builder.HasOne<User>().WithMany().HasForeignKey(s => s.AuthorId).OnDelete(DeleteBehavior.Restrict);
    }
}
