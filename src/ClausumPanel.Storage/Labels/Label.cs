using ClausumPanel.Assess;
using ClausumPanel.Storage.Audit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Labels;

/// <summary>What a payment turned out to be. Numbered as the rows keep them.</summary>
public enum LabelOutcome
{
    Fraud = 1, Good = 2,

    /// <summary>A person looked and cannot say. It stands in the ledger and never holds, conflicts or counts.</summary>
    Inconclusive = 3,
}

/// <summary>Who says so; the larger number outranks the smaller.</summary>
public enum LabelSource
{
    Customer = 10, Analyst = 20, FraudReport = 30, Chargeback = 40,
}

/// <summary>The way it came in.</summary>
public enum LabelChannel
{
    Panel = 1, Report = 2, Api = 3, Import = 4, Demo = 5,
}

/// <summary>One line of the ledger of outcomes: somebody says what a payment turned out to be, that they cannot say, or takes back what was said. Written once; never altered, never removed.</summary>
public sealed class Label
{
    public const int LongestReason = 100, LongestNote = 1_000, LongestReference = 200;

    /// <summary>1, 2, 3 … in the order they were written.</summary>
    public long Number { get; init; }

    /// <summary>The public <c>label_id</c>.</summary>
    public Guid Id { get; init; }

    /// <summary>The assessment it speaks of.</summary>
    public long Seq { get; init; }
    public LabelOutcome Outcome { get; init; }
    public LabelSource Source { get; init; }
    public LabelChannel Channel { get; init; }

    /// <summary>A short code: <c>card_testing</c>, a scheme's reason code, or a few words.</summary>
    public string? Reason { get; init; }
    public string? Note { get; init; }

    /// <summary>Minor units; null when nobody said.</summary>
    public long? Amount { get; init; }
    public string? Currency { get; init; }

    /// <summary>When it happened outside: the day of the chargeback, of the customer's call.</summary>
    public DateTimeOffset EventAt { get; init; }

    /// <summary>When the organization knew. What was decided before could not have used it.</summary>
    public DateTimeOffset KnownAt { get; init; }

    /// <summary>When it was written here.</summary>
    public DateTimeOffset RecordedAt { get; init; }
    public ActorKind ActorKind { get; init; }
    public Guid? ActorId { get; init; }
    public string ActorName { get; init; } = "";

    /// <summary>The outside's own number of it; the same one from the same source is the same label.</summary>
    public string? Reference { get; init; }

    /// <summary>The row that this one takes back; it says nothing else then.</summary>
    public long? Reverses { get; init; }

    /// <summary>What the audit trail keeps of it.</summary>
    public object Summary => new { Id, Seq, Outcome = Outcome.Word(), Source = Source.Word(), Reason, Amount, Currency, EventAt, KnownAt, Reference, Reverses };
}

/// <summary>What holds of an assessment now, derived from its rows and kept beside them so that a million assessments are counted without reading the ledger.</summary>
public sealed class CurrentLabel
{
    public long Seq { get; init; }

    /// <summary>When the payment was, Unix milliseconds.</summary>
    public long At { get; init; }
    public LabelOutcome Outcome { get; set; }
    public LabelSource Source { get; set; }

    /// <summary>The row that decides.</summary>
    public long Number { get; set; }

    /// <summary>Standing rows disagree.</summary>
    public bool IsConflicted { get; set; }

    /// <summary>It is fraud, and somebody besides a bank says so.</summary>
    public bool IsReported { get; set; }

    /// <summary>A chargeback stands.</summary>
    public bool IsDisputed { get; set; }

    // What was judged, kept here too: the quality of a year is read from the labelled payments alone.
    public Flow Flow { get; init; }
    public Decision Decision { get; init; }
    public int Score { get; init; }
    public string Currency { get; init; } = "";

    /// <summary>Minor units.</summary>
    public long Amount { get; init; }
    public int PolicyVersion { get; init; }

    /// <summary>The signals and rules that fired, as <see cref="SignalHits"/> writes them.</summary>
    public byte[] Signals { get; init; } = [];
}

/// <summary>What a fraud report said and did, beside the label it wrote: what a case begins with. Written once, with the label.</summary>
public sealed class FraudReport
{
    public const int LongestDescription = 2_000, MostUrls = 20;

