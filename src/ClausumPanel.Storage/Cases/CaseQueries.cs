using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Storage.Cases;

public enum CaseOrder
{
    OpenedAt, UpdatedAt, Priority, Status, DueOn, Amount,
}

/// <summary>What cases are narrowed to. Everything that is set must hold.</summary>
public sealed record CaseFilter
{
    public CaseStatus? Status { get; init; }

    /// <summary>Drafts and those in review.</summary>
    public bool OpenOnly { get; init; }
    public CasePriority? Priority { get; init; }
    public IncidentType? IncidentType { get; init; }
    public string? Jurisdiction { get; init; }
    public Guid? AssignedToId { get; init; }

    /// <summary>Nobody has it.</summary>
    public bool Unassigned { get; init; }

    /// <summary>In the reference number, the victim's name or address, or the description.</summary>
    public string? Search { get; init; }
    public DateTimeOffset? From { get; init; }

    /// <summary>The first moment that is no longer meant.</summary>
    public DateTimeOffset? To { get; init; }

    /// <summary>Only what was due before this day and is open.</summary>
    public DateOnly? OverdueOn { get; init; }
}

/// <summary>One line of the list.</summary>
public sealed record CaseRow(
    Guid Id, string ReferenceNumber, CaseStatus Status, CasePriority Priority, IncidentType IncidentType, string? Jurisdiction, long? Amount, string? Currency, string? VictimName, string? VictimEmail, DateTimeOffset OpenedAt,
    DateTimeOffset UpdatedAt, DateOnly? DueOn, string? AssignedTo);

/// <param name="Currency">Amounts of two currencies are never added.</param>
/// <param name="Amount">Minor units.</param>
public sealed record CaseMoney(string Currency, long Amount, int Count);

/// <summary>Cases counted.</summary>
/// <param name="OldestOpenAt">When the oldest open one was opened.</param>
/// <param name="Ages">Open ones by age: up to a day, a week, thirty days, and older.</param>
public sealed record CaseStatistics(
    int Total, IReadOnlyDictionary<CaseStatus, int> ByStatus, IReadOnlyDictionary<CasePriority, int> ByPriority, IReadOnlyDictionary<IncidentType, int> ByIncidentType, IReadOnlyList<(string? Jurisdiction, int Count)> ByJurisdiction,
    IReadOnlyList<CaseMoney> Money, IReadOnlyList<CaseMoney> OpenMoney, int Overdue, DateTimeOffset? OldestOpenAt, IReadOnlyList<int> Ages)
{
    public int Open => ByStatus[CaseStatus.Draft] + ByStatus[CaseStatus.InReview];
}

/// <summary>Cases asked for.</summary>
public static class CaseQueries
{
    public static IQueryable<Case> Narrowed(this IQueryable<Case> cases, CaseFilter filter)
    {
        ArgumentNullException.ThrowIfNull(filter);
        if (filter.Status is { } status) cases = cases.Where(c => c.Status == status);
        if (filter.OpenOnly) cases = cases.Where(c => c.Status == CaseStatus.Draft || c.Status == CaseStatus.InReview);
        if (filter.Priority is { } priority) cases = cases.Where(c => c.Priority == priority);
        if (filter.IncidentType is { } type) cases = cases.Where(c => c.IncidentType == type);
        if (filter.Jurisdiction is { } jurisdiction) cases = cases.Where(c => c.Jurisdiction == jurisdiction);
        if (filter.AssignedToId is { } person) cases = cases.Where(c => c.AssignedToId == person);
        if (filter.Unassigned) cases = cases.Where(c => c.AssignedToId == null);
        if (filter.From is { } from) cases = cases.Where(c => c.OpenedAt >= from);
        if (filter.To is { } to) cases = cases.Where(c => c.OpenedAt < to);
        if (filter.OverdueOn is { } day) cases = cases.Where(c => c.DueOn < day && (c.Status == CaseStatus.Draft || c.Status == CaseStatus.InReview));
        if (filter.Search?.Trim() is not { Length: > 0 } text) return cases;
#pragma warning disable CA1304, CA1311, CA1862 // these forms are what becomes SQL
        var lower = text.ToLowerInvariant();
        return cases.Where(c => c.ReferenceNumber.ToLower().Contains(lower) || c.VictimName!.ToLower().Contains(lower) || c.VictimEmail!.ToLower().Contains(lower) || c.Description!.ToLower().Contains(lower));
#pragma warning restore CA1304, CA1311, CA1862
    }

