using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Storage.Metrics;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Storage.Submerchants;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Pages.Reviews;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.Mvc;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Transactions;

/// <summary>The Monitor: every assessment there is, narrowed by what the address says.</summary>
public sealed class MonitorModel(PanelDb db, MetricReader metrics, AssessmentReader assessments, Flows.QualityReport rules, SubmerchantShelf submerchants, Reader reader, TimeProvider clock, Texts T) : PageModel
{
    private const int PageSize = 50;

    [BindProperty(SupportsGet = true, Name = "")] public MonitorQuery Query { get; set; } = new();
    [BindProperty(SupportsGet = true, Name = "after")] public string? AfterText { get; set; }

    public AssessmentPage Found { get; private set; } = new([], null);

    /// <summary>What a review made of those of the page, once it is for good; by their place in the log.</summary>
    public IReadOnlyDictionary<long, EndedRow> Ended { get; private set; } = new Dictionary<long, EndedRow>();

    /// <summary>Where those of the page stand that nobody has decided; by their place in the log.</summary>
    public IReadOnlyDictionary<long, OpenItem> Open { get; private set; } = new Dictionary<long, OpenItem>();
    public long Total { get; private set; }
    public IReadOnlyList<string> KnownCurrencies { get; private set; } = [];

    /// <summary>The review the reader comes from; null: none.</summary>
    public string? BackToReview => ReviewBefore.Of(this);
    public bool IsFirstPage => AfterText is null;
    public string? NextAddress => Found.Next is { } next ? MonitorQuery.Address(Query.Pairs.Append(("after", next.ToString()))) : null;

    public async Task OnGetAsync(CancellationToken stop)
    {
        Query.Submerchant = submerchants.Current.NameOf(Query.Submerchant?.Trim());
        var filter = await Query.FilterAsync(reader, clock.GetUtcNow(), rules, stop);
        var after = AssessmentCursor.TryParse(AfterText, out var cursor) ? cursor : (AssessmentCursor?)null;
        Found = await assessments.PageAsync(filter, Query.Order, after, PageSize, stop);
        Ended = await EndedAsync([.. Found.Lines.Select(l => l.Seq)], stop);
        Open = await OpenAsync([.. Found.Lines.Select(l => l.Seq)], stop);
        Total = await assessments.CountAsync(filter, stop);
        KnownCurrencies = await metrics.CurrenciesAsync(stop);
    }

    private async Task<IReadOnlyDictionary<long, EndedRow>> EndedAsync(long[] seqs, CancellationToken stop)
    {
        var closed = from r in db.Set<Review>().AsNoTracking()
                     where seqs.Contains(r.Seq) && r.State == ReviewState.Closed && r.Outcome != null
                     join u in db.Users on r.DecidedById equals (Guid?)u.Id into who
                     from u in who.DefaultIfEmpty()
                     select new { r.Seq, Ended = new EndedRow(r.Outcome!.Value, r.DecidedById != null, u!.DisplayName, r.Reason) };
        return await closed.ToDictionaryAsync(c => c.Seq, c => c.Ended, stop);
    }

    private async Task<IReadOnlyDictionary<long, OpenItem>> OpenAsync(long[] seqs, CancellationToken stop) =>
        await db.Set<Review>().AsNoTracking().Where(r => seqs.Contains(r.Seq)).Standing(db.Set<ReviewQueue>(), db.Set<ReviewEvent>(), clock.GetUtcNow().ToUnixTimeMilliseconds()).ToDictionaryAsync(r => r.Seq, stop);

    /// <summary>What is set, in words, each with the address that lifts it.</summary>
    public IEnumerable<(string Words, string Address)> Chips
    {
        get
        {
            foreach (var (name, value) in Query.Pairs)
            {
                var words = name switch
                {
                    "from" => T["From {0}", value.Replace('T', ' ')],
                    "to" => T["Until {0}", value.Replace('T', ' ')],
                    "decision" => T.Name(Query.Decisions.First(d => TagHelpers.DecisionTagHelper.Word(d) == value)),
                    "flow" => value == "payout" ? T["Payouts only"] : T["Payments only"],
                    "score_min" => T["Score from {0}", value],
                    "score_max" => T["Score up to {0}", value],
                    "currency" => value,
                    "amount_min" => T["Amount from {0}", value],
                    "amount_max" => T["Amount up to {0}", value],
                    "signal" => Query.SignalDefinition is { } signal ? Texts.Translate(signal.Title) : value,
                    "rule" => T["Rule {0}", value],
                    "label" => LabelWords.Outcome(value) is { } outcome ? $"{T["Label"]}: {T.Name(outcome)}" : value,
                    "final" => T["Final outcome: {0}", T.Name(FinalOutcomes.Find(value)!.Value)],
                    "review" => Query.OpenPart switch { OpenPart.PutAway => T["On hold"], OpenPart.NotShown => T["Not shown in its queue yet"], _ => T["Waiting for a person"] },
                    "channel" => T["Channel {0}", value],
                    "submerchant" => T["Sub-merchant: {0}", submerchants.Current.Find(value)?.Name ?? value],
                    "scheme" => MonitorQuery.SchemeName(value),
                    "country" => value == MonitorQuery.NoCountry ? T["Country not known"] : Showing.Country(value),
                    "kind" => value == "simulated" ? T["Simulated only"] : T["Live only"],
                    "q" => Query.Exactly is { } kind ? $"{T.Name(kind)}: {EntityWords.Show(kind, value)}" : T["“{0}”", value],
                    _ => null,
                };
                if (words is not null) yield return (words, Query.Without(name, value));
            }
        }
    }

    /// <summary>The sort a head's link asks for: this one, or its opposite when it already holds.</summary>
    public string SortAddress(string first, string second) => Query.With("sort", (Query.Sort ?? "") == first ? second : first);
}

/// <param name="IsPersons">Else time decided it, or what became of its challenge: the reason says which.</param>
/// <param name="By">Who; null: they are gone.</param>
public sealed record EndedRow(ReviewOutcome Outcome, bool IsPersons, string? By, string? Reason);
