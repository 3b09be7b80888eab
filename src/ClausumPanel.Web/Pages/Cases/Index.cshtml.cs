using ClausumPanel.Storage;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Cases;

/// <summary>The cases, narrowed by what the address says, and what they come to.</summary>
public sealed class CasesModel(PanelDb db, ChangeCases cases, Reader reader, TimeProvider clock, Texts T) : PageModel
{
    public const int PageSize = 50;

    [BindProperty(SupportsGet = true, Name = "")] public CaseQuery Query { get; set; } = new();

    /// <summary>How many rows come before these.</summary>
    [BindProperty(SupportsGet = true, Name = "from")] public int From { get; set; }

    public DateTimeOffset Now { get; private set; }
    public DateOnly Today { get; private set; }
    public IReadOnlyList<CaseRow> Rows { get; private set; } = [];
    public int Total { get; private set; }

    /// <summary>Of all cases, whatever the filter.</summary>
    public CaseStatistics Statistics { get; private set; } = null!;
    public IReadOnlyList<(Guid Id, string Name)> Workers { get; private set; } = [];

    public string? PreviousAddress => From > 0 ? At(Math.Max(0, From - PageSize)) : null;
    public string? NextAddress => From + Rows.Count < Total ? At(From + PageSize) : null;

    public async Task OnGetAsync(CancellationToken stop)
    {
        (Now, From) = (clock.GetUtcNow(), Math.Clamp(From, 0, 1_000_000));
        Today = CaseQuery.Today(reader, Now);
        Statistics = await db.Set<Case>().AsNoTracking().StatisticsAsync(Today, Now, stop);
        var found = db.Set<Case>().AsNoTracking().Narrowed(Query.Filter(User.Id, Today));
        Total = await found.CountAsync(stop);
        var (order, descending) = Query.Order;
        Rows = await found.Sorted(order, descending).Skip(From).Take(PageSize).Rows(db).ToListAsync(stop);
        Workers = await cases.WorkersAsync(stop);
    }

    /// <summary>What is set, in words, each with the address that lifts it.</summary>
    public IEnumerable<(string Words, string Address)> Chips
    {
        get
        {
            var filter = Query.Filter(User.Id, Today);
            if (filter.Status is { } status) yield return (T.Name(status), Query.With("status", null));
            if (filter.OpenOnly) yield return (T["Still open"], Query.With("status", null));
            if (filter.OverdueOn is not null) yield return (T["Overdue"], Query.With("status", null));
            if (filter.Priority is { } priority) yield return (T.Name(priority), Query.With("priority", null));
            if (filter.IncidentType is { } type) yield return (T.Name(type), Query.With("incident", null));
            if (filter.Jurisdiction is { } place) yield return (Showing.Country(place), Query.With("jurisdiction", null));
            if (filter.Unassigned) yield return (T["Nobody has it"], Query.With("assigned", null));
            if (filter.AssignedToId is { } person) yield return (T["Assigned to {0}", Workers.FirstOrDefault(w => w.Id == person).Name ?? "?"], Query.With("assigned", null));
            if (!string.IsNullOrWhiteSpace(filter.Search)) yield return (T["“{0}”", filter.Search.Trim()], Query.With("q", null));
        }
    }

    public string Age(DateTimeOffset openedAt) => T.Count((long)(Now - openedAt).TotalDays, "{0} day", "{0} days");

    public bool IsOverdue(CaseRow row) => row.DueOn < Today && row.Status is CaseStatus.Draft or CaseStatus.InReview;

    private string At(int from) => CaseQuery.Address(from == 0 ? Query.Pairs : Query.Pairs.Append(("from", from.ToString(System.Globalization.CultureInfo.InvariantCulture))));
}
