using ClausumPanel.Storage;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Protection.Lists.Named;

/// <summary>One list: its values, who asks it; add one, take some out.</summary>
public sealed class DetailsModel(PanelDb db, ChangeNamedLists lists, IAuthorizationService authorization, Reader reader, TimeProvider clock, Texts T) : PageModel
{
    private const int PageSize = 100;

    [BindProperty] public NamedValueInput Input { get; set; } = new();
    [BindProperty(SupportsGet = true, Name = "q")] public string? Search { get; set; }
    [BindProperty(SupportsGet = true, Name = "after")] public string? After { get; set; }
    [TempData] public string? Said { get; set; }

    public NamedList List { get; private set; } = null!;
    public string? Owner { get; private set; }
    public IReadOnlyList<ListUse> Uses { get; private set; } = [];
    public IReadOnlyList<NamedValueRow> Rows { get; private set; } = [];
    public int Total { get; private set; }
    public string? Next { get; private set; }
    public DateTimeOffset Now { get; private set; }
    public bool MayEdit { get; private set; }

    public async Task<IActionResult> OnGetAsync(string name, CancellationToken stop) => await LoadAsync(name, stop) ? Page() : NotFound();

    /// <summary>Puts one value in.</summary>
    public async Task<IActionResult> OnPostAsync(string name, CancellationToken stop)
    {
        if (!await LoadAsync(name, stop)) return NotFound();
        if (!MayEdit) return Forbid();
        var reason = ListTexts.Clean(Input.Reason);
        if (!NamedLists.TryNormalize(List.Kind, Input.Value ?? "", out var value, out var problem)) ModelState.AddModelError("Input.Value", T.Say(problem));
        else if (await lists.ValuesOf(List.Id).AnyAsync(v => v.Value == value, stop)) ModelState.AddModelError("Input.Value", T["{0} stands in this list already.", value]);
        if (reason?.Length > ListValues.LongestReason) ModelState.AddModelError("Input.Reason", T.Say(LineProblem.Reason));
        DateTimeOffset? ends = null;
        if (!string.IsNullOrWhiteSpace(Input.ExpiresAt))
        {
            ends = Moments.Read(Input.ExpiresAt, reader.Zone);
            if (ends is null) ModelState.AddModelError("Input.ExpiresAt", T.Say(LineProblem.Expiry));
            else if (ends <= Now) ModelState.AddModelError("Input.ExpiresAt", T.Say(LineProblem.Past));
        }
        if (!ModelState.IsValid) return Again();
        var row = new NamedListValue { Id = Guid.CreateVersion7(Now), ListId = List.Id, Value = value, Reason = reason, ExpiresAt = ends, OwnerId = User.Id, CreatedAt = Now };
        if (!await lists.PutAsync(List, [new NamedListLine(1, LineKind.New, row)], null, HttpContext.Actor, null, stop)) return NotFound();
        Said = T["{0} was put in the list.", value];
        return RedirectToPage(new { name });
    }

    public async Task<IActionResult> OnPostRemoveAsync(string name, Guid[] values, CancellationToken stop)
    {
        if (!await LoadAsync(name, stop)) return NotFound();
        if (!MayEdit) return Forbid();
        if (values.Length == 0)
        {
            ModelState.AddModelError("values", T["Choose at least one value."]);
            return Again();
        }
        Said = T.Count(await lists.RemoveAsync(List, values, HttpContext.Actor), "{0} value was taken out.", "{0} values were taken out.");
        return RedirectToPage(new { name });
    }

    public async Task<IActionResult> OnPostDescribeAsync(string name, string? description, CancellationToken stop)
    {
        if (!await LoadAsync(name, stop)) return NotFound();
        if (!MayEdit) return Forbid();
        if (ListTexts.Clean(description) is { Length: > NamedList.LongestDescription })
        {
            ModelState.AddModelError("description", T["At most {0} characters.", NamedList.LongestDescription]);
            return Again();
        }
        await lists.DescribeAsync(await lists.Standing.SingleAsync(l => l.Id == List.Id, stop), ListTexts.Clean(description), HttpContext.Actor);
        Said = T["Saved."];
        return RedirectToPage(new { name });
    }

    private PageResult Again()
    {
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Page();
    }

    private async Task<bool> LoadAsync(string name, CancellationToken stop)
    {
        if (await lists.Standing.AsNoTracking().SingleOrDefaultAsync(l => l.Name == name, stop) is not { } found) return false;
        (List, Now) = (found, clock.GetUtcNow());
        MayEdit = (await authorization.AuthorizeAsync(User, Permissions.EditLists)).Succeeded;
        Owner = await db.Users.Where(u => u.Id == found.OwnerId).Select(u => u.DisplayName).FirstOrDefaultAsync(stop);
        Uses = [.. (await lists.UsesAsync(User.Id, stop))[name]];
        var values = lists.ValuesOf(found.Id).AsNoTracking();
        if (Search?.Trim() is { Length: > 0 } text)
        {
#pragma warning disable CA1304, CA1311, CA1862 // these forms are what becomes SQL
            var lower = text.ToLowerInvariant();
            values = values.Where(v => v.Value.ToLower().Contains(lower) || v.Reason!.ToLower().Contains(lower));
#pragma warning restore CA1304, CA1311, CA1862
        }
        Total = await values.CountAsync(stop);
        if (After is { } after) values = values.Where(v => v.Value.CompareTo(after) > 0);
        var rows = await values.OrderBy(v => v.Value).Take(PageSize + 1)
            .Select(v => new NamedValueRow(v.Id, v.Value, v.Reason, v.CreatedAt, v.ExpiresAt, db.Users.Where(u => u.Id == v.OwnerId).Select(u => u.DisplayName).FirstOrDefault())).ToListAsync(stop);
        if (rows.Count > PageSize) (Next, rows) = (rows[PageSize - 1].Value, rows[..PageSize]);
        Rows = rows;
        return true;
    }
}

public sealed class NamedValueInput
{
    public string? Value { get; set; }
    public string? Reason { get; set; }
    public string? ExpiresAt { get; set; }
}

/// <summary>One line of the table.</summary>
public sealed record NamedValueRow(Guid Id, string Value, string? Reason, DateTimeOffset CreatedAt, DateTimeOffset? ExpiresAt, string? Owner);
