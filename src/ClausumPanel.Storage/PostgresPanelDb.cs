using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace ClausumPanel.Storage;

public sealed class PostgresPanelDb(DbContextOptions<PostgresPanelDb> options) : PanelDb(options)
{
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);
        // timestamptz takes UTC only, and keeps what SQLite keeps: milliseconds.
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcMillisecondsConverter>();
    }
}

/// <summary>For the migrations tool only.</summary>
public sealed class PostgresPanelDbFactory : IDesignTimeDbContextFactory<PostgresPanelDb>
{
    public PostgresPanelDb CreateDbContext(string[] args) => new(new DbContextOptionsBuilder<PostgresPanelDb>().UseNpgsql("Host=localhost;Database=design")
        .UseApplicationServiceProvider(StorageSetup.DesignServices()).Options);
}
