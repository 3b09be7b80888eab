using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Connections.Webhooks;

/// <summary>The small steps: each a button on the endpoint's page, which it leads back to.</summary>
public sealed class StepModel(ChangeWebhooks webhooks, Reader reader, Texts T) : PageModel
{
    [TempData] public string? Said { get; set; }
    [TempData] public string? Refused { get; set; }

    public IActionResult OnGet(Guid id) => RedirectToPage("Details", new { id });

    public async Task<IActionResult> OnPostPauseAsync(Guid id, CancellationToken stop) =>
        Back(id, await webhooks.PauseAsync(id, HttpContext.Actor, stop), T["Paused. What happens meanwhile is kept and sent when you resume."], T["It is not active."]);

    public async Task<IActionResult> OnPostResumeAsync(Guid id, CancellationToken stop) =>
        Back(id, await webhooks.ResumeAsync(id, HttpContext.Actor, stop), T["Resumed. What waited is being sent."], T["It is active already."]);

    public async Task<IActionResult> OnPostTestAsync(Guid id, CancellationToken stop) =>
        await webhooks.TestAsync(id, HttpContext.Actor, stop) is { } delivery ? RedirectToPage("Delivery", new { id, delivery }) : NotFound();

    public async Task<IActionResult> OnPostReplayAsync(Guid id, Guid delivery, CancellationToken stop)
    {
        if (await webhooks.ReplayAsync(id, delivery, HttpContext.Actor, stop)) Said = T["It is being sent again."];
        else Refused = T["It waits already, was a test, or is too old to be sent again."];
        return RedirectToPage("Delivery", new { id, delivery });
    }

    public async Task<IActionResult> OnPostFailedAsync(Guid id, string? since, CancellationToken stop)
    {
        if (reader.Instant(since) is not { } from) return Back(id, false, "", T["Write since when: a day and a time."]);
        var count = await webhooks.ReplayFailedAsync(id, from, HttpContext.Actor, stop);
        return Back(id, count > 0, T.Count(count, "{0} delivery is being sent again.", "{0} deliveries are being sent again."), T["Nothing was given up since then."]);
    }

    private RedirectToPageResult Back(Guid id, bool isDone, string said, string refused)
    {
        if (isDone) Said = said;
        else Refused = refused;
        return RedirectToPage("Details", new { id });
    }
}
