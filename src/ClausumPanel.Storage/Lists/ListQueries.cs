using ClausumPanel.Assess;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Storage.Lists;

/// <summary>Whether an entry counts now.</summary>
public enum ListState
{
    Active, Ended, Off,
}

public enum ListOrder
{
    Newest, Oldest, ByValue, ByValueBackwards, EndsFirst, MostHits, FewestHits, LatestHit, LongestQuiet,
}

/// <summary>What the lists are narrowed to. Everything that is set must hold.</summary>
public sealed record ListFilter
{
    public ListType? Type { get; init; }
    public ListSeverity? Severity { get; init; }
    public ListSource? Source { get; init; }
    public ListState? State { get; init; }

    /// <summary>Stands in the value or in the reason.</summary>
    public string? Search { get; init; }

    /// <summary>Cards that the search means, by the hash they stand under.</summary>
    public IReadOnlyList<string> Cards { get; init; } = [];

    /// <summary>Only what counts, has been there for <see cref="QuietDays"/> days and met nothing in them.</summary>
    public bool Quiet { get; init; }

    public const int QuietDays = 90;
}

/// <summary>Entries that have met nothing lately, of one type and severity.</summary>
/// <param name="IsCareful">Blocks that a chargeback or a report of fraud made: that nobody came back may be their doing.</param>
public readonly record struct QuietGroup(ListType Type, ListSeverity Severity, bool IsCareful)
{
    /// <summary>What forms call it.</summary>
    public string Word => $"{Type.Word()}.{Severity.Word()}{(IsCareful ? ".careful" : "")}";
}

/// <summary>One line of the lists.</summary>
public sealed record ListRow(
    Guid Id, ListType Type, string Value, ListSeverity Severity, FlowScope FlowScope, string? Reason, ListSource Source, bool IsActive, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, string? Owner,
    long Hits, long? LastHit)
{
    public DateTimeOffset? LastHitAt => LastHit is { } at ? DateTimeOffset.FromUnixTimeMilliseconds(at) : null;

    public ListState State(DateTimeOffset now) => !IsActive ? ListState.Off : ExpiresAt <= now ? ListState.Ended : ListState.Active;
}

public static class ListQueries
{
    /// <summary>Every value that an entry of the type may have and mean what these facts name.</summary>
    public static string[] ValuesOf(Facts facts, ListType type)
    {
        ArgumentNullException.ThrowIfNull(facts);
        var values = new HashSet<string>(StringComparer.Ordinal);
        ListFacts.Collect(facts, type, values);
        return [.. values];
    }

    extension(IQueryable<ListEntry> entries)
    {
        public IQueryable<ListEntry> Narrowed(ListFilter filter, DateTimeOffset now)
        {
            if (filter.Type is { } type) entries = entries.Where(e => e.Type == type);
            if (filter.Severity is { } severity) entries = entries.Where(e => e.Severity == severity);
            if (filter.Source is { } source) entries = entries.Where(e => e.Source == source);
            entries = filter.State switch
            {
                ListState.Active => entries.Where(e => e.IsActive && (e.ExpiresAt == null || e.ExpiresAt > now)),
                ListState.Ended => entries.Where(e => e.IsActive && e.ExpiresAt <= now),
                ListState.Off => entries.Where(e => !e.IsActive),
                null => entries,
            };
            if (filter.Quiet)
            {
                var since = now.AddDays(-ListFilter.QuietDays);
                var at = since.ToUnixTimeMilliseconds();
                entries = entries.Where(e => e.IsActive && (e.ExpiresAt == null || e.ExpiresAt > now) && e.CreatedAt < since && (e.Hits == null || e.Hits.LastAt < at));
            }
            if (filter.Search?.Trim() is not { Length: > 0 } text) return entries;
            var pattern = PartOf.Pattern(text);
            var cards = filter.Cards;
            return cards.Count == 0
                ? entries.Where(e => PartOf.Has(e.Value, pattern) || PartOf.Has(e.Reason, pattern))
                : entries.Where(e => PartOf.Has(e.Value, pattern) || PartOf.Has(e.Reason, pattern) || (e.Type == ListType.CardHash && cards.Contains(e.Value)));
        }

        /// <summary>Of those that have met nothing lately, the ones to go about with care, or the others.</summary>
        public IQueryable<ListEntry> Careful(bool isCareful) =>
            entries.Where(e => (e.Severity == ListSeverity.Block && (e.Source == ListSource.Chargeback || e.Source == ListSource.FraudReport)) == isCareful);

        public IQueryable<ListEntry> Of(QuietGroup group) => entries.Where(e => e.Type == group.Type && e.Severity == group.Severity).Careful(group.IsCareful);

        public IOrderedQueryable<ListEntry> Sorted(ListOrder order) => order switch
        {
            // An id is made when its entry is, and grows with time: its index gives the newest without looking at the others.
            ListOrder.Newest => entries.OrderByDescending(e => e.Id),
            ListOrder.Oldest => entries.OrderBy(e => e.Id),
            ListOrder.ByValue => entries.OrderBy(e => e.Value).ThenBy(e => e.Id),
            ListOrder.ByValueBackwards => entries.OrderByDescending(e => e.Value).ThenByDescending(e => e.Id),
            ListOrder.EndsFirst => entries.OrderBy(e => e.ExpiresAt == null).ThenBy(e => e.ExpiresAt).ThenBy(e => e.Id),
            ListOrder.MostHits => entries.OrderByDescending(e => (long?)e.Hits!.Count ?? 0).ThenBy(e => e.Id),
            ListOrder.FewestHits => entries.OrderBy(e => (long?)e.Hits!.Count ?? 0).ThenBy(e => e.Id),
            ListOrder.LatestHit => entries.OrderByDescending(e => (long?)e.Hits!.LastAt ?? 0).ThenBy(e => e.Id),
            ListOrder.LongestQuiet => entries.OrderBy(e => (long?)e.Hits!.LastAt ?? 0).ThenBy(e => e.Id),
        };

