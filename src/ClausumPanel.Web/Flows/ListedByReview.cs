using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Localization;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Flows;

/// <summary>A value that a review's decision put on a list, as it stands there now.</summary>
/// <param name="Wanted">What the decision put there.</param>
/// <param name="Entry">The entry; null: it is gone.</param>
/// <param name="IsAsLeft">The decision put it there, where nothing counted before but for reviews opened again since, and nobody changed it: reopening takes it back.</param>
/// <param name="Heir">Nobody changed it either, but another review put it there before, and stands: reopening leaves it to that one.</param>
internal sealed record ListedByReview(ReviewEntry Wanted, ListEntry? Entry, bool IsAsLeft, ReviewHeir? Heir = null)
{
    private const string Before = "Review of ";

    /// <summary>What an entry says as its reason that the review of an assessment put on a list.</summary>
    public static string Reason(Guid assessment) => Before + assessment;

    /// <summary>The assessment whose review is the reason; null: the reason is another.</summary>
    public static Guid? AssessmentOf(string? reason) =>
        reason is not null && reason.StartsWith(Before, StringComparison.Ordinal) && Guid.TryParseExact(reason.AsSpan(Before.Length), "D", out var id) ? id : null;

    /// <summary>The assessments that are still stored, each with what was decided in its review, and why.</summary>
    public static async Task<IReadOnlyDictionary<Guid, NamedPayment>> NamedAsync(PanelDb db, Guid[] assessments, CancellationToken stop)
    {
        if (assessments.Length == 0) return new Dictionary<Guid, NamedPayment>();
        var named = from a in db.Set<StoredAssessment>()
                    where assessments.Contains(a.Id)
                    join r in db.Set<Review>() on a.Seq equals r.Seq into reviews
                    from r in reviews.DefaultIfEmpty()
                    select new { a.Id, a.Flow, a.Facts, Review = (long?)r!.Seq, r!.Outcome, r!.Reason, r!.Note };
        return await named.ToDictionaryAsync(n => n.Id, n => new NamedPayment(n.Review is not null, n.Flow, n.Outcome, n.Reason, n.Note, Card(n.Facts)), stop);
    }

    private static string? Card(byte[] snapshot)
    {
        var facts = new Facts();
        FactSnapshot.Read(snapshot, facts);
        return facts.Text(Known.CardLast4) is not null && FoundBy.Text(facts, TermKind.Card) is { } digits ? EntityWords.Show(TermKind.Card, digits) : null;
    }

    /// <summary>What the decision that is closed put on lists.</summary>
    /// <param name="db">The store; its entries are tracked.</param>
    /// <param name="stored">The payment.</param>
    /// <param name="now">The current instant.</param>
    /// <param name="stop">Ends it early.</param>
    public static async Task<IReadOnlyList<ListedByReview>> OfAsync(PanelDb db, StoredAssessment stored, DateTimeOffset now, CancellationToken stop)
    {
        var closed = await db.Set<ReviewEvent>().AsNoTracking().Where(e => e.Seq == stored.Seq && e.Kind == ReviewEventKind.Closed).OrderByDescending(e => e.Version).FirstOrDefaultAsync(stop);
        if (closed is null || ReviewEntry.Read(closed.Entries) is not { Count: > 0 } wanted) return [];
        var facts = new Facts();
        FactSnapshot.Read(stored.Facts, facts);
        var reason = Reason(stored.Id);
        List<ListedByReview> listed = [];
        List<ListEntry>? written = null;
        foreach (var one in wanted)
        {
            // What the payment says of a device goes before the payment does: the trail still says which entries its decision wrote.
            var entry = ReviewEntry.ValueOf(one.Type, facts) is { } value ? await db.Set<ListEntry>().FirstOrDefaultAsync(e => e.Type == one.Type && e.Value == value, stop)
                : (written ??= await WrittenAsync(db, closed.At, stop)).Find(e => e.Type == one.Type && e.Reason == reason);
            var isOurs = entry is not null && reason == entry.Reason && new Terms(entry.IsActive, entry.Severity, entry.FlowScope == FlowScope.Both, entry.ExpiresAt).IsOf(one, closed.At);
            var (isFree, heir) = isOurs ? await BeforeAsync(db, entry!, stored.Id, closed.At, now, stop) : default;
            listed.Add(new(one, entry, isFree, heir));
        }
        return listed;
    }