    public static IQueryable<Case> Sorted(this IQueryable<Case> cases, CaseOrder order, bool descending) => (order, descending) switch
    {
        (CaseOrder.OpenedAt, true) => cases.OrderByDescending(c => c.OpenedAt).ThenByDescending(c => c.Id),
        (CaseOrder.OpenedAt, false) => cases.OrderBy(c => c.OpenedAt).ThenBy(c => c.Id),
        (CaseOrder.UpdatedAt, true) => cases.OrderByDescending(c => c.UpdatedAt).ThenByDescending(c => c.Id),
        (CaseOrder.UpdatedAt, false) => cases.OrderBy(c => c.UpdatedAt).ThenBy(c => c.Id),
        (CaseOrder.Priority, true) => cases.OrderByDescending(c => c.Priority).ThenByDescending(c => c.OpenedAt).ThenByDescending(c => c.Id),
        (CaseOrder.Priority, false) => cases.OrderBy(c => c.Priority).ThenBy(c => c.OpenedAt).ThenBy(c => c.Id),
        (CaseOrder.Status, true) => cases.OrderByDescending(c => c.Status).ThenByDescending(c => c.OpenedAt).ThenByDescending(c => c.Id),
        (CaseOrder.Status, false) => cases.OrderBy(c => c.Status).ThenBy(c => c.OpenedAt).ThenBy(c => c.Id),
        // What has no such day comes last either way.
        (CaseOrder.DueOn, true) => cases.OrderBy(c => c.DueOn == null).ThenByDescending(c => c.DueOn).ThenByDescending(c => c.Id),
        (CaseOrder.DueOn, false) => cases.OrderBy(c => c.DueOn == null).ThenBy(c => c.DueOn).ThenBy(c => c.Id),
        (CaseOrder.Amount, true) => cases.OrderBy(c => c.Currency == null).ThenBy(c => c.Currency).ThenByDescending(c => c.Amount).ThenByDescending(c => c.Id),
        (CaseOrder.Amount, false) => cases.OrderBy(c => c.Currency == null).ThenBy(c => c.Currency).ThenBy(c => c.Amount).ThenBy(c => c.Id),
        _ => throw new ArgumentOutOfRangeException(nameof(order)),
    };

    public static IQueryable<CaseRow> Rows(this IQueryable<Case> cases, PanelDb db) => cases.Select(c => new CaseRow(
        c.Id, c.ReferenceNumber, c.Status, c.Priority, c.IncidentType, c.Jurisdiction, c.Amount, c.Currency, c.VictimName, c.VictimEmail, c.OpenedAt, c.UpdatedAt, c.DueOn,
        db.Users.Where(u => u.Id == c.AssignedToId).Select(u => u.DisplayName).FirstOrDefault()));

    /// <summary>The case that a report opened.</summary>
    public static Task<Case?> OfReportAsync(this PanelDb db, long label, CancellationToken stop) => db.Set<Case>().AsNoTracking().SingleOrDefaultAsync(c => c.ReportLabel == label, stop);

    /// <param name="today">What is due before it is overdue.</param>
    public static async Task<CaseStatistics> StatisticsAsync(this IQueryable<Case> cases, DateOnly today, DateTimeOffset now, CancellationToken stop)
    {
        var statuses = await cases.GroupBy(c => c.Status).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(stop);
        var priorities = await cases.GroupBy(c => c.Priority).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(stop);
        var types = await cases.GroupBy(c => c.IncidentType).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(stop);
        var places = await cases.GroupBy(c => c.Jurisdiction).Select(g => new { g.Key, Count = g.Count() }).ToListAsync(stop);
        var open = cases.Narrowed(new CaseFilter { OpenOnly = true });
        var overdue = await cases.Narrowed(new CaseFilter { OverdueOn = today }).CountAsync(stop);
        var oldest = await open.MinAsync(c => (DateTimeOffset?)c.OpenedAt, stop);
        var (day, week, month) = (now.AddDays(-1), now.AddDays(-7), now.AddDays(-30));
        int[] ages =
        [
            await open.CountAsync(c => c.OpenedAt >= day, stop), await open.CountAsync(c => c.OpenedAt < day && c.OpenedAt >= week, stop),
            await open.CountAsync(c => c.OpenedAt < week && c.OpenedAt >= month, stop), await open.CountAsync(c => c.OpenedAt < month, stop),
        ];
        return new CaseStatistics(
            statuses.Sum(s => s.Count), CaseWords.Statuses.ToDictionary(s => s, s => statuses.Find(f => f.Key == s)?.Count ?? 0), CaseWords.Priorities.ToDictionary(p => p, p => priorities.Find(f => f.Key == p)?.Count ?? 0),
            CaseWords.IncidentTypes.ToDictionary(t => t, t => types.Find(f => f.Key == t)?.Count ?? 0), [.. places.OrderBy(p => p.Key is null).ThenBy(p => p.Key, StringComparer.Ordinal).Select(p => (p.Key, p.Count))],
            await MoneyAsync(cases), await MoneyAsync(open), overdue, oldest, ages);

        async Task<IReadOnlyList<CaseMoney>> MoneyAsync(IQueryable<Case> some) =>
            [.. (await some.Where(c => c.Currency != null).GroupBy(c => c.Currency!).Select(g => new { g.Key, Sum = g.Sum(c => c.Amount!.Value), Count = g.Count() }).ToListAsync(stop)).OrderBy(m => m.Key, StringComparer.Ordinal).Select(m => new CaseMoney(m.Key, m.Sum, m.Count))];
    }
}
