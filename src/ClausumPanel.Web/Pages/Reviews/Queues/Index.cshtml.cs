using ClausumPanel.Storage;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Reviews.Queues;

/// <summary>The queues in the order in which they are asked.</summary>
public sealed class QueuesModel(PanelDb db, ChangeQueues queues, Texts T) : PageModel
{
    [TempData] public string? Said { get; set; }

    /// <summary>What was refused, in the reader's words.</summary>
    public string? Refused { get; private set; }
    public IReadOnlyList<QueueRow> Rows { get; private set; } = [];

    /// <summary>Some payments that are held find no queue.</summary>
    public bool HasGap => !Rows.Any(r => r.Queue is { IsActive: true, IsManual: false } && r.Filter.AsksNothing());

    public Task OnGetAsync(CancellationToken stop) => LoadAsync(stop);

    public async Task<IActionResult> OnPostMoveAsync(int number, bool up, CancellationToken stop) => await AnswerAsync(await queues.MoveAsync(number, up, HttpContext.Actor, stop), T["The order was changed."], stop);

    public async Task<IActionResult> OnPostSwitchAsync(int number, bool on, CancellationToken stop) =>
        await AnswerAsync(await queues.SwitchAsync(number, on, HttpContext.Actor, stop), on ? T["The queue is on."] : T["The queue is off. What waits in it is decided as before."], stop);

    private async Task<IActionResult> AnswerAsync(ReviewAnswer answer, string said, CancellationToken stop)
    {
        if (answer.IsDone)
        {
            Said = said;
            return RedirectToPage();
        }
        Refused = T.Say(answer);
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        await LoadAsync(stop);
        return Page();
    }

    private async Task LoadAsync(CancellationToken stop)
    {
        var waiting = await db.Set<Review>().Where(r => r.State == ReviewState.Open).GroupBy(r => r.Queue).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(g => g.Key, g => g.Count, stop);
        var rows = new List<QueueRow>();
        ReviewQueue? takesAll = null;
        foreach (var queue in await db.Set<ReviewQueue>().AsNoTracking().OrderBy(q => q.IsManual).ThenBy(q => q.Position).ThenBy(q => q.Number).ToListAsync(stop))
        {
            var filter = queue.ReadFilter();
            rows.Add(new QueueRow(queue, filter, waiting.GetValueOrDefault(queue.Number), queue is { IsActive: true, IsManual: false } ? takesAll?.Name : null));
            if (queue is { IsActive: true, IsManual: false } && filter.AsksNothing()) takesAll ??= queue;
        }
        Rows = rows;
    }
}

/// <param name="Waiting">Items without a decision.</param>
/// <param name="Behind">The queue that takes everything before this one is asked.</param>
public sealed record QueueRow(ReviewQueue Queue, QueueFilter Filter, int Waiting, string? Behind);
