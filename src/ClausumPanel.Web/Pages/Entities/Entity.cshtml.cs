using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Pages.Reviews;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Entities;

/// <summary>Everything stored payments tell of one payer, e-mail, card, device, address, phone or beneficiary.</summary>
public sealed class EntityModel(PanelDb db, AssessmentReader assessments, EntityEvidence evidence, ListEvidence lists, Enrichment.ReferenceData data, Reader reader, TimeProvider clock) : PageModel
{
    private const int PageSize = 25, WaitingShown = 5;

    /// <summary>Longer texts no payment can be found by.</summary>
    private const int Longest = 512;

    public EntityView Entity { get; private set; } = null!;

    /// <summary>A free provider's domain, by which nothing is kept.</summary>
    public bool IsFreeProvider => Entity.Kind == TermKind.EmailDomain && data.Emails.IsFree(Entity.Text);
    public DateTimeOffset Now { get; } = clock.GetUtcNow();
    public IReadOnlyList<ListRow> Listed { get; private set; } = [];

    /// <summary>Those that are the reason of an entry, each with what was noted.</summary>
    public IReadOnlyDictionary<Guid, NamedPayment> Reviews { get; private set; } = new Dictionary<Guid, NamedPayment>();
    public IReadOnlyList<NamedListed> Named { get; private set; } = [];
    public IReadOnlyList<AssessmentLine> Lines { get; private set; } = [];

    /// <summary>The latest of those whose review is open.</summary>
    public IReadOnlyList<AssessmentLine> Waiting { get; private set; } = [];
    public int WaitingCount { get; private set; }

    /// <summary>Where those stand that are shown and that nobody has decided; by their place in the log.</summary>
    public IReadOnlyDictionary<long, OpenItem> Open { get; private set; } = new Dictionary<long, OpenItem>();

    /// <summary>Of those, the queues show now; what is put away or not shown yet they do not.</summary>
    public int ShownCount { get; private set; }
    public DecisionColumns Columns { get; private set; } = null!;
    public bool IsFirstPage { get; private set; } = true;
    public string? NextAddress { get; private set; }

    /// <summary>The item of the reviews this page was opened from; null: it was not.</summary>
    public string? Review { get; private set; }
    public string Address => EntityWords.Address(Entity.Kind, Entity.Text);

    public async Task<IActionResult> OnGetAsync(string kind, string? value, string? after, CancellationToken stop)
    {
        if (EntityWords.Kind(kind) is not { } known || value is null || EntityWords.Read(value) is not { Length: > 0 and <= Longest } text) return NotFound();
        if (!evidence.MayLookUp(User.Id)) return StatusCode(StatusCodes.Status429TooManyRequests);
        Review = ReviewBefore.Of(this);
        Entity = await evidence.OfEntityAsync(known, text, stop);
        Listed = await lists.ListedAsync(Entity, stop);
        Reviews = await lists.ReviewsAsync(Listed, stop);
        Named = await lists.NamedAsync(Entity, stop);
        Columns = DecisionColumns.Of(Entity.Events, reader);
        await LoadLinesAsync(after, stop);
        return Page();
    }

