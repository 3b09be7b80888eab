using System.ComponentModel.DataAnnotations;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Webhooks;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Connections.Webhooks;

/// <summary>Another secret takes over; the old one signs beside it for a while.</summary>
public sealed class SecretRotationModel(PanelDb db, ChangeWebhooks webhooks, StepUp stepUp, Texts T) : PageModel
{
    [BindProperty, Range(0, 72)] public int OverlapHours { get; set; } = 24;
    [BindProperty] public string? Password { get; set; }
    public Guid Id { get; private set; }
    public (Guid Id, string Secret)? Made { get; private set; }

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken stop) => await IsThereAsync(id, stop) ? Page() : NotFound();

    public async Task<IActionResult> OnPostAsync(Guid id, CancellationToken stop)
    {
        if (!await IsThereAsync(id, stop)) return NotFound();
        if (ModelState.IsValid && !await stepUp.PasswordIsRightAsync(User, Password)) ModelState.AddModelError("Password", T["This is not your password."]);
        if (!ModelState.IsValid)
        {
            Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            return Page();
        }
        if (await webhooks.RotateAsync(id, TimeSpan.FromHours(OverlapHours), HttpContext.Actor, CancellationToken.None) is not { } secret) return NotFound();
        Made = (id, secret);
        return Page();
    }

    private Task<bool> IsThereAsync(Guid id, CancellationToken stop)
    {
        Id = id;
        return db.WebhookEndpoints.AnyAsync(e => e.Id == id && e.State != EndpointState.Removed, stop);
    }
}
