using System.Globalization;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Retention;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Jobs;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Settings;

/// <summary>How long data is kept, and what was removed when its time was over.</summary>
public sealed class RetentionModel(PanelDb db, LiveSettings settings, RetentionTerms terms, StepUp stepUp, TimeProvider clock, Texts T) : PageModel
{
    private const int MostRuns = 30;

    [BindProperty] public Dictionary<KeptData, string?> Terms { get; set; } = [];
    [BindProperty] public string? Password { get; set; }
    [TempData] public string? Said { get; set; }

    public IReadOnlyList<RetentionRun> Runs { get; private set; } = [];

    /// <summary>The newest run that has come that far says what is left.</summary>
    public RetentionLine? Latest(KeptData what) => Runs.SelectMany(r => r.Lines).FirstOrDefault(l => l.What == what && l.IsDone);

    /// <summary>Payments that the next run looks at.</summary>
    public long Due { get; private set; }

    public string Value(RetentionTerm term) => Terms.GetValueOrDefault(term.What) ?? settings.Now(term.Setting);

    public DateTimeOffset? Before(RetentionTerm term) => terms.Before(term.What, clock.GetUtcNow());

    public bool IsFixed(RetentionTerm term) => settings.IsFixed(term.Setting);

    public bool IsCutOff(RetentionRun run) => run.FinishedAt is null && run.BeatAt <= clock.GetUtcNow() - ApplyRetention.Silent;

    public Task OnGetAsync(CancellationToken stop) => ShowAsync(stop);

    public async Task<IActionResult> OnPostAsync(CancellationToken stop)
    {
        var wanted = new Dictionary<LiveSetting, string>();
        foreach (var term in RetentionTerm.All.Where(t => !IsFixed(t) && Terms.ContainsKey(t.What)))
        {
            if (int.TryParse(Terms[term.What], NumberStyles.None, CultureInfo.InvariantCulture, out var value) && term.Takes(value)) wanted[term.Setting] = value.ToString(CultureInfo.InvariantCulture);
            else ModelState.AddModelError($"Terms[{term.What}]", Says(term));
        }
        // What is removed does not come back: a stolen session must not be able to say so.
        if (ModelState.IsValid && wanted.Any(w => w.Value != settings.Now(w.Key)) && !await stepUp.PasswordIsRightAsync(User, Password)) ModelState.AddModelError(nameof(Password), T["This is not your password."]);
        if (!ModelState.IsValid)
        {
            Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            await ShowAsync(stop);
            return Page();
        }
        await settings.SaveAsync(db, wanted, HttpContext.Actor, clock.GetUtcNow(), stop);
        Said = T["Saved."];
        return RedirectToPage();
    }

    /// <summary>What may be written there.</summary>
    public string Says(RetentionTerm term) => term.MayBeForGood ? T["A whole number from {0} to {1}, or 0 for good.", term.Least, term.Most] : T["A whole number from {0} to {1}.", term.Least, term.Most];

    private async Task ShowAsync(CancellationToken stop)
    {
        Runs = await db.Set<RetentionRun>().AsNoTracking().OrderByDescending(r => r.Day).Take(MostRuns).ToListAsync(stop);
        if (terms.Before(KeptData.Payments, clock.GetUtcNow())?.ToUnixTimeMilliseconds() is { } before) Due = await db.Set<AssessmentRow>().LongCountAsync(r => r.At < before, stop);
    }
}
