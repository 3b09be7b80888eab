using ClausumPanel.Storage.Webhooks;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using ClausumPanel.Web.Webhooks;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Pages.Connections.Webhooks;

/// <summary>Somebody new is to be told; their secret is shown once.</summary>
public sealed class NewEndpointModel(ChangeWebhooks webhooks, StepUp stepUp, IOptions<WebhookOptions> options, Texts T) : PageModel
{
    [BindProperty] public EndpointInput Input { get; set; } = new();
    [BindProperty] public string? Password { get; set; }

    /// <summary>Shown on the page that answers the form, and never again.</summary>
    public (Guid Id, string Secret)? Made { get; private set; }
    public string? Refused { get; private set; }

    public void OnGet() => Input.Events = [.. WebhookEvents.Names];

    public async Task<IActionResult> OnPostAsync()
    {
        var read = Input.Read(ModelState, options.Value, T);
        if (read is not null && !await stepUp.PasswordIsRightAsync(User, Password)) ModelState.AddModelError("Password", T["This is not your password."]);
        if (read is not { } said || !ModelState.IsValid) return Refuse(null);
        var (endpoint, secret) = await webhooks.AddAsync(said.Url, said.Description, said.Events, HttpContext.Actor, CancellationToken.None);
        if (endpoint is null) return Refuse(T["There are {0} endpoints already: remove one first.", WebhookEndpoint.Most]);
        Made = (endpoint.Id, secret!);
        return Page();
    }

    private PageResult Refuse(string? why)
    {
        Refused = why;
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Page();
    }
}
