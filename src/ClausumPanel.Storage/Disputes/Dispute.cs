using ClausumPanel.Assess;
using ClausumPanel.Storage.Files;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Disputes;

/// <summary>Whose rules a dispute follows.</summary>
public enum CardScheme
{
    Visa, Mastercard, Amex, Discover, Other,
}

/// <summary>How far it has gone between the banks.</summary>
public enum DisputeStage
{
    Inquiry, Chargeback, PreArbitration, Arbitration,
}

/// <summary>How far it has come with us.</summary>
public enum DisputeState
{
    /// <summary>Nobody has answered.</summary>
    Open,

    /// <summary>The evidence is with the bank.</summary>
    Answered,

    /// <summary>It has an outcome.</summary>
    Closed,
}

public enum DisputeOutcome
{
    Won, Lost,

    /// <summary>Not fought: lost by choice.</summary>
    Accepted,
}

/// <summary>How the panel came to know of it.</summary>
public enum DisputeOrigin
{
    /// <summary>Somebody typed it in.</summary>
    Manual,

    /// <summary>A line of a file.</summary>
    Import,

    /// <summary>A server said it.</summary>
    Api,

    /// <summary>An event of the provider.</summary>
    Event,
}

/// <summary>A cardholder's bank asks for a payment back, and by when it wants to hear why not.</summary>
public sealed class Dispute
{
    public const int LongestId = 100, LongestDescriptor = 60, LongestNotes = 4_000, LongestProvider = 60;

    public Guid Id { get; init; } = Guid.CreateVersion7();

    /// <summary>What people say aloud, see <see cref="Code"/>.</summary>
    public int Number { get; init; }
    public CardScheme Scheme { get; set; }

    /// <summary>The scheme's code: <c>10.4</c>, <c>4837</c>.</summary>
    public string ReasonCode { get; set; } = "";

    /// <summary>Minor units of <see cref="Currency"/>.</summary>
    public long Amount { get; set; }
    public string Currency { get; set; } = "";

    /// <summary>The acquirer's reference number of the disputed payment, 23 digits.</summary>
    public string? Arn { get; set; }

    /// <summary>The number the bank or the provider gives it.</summary>
    public string? ExternalId { get; set; }

    public DisputeOrigin Origin { get; init; }

    /// <summary>Who told of it, in small letters: <c>stripe</c>; null when nobody said.</summary>
    public string? Provider { get; set; }

    /// <summary>The latest moment the provider has told of, as it orders its events; null when it has told nothing. What it tells later of an earlier moment is over.</summary>
    public long? ProviderMark { get; set; }

    /// <summary>The assessment of the disputed payment; null when none was found.</summary>
    public long? Seq { get; set; }

    /// <summary>The order and payment it was said to be of, so that a payment can be looked for again.</summary>
    public string? OrderId { get; set; }
    public string? PaymentId { get; set; }

    /// <summary>When the organization was told.</summary>
    public DateTimeOffset ReceivedAt { get; set; }

    /// <summary>The last moment an answer counts.</summary>
    public DateTimeOffset RespondBy { get; set; }
    public DisputeStage Stage { get; set; }
    public DisputeState State { get; private set; }
    public DisputeOutcome? Outcome { get; private set; }
    public DateTimeOffset? AnsweredAt { get; private set; }
    public DateTimeOffset? ClosedAt { get; private set; }

    /// <summary>What came back of the amount, same currency; null when nobody said.</summary>
    public long? Recovered { get; private set; }

    /// <summary>As the cardholder's statement shows the payment.</summary>
    public string? Descriptor { get; set; }
    public string? Notes { get; set; }

    /// <summary>The label its outcome wrote.</summary>
    public Guid? LabelId { get; set; }

    /// <summary>The case it belongs to.</summary>
    public Guid? CaseId { get; set; }
    public DateTimeOffset CreatedAt { get; init; }

    /// <summary>How many items of evidence its reason asks for, and how many of them are there, as of <see cref="ChangedAt"/>: see <see cref="EvidenceWanted"/>.</summary>
    public int EvidenceAsked { get; private set; }
    public int EvidenceFound { get; private set; }

    /// <summary>Of the dispute, its facts or its files.</summary>
    public DateTimeOffset ChangedAt { get; private set; }

    /// <summary>Raised with every change, so that the second of two people is told.</summary>
    public int Version { get; private set; }

