using ClausumPanel.Assess;
using ClausumPanel.Storage.Labels;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace ClausumPanel.Storage.Reviews;

/// <summary>Numbered as the rows keep them.</summary>
public enum ReviewState
{
    /// <summary>Somebody has to decide.</summary>
    Open = 0,

    /// <summary>Decided, and can still be undone: nothing has been told to anybody.</summary>
    Decided = 1,

    /// <summary>Decided for good; taking it back is a step of its own.</summary>
    Closed = 2,
}

/// <summary>What a person decided. Numbered as the rows keep them.</summary>
public enum ReviewOutcome
{
    Approve = 0,

    /// <summary>Let the payer prove something first; the shop asks.</summary>
    Challenge = 1,
    Decline = 2,
}

/// <summary>
/// A question to a person: a payment that ended in review or challenge. Made from the log exactly once, while it is folded; whoever decides it holds its lease, which only one can.
/// </summary>
public sealed class Review
{
    public const int LongestReason = 40, LongestNote = 2_000;

    /// <summary>The assessment's place in the log.</summary>
    public long Seq { get; init; }

    /// <summary>The queue it waits in.</summary>
    public int Queue { get; set; }

    /// <summary>Of the payment, Unix milliseconds.</summary>
    public long OpenedAt { get; init; }

    /// <summary>What the engine decided.</summary>
    public Decision Decision { get; init; }
    public ReviewState State { get; set; }

    /// <summary>Raised with every change of state: the number of the event in the item's own order.</summary>
    public int Version { get; set; }

    /// <summary>Shown from then on, Unix milliseconds: a queue may let things settle first, an analyst may hold it.</summary>
    public long VisibleAt { get; set; }

    /// <summary>By when somebody should have decided, Unix milliseconds; null: no hurry.</summary>
    public long? DueAt { get; set; }

    /// <summary>From then on it is due soon, Unix milliseconds; null where <see cref="DueAt"/> is.</summary>
    public long? WarnAt { get; set; }

    /// <summary>When the payment's authorisation lapses, Unix milliseconds; null when nobody said.</summary>
    public long? ExpiresAt { get; init; }

    /// <summary>What would be lost, 0…1000: the score's share of the amount, against what counts as a large amount in its currency.</summary>
    public int Stake { get; init; }

    /// <summary>A payer with many good payments waits.</summary>
    public bool IsLoyal { get; init; }

    public Guid? LeaseOwner { get; set; }

    /// <summary>Who has it decides; a decision without it counts for nothing.</summary>
    public Guid? LeaseToken { get; set; }

    /// <summary>Unix milliseconds.</summary>
    public long? LeaseUntil { get; set; }

    /// <summary>It was only fetched ahead: nobody looks at it yet.</summary>
    public bool LeaseIsAhead { get; set; }

    public ReviewOutcome? Outcome { get; set; }

    /// <summary>The code of the reason.</summary>
    public string? Reason { get; set; }
    public string? Note { get; set; }

    /// <summary>What the decision says the payment was; null: it says nothing, as a challenge does, or was not a person's.</summary>
    public LabelOutcome? Label { get; set; }
    public Guid? DecidedById { get; set; }

    /// <summary>Unix milliseconds.</summary>
    public long? DecidedAt { get; set; }

    /// <summary>When the decision can no longer be undone, Unix milliseconds.</summary>
    public long? SettlesAt { get; set; }

    /// <summary>The lease it was decided with: sent twice, it counts once.</summary>
    public Guid? DecidedWith { get; set; }

    /// <summary>Time decided it, not a person.</summary>
    public bool IsTimedOut { get; set; }

    /// <summary>What became of the challenge decided it, not a person.</summary>
    public bool IsAnswered => Outcome is not null && DecidedById is null && !IsTimedOut;

    /// <summary>Who decided first, where two must.</summary>
    public Guid? FirstById { get; set; }
    public ReviewOutcome? FirstOutcome { get; set; }

    /// <summary>Who then decided otherwise: whoever decides next, but the first, settles it.</summary>
    public Guid? SecondById { get; set; }

    /// <summary>What goes on lists when the decision is for good, as JSON; null: nothing.</summary>
    public string? Entries { get; set; }

