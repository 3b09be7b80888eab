using ClausumPanel.Storage.Team;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Disputes;

public enum BatchState
{
    /// <summary>Not begun yet.</summary>
    Waiting,
    Running,
    Done,

    /// <summary>Somebody stopped it.</summary>
    Cancelled,
    Failed,
}

/// <summary>The workbook of all open disputes, as somebody asked for it: made beside the requests, and kept for a day.</summary>
public sealed class DisputeBatch
{
    public const int LongestZone = 64, LongestLanguage = 10;

    /// <summary>What breaks off so often would break off again.</summary>
    public const int MostTurns = 3;

    /// <summary>A server that is silent for so long has lost it to the next that looks.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);
    public static readonly TimeSpan Kept = TimeSpan.FromDays(1);

    public Guid Id { get; init; } = Guid.CreateVersion7();
    public Guid AskedById { get; init; }
    public DateTimeOffset AskedAt { get; init; }

    /// <summary>The language and the clock of whoever asked.</summary>
    public string Language { get; init; } = "";
    public string Zone { get; init; } = "";
    public BatchState State { get; set; }

    /// <summary>How often it was begun.</summary>
    public int Turns { get; set; }

    /// <summary>Until then it is the server's that makes it.</summary>
    public DateTimeOffset? HeldUntil { get; set; }

    /// <summary>Its file's name in the folder. Every turn has another, so it says whose turn it is, too; null when there is no file any more.</summary>
    public string? StoredAs { get; set; }

    /// <summary>Disputes that go in.</summary>
    public int Total { get; set; }
    public int Made { get; set; }

    /// <summary>Open disputes that were more than one workbook takes.</summary>
    public int LeftOut { get; set; }
    public long Size { get; set; }

    /// <summary>Of the file, in lower-case hexadecimal; null until there is one.</summary>
    public string? Sha256 { get; set; }
    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>It will change by itself.</summary>
    public bool IsUnderWay => State is BatchState.Waiting or BatchState.Running;
    public double Progress => State == BatchState.Done ? 1 : Total == 0 ? 0 : Math.Clamp(Made / (double)Total, 0, 1);

    /// <summary>The server that made it fell silent, and none has taken it up yet.</summary>
    public bool IsInterrupted(DateTimeOffset now) => State == BatchState.Running && HeldUntil < now;

    public DateTimeOffset? KeptUntil => State == BatchState.Done ? FinishedAt + Kept : null;

    public bool HasFile(DateTimeOffset now) => StoredAs is not null && now < KeptUntil;
}

public static class DisputeBatches
{
    extension(IQueryable<DisputeBatch> batches)
    {
        public IQueryable<DisputeBatch> UnderWay => batches.Where(b => b.State == BatchState.Waiting || b.State == BatchState.Running);
        public IQueryable<DisputeBatch> NewestFirst => batches.OrderByDescending(b => b.AskedAt).ThenByDescending(b => b.Id);

        /// <summary>Nobody makes them: they wait, or their server fell silent.</summary>
        public IQueryable<DisputeBatch> Free(DateTimeOffset now) => batches.Where(b => b.State == BatchState.Waiting || (b.State == BatchState.Running && b.HeldUntil < now));

        /// <summary>That one, for as long as this turn is the one that counts.</summary>
        public IQueryable<DisputeBatch> OfTurn(Guid id, string storedAs) => batches.Where(b => b.Id == id && b.State == BatchState.Running && b.StoredAs == storedAs);
    }

    /// <returns>False when somebody else has it already.</returns>
    public static async Task<bool> ClaimBatchAsync(this PanelDb db, Guid id, string storedAs, DateTimeOffset now, CancellationToken stop)
    {
        var until = now + DisputeBatch.Silence;
        return await db.Set<DisputeBatch>().Free(now).Where(b => b.Id == id).ExecuteUpdateAsync(b => b
            .SetProperty(x => x.State, BatchState.Running).SetProperty(x => x.StoredAs, storedAs).SetProperty(x => x.HeldUntil, until).SetProperty(x => x.Turns, x => x.Turns + 1).SetProperty(x => x.Made, 0), stop) == 1;
    }
}

internal sealed class DisputeBatchMap : IEntityTypeConfiguration<DisputeBatch>
{
    public void Configure(EntityTypeBuilder<DisputeBatch> builder)
    {
        builder.ToTable("dispute_batches");
        builder.HasKey(b => b.Id);
        builder.Property(b => b.Language).HasMaxLength(DisputeBatch.LongestLanguage);
        builder.Property(b => b.Zone).HasMaxLength(DisputeBatch.LongestZone);
        builder.Property(b => b.StoredAs).HasMaxLength(32);
        builder.Property(b => b.Sha256).HasMaxLength(64);
        builder.HasIndex(b => b.State);
        builder.HasIndex(b => b.AskedAt);
        // Of two that one person asks for at once, one stands.
        builder.HasIndex(b => b.AskedById).IsUnique().HasFilter($"state IN ('{nameof(BatchState.Waiting)}', '{nameof(BatchState.Running)}')").HasDatabaseName("ix_dispute_batches_under_way");
        builder.HasOne<User>().WithMany().HasForeignKey(b => b.AskedById).OnDelete(DeleteBehavior.Restrict);
    }
}
