using System.Globalization;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Protection.Lists.Named;

/// <summary>Many values at once: first what would happen to each line, then, confirmed, all or nothing.</summary>
[RequestFormLimits(ValueLengthLimit = ListImport.MostCharacters, MultipartBodyLengthLimit = 28 << 20)]
public sealed class NamedListImportModel(PanelDb db, ChangeNamedLists lists, ListImports imports, Reader reader, TimeProvider clock, Texts T) : PageModel
{
    [BindProperty] public string? Lines { get; set; }
    [BindProperty] public IFormFile? Upload { get; set; }

    public NamedList List { get; private set; } = null!;

    /// <summary>What was sent; null before.</summary>
    public ValuesImport? Import { get; private set; }
    public IEnumerable<NamedListLine> Shown => Import!.Lines.OrderBy(l => l.Kind).ThenBy(l => l.Number).Take(ImportModel.MostShown);
    public string Address => $"/dashboard/protection/lists/{List.Name}";

    public async Task<IActionResult> OnGetAsync(string name, Guid? id, CancellationToken stop)
    {
        if (!await FindAsync(name, stop)) return NotFound();
        if (id is null) return Page();
        return Find(id.Value) ? this.Fragment("_ImportProgress") : NotFound();
    }

    public async Task<IActionResult> OnPostAsync(string name, CancellationToken stop)
    {
        if (!await FindAsync(name, stop)) return NotFound();
        var (now, text) = (clock.GetUtcNow(), await ImportText.ReadAsync(Upload, Lines, stop));
        if (text is null) ModelState.AddModelError("Upload", T["The file is not a text in UTF-8."]);
        else if (string.IsNullOrWhiteSpace(text)) ModelState.AddModelError("Lines", T["Paste at least one line, or choose a file."]);
        else
        {
            if (NamedListImport.Read(text, List, await NamedListImport.StoredAsync(db, List.Id, stop), now, reader.Zone, User.Id) is { } lines)
                return RedirectToPage(new { name, id = imports.Keep(new ValuesImport(User.Id, text, List, reader.Zone, lines, now)).Id });
            ModelState.AddModelError("Lines", T["More than {0} lines are too many at once.", ListImport.MostLines.ToString("N0", CultureInfo.CurrentCulture)]);
        }
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Page();
    }

    public async Task<IActionResult> OnPostConfirmAsync(string name, Guid id, CancellationToken stop)
    {
        if (!await FindAsync(name, stop) || !Find(id)) return NotFound();
        await Task.WhenAny(imports.Start(Import!, HttpContext.Actor), Task.Delay(ImportModel.Patience, stop));
        return RedirectToPage(new { name, id });
    }

    private bool Find(Guid id) => (Import = imports.Find<ValuesImport>(id, User.Id)) is { } found && found.List == List.Id;

    private async Task<bool> FindAsync(string name, CancellationToken stop)
    {
        if (await lists.Standing.AsNoTracking().SingleOrDefaultAsync(l => l.Name == name, stop) is not { } found) return false;
        List = found;
        return true;
    }
}
