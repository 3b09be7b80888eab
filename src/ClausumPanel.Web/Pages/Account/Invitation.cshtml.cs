using System.ComponentModel.DataAnnotations;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Account;

/// <summary>Where the link of an invitation leads. Looking at it uses nothing up; whoever it does not open for is told the same, whatever the reason.</summary>
public sealed class InvitationModel(PanelDb db, ChangeTeam team, TimeProvider clock, Texts T) : PageModel
{
    [BindProperty] public InvitationInput Input { get; set; } = new();
    public Invitation? Invited { get; private set; }

    public async Task OnGetAsync(string secret, CancellationToken stop) => await FindAsync(secret, stop);

    public async Task<IActionResult> OnPostAsync(string secret, CancellationToken stop)
    {
        if (!await FindAsync(secret, stop)) return Page();
        if (!ModelState.IsValid) return Refuse();
        var (user, wrong) = await team.AcceptAsync(secret, Input.Name.Trim(), Input.Password, HttpContext.Address, stop);
        if (user is not null) return RedirectToPage("Login");
        foreach (var error in wrong)
            ModelState.AddModelError(error.Code == nameof(ChangeTeam.NotOpen) ? "" : "Input.Password", error.Code == nameof(IdentityErrorDescriber.PasswordTooShort) ? T["A password has at least 12 characters."] : T[error.Description]);
        return Refuse();
    }

    private PageResult Refuse()
    {
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Page();
    }

    private async Task<bool> FindAsync(string secret, CancellationToken stop)
    {
        // The address is a secret: it stays in no cache and goes to no other page.
        Response.Headers.CacheControl = "no-store";
        var (hash, now) = (Invitation.HashOf(secret), clock.GetUtcNow());
        Invited = await db.Invitations.AsNoTracking().OpenAt(now).SingleOrDefaultAsync(i => i.SecretHash == hash, stop);
        if (Invited is null) Response.StatusCode = StatusCodes.Status404NotFound;
        return Invited is not null;
    }
}

public sealed class InvitationInput
{
    [Required(ErrorMessage = "Write your name."), StringLength(100)] public string Name { get; set; } = "";
    [Required(ErrorMessage = "Write the new password."), DataType(DataType.Password), StringLength(Passwords.Longest, ErrorMessage = "The password is longer than 256 characters.")]
    public string Password { get; set; } = "";
}
