using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace ClausumPanel.Storage;

public sealed class SqlitePanelDb(DbContextOptions<SqlitePanelDb> options) : PanelDb(options)
{
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);
        // SQLite has neither instants nor uuids: integers order as time does, and big-endian bytes of a Guid v7 do too.
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UnixMillisecondsConverter>();
        configurationBuilder.Properties<Guid>().HaveConversion<BigEndianGuidConverter>();
    }

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        builder.UsePartOf(text => text);
    }

    // Transactions begin IMMEDIATE: whoever is in one is the only writer.
    protected override Task LockAuditAsync(CancellationToken stop) => Task.CompletedTask;

    internal override Task LockLabelsAsync(CancellationToken stop) => Task.CompletedTask;

    public override Task LockQueuesAsync(CancellationToken stop) => Task.CompletedTask;

    // The engine keeps the order of a CROSS JOIN.
    internal override string ForEach(string table, string alias, string condition) => $"CROSS JOIN {table} {alias} WHERE {condition}";

    internal override IReadOnlyList<string> Guards =>
    [
        "CREATE TRIGGER IF NOT EXISTS audit_entries_keep BEFORE UPDATE ON audit_entries BEGIN SELECT RAISE(ABORT, 'audit entries are never altered'); END",
        "CREATE TRIGGER IF NOT EXISTS audit_entries_stay BEFORE DELETE ON audit_entries WHEN OLD.sequence > coalesce((SELECT max(sequence) FROM audit_anchors), 0) BEGIN SELECT RAISE(ABORT, 'audit entries are never removed'); END",
        "CREATE TRIGGER IF NOT EXISTS audit_anchors_keep BEFORE UPDATE ON audit_anchors BEGIN SELECT RAISE(ABORT, 'seals of the audit log are never altered'); END",
        "CREATE TRIGGER IF NOT EXISTS audit_anchors_stay BEFORE DELETE ON audit_anchors BEGIN SELECT RAISE(ABORT, 'seals of the audit log are never removed'); END",
        "CREATE TRIGGER IF NOT EXISTS labels_keep BEFORE UPDATE ON labels BEGIN SELECT RAISE(ABORT, 'labels are never altered'); END",
        "CREATE TRIGGER IF NOT EXISTS labels_stay BEFORE DELETE ON labels BEGIN SELECT RAISE(ABORT, 'labels are never removed'); END",
        "CREATE TRIGGER IF NOT EXISTS fraud_reports_keep BEFORE UPDATE ON fraud_reports BEGIN SELECT RAISE(ABORT, 'fraud reports are never altered'); END",
        "CREATE TRIGGER IF NOT EXISTS fraud_reports_stay BEFORE DELETE ON fraud_reports WHEN EXISTS (SELECT 1 FROM assessments WHERE seq = OLD.seq) BEGIN SELECT RAISE(ABORT, 'fraud reports are never removed'); END",
        "CREATE TRIGGER IF NOT EXISTS case_events_keep BEFORE UPDATE ON case_events BEGIN SELECT RAISE(ABORT, 'lines of a case are never altered'); END",
        "CREATE TRIGGER IF NOT EXISTS case_events_stay BEFORE DELETE ON case_events BEGIN SELECT RAISE(ABORT, 'lines of a case are never removed'); END",
        "CREATE TRIGGER IF NOT EXISTS case_notes_keep BEFORE UPDATE ON case_notes BEGIN SELECT RAISE(ABORT, 'notes of a case are never altered'); END",
        "CREATE TRIGGER IF NOT EXISTS case_notes_stay BEFORE DELETE ON case_notes BEGIN SELECT RAISE(ABORT, 'notes of a case are never removed'); END",
        "CREATE TRIGGER IF NOT EXISTS case_files_keep BEFORE UPDATE ON case_files BEGIN SELECT RAISE(ABORT, 'files of a case are never altered'); END",
        "CREATE TRIGGER IF NOT EXISTS case_files_stay BEFORE DELETE ON case_files BEGIN SELECT RAISE(ABORT, 'files of a case are never removed'); END",
        "CREATE TRIGGER IF NOT EXISTS case_packages_keep BEFORE UPDATE ON case_packages BEGIN SELECT RAISE(ABORT, 'sealed packages are never altered'); END",
        "CREATE TRIGGER IF NOT EXISTS case_packages_stay BEFORE DELETE ON case_packages BEGIN SELECT RAISE(ABORT, 'sealed packages are never removed'); END",
    ];
}

/// <summary>For the migrations tool only.</summary>
public sealed class SqlitePanelDbFactory : IDesignTimeDbContextFactory<SqlitePanelDb>
{
    public SqlitePanelDb CreateDbContext(string[] args) => new(new DbContextOptionsBuilder<SqlitePanelDb>().UseSqlite("Data Source=design.db")
        .UseApplicationServiceProvider(StorageSetup.DesignServices()).Options);
}
