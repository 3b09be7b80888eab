using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Storage.Submerchants;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Pages.Reviews.Queues;

/// <summary>What one queue takes, how fast, in what order, and what a decision in it needs.</summary>
public sealed class EditModel(PanelDb db, ChangeQueues queues, SubmerchantShelf submerchants, IOptions<PanelOptions> panel, Texts T) : PageModel
{
    /// <summary>The item of the example sum: half of its time has passed, it would lose two fifths of a large amount, its payer is loyal, its authorisation lapses in an hour.</summary>
    public const int ExampleTime = 500, ExampleStake = 400, ExampleLoyalty = 1_000, ExampleExpiry = 500;

    [BindProperty] public QueueInput Input { get; set; } = new();
    [TempData] public string? Said { get; set; }

    /// <summary>What was refused, in the reader's words.</summary>
    public string? Refused { get; private set; }

    /// <summary>The queue as it is; of a new one, what it would be by itself.</summary>
    public ReviewQueue Queue { get; private set; } = null!;
    public bool IsNew { get; private set; }
    public int Waiting { get; private set; }

    /// <summary>What the filter would have taken, once somebody asked.</summary>
    public QueueReach? Reach { get; private set; }
    public TimeZoneInfo Zone => panel.Value.Zone;

    public static IEnumerable<IGrouping<SignalCategory, SignalDefinition>> Signals => SignalCatalog.All.GroupBy(s => s.Category);

    public async Task<IActionResult> OnGetAsync(string which, CancellationToken stop)
    {
        if (!await FindAsync(which, stop)) return NotFound();
        Input = QueueInput.Of(Queue, IsNew ? null : ChangeQueues.Stamp(Queue), T);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(string which, CancellationToken stop)
    {
        if (!await FindAsync(which, stop)) return NotFound();
        if (Read() is not { } say) return Refuse(null);
        if (IsNew)
        {
            var made = await queues.AddAsync(say, HttpContext.Actor, stop);
            Said = T["The queue {0} was made. It is asked first: move it down where another one should go before it.", made.Name];
            return RedirectToPage("Index");
        }
        var answer = await queues.ChangeAsync(Queue.Number, Input.Stamp, say, HttpContext.Actor, stop);
        if (!answer.IsDone) return Refuse(T.Say(answer), StatusCodes.Status409Conflict);
        Said = T["The queue {0} was saved.", Input.Name?.Trim()];
        return RedirectToPage("Index");
    }

    private Action<ReviewQueue>? Read()
    {
        Input.Submerchant = submerchants.Current.NameOf(Input.Submerchant?.Trim());
        return Input.Read(Queue, ModelState, T);
    }

    public async Task<IActionResult> OnPostReachAsync(string which, CancellationToken stop)
    {
        if (!await FindAsync(which, stop)) return NotFound();
        if (Read() is not { } say) return HttpContext.Request.IsHtmx ? this.Fragment("_Reach", StatusCodes.Status422UnprocessableEntity) : Refuse(null);
        var tried = new ReviewQueue();
        say(tried);
        Reach = await queues.ReachAsync(tried, stop);
        return this.Fragment("_Reach");
    }

    private PageResult Refuse(string? why, int status = StatusCodes.Status422UnprocessableEntity)
    {
        Refused = why;
        Response.StatusCode = status;
        return Page();
    }

    private async Task<bool> FindAsync(string which, CancellationToken stop)
    {
        if (which == "new") (IsNew, Queue) = (true, new ReviewQueue { SlaMinutes = 120 });
        else if (!int.TryParse(which, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || await db.Set<ReviewQueue>().AsNoTracking().SingleOrDefaultAsync(q => q.Number == number, stop) is not { } found) return false;
        else (Queue, Waiting) = (found, await queues.OpenAsync(number, stop));
        return true;
    }
}
