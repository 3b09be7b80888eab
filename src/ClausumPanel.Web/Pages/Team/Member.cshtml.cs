using ClausumPanel.Storage;
using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Pages.Account;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Team;

public sealed class MemberModel(PanelDb db, ChangeTeam team, StepUp stepUp, TimeProvider clock, Texts T) : PageModel
{
    [TempData] public string? Said { get; set; }
    public string? Refused { get; private set; }
    public User Person { get; private set; } = null!;
    public IReadOnlyList<SessionRow> Sessions { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken stop)
    {
        if (!await FindAsync(id, stop)) return NotFound();
        await ShowAsync(stop);
        return Page();
    }

    public Task<IActionResult> OnPostRoleAsync(Guid id, Role role, string? password, CancellationToken stop) => WithPasswordAsync(id, password, async () =>
    {
        if (!ModelState.IsValid || !Enum.IsDefined(role)) return T["Choose a role."];
        return await team.SetRoleAsync(Person, role, HttpContext.Actor, stop) is { } refusal ? T[refusal] : null;
    }, () => T["{0} is {1} now.", Person.DisplayName, T.Name(Person.Role)], stop);

    public Task<IActionResult> OnPostOffAsync(Guid id, string? password, CancellationToken stop) => WithPasswordAsync(id, password, async () => await team.SwitchOffAsync(Person, HttpContext.Actor, stop) is { } refusal ? T[refusal] : null, () => T["{0} was switched off.", Person.DisplayName], stop);

    public Task<IActionResult> OnPostOnAsync(Guid id, string? password, CancellationToken stop) => WithPasswordAsync(id, password, async () =>
    {
        await team.SwitchOnAsync(Person, HttpContext.Actor, stop);
        return null;
    }, () => T["{0} may sign in again.", Person.DisplayName], stop);

    public Task<IActionResult> OnPostSignOutAsync(Guid id, CancellationToken stop)
    {
        var ended = 0;
        return DoAsync(id, async () =>
        {
            ended = await team.SignOutAsync(Person, HttpContext.Actor, stop);
            return null;
        }, () => T.Count(ended, "{0} session was ended.", "{0} sessions were ended."), stop);
    }

    public Task<IActionResult> OnPostSecondFactorAsync(Guid id, string? password, CancellationToken stop) => WithPasswordAsync(id, password, async () =>
    {
        await team.ResetSecondFactorAsync(Person, HttpContext.Actor, stop);
        return null;
    }, () => T["The second factor was taken away."], stop);

    /// <summary>What gives or takes access away asks first who it is: a stolen session must not.</summary>
    private Task<IActionResult> WithPasswordAsync(Guid id, string? password, Func<Task<string?>> change, Func<string> done, CancellationToken stop) =>
        DoAsync(id, async () => await stepUp.PasswordIsRightAsync(User, password) ? await change() : T["This is not your password."], done, stop);

    private async Task<IActionResult> DoAsync(Guid id, Func<Task<string?>> change, Func<string> done, CancellationToken stop)
    {
        if (!await FindAsync(id, stop)) return NotFound();
        Refused = await change();
        if (Refused is null)
        {
            Said = done();
            return RedirectToPage(new { id });
        }
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        await ShowAsync(stop);
        return Page();
    }

    private async Task<bool> FindAsync(Guid id, CancellationToken stop)
    {
        if (await db.Users.SingleOrDefaultAsync(u => u.Id == id, stop) is not { } found) return false;
        Person = found;
        return true;
    }

    private async Task ShowAsync(CancellationToken stop)
    {
        var (id, now) = (Person.Id, clock.GetUtcNow());
        Sessions = await db.UserSessions.Where(s => s.UserId == id && s.ExpiresAt > now).OrderByDescending(s => s.SeenAt)
            .Select(s => new SessionRow(s.Id, s.Browser ?? "", s.Address ?? "", s.StartedAt, s.SeenAt, false, s.IsProgram)).ToListAsync(stop);
    }
}
