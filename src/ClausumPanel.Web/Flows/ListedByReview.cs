using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Reviews;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>A value that a review's decision put on a list, as it stands there now.</summary>
/// <param name="Wanted">What the decision put there.</param>
/// <param name="Entry">The entry; null: it is gone.</param>
/// <param name="IsAsLeft">The decision put it there, where nothing counted before, and nobody changed it since: reopening takes it back.</param>
internal sealed record ListedByReview(ReviewEntry Wanted, ListEntry? Entry, bool IsAsLeft)
{
    private const string Before = "Review of ";

    /// <summary>What an entry says as its reason that the review of an assessment put on a list.</summary>
    public static string Reason(Guid assessment) => Before + assessment;

    /// <summary>The assessment whose review is the reason; null: the reason is another.</summary>
    public static Guid? AssessmentOf(string? reason) =>
        reason is not null && reason.StartsWith(Before, StringComparison.Ordinal) && Guid.TryParseExact(reason.AsSpan(Before.Length), "D", out var id) ? id : null;

    /// <summary>Of each assessment that has a review, what was noted with the decision that stands; null: nothing.</summary>
    public static async Task<IReadOnlyDictionary<Guid, string?>> NotesAsync(PanelDb db, Guid[] assessments, CancellationToken stop) => assessments.Length == 0 ? new Dictionary<Guid, string?>()
        : await db.Set<StoredAssessment>().Where(a => assessments.Contains(a.Id)).Join(db.Set<Review>(), a => a.Seq, r => r.Seq, (a, r) => new { a.Id, r.Note }).ToDictionaryAsync(x => x.Id, x => x.Note, stop);

    /// <summary>What the decision that is closed put on lists.</summary>
    /// <param name="db">The store; its entries are tracked.</param>
    /// <param name="stored">The payment.</param>
    /// <param name="stop">Ends it early.</param>
    public static async Task<IReadOnlyList<ListedByReview>> OfAsync(PanelDb db, StoredAssessment stored, CancellationToken stop)
    {
        var closed = await db.Set<ReviewEvent>().AsNoTracking().Where(e => e.Seq == stored.Seq && e.Kind == ReviewEventKind.Closed).OrderByDescending(e => e.Version).FirstOrDefaultAsync(stop);
        if (closed is null || ReviewEntry.Read(closed.Entries) is not { Count: > 0 } wanted) return [];
        var facts = new Facts();
        FactSnapshot.Read(stored.Facts, facts);
        var reason = Reason(stored.Id);
        List<ListedByReview> listed = [];
        foreach (var one in wanted)
        {
            // What the payment says of a device goes before the payment does; the entry still says whose it is.
            var entries = DecideReviews.ValueOf(one.Type, facts) is { } value ? db.Set<ListEntry>().Where(e => e.Type == one.Type && e.Value == value) : db.Set<ListEntry>().Where(e => e.Type == one.Type && e.Reason == reason);
            var entry = await entries.FirstOrDefaultAsync(stop);
            listed.Add(new(one, entry, entry is not null && IsAsWritten(entry, one, reason, closed.At) && await WasFreeAsync(db, entry, closed.At, stop)));
        }
        return listed;
    }

    private static bool IsAsWritten(ListEntry entry, ReviewEntry wanted, string reason, long closedAt) =>
        entry.IsActive && entry.Severity == wanted.Severity && entry.Reason == reason && entry.FlowScope == FlowScope.Both
        && entry.ExpiresAt?.ToUnixTimeMilliseconds() == (wanted.Days is { } days ? DateTimeOffset.FromUnixTimeMilliseconds(closedAt).AddDays(days).ToUnixTimeMilliseconds() : null);

    /// <summary>Before the decision nothing counted there: it made the entry, or switched one on again that was off or over.</summary>
    private static async Task<bool> WasFreeAsync(PanelDb db, ListEntry entry, long closedAt, CancellationToken stop)
    {
        if (entry.CreatedAt.ToUnixTimeMilliseconds() == closedAt) return true;
        var id = entry.Id.ToString();
        var changes = await db.AuditEntries.AsNoTracking().Where(a => a.SubjectKind == ChangeLists.Subject && a.SubjectId == id && a.Action == AuditActions.ListEntryChanged).OrderByDescending(a => a.Sequence).ToListAsync(stop);
        if (changes.Find(a => a.At.ToUnixTimeMilliseconds() == closedAt)?.Before is not { } before) return false;
        using var was = JsonDocument.Parse(before);
        return !was.RootElement.GetProperty("isActive").GetBoolean() || (was.RootElement.GetProperty("expiresAt") is { ValueKind: JsonValueKind.String } ends && ends.GetDateTimeOffset().ToUnixTimeMilliseconds() <= closedAt);
    }
}
