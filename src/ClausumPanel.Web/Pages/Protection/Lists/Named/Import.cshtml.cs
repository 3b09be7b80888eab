using System.Globalization;
using System.Security.Cryptography;
using System.Text;
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
public sealed class NamedListImportModel(PanelDb db, ChangeNamedLists lists, Reader reader, TimeProvider clock, Texts T) : PageModel
{
    public const int MostShown = 300;
    private static readonly Encoding Strict = new UTF8Encoding(false, throwOnInvalidBytes: true);

    [BindProperty] public string? Lines { get; set; }
    [BindProperty] public IFormFile? Upload { get; set; }
    [TempData] public string? Said { get; set; }

    public NamedList List { get; private set; } = null!;

    /// <summary>What would happen; null before anything was sent.</summary>
    public IReadOnlyList<NamedListLine>? Preview { get; private set; }
    public IEnumerable<NamedListLine> Shown => Preview!.OrderBy(l => l.Kind).ThenBy(l => l.Number).Take(MostShown);
    public int Todo => Count(LineKind.New) + Count(LineKind.Changed);

    public int Count(LineKind kind) => Preview!.Count(l => l.Kind == kind);

    public async Task<IActionResult> OnGetAsync(string name, CancellationToken stop) => await FindAsync(name, stop) ? Page() : NotFound();

    public async Task<IActionResult> OnPostAsync(string name, CancellationToken stop)
    {
        if (!await FindAsync(name, stop)) return NotFound();
        if (await ReadAsync(stop)) return Page();
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Page();
    }

    /// <summary>The same text once more, read against what stands by now, and written.</summary>
    public async Task<IActionResult> OnPostConfirmAsync(string name, CancellationToken stop)
    {
        if (!await FindAsync(name, stop)) return NotFound();
        if (!await ReadAsync(stop))
        {
            Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            return Page();
        }
        var todo = Preview!.Where(l => l.Kind is LineKind.New or LineKind.Changed).ToList();
        var summary = new { New = Count(LineKind.New), Changed = Count(LineKind.Changed), Wrong = Count(LineKind.Wrong), Sha256 = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Lines!))) };
        if (todo.Count > 0 && !await lists.PutAsync(List, todo, summary, HttpContext.Actor, null, CancellationToken.None)) return NotFound();
        Said = T["Done: {0} added, {1} changed.", summary.New.ToString("N0", CultureInfo.CurrentCulture), summary.Changed.ToString("N0", CultureInfo.CurrentCulture)];
        return RedirectToPage("Details", new { name });
    }

    private async Task<bool> ReadAsync(CancellationToken stop)
    {
        Lines = await TextAsync(stop);
        if (Lines is null) ModelState.AddModelError("Upload", T["The file is not a text in UTF-8."]);
        else if (string.IsNullOrWhiteSpace(Lines)) ModelState.AddModelError("Lines", T["Paste at least one line, or choose a file."]);
        else
        {
            Preview = NamedListImport.Read(Lines, List, await NamedListImport.StoredAsync(db, List.Id, stop), clock.GetUtcNow(), reader.Zone, User.Id);
            if (Preview is null) ModelState.AddModelError("Lines", T["More than {0} lines are too many at once.", ListImport.MostLines.ToString("N0", CultureInfo.CurrentCulture)]);
        }
        return Preview is not null;
    }

    private async Task<bool> FindAsync(string name, CancellationToken stop)
    {
        if (await lists.Standing.AsNoTracking().SingleOrDefaultAsync(l => l.Name == name, stop) is not { } found) return false;
        List = found;
        return true;
    }

    private async Task<string?> TextAsync(CancellationToken stop)
    {
        if (Upload is not { Length: > 0 }) return Lines ?? "";
        try
        {
            using var reading = new StreamReader(Upload.OpenReadStream(), Strict);
            return await reading.ReadToEndAsync(stop);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
