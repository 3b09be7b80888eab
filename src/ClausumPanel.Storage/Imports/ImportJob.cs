using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Imports;

/// <summary>What a job brings in.</summary>
public enum ImportKind { File, Demo }

public enum ImportState { Waiting, Running, Done, Failed }

/// <summary>
/// History that the running server is asked to take in, so that its memory knows what was imported: handed over by the command line, which
/// cannot write behind the server's back.
/// </summary>
public sealed class ImportJob
{
    public const int LongestPath = 4_096, LongestProblems = 200_000;

    public Guid Id { get; init; } = Guid.CreateVersion7();
    public ImportKind Kind { get; init; }

    /// <summary>The file, in full, as the server sees it; empty for the demo.</summary>
    public string Path { get; init; } = "";
    public ImportState State { get; set; }

    /// <summary>Lines looked at so far.</summary>
    public int Read { get; set; }
    public int Stored { get; set; }

    /// <summary>Lines that were stored before under the same idempotency key.</summary>
    public int Known { get; set; }
    public int Refused { get; set; }

    /// <summary>One line each: <c>line 7: currency: …</c>; the first ones, when there are very many.</summary>
    public string Problems { get; set; } = "";

    /// <summary>Why it failed as a whole.</summary>
    public string? Failure { get; set; }
    public DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; set; }

    public bool IsFinished => State is ImportState.Done or ImportState.Failed;
}

public static class ImportJobs
{
    extension(IQueryable<ImportJob> jobs)
    {
        public IQueryable<ImportJob> Waiting => jobs.Where(j => j.State == ImportState.Waiting);
        public IQueryable<ImportJob> Running => jobs.Where(j => j.State == ImportState.Running);
    }

    /// <returns>False when somebody else has it already.</returns>
    public static async Task<bool> ClaimImportAsync(this PanelDb db, Guid id, CancellationToken stop) =>
        await db.Set<ImportJob>().Waiting.Where(j => j.Id == id).ExecuteUpdateAsync(j => j.SetProperty(x => x.State, ImportState.Running), stop) == 1;
}

internal sealed class ImportJobMap : IEntityTypeConfiguration<ImportJob>
{
    public void Configure(EntityTypeBuilder<ImportJob> builder)
    {
        builder.ToTable("import_jobs");
        builder.Property(j => j.Path).HasMaxLength(ImportJob.LongestPath);
        builder.Property(j => j.Failure).HasMaxLength(1_000);
        builder.HasIndex(j => j.State);
    }
}
