using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Storage.Simulations;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Simulation;

/// <summary>The runs in which policies were tried out on stored traffic, and the form that begins another.</summary>
public sealed class PreviewsModel(PanelDb db, PolicyDesk desk, TryPolicies tries, Reader reader, TimeProvider clock, Texts T) : PageModel
{
    private const int Shown = 100, UsualDays = 30;

    [BindProperty(SupportsGet = true)] public PreviewInput Input { get; set; } = new();
    [TempData] public string? Said { get; set; }
    public string? Refused { get; private set; }
    public IReadOnlyList<RunRow> Runs { get; private set; } = [];
    public IReadOnlyList<int> Versions { get; private set; } = [];
    public IReadOnlyList<string> Currencies { get; private set; } = [];
    public bool HasDraft { get; private set; }
    public int ActiveVersion { get; private set; }

    public async Task OnGetAsync(CancellationToken stop)
    {
        ModelState.Clear();
        await LoadAsync(stop);
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken stop)
    {
        if (!User.May(Permissions.EditProtection)) return Forbid();
        var today = reader.Zoned(clock.GetUtcNow()).Date;
        var (from, to) = (Input.From ?? DateOnly.FromDateTime(today.AddDays(-UsualDays)), Input.To ?? DateOnly.FromDateTime(today));
        if (ModelState.IsValid)
        {
            var begun = await tries.BeginAsync(HttpContext.Actor, Input.Name ?? T["Preview of {0}", Input.Version is { } v ? T["Version {0}", v] : T["My draft"]], Input.Version,
                new ScanScope(reader.StartOfDay(from).ToUnixTimeMilliseconds(), reader.StartOfDay(to.AddDays(1)).ToUnixTimeMilliseconds(), Input.Flow, string.IsNullOrEmpty(Input.Currency) ? null : Input.Currency), stop);
            if (begun.Run is { } run) return RedirectToPage("Preview", new { id = run.Id });
            Refused = T.Say(begun);
        }
        await LoadAsync(stop);
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Page();
    }

    public double Progress(RunRow run) => run.State == RunState.Done || run.LastSeq == 0 ? 1 : Math.Clamp((run.DoneSeq - run.FirstSeq + 1d) / (run.LastSeq - run.FirstSeq + 1), 0, 1);

    private async Task LoadAsync(CancellationToken stop)
    {
        HasDraft = User.May(Permissions.EditProtection) && await desk.DraftAsync(User.Id, stop) is not null;
        ActiveVersion = (await desk.ActiveAsync(stop)).Version;
        Versions = await db.Set<PolicyVersion>().OrderByDescending(p => p.Version).Select(p => p.Version).ToListAsync(stop);
        Currencies = await db.Set<ScoreDay>().Select(d => d.Currency).Distinct().OrderBy(c => c).ToListAsync(stop);
        Runs = await db.Set<SimulationRun>().AsNoTracking().OrderByDescending(r => r.CreatedAt).Take(Shown)
            .Select(r => new RunRow(r.Id, r.Name, db.Users.Where(u => u.Id == r.AuthorId).Select(u => u.DisplayName).FirstOrDefault(), r.CreatedAt, r.State, r.PolicyVersion, r.FromAt, r.ToAt, r.Judged, r.FirstSeq, r.DoneSeq, r.LastSeq)).ToListAsync(stop);
        if (Input.From is null) Input.From = DateOnly.FromDateTime(reader.Zoned(clock.GetUtcNow()).Date.AddDays(-UsualDays));
        if (Input.To is null) Input.To = DateOnly.FromDateTime(reader.Zoned(clock.GetUtcNow()).Date);
        if (!HasDraft && Input.Version is null) Input.Version = ActiveVersion;
    }
}

/// <summary>What the form says.</summary>
public sealed class PreviewInput
{
    [System.ComponentModel.DataAnnotations.StringLength(SimulationRun.LongestName, ErrorMessage = "At most 100 characters.")] public string? Name { get; set; }

    /// <summary>Null: the person's draft.</summary>
    public int? Version { get; set; }

    /// <summary>The first day, in the reader's time zone.</summary>
    public DateOnly? From { get; set; }

    /// <summary>The last day.</summary>
    public DateOnly? To { get; set; }
    public Flow? Flow { get; set; }
    [System.ComponentModel.DataAnnotations.RegularExpression("^[A-Z]{3}$", ErrorMessage = "Three capital letters.")] public string? Currency { get; set; }
}

/// <summary>One line of the list.</summary>
public sealed record RunRow(Guid Id, string Name, string? Author, DateTimeOffset CreatedAt, RunState State, int? PolicyVersion, long FromAt, long ToAt, long Judged, long FirstSeq, long DoneSeq, long LastSeq);
