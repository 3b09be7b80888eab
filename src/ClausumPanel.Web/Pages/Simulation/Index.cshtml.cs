using ClausumPanel.Assess;
using ClausumPanel.Storage;
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
public sealed class IndexModel(PanelDb db, RunScenarios scenarios, PolicyDesk desk, TimeProvider clock, Texts T) : PageModel
{
    public Flow Flow { get; private set; }
    public string Json { get; private set; } = "";
    public int Times { get; private set; } = 1;
    public bool NewCards { get; private set; }
    public string? Name { get; private set; }
    public Decision Expected { get; private set; }
    public string? Chosen { get; private set; }
    public bool HasDraft { get; private set; }
    public string? Refused { get; private set; }
    public string? Note { get; private set; }
    public IReadOnlyList<FieldError> Errors { get; private set; } = [];
    public IReadOnlyList<ScenarioResult> Results { get; private set; } = [];
    public IReadOnlyList<ScenarioCheck>? Checks { get; private set; }
    public IReadOnlyList<SimulationScenario> Saved { get; private set; } = [];
    [TempData] public string? Said { get; set; }

    public async Task<IActionResult> OnGetAsync(string? preset, Guid? saved, CancellationToken stop)
    {
        if (saved is { } id)
        {
            if (await db.Set<SimulationScenario>().AsNoTracking().SingleOrDefaultAsync(s => s.Id == id, stop) is not { } scenario) return NotFound();
            (Flow, Json, Expected) = (scenario.Flow, scenario.Request, scenario.Expected);
        }
        else
        {
            var (found, isMissing) = await Preset.FindAsync(db, preset ?? Preset.All[0].Key, clock.GetUtcNow(), stop);
            if (found is null) return NotFound();
            (Chosen, Flow, Json, Times, NewCards) = (found.Key, found.Flow, found.Json, found.Times, found.NewCards);
            if (isMissing) Note = T["No card is on the lists: put one there first, or name another here."];
        }
        await LoadAsync(stop);
        return Page();
    }

    public async Task<IActionResult> OnPostAsync(string? flow, string? json, string? times, string? newCards, CancellationToken stop)
    {
        if (!User.May(Permissions.EditProtection)) return Forbid();
        Take(flow, json);
        NewCards = newCards == "true";
        if (!int.TryParse(times, out var number) || number is < 1 or > RunScenarios.MostTimes) return await RefuseAsync(T["Run it between 1 and {0} times.", RunScenarios.MostTimes], stop);
        Times = number;
        var run = await scenarios.RunAsync(HttpContext.Actor, Flow, json ?? "", Times, NewCards, stop);
        (Results, Errors, Refused) = (run.Results, run.Errors, run.Refusal is { } refusal ? T[refusal] : null);
        if (Errors.Count > 0) Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        else if (Results.Count < Times) Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
        await LoadAsync(stop);
        return Page();
    }

    public async Task<IActionResult> OnPostSaveAsync(string? flow, string? json, string? name, string? expected, CancellationToken stop)
    {
        if (!User.May(Permissions.EditProtection)) return Forbid();
        Take(flow, json);
        Name = name;
        if (!Enum.TryParse<Decision>(expected, out var decision) || !Enum.IsDefined(decision)) return await RefuseAsync(T["Choose the decision it should get."], stop);
        Expected = decision;
        (Errors, var refusal) = await scenarios.SaveAsync(HttpContext.Actor, name, Flow, json ?? "", decision, stop);
        if (Errors.Count > 0 || refusal is not null) return await RefuseAsync(refusal is null ? null : T[refusal], stop);
        Said = T["The scenario was saved."];
        return RedirectToPage();
    }

    public async Task<IActionResult> OnPostCheckAsync(CancellationToken stop)
    {
        if (!User.May(Permissions.EditProtection)) return Forbid();
        (Checks, var refusal) = await scenarios.CheckAsync(HttpContext.Actor, stop);
        if (refusal is not null) Refused = T[refusal];
        (Chosen, Json) = (Preset.All[0].Key, Preset.All[0].Json);
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

    private void Take(string? flow, string? json)
    {
        Flow = flow == nameof(Flow.PayOut) ? Flow.PayOut : Flow.PayIn;
        Json = scenarios.Read(Flow, json ?? "").Masked;
    }

    private async Task<IActionResult> RefuseAsync(string? why, CancellationToken stop)
    {
        Refused = why;
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        await LoadAsync(stop);
        return Page();
    }

    private async Task LoadAsync(CancellationToken stop)
    {
        HasDraft = User.May(Permissions.EditProtection) && await desk.DraftAsync(User.Id, stop) is not null;
        Saved = await db.Set<SimulationScenario>().AsNoTracking().OrderBy(s => s.Name).ToListAsync(stop);
    }
}

/// <summary>One policy's answer as it is drawn.</summary>
public sealed record AnswerView(string Id, string Title, ScenarioAnswer Answer, IReadOnlyList<Step> Steps);
