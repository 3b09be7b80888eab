using ClausumPanel.Storage.Team;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Disputes;

/// <summary>What a line does.</summary>
public enum DisputeFate
{
    Wrong, Opens, Closes, Known,
}

/// <summary>Many disputes or outcomes as somebody sent them: written beside the requests, some lines at a time, and each line once.</summary>
public sealed class DisputeUpload
{
    public const int LongestZone = 64;

    /// <summary>What breaks off so often would break off again.</summary>
    public const int MostTurns = 3;

    /// <summary>A server that is silent for so long has lost it to the next that looks.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(30);

    /// <summary>What became of each line is kept for so long.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    public Guid Id { get; init; } = Guid.CreateVersion7();
    public Guid AskedById { get; init; }
    public DateTimeOffset AskedAt { get; init; }

    /// <summary>The clock of whoever sent it: of days and times that name no zone.</summary>
    public string Zone { get; init; } = "";
    public BatchState State { get; set; }

    /// <summary>How often it was begun or taken up again.</summary>
    public int Turns { get; set; }

    /// <summary>Whose turn it is: every turn has another word.</summary>
    public string? Turn { get; set; }

    /// <summary>Until then it is the server's that has the turn.</summary>
    public DateTimeOffset? HeldUntil { get; set; }

    /// <summary>Its text's name in the folder; null when it is not there any more.</summary>
    public string? StoredAs { get; set; }

    /// <summary>Of the text as it is kept, in lower-case hexadecimal.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>Lines there are.</summary>
    public int Total { get; init; }

    /// <summary>Lines that are done: counted in the same transaction that writes what they say, so the next turn goes on right after them.</summary>
    public int Read { get; set; }
    public int Opened { get; set; }
    public int Closed { get; set; }
    public int Known { get; set; }
    public int Wrong { get; set; }
    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>It will change by itself.</summary>
    public bool IsUnderWay => State is BatchState.Waiting or BatchState.Running;
    public double Progress => Total == 0 ? 0 : Math.Clamp(Read / (double)Total, 0, 1);

    /// <summary>The server that wrote it fell silent, and none has taken it up yet.</summary>
    public bool IsInterrupted(DateTimeOffset now) => State == BatchState.Running && HeldUntil < now;
}

/// <summary>What became of one line.</summary>
public sealed class DisputeUploadLine
{
    public const int LongestErrors = 1_000;

    public Guid UploadId { get; init; }

    /// <summary>Of the line in the text; the first is 1.</summary>
    public int Number { get; init; }
    public DisputeFate Fate { get; init; }
    public string? ExternalId { get; init; }

    /// <summary>The dispute it speaks of.</summary>
    public Guid? DisputeId { get; init; }

    /// <summary>Its payment was assessed here.</summary>
    public bool IsMatched { get; init; }

    /// <summary>"field code", one after the other, parted by semicolons.</summary>
    public string? Errors { get; init; }
}

public static class DisputeUploads
{
    extension(IQueryable<DisputeUpload> uploads)
    {
        public IQueryable<DisputeUpload> UnderWay => uploads.Where(u => u.State == BatchState.Waiting || u.State == BatchState.Running);
        public IQueryable<DisputeUpload> NewestFirst => uploads.OrderByDescending(u => u.AskedAt).ThenByDescending(u => u.Id);

        /// <summary>Nobody writes them: they wait, or their server fell silent.</summary>
        public IQueryable<DisputeUpload> Free(DateTimeOffset now) => uploads.Where(u => u.State == BatchState.Waiting || (u.State == BatchState.Running && u.HeldUntil < now));

        /// <summary>That one, for as long as this turn is the one that counts.</summary>
        public IQueryable<DisputeUpload> OfTurn(Guid id, string turn) => uploads.Where(u => u.Id == id && u.State == BatchState.Running && u.Turn == turn);
    }

    /// <returns>False when somebody else has it already.</returns>
    public static async Task<bool> ClaimUploadAsync(this PanelDb db, Guid id, string turn, DateTimeOffset now, CancellationToken stop)
    {
        var until = now + DisputeUpload.Silence;
        return await db.Set<DisputeUpload>().Free(now).Where(u => u.Id == id).ExecuteUpdateAsync(u => u
            .SetProperty(x => x.State, BatchState.Running).SetProperty(x => x.Turn, turn).SetProperty(x => x.HeldUntil, until).SetProperty(x => x.Turns, x => x.Turns + 1), stop) == 1;
    }
}

internal sealed class DisputeUploadMap : IEntityTypeConfiguration<DisputeUpload>
{
    public void Configure(EntityTypeBuilder<DisputeUpload> builder)
    {
        builder.ToTable("dispute_uploads");
        builder.HasKey(u => u.Id);
        builder.Property(u => u.Zone).HasMaxLength(DisputeUpload.LongestZone);
        builder.Property(u => u.Turn).HasMaxLength(32);
        builder.Property(u => u.StoredAs).HasMaxLength(32);
        builder.Property(u => u.Sha256).HasMaxLength(64);
        builder.HasIndex(u => u.State);
        builder.HasIndex(u => u.AskedAt);
        builder.HasOne<User>().WithMany().HasForeignKey(u => u.AskedById).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class DisputeUploadLineMap : IEntityTypeConfiguration<DisputeUploadLine>
{
    public void Configure(EntityTypeBuilder<DisputeUploadLine> builder)
    {
        builder.ToTable("dispute_upload_lines");
        builder.HasKey(l => new { l.UploadId, l.Number });
        builder.Property(l => l.ExternalId).HasMaxLength(Dispute.LongestId);
        builder.Property(l => l.Errors).HasMaxLength(DisputeUploadLine.LongestErrors);
        builder.HasOne<DisputeUpload>().WithMany().HasForeignKey(l => l.UploadId).OnDelete(DeleteBehavior.Cascade);
    }
}
