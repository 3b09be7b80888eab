using ClausumPanel.Storage;
using ClausumPanel.Storage.Webhooks;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using ClausumPanel.Web.Webhooks;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Pages.Connections.Webhooks;

/// <summary>Where an endpoint is and what it is told: everything that waits goes there, so it takes the password as a new one does.</summary>
public sealed class EditEndpointModel(PanelDb db, ChangeWebhooks webhooks, StepUp stepUp, IOptions<WebhookOptions> options, Texts T) : PageModel
{
    [BindProperty] public EndpointInput Input { get; set; } = new();
    [BindProperty] public string? Password { get; set; }
    [TempData] public string? Said { get; set; }
    public Guid Id { get; private set; }

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken stop)
    {
        if (await db.WebhookEndpoints.AsNoTracking().SingleOrDefaultAsync(e => e.Id == id && e.State != EndpointState.Removed, stop) is not { } endpoint) return NotFound();
        Id = id;
        Input = new EndpointInput { Url = endpoint.Url, Description = endpoint.Description, Events = endpoint.Events.Split(' ') };
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(Guid id, CancellationToken stop)
    {
        Id = id;
        var read = Input.Read(ModelState, options.Value, T);
        if (read is not null && !await stepUp.PasswordIsRightAsync(User, Password)) ModelState.AddModelError("Password", T["This is not your password."]);
        if (read is not { } said || !ModelState.IsValid)
        {
            Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            return Page();
        }
        if (!await webhooks.ChangeAsync(id, said.Url, said.Description, said.Events, HttpContext.Actor, stop)) return NotFound();
        Said = T["The endpoint was saved."];
        return RedirectToPage("Details", new { id });
    }
}
