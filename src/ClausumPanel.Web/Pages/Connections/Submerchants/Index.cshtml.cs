using ClausumPanel.Storage;
using ClausumPanel.Storage.Submerchants;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Connections.Submerchants;

/// <summary>The registry, by name.</summary>
public sealed class SubmerchantsModel(PanelDb db, SubmerchantShelf shelf) : PageModel
{
    public const int PageSize = 50;
    private const string Path = "/dashboard/connections/submerchants";

    [TempData] public string? Said { get; set; }
    [BindProperty(SupportsGet = true, Name = "q")] public string? Search { get; set; }

    /// <summary><c>active</c>, <c>inactive</c>, or both when left out.</summary>
    [BindProperty(SupportsGet = true, Name = "state")] public string? State { get; set; }
    [BindProperty(SupportsGet = true, Name = "n")] public int Number { get; set; }

    public IReadOnlyList<RegisteredSubmerchant> Rows { get; private set; } = [];
    public int Total { get; private set; }

    /// <summary>Payments and payouts that name none are refused now.</summary>
    public bool MustBeNamed => shelf.Current.MustBeNamed;
    public bool IsNarrowed => !string.IsNullOrWhiteSpace(Search) || State is "active" or "inactive";
    public bool HasMore => (Number + 1) * PageSize < Total;

    public async Task OnGetAsync(CancellationToken stop)
    {
        var found = db.Set<RegisteredSubmerchant>().AsNoTracking().Narrowed(new SubmerchantFilter(Search, State switch { "active" => true, "inactive" => false, _ => null }));
        Total = await found.CountAsync(stop);
        Number = Math.Clamp(Number, 0, Total / PageSize);
        Rows = await found.ByName.Skip(Number * PageSize).Take(PageSize).ToListAsync(stop);
    }

    public string At(int number) => Path + QueryString.Create(new List<KeyValuePair<string, string?>> { new("q", Search), new("state", State), new("n", number == 0 ? null : number.ToString(System.Globalization.CultureInfo.InvariantCulture)) }.Where(p => !string.IsNullOrEmpty(p.Value)));
}
