using ClausumPanel.Storage.Cases;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Cases;

/// <summary>The case on paper, as it stands now.</summary>
public sealed class PrintCaseModel(CaseReader reading, TimeProvider clock) : PageModel
{
    public CaseDetail Detail { get; private set; } = null!;
    public DateTimeOffset Now { get; } = clock.GetUtcNow();

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken stop)
    {
        if (await reading.FindAsync(id, stop) is not { } found) return NotFound();
        Detail = found;
        return Page();
    }
}
