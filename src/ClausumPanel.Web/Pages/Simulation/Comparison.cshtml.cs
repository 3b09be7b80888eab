using ClausumPanel.Storage;
using ClausumPanel.Storage.Simulations;
using ClausumPanel.Web.Flows;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Simulation;

/// <summary>Some runs side by side.</summary>
public sealed class ComparisonModel(PanelDb db) : PageModel
{
    private const int Most = 6;

    public IReadOnlyList<(SimulationRun Run, PreviewFigures Figures)> Compared { get; private set; } = [];

    /// <summary>False where the runs looked at different payments: their rates may be compared, their counts may not.</summary>
    public bool IsLikeWithLike => Compared.Select(c => (c.Run.Scope, c.Run.LastSeq)).Distinct().Count() <= 1;

    public async Task OnGetAsync(Guid[] runs, CancellationToken stop)
    {
        var settings = await SimulationSettings.LoadAsync(db, stop);
        var found = await db.Set<SimulationRun>().AsNoTracking().Where(r => runs.Contains(r.Id) && r.State == RunState.Done).OrderBy(r => r.CreatedAt).Take(Most).ToListAsync(stop);
        Compared = [.. found.Select(run => (run, PreviewFigures.Of(run, settings)!))];
    }
}
