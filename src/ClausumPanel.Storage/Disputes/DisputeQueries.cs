using ClausumPanel.Storage.Assessments;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Storage.Disputes;

/// <summary>Which disputes; null: any.</summary>
public sealed record DisputeFilter
{
    public DisputeState? State { get; init; }
    public CardScheme? Scheme { get; init; }
    public DisputeStage? Stage { get; init; }
    public DisputeOutcome? Outcome { get; init; }
    public string? ReasonCode { get; init; }
    public string? Provider { get; init; }

    /// <summary>One of its numbers, exactly: its own, the bank's, the ARN, the order's, the payment's, the reason.</summary>
    public string? Search { get; init; }

    /// <summary>From this moment on.</summary>
    public DateTimeOffset? ReceivedFrom { get; init; }

    /// <summary>Before this moment.</summary>
    public DateTimeOffset? ReceivedTo { get; init; }
    public DateTimeOffset? DueFrom { get; init; }
    public DateTimeOffset? DueTo { get; init; }

    /// <summary>Everything its reason asks for is there, or is not.</summary>
    public bool? HasAllEvidence { get; init; }
}

public enum DisputeOrder
{
    RespondBy, ReceivedAt, CreatedAt, Amount,
}

/// <param name="Received">All that came in, those still open too.</param>
/// <param name="Answered">Those of them that were answered.</param>
/// <param name="Late">Closed or open past their date without an answer.</param>
public sealed record DisputeFigures(int Received, int Answered, int Late, int Won, int Lost, int Accepted, IReadOnlyList<Recovery> Recovery, IReadOnlyList<double> DaysToAnswer, EvidenceFigures Evidence)
{
    /// <summary>Won of all received: those nobody fought count as what they are.</summary>
    public double? WinRate => Received == 0 ? null : Won / (double)Received;

    /// <summary>Won of those that were answered and have an outcome; shown beside the other, never instead.</summary>
    public double? WinRateFought => Won + Lost == 0 ? null : Won / (double)(Won + Lost);
    public double? ResponseRate => Received == 0 ? null : Answered / (double)Received;

    /// <summary>The nearest rank; null of nothing.</summary>
    public double? Days(double share) => DaysToAnswer.Count == 0 ? null : DaysToAnswer[Math.Clamp((int)Math.Ceiling(share * DaysToAnswer.Count) - 1, 0, DaysToAnswer.Count - 1)];
}

/// <summary>How much of the evidence there is of all that came in.</summary>
/// <param name="Asked">Items that the reasons ask for.</param>
/// <param name="Found">Those of them that are there.</param>
/// <param name="Complete">Disputes that lack none.</param>
public sealed record EvidenceFigures(long Asked, long Found, int Complete)
{
    /// <summary>Found of asked; null of nothing.</summary>
    public double? Share => Asked == 0 ? null : Found / (double)Asked;
}

/// <summary>Of one currency, minor units.</summary>
public sealed record Recovery(string Currency, long Disputed, long WonBack);

/// <summary>The disputes asked.</summary>
public static class DisputeQueries
{
    /// <summary>An answer due within so many days wants to be seen.</summary>
    public const int SoonDays = 5;

    extension(IQueryable<Dispute> disputes)
    {
        /// <summary>Nobody has answered yet.</summary>
        public IQueryable<Dispute> Due => disputes.Where(d => d.State == DisputeState.Open);
        public IQueryable<Dispute> DueFirst => disputes.OrderBy(d => d.RespondBy).ThenBy(d => d.Number);

