using System.Globalization;
using System.Text.Json.Nodes;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Storage.Simulations;
using ClausumPanel.Web.Api;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Pages.Entities;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Simulation;

/// <summary>Made-up requests through the real pipeline, and those that are kept to hold a policy against.</summary>
public sealed class IndexModel(PanelDb db, RunScenarios scenarios, PolicyDesk desk, AssessOptions assess, TimeProvider clock, Texts T) : PageModel
{
    private const int MostMoves = 5, MostReasons = 3;

    public ScenarioPlan Plan { get; private set; } = new(Flow.PayIn, "");

    /// <summary>The request as its fields show it; null while it is no JSON.</summary>
    public JsonObject? Members { get; private set; }
    public string? Name { get; private set; }
    public Decision Expected { get; private set; }
    public Preset? Chosen { get; private set; }
    public string? Refused { get; private set; }
    public string? Note { get; private set; }
    public IReadOnlyList<FieldError> Errors { get; private set; } = [];
    public IReadOnlyList<ScenarioResult> Results { get; private set; } = [];
    public IReadOnlyList<ScenarioCheck>? Checks { get; private set; }
    public IReadOnlyList<SimulationScenario> Saved { get; private set; } = [];

    /// <summary>Who may be asked beside what judges now: the words that say it, and what people call it.</summary>
    public IReadOnlyList<(string Word, string Title)> Others { get; private set; } = [];

    /// <summary>Who is asked beside it; empty: nobody.</summary>
    public string Beside { get; private set; } = "";

    /// <summary>The counts of recent activity that moved from one request to the next.</summary>
    public IReadOnlyList<VelocityMove> Moves { get; private set; } = [];

    /// <summary>Those that tell most.</summary>
    public IReadOnlyList<VelocityMove> Columns => VelocityMove.Best(Moves, MostMoves);
    [TempData] public string? Said { get; set; }

    /// <summary>The organization's offset from UTC now, as a request writes it.</summary>
    public string Offset => TimeZoneInfo.ConvertTime(clock.GetUtcNow(), assess.Zone).ToString("zzz", CultureInfo.InvariantCulture);

