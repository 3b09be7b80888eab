using System.ComponentModel.DataAnnotations;
using ClausumPanel.Assess;
using ClausumPanel.Assess.Rules;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Submerchants;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.ModelBinding;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Protection;

/// <summary>One rule, as text or as what its text says laid out; checked while it is written, saved in the admin's own draft.</summary>
[RequestFormLimits(ValueCountLimit = MostFields)]
public sealed class RuleModel(PanelDb db, PolicyDesk desk, RuleTrial trial, FindPayment payments, AssessmentReader assessments, SubmerchantShelf submerchants, Reader reader, TimeProvider clock, Texts T) : PageModel
{
    public const string AsBuilder = "builder", AsText = "text";

    // Each row has a handful, and the longest rule has hundreds of rows.
    private const int MostFields = 8_192, LongestId = 40;

    private RuleLists? _lists;

    [BindProperty] public RuleInput Input { get; set; } = new();
    public string? Id { get; private set; }
    public string? Refused { get; private set; }
    public IReadOnlyList<RuleProblem> Problems { get; private set; } = [];

    /// <summary>Which of the two is on the page: <see cref="AsBuilder"/> or <see cref="AsText"/>. Null: the builder, when the text can be read.</summary>
    [BindProperty] public string? View { get; set; }
    public RuleBuilder Builder { get; private set; } = null!;

    /// <summary>The assessment, session or order the rule is tried on.</summary>
    [BindProperty] public string? Which { get; set; }
    public RuleTrialCount? Counted { get; private set; }
    public IReadOnlyList<AssessmentLine> NewestHits { get; private set; } = [];
    public StoredAssessment? Tried { get; private set; }
    public RuleTrialCase? Case { get; private set; }

    /// <summary>Why it was not tried, in English; the panel translates it.</summary>
    public string? NotTried { get; private set; }

    /// <summary>What is odd about it beside the other rules of the draft.</summary>
    public IReadOnlyList<RuleWarning> Warnings { get; private set; } = [];

    public async Task<IActionResult> OnGetAsync(string? id, string? template, CancellationToken stop)
    {
        Id = id;
        if (id is null)
        {
            if (RuleTemplates.All.FirstOrDefault(known => known.Key == template) is { } chosen) Input = new RuleInput { Name = T[chosen.Name], Text = chosen.Text, Reason = T[chosen.Reason] };
            await BuildAsync(stop);
            return Page();
        }
        if (await FindAsync(id, stop) is not { } rule) return NotFound();
        Input = new RuleInput
        {
            Name = rule.Name, Text = rule.Text, Reason = rule.Reason, Flow = rule.Flow, Currency = rule.Currency, Submerchant = rule.Submerchant, Starts = Shown(rule.Starts), Ends = Shown(rule.Ends),
            Enabled = rule.Enabled, ObserveOnly = rule.ObserveOnly,
        };
        await BuildAsync(stop);
        await WarnAsync(stop);
        return Page();
    }

    /// <summary>The rule as it was, with one thing of it changed in the builder, and whatever was changed in its fields.</summary>
    public async Task<IActionResult> OnPostBuildAsync(string? id, string? what, string? at, CancellationToken stop)
    {
        ModelState.Clear();
        Id = id;
        if (what == AsText) View = AsText;
        var isTaken = await TakeAsync(stop);
        if (what is not null and not AsText) Builder.Do(what, at ?? "", isTaken);
        Put(Builder.Text);
        // What htmx swaps has the text; the field's own watch asks for the rest.
        if (!Request.IsHtmx) await CheckAsync(stop);
        return this.Fragment("_RuleBuilder");
    }

    /// <summary>What is wrong with the rule so far, and what is odd about it.</summary>
    public async Task<IActionResult> OnPostCheckAsync(string? id, CancellationToken stop)
    {
        ModelState.Clear();
        Id = id;
        await TakeAsync(stop);
        await CheckAsync(stop);
        if (Problems.Count == 0) await WarnAsync(stop);
        return this.Fragment("_RuleProblems");
    }

    /// <summary>What it would have hit of late.</summary>
    public async Task<IActionResult> OnPostCountAsync(string? id, CancellationToken stop)
    {
        Id = id;
        ModelState.Clear();
        await TakeAsync(stop);
        if (await CompileAsync(stop) is { } compiled)
        {
            Counted = await trial.CountAsync(Written("new"), compiled, stop);
            NewestHits = await assessments.LinesAsync([.. Counted.Newest], stop);
        }
        return this.Fragment("_RuleCount");
    }

    /// <summary>Which of its conditions is true of one stored assessment.</summary>
    public async Task<IActionResult> OnPostTryAsync(string? id, string? pick, CancellationToken stop)
    {
        Id = id;
        ModelState.Clear();
        await TakeAsync(stop);
        Which = (pick ?? Which)?.Trim();
        if (await CompileAsync(stop) is not { } compiled) NotTried = "The rule cannot be read yet: what is wrong stands under its text.";
        else if (string.IsNullOrEmpty(Which)) NotTried = "Write the number of an assessment, a session or an order.";
        else if ((await payments.ByTransactionAsync(Which, stop) ?? await payments.ByOrderAsync(Which, stop)) is not { } found) NotTried = "No assessment has that number.";
        else if ((Case = RuleTrial.Explain(Written("new"), compiled, Tried = found)) is null) NotTried = "What was known of that one cannot be read.";
        return this.Fragment("_RuleCase");
    }

