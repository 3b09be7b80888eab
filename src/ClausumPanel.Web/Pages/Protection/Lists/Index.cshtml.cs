using ClausumPanel.Web.Flows;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Web.Enrichment;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Pages.Reviews;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Protection.Lists;

/// <summary>Everything on the lists, narrowed by what the address says.</summary>
public sealed class ListsModel(PanelDb db, AssessmentReader assessments, ReferenceData data, TimeProvider clock, Texts T) : PageModel
{
    private const int PageSize = 50;
    private ListFilter _filter = new();

    public const int SeenDays = 30;

    [BindProperty(SupportsGet = true, Name = "")] public ListQuery Query { get; set; } = new();
    [BindProperty(SupportsGet = true, Name = "after")] public Guid? After { get; set; }
    [TempData] public string? Said { get; set; }

    public DateTimeOffset Now { get; private set; }
    public IReadOnlyList<ListRow> Rows { get; private set; } = [];
    public Guid? Next { get; private set; }
    public int Total { get; private set; }
    public int Everything { get; private set; }

    /// <summary>How many have met nothing lately, whatever else is set; asked for once the page stands.</summary>
    public int Quiet { get; private set; }
    public IReadOnlyList<(ListType Type, int Count)> Types { get; private set; } = [];
    public IReadOnlyDictionary<Guid, TermSeen> Seen { get; private set; } = new Dictionary<Guid, TermSeen>();

    /// <summary>Cards that the search means by their last digits, by the hash they stand under.</summary>
    public CardsByDigits Cards { get; private set; } = CardsByDigits.None;

    /// <summary>What became of a search by a card's digits that finds nothing; null: it was for something else.</summary>
    public string? NoCard
    {
        get
        {
            if (Query.Filter is not { Search: { } text } filter || filter with { Search = null } != new ListFilter()) return null;
            if (!Cards.IsAsked) return text.Trim().All(char.IsAsciiDigit) ? T["A card is found by its last four digits, or as ••0965 (411111)."] : null;
            var said = Cards.Hashes.Count == 0 ? T["No payment with a card of these last digits names its hash."]
                : T.Count(Cards.Hashes.Count, "{0} card with these last digits has paid here; its hash is not on these lists.", "{0} cards with these last digits have paid here; none of their hashes is on these lists.");
            return said + (Cards.IsMore ? " " + T["Only the latest {0} payments with them were looked at: add the first digits, as in ••0965 (411111).", CardsByDigits.MostPayments] : "");
        }
    }

    public string? NextAddress => Next is { } next ? ListQuery.Address(Query.Pairs.Append(("after", next.ToString()))) : null;

    /// <summary>The payments that are the reason of an entry and have a review, each with what was noted with its decision.</summary>
    public IReadOnlyDictionary<Guid, NamedPayment> Reviews { get; private set; } = new Dictionary<Guid, NamedPayment>();

    /// <summary>The review whose link led here; null: another page did.</summary>
    public string? BackToReview => ReviewBefore.Of(this);

    public async Task OnGetAsync(CancellationToken stop)
    {
        await ReadAsync(stop);
        Reviews = await ListedByReview.NamedAsync(db, [.. Rows.Select(r => ListSentences.PaymentOf(r.Reason)).OfType<Guid>().Distinct()], stop);
        var counts = await db.Set<ListEntry>().GroupBy(e => e.Type).Select(g => new { Type = g.Key, Count = g.Count() }).ToListAsync(stop);
        Types = [.. counts.OrderBy(c => c.Type).Select(c => (c.Type, c.Count))];
        Everything = Types.Sum(t => t.Count);
        Total = _filter == new ListFilter() ? Everything : await db.Set<ListEntry>().Narrowed(_filter, Now).CountAsync(stop);
    }

    /// <summary>Whether payments are kept findable by its value: free providers are not, since half of everybody writes from there.</summary>
    public bool IsFollowed(ListRow row) => ListLookup.Term(row.Type) is not null && (row.Type != ListType.EmailDomain || !data.Emails.IsFree(row.Value));

    /// <summary>How often the values on this page were named lately, and how many entries have met nothing: asked for once the page stands, since it looks through a month of assessments, and through the hits.</summary>
    public async Task<IActionResult> OnGetSeenAsync(CancellationToken stop)
    {
        await ReadAsync(stop);
        var found = new Dictionary<Guid, TermSeen>();
        foreach (var group in Rows.Where(IsFollowed).GroupBy(r => r.Type))
        {
            var seen = await assessments.SeenAsync(ListLookup.Term(group.Key)!.Value, [.. group.Select(r => r.Value)], Now.AddDays(-SeenDays), stop);
            foreach (var row in group) found[row.Id] = seen.GetValueOrDefault(FoundBy.Normalize(row.Value));
        }
        Seen = found;
        Quiet = await db.Set<ListEntry>().Narrowed(new ListFilter { Quiet = true }, Now).CountAsync(stop);
        return Partial("_Seen", this);
    }

    /// <summary>What is set, in words, each with the address that lifts it.</summary>
    public IEnumerable<(string Words, string Address)> Chips
    {
        get
        {
            var filter = Query.Filter;
            if (filter.Type is { } type) yield return (T.Name(type), Query.With("type", null));
            if (filter.Severity is { } severity) yield return (T.Name(severity), Query.With("severity", null));
            if (filter.Source is { } source) yield return (T.Name(source), Query.With("source", null));
            if (filter.State is { } state) yield return (T.Name(state), Query.With("state", null));
            if (filter.Quiet) yield return (T["No hit in {0} days", ListFilter.QuietDays], Query.With("hits", null));
            if (!string.IsNullOrWhiteSpace(filter.Search)) yield return (T["“{0}”", filter.Search.Trim()], Query.With("q", null));
        }
    }

    public string SortAddress(string first, string second) => Query.With("sort", (Query.Sort ?? "") == first ? second : first);

    private async Task ReadAsync(CancellationToken stop)
    {
        Now = clock.GetUtcNow();
        Cards = await CardsByDigits.FindAsync(assessments, Query.Search, stop);
        _filter = Cards.Widen(Query.Filter);
        (Rows, Next) = await db.ListPageAsync(_filter, Query.Order, After, PageSize, Now, stop);
    }
}
