using System.ComponentModel.DataAnnotations;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Team;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Account;

public sealed class ProfileModel(PanelDb db, SignInManager<User> signIn, TimeProvider clock) : PageModel
{
    public static readonly IReadOnlyList<string> Zones =
        [.. TimeZoneInfo.GetSystemTimeZones().Where(z => z.HasIanaId && z.Id.Contains('/', StringComparison.Ordinal) && !z.Id.StartsWith("Etc/", StringComparison.Ordinal)).Select(z => z.Id).Order(StringComparer.Ordinal)];

    [BindProperty] public ProfileInput Input { get; set; } = new();
    [TempData] public bool Saved { get; set; }
    public string Email { get; private set; } = "";

    public async Task OnGetAsync(CancellationToken stop)
    {
        var me = await MeAsync(stop);
        Input = new ProfileInput { DisplayName = me.DisplayName, Culture = me.Culture, TimeZone = me.TimeZone, Theme = me.Theme };
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken stop)
    {
        var me = await MeAsync(stop);
        if (!ModelState.IsValid)
        {
            Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            return Page();
        }
        var before = new { me.DisplayName, me.Culture, me.TimeZone, me.Theme };
        (me.DisplayName, me.Culture, me.TimeZone, me.Theme) = (Input.DisplayName.Trim(), Input.Culture, Input.TimeZone, Input.Theme);
        db.Audit(HttpContext.Actor, AuditActions.ProfileChanged, clock.GetUtcNow(), "user", me.Id.ToString(), before, new { me.DisplayName, me.Culture, me.TimeZone, me.Theme });
        await db.SaveChangesAsync(CancellationToken.None);
        await signIn.RefreshSignInAsync(me);
        Saved = true;
        return RedirectToPage();
    }

    private async Task<User> MeAsync(CancellationToken stop)
    {
        var id = User.Id;
        var me = await db.Users.SingleAsync(u => u.Id == id, stop);
        Email = me.Email!;
        return me;
    }
}

public sealed class ProfileInput : IValidatableObject
{
    [Required(ErrorMessage = "Write your name."), StringLength(100)] public string DisplayName { get; set; } = "";
    [RegularExpression("es-MX|en-US")] public string? Culture { get; set; }
    public string? TimeZone { get; set; }
    public Theme Theme { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (TimeZone is not null && !ProfileModel.Zones.Contains(TimeZone)) yield return new ValidationResult("There is no such time zone.", [nameof(TimeZone)]);
    }
}
