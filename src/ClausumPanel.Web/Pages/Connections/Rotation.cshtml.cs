using System.ComponentModel.DataAnnotations;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Storage.Settings;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Connections;

public sealed class RotationModel(PanelDb db, StepUp stepUp, TimeProvider clock, Texts T) : PageModel
{
    [BindProperty] public RotationInput Input { get; set; } = new();
    public ApiKey Key { get; private set; } = null!;
    public string? NewKey { get; private set; }

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken stop) => await FindAsync(id, stop) ? Page() : NotFound();

    public async Task<IActionResult> OnPostAsync(Guid id, CancellationToken stop)
    {
        if (!await FindAsync(id, stop)) return NotFound();
        if (ModelState.IsValid && !await stepUp.PasswordIsRightAsync(User, Input.Password)) ModelState.AddModelError("Input.Password", T["This is not your password."]);
        if (!ModelState.IsValid)
        {
            Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            return Page();
        }
        var now = clock.GetUtcNow();
        var (next, text) = Key.Rotate(TimeSpan.FromHours(Input.OverlapHours), now, User.Id);
        db.Add(next);
        db.Audit(HttpContext.Actor, AuditActions.KeyRotated, now, "key", Key.Id.ToString(), before: Key.Summary, after: next.Summary);
        await db.SaveAndRaiseAsync(ChangeTopics.Keys, CancellationToken.None);
        NewKey = text;
        return Page();
    }

    private async Task<bool> FindAsync(Guid id, CancellationToken stop)
    {
        if (await db.ApiKeys.SingleOrDefaultAsync(k => k.Id == id, stop) is not { } found || !found.IsUsable(clock.GetUtcNow())) return false;
        Key = found;
        return true;
    }
}

public sealed class RotationInput
{
    [Range(0, 72)] public int OverlapHours { get; set; } = 24;
    [Required(ErrorMessage = "Write your password."), StringLength(Passwords.Longest), DataType(DataType.Password)] public string Password { get; set; } = "";
}
