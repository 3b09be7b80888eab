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
public sealed class RulesModel(PolicyDesk desk, RuleRecords records, IAuthorizationService authorization, TimeProvider clock, Texts T) : PageModel
{
    private Policy _policy = null!;

    [TempData] public string? Said { get; set; }
    public string? Refused { get; private set; }
    public DraftView? Draft { get; private set; }
    public IReadOnlyList<PolicyRule> Rules => _policy.Rules;
    public bool MayEdit { get; private set; }

    /// <summary>What each rule did of late, by its id.</summary>
    public IReadOnlyDictionary<string, RuleRecord> Records { get; private set; } = new Dictionary<string, RuleRecord>();

    /// <summary>How many assessments there were in that time.</summary>
    public long Assessments { get; private set; }

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

    /// <summary>Asks it from now on, or not any more.</summary>
    public Task<IActionResult> OnPostTurnAsync(string id, bool on, CancellationToken stop) => ChangeAsync(id, (rules, at) => rules[at] = rules[at] with { Enabled = on }, stop);

    /// <summary>Lets it only observe, or act.</summary>
    public Task<IActionResult> OnPostObserveAsync(string id, bool only, CancellationToken stop) => ChangeAsync(id, (rules, at) => rules[at] = rules[at] with { ObserveOnly = only }, stop);

    /// <summary>Puts a copy right behind it, turned off until somebody has changed it.</summary>
    public Task<IActionResult> OnPostDuplicateAsync(string id, CancellationToken stop) => ChangeAsync(id, (rules, at) =>
    {
        var name = T["Copy of {0}", rules[at].Name];
        if (name.Length > RuleInput.LongestName) name = name[..RuleInput.LongestName];
        rules.Insert(at + 1, rules[at] with { Id = RuleModel.NewId(rules[at].Id, rules), Name = name, Enabled = false });
    }, stop);

    private Task<IActionResult> ChangeAsync(string id, Action<List<PolicyRule>, int> change, CancellationToken stop) => ChangeAsync(policy =>
    {
        List<PolicyRule> rules = [.. policy.Rules];
        if (rules.FindIndex(rule => rule.Id == id) is >= 0 and var at) change(rules, at);
        return PolicyChanges.Between(policy, policy with { Rules = rules });
    }, stop);

    private Task<IActionResult> ReorderAsync(Action<List<string>> change, CancellationToken stop) => ChangeAsync(policy =>
    {
        List<string> ids = [.. policy.Rules.Select(rule => rule.Id)];
        change(ids);
        return [new PolicyChange(PolicyChanges.RuleOrder, null, (IReadOnlyList<string>)ids)];
    }, stop);

    private async Task<IActionResult> ChangeAsync(Func<Policy, IReadOnlyList<PolicyChange>> change, CancellationToken stop)
    {
        await LoadAsync(stop);
        if (!MayEdit) return Forbid();
        var outcome = await desk.ChangeAsync(HttpContext.Actor, change(_policy), mayRules: true, stop);
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
        _policy = Draft?.Policy ?? await desk.ActiveAsync(stop);
        (Records, Assessments) = await records.ReadAsync(stop);
        Warnings = RuleWarnings.Of(Rules, clock.GetUtcNow().ToUnixTimeMilliseconds()).ToLookup(warning => warning.RuleId);
    }
}
