using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Storage.Files;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Cases;

/// <summary>One case on one page: what it says, what belongs to it, what was done, and the steps from here.</summary>
[RequestFormLimits(MultipartBodyLengthLimit = FileRoom.MostRequest)]
public sealed class CaseDetailsModel(PanelDb db, ChangeCases cases, CaseReader reading, AssessmentReader assessments, ReportFraud report, Reader reader, TimeProvider clock, Texts T) : PageModel
{
    private const int MostAuditLines = 50;

    public CaseDetail Detail { get; private set; } = null!;
    public Case Case => Detail.Case;
    public IReadOnlyList<AuditEntry> Trail { get; private set; } = [];
    public IReadOnlyList<(Guid Id, string Name)> Workers { get; private set; } = [];
    public bool MayManage => User.May(Permissions.ManageCases);

    /// <summary>Its payments that nobody has reported.</summary>
    public IEnumerable<CaseAssessment> Unreported => Detail.Assessments.Where(a => !a.Stored.Simulated && !Detail.Labels.Any(l => l.Row.Seq == a.Stored.Seq && l.Row.Source == LabelSource.FraudReport && l.Row.Reverses is null && !l.IsTakenBack));

    /// <summary>What it takes of files.</summary>
    public FileRoom Room { get; private set; } = null!;
    public DateTimeOffset Now { get; } = clock.GetUtcNow();
    public bool IsOverdue => Case.IsOpen && Case.DueOn < CaseQuery.Today(reader, Now);
    [TempData] public string? Said { get; set; }

    /// <summary>What was refused, in the reader's words.</summary>
    public string? Refused { get; private set; }

