using System.ComponentModel.DataAnnotations;
using ClausumPanel.Storage.Keys;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Connections;

public sealed class NewKeyModel(ChangeKeys keys, StepUp stepUp, Texts T) : PageModel
{
    [BindProperty(SupportsGet = true)] public string? Type { get; set; }
    [BindProperty] public NewKeyInput Input { get; set; } = new();
    public KeyType Kind { get; private set; }
    /// <summary>Shown on the page that answers the form, and never again.</summary>
    public string? Key { get; private set; }

    public string Title => Kind switch
    {
        KeyType.Server => T["Create server key"],
        KeyType.Checkout => T["Create checkout key"],
        KeyType.Ingest => T["Create event ingest key"],
    };

    public IActionResult OnGet()
    {
        if (!KeyTypes.TryParse(Type ?? "server", out var kind)) return NotFound();
        Kind = kind;
        Input.Permissions = [.. KeyPermissions.Of(kind)];
        return Page();
    }

    public async Task<IActionResult> OnPostAsync()
    {
        if (!KeyTypes.TryParse(Type, out var kind)) return NotFound();
        Kind = kind;
        if (!Origins.TryRead(Input.Origins, out var origins, out var wrong)) ModelState.AddModelError("Input.Origins", T["{0} is not an origin: write https:// and the host, nothing after.", wrong]);
        var permissions = kind == KeyType.Server ? string.Join(' ', Input.Permissions) : string.Join(' ', KeyPermissions.Of(kind));
        if (!KeyPermissions.TryRead(kind, permissions, out permissions)) ModelState.AddModelError("Input.Permissions", T["Choose at least one."]);
        if (ModelState.IsValid && !await stepUp.PasswordIsRightAsync(User, Input.Password)) ModelState.AddModelError("Input.Password", T["This is not your password."]);
        if (!ModelState.IsValid)
        {
            Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            return Page();
        }

        (_, Key) = await keys.CreateAsync(new WantedKey(Input.Name, kind, permissions, Input.PerMinute, Input.PerDay, origins, Input.ExpiresInDays), HttpContext.Actor);
        return Page();
    }

    public string PermissionName(string permission) => permission switch
    {
        KeyPermissions.Assess => T["Assess payments and payouts"],
        KeyPermissions.ReportFraud => T["Report fraud"],
        KeyPermissions.ReadTransactions => T["Read transactions"],
        KeyPermissions.Disputes => T["Tell of disputes and read them"],
        KeyPermissions.Submerchants => T["Keep the registry of sub-merchants"],
        _ => permission,
    };
}

public sealed class NewKeyInput
{
    [Required(ErrorMessage = "Give the key a name."), StringLength(100)] public string Name { get; set; } = "";
    [Range(1, int.MaxValue, ErrorMessage = "Write a whole number of at least 1.")] public int PerMinute { get; set; } = ApiKey.DefaultPerMinute;
    [Range(1, int.MaxValue, ErrorMessage = "Write a whole number of at least 1.")] public int? PerDay { get; set; }
    [Range(1, 3650, ErrorMessage = "Write a whole number from 1 to 3650.")] public int? ExpiresInDays { get; set; }
    public string[] Permissions { get; set; } = [];
    [StringLength(2000)] public string? Origins { get; set; }
    [Required(ErrorMessage = "Write your password."), StringLength(Passwords.Longest), DataType(DataType.Password)] public string Password { get; set; } = "";
}
