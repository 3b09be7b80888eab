using System.ComponentModel.DataAnnotations;
using ClausumPanel.Assess;
using ClausumPanel.Assess.Rules;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Protection;

/// <summary>One rule as text, checked while it is typed; saved in the admin's own draft.</summary>
public sealed class RuleModel(PolicyDesk desk, Reader reader, TimeProvider clock, Texts T) : PageModel
{
    private const int LongestId = 40;

    [BindProperty] public RuleInput Input { get; set; } = new();
    public string? Id { get; private set; }
    public string? Refused { get; private set; }
    public IReadOnlyList<RuleProblem> Problems { get; private set; } = [];

    /// <summary>What is odd about it beside the other rules of the draft.</summary>
    public IReadOnlyList<RuleWarning> Warnings { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(string? id, string? template, CancellationToken stop)
    {
        Id = id;
        if (id is null)
        {
            if (RuleTemplates.All.FirstOrDefault(known => known.Key == template) is { } chosen) Input = new RuleInput { Name = T[chosen.Name], Text = chosen.Text, Reason = T[chosen.Reason] };
            return Page();
        }
        if (await FindAsync(id, stop) is not { } rule) return NotFound();
        Input = new RuleInput
        {
            Name = rule.Name, Text = rule.Text, Reason = rule.Reason, Flow = rule.Flow, Currency = rule.Currency, Submerchant = rule.Submerchant, Starts = Shown(rule.Starts), Ends = Shown(rule.Ends),
            Enabled = rule.Enabled, ObserveOnly = rule.ObserveOnly,
        };
        await WarnAsync(stop);
        return Page();
    }

    /// <summary>What is wrong with the rule so far, and what is odd about it.</summary>
    public async Task<IActionResult> OnPostCheckAsync(string? id, CancellationToken stop)
    {
        ModelState.Clear();
        Id = id;
        await CheckAsync(stop);
        if (Problems.Count == 0) await WarnAsync(stop);
        return this.Fragment("_RuleProblems");
    }

    public async Task<IActionResult> OnPostAsync(string? id, CancellationToken stop)
    {
        Id = id;
        var policy = (await desk.DraftAsync(User.Id, stop))?.Policy ?? await desk.ActiveAsync(stop);
        if (id is not null && policy.Rules.All(rule => rule.Id != id)) return NotFound();
        if (Input.Enabled) await CheckAsync(stop);
        if (!ModelState.IsValid || Problems.Count > 0) return Again();
        var changed = policy with { Rules = With(policy, Entered(policy)) };
        var outcome = await desk.ChangeAsync(HttpContext.Actor, PolicyChanges.Between(policy, changed), mayRules: true, stop);
        if (outcome.Refusal is null) return RedirectToPage("Rules");
        Refused = T.Say(outcome);
        return Again();
    }

    private PageResult Again()
    {
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Page();
    }

    private async Task CheckAsync(CancellationToken stop) => Problems = CompiledRule.TryCompile(Input.Text ?? "", await desk.ListsAsync(await desk.ActiveAsync(stop), stop), out _, out var problems) ? [] : problems;

    private async Task WarnAsync(CancellationToken stop)
    {
        var policy = (await desk.DraftAsync(User.Id, stop))?.Policy ?? await desk.ActiveAsync(stop);
        var rule = Entered(policy);
        Warnings = [.. RuleWarnings.Of(With(policy, rule), clock.GetUtcNow().ToUnixTimeMilliseconds()).Where(warning => warning.RuleId == rule.Id || warning.Other == rule.Id)];
    }

    private PolicyRule Entered(Policy policy)
    {
        var name = (Input.Name ?? "").Trim();
        return new PolicyRule(Id ?? NewId(name, policy), name.Length == 0 ? T["This rule"] : name, Input.Text ?? "", (Input.Reason ?? "").Trim())
        {
            Flow = Input.Flow, Currency = string.IsNullOrWhiteSpace(Input.Currency) ? null : Input.Currency.Trim().ToUpperInvariant(), Submerchant = string.IsNullOrWhiteSpace(Input.Submerchant) ? null : Input.Submerchant.Trim(),
            Starts = Moment(Input.Starts), Ends = Moment(Input.Ends), Enabled = Input.Enabled, ObserveOnly = Input.ObserveOnly,
        };
    }

    private static IReadOnlyList<PolicyRule> With(Policy policy, PolicyRule rule) =>
        policy.Rules.Any(known => known.Id == rule.Id) ? [.. policy.Rules.Select(known => known.Id == rule.Id ? rule : known)] : [.. policy.Rules, rule];

    private async Task<PolicyRule?> FindAsync(string id, CancellationToken stop) =>
        ((await desk.DraftAsync(User.Id, stop))?.Policy ?? await desk.ActiveAsync(stop)).Rules.FirstOrDefault(rule => rule.Id == id);

    private DateTime? Shown(long? moment) => moment is { } known ? reader.Zoned(DateTimeOffset.FromUnixTimeMilliseconds(known)).DateTime : null;

    private long? Moment(DateTime? local) => local is { } known ? new DateTimeOffset(DateTime.SpecifyKind(known, DateTimeKind.Unspecified), reader.Zone.GetUtcOffset(known)).ToUnixTimeMilliseconds() : null;

    /// <summary>Letters and digits of the name; a number behind it where somebody has it already.</summary>
    private static string NewId(string name, Policy policy)
    {
        var letters = new string([.. name.Normalize(System.Text.NormalizationForm.FormD).ToLowerInvariant().Where(c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '-' or '_').Select(c => c == ' ' ? '-' : c)]).Trim('-', '_');
        var stem = letters.Length == 0 ? "rule" : letters.Length > LongestId ? letters[..LongestId].Trim('-', '_') : letters;
        var id = stem;
        for (var number = 2; policy.Rules.Any(rule => rule.Id == id); number++) id = $"{stem}-{number}";
        return id;
    }
}

public sealed class RuleInput
{
    [Required(ErrorMessage = "Give it a name."), StringLength(100, ErrorMessage = "At most 100 characters.")] public string Name { get; set; } = "";
    [Required(ErrorMessage = "Write the rule.")] public string Text { get; set; } = "";
    [Required(ErrorMessage = "Say why it is there."), StringLength(500, ErrorMessage = "At most 500 characters.")] public string Reason { get; set; } = "";
    public Flow? Flow { get; set; }
    public string? Currency { get; set; }
    public string? Submerchant { get; set; }
    public DateTime? Starts { get; set; }
    public DateTime? Ends { get; set; }
    public bool Enabled { get; set; } = true;
    public bool ObserveOnly { get; set; }
}