    /// <summary>What was written when it was refused.</summary>
    public string? Note { get; private set; }

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken stop) => await LoadAsync(id, stop) ? Page() : NotFound();

    public async Task<IActionResult> OnPostMoveAsync(Guid id, string? status, int version, CancellationToken stop)
    {
        if (!MayManage) return Forbid();
        if (CaseWords.ReadStatus(status) is not { } to) return await RefuseAsync(id, T["There is no such state."], StatusCodes.Status422UnprocessableEntity, stop);
        return await AnswerAsync(id, await cases.ChangeAsync(id, new CaseEdit { Status = to, Version = version }, HttpContext.Actor, stop), T["The case is now: {0}.", T.Name(to)], stop);
    }

    public async Task<IActionResult> OnPostAssignAsync(Guid id, string? person, int version, CancellationToken stop)
    {
        if (!MayManage) return Forbid();
        var to = Guid.TryParse(person, out var known) ? known : (Guid?)null;
        return await AnswerAsync(id, await cases.ChangeAsync(id, new CaseEdit { Plan = plan => plan with { AssignedToId = to }, Version = version }, HttpContext.Actor, stop), to is null ? T["Nobody has the case now."] : T["The case was assigned."], stop);
    }

    public async Task<IActionResult> OnPostNoteAsync(Guid id, string? note, CancellationToken stop)
    {
        if (!MayManage) return Forbid();
        Note = note;
        if (ListTexts.Clean(note) is not { } text) return await RefuseAsync(id, T["Write something in the note."], StatusCodes.Status422UnprocessableEntity, stop);
        if (text.Length > CaseNote.Longest) return await RefuseAsync(id, T["The note is longer than {0} characters.", CaseNote.Longest], StatusCodes.Status422UnprocessableEntity, stop);
        return await AnswerAsync(id, await cases.NoteAsync(id, text, HttpContext.Actor, stop), T["The note was added."], stop);
    }

    public async Task<IActionResult> OnPostFileAsync(Guid id, IFormFile? upload, CancellationToken stop)
    {
        if (!MayManage) return Forbid();
        var bytes = await upload.ReadAsync(stop);
        return await AnswerAsync(id, await cases.AddFileAsync(id, upload?.FileName, bytes, HttpContext.Actor, stop), T["The file {0} was added.", FileTypes.CleanName(upload?.FileName)], stop);
    }

    public async Task<IActionResult> OnPostLinkAsync(Guid id, string? assessment, CancellationToken stop)
    {
        if (!MayManage) return Forbid();
        if (!Guid.TryParse(assessment, out var payment) || await assessments.FindAsync(payment, stop) is not { } stored) return await RefuseAsync(id, T["No payment was assessed under this id."], StatusCodes.Status422UnprocessableEntity, stop);
        return await AnswerAsync(id, await cases.LinkAsync(id, stored, HttpContext.Actor, stop), T["The payment was linked."], stop);
    }

    /// <summary>The same as the API's report, of a payment of this case.</summary>
    public async Task<IActionResult> OnPostReportAsync(Guid id, Guid payment, string? reason, string? description, CancellationToken stop)
    {
        if (!MayManage || !User.May(Permissions.Review)) return Forbid();
        if (!await db.Set<CaseLink>().AnyAsync(l => l.CaseId == id && l.Kind == CaseLinkKind.Assessment && l.Target == payment, stop)) return NotFound();
        if (ReportEffects.Reason(reason) is not { } known) return await RefuseAsync(id, T["Choose why it is reported."], StatusCodes.Status422UnprocessableEntity, stop);
        if (description?.Trim().Length > FraudReport.LongestDescription) return await RefuseAsync(id, T["What happened is longer than {0} characters.", FraudReport.LongestDescription], StatusCodes.Status422UnprocessableEntity, stop);
        var answer = await report.RunAsync(new FraudClaim(known) { TransactionId = payment.ToString(), CaseId = id, Description = ListTexts.Clean(description) }, HttpContext.Actor, null, null, default, stop);
        db.ChangeTracker.Clear();
        switch (answer.Status)
        {
            case ReportStatus.Reported:
                Said = T.Count(answer.Entries, "Reported as fraud: {0} list entry was written.", "Reported as fraud: {0} list entries were written.") + (answer.Case!.Id == id ? "" : " " + T["Case {0} was opened.", answer.Case.ReferenceNumber]);
                return RedirectToPage(new { id });
            case ReportStatus.AlreadyReported: return await RefuseAsync(id, T["Somebody has reported this payment already."], StatusCodes.Status409Conflict, stop);
            case ReportStatus.Simulated: return await RefuseAsync(id, T["A simulation has no label."], StatusCodes.Status422UnprocessableEntity, stop);
            case ReportStatus.NotFound: return NotFound();
            default: return await RefuseAsync(id, T["The panel is starting. Try again in a moment."], StatusCodes.Status503ServiceUnavailable, stop);
        }
    }

    private async Task<IActionResult> AnswerAsync(Guid id, CaseAnswer answer, string said, CancellationToken stop)
    {
        if (answer.Fate == CaseFate.NotFound) return NotFound();
        if (!answer.IsDone) return await RefuseAsync(id, T.Say(answer), answer.File?.Problem.Status ?? (answer.Fate == CaseFate.NobodySuch ? StatusCodes.Status422UnprocessableEntity : StatusCodes.Status409Conflict), stop);
        Said = said;
        return RedirectToPage(new { id });
    }

    private async Task<IActionResult> RefuseAsync(Guid id, string why, int status, CancellationToken stop)
    {
        if (!await LoadAsync(id, stop)) return NotFound();
        Refused = why;
        Response.StatusCode = status;
        return Page();
    }

    private async Task<bool> LoadAsync(Guid id, CancellationToken stop)
    {
        if (await reading.FindAsync(id, stop) is not { } found) return false;
        Detail = found;
        Workers = await cases.WorkersAsync(stop);
        Room = (await FileSettings.LoadAsync(db, stop)).Cases;
        var subject = id.ToString();
        if (User.May(Permissions.ViewAudit)) Trail = await db.AuditEntries.AsNoTracking().Matching(new AuditFilter { SubjectKind = ChangeCases.Subject, SubjectId = subject }).NewestFirst.Take(MostAuditLines).ToListAsync(stop);
        return true;
    }
}