    /// <summary>The entries written in that millisecond.</summary>
    private static async Task<List<ListEntry>> WrittenAsync(PanelDb db, long at, CancellationToken stop)
    {
        var (from, to) = (DateTimeOffset.FromUnixTimeMilliseconds(at), DateTimeOffset.FromUnixTimeMilliseconds(at + 1));
        // By the time alone: asked for a kind of subject too, SQLite would begin with all of that kind.
        var subjects = await db.AuditEntries.AsNoTracking().Where(a => a.At >= from && a.At < to).Select(a => new { a.SubjectKind, a.SubjectId }).ToListAsync(stop);
        var ids = subjects.Where(s => s.SubjectKind == ChangeLists.Subject).Select(s => Guid.TryParse(s.SubjectId, out var id) ? id : Guid.Empty).Distinct().ToArray();
        return ids.Length == 0 ? [] : await db.Set<ListEntry>().Where(e => ids.Contains(e.Id)).ToListAsync(stop);
    }

    /// <summary>What would count without the decision: nothing, what another review wants that stands, or (neither) what somebody wrote who was no review.</summary>
    private static async Task<(bool IsFree, ReviewHeir? Heir)> BeforeAsync(PanelDb db, ListEntry entry, Guid own, long closedAt, DateTimeOffset now, CancellationToken stop)
    {
        var id = entry.Id.ToString();
        var changes = await db.AuditEntries.AsNoTracking().Where(a => a.SubjectKind == ChangeLists.Subject && a.SubjectId == id && (a.Action == AuditActions.ListEntryAdded || a.Action == AuditActions.ListEntryChanged)).OrderByDescending(a => a.Sequence).ToListAsync(stop);
        var place = changes.FindIndex(a => a.At.ToUnixTimeMilliseconds() == closedAt);
        if (place < 0 || changes[place].Before is null) return (entry.CreatedAt.ToUnixTimeMilliseconds() == closedAt, null);
        // Each change tells what the one before it left.
        foreach (var change in changes[place..])
        {
            if (change.Before is null) return (true, null);
            using var json = JsonDocument.Parse(change.Before);
            var (was, reason) = Terms.Read(json.RootElement);
            if (!was.IsActive || was.ExpiresAt?.ToUnixTimeMilliseconds() <= change.At.ToUnixTimeMilliseconds()) return (true, null);
            if (AssessmentOf(reason) is not { } other) return (false, null);
            var seq = AssessmentId.SeqOf(other);
            var closings = await db.Set<ReviewEvent>().AsNoTracking().Where(e => e.Seq == seq && e.Kind == ReviewEventKind.Closed).OrderByDescending(e => e.Version).ToListAsync(stop);
            // A person has changed it since that review did.
            if (closings.Find(c => ReviewEntry.Read(c.Entries).Any(w => w.Type == entry.Type && was.IsOf(w, c.At))) is not { } closing) return (false, null);
            if (other != own && closing == closings[0] && !(was.ExpiresAt <= now) && await db.Set<Review>().AnyAsync(r => r.Seq == seq && r.State == ReviewState.Closed, stop)) return (false, new(other, was.Severity, was.ExpiresAt));
        }
        return (false, null);
    }

    /// <summary>How an entry counted.</summary>
    private readonly record struct Terms(bool IsActive, ListSeverity Severity, bool IsOfBothFlows, DateTimeOffset? ExpiresAt)
    {
        /// <summary>As the audit trail keeps it.</summary>
        public static (Terms Terms, string? Reason) Read(JsonElement summary) => (
            new(summary.GetProperty("isActive").GetBoolean(), ListWords.Severities.FirstOrDefault(s => s.Word() == summary.GetProperty("severity").GetString()), summary.GetProperty("flowScope").GetString() == FlowScope.Both.Word(), summary.GetProperty("expiresAt") is { ValueKind: JsonValueKind.String } ends ? ends.GetDateTimeOffset() : null),
            summary.GetProperty("reason").GetString());

        /// <summary>A decision that took effect then left it so.</summary>
        public bool IsOf(ReviewEntry wanted, long closedAt) =>
            IsActive && IsOfBothFlows && Severity == wanted.Severity && ExpiresAt?.ToUnixTimeMilliseconds() == (wanted.Days is { } days ? DateTimeOffset.FromUnixTimeMilliseconds(closedAt).AddDays(days).ToUnixTimeMilliseconds() : null);
    }
}

/// <summary>A payment that is the reason of an entry.</summary>
/// <param name="HasReview">It came to a person.</param>
/// <param name="Flow">Its own.</param>
/// <param name="Outcome">Of the decision that stands; null: it was opened again.</param>
/// <param name="Reason">The code of its reason.</param>
/// <param name="Note">What was noted with it; null: nothing.</param>
/// <param name="Card">The last digits of its card and its range; null: none was sent.</param>
public sealed record NamedPayment(bool HasReview, Flow Flow, ReviewOutcome? Outcome, string? Reason, string? Note, string? Card);

/// <summary>Another review that wants the same value listed.</summary>
/// <param name="Assessment">Whose review it is.</param>
/// <param name="Severity">As which.</param>
/// <param name="ExpiresAt">Until when; null: for good.</param>
internal sealed record ReviewHeir(Guid Assessment, ListSeverity Severity, DateTimeOffset? ExpiresAt);