    public async Task<IActionResult> OnGetAsync(string? preset, Guid? saved, CancellationToken stop)
    {
        if (saved is { } id)
        {
            if (await db.Set<SimulationScenario>().AsNoTracking().SingleOrDefaultAsync(s => s.Id == id, stop) is not { } scenario) return NotFound();
            (Plan, Expected, Name) = (ScenarioPlan.Of(scenario).Within(clock.GetUtcNow(), assess.Zone), scenario.Expected, scenario.Name);
        }
        else if (!await BeginAsync(preset ?? Preset.All[0].Key, stop)) return NotFound();
        await LoadAsync(stop);
        Beside = Others.Select(other => other.Word).FirstOrDefault() is "draft" ? "draft" : "";
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(ScenarioInput input, CancellationToken stop)
    {
        if (!User.May(Permissions.EditProtection)) return Forbid();
        Take(input);
        if (TimesOf(input) is not { } times) return await RefuseAsync(T["Run it between 1 and {0} times.", ScenarioPlan.MostTimes], stop);
        var asked = Plan with { Times = times };
        var (beside, problem) = await scenarios.BesideAsync(HttpContext.Actor, Beside, stop);
        var run = await scenarios.RunAsync(HttpContext.Actor, asked, beside, stop);
        Show(scenarios.Read(asked).Masked);
        (Results, Errors, Refused) = (run.Results, run.Errors, (run.Refusal ?? problem) is { } refusal ? T[refusal] : null);
        Moves = VelocityMove.Among([.. Results.Select(result => result.Active)]);
        if (Errors.Count > 0) Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        else if (Results.Count < times) Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        await LoadAsync(stop);
        return Page();
    }

    public async Task<IActionResult> OnPostSaveAsync(ScenarioInput input, CancellationToken stop)
    {
        if (!User.May(Permissions.EditProtection)) return Forbid();
        Take(input);
        if (TimesOf(input) is not { } times) return await RefuseAsync(T["Run it between 1 and {0} times.", ScenarioPlan.MostTimes], stop);
        var asked = Plan with { Times = times };
        Show(scenarios.Read(asked).Masked);
        if (!Enum.TryParse<Decision>(input.Expected, out var decision) || !Enum.IsDefined(decision)) return await RefuseAsync(T["Choose the decision it should get."], stop);
        Expected = decision;
        (Errors, var refusal) = await scenarios.SaveAsync(HttpContext.Actor, input.Name, asked, decision, stop);
        if (Errors.Count > 0 || refusal is not null) return await RefuseAsync(refusal is null ? null : T[refusal], stop);
        Said = T["The scenario was saved."];
        return RedirectToPage();
    }

    public async Task<IActionResult> OnPostCheckAsync(string? beside, CancellationToken stop)
    {
        if (!User.May(Permissions.EditProtection)) return Forbid();
        Beside = beside ?? "";
        var (judge, problem) = await scenarios.BesideAsync(HttpContext.Actor, Beside, stop);
        (Checks, var refusal) = await scenarios.CheckAsync(HttpContext.Actor, judge, stop);
        if ((refusal ?? problem) is { } why) Refused = T[why];
        await BeginAsync(Preset.All[0].Key, stop);
        await LoadAsync(stop);
        return Page();
    }

    public async Task<IActionResult> OnPostDeleteAsync(Guid id, CancellationToken stop)
    {
        if (!User.May(Permissions.EditProtection)) return Forbid();
        if (!await scenarios.DeleteAsync(HttpContext.Actor, id, stop)) return NotFound();
        Said = T["The scenario was deleted."];
        return RedirectToPage();
    }

    /// <summary>The signals and rules as steps of a waterfall, the largest first.</summary>
    public IReadOnlyList<Step> StepsOf(ScenarioAnswer answer, string currency)
    {
        ArgumentNullException.ThrowIfNull(answer);
        IEnumerable<(SignalDefinition? Signal, string Title, string Sentence, string Code, int Points)> reasons =
            [.. answer.Signals.Select(hit => ((SignalDefinition?)hit.Definition, hit.Title, hit.Say(currency), SignalCatalog.Of(hit).Code, (int)hit.Weight)), .. answer.Reasons.Select(rule => ((SignalDefinition?)null, T["Rule {0}", rule.Code["rule:".Length..]], rule.Reason, rule.Code, rule.Points))];
        var sum = 0;
        List<Step> steps = [];
        foreach (var (signal, title, sentence, code, points) in reasons.OrderByDescending(reason => Math.Abs(reason.Points)))
        {
            steps.Add(new Step(signal, title, sentence, code, points, sum, sum + points));
            sum += points;
        }
        return steps;
    }

    /// <summary>What the API says of that member of the first request.</summary>
    public IEnumerable<FieldError> ErrorsOf(RequestField field) => Errors.Where(error => error.Field == field.Path);

    /// <summary>The fields by what they are about.</summary>
    public static IEnumerable<IGrouping<FactGroup, RequestField>> Groups => RequestForm.Fields.GroupBy(one => one.Group);

    public string Title(string word) => Others.FirstOrDefault(other => other.Word == word).Title ?? word;

    /// <summary>Why a saved scenario came out otherwise: what counts otherwise than now, or what counted most.</summary>
    public static IEnumerable<PointsChange> Reasons(ScenarioCheck check)
    {
        ArgumentNullException.ThrowIfNull(check);
        if (check.Beside is not null) return check.Differences;
        if (check.Active is not { } active || active.Decision == check.Scenario.Expected) return [];
        return active.Points.OrderByDescending(points => Math.Abs(points.Value)).Take(MostReasons).Select(points => new PointsChange(points.Key, null, points.Value));
    }

    private void Take(ScenarioInput input)
    {
        var json = RequestForm.Merge(input.Json ?? "", input.Shown ?? "", field => Request.Form.TryGetValue(field.Name, out var said) ? said.ToString() : null, assess.Zone);
        var varies = (input.Vary ?? []).Aggregate(Varied.None, (all, one) => Enum.TryParse<Varied>(one, out var known) && Enum.IsDefined(known) ? all | known : all);
        (Chosen, Beside, Name) = (Preset.All.FirstOrDefault(preset => preset.Key == input.Preset), input.Beside ?? "", input.Name);
        Show(new ScenarioPlan(input.Flow == nameof(Flow.PayOut) ? Flow.PayOut : Flow.PayIn, json, 1, varies, string.IsNullOrWhiteSpace(input.Steps) ? null : input.Steps));
    }

    private static int? TimesOf(ScenarioInput input) => int.TryParse(input.Times, out var times) && times is >= 1 and <= ScenarioPlan.MostTimes ? times : null;

    private void Show(ScenarioPlan plan) => (Plan, Members) = (plan, ScenarioPlan.Request(plan.Json));

    private async Task<bool> BeginAsync(string key, CancellationToken stop)
    {
        var (found, isMissing) = await Preset.FindAsync(db, key, clock.GetUtcNow(), assess.Zone, stop);
        if (found is null) return false;
        (Chosen, Plan, Expected) = (found, found.Plan!, found.Expected);
        if (isMissing) Note = T["No card is on the lists: put one there first, or name another here."];
        return true;
    }

    private async Task<IActionResult> RefuseAsync(string? why, CancellationToken stop)
    {
        // What is shown again has no card data in it, whatever is wrong with it.
        Show(scenarios.Read(Plan).Masked);
        Refused = why;
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        await LoadAsync(stop);
        return Page();
    }

    private async Task LoadAsync(CancellationToken stop)
    {
        Show(Plan);
        Saved = await db.Set<SimulationScenario>().AsNoTracking().OrderBy(s => s.Name).ToListAsync(stop);
        if (!User.May(Permissions.EditProtection)) return;
        List<(string, string)> others = [];
        if (await desk.DraftAsync(User.Id, stop) is not null) others.Add(("draft", T["My draft"]));
        others.AddRange((await db.Set<PolicyVersion>().AsNoTracking().Where(p => p.State == PolicyState.Proposed).OrderByDescending(p => p.Version).Select(p => p.Version).ToListAsync(stop))
            .Select(version => (string.Create(CultureInfo.InvariantCulture, $"version:{version}"), T["Version {0}, proposed", version])));
        Others = others;
    }
}

/// <summary>What the form says, but for the fields of <see cref="RequestForm"/>.</summary>
public sealed class ScenarioInput
{
    public string? Flow { get; set; }

    /// <summary>The request.</summary>
    public string? Json { get; set; }

    /// <summary>The request as the fields of the form showed it; empty when a script has kept both alike.</summary>
    public string? Shown { get; set; }
    public string? Times { get; set; }
    public string[]? Vary { get; set; }
    public string? Steps { get; set; }
    public string? Beside { get; set; }
    public string? Preset { get; set; }
    public string? Name { get; set; }
    public string? Expected { get; set; }
}

/// <summary>One policy's answer as it is drawn.</summary>
public sealed record AnswerView(string Id, string Title, ScenarioAnswer Answer, IReadOnlyList<Step> Steps);

/// <summary>The scores of a run, one after the other.</summary>
public sealed record ScoreLine(IReadOnlyList<int> Active, IReadOnlyList<int>? Beside, Bands Bands);

/// <summary>How a saved scenario came out.</summary>
/// <param name="Got">Null when it could not be run.</param>
public sealed record PassedView(Decision Expected, Decision? Got, int? Score);