        /// <summary>What comes after that entry in this order.</summary>
        public IQueryable<ListEntry> After(ListEntry last, ListOrder order)
        {
            var (id, value, ends, hits, hit) = (last.Id, last.Value, last.ExpiresAt, last.Hits?.Count ?? 0, last.Hits?.LastAt ?? 0);
#pragma warning disable CA1309 // this form is what becomes SQL
            return order switch
            {
                ListOrder.Newest => entries.Where(e => e.Id.CompareTo(id) < 0),
                ListOrder.Oldest => entries.Where(e => e.Id.CompareTo(id) > 0),
                ListOrder.ByValue => entries.Where(e => string.Compare(e.Value, value) > 0 || (e.Value == value && e.Id.CompareTo(id) > 0)),
                ListOrder.ByValueBackwards => entries.Where(e => string.Compare(e.Value, value) < 0 || (e.Value == value && e.Id.CompareTo(id) < 0)),
                ListOrder.EndsFirst when ends is null => entries.Where(e => e.ExpiresAt == null && e.Id.CompareTo(id) > 0),
                ListOrder.EndsFirst => entries.Where(e => e.ExpiresAt == null || e.ExpiresAt > ends || (e.ExpiresAt == ends && e.Id.CompareTo(id) > 0)),
                ListOrder.MostHits => entries.Where(e => ((long?)e.Hits!.Count ?? 0) < hits || (((long?)e.Hits!.Count ?? 0) == hits && e.Id.CompareTo(id) > 0)),
                ListOrder.FewestHits => entries.Where(e => ((long?)e.Hits!.Count ?? 0) > hits || (((long?)e.Hits!.Count ?? 0) == hits && e.Id.CompareTo(id) > 0)),
                ListOrder.LatestHit => entries.Where(e => ((long?)e.Hits!.LastAt ?? 0) < hit || (((long?)e.Hits!.LastAt ?? 0) == hit && e.Id.CompareTo(id) > 0)),
                ListOrder.LongestQuiet => entries.Where(e => ((long?)e.Hits!.LastAt ?? 0) > hit || (((long?)e.Hits!.LastAt ?? 0) == hit && e.Id.CompareTo(id) > 0)),
                _ => throw new ArgumentOutOfRangeException(nameof(order)),
            };
#pragma warning restore CA1309
        }

        public IQueryable<ListRow> Rows(PanelDb db) => entries.Select(e => new ListRow(e.Id, e.Type, e.Value, e.Severity, e.FlowScope, e.Reason, e.Source, e.IsActive, e.CreatedAt, e.ExpiresAt,
            db.Users.Where(u => u.Id == e.OwnerId).Select(u => u.DisplayName).FirstOrDefault(), (long?)e.Hits!.Count ?? 0, (long?)e.Hits!.LastAt));
    }

    /// <summary>How many have met nothing lately, by what they are; the largest groups first.</summary>
    public static async Task<IReadOnlyList<(QuietGroup Group, int Count)>> QuietAsync(this PanelDb db, DateTimeOffset now, CancellationToken stop)
    {
        var counts = await db.Set<ListEntry>().Narrowed(new ListFilter { Quiet = true }, now)
            .GroupBy(e => new { e.Severity, e.Type, IsCareful = e.Severity == ListSeverity.Block && (e.Source == ListSource.Chargeback || e.Source == ListSource.FraudReport) })
            .Select(g => new { g.Key, Count = g.Count() }).ToListAsync(stop);
        return [.. counts.Select(c => (new QuietGroup(c.Key.Type, c.Key.Severity, c.Key.IsCareful), c.Count)).OrderByDescending(c => c.Count).ThenBy(c => c.Item1.Type).ThenByDescending(c => c.Item1.Severity)];
    }

    /// <summary>One page in that order, keyset-paged: as fast at the end as at the beginning.</summary>
    /// <returns>The rows, and the entry after which the next page begins; null on the last.</returns>
    public static async Task<(IReadOnlyList<ListRow> Rows, Guid? Next)> ListPageAsync(this PanelDb db, ListFilter filter, ListOrder order, Guid? after, int size, DateTimeOffset now, CancellationToken stop)
    {
        var entries = db.Set<ListEntry>().AsNoTracking().Narrowed(filter, now);
        // Deleted meanwhile: from the beginning again.
        if (after is { } id && await db.Set<ListEntry>().AsNoTracking().Include(e => e.Hits).SingleOrDefaultAsync(e => e.Id == id, stop) is { } last) entries = entries.After(last, order);
        var rows = await entries.Sorted(order).Take(size + 1).Rows(db).ToListAsync(stop);
        return rows.Count > size ? (rows[..size], rows[size - 1].Id) : (rows, null);
    }
}
