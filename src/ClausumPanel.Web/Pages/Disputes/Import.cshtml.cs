using System.Text;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Disputes;

/// <summary>Many disputes or outcomes at once: first what would happen to each line, then, confirmed, the right ones.</summary>
[RequestFormLimits(ValueLengthLimit = DisputeImport.MostCharacters, MultipartBodyLengthLimit = 3 << 20)]
public sealed class ImportModel(DisputeImport import, DisputeDesk desk, Reader reader, Texts T) : PageModel
{
    public const int MostShown = 300;
    private static readonly Encoding Strict = new UTF8Encoding(false, throwOnInvalidBytes: true);

    [BindProperty] public string? Lines { get; set; }
    [BindProperty] public IFormFile? Upload { get; set; }
    public IReadOnlyList<DisputeLine>? Read { get; private set; }
    public (int Opened, int Closed)? Written { get; private set; }

    public int Count(DisputeFate fate) => Read!.Count(l => l.Fate == fate);

    /// <summary>What people must look at comes first.</summary>
    public IEnumerable<DisputeLine> Shown => Read!.OrderBy(l => l.Fate).ThenBy(l => l.Number).Take(MostShown);

    public void OnGet()
    {
    }

    /// <param name="write">Left out: only look.</param>
    /// <param name="stop">Ends it before anything is written.</param>
    public async Task<IActionResult> OnPostAsync(string? write, CancellationToken stop)
    {
        var text = await TextAsync(stop);
        if (text is null) ModelState.AddModelError(nameof(Upload), T["The file is not a text in UTF-8."]);
        else if (string.IsNullOrWhiteSpace(text)) ModelState.AddModelError(nameof(Lines), T["Paste at least one line, or choose a file."]);
        else if (text.Length > DisputeImport.MostCharacters || await import.ReadAsync(text, reader.Zone, stop) is not { } read)
            ModelState.AddModelError(nameof(Lines), T["More than {0} lines are too many at once.", DisputeImport.MostLines.ToString("N0", System.Globalization.CultureInfo.CurrentCulture)]);
        else
        {
            (Read, Lines) = (read, text);
            if (write is not null && desk.IsReady)
            {
                Written = await import.WriteAsync(text, read, HttpContext.Actor, stop);
                Lines = null;
            }
            ModelState.Remove(nameof(Lines));
        }
        if (!ModelState.IsValid) Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Page();
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
