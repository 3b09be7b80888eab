using ClausumPanel.Storage;
using ClausumPanel.Storage.Submerchants;
using ClausumPanel.Web.Api;
using ClausumPanel.Web.Enrichment;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Connections.Submerchants;

/// <summary>A new submerchant, or what is said of one.</summary>
public sealed class SubmerchantModel(PanelDb db, ChangeSubmerchants submerchants, SubmerchantShelf shelf, StepUp stepUp, Texts T) : PageModel
{
    [BindProperty] public SubmerchantInput Input { get; set; } = new();
    [TempData] public string? Said { get; set; }

    /// <summary>Why it was not reactivated.</summary>
    [TempData] public string? Refused { get; set; }

    /// <summary>Null: a new one.</summary>
    public RegisteredSubmerchant? Its { get; private set; }

    /// <summary>Once it is active, payments that name none are refused: whoever holds a stolen session could stop them all, so the password is asked for.</summary>
    public bool IsFirst => Its is not { IsActive: true } && !shelf.Current.MustBeNamed;

    public async Task<IActionResult> OnGetAsync(string which, CancellationToken stop)
    {
        if (!await FindAsync(which, stop)) return NotFound();
        if (Its is { } its) Input = new SubmerchantInput { ExternalId = its.ExternalId, Name = its.Name, Country = its.Country, Mcc = its.Mcc };
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(string which, CancellationToken stop)
    {
        if (!await FindAsync(which, stop)) return NotFound();
        var externalId = Its?.ExternalId ?? Text(Input.ExternalId);
        var facts = Read(externalId);
        if (facts is not null && Its is null && IsFirst && !await stepUp.PasswordIsRightAsync(User, Input.Password)) ModelState.AddModelError("Input.Password", T["This is not your password."]);
        if (facts is not null && ModelState.IsValid)
        {
            if (Its is { } its)
            {
                await submerchants.ChangeAsync(its.Id.ToString(), was => facts with { IsActive = was.IsActive }, HttpContext.Actor, stop);
                return Back(T["{0} was changed.", facts.Name]);
            }
            var (there, isNew) = await submerchants.AddAsync(externalId!, facts, HttpContext.Actor, stop);
            if (isNew) return Back(T["{0} was registered.", facts.Name]);
            ModelState.AddModelError("Input.ExternalId", T["This id is taken: {0} has it.", there.Name]);
        }
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Page();
    }

    private SubmerchantFacts? Read(string? externalId)
    {
        if (externalId is null || externalId.Length > RegisteredSubmerchant.LongestExternalId || externalId.Any(char.IsControl)) ModelState.AddModelError("Input.ExternalId", T["Id: 1 to {0} characters.", RegisteredSubmerchant.LongestExternalId]);
        else if (CardData.Has(externalId)) ModelState.AddModelError("Input.ExternalId", T["Id: this looks like a card number. Payments keep none, so it would not be found."]);
        var (name, country, mcc) = (Text(Input.Name), Text(Input.Country), Text(Input.Mcc));
        if (name is not null && CardData.Has(name)) ModelState.AddModelError("Input.Name", T["Name: this looks like a card number."]);
        if (name is null || name.Length > RegisteredSubmerchant.LongestName) ModelState.AddModelError("Input.Name", T["Name: 1 to {0} characters.", RegisteredSubmerchant.LongestName]);
        if (country is not null && (country = Countries.Find(country)) is null) ModelState.AddModelError("Input.Country", T["Country: choose one."]);
        if (mcc is not null && !RegisteredSubmerchant.IsMcc(mcc)) ModelState.AddModelError("Input.Mcc", T["Merchant category: four digits, as in 5411."]);
        return ModelState.IsValid ? new SubmerchantFacts(name!, country, mcc, IsActive: true) : null;
    }

    private static string? Text(string? written) => string.IsNullOrWhiteSpace(written) ? null : written.Trim();

    private RedirectToPageResult Back(string said)
    {
        Said = said;
        return RedirectToPage("Index");
    }

    private async Task<bool> FindAsync(string which, CancellationToken stop)
    {
        if (which == "new") return true;
        if (Guid.TryParse(which, out var id)) Its = await db.Set<RegisteredSubmerchant>().AsNoTracking().SingleOrDefaultAsync(s => s.Id == id, stop);
        return Its is not null;
    }
}

public sealed class SubmerchantInput
{
    public string? ExternalId { get; set; }
    public string? Name { get; set; }
    public string? Country { get; set; }
    public string? Mcc { get; set; }
    [System.ComponentModel.DataAnnotations.StringLength(Passwords.Longest)] public string? Password { get; set; }
}