    /// <summary>The label it wrote.</summary>
    public long Number { get; init; }
    public long Seq { get; init; }

    /// <summary>The key it came with; null from the panel.</summary>
    public Guid? KeyId { get; init; }
    public string? IdempotencyKey { get; init; }

    /// <summary>Of the canonical body, so that a repetition is known from another report under the same key.</summary>
    public byte[] Fingerprint { get; init; } = [];
    public string? Description { get; init; }
    public string? Email { get; init; }
    public string? IpAddress { get; init; }
    public string? CardBin { get; init; }

    /// <summary>One a line.</summary>
    public string? EvidenceUrls { get; init; }

    /// <summary>Whom the caller wants told, one word a line.</summary>
    public string? Notify { get; init; }

    /// <summary>The entries it put on lists or made stricter, one id a line.</summary>
    public string Entries { get; init; } = "";
    public int EntryCount { get; init; }
}

internal sealed class LabelMap : IEntityTypeConfiguration<Label>
{
    public void Configure(EntityTypeBuilder<Label> builder)
    {
        builder.ToTable("labels");
        builder.HasKey(l => l.Number);
        builder.Property(l => l.Number).ValueGeneratedNever();
        builder.Property(l => l.Outcome).HasConversion<int>();
        builder.Property(l => l.Source).HasConversion<int>();
        builder.Property(l => l.Channel).HasConversion<int>();
        builder.Property(l => l.Reason).HasMaxLength(Label.LongestReason);
        builder.Property(l => l.Note).HasMaxLength(Label.LongestNote);
        builder.Property(l => l.Currency).HasMaxLength(3);
        builder.Property(l => l.ActorName).HasMaxLength(256);
        builder.Property(l => l.Reference).HasMaxLength(Label.LongestReference);
        builder.Ignore(l => l.Summary);
        builder.HasIndex(l => l.Id).IsUnique();
        builder.HasIndex(l => new { l.Seq, l.Number });
        builder.HasIndex(l => l.RecordedAt);
        // What outranks an analyst is a small part of all: by when it was said here.
        builder.HasIndex(l => new { l.RecordedAt, l.Seq, l.Number }).HasFilter($"source > {(int)LabelSource.Analyst}").HasDatabaseName("ix_labels_outranking");
        // What banks said of fraud is a small part of all: by when they said it.
        builder.HasIndex(l => l.KnownAt).HasFilter("source >= 30 AND outcome = 1").HasDatabaseName("ix_labels_told");
        builder.HasIndex(l => new { l.Source, l.Reference }).IsUnique();
        builder.HasIndex(l => l.Reverses).IsUnique();
    }
}

internal sealed class CurrentLabelMap : IEntityTypeConfiguration<CurrentLabel>
{
    public void Configure(EntityTypeBuilder<CurrentLabel> builder)
    {
        builder.ToTable("current_labels");
        builder.HasKey(l => l.Seq);
        builder.Property(l => l.Seq).ValueGeneratedNever();
        builder.Property(l => l.Outcome).HasConversion<int>();
        builder.Property(l => l.Source).HasConversion<int>();
        builder.Property(l => l.Flow).HasConversion<int>();
        builder.Property(l => l.Decision).HasConversion<int>();
        builder.Property(l => l.Currency).HasMaxLength(3);
        builder.HasIndex(l => new { l.At, l.Seq });
    }
}

internal sealed class FraudReportMap : IEntityTypeConfiguration<FraudReport>
{
    public void Configure(EntityTypeBuilder<FraudReport> builder)
    {
        builder.ToTable("fraud_reports");
        builder.HasKey(r => r.Number);
        builder.Property(r => r.Number).ValueGeneratedNever();
        builder.Property(r => r.IdempotencyKey).HasMaxLength(255);
        builder.Property(r => r.Fingerprint).HasMaxLength(16);
        builder.Property(r => r.Description).HasMaxLength(FraudReport.LongestDescription);
        builder.Property(r => r.Email).HasMaxLength(320);
        builder.Property(r => r.IpAddress).HasMaxLength(45);
        builder.Property(r => r.CardBin).HasMaxLength(8);
        builder.HasIndex(r => r.Seq);
        builder.HasIndex(r => new { r.KeyId, r.IdempotencyKey }).IsUnique();
    }
}