    /// <summary>The row of the label ledger that the decision wrote.</summary>
    public Guid? LabelId { get; set; }
}

/// <summary>What happened to a review. Numbered as the rows keep them.</summary>
public enum ReviewEventKind
{
    Leased = 1, Released = 2, TakenOver = 3, Skipped = 4, Held = 5, Escalated = 6, Noted = 7, FirstDecided = 8, Decided = 9, Undone = 10, Closed = 11, Reopened = 12, TimedOut = 13, Disagreed = 14, Moved = 15,

    /// <summary>A step (<see cref="ReviewEventKinds.IsStep"/>) was taken back: its version is that step's and one.</summary>
    StepUndone = 16,

    /// <summary>Whoever escalated it was answered, and it went back to where they had it.</summary>
    Answered = 17,

    /// <summary>The shop told what became of the challenge, and that decided it.</summary>
    ChallengeAnswered = 18,

    /// <summary>Nobody told what became of a person's challenge: it waits again.</summary>
    ChallengeUnanswered = 19,
}

/// <summary>What a kind of line says of an item.</summary>
public static class ReviewEventKinds
{
    /// <summary>A step after which somebody still has to decide, and which can be taken back for a while: a skip, a hold, an escalation, an answer, the first decision of two, a disagreement.</summary>
    public static bool IsStep(this ReviewEventKind kind) =>
        kind is ReviewEventKind.Skipped or ReviewEventKind.Held or ReviewEventKind.Escalated or ReviewEventKind.Answered or ReviewEventKind.FirstDecided or ReviewEventKind.Disagreed;
}

/// <summary>One line of a review's history: what the screen, the quality figures and the outside read. Written once.</summary>
public sealed class ReviewEvent
{
    public Guid Id { get; init; }
    public long Seq { get; init; }

    /// <summary>Unix milliseconds.</summary>
    public long At { get; init; }
    public ReviewEventKind Kind { get; init; }
    public int Queue { get; init; }

    /// <summary>Null: time, or the panel itself.</summary>
    public Guid? ActorId { get; init; }
    public string ActorName { get; init; } = "";
    public ReviewOutcome? Outcome { get; init; }
    public string? Reason { get; init; }
    public string? Note { get; init; }

    /// <summary>Of a decision: what it says the payment was; null: nothing.</summary>
    public LabelOutcome? Label { get; init; }

    /// <summary>Until when it is held, Unix milliseconds.</summary>
    public long? Until { get; init; }

    /// <summary>Of a decision: what it wants on lists; of its taking effect: what went on them; of its reopening: what was taken off them. As JSON without the values, which the payment has; null: nothing.</summary>
    public string? Entries { get; init; }

    /// <summary>How long the item was in front of a reader who did something, milliseconds, as the page measured it; at most as long as they have had it.</summary>
    public int? ReadingMilliseconds { get; init; }

    /// <summary>Of a decision: milliseconds from the payment to it.</summary>
    public long? WaitedMilliseconds { get; init; }

    /// <summary>Of a decision: it came after it was due.</summary>
    public bool IsLate { get; init; }

    /// <summary>Of a step: the item's <see cref="Review.VisibleAt"/> before it, which taking it back restores.</summary>
    public long? ShownBefore { get; init; }

    /// <summary>The same of <see cref="Review.DueAt"/>.</summary>
    public long? DueBefore { get; init; }

    /// <summary>The same of <see cref="Review.WarnAt"/>.</summary>
    public long? WarnBefore { get; init; }

    /// <summary>The item's <see cref="Review.Version"/> after it.</summary>
    public int Version { get; init; }
}