    private async Task LoadLinesAsync(string? after, CancellationToken stop)
    {
        var first = 0;
        if (AssessmentCursor.TryParse(after, out var cursor))
        {
            while (first < Entity.Events.Count && !IsAfter(Entity.Events[first], cursor)) first++;
            IsFirstPage = first == 0;
        }
        var page = Entity.Events.Skip(first).Take(PageSize).ToList();
        var events = page.ToDictionary(e => e.Seq);
        var waiting = Entity.Waiting;
        var shown = waiting.Take(WaitingShown).Select(e => e.Seq).ToHashSet();
        var lines = await assessments.LinesAsync([.. events.Keys.Union(shown)], stop);
        Lines = [.. lines.Where(l => events.ContainsKey(l.Seq)).Select(l => l with { Label = events[l.Seq].Label, LabelledBy = events[l.Seq].LabelledBy, IsConflicted = events[l.Seq].IsConflicted, Outcome = events[l.Seq].Outcome })];
        var now = Now.ToUnixTimeMilliseconds();
        (WaitingCount, ShownCount, Waiting) = (waiting.Count, waiting.Count(e => e.ShownFrom <= now), [.. lines.Where(l => shown.Contains(l.Seq)).OrderByDescending(l => l.Seq)]);
        var open = page.Where(e => e.IsWaiting).Select(e => e.Seq).Union(shown).ToArray();
        if (open.Length > 0) Open = await db.Set<Review>().AsNoTracking().Where(r => open.Contains(r.Seq)).Standing(db.Set<ReviewQueue>(), db.Set<ReviewEvent>(), now).ToDictionaryAsync(r => r.Seq, stop);
        if (first + page.Count < Entity.Events.Count && page.Count > 0) NextAddress = $"{Address}?after={new AssessmentCursor(page[^1].At, page[^1].Seq)}#recent";
    }

    private static bool IsAfter(TermEvent e, AssessmentCursor cursor) => e.At < cursor.Value || (e.At == cursor.Value && e.Seq < cursor.Seq);
}

/// <summary>How wide a column of time is.</summary>
public enum ColumnSpan
{
    Day, Week, Month,
}

/// <param name="Start">Its first day for the reader.</param>
/// <param name="Counts">By what was decided in the end.</param>
/// <param name="Frauds">Of all of them, those that turned out to be fraud.</param>
public sealed record DecisionColumn(DateOnly Start, int[] Counts, int Frauds);

/// <summary>Decisions over time, on the reader's clock: days, weeks or months, so that there are never too many.</summary>
public sealed record DecisionColumns(ColumnSpan Span, IReadOnlyList<DecisionColumn> All)
{
    public const int Most = 60;

    public int Highest => All.Count == 0 ? 0 : All.Max(c => c.Counts.Sum());

    public static DecisionColumns Of(IReadOnlyList<TermEvent> events, Reader reader)
    {
        if (events.Count == 0) return new DecisionColumns(ColumnSpan.Day, []);
        var days = events.Select(e => (Day: DateOnly.FromDateTime(reader.Zoned(e.Instant).DateTime), Event: e)).ToList();
        var (first, last) = (days.Min(d => d.Day), days.Max(d => d.Day));
        var length = last.DayNumber - first.DayNumber + 1;
        var span = length <= Most ? ColumnSpan.Day : length <= Most * 7 ? ColumnSpan.Week : ColumnSpan.Month;
        var columns = new SortedDictionary<DateOnly, DecisionColumn>();
        for (var at = Start(first, span); at <= last && columns.Count < 1_200; at = Next(at, span)) columns[at] = new DecisionColumn(at, new int[Enum.GetValues<Decision>().Length], 0);
        foreach (var (day, e) in days)
        {
            if (!columns.TryGetValue(Start(day, span), out var column)) continue;
            column.Counts[(int)e.Final]++;
            if (e.Label == Storage.Labels.LabelOutcome.Fraud) columns[column.Start] = column with { Frauds = column.Frauds + 1 };
        }
        return new DecisionColumns(span, [.. columns.Values.TakeLast(Most)]);
    }

    private static DateOnly Start(DateOnly day, ColumnSpan span) => span switch
    {
        ColumnSpan.Day => day,
        ColumnSpan.Week => day.AddDays(-(((int)day.DayOfWeek + 6) % 7)),
        ColumnSpan.Month => new DateOnly(day.Year, day.Month, 1),
    };

    private static DateOnly Next(DateOnly start, ColumnSpan span) => span switch
    {
        ColumnSpan.Day => start.AddDays(1),
        ColumnSpan.Week => start.AddDays(7),
        ColumnSpan.Month => start.AddMonths(1),
    };
}
