using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Inbound;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Sessions;
using ClausumPanel.Storage.Settings;
using ClausumPanel.Storage.Team;
using ClausumPanel.Storage.Webhooks;
using Microsoft.AspNetCore.Identity.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;

namespace ClausumPanel.Storage;

/// <summary>Everything the panel remembers. The two empty heirs own the migrations of their engine; the rest of the code sees this one.</summary>
public abstract class PanelDb(DbContextOptions options) : IdentityUserContext<User, Guid>(options)
{
    public DbSet<ApiKey> ApiKeys => Set<ApiKey>();
    public DbSet<AuditEntry> AuditEntries => Set<AuditEntry>();
    public DbSet<ChangeMark> ChangeMarks => Set<ChangeMark>();
    public DbSet<Invitation> Invitations => Set<Invitation>();
    public DbSet<PanelSetting> Settings => Set<PanelSetting>();
    public DbSet<UserSession> UserSessions => Set<UserSession>();
    public DbSet<WebhookEndpoint> WebhookEndpoints => Set<WebhookEndpoint>();
    public DbSet<WebhookDelivery> WebhookDeliveries => Set<WebhookDelivery>();
    public DbSet<ReceivedEvent> ReceivedEvents => Set<ReceivedEvent>();
    public DbSet<EventRule> EventRules => Set<EventRule>();

    /// <summary>What must hold before the end of the audit chain is read and written: one engine locks by its transactions, the other must be asked.</summary>
    protected abstract Task LockAuditAsync(CancellationToken stop);

    /// <summary>From here to the end of the transaction nobody else writes labels or numbers events.</summary>
    internal abstract Task LockLabelsAsync(CancellationToken stop);

    /// <summary>From here to the end of the transaction a queue of reviews that is there stays there: for who deletes one, and who puts an item back into one. Before any row is written.</summary>
    public abstract Task LockQueuesAsync(CancellationToken stop);

    /// <summary>The rest of a FROM: for each row before it, the rows of a table that are found through its index. Left to itself, an engine that knows nothing of the rows before would rather read the whole table once.</summary>
    internal abstract string ForEach(string table, string alias, string condition);

    /// <summary>The statements behind the tables that a migration does not make: they are run at every start and change nothing the second time.</summary>
    internal abstract IReadOnlyList<string> Guards { get; }

    public override async Task<int> SaveChangesAsync(bool acceptAllChangesOnSuccess, CancellationToken cancellationToken = default)
    {
        var entries = ChangeTracker.Entries<AuditEntry>().Where(e => e.State == EntityState.Added).Select(e => e.Entity).OrderBy(e => Math.Abs(e.Sequence)).ToList();
        if (entries.Count == 0) return await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);

        var own = Database.CurrentTransaction is null ? await Database.BeginTransactionAsync(cancellationToken) : null;
        await using (own)
        {
            await LockAuditAsync(cancellationToken);
            await ChainAsync(entries, cancellationToken);
            var saved = await base.SaveChangesAsync(acceptAllChangesOnSuccess, cancellationToken);
            if (own is null) return saved;                        // whoever began the transaction ends it
            await own.CommitAsync(cancellationToken);
            this.GetService<AuditKey>().Remember(entries[^1]);
            return saved;
        }
    }

    /// <summary>Saving is always asynchronous here.</summary>
    public override int SaveChanges(bool acceptAllChangesOnSuccess) => throw new NotSupportedException("Use SaveChangesAsync.");

    private async Task ChainAsync(List<AuditEntry> entries, CancellationToken stop)
    {
        var key = this.GetService<AuditKey>();
        var last = await AuditEntries.AsNoTracking().OrderByDescending(e => e.Sequence).Select(e => new { e.Sequence, e.Hash }).FirstOrDefaultAsync(stop);
        // Without any the chain goes on where it was cut, never from its beginning again.
        var cut = last is null ? await Set<AuditAnchor>().AsNoTracking().OrderByDescending(a => a.Sequence).FirstOrDefaultAsync(stop) : null;
        var (sequence, hash) = (last?.Sequence ?? cut?.Sequence ?? 0, last?.Hash ?? cut?.Hash ?? AuditChain.Beginning);
        foreach (var entry in entries)
        {
            Entry(entry).State = EntityState.Detached;
            entry.Sequence = ++sequence;
            entry.PreviousHash = hash;
            entry.Hash = hash = AuditChain.Hash(key, entry);
            Add(entry);
        }
    }

    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) => configurationBuilder.UsePanelConventions();

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.ApplyConfigurationsFromAssembly(typeof(PanelDb).Assembly);
        builder.FinishPanelModel();
    }
}
