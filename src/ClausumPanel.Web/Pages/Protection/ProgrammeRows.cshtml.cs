using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Schemes;
using ClausumPanel.Web.Flows.Metrics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Protection;

/// <summary>What one programme counts above the line in one month, the newest first.</summary>
public sealed class ProgrammeRowsModel(PanelDb db, ReadSchemes schemes) : PageModel
{
    private const int PageSize = 100;

    [BindProperty(SupportsGet = true, Name = "month")] public string? Month { get; set; }
    [BindProperty(SupportsGet = true, Name = "n")] public int Number { get; set; }

    public SchemeProgramme Programme { get; private set; } = null!;
    public DateOnly Chosen => ProgrammesModel.Parse(Month, schemes.ThisMonth);
    public int Total { get; private set; }
    public bool HasMore => (Number + 1) * PageSize < Total;

    /// <summary>Each with its payment's public id, where that was found.</summary>
    public IReadOnlyList<(SchemeWord Word, Guid? Payment)> Rows { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(string id, CancellationToken stop)
    {
        if (schemes.Programmes.Find(id) is not { } programme) return NotFound();
        Programme = programme;
        var words = (await schemes.ReadAsync(Chosen, 1, stop))[0].Single(m => m.Programme == programme).Words;
        Total = words.Count;
        Number = Math.Clamp(Number, 0, Math.Max(0, Total - 1) / PageSize);
        var shown = words.Reverse().Skip(Number * PageSize).Take(PageSize).ToList();
        var seqs = shown.Where(w => w.Seq is not null).Select(w => w.Seq!.Value).ToArray();
        var ids = await db.Set<StoredAssessment>().Where(a => seqs.Contains(a.Seq)).ToDictionaryAsync(a => a.Seq, a => a.Id, stop);
        Rows = [.. shown.Select(w => (w, w.Seq is { } seq && ids.TryGetValue(seq, out var found) ? found : (Guid?)null))];
        return Page();
    }

    public static string Address(SchemeProgramme programme, DateOnly month, int number = 0)
    {
        ArgumentNullException.ThrowIfNull(programme);
        return $"/dashboard/protection/programmes/{programme.Id}?month={ProgrammesModel.Word(month)}" + (number > 0 ? $"&n={number}" : "");
    }
}
