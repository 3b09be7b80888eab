using ClausumPanel.Assess;
using ClausumPanel.Assess.Previews;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Storage.Simulations;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Jobs;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Simulation;

/// <summary>One run: what a policy would change, with the rows behind every number.</summary>
public sealed class PreviewModel(PanelDb db, TryPolicies tries, RunSimulations runs, AssessmentReader assessments, TimeProvider clock, Texts T) : PageModel
{
    [TempData] public string? Said { get; set; }
    public string? Refused { get; private set; }
    public SimulationRun Run { get; private set; } = null!;
    public string? Author { get; private set; }
    public PreviewFigures? Figures { get; private set; }
    public SimulationSettings Settings { get; private set; } = new();
    public IReadOnlyList<GuardBreach> Breaches { get; private set; } = [];
    public IReadOnlyDictionary<string, IReadOnlyList<AssessmentLine>> Examples { get; private set; } = new Dictionary<string, IReadOnlyList<AssessmentLine>>();
    public long Judged { get; private set; }

    /// <summary>Reviews that wait now.</summary>
    public long Waiting { get; private set; }

    /// <summary>The shortest time limit of the queues that are in use, and whose it is; null: none has one.</summary>
    public (string Queue, TimeSpan Limit)? Tightest { get; private set; }

    /// <summary>Whether what it said came true; null where the policy never judged.</summary>
    public CameTrue? CameTrue { get; private set; }

    /// <summary>How many days after the activation are compared: 7 or 30.</summary>
    public int ObservedDays { get; private set; } = 7;

    /// <summary>Whether everything is shown of the rules, or only what changed.</summary>
    public bool AllRules { get; private set; }

    public async Task<IActionResult> OnGetAsync(Guid id, string? against, bool all, int? days, CancellationToken stop)
    {
        if (days == 30) ObservedDays = 30;
        if (!await LoadAsync(id, against == "active", stop)) return NotFound();
        AllRules = all;
        return Page();
    }

    /// <summary>How far it is; the whole page once there is something to see.</summary>
    public async Task<IActionResult> OnGetProgressAsync(Guid id, CancellationToken stop)
    {
        if (!await LoadAsync(id, false, stop)) return NotFound();
        if (!Run.IsUnderWay) Response.Headers["HX-Refresh"] = "true";
        return this.Fragment("_Progress");
    }

    public Task<IActionResult> OnPostCancelAsync(Guid id, CancellationToken stop) => DoAsync(id, () => tries.CancelAsync(HttpContext.Actor, id, stop), T["It was stopped."], stop);

    public Task<IActionResult> OnPostResumeAsync(Guid id, CancellationToken stop) => DoAsync(id, () => tries.ResumeAsync(HttpContext.Actor, id, stop), T["It goes on."], stop);

    public async Task<IActionResult> OnPostDeleteAsync(Guid id, CancellationToken stop)
    {
        if (!User.May(Permissions.EditProtection)) return Forbid();
        if (await db.Set<SimulationRun>().AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, stop) is not { } run) return NotFound();
        if (run.AuthorId != User.Id && !User.May(Permissions.ApproveProtection)) return Forbid();
        await tries.DeleteAsync(HttpContext.Actor, id, stop);
        Said = T["The run was deleted."];
        return RedirectToPage("Previews");
    }

    /// <summary>A row of the matrix as a share of it.</summary>
    public double ShareOf(Decision from, Decision to) => Figures!.Matrix.Count == 0 ? 0 : (double)Figures.Matrix[from, to].All.Count / Figures.Matrix.Count;

    public string SetOf(Decision from, Decision to) => Figures!.AgainstActive ? PreviewSets.Active(from, to) : PreviewSets.Decided(from, to);

    private async Task<IActionResult> DoAsync(Guid id, Func<Task<string?>> act, string said, CancellationToken stop)
    {
        if (!User.May(Permissions.EditProtection)) return Forbid();
        if (!await db.Set<SimulationRun>().AnyAsync(r => r.Id == id, stop)) return NotFound();
        if (await act() is { } refusal) Said = T[refusal];
        else Said = said;
        return RedirectToPage("Preview", new { id });
    }

    private async Task<bool> LoadAsync(Guid id, bool againstActive, CancellationToken stop)
    {
        if (await db.Set<SimulationRun>().AsNoTracking().SingleOrDefaultAsync(r => r.Id == id, stop) is not { } run) return false;
        Run = run;
        Judged = runs.Judged(run);
        Author = await db.Users.Where(u => u.Id == run.AuthorId).Select(u => u.DisplayName).SingleOrDefaultAsync(stop);
        Settings = await SimulationSettings.LoadAsync(db, stop);
        Figures = PreviewFigures.Of(run, Settings, againstActive);
        if (Figures is null) return true;
        var sums = Figures.Sums;
        Breaches = PreviewFigures.Breaches(sums, Settings);
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        Waiting = await db.Set<Review>().AsNoTracking().Waiting(now).LongCountAsync(stop);
        if (await db.Set<ReviewQueue>().AsNoTracking().Where(q => q.IsActive && q.SlaMinutes != null).OrderBy(q => q.SlaMinutes).ThenBy(q => q.Number).Select(q => new { q.Name, q.SlaMinutes }).FirstOrDefaultAsync(stop) is { } tightest)
            Tightest = (tightest.Name, TimeSpan.FromMinutes(tightest.SlaMinutes!.Value));
        CameTrue = await Flows.CameTrue.OfAsync(db, run, Figures, ObservedDays, now, stop);
        var currency = Figures.Currencies.Count > 0 ? Figures.Currencies[0] : "";
        var examples = new Dictionary<string, IReadOnlyList<AssessmentLine>>();
        foreach (var kind in (string[])[PreviewSets.NewlyStoppedGood, PreviewSets.NewlyApprovedFraud, PreviewSets.LargestMoved])
            if (sums.Examples.TryGetValue($"{kind}:{currency}", out var found)) examples[kind] = await assessments.LinesAsync([.. found.Select(e => e.Seq)], stop);
        Examples = examples;
        return true;
    }
}
