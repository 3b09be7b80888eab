using System.Text;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Disputes;

/// <summary>Many disputes or outcomes at once: first what would happen to each line, then, confirmed, the right ones, beside the requests.</summary>
[RequestFormLimits(ValueLengthLimit = DisputeImport.MostCharacters, MultipartBodyLengthLimit = 3 << 20)]
public sealed class ImportModel(PanelDb db, DisputeImport import, DisputeUploadDesk desk, Reader reader, TimeProvider clock, Texts T) : PageModel
{
    public const int MostShown = 300, MostUploads = 10;
    private static readonly Encoding Strict = new UTF8Encoding(false, throwOnInvalidBytes: true);

    [BindProperty] public string? Lines { get; set; }
    [BindProperty] public IFormFile? Upload { get; set; }
    public DateTimeOffset Now { get; } = clock.GetUtcNow();
    public IReadOnlyList<DisputeLine>? Read { get; private set; }

    /// <summary>What was sent lately, by whoever.</summary>
    public IReadOnlyList<(DisputeUpload Upload, string By)> Uploads { get; private set; } = [];

    public int Count(DisputeFate fate) => Read!.Count(l => l.Fate == fate);

    /// <summary>What people must look at comes first.</summary>
    public IEnumerable<DisputeLine> Shown => Read!.OrderBy(l => l.Fate).ThenBy(l => l.Number).Take(MostShown);

    public Task OnGetAsync(CancellationToken stop) => LoadAsync(stop);

    /// <param name="write">Left out: only look.</param>
    /// <param name="stop">Ends it before anything is stored.</param>
    public async Task<IActionResult> OnPostAsync(string? write, CancellationToken stop)
    {
        var text = await TextAsync(stop);
        if (text is null || text.Contains('\0', StringComparison.Ordinal)) ModelState.AddModelError(nameof(Upload), T["The file is not a text in UTF-8."]);
        else if (string.IsNullOrWhiteSpace(text)) ModelState.AddModelError(nameof(Lines), T["Paste at least one line, or choose a file."]);
        else if (text.Length > DisputeImport.MostCharacters || DisputeImport.Split(text) is not { } sent)
            ModelState.AddModelError(nameof(Lines), T["More than {0} lines are too many at once.", DisputeImport.MostLines.ToString("N0", System.Globalization.CultureInfo.CurrentCulture)]);
        else if (write is not null) return Redirect($"/dashboard/disputes/import/{await desk.AskAsync(sent, reader.Zone, HttpContext.Actor, stop)}");
        else
        {
            (Read, Lines) = (await import.LookAsync(sent, new HashSet<string>(StringComparer.Ordinal), reader.Zone, stop), text);
            ModelState.Remove(nameof(Lines));
        }
        if (!ModelState.IsValid) Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        await LoadAsync(stop);
        return Page();
    }

    private async Task LoadAsync(CancellationToken stop) =>
        Uploads = [.. (await db.Set<DisputeUpload>().AsNoTracking().NewestFirst.Take(MostUploads).Select(u => new { Upload = u, By = db.Users.Where(p => p.Id == u.AskedById).Select(p => p.DisplayName).First() }).ToListAsync(stop)).Select(r => (r.Upload, r.By))];

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
