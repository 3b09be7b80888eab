using ClausumPanel.Assess;
using ClausumPanel.Assess.Rules;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Protection;

/// <summary>The rules in their order: read by everybody, changed by admins in a draft of their own.</summary>
public sealed class RulesModel(PolicyDesk desk, IAuthorizationService authorization, TimeProvider clock, Texts T) : PageModel
{
    [TempData] public string? Said { get; set; }
    public string? Refused { get; private set; }
    public DraftView? Draft { get; private set; }
    public IReadOnlyList<PolicyRule> Rules { get; private set; } = [];
    public bool MayEdit { get; private set; }

    /// <summary>What is odd about each rule beside the others, by its id.</summary>
    public ILookup<string, RuleWarning> Warnings { get; private set; } = Array.Empty<RuleWarning>().ToLookup(warning => warning.RuleId);

    public async Task OnGetAsync(CancellationToken stop) => await LoadAsync(stop);

    public Task<IActionResult> OnPostMoveAsync(string id, int by, CancellationToken stop) => ReorderAsync(ids =>
    {
        var from = ids.IndexOf(id);
        if (from < 0) return;
        ids.RemoveAt(from);
        ids.Insert(Math.Clamp(from + Math.Sign(by), 0, ids.Count), id);
    }, stop);

    public Task<IActionResult> OnPostRemoveAsync(string id, CancellationToken stop) => ReorderAsync(ids => ids.Remove(id), stop);

    private async Task<IActionResult> ReorderAsync(Action<List<string>> change, CancellationToken stop)
    {
        await LoadAsync(stop);
        if (!MayEdit) return Forbid();
        List<string> ids = [.. Rules.Select(rule => rule.Id)];
        change(ids);
        var outcome = await desk.ChangeAsync(HttpContext.Actor, [new PolicyChange(PolicyChanges.RuleOrder, null, (IReadOnlyList<string>)ids)], mayRules: true, stop);
        if (outcome.Refusal is null)
        {
            Said = T["Saved in your draft."];
            return RedirectToPage();
        }
        Refused = T.Say(outcome);
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Page();
    }

    private async Task LoadAsync(CancellationToken stop)
    {
        MayEdit = (await authorization.AuthorizeAsync(User, Permissions.ApproveProtection)).Succeeded;
        if ((await authorization.AuthorizeAsync(User, Permissions.EditProtection)).Succeeded) Draft = await desk.DraftAsync(User.Id, stop);
        Rules = (Draft?.Policy ?? await desk.ActiveAsync(stop)).Rules;
        Warnings = RuleWarnings.Of(Rules, clock.GetUtcNow().ToUnixTimeMilliseconds()).ToLookup(warning => warning.RuleId);
    }
}
