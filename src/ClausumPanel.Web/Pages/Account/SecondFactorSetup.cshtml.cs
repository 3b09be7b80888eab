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

public sealed class SecondFactorSetupModel(PanelDb db, UserManager<User> users, SignInManager<User> signIn, SecondFactor secondFactor, SessionTickets tickets, StepUp stepUp,
    LiveSettings settings, TimeProvider clock, Texts T) : PageModel
{
    [BindProperty] public SecondFactorSetupInput Input { get; set; } = new();
    public bool IsOn { get; private set; }
    public bool IsRequired => User.Role is { } role && settings.SecondFactorRoles.Contains(role);
    public int RecoveryCodesLeft { get; private set; }
    public string SecretText { get; private set; } = "";
    public QrPicture Picture { get; private set; } = null!;
    public IReadOnlyList<string>? RecoveryCodes { get; private set; }

    public async Task OnGetAsync() => Show(await MeAsync(), SecondFactor.NewSecret());

    public async Task<IActionResult> OnPostAsync()
    {
        var me = await MeAsync();
        if (me.TwoFactorEnabled) return RedirectToPage();
        if (secondFactor.Unseal(me, Input.Seal) is not { } secret) return RedirectToPage();            // shown too long ago
        if (!await stepUp.PasswordIsRightAsync(User, Input.Password)) return Refuse(me, secret, T["This is not your password."]);
        if (secondFactor.Enable(me, secret, Input.Code) is not { } codes) return Refuse(me, secret, T["This code does not match. Is the clock of your telephone right?"]);

        await KeepAsync(me, AuditActions.SecondFactorOn);
        RecoveryCodes = codes;
        return Page();
    }

    public async Task<IActionResult> OnPostCodesAsync()
    {
        var me = await MeAsync();
        if (!me.TwoFactorEnabled) return RedirectToPage();
        if (!await stepUp.PasswordIsRightAsync(User, Input.Password)) return Refuse(me, null, T["This is not your password."]);
        RecoveryCodes = SecondFactor.MakeRecoveryCodes(me);
        await KeepAsync(me, AuditActions.RecoveryCodesMade);
        return Page();
    }

    public async Task<IActionResult> OnPostOffAsync()
    {
        var me = await MeAsync();
        if (!me.TwoFactorEnabled) return RedirectToPage();
        if (!await stepUp.PasswordIsRightAsync(User, Input.Password)) return Refuse(me, null, T["This is not your password."]);
        SecondFactor.Disable(me);
        await KeepAsync(me, AuditActions.SecondFactorOff);
        return RedirectToPage();
    }

    private async Task<User> MeAsync() => await users.FindByIdAsync(User.Id.ToString()) ?? throw new InvalidOperationException("The signed-in user is not there.");

    // Whoever else is signed in as this person is out; this session goes on with what it now is.
    private async Task KeepAsync(User me, string action)
    {
        await using var transaction = await db.Database.BeginTransactionAsync();
        await users.UpdateSecurityStampAsync(me);                     // saves the person too
        db.Audit(HttpContext.Actor, action, clock.GetUtcNow(), "user", me.Id.ToString());
        await db.SaveChangesAsync();
        await tickets.EndOthersAsync(db, HttpContext, me.Id);
        await transaction.CommitAsync();
        await signIn.RefreshSignInAsync(me);
    }

    private PageResult Refuse(User me, byte[]? secret, string why)
    {
        ModelState.AddModelError("", why);
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        Show(me, secret ?? SecondFactor.NewSecret());
        return Page();
    }

    private void Show(User me, byte[] secret)
    {
        (IsOn, RecoveryCodesLeft) = (me.TwoFactorEnabled, SecondFactor.RecoveryCodesLeft(me));
        if (IsOn) return;
        ModelState.Remove("Input.Seal");
        Input.Seal = secondFactor.Seal(me, secret);
        SecretText = string.Join(' ', SecondFactor.Base32(secret).Chunk(4).Select(part => new string(part)));
        Picture = QrPicture.Of(SecondFactor.SetupUri(me, secret));
    }
}

public sealed class SecondFactorSetupInput
{
    [StringLength(10)] public string? Code { get; set; }
    [StringLength(Passwords.Longest), DataType(DataType.Password)] public string? Password { get; set; }
    [StringLength(1000)] public string? Seal { get; set; }
}