    public async Task<IActionResult> OnPostAsync(string? id, CancellationToken stop)
    {
        Id = id;
        await TakeAsync(stop);
        var policy = (await desk.DraftAsync(User.Id, stop))?.Policy ?? await desk.ActiveAsync(stop);
        if (id is not null && policy.Rules.All(rule => rule.Id != id)) return NotFound();
        if (Input.Enabled) await CheckAsync(stop);
        if (Builder.IsUnfinished) ModelState.AddModelError("Input.Text", T["First complete the condition that is marked."]);
        if (!ModelState.IsValid || Problems.Count > 0) return Again();
        var changed = policy with { Rules = With(policy, Written(id ?? NewId(Input.Name, policy.Rules))) };
        var outcome = await desk.ChangeAsync(HttpContext.Actor, PolicyChanges.Between(policy, changed), mayRules: true, stop);
        if (outcome.Refusal is null) return RedirectToPage("Rules");
        Refused = T.Say(outcome);
        return Again();
    }

    /// <summary>The rule as the form has it, whether it is right or not.</summary>
    private PolicyRule Written(string id) => new(id, Input.Name?.Trim() ?? "", Input.Text ?? "", Input.Reason?.Trim() ?? "")
    {
        Flow = Input.Flow, Currency = string.IsNullOrWhiteSpace(Input.Currency) ? null : Input.Currency.Trim().ToUpperInvariant(), Submerchant = string.IsNullOrWhiteSpace(Input.Submerchant) ? null : submerchants.Current.NameOf(Input.Submerchant.Trim()),
        Starts = Moment(Input.Starts), Ends = Moment(Input.Ends), Enabled = Input.Enabled, ObserveOnly = Input.ObserveOnly,
    };

    /// <summary>The text, ready to be asked with the lists as they stand; null when something is wrong with it.</summary>
    private async Task<CompiledRule?> CompileAsync(CancellationToken stop)
    {
        await CheckAsync(stop);
        return Problems.Count == 0 && CompiledRule.TryCompile(Input.Text ?? "", await trial.ListsAsync(stop), out var compiled, out _) ? compiled : null;
    }

    private PageResult Again()
    {
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Page();
    }

    private async Task CheckAsync(CancellationToken stop) => Problems = CompiledRule.TryCompile(Input.Text ?? "", await ListsAsync(stop), out _, out var problems) ? [] : problems;

    private async Task<RuleLists> ListsAsync(CancellationToken stop) => _lists ??= await desk.ListsAsync(await desk.ActiveAsync(stop), stop);

    private async Task BuildAsync(CancellationToken stop)
    {
        Builder = new RuleBuilder(T, await ListsAsync(stop), await db.NamedListSizesAsync(stop), Input.Text, Input.Currency);
        View ??= Builder.Outline is not null || Builder.IsEmpty ? AsBuilder : AsText;
    }

    /// <summary>The builder, with what was changed in its fields taken over into the text.</summary>
    private async Task<bool> TakeAsync(CancellationToken stop)
    {
        await BuildAsync(stop);
        var isTaken = Builder.Take(Request.Form);
        Put(Builder.Text);
        return isTaken;
    }

    private void Put(string text)
    {
        Input.Text = text;
        if (ModelState.ContainsKey("Input.Text")) ModelState.SetModelValue("Input.Text", new ValueProviderResult(text));
    }

    private async Task WarnAsync(CancellationToken stop)
    {
        var policy = (await desk.DraftAsync(User.Id, stop))?.Policy ?? await desk.ActiveAsync(stop);
        var name = Input.Name?.Trim() ?? "";
        var rule = Written(Id ?? NewId(name, policy.Rules)) with { Name = name.Length == 0 ? T["This rule"] : name };
        Warnings = [.. RuleWarnings.Of(With(policy, rule), clock.GetUtcNow().ToUnixTimeMilliseconds()).Where(warning => warning.RuleId == rule.Id || warning.Other == rule.Id)];
    }

    private static IReadOnlyList<PolicyRule> With(Policy policy, PolicyRule rule) =>
        policy.Rules.Any(known => known.Id == rule.Id) ? [.. policy.Rules.Select(known => known.Id == rule.Id ? rule : known)] : [.. policy.Rules, rule];

    private async Task<PolicyRule?> FindAsync(string id, CancellationToken stop) =>
        ((await desk.DraftAsync(User.Id, stop))?.Policy ?? await desk.ActiveAsync(stop)).Rules.FirstOrDefault(rule => rule.Id == id);

    private DateTime? Shown(long? moment) => moment is { } known ? reader.Zoned(DateTimeOffset.FromUnixTimeMilliseconds(known)).DateTime : null;

    private long? Moment(DateTime? local) => local is { } known ? new DateTimeOffset(DateTime.SpecifyKind(known, DateTimeKind.Unspecified), reader.Zone.GetUtcOffset(known)).ToUnixTimeMilliseconds() : null;

    /// <summary>Letters and digits of the name; a number behind it where somebody has it already.</summary>
    internal static string NewId(string name, IReadOnlyList<PolicyRule> rules)
    {
        var letters = new string([.. name.Normalize(System.Text.NormalizationForm.FormD).ToLowerInvariant().Where(c => char.IsAsciiLetterOrDigit(c) || c is ' ' or '-' or '_').Select(c => c == ' ' ? '-' : c)]).Trim('-', '_');
        var stem = letters.Length == 0 ? "rule" : letters.Length > LongestId ? letters[..LongestId].Trim('-', '_') : letters;
        var id = stem;
        for (var number = 2; rules.Any(rule => rule.Id == id); number++) id = $"{stem}-{number}";
        return id;
    }
}

public sealed class RuleInput
{
    public const int LongestName = 100;

    [Required(ErrorMessage = "Give it a name."), StringLength(LongestName, ErrorMessage = "At most 100 characters.")] public string Name { get; set; } = "";
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
