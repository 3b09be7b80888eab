using ClausumPanel.Storage.Assessments;
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

    protected override void OnModelCreating(ModelBuilder builder)
    {
        base.OnModelCreating(builder);
        // What begins with "maria" is a range of code points, whatever the database's language thinks of sorting.
        builder.Entity<AssessmentTerm>().Property(t => t.Term).UseCollation("C");
        builder.Entity<Metrics.Tally>().Property(t => t.Scope).UseCollation("C");
        builder.Entity<Metrics.TallyValue>().Property(t => t.Scope).UseCollation("C");
        builder.UsePartOf(PartOf.Lower);
    }

    protected override Task LockAuditAsync(CancellationToken stop) => Database.ExecuteSqlRawAsync("LOCK TABLE audit_entries IN EXCLUSIVE MODE", stop);

    // The log copies its events into the same table: whoever numbers them waits for the other.
    internal override Task LockLabelsAsync(CancellationToken stop) => Database.ExecuteSqlRawAsync("LOCK TABLE labels, outbox_events IN SHARE ROW EXCLUSIVE MODE", stop);

    // Keeps out only itself: who changes a queue holds the end of the audit chain already and must not wait for it here.
    public override Task LockQueuesAsync(CancellationToken stop) => Database.ExecuteSqlRawAsync("LOCK TABLE review_queues IN SHARE UPDATE EXCLUSIVE MODE", stop);

    // OFFSET keeps the planner from taking the two apart again.
    internal override string ForEach(string table, string alias, string condition) => $"CROSS JOIN LATERAL (SELECT * FROM {table} {alias} WHERE {condition} OFFSET 0) {alias}";

    internal override IReadOnlyList<string> Guards =>
    [
        "CREATE OR REPLACE FUNCTION audit_entries_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TG_OP = 'DELETE' THEN IF OLD.sequence <= (SELECT max(sequence) FROM audit_anchors) THEN RETURN OLD; END IF; END IF; RAISE EXCEPTION 'audit entries are never altered or removed'; END $$",
        "CREATE OR REPLACE TRIGGER audit_entries_keep BEFORE UPDATE OR DELETE ON audit_entries FOR EACH ROW EXECUTE FUNCTION audit_entries_refuse()",
        "CREATE OR REPLACE TRIGGER audit_entries_stay BEFORE TRUNCATE ON audit_entries FOR EACH STATEMENT EXECUTE FUNCTION audit_entries_refuse()",
        "CREATE OR REPLACE FUNCTION audit_anchors_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'seals of the audit log are never altered or removed'; END $$",
        "CREATE OR REPLACE TRIGGER audit_anchors_keep BEFORE UPDATE OR DELETE ON audit_anchors FOR EACH ROW EXECUTE FUNCTION audit_anchors_refuse()",
        "CREATE OR REPLACE TRIGGER audit_anchors_stay BEFORE TRUNCATE ON audit_anchors FOR EACH STATEMENT EXECUTE FUNCTION audit_anchors_refuse()",
        "CREATE OR REPLACE FUNCTION labels_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'labels and fraud reports are never altered or removed'; END $$",
        "CREATE OR REPLACE TRIGGER labels_keep BEFORE UPDATE OR DELETE ON labels FOR EACH ROW EXECUTE FUNCTION labels_refuse()",
        "CREATE OR REPLACE TRIGGER labels_stay BEFORE TRUNCATE ON labels FOR EACH STATEMENT EXECUTE FUNCTION labels_refuse()",
        "CREATE OR REPLACE FUNCTION fraud_reports_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN IF TG_OP = 'DELETE' THEN IF NOT EXISTS (SELECT 1 FROM assessments WHERE seq = OLD.seq) THEN RETURN OLD; END IF; END IF; RAISE EXCEPTION 'fraud reports are never altered, nor removed before their payments'; END $$",
        "CREATE OR REPLACE TRIGGER fraud_reports_keep BEFORE UPDATE OR DELETE ON fraud_reports FOR EACH ROW EXECUTE FUNCTION fraud_reports_refuse()",
        "CREATE OR REPLACE TRIGGER fraud_reports_stay BEFORE TRUNCATE ON fraud_reports FOR EACH STATEMENT EXECUTE FUNCTION labels_refuse()",
        "CREATE OR REPLACE FUNCTION cases_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'what belongs to a case is never altered or removed'; END $$",
        "CREATE OR REPLACE TRIGGER case_events_keep BEFORE UPDATE OR DELETE ON case_events FOR EACH ROW EXECUTE FUNCTION cases_refuse()",
        "CREATE OR REPLACE TRIGGER case_events_stay BEFORE TRUNCATE ON case_events FOR EACH STATEMENT EXECUTE FUNCTION cases_refuse()",
        "CREATE OR REPLACE TRIGGER case_notes_keep BEFORE UPDATE OR DELETE ON case_notes FOR EACH ROW EXECUTE FUNCTION cases_refuse()",
        "CREATE OR REPLACE TRIGGER case_notes_stay BEFORE TRUNCATE ON case_notes FOR EACH STATEMENT EXECUTE FUNCTION cases_refuse()",
        "CREATE OR REPLACE TRIGGER case_files_keep BEFORE UPDATE OR DELETE ON case_files FOR EACH ROW EXECUTE FUNCTION cases_refuse()",
        "CREATE OR REPLACE TRIGGER case_files_stay BEFORE TRUNCATE ON case_files FOR EACH STATEMENT EXECUTE FUNCTION cases_refuse()",
        "CREATE OR REPLACE TRIGGER case_packages_keep BEFORE UPDATE OR DELETE ON case_packages FOR EACH ROW EXECUTE FUNCTION cases_refuse()",
        "CREATE OR REPLACE TRIGGER case_packages_stay BEFORE TRUNCATE ON case_packages FOR EACH STATEMENT EXECUTE FUNCTION cases_refuse()",
    ];
}

/// <summary>For the migrations tool only.</summary>
public sealed class PostgresPanelDbFactory : IDesignTimeDbContextFactory<PostgresPanelDb>
{
    public PostgresPanelDb CreateDbContext(string[] args) => new(new DbContextOptionsBuilder<PostgresPanelDb>().UseNpgsql("Host=localhost;Database=design")
        .UseApplicationServiceProvider(StorageSetup.DesignServices()).Options);
}
