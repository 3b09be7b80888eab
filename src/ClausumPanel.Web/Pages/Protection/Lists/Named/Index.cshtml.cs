using ClausumPanel.Storage;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Protection.Lists.Named;

/// <summary>The lists that rules ask by name, and which rules do.</summary>
public sealed class NamedListsModel(PanelDb db, ChangeNamedLists lists) : PageModel
{
    [TempData] public string? Said { get; set; }
    public IReadOnlyList<NamedListRow> Rows { get; private set; } = [];
    public ILookup<string, ListUse> Uses { get; private set; } = null!;

    /// <summary>Named by rules, but not there: empty for whoever asks.</summary>
    public IReadOnlyList<string> Missing { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken stop)
    {
        Uses = await lists.UsesAsync(User.Id, stop);
        Rows = await lists.Standing.AsNoTracking().OrderBy(l => l.Name).Select(l => new NamedListRow(
            l.Name, l.Description, l.Kind, db.Set<NamedListValue>().Count(v => v.ListId == l.Id && v.RemovedEdition == NamedList.Stands), l.CreatedAt,
            db.Users.Where(u => u.Id == l.OwnerId).Select(u => u.DisplayName).FirstOrDefault())).ToListAsync(stop);
        Missing = [.. Uses.Select(u => u.Key).Except(Rows.Select(r => r.Name), StringComparer.OrdinalIgnoreCase)];
    }
}

/// <summary>One line of the table.</summary>
public sealed record NamedListRow(string Name, string? Description, NamedListKind Kind, int Count, DateTimeOffset CreatedAt, string? Owner);