    /// <summary>D-000012.</summary>
    public string Code => CodeOf(Number);
    public Money Money => new(Amount, Currency);

    public static string CodeOf(int number) => string.Create(System.Globalization.CultureInfo.InvariantCulture, $"D-{number:D6}");

    /// <summary>The number of a code such as D-000012; null when it is none.</summary>
    public static int? NumberOf(string code) =>
        code?.StartsWith("D-", StringComparison.OrdinalIgnoreCase) == true && int.TryParse(code.AsSpan(2), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>What the trail keeps of it.</summary>
    public object Summary => new { Code, Scheme, ReasonCode, Amount, Currency, Arn, ExternalId, Origin, Provider, Seq, OrderId, PaymentId, ReceivedAt, RespondBy, Stage, State, Outcome, AnsweredAt, ClosedAt, Recovered, Descriptor, Notes };

    /// <summary>Notes that something of it was changed.</summary>
    public void Touch(DateTimeOffset now)
    {
        ChangedAt = now;
        Version++;
    }

    /// <summary>Says how much of the evidence is there.</summary>
    public void Weigh(EvidenceCompleteness evidence)
    {
        ArgumentNullException.ThrowIfNull(evidence);
        (EvidenceAsked, EvidenceFound) = (evidence.Items.Count, evidence.Found);
    }

    /// <summary>Another stage or date of one that waits for its answer or its outcome.</summary>
    /// <returns>False when that is what it says, or when it is closed.</returns>
    public bool Move(DisputeStage stage, DateTimeOffset respondBy, DateTimeOffset now)
    {
        if (State == DisputeState.Closed || (Stage, RespondBy) == (stage, respondBy)) return false;
        (Stage, RespondBy) = (stage, respondBy);
        Touch(now);
        return true;
    }

    /// <returns>False when it was answered or closed before.</returns>
    public bool Answer(DateTimeOffset at, DateTimeOffset now)
    {
        if (State != DisputeState.Open) return false;
        (State, AnsweredAt) = (DisputeState.Answered, at);
        Touch(now);
        return true;
    }

    /// <summary>Closes it, or says otherwise of one that is closed: a won one can come back and be lost.</summary>
    /// <returns>False when that is its outcome already.</returns>
    public bool Close(DisputeOutcome outcome, long? recovered, DateTimeOffset at, DateTimeOffset now)
    {
        recovered ??= outcome == DisputeOutcome.Won ? Amount : 0;
        if (State == DisputeState.Closed && Outcome == outcome && Recovered == recovered) return false;
        (State, Outcome, ClosedAt, Recovered) = (DisputeState.Closed, outcome, at, recovered);
        Touch(now);
        return true;
    }

    /// <summary>It came back with a new stage and a new date.</summary>
    /// <returns>True: that is always a change.</returns>
    public bool Reopen(DisputeStage stage, DateTimeOffset respondBy, DateTimeOffset now)
    {
        (Stage, RespondBy, State, Outcome, ClosedAt, Recovered, AnsweredAt) = (stage, respondBy, DisputeState.Open, null, null, null, null);
        Touch(now);
        return true;
    }
}

/// <summary>What is known of the order beyond the assessment: typed in by a person.</summary>
public sealed class DisputeFact
{
    public const int LongestValues = 40_000, LongestValue = 20_000, Most = 500;

    public Guid Id { get; init; } = Guid.CreateVersion7();
    public Guid DisputeId { get; init; }
    public FactKind Kind { get; init; }

    /// <summary>The payment it speaks of, when that is an earlier one; null: the disputed one.</summary>
    public long? Seq { get; init; }

    /// <summary>When it happened outside, or null.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>Field to value, as <see cref="FactFields"/> names them, as JSON.</summary>
    public string Values { get; init; } = "{}";

    /// <summary>Where it was read: "carrier's site", "mail of 3 March".</summary>
    public string? Source { get; init; }
    public Guid? EnteredBy { get; init; }
    public string EnteredByName { get; init; } = "";
    public DateTimeOffset EnteredAt { get; init; }

    public object Summary => new { Kind, Seq, At, Values, Source };
}

/// <summary>A file that goes with it; its bytes lie in <see cref="FileFolder"/> under its id.</summary>
public sealed class DisputeFile
{
    public const int LongestName = 200;

    /// <summary>Random: nobody guesses it, and it says nothing of the order of files.</summary>
    public Guid Id { get; init; } = Guid.NewGuid();
    public Guid DisputeId { get; init; }

