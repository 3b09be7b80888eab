using ClausumPanel.Storage.Lists;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Protection.Lists;

/// <summary>One entry more; what it would have touched is shown before it is saved.</summary>
public sealed class NewEntryModel(ChangeLists lists, EntryTrial trial, Reader reader, TimeProvider clock, Texts T) : PageModel, IShowTouched
{
    [BindProperty] public ListEntryInput Input { get; set; } = new();
    [TempData] public string? Said { get; set; }
    public ListEntry? Existing { get; private set; }
    public Touched? Touched { get; private set; }

    /// <summary>A link may name the type and the value.</summary>
    public void OnGet(string? type, string? value)
    {
        if (ListWords.Type(type) is { } known) Input.Type = known.Word();
        Input.Value = value is { Length: <= ListValues.Longest } ? value : null;
    }

    public async Task<IActionResult> OnPostTouchedAsync(CancellationToken stop)
    {
        ModelState.Clear();
        if (Input.ListType is { } type) Touched = await Touched.LookAsync(trial, type, Input.Value, Input.Scope ?? FlowScope.Both, stop);
        return this.Fragment("_Touched");
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken stop)
    {
        var (now, normalized) = (clock.GetUtcNow(), "");
        if (Input.ListType is null) ModelState.AddModelError("Input.Type", T["There is no such type of list."]);
        else if (!ListValues.TryNormalize(Input.ListType.Value, Input.Value ?? "", out normalized, out var problem)) ModelState.AddModelError("Input.Value", T.Say(problem));
        var expires = EntryModel.ReadEnd(this, Input, reader, T, now, was: null);
        if (Input.ListSeverity is null) ModelState.AddModelError("Input.Severity", T["There is no such severity: write block, flag, review or allow."]);
        if (ModelState.IsValid)
        {
            var entry = new ListEntry
            {
                Id = Guid.CreateVersion7(now), Type = Input.ListType!.Value, Value = normalized, Severity = Input.ListSeverity!.Value, FlowScope = Input.Scope ?? FlowScope.Both, Reason = Input.CleanReason, CreatedAt = now, ExpiresAt = expires,
                OwnerId = User.Id,
            };
            Existing = await lists.AddAsync(entry, HttpContext.Actor, stop);
            if (Existing is null)
            {
                Said = T["{0} is on the lists now.", normalized];
                return RedirectToPage("Index");
            }
        }
        Response.StatusCode = Existing is null ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status409Conflict;
        return Page();
    }
}
