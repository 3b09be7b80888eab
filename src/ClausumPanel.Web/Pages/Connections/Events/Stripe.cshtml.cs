using System.ComponentModel.DataAnnotations;
using ClausumPanel.Storage.Inbound;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Connections.Events;

/// <summary>The connection to Stripe: where it calls, and the secret it signs with.</summary>
public sealed class StripeModel(ProviderSecrets providers, StepUp stepUp, TimeProvider clock, Texts T) : PageModel
{
    public static readonly IReadOnlyList<string> Events = ["charge.succeeded", "payment_intent.payment_failed", "charge.dispute.created", "charge.dispute.updated", "charge.dispute.closed", "radar.early_fraud_warning.created"];

    [BindProperty] public string? Secret { get; set; }
    [BindProperty] public string? Password { get; set; }
    [BindProperty, Range(0, 72)] public int OverlapHours { get; set; } = 24;
    [TempData] public string? Said { get; set; }
    public InboundProvider? Provider { get; private set; }
    public DateTimeOffset Now { get; private set; }
    public string Address => $"{Request.Scheme}://{Request.Host}/api/webhooks/stripe";

    public async Task OnGetAsync(CancellationToken stop) => (Provider, Now) = (await providers.FindAsync(ProviderSecrets.Stripe, stop), clock.GetUtcNow());

    public async Task<IActionResult> OnPostAsync(CancellationToken stop)
    {
        var secret = Secret?.Trim() ?? "";
        if (secret.Length is < 16 or > 200 || !secret.All(c => c is > ' ' and <= '~')) ModelState.AddModelError("Secret", T["Signing secret: 16 to 200 visible characters, as Stripe shows it."]);
        if (ModelState.IsValid && !await stepUp.PasswordIsRightAsync(User, Password)) ModelState.AddModelError("Password", T["This is not your password."]);
        if (!ModelState.IsValid)
        {
            Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            await OnGetAsync(stop);
            return Page();
        }
        await providers.SetAsync(ProviderSecrets.Stripe, secret, TimeSpan.FromHours(OverlapHours), HttpContext.Actor, CancellationToken.None);
        Said = T["The signing secret was saved."];
        return RedirectToPage();
    }
}