/// <summary>A review's history for a reader.</summary>
public static class ReviewHistory
{
    /// <summary>As the reader may see it: what one of two decided, and why, is kept from everybody else until both have decided, who would only follow it otherwise; also what was taken back since, for it may be what stands.</summary>
    /// <param name="events">The whole history, in its order.</param>
    /// <param name="review">Whose.</param>
    /// <param name="reader">Who looks.</param>
    public static IReadOnlyList<ReviewEvent> Blind(this IReadOnlyList<ReviewEvent> events, Review review, Guid? reader)
    {
        ArgumentNullException.ThrowIfNull(events);
        ArgumentNullException.ThrowIfNull(review);
        if (review is not { State: ReviewState.Open, SecondById: null } || (review.FirstById is { } first && first == reader)) return events;
        // What was decided for good before it was opened again is known.
        var round = events.Index().LastOrDefault(e => e.Item.Kind is ReviewEventKind.Closed or ReviewEventKind.Reopened, (Index: -1, Item: null!)).Index + 1;
        if (!events.Skip(round).Any(e => e.Kind == ReviewEventKind.FirstDecided)) return events;
        return [.. events.Select((e, i) => i < round || e.ActorId == reader || e.Kind is not (ReviewEventKind.FirstDecided or ReviewEventKind.Disagreed or ReviewEventKind.Decided) ? e
            : new ReviewEvent { Id = e.Id, Seq = e.Seq, At = e.At, Kind = e.Kind, Queue = e.Queue, ActorId = e.ActorId, ActorName = e.ActorName, Version = e.Version, IsLate = e.IsLate })];
    }
}

internal sealed class ReviewMap : IEntityTypeConfiguration<Review>
{
    public void Configure(EntityTypeBuilder<Review> builder)
    {
        builder.ToTable("reviews");
        builder.HasKey(r => r.Seq);
        builder.Property(r => r.Seq).ValueGeneratedNever();
        builder.Property(r => r.Decision).HasConversion<int>();
        builder.Property(r => r.State).HasConversion<int>();
        builder.Property(r => r.Outcome).HasConversion<int?>();
        builder.Property(r => r.FirstOutcome).HasConversion<int?>();
        builder.Property(r => r.Label).HasConversion<int?>();
        builder.Ignore(r => r.IsAnswered);
        builder.Property(r => r.Reason).HasMaxLength(Review.LongestReason);
        builder.Property(r => r.Note).HasMaxLength(Review.LongestNote);
        // What is open is a small part of all: these are what queues and jobs look through.
        builder.HasIndex(r => new { r.Queue, r.VisibleAt, r.DueAt }).HasFilter("state = 0").HasDatabaseName("ix_reviews_waiting");
        builder.HasIndex(r => r.OpenedAt).HasFilter("state <> 2").HasDatabaseName("ix_reviews_unclosed");
        builder.HasIndex(r => r.SettlesAt).HasFilter("state = 1").HasDatabaseName("ix_reviews_settling");
        builder.HasIndex(r => r.DueAt).HasFilter("state = 0").HasDatabaseName("ix_reviews_due");
        builder.HasIndex(r => r.LeaseOwner).HasFilter("lease_owner IS NOT NULL").HasDatabaseName("ix_reviews_leased");
        builder.HasIndex(r => new { r.DecidedAt, r.Seq }).HasFilter("decided_at IS NOT NULL").HasDatabaseName("ix_reviews_decided");
    }
}

internal sealed class ReviewEventMap : IEntityTypeConfiguration<ReviewEvent>
{
    public void Configure(EntityTypeBuilder<ReviewEvent> builder)
    {
        builder.ToTable("review_events");
        builder.HasKey(e => e.Id);
        builder.Property(e => e.Kind).HasConversion<int>();
        builder.Property(e => e.Outcome).HasConversion<int?>();
        builder.Property(e => e.Label).HasConversion<int?>();
        builder.Property(e => e.ActorName).HasMaxLength(256);
        builder.Property(e => e.Reason).HasMaxLength(Review.LongestReason);
        builder.Property(e => e.Note).HasMaxLength(Review.LongestNote);
        builder.HasIndex(e => new { e.Seq, e.At });
        builder.HasIndex(e => new { e.Kind, e.At });
        // All the quality figures ask of a decision: there are tens of thousands in a quarter. With the kind in front SQLite takes it rather than the one above.
        builder.HasIndex(e => new { e.Kind, e.At, e.Seq, e.Version, e.Queue, e.ActorId, e.Outcome, e.ReadingMilliseconds, e.WaitedMilliseconds, e.IsLate }).HasFilter($"kind = {(int)ReviewEventKind.Decided}").HasDatabaseName("ix_review_events_decided");
    }
}
