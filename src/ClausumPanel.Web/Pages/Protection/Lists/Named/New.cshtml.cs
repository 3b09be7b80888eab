using ClausumPanel.Storage.Lists;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Protection.Lists.Named;

/// <summary>Makes an empty list; its values come next.</summary>
public sealed class NewListModel(ChangeNamedLists lists, Texts T) : PageModel
{
    [BindProperty] public NewListInput Input { get; set; } = new();
    [TempData] public string? Said { get; set; }

    public void OnGet()
    {
        // An empty form.
    }

    public async Task<IActionResult> OnPostAsync()
    {
        var name = (Input.Name ?? "").Trim().ToLowerInvariant();
        var description = ListTexts.Clean(Input.Description);
        if (!NamedList.IsName(name) || name == "new") ModelState.AddModelError("Input.Name", T["A name has up to {0} letters a to z, digits, dashes and underscores, as in vip or our-offices; it is not “new”.", NamedList.LongestName]);
        if (NamedLists.Kind(Input.Kind) is not { } kind) ModelState.AddModelError("Input.Kind", T["Choose what the values are."]);
        else if (description?.Length > NamedList.LongestDescription) ModelState.AddModelError("Input.Description", T["At most {0} characters.", NamedList.LongestDescription]);
        else if (ModelState.IsValid)
        {
            if (await lists.CreateAsync(name, kind, description, HttpContext.Actor))
            {
                Said = T["The list {0} was made. Now put values in.", name];
                return RedirectToPage("Details", new { name });
            }
            ModelState.AddModelError("Input.Name", T["There is a list of this name already."]);
        }
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Page();
    }
}

public sealed class NewListInput
{
    public string? Name { get; set; }
    public string? Kind { get; set; } = NamedListKind.Email.Word();
    public string? Description { get; set; }
}
