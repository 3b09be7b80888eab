using ClausumPanel.Storage;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Flows.Evidence;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Pages.Disputes;

/// <summary>Who asked for the workbook of all open disputes, and the button that asks for another.</summary>
public sealed class BatchesModel(PanelDb db, BatchDesk desk, Reader reader, IOptions<DisputeOptions> options, TimeProvider clock) : PageModel
{
    private const int Shown = 20;

    public DateTimeOffset Now { get; } = clock.GetUtcNow();
    public int Most { get; } = options.Value.MostInBatch;

    /// <summary>Disputes that would go in now.</summary>
    public int Open { get; private set; }
    public IReadOnlyList<(DisputeBatch Batch, string By)> Rows { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken stop)
    {
        Open = await db.Set<Dispute>().Due.CountAsync(stop);
        Rows = [.. (await db.Set<DisputeBatch>().AsNoTracking().NewestFirst.Take(Shown).Select(b => new { Batch = b, By = db.Users.Where(u => u.Id == b.AskedById).Select(u => u.DisplayName).First() }).ToListAsync(stop)).Select(r => (r.Batch, r.By))];
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken stop) => Redirect($"/dashboard/disputes/batches/{await desk.AskAsync(HttpContext.Actor, reader.Zone, stop)}");
}
