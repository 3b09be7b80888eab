using System.Text;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Protection.Lists;

/// <summary>Many entries at once: first what would happen to each line, then, confirmed, all or nothing.</summary>
[RequestFormLimits(ValueLengthLimit = ListImport.MostCharacters, MultipartBodyLengthLimit = 28 << 20)]
public sealed class ImportModel(PanelDb db, ListImports imports, Reader reader, TimeProvider clock, Texts T) : PageModel
{
    public const int MostShown = 300;
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(1.5);

    [BindProperty] public ListEntryInput Input { get; set; } = new();
    [BindProperty] public string? Lines { get; set; }
    [BindProperty] public IFormFile? Upload { get; set; }
    [TempData] public string? Said { get; set; }

    public EntriesImport? Import { get; private set; }

    /// <summary>What people must look at comes first.</summary>
    public IEnumerable<ImportLine> Shown => Import!.Lines.OrderBy(l => l.Kind).ThenBy(l => l.Number).Take(MostShown);

    public IActionResult OnGet(Guid? id, string? type)
    {
        if (id is null)
        {
            if (ListWords.Type(type) is { } known) Input.Type = known.Word();
            return Page();
        }
        return Find(id.Value) ? this.Fragment("_ImportProgress") : NotFound();
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken stop)
    {
        ModelState.Remove("Input.Value");
        var now = clock.GetUtcNow();
        var expires = EntryModel.ReadEnd(this, Input, reader, T, now, was: null);
        if (Input.ListType is null) ModelState.AddModelError("Input.Type", T["There is no such type of list."]);
        if (Input.ListSeverity is null) ModelState.AddModelError("Input.Severity", T["There is no such severity: write block, flag, review or allow."]);
        var text = await ImportText.ReadAsync(Upload, Lines, stop);
        if (text is null) ModelState.AddModelError("Upload", T["The file is not a text in UTF-8."]);
        else if (string.IsNullOrWhiteSpace(text)) ModelState.AddModelError("Lines", T["Paste at least one line, or choose a file."]);
        else if (ModelState.IsValid)
        {
            var defaults = new ImportDefaults(Input.ListType!.Value, Input.ListSeverity!.Value, Input.Scope ?? FlowScope.Both, Input.CleanReason, expires);
            if (ListImport.Read(text, defaults, await ListImport.StoredAsync(db, stop), now, reader.Zone, User.Id) is { } lines) return RedirectToPage(new { id = imports.Keep(new EntriesImport(User.Id, text, defaults, reader.Zone, lines, now)).Id });
            ModelState.AddModelError("Lines", T["More than {0} lines are too many at once.", ListImport.MostLines.ToString("N0", System.Globalization.CultureInfo.CurrentCulture)]);
        }
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Page();
    }

    public async Task<IActionResult> OnPostConfirmAsync(Guid id, CancellationToken stop)
    {
        if (!Find(id)) return NotFound();
        await Task.WhenAny(imports.Start(Import!, HttpContext.Actor), Task.Delay(Patience, stop));
        return RedirectToPage(new { id });
    }

    private bool Find(Guid id) => (Import = imports.Find<EntriesImport>(id, User.Id)) is not null;
}

/// <summary>What was pasted or sent.</summary>
internal static class ImportText
{
    private static readonly Encoding Strict = new UTF8Encoding(false, throwOnInvalidBytes: true);

    /// <returns>Null when the file is no text in UTF-8.</returns>
    public static async Task<string?> ReadAsync(IFormFile? upload, string? lines, CancellationToken stop)
    {
        if (upload is not { Length: > 0 }) return lines ?? "";
        try
        {
            using var reading = new StreamReader(upload.OpenReadStream(), Strict);
            return await reading.ReadToEndAsync(stop);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }
}
