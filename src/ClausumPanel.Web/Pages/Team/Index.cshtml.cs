using ClausumPanel.Storage;
using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Team;

public sealed class TeamModel(PanelDb db, ChangeTeam team, StepUp stepUp, LiveSettings settings, TimeProvider clock, Texts T) : PageModel
{
    [TempData] public string? Said { get; set; }
    public string? Refused { get; private set; }
    public IReadOnlyList<PersonRow> People { get; private set; } = [];
    public IReadOnlyList<InvitedRow> Invited { get; private set; } = [];
    public IReadOnlySet<Role> Required => settings.SecondFactorRoles;
    public bool IsSecondFactorFixed => settings.IsFixed(LiveSetting.SecondFactor);
    public DateTimeOffset Now { get; private set; }

    public async Task OnGetAsync(CancellationToken stop)
    {
        var now = Now = clock.GetUtcNow();
        People = await db.Users.OrderByDescending(u => u.IsActive).ThenBy(u => u.DisplayName)
            .Select(u => new PersonRow(u.Id, u.DisplayName, u.Email!, u.Role, u.TwoFactorEnabled, u.LastSignInAt, db.UserSessions.Count(s => s.UserId == u.Id && s.ExpiresAt > now), u.IsActive)).ToListAsync(stop);
        Invited = await db.Invitations.Pending.OrderByDescending(i => i.CreatedAt)
            .Select(i => new InvitedRow(i.Id, i.Email, i.Role, db.Users.Where(u => u.Id == i.CreatedById).Select(u => u.DisplayName).First(), i.ExpiresAt)).ToListAsync(stop);
    }

    public async Task<IActionResult> OnPostRevokeAsync(Guid id, CancellationToken stop)
    {
        if (await team.RevokeAsync(id, HttpContext.Actor, stop)) Said = T["The invitation was taken back: its link opens nothing."];
        return RedirectToPage();
    }

    public async Task<IActionResult> OnPostSecondFactorAsync(Role[] roles, string? password, CancellationToken stop)
    {
        if (IsSecondFactorFixed || !ModelState.IsValid) return BadRequest();
        if (!await stepUp.PasswordIsRightAsync(User, password))
        {
            Refused = T["This is not your password."];
            Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            await OnGetAsync(stop);
            return Page();
        }
        var words = string.Join(' ', roles.Distinct().Order().Select(r => r.Name()));
        await settings.SaveAsync(db, new Dictionary<LiveSetting, string> { [LiveSetting.SecondFactor] = words }, HttpContext.Actor, clock.GetUtcNow(), stop);
        Said = T["Saved."];
        return RedirectToPage();
    }
}

public sealed record PersonRow(Guid Id, string Name, string Email, Role Role, bool HasSecondFactor, DateTimeOffset? LastSignInAt, int Sessions, bool IsActive);

public sealed record InvitedRow(Guid Id, string Email, Role Role, string By, DateTimeOffset ExpiresAt);
