using System.Text.Json;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Storage.Simulations;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Protection;

/// <summary>One version beside another: what it changes, who wanted it and why, and what can be done with it.</summary>
public sealed class VersionModel(PanelDb db, PolicyDesk desk, IAuthorizationService authorization, Reader reader, Texts T) : PageModel
{
    [TempData] public string? Said { get; set; }
    public string? Refused { get; private set; }
    public VersionRow Row { get; private set; } = null!;

    /// <summary>The version it is compared with.</summary>
    public int Against { get; private set; }
    public IReadOnlyList<PolicyChange> Changes { get; private set; } = [];
    public IReadOnlyList<int> Others { get; private set; } = [];

    /// <summary>May approve, and is not the one who must not.</summary>
    public bool MayApprove { get; private set; }
    public bool IsOwn { get; private set; }
    public bool MayRevert { get; private set; }
    public bool MayUnschedule { get; private set; }

    /// <summary>The runs in which it was tried out, the latest first, each with the guard-rails it says are broken.</summary>
    public IReadOnlyList<(SimulationRun Run, IReadOnlyList<GuardBreach> Breaches)> Runs { get; private set; } = [];

    /// <summary>How the saved scenarios came out under it the last time; null: they were never held against it.</summary>
    public SimulationCheck? Check { get; private set; }
    public IReadOnlyList<CheckLine> CheckLines { get; private set; } = [];
    public bool HasScenarios { get; private set; }

    /// <summary>Scenarios were saved or deleted since.</summary>
    public bool IsCheckOld { get; private set; }

    public async Task<IActionResult> OnGetAsync(int number, int? against, CancellationToken stop) => await LoadAsync(number, against, stop) ? Page() : NotFound();

    public async Task<IActionResult> OnPostApproveAsync(int number, string? reason, string? effectiveAt, CancellationToken stop)
    {
        var at = reader.Instant(effectiveAt);
        if (at is null && !string.IsNullOrWhiteSpace(effectiveAt)) return await RefuseAsync(number, T["“{0}” is no date and time.", effectiveAt], stop);
        return await DoAsync(number, Permissions.ApproveProtection, () => desk.ApproveAsync(HttpContext.Actor, number, reason, at, stop),
            at is { } begins ? T["Version {0} was approved and begins to judge on {1}.", number, reader.Whole(begins)] : T["Version {0} judges now.", number], stop);
    }

    public Task<IActionResult> OnPostUnscheduleAsync(int number, CancellationToken stop) =>
        DoAsync(number, Permissions.ApproveProtection, () => desk.UnscheduleAsync(HttpContext.Actor, number, stop), T["Version {0} waits for approval again.", number], stop);

    public Task<IActionResult> OnPostRejectAsync(int number, string? reason, CancellationToken stop) => DoAsync(number, Permissions.ApproveProtection, () => desk.RejectAsync(HttpContext.Actor, number, reason, stop), T["Version {0} was rejected.", number], stop);

    public Task<IActionResult> OnPostWithdrawAsync(int number, CancellationToken stop) => DoAsync(number, Permissions.EditProtection, () => desk.WithdrawAsync(HttpContext.Actor, number, stop), T["Version {0} was withdrawn.", number], stop);

    public Task<IActionResult> OnPostRevertAsync(int number, string? reason, CancellationToken stop) =>
        DoAsync(number, Permissions.ApproveProtection, () => desk.RevertAsync(HttpContext.Actor, number, reason, stop), T["A new version equal to version {0} was made.", number], stop);

    /// <summary>The card of the saved scenarios alone, while a check is under way.</summary>
    public async Task<IActionResult> OnGetScenariosAsync(int number, CancellationToken stop) => await LoadAsync(number, null, stop) ? this.Fragment("_ScenarioSet") : NotFound();

    public Task<IActionResult> OnPostCheckAsync(int number, CancellationToken stop) => DoAsync(number, Permissions.EditProtection, () => desk.CheckAsync(HttpContext.Actor, number, stop), null, stop);

    private async Task<IActionResult> DoAsync(int number, string permission, Func<Task<PolicyOutcome>> act, string? said, CancellationToken stop)
    {
        if (!await MayAsync(permission)) return Forbid();
        var outcome = await act();
        if (outcome.Refusal is null)
        {
            Said = said;
            return RedirectToPage("Version", new { number = outcome.Version });
        }
        return await RefuseAsync(number, T.Say(outcome), stop);
    }

    private async Task<IActionResult> RefuseAsync(int number, string why, CancellationToken stop)
    {
        if (!await LoadAsync(number, null, stop)) return NotFound();
        Refused = why;
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Page();
    }

    private async Task<bool> LoadAsync(int number, int? against, CancellationToken stop)
    {
        if (await db.Set<PolicyVersion>().AsNoTracking().Where(p => p.Version == number).Select(VersionRow.Of(db)).SingleOrDefaultAsync(stop) is not { } row) return false;
        Row = row;
        Others = await db.Set<PolicyVersion>().AsNoTracking().Where(p => p.Version != number).OrderByDescending(p => p.Version).Select(p => p.Version).ToListAsync(stop);
        Against = against ?? row.BasedOn ?? (Others.Count > 0 ? Others.FirstOrDefault(v => v < number, Others[^1]) : number);
        if (await desk.FindAsync(number, stop) is not { } policy || await desk.FindAsync(Against, stop) is not { } other) return false;
        Changes = PolicyChanges.Between(other, policy);
        List<(SimulationRun, IReadOnlyList<GuardBreach>)> runs = [];
        foreach (var run in await desk.RunsAsync(policy, stop)) runs.Add((run, await desk.BreachesAsync(run, stop)));
        Runs = runs;
        Check = await desk.LatestCheckAsync(number, stop);
        CheckLines = Check?.Lines is { } lines ? JsonSerializer.Deserialize<List<CheckLine>>(lines)! : [];
        var saved = await db.Set<SimulationScenario>().AsNoTracking().Select(s => s.Id).ToListAsync(stop);
        HasScenarios = saved.Count > 0;
        IsCheckOld = Check is { State: CheckState.Done } && !saved.ToHashSet().SetEquals(CheckLines.Select(line => line.Scenario));
        IsOwn = row.AuthorId == User.Id;
        MayApprove = await MayAsync(Permissions.ApproveProtection) && !(IsOwn && await desk.NeedsTwoAsync(stop));
        MayRevert = await MayAsync(Permissions.ApproveProtection) && row.State == PolicyState.Retired;
        MayUnschedule = await MayAsync(Permissions.ApproveProtection) && row.State == PolicyState.Scheduled;
        return true;
    }

    private async Task<bool> MayAsync(string permission) => (await authorization.AuthorizeAsync(User, permission)).Succeeded;
}
