using ClausumPanel.Storage;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Reviews.Queues;

/// <summary>Asks where the items go, then deletes a queue somebody made.</summary>
public sealed class DeletionModel(PanelDb db, ChangeQueues queues, Texts T) : PageModel
{
    [TempData] public string? Said { get; set; }

    /// <summary>What was refused, in the reader's words.</summary>
    public string? Refused { get; private set; }
    public ReviewQueue Queue { get; private set; } = null!;
    public int Waiting { get; private set; }
    public IReadOnlyList<ReviewQueue> Others { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(int number, CancellationToken stop) => await LoadAsync(number, stop) ? Page() : NotFound();

    public async Task<IActionResult> OnPostAsync(int number, int? target, CancellationToken stop)
    {
        if (!await LoadAsync(number, stop)) return NotFound();
        var answer = await queues.DeleteAsync(number, target, HttpContext.Actor, stop);
        if (answer.IsDone)
        {
            Said = T["The queue {0} was deleted.", Queue.Name];
            return RedirectToPage("Index");
        }
        Refused = T.Say(answer);
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Page();
    }

    private async Task<bool> LoadAsync(int number, CancellationToken stop)
    {
        var all = await db.Set<ReviewQueue>().AsNoTracking().OrderBy(q => q.Position).ToListAsync(stop);
        if (all.Find(q => q.Number == number) is not { IsOwn: true } found) return false;
        (Queue, Others, Waiting) = (found, [.. all.Where(q => q.Number != number)], await queues.OpenAsync(number, stop));
        return true;
    }
}
