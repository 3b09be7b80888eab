using System.Globalization;
using ClausumPanel.Assess;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Protection;

/// <summary>What a report of fraud does to the lists, by its reason: read by everybody, changed in a draft of one's own.</summary>
public sealed class ReportsModel(PolicyDesk desk, Texts T) : PageModel
{
    [TempData] public string? Said { get; set; }

    /// <summary>What was refused, in the reader's words.</summary>
    public string? Refused { get; private set; }
    public Policy Active { get; private set; } = null!;

    /// <summary>The reader's draft; null when there is none.</summary>
    public DraftView? Draft { get; private set; }

    /// <summary>What the page shows and edits: the draft, else what holds now.</summary>
    public Policy Shown => Draft?.Policy ?? Active;
    public bool MayEdit => User.May(Permissions.EditProtection);

    public async Task OnGetAsync(CancellationToken stop) => await LoadAsync(stop);

    public async Task<IActionResult> OnPostAsync(CancellationToken stop)
    {
        if (!MayEdit) return Forbid();
        var changes = new List<PolicyChange>();
        foreach (var reason in ReportEffects.Reasons)
            foreach (var type in ReportEffects.Types)
            {
                var (key, severity, days) = (Key(reason, type), Typed("severity", reason, type), Typed("days", reason, type));
                var place = $"{PolicyChanges.Effects}.{key}";
                long? lasting = null;
                if (severity.Length == 0)
                {
                    if (days.Length > 0) return await RefuseAsync(T["{0}, {1}: days need an effect.", T.Name(reason), T.Name(type)], stop);
                }
                else if (ReportEffects.Severity(severity) is not { } known || !ReportEffects.Severities(type).Contains(known)) return await RefuseAsync(T["{0}, {1}: choose one of the effects offered.", T.Name(reason), T.Name(type)], stop);
                else if (days.Length > 0)
                {
                    if (!int.TryParse(days, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number is < 1 or > ReportEffects.MostDays)
                        return await RefuseAsync(T["{0}, {1}: the days are a whole number from 1 to {2}.", T.Name(reason), T.Name(type), ReportEffects.MostDays], stop);
                    lasting = number;
                }
                changes.Add(new PolicyChange($"{place}.severity", null, severity.Length == 0 ? null : severity));
                changes.Add(new PolicyChange($"{place}.days", null, lasting));
            }
        return await ChangeAsync(changes, stop);
    }

    public async Task<IActionResult> OnPostDocumentedAsync(CancellationToken stop)
    {
        if (!MayEdit) return Forbid();
        await LoadAsync(stop);
        return await ChangeAsync(PolicyChanges.Between(Shown, Shown with { ReportEffects = ReportEffects.Documented }), stop);
    }

    /// <summary>What stands in the form: what was typed and refused, else what the policy says.</summary>
    public EffectCell Cell(FraudReason reason, ListType type)
    {
        var (now, active) = (Find(Shown, reason, type), Find(Active, reason, type));
        if (Refused is not null && Request.HasFormContentType) return new EffectCell(Typed("severity", reason, type), Typed("days", reason, type), now != active);
        return new EffectCell(now is { } its ? ReportEffects.Word(its.Severity) : "", now?.Days?.ToString(CultureInfo.InvariantCulture) ?? "", now != active);
    }

    private static ReportEffect? Find(Policy policy, FraudReason reason, ListType type)
    {
        foreach (var effect in policy.ReportEffects)
            if (effect.Reason == reason && effect.Type == type) return effect;
        return null;
    }

    private static string Key(FraudReason reason, ListType type) => $"{reason.Word()}.{ReportEffects.Word(type)}";

    private string Typed(string what, FraudReason reason, ListType type) => Request.Form[$"{what}.{Key(reason, type)}"].ToString().Trim();

    private async Task<IActionResult> ChangeAsync(IReadOnlyList<PolicyChange> changes, CancellationToken stop)
    {
        var outcome = await desk.ChangeAsync(HttpContext.Actor, changes, mayRules: false, stop);
        if (outcome.Refusal is not null) return await RefuseAsync(T.Say(outcome), stop);
        Said = T["Saved in your draft."];
        return RedirectToPage();
    }

    private async Task<IActionResult> RefuseAsync(string why, CancellationToken stop)
    {
        Refused = why;
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        await LoadAsync(stop);
        return Page();
    }

    private async Task LoadAsync(CancellationToken stop)
    {
        Active = await desk.ActiveAsync(stop);
        if (MayEdit) Draft = await desk.DraftAsync(User.Id, stop);
    }
}

/// <param name="Severity">Its word; empty: the report does nothing to that list.</param>
/// <param name="Days">As typed; empty: until somebody ends it.</param>
/// <param name="IsChanged">The draft says otherwise than what holds now.</param>
public sealed record EffectCell(string Severity, string Days, bool IsChanged);
