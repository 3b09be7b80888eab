using ClausumPanel.Assess;
using ClausumPanel.Storage.Audit;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Cases;

/// <summary>Where a case is in its life. Numbered as the rows keep them.</summary>
public enum CaseStatus
{
    Draft = 1, InReview = 2, Submitted = 3, Resolved = 4, Archived = 5,
}

/// <summary>Numbered so that the more urgent is the larger.</summary>
public enum CasePriority
{
    Low = 1, Medium = 2, High = 3, Urgent = 4,
}

/// <summary>What happened to the victim. Source: Clausum documentation, guides/case-management.</summary>
public enum IncidentType
{
    Phishing = 1, SocialEngineering = 2, UnauthorizedTransfer = 3, IdentityTheft = 4, InternalFraud = 5, Other = 6,
}

/// <summary>What a case began with.</summary>
public enum CaseOrigin
{
    /// <summary>A report of fraud.</summary>
    Report = 1,

    /// <summary>Somebody wrote it, in the panel or by the API.</summary>
    Manual = 2,

    /// <summary>A payment in the panel.</summary>
    Row = 3,

    /// <summary>An event of a provider, or a rule over such events.</summary>
    Event = 4,
}

/// <summary>What a case says of the incident: what a sealed package states, and so what no longer changes after it.</summary>
public sealed record CaseFacts(IncidentType IncidentType)
{
    /// <summary>One of <see cref="CaseWords.Jurisdictions"/>, or null while nobody knows.</summary>
    public string? Jurisdiction { get; init; }

    /// <summary>Minor units; with <see cref="Currency"/> or not at all.</summary>
    public long? Amount { get; init; }
    public string? Currency { get; init; }
    public DateOnly? IncidentDate { get; init; }
    public string? VictimName { get; init; }
    public string? VictimEmail { get; init; }
    public string? Description { get; init; }
}

/// <summary>The record of a fraud incident (<em>expediente</em>). It guards its own life: what a step may not do, it refuses and stays as it was.</summary>
public sealed class Case
{
    public const int LongestName = 200, LongestEmail = 320, LongestDescription = 10_000;

    private Case() { }

    public Case(string referenceNumber, CaseFacts facts, CasePriority priority, CaseOrigin origin, Actor actor, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(actor);
        (Id, ReferenceNumber, Origin, Priority, OpenedAt, UpdatedAt, OpenedById, OpenedByName) = (Guid.CreateVersion7(now), referenceNumber, origin, priority, now, now, actor.Id, CaseEvent.Cut(actor.Name));
        Take(facts);
    }

    public Guid Id { get; private set; }

    /// <summary>What people say aloud: <c>CLM-LX9A2B</c>.</summary>
    public string ReferenceNumber { get; private set; } = "";
    public CaseStatus Status { get; private set; } = CaseStatus.Draft;
    public CasePriority Priority { get; private set; }
    public CaseOrigin Origin { get; private set; }

    /// <summary>The number of the label that the report wrote; one report has one case.</summary>
    public long? ReportLabel { get; set; }

    public IncidentType IncidentType { get; private set; }
    public string? Jurisdiction { get; private set; }
    public long? Amount { get; private set; }
    public string? Currency { get; private set; }
    public DateOnly? IncidentDate { get; private set; }
    public string? VictimName { get; private set; }
    public string? VictimEmail { get; private set; }
    public string? Description { get; private set; }

    public DateTimeOffset OpenedAt { get; private set; }

    /// <summary>Null when the panel opened it itself.</summary>
    public Guid? OpenedById { get; private set; }
    public string OpenedByName { get; private set; } = "";
    public Guid? AssignedToId { get; private set; }
    public DateOnly? DueOn { get; private set; }
    public DateTimeOffset UpdatedAt { get; private set; }
    public DateTimeOffset? SubmittedAt { get; private set; }

    /// <summary>Raised with every change; two at once are settled by it.</summary>
    public int Version { get; private set; } = 1;

    public Money? Money => Amount is { } amount && Currency is { } currency ? new Money(amount, currency) : null;

    /// <summary>Somebody has to do something about it.</summary>
    public bool IsOpen => Status is CaseStatus.Draft or CaseStatus.InReview;

    /// <summary>It was sealed once: what the package states is as it was.</summary>
    public bool IsSealed => SubmittedAt is not null;

    public CaseFacts Facts => new(IncidentType)
    {
        Jurisdiction = Jurisdiction, Amount = Amount, Currency = Currency, IncidentDate = IncidentDate, VictimName = VictimName, VictimEmail = VictimEmail, Description = Description,
    };

    /// <summary>What the audit trail keeps of it.</summary>
    public object Summary => new
    {
        ReferenceNumber, Status = Status.Word(), Priority = Priority.Word(), IncidentType = IncidentType.Word(), Jurisdiction, Amount, Currency, IncidentDate, VictimName, VictimEmail, Description, AssignedTo = AssignedToId, DueOn, Version,
    };