    /// <summary>1, 2, 3 … within the dispute.</summary>
    public int Number { get; init; }
    public string Name { get; init; } = "";
    public string ContentType { get; init; } = "";
    public long Size { get; init; }

    /// <summary>Lower-case hexadecimal.</summary>
    public string Sha256 { get; init; } = "";

    /// <summary>Counted in the file; null when that cannot be told.</summary>
    public int? Pages { get; init; }
    public FileCategory Category { get; init; }
    public Guid? EnteredBy { get; init; }
    public string EnteredByName { get; init; } = "";
    public DateTimeOffset EnteredAt { get; init; }

    /// <summary>Its name in the folder.</summary>
    public string StoredAs => Id.ToString("N");

    public object Summary => new { Number, Name, ContentType, Size, Sha256, Category };
}

/// <summary>What a file shows; providers want to be told.</summary>
public enum FileCategory
{
    Receipt, CustomerCommunication, ShippingDocumentation, ServiceDocumentation, RefundPolicy, CancellationPolicy, CustomerSignature, DuplicateChargeDocumentation, Other,
}

internal sealed class DisputeMap : IEntityTypeConfiguration<Dispute>
{
    public void Configure(EntityTypeBuilder<Dispute> builder)
    {
        builder.ToTable("disputes");
        builder.HasKey(d => d.Id);
        builder.Property(d => d.ReasonCode).HasMaxLength(12);
        builder.Property(d => d.Currency).HasMaxLength(3);
        builder.Property(d => d.Arn).HasMaxLength(30);
        builder.Property(d => d.ExternalId).HasMaxLength(Dispute.LongestId);
        builder.Property(d => d.Provider).HasMaxLength(Dispute.LongestProvider);
        builder.Property(d => d.OrderId).HasMaxLength(128);
        builder.Property(d => d.PaymentId).HasMaxLength(128);
        builder.Property(d => d.Descriptor).HasMaxLength(Dispute.LongestDescriptor);
        builder.Property(d => d.Notes).HasMaxLength(Dispute.LongestNotes);
        builder.Property(d => d.Version).IsConcurrencyToken();
        builder.Ignore(d => d.Code);
        builder.Ignore(d => d.Money);
        builder.Ignore(d => d.Summary);
        builder.HasIndex(d => d.Number).IsUnique();
        builder.HasIndex(d => d.ExternalId).IsUnique();
        builder.HasIndex(d => d.Arn);
        builder.HasIndex(d => d.Seq);
        builder.HasIndex(d => d.CaseId);
        builder.HasIndex(d => new { d.State, d.RespondBy });
        builder.HasIndex(d => d.ReceivedAt);
    }
}

internal sealed class DisputeFactMap : IEntityTypeConfiguration<DisputeFact>
{
    public void Configure(EntityTypeBuilder<DisputeFact> builder)
    {
        builder.ToTable("dispute_facts");
        builder.HasKey(f => f.Id);
        builder.Property(f => f.Source).HasMaxLength(200);
        builder.Property(f => f.EnteredByName).HasMaxLength(256);
        builder.Ignore(f => f.Summary);
        builder.HasIndex(f => f.DisputeId);
        builder.HasIndex(f => f.Seq).HasFilter("seq IS NOT NULL");
        builder.HasOne<Dispute>().WithMany().HasForeignKey(f => f.DisputeId).OnDelete(DeleteBehavior.Restrict);
    }
}

internal sealed class DisputeFileMap : IEntityTypeConfiguration<DisputeFile>
{
    public void Configure(EntityTypeBuilder<DisputeFile> builder)
    {
        builder.ToTable("dispute_files");
        builder.HasKey(f => f.Id);
        builder.Ignore(f => f.StoredAs);
        builder.Property(f => f.Name).HasMaxLength(DisputeFile.LongestName);
        builder.Property(f => f.ContentType).HasMaxLength(60);
        builder.Property(f => f.Sha256).HasMaxLength(64);
        builder.Property(f => f.EnteredByName).HasMaxLength(256);
        builder.Ignore(f => f.Summary);
        builder.HasIndex(f => new { f.DisputeId, f.Number }).IsUnique();
        builder.HasOne<Dispute>().WithMany().HasForeignKey(f => f.DisputeId).OnDelete(DeleteBehavior.Restrict);
    }
}
