using System.ComponentModel.DataAnnotations;
using ClausumPanel.Storage;
using ClausumPanel.Web.Enrichment;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Pages.Account;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.Extensions.Options;

namespace ClausumPanel.Web.Pages.Settings;

public sealed class SettingsModel(PanelDb db, StepUp stepUp, LiveSettings settings, ReferenceData data, IOptions<SecurityOptions> security, RetentionTerms terms, TimeProvider clock, Texts T) : PageModel
{
    [BindProperty] public SettingsInput Input { get; set; } = new();
    [TempData] public string? Said { get; set; }

    /// <summary>Why maintenance was not switched.</summary>
    public string? Refused { get; private set; }
    public FailOpenTest? LastTest { get; private set; }
    public bool InMaintenance => settings.Now(LiveSetting.Maintenance) == "on";
    public int TurnedAway => settings.TurnedAway;
    public int Kept(RetentionTerm term) => terms[term.What];
    public int SessionHours => security.Value.AbsoluteHours;
    public IReadOnlyList<DataFile> Files => data.Files;

    /// <summary>What holds now is among them, however the operator has spelt it.</summary>
    public IReadOnlyList<string> Zones => ProfileModel.Zones.Contains(settings.Now(LiveSetting.TimeZone)) ? ProfileModel.Zones : [settings.Now(LiveSetting.TimeZone), .. ProfileModel.Zones];

    public async Task OnGetAsync(CancellationToken stop)
    {
        Show();
        LastTest = await LiveSettings.FailOpenTestAsync(db, stop);
    }

    private void Show()
    {
        Input = new SettingsInput
        {
            Organization = settings.Now(LiveSetting.Organization), OrganizationType = settings.Now(LiveSetting.OrganizationType), Language = settings.Now(LiveSetting.Language),
            TimeZone = settings.Now(LiveSetting.TimeZone), FourEyes = settings.Now(LiveSetting.FourEyes), ChallengeAsks = settings.Now(LiveSetting.ChallengeAsks),
        };
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken stop)
    {
        // Who must look at a change is what a stolen session would want to say first.
        if (ModelState.IsValid && Input.FourEyes is { } eyes && !IsFixed(LiveSetting.FourEyes) && eyes != settings.Now(LiveSetting.FourEyes) && !await stepUp.PasswordIsRightAsync(User, Input.Password))
            ModelState.AddModelError("Input.Password", T["This is not your password."]);
        if (!ModelState.IsValid)
        {
            Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            LastTest = await LiveSettings.FailOpenTestAsync(db, stop);
            return Page();
        }
        // A field that is read-only is not sent; what is not sent stays.
        var wanted = new Dictionary<LiveSetting, string?>
        {
            [LiveSetting.Organization] = Request.Form.ContainsKey("Input.Organization") ? Input.Organization?.Trim() ?? "" : null,
            [LiveSetting.OrganizationType] = Input.OrganizationType, [LiveSetting.Language] = Input.Language, [LiveSetting.TimeZone] = Input.TimeZone, [LiveSetting.FourEyes] = Input.FourEyes,
            [LiveSetting.ChallengeAsks] = Request.Form.ContainsKey("Input.ChallengeAsks") ? ListTexts.Clean(Input.ChallengeAsks) ?? "" : null,
        };
        await SaveAsync(wanted.Where(w => w.Value is not null).ToDictionary(w => w.Key, w => w.Value!), stop);
        Said = T["Saved."];
        return RedirectToPage();
    }

    public async Task<IActionResult> OnPostMaintenanceAsync(bool on, string? password, CancellationToken stop)
    {
        if (!await stepUp.PasswordIsRightAsync(User, password))
        {
            ModelState.Clear();             // the form of the company was not sent
            Refused = T["This is not your password."];
            Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            await OnGetAsync(stop);
            return Page();
        }
        await SaveAsync(new Dictionary<LiveSetting, string> { [LiveSetting.Maintenance] = on ? "on" : "off" }, stop);
        Said = on ? T["Maintenance is on: assessments are turned away."] : T["Assessments are taken again."];
        return RedirectToPage();
    }

    public bool IsFixed(LiveSetting setting) => settings.IsFixed(setting);

    public string Says(DataFile file) => file.Setting switch
    {
        nameof(DataOptions.IpCountries) => T["The country of every network"],
        nameof(DataOptions.HostingNetworks) => T["Networks of hosting providers"],
        nameof(DataOptions.DisposableDomains) => T["Throw-away mailboxes"],
        nameof(DataOptions.FreeDomains) => T["Free mail providers"],
        nameof(DataOptions.MoreFreeDomains) => T["Free mail providers, added"],
        nameof(DataOptions.SuspiciousTlds) => T["Top-level domains that abuse prefers"],
        nameof(DataOptions.NameVocabulary) => T["What ordinary names look like"],
        nameof(DataOptions.Robots) => T["User agents of robots"],
        nameof(DataOptions.TimeZones) => T["Time zones of countries"],
        nameof(DataOptions.MexicanBanks) => T["Mexican banks by CLABE"],
        nameof(DataOptions.SchemeProgrammes) => T["Limits of the card schemes' programmes"],
        _ => file.Setting,
    };

    private Task SaveAsync(IReadOnlyDictionary<LiveSetting, string> wanted, CancellationToken stop) => settings.SaveAsync(db, wanted, HttpContext.Actor, clock.GetUtcNow(), stop);
}

public sealed class SettingsInput : IValidatableObject
{
    [StringLength(100, ErrorMessage = "The name has at most 100 characters.")] public string? Organization { get; set; }
    [RegularExpression("comercio|psp|banco", ErrorMessage = "Choose one of the three.")] public string? OrganizationType { get; set; }
    [RegularExpression("es-MX|en-US", ErrorMessage = "Choose one of the two languages.")] public string? Language { get; set; }
    public string? TimeZone { get; set; }
    [RegularExpression("Auto|On|Off", ErrorMessage = "Choose one of the three.")] public string? FourEyes { get; set; }
    [StringLength(ReviewOptions.LongestAsked, ErrorMessage = "It has at most 120 characters.")] public string? ChallengeAsks { get; set; }
    [StringLength(Passwords.Longest), DataType(DataType.Password)] public string? Password { get; set; }

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (TimeZone is not null && !TimeZoneInfo.TryFindSystemTimeZoneById(TimeZone, out _)) yield return new ValidationResult("There is no such time zone.", [nameof(TimeZone)]);
    }
}
