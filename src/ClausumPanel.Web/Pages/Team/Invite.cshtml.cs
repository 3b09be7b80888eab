using System.ComponentModel.DataAnnotations;
using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Pages.Team;

public sealed class InviteModel(ChangeTeam team, PanelMail mail, StepUp stepUp, IOptions<PanelOptions> panel, Reader reader, Texts T) : PageModel
{
    [BindProperty] public InviteInput Input { get; set; } = new();
    /// <summary>Shown on the page that answers the form, and never again; null while nobody is invited.</summary>
    public string? Link { get; private set; }
    public bool WasMailed { get; private set; }
    public bool HasMail => mail.IsConfigured;

    public void OnGet(string? email, Role? role) => Input = new InviteInput { Email = email ?? "", Role = role };

    public async Task<IActionResult> OnPostAsync(CancellationToken stop)
    {
        if (ModelState.IsValid && !await stepUp.PasswordIsRightAsync(User, Input.Password)) ModelState.AddModelError("Input.Password", T["This is not your password."]);
        if (!ModelState.IsValid) return Refuse();
        var (invitation, secret, refusal) = await team.InviteAsync(Input.Email, Input.Role!.Value, HttpContext.Actor, stop);
        if (invitation is null)
        {
            ModelState.AddModelError("Input.Email", T[refusal!]);
            return Refuse();
        }
        Link = $"{Request.Scheme}://{Request.Host}/invite/{secret}";
        if (mail.IsConfigured)
        {
            var organization = panel.Value.Organization.Length > 0 ? panel.Value.Organization : "ClausumPanel";
            var text = T["{0} invites you to the fraud panel of {1}. Open this link until {2} to choose your password:", User.DisplayName, organization, reader.Whole(invitation.ExpiresAt)] + $"\n\n{Link}\n\n" + T["It works once. If you expected no invitation, ignore this mail."];
            WasMailed = await mail.SendAsync(invitation.Email, T["Your invitation to the fraud panel"], text, stop);
        }
        return Page();
    }

    private PageResult Refuse()
    {
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Page();
    }
}

public sealed class InviteInput
{
    [Required(ErrorMessage = "Write an e-mail address."), StringLength(254)] public string Email { get; set; } = "";
    [Required(ErrorMessage = "Choose a role."), EnumDataType(typeof(Role))] public Role? Role { get; set; }
    [Required(ErrorMessage = "Write your password."), StringLength(Passwords.Longest), DataType(DataType.Password)] public string Password { get; set; } = "";
}
