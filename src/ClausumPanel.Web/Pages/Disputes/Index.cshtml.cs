using ClausumPanel.Storage;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Disputes;

/// <summary>Every dispute, the one due soonest first, and how they end.</summary>
public sealed class DisputesModel(PanelDb db, Reader reader, TimeProvider clock) : PageModel
{
    public const int PageSize = 50, Weeks = 8, FigureDays = 365;

    /// <summary><c>open</c> (as when left out), <c>answered</c>, <c>closed</c>, <c>all</c>.</summary>
    [BindProperty(SupportsGet = true, Name = "state")] public string? State { get; set; }
    [BindProperty(SupportsGet = true, Name = "due")] public string? DueIn { get; set; }
    [BindProperty(SupportsGet = true, Name = "scheme")] public string? SchemeWord { get; set; }
    [BindProperty(SupportsGet = true, Name = "q")] public string? Search { get; set; }

    /// <summary><c>complete</c>, <c>incomplete</c>, or left out.</summary>
    [BindProperty(SupportsGet = true, Name = "evidence")] public string? EvidenceWord { get; set; }

    /// <summary><c>year</c>: those the figures are of; or left out.</summary>
    [BindProperty(SupportsGet = true, Name = "received")] public string? Received { get; set; }
    [BindProperty(SupportsGet = true, Name = "n")] public int Number { get; set; }

    public sealed record Row(Guid Id, int Number, string? ExternalId, CardScheme Scheme, string ReasonCode, long Amount, string Currency, DateTimeOffset RespondBy, DisputeState State, DisputeOutcome? Outcome, string? OrderId, bool IsMatched, int EvidenceAsked, int EvidenceFound)
    {
        public string Code => Dispute.CodeOf(Number);
    }

    /// <param name="From">A Monday, on the reader's clock.</param>
    public sealed record Week(DateTimeOffset From, int Due);

    public IReadOnlyList<Row> Rows { get; private set; } = [];
    public int Total { get; private set; }
    public DisputeFigures Figures { get; private set; } = null!;
    public IReadOnlyList<Week> Calendar { get; private set; } = [];
    public int Overdue { get; private set; }
    public int Soon { get; private set; }
    public int Open { get; private set; }

    /// <summary>Soon due, and something of their evidence is missing.</summary>
    public int IncompleteSoon { get; private set; }
    public DateTimeOffset Now { get; } = clock.GetUtcNow();
    public string StateName => State is "answered" or "closed" or "all" ? State : "open";
    public bool? HasAllEvidence => EvidenceWord switch { "complete" => true, "incomplete" => false, _ => null };
    public bool IsOfYear => Received == "year";
    private DateTimeOffset YearFrom => Now.AddDays(-FigureDays);
    private DateTimeOffset YearTo => Now.AddDays(1);
    public CardScheme? Scheme => DisputeWords.Find<CardScheme>(SchemeWord);
    public bool HasMore => (Math.Max(0, Number) + 1) * PageSize < Total;

    public bool IsOverdue(Row row) => row.State == DisputeState.Open && row.RespondBy < Now;
    public bool IsSoon(Row row) => row.State == DisputeState.Open && row.RespondBy >= Now && row.RespondBy < Now.AddDays(DisputeQueries.SoonDays);

    public bool IsNarrowed => !string.IsNullOrEmpty(DueIn) || !string.IsNullOrEmpty(SchemeWord) || !string.IsNullOrWhiteSpace(Search) || HasAllEvidence is not null || IsOfYear;

    /// <summary>All of this state.</summary>
    public string Everything => "/dashboard/disputes" + (StateName == "open" ? "" : QueryString.Create("state", StateName));

    public string With(string name, string? value)
    {
        var pairs = new List<KeyValuePair<string, string?>> { new("state", State), new("due", DueIn), new("scheme", SchemeWord), new("evidence", EvidenceWord), new("received", Received), new("q", Search) };
        pairs.RemoveAll(p => p.Key == name || string.IsNullOrEmpty(p.Value));
        if (!string.IsNullOrEmpty(value)) pairs.Add(new(name, value));
        return "/dashboard/disputes" + QueryString.Create(pairs);
    }

    /// <summary>Exactly the disputes that a figure counts.</summary>
    public static string RowsOf(string state, string evidence, string name, string value) => $"/dashboard/disputes?state={state}&evidence={evidence}&{name}={value}";

    public async Task OnGetAsync(CancellationToken stop)
    {
        var (from, to) = DueIn switch
        {
            "overdue" => (null, Now),
            "soon" => (Now, Now.AddDays(DisputeQueries.SoonDays)),
            _ when DateOnly.TryParseExact(DueIn, "yyyy-MM-dd", out var monday) => (reader.StartOfDay(monday), reader.StartOfDay(monday.AddDays(7))),
            _ => ((DateTimeOffset?)null, (DateTimeOffset?)null),
        };
        var disputes = db.Set<Dispute>().AsNoTracking().Narrowed(new DisputeFilter
        {
            State = StateName == "all" ? null : DisputeWords.Find<DisputeState>(StateName), Scheme = Scheme, DueFrom = from, DueTo = to, Search = Search,
            HasAllEvidence = HasAllEvidence, ReceivedFrom = IsOfYear ? YearFrom : null, ReceivedTo = IsOfYear ? YearTo : null,
        });
        Total = await disputes.CountAsync(stop);
        Number = Math.Clamp(Number, 0, Total / PageSize);
        var ordered = StateName is "closed" or "all" ? disputes.OrderByDescending(d => d.Number) : disputes.DueFirst;
        Rows = await ordered.Skip(Number * PageSize).Take(PageSize)
            .Select(d => new Row(d.Id, d.Number, d.ExternalId, d.Scheme, d.ReasonCode, d.Amount, d.Currency, d.RespondBy, d.State, d.Outcome, d.OrderId, d.Seq != null, d.EvidenceAsked, d.EvidenceFound)).ToListAsync(stop);
        Figures = await DisputeQueries.FiguresAsync(db, YearFrom, YearTo, Now, stop);
        await LoadCalendarAsync(stop);
    }

    private async Task LoadCalendarAsync(CancellationToken stop)
    {
        var due = await db.Set<Dispute>().Due.Select(d => d.RespondBy).ToListAsync(stop);
        IncompleteSoon = await db.Set<Dispute>().Due.Narrowed(new DisputeFilter { DueFrom = Now, DueTo = Now.AddDays(DisputeQueries.SoonDays), HasAllEvidence = false }).CountAsync(stop);
        (Open, Overdue, Soon) = (due.Count, due.Count(d => d < Now), due.Count(d => d >= Now && d < Now.AddDays(DisputeQueries.SoonDays)));
        var today = DateOnly.FromDateTime(reader.Zoned(Now).DateTime);
        var monday = today.AddDays(-(((int)today.DayOfWeek + 6) % 7));
        Calendar = [.. Enumerable.Range(0, Weeks).Select(w =>
        {
            var (from, to) = (reader.StartOfDay(monday.AddDays(7 * w)), reader.StartOfDay(monday.AddDays((7 * w) + 7)));
            return new Week(from, due.Count(d => d >= from && d < to));
        })];
    }

    public string Monday(Week week) => reader.Zoned(week.From).ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    public string Day(DateTimeOffset at) => reader.Day(at.ToUnixTimeMilliseconds());
}
