using System.ComponentModel.DataAnnotations;
using System.Globalization;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Protection.Lists;

/// <summary>What has met nothing lately, shown and then switched off in one step.</summary>
public sealed class CleanUpModel(PanelDb db, ChangeLists lists, TimeProvider clock, Texts T) : PageModel
{
    public const int MostShown = 100;

    /// <summary>The groups that are to be switched off, by <see cref="QuietGroup.Word"/>.</summary>
    [BindProperty] public List<string> Groups { get; set; } = [];

    /// <summary>Entries that stay on, whatever their group.</summary>
    [BindProperty] public List<Guid> Keep { get; set; } = [];
    [BindProperty, StringLength(ListValues.LongestReason, ErrorMessage = "The reason is longer than 500 characters.")] public string? Reason { get; set; }
    [TempData] public string? Said { get; set; }

    /// <summary>First what may go without a second thought, then what was made because of fraud.</summary>
    public IReadOnlyList<QuietSection> Sections { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken stop)
    {
        await ReadAsync(stop);
        Groups = [.. Sections.Where(s => !s.IsCareful).SelectMany(s => s.Groups).Select(g => g.Group.Word)];
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken stop)
    {
        var chosen = (await db.QuietAsync(clock.GetUtcNow(), stop)).Select(g => g.Group).Where(g => Groups.Contains(g.Word)).ToList();
        var reason = ListTexts.Clean(Reason);
        if (chosen.Count == 0) ModelState.AddModelError(nameof(Groups), T["Choose at least one group."]);
        if (reason is null) ModelState.AddModelError(nameof(Reason), T["Say why: the audit trail keeps it."]);
        if (!ModelState.IsValid)
        {
            await ReadAsync(stop);
            Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            return Page();
        }
        var count = await lists.CleanUpAsync(chosen, Keep, reason!, HttpContext.Actor);
        Said = T.Count(count, "{0} entry was switched off.", "{0} entries were switched off.");
        return RedirectToPage("Index");
    }

    private async Task ReadAsync(CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        var groups = await db.QuietAsync(now, stop);
        var sections = new List<QuietSection>();
        foreach (var careful in (bool[])[false, true])
        {
            var its = groups.Where(g => g.Group.IsCareful == careful).ToList();
            if (its.Count == 0) continue;
            var rows = await db.Set<ListEntry>().AsNoTracking().Narrowed(new ListFilter { Quiet = true }, now).Careful(careful).Sorted(ListOrder.Oldest).Take(MostShown).Rows(db).ToListAsync(stop);
            sections.Add(new QuietSection(careful, its, rows));
        }
        Sections = sections;
    }
}

/// <param name="IsCareful">What chargebacks and reports of fraud have put there.</param>
/// <param name="Groups">All of it, counted.</param>
/// <param name="Rows">The oldest of it.</param>
public sealed record QuietSection(bool IsCareful, IReadOnlyList<(QuietGroup Group, int Count)> Groups, IReadOnlyList<ListRow> Rows)
{
    public int Count => Groups.Sum(g => g.Count);
}
