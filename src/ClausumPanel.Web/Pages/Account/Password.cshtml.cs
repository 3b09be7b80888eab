using System.ComponentModel.DataAnnotations;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Account;

public sealed class PasswordModel(PanelDb db, UserManager<User> users, SignInManager<User> signIn, SessionTickets tickets, StepUp stepUp, TimeProvider clock, Texts T) : PageModel
{
    [BindProperty] public PasswordInput Input { get; set; } = new();
    [TempData] public bool Changed { get; set; }
    public string Email => User.Identity?.Name ?? "";

    public async Task<IActionResult> OnPostAsync()
    {
        var me = await users.FindByIdAsync(User.Id.ToString()) ?? throw new InvalidOperationException("The signed-in user is not there.");
        if (!ModelState.IsValid) return Refuse();
        if (!await stepUp.PasswordIsRightAsync(User, Input.Current))
        {
            ModelState.AddModelError("Input.Current", T["This is not your password."]);
            return Refuse();
        }

        await using var transaction = await db.Database.BeginTransactionAsync();
        var changed = await users.ChangePasswordAsync(me, Input.Current, Input.New);
        if (!changed.Succeeded)
        {
            foreach (var error in changed.Errors) ModelState.AddModelError("Input.New", error.Code == nameof(IdentityErrorDescriber.PasswordTooShort) ? T["A password has at least 12 characters."] : T[error.Description]);
            return Refuse();
        }
        db.Audit(HttpContext.Actor, AuditActions.PasswordChanged, clock.GetUtcNow(), "user", me.Id.ToString());
        await db.SaveChangesAsync();
        await tickets.EndOthersAsync(db, HttpContext, me.Id);
        await transaction.CommitAsync();
        await signIn.RefreshSignInAsync(me);
        Changed = true;
        return RedirectToPage();
    }

    private PageResult Refuse()
    {
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Page();
    }
}

public sealed class PasswordInput
{
    [Required(ErrorMessage = "Write your password."), StringLength(Passwords.Longest), DataType(DataType.Password)] public string Current { get; set; } = "";
    [Required(ErrorMessage = "Write the new password."), DataType(DataType.Password), StringLength(Passwords.Longest, ErrorMessage = "The password is longer than 256 characters.")]
    public string New { get; set; } = "";
}
