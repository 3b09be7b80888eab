using ClausumPanel.Storage;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Disputes;

/// <summary>Many disputes that somebody sent: how far they are, and what became of each line.</summary>
public sealed class UploadModel(PanelDb db, DisputeUploadDesk desk, TimeProvider clock, Texts T) : PageModel
{
    public const int PageSize = 200;

    public sealed record Row(int Number, DisputeFate Fate, string? ExternalId, Guid? DisputeId, int? Dispute, bool IsMatched, string? Errors);

    /// <summary>Lines of this fate only; anything else: all.</summary>
    [BindProperty(SupportsGet = true, Name = "fate")] public string? FateWord { get; set; }
    [BindProperty(SupportsGet = true, Name = "n")] public int Number { get; set; }
    [TempData] public string? Said { get; set; }

    public DisputeUpload Upload { get; private set; } = null!;
    public string By { get; private set; } = "";
    public DateTimeOffset Now { get; } = clock.GetUtcNow();
    public IReadOnlyList<Row> Rows { get; private set; } = [];
    public bool HasMore { get; private set; }
    public DisputeFate? Fate => DisputeWords.Find<DisputeFate>(FateWord);
    public string Address => $"/dashboard/disputes/import/{Upload.Id}";

    /// <summary>Whoever sent it, or an administrator.</summary>
    public bool MayCancel => Upload.AskedById == User.Id || User.May(Permissions.ManageSettings);

    public int Count(DisputeFate fate) => fate switch
    {
        DisputeFate.Wrong => Upload.Wrong,
        DisputeFate.Opens => Upload.Opened,
        DisputeFate.Closes => Upload.Closed,
        DisputeFate.Known => Upload.Known,
    };

    public string Of(DisputeFate? fate, int number = 0)
    {
        var pairs = new List<KeyValuePair<string, string?>>();
        if (fate is { } known) pairs.Add(new("fate", known.SnakeWord()));
        if (number > 0) pairs.Add(new("n", number.ToString(System.Globalization.CultureInfo.InvariantCulture)));
        return Address + QueryString.Create(pairs);
    }

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken stop)
    {
        if (!await FindAsync(id, stop)) return NotFound();
        Number = Math.Max(0, Number);
        var lines = db.Set<DisputeUploadLine>().AsNoTracking().Where(l => l.UploadId == id);
        if (Fate is { } fate) lines = lines.Where(l => l.Fate == fate);
        var rows = await lines.OrderBy(l => l.Number).Skip(Number * PageSize).Take(PageSize + 1)
            .Select(l => new Row(l.Number, l.Fate, l.ExternalId, l.DisputeId, db.Set<Dispute>().Where(d => d.Id == l.DisputeId).Select(d => (int?)d.Number).FirstOrDefault(), l.IsMatched, l.Errors)).ToListAsync(stop);
        (Rows, HasMore) = ([.. rows.Take(PageSize)], rows.Count > PageSize);
        return Page();
    }

    /// <summary>How far it is; the whole page once it is over.</summary>
    public async Task<IActionResult> OnGetProgressAsync(Guid id, CancellationToken stop)
    {
        if (!await FindAsync(id, stop)) return NotFound();
        if (!Upload.IsUnderWay) Response.Headers["HX-Refresh"] = "true";
        return this.Fragment("_UploadProgress");
    }

    public async Task<IActionResult> OnPostCancelAsync(Guid id, CancellationToken stop)
    {
        if (!await FindAsync(id, stop)) return NotFound();
        if (!MayCancel) return Forbid();
        if (!await desk.CancelAsync(Upload, HttpContext.Actor, stop)) Said = T["It was over already."];
        return Redirect(Address);
    }

    private async Task<bool> FindAsync(Guid id, CancellationToken stop)
    {
        if (await db.Set<DisputeUpload>().AsNoTracking().SingleOrDefaultAsync(u => u.Id == id, stop) is not { } found) return false;
        Upload = found;
        By = await db.Users.Where(u => u.Id == found.AskedById).Select(u => u.DisplayName).SingleAsync(stop);
        return true;
    }
}
