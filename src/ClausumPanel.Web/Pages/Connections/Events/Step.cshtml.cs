using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Jobs;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Connections.Events;

/// <summary>The small steps of one event: each a button on its page, which it leads back to.</summary>
public sealed class EventStepModel(ApplyEvents events, ProcessEvents job, Texts T) : PageModel
{
    [TempData] public string? Said { get; set; }
    [TempData] public string? Refused { get; set; }

    public IActionResult OnGet(Guid id) => RedirectToPage("Details", new { id });

    public async Task<IActionResult> OnPostReplayAsync(Guid id, CancellationToken stop)
    {
        if (await events.ReplayAsync(id, HttpContext.Actor, stop))
        {
            job.Wake();
            Said = T["It is being processed again, by the rules of now."];
        }
        else Refused = T["It waits to be processed already."];
        return RedirectToPage("Details", new { id });
    }

    public async Task<IActionResult> OnPostSeenAsync(Guid id, CancellationToken stop)
    {
        if (await events.SeeAsync(id, HttpContext.Actor, stop)) Said = T["Marked as seen."];
        return RedirectToPage("Details", new { id });
    }
}