        public IQueryable<Dispute> Narrowed(DisputeFilter filter)
        {
            ArgumentNullException.ThrowIfNull(filter);
            var found = disputes;
            if (filter.State is { } state) found = found.Where(d => d.State == state);
            if (filter.Scheme is { } scheme) found = found.Where(d => d.Scheme == scheme);
            if (filter.Stage is { } stage) found = found.Where(d => d.Stage == stage);
            if (filter.Outcome is { } outcome) found = found.Where(d => d.Outcome == outcome);
            if (filter.ReasonCode is { } reason) found = found.Where(d => d.ReasonCode == reason);
            if (filter.Provider is { } provider) found = found.Where(d => d.Provider == provider);
            if (filter.ReceivedFrom is { } receivedFrom) found = found.Where(d => d.ReceivedAt >= receivedFrom);
            if (filter.ReceivedTo is { } receivedTo) found = found.Where(d => d.ReceivedAt < receivedTo);
            if (filter.DueFrom is { } dueFrom) found = found.Where(d => d.RespondBy >= dueFrom);
            if (filter.DueTo is { } dueTo) found = found.Where(d => d.RespondBy < dueTo);
            if (filter.HasAllEvidence is { } complete) found = found.Where(d => d.EvidenceFound >= d.EvidenceAsked == complete);
            if (filter.Search?.Trim() is not { Length: > 0 } text) return found;
            var number = Dispute.NumberOf(text) ?? -1;
            var seq = Guid.TryParse(text, out var id) ? AssessmentId.SeqOf(id) : -1;
            return found.Where(d => d.Number == number || d.Seq == seq || d.ExternalId == text || d.Arn == text || d.OrderId == text || d.PaymentId == text || d.ReasonCode == text);
        }

        public IQueryable<Dispute> Sorted(DisputeOrder order, bool descending) => (order, descending) switch
        {
            (DisputeOrder.RespondBy, false) => disputes.DueFirst,
            (DisputeOrder.RespondBy, true) => disputes.OrderByDescending(d => d.RespondBy).ThenByDescending(d => d.Number),
            (DisputeOrder.ReceivedAt, false) => disputes.OrderBy(d => d.ReceivedAt).ThenBy(d => d.Number),
            (DisputeOrder.ReceivedAt, true) => disputes.OrderByDescending(d => d.ReceivedAt).ThenByDescending(d => d.Number),
            (DisputeOrder.Amount, false) => disputes.OrderBy(d => d.Currency).ThenBy(d => d.Amount).ThenBy(d => d.Number),
            (DisputeOrder.Amount, true) => disputes.OrderBy(d => d.Currency).ThenByDescending(d => d.Amount).ThenByDescending(d => d.Number),
            (_, false) => disputes.OrderBy(d => d.Number),
            (_, true) => disputes.OrderByDescending(d => d.Number),
        };
    }

    /// <summary>The next number. Inside the transaction that uses it: from here to its end nobody else takes one.</summary>
    public static async Task<int> NextNumberAsync(PanelDb db, CancellationToken stop)
    {
        await db.LockLabelsAsync(stop);
        return (await db.Set<Dispute>().MaxAsync(d => (int?)d.Number, stop) ?? 0) + 1;
    }

    /// <summary>What came in between two instants, and what became of it so far.</summary>
    public static async Task<DisputeFigures> FiguresAsync(PanelDb db, DateTimeOffset from, DateTimeOffset to, DateTimeOffset now, CancellationToken stop)
    {
        var rows = await db.Set<Dispute>().AsNoTracking().Where(d => d.ReceivedAt >= from && d.ReceivedAt < to)
            .Select(d => new { d.State, d.Outcome, d.AnsweredAt, d.ReceivedAt, d.RespondBy, d.Currency, d.Amount, d.Recovered, d.EvidenceAsked, d.EvidenceFound }).ToListAsync(stop);
        return new DisputeFigures(rows.Count, rows.Count(r => r.AnsweredAt is not null), rows.Count(r => r.AnsweredAt is { } at ? at > r.RespondBy : r.Outcome is null && r.RespondBy < now),
            rows.Count(r => r.Outcome == DisputeOutcome.Won), rows.Count(r => r.Outcome == DisputeOutcome.Lost), rows.Count(r => r.Outcome == DisputeOutcome.Accepted),
            [.. rows.GroupBy(r => r.Currency).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => new Recovery(g.Key, g.Sum(r => r.Amount), g.Sum(r => r.Recovered ?? 0)))],
            [.. rows.Where(r => r.AnsweredAt is not null).Select(r => (r.AnsweredAt!.Value - r.ReceivedAt).TotalDays).Order()],
            new EvidenceFigures(rows.Sum(r => (long)r.EvidenceAsked), rows.Sum(r => (long)r.EvidenceFound), rows.Count(r => r.EvidenceFound >= r.EvidenceAsked)));
    }
}
