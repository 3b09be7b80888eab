using System.Text;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Labels;

/// <summary>How much of the traffic has a label, and the way many of them come in at once.</summary>
[RequestFormLimits(ValueLengthLimit = LabelImport.MostCharacters, MultipartBodyLengthLimit = 10 << 20)]
public sealed class LabelsModel(PanelDb db, LabelImport import, RecordLabels record, TimeProvider clock, Texts T) : PageModel
{
    public const int Days = 30, MostShown = 300;
    private static readonly Encoding Strict = new UTF8Encoding(false, throwOnInvalidBytes: true);

    [BindProperty] public string? Lines { get; set; }
    [BindProperty] public IFormFile? Upload { get; set; }

    public LabelCoverage Coverage { get; private set; }
    public LabelCoverage Before { get; private set; }

    /// <summary>What was read; null before anything was.</summary>
    public IReadOnlyList<LabelLine>? Read { get; private set; }

    /// <summary>The right lines of <see cref="Read"/> are in the ledger.</summary>
    public bool IsWritten { get; private set; }
    public int Wrong => Read!.Count(l => l.Errors.Count > 0);
    public int Right => Read!.Count - Wrong;

    /// <summary>What people must look at comes first.</summary>
    public IEnumerable<LabelLine> Shown => Read!.OrderBy(l => l.Errors.Count == 0).ThenBy(l => l.Number).Take(MostShown);

    public async Task OnGetAsync(CancellationToken stop) => await LoadAsync(stop);

    /// <param name="write">Left out: only look.</param>
    /// <param name="stop">Ends it before anything is written.</param>
    public async Task<IActionResult> OnPostAsync(string? write, CancellationToken stop)
    {
        if (!User.May(Permissions.Review)) return Forbid();
        var text = await TextAsync(stop);
        if (text is null) ModelState.AddModelError(nameof(Upload), T["The file is not a text in UTF-8."]);
        else if (string.IsNullOrWhiteSpace(text)) ModelState.AddModelError(nameof(Lines), T["Paste at least one line, or choose a file."]);
        else if (text.Length > LabelImport.MostCharacters || await import.ReadAsync(text, stop) is not { } read)
            ModelState.AddModelError(nameof(Lines), T["More than {0} lines are too many at once.", LabelImport.MostLines.ToString("N0", System.Globalization.CultureInfo.CurrentCulture)]);
        else if (write is null || !record.IsReady) (Read, Lines) = (read, text);
        else
        {
            Read = await import.WriteAsync(text, read, HttpContext.Actor, stop);
            (IsWritten, Lines) = (true, null);
            ModelState.Remove(nameof(Lines));
        }
        if (!ModelState.IsValid) Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        await LoadAsync(stop);
        return Page();
    }

    private async Task LoadAsync(CancellationToken stop)
    {
        var now = clock.GetUtcNow();
        Coverage = await LabelQueries.CoverageAsync(db, now.AddDays(-Days), now, now, stop);
        Before = await LabelQueries.CoverageAsync(db, now.AddDays(-3 * Days), now.AddDays(-2 * Days), now, stop);
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
