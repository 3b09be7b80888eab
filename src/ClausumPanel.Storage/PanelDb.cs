using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Sessions;
using ClausumPanel.Storage.Settings;
using ClausumPanel.Storage.Team;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Storage;

/// <summary>Everything the panel remembers. The two empty heirs own the migrations of their engine; the rest of the code sees this one.</summary>
public abstract class PanelDb(DbContextOptions options) : IdentityUserContext<User, Guid>(options)
{
    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();
    public DbSet<AuditEntry> AuditEntries => Set<AuditEntry>();
    public DbSet<ChangeMark> ChangeMarks => Set<ChangeMark>();
    public DbSet<PanelSetting> Settings => Set<PanelSetting>();
    public DbSet<UserSession> UserSessions => Set<UserSession>();

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) => configurationBuilder.UsePanelConventions();

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.ApplyConfigurationsFromAssembly(typeof(PanelDb).Assembly);
        builder.FinishPanelModel();
    }
}