    /// <summary>Steps of the life cycle, as the public contract has them: only <see cref="Submit"/> leads to submitted, and a draft is not archived.</summary>
    public static bool Allows(CaseStatus from, CaseStatus to) => (from, to) is
        (CaseStatus.Draft, CaseStatus.InReview) or (CaseStatus.InReview, CaseStatus.Draft) or (CaseStatus.InReview, CaseStatus.Submitted) or (CaseStatus.Submitted, CaseStatus.Resolved)
        or (CaseStatus.InReview, CaseStatus.Archived) or (CaseStatus.Submitted, CaseStatus.Archived) or (CaseStatus.Resolved, CaseStatus.Archived);

    /// <summary>Where it may go from here by <see cref="Move"/>.</summary>
    public IEnumerable<CaseStatus> Next => CaseWords.Statuses.Where(to => to != CaseStatus.Submitted && Allows(Status, to));

    public bool MaySubmit => !IsSealed && Allows(Status, CaseStatus.Submitted);

    /// <returns>False when that step is not one; nothing changes then.</returns>
    public bool Move(CaseStatus to, DateTimeOffset now)
    {
        if (to == CaseStatus.Submitted || !Allows(Status, to)) return false;
        Status = to;
        Touch(now);
        return true;
    }

    /// <returns>False when it was submitted before, or is not in review; nothing changes then.</returns>
    public bool Submit(DateTimeOffset now)
    {
        if (!MaySubmit) return false;
        (Status, SubmittedAt) = (CaseStatus.Submitted, now);
        Touch(now);
        return true;
    }

    /// <returns>False when what was sealed or archived would change; nothing changes then.</returns>
    public bool Edit(CaseFacts facts, DateTimeOffset now)
    {
        if (facts == Facts) return true;
        if (IsSealed || Status == CaseStatus.Archived) return false;
        Take(facts);
        Touch(now);
        return true;
    }

    /// <returns>False when it is archived; nothing changes then.</returns>
    public bool Plan(CasePriority priority, Guid? assignedToId, DateOnly? dueOn, DateTimeOffset now)
    {
        if ((priority, assignedToId, dueOn) == (Priority, AssignedToId, DueOn)) return true;
        if (Status == CaseStatus.Archived) return false;
        (Priority, AssignedToId, DueOn) = (priority, assignedToId, dueOn);
        Touch(now);
        return true;
    }

    /// <summary>A note, a file or a link is added.</summary>
    /// <returns>False when it is archived; nothing changes then.</returns>
    public bool Extend(DateTimeOffset now)
    {
        if (Status == CaseStatus.Archived) return false;
        Touch(now);
        return true;
    }

    private void Take(CaseFacts facts)
    {
        ArgumentNullException.ThrowIfNull(facts);
        if (facts.Amount is null != facts.Currency is null) throw new ArgumentException("An amount has a currency, and a currency an amount.", nameof(facts));
        (IncidentType, Jurisdiction, Amount, Currency, IncidentDate, VictimName, VictimEmail, Description) =
            (facts.IncidentType, facts.Jurisdiction, facts.Amount, facts.Currency, facts.IncidentDate, facts.VictimName, facts.VictimEmail, facts.Description);
    }

    private void Touch(DateTimeOffset now) => (UpdatedAt, Version) = (now, Version + 1);
}

internal sealed class CaseMap : IEntityTypeConfiguration<Case>
{
    public void Configure(EntityTypeBuilder<Case> builder)
    {
        builder.ToTable("cases");
        builder.HasKey(c => c.Id);
        builder.Property(c => c.ReferenceNumber).HasMaxLength(10);
        builder.Property(c => c.Status).HasConversion<int>();
        builder.Property(c => c.Priority).HasConversion<int>();
        builder.Property(c => c.Origin).HasConversion<int>();
        builder.Property(c => c.IncidentType).HasConversion<int>();
        builder.Property(c => c.Jurisdiction).HasMaxLength(2);
        builder.Property(c => c.Currency).HasMaxLength(3);
        builder.Property(c => c.VictimName).HasMaxLength(Case.LongestName);
        builder.Property(c => c.VictimEmail).HasMaxLength(Case.LongestEmail);
        builder.Property(c => c.Description).HasMaxLength(Case.LongestDescription);
        builder.Property(c => c.OpenedByName).HasMaxLength(256);
        builder.Property(c => c.Version).IsConcurrencyToken();
        builder.Ignore(c => c.Facts).Ignore(c => c.Money).Ignore(c => c.Summary).Ignore(c => c.Next);
        builder.HasIndex(c => c.ReferenceNumber).IsUnique();
        builder.HasIndex(c => c.ReportLabel).IsUnique();
        builder.HasIndex(c => new { c.Status, c.OpenedAt });
        builder.HasIndex(c => c.OpenedAt);
        builder.HasIndex(c => c.AssignedToId);
    }
}
