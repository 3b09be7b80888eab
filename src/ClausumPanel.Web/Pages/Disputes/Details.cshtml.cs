using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Storage.Labels;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Flows.Evidence;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Disputes;

/// <summary>One dispute on one page: what it is, what is known, whether it qualifies, and everything one does with it.</summary>
[RequestFormLimits(MultipartBodyLengthLimit = FileRoom.MostRequest)]
public sealed class DetailsModel(PanelDb db, DisputeDesk desk, DisputeCases disputeCases, ReadEvidence evidence, Reader reader, TimeProvider clock, Texts T) : PageModel
{
    private const int MostEvents = 20;

    /// <summary>An event of the provider that spoke of it.</summary>
    public sealed record ToldEvent(Guid Id, string Type, string? ExternalId, DateTimeOffset ReceivedAt);

    public EvidenceFile Evidence { get; private set; } = null!;
    public Dispute Dispute => Evidence.Dispute;

    /// <summary>How much of what its reason asks for is there.</summary>
    public EvidenceCompleteness Completeness { get; private set; } = null!;
    public DateTimeOffset Now { get; } = clock.GetUtcNow();
    public IReadOnlyList<EvidenceSheet> Sheets { get; private set; } = [];
    public IReadOnlyList<AuditEntry> Trail { get; private set; } = [];

    /// <summary>Those it belongs to.</summary>
    public IReadOnlyList<Case> Cases { get; private set; } = [];

    /// <summary>What its provider told of it.</summary>
    public IReadOnlyList<ToldEvent> Events { get; private set; } = [];
    [TempData] public string? Said { get; set; }

    /// <summary>What was refused, in the reader's words.</summary>
    public string? Refused { get; private set; }

    /// <summary>The kind of fact whose form is open.</summary>
    [BindProperty(SupportsGet = true, Name = "fact")] public string? FactWord { get; set; }
    public FactKind? Kind => DisputeWords.Find<FactKind>(FactWord);

    /// <summary>What it takes of files.</summary>
    public FileRoom Room { get; private set; } = null!;
    public bool May => User.May(Permissions.ManageDisputes);
    public EvidenceSheet Timeline => Sheets.First(s => s.Key == "timeline");

    /// <summary>What was typed in and was refused, so that nobody types it twice.</summary>
    public string? Typed(string field) => Refused is not null && Request.HasFormContentType ? Request.Form["v." + field].ToString() : null;

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken stop) => await ShowAsync(id, stop);

    public async Task<IActionResult> OnPostAnswerAsync(Guid id, int version, CancellationToken stop)
    {
        if (!May) return Forbid();
        if (await FindAsync(id, stop) is not { } dispute) return NotFound();
        if (!await desk.AnswerAsync(dispute, version, HttpContext.Actor, CancellationToken.None)) return await RefuseAsync(id, T["It was answered or closed before."], stop);
        return Done(id, T["Marked as answered."]);
    }

    public async Task<IActionResult> OnPostCloseAsync(Guid id, int version, string? outcome, string? recovered, string? closed, CancellationToken stop)
    {
        if (!May) return Forbid();
        if (await FindAsync(id, stop) is not { } dispute) return NotFound();
        if (DisputeWords.Find<DisputeOutcome>(outcome) is not { } known) return await RefuseAsync(id, T["Choose how it ended."], stop);
        var back = string.IsNullOrWhiteSpace(recovered) ? null : DisputeInput.Minor(recovered, dispute.Currency);
        if (!string.IsNullOrWhiteSpace(recovered) && (back is null || back > dispute.Amount)) return await RefuseAsync(id, T["The amount that came back is a number up to the amount disputed."], stop);
        var at = DisputeWords.Moment(closed, reader.Zone);
        if (!string.IsNullOrWhiteSpace(closed) && (at is null || at > Now)) return await RefuseAsync(id, T["The day it ended is not written as a day, or lies in the future."], stop);
        if (!desk.IsReady) return await RefuseAsync(id, T["The panel is still starting. Try again in a moment."], stop);
        db.ChangeTracker.Clear();
        if (!await desk.CloseAsync(id, version, known, back, at, LabelChannel.Panel, HttpContext.Actor, CancellationToken.None)) return await RefuseAsync(id, T["That is its outcome already."], stop);
        return Done(id, T["The outcome is written."]);
    }

    public async Task<IActionResult> OnPostReopenAsync(Guid id, int version, string? stage, string? respond, CancellationToken stop)
    {
        if (!May) return Forbid();
        if (await FindAsync(id, stop) is not { } dispute) return NotFound();
        if (DisputeWords.Find<DisputeStage>(stage) is not { } known || DisputeWords.Moment(respond, reader.Zone, isEnd: true) is not { } at || at < Now) return await RefuseAsync(id, T["Give the stage and a date to answer by that is still to come."], stop);
        await desk.ReopenAsync(dispute, known, at, version, HttpContext.Actor, CancellationToken.None);
        return Done(id, T["It is open again."]);
    }

    public async Task<IActionResult> OnPostCaseAsync(Guid id, int version, CancellationToken stop)
    {
        if (!May || !User.May(Permissions.ManageCases)) return Forbid();
        if (await FindAsync(id, stop) is not { } dispute) return NotFound();
        await disputeCases.OpenAsync(dispute, version, CaseOrigin.Manual, $"{T.Name(dispute.Scheme)} {dispute.ReasonCode} ({dispute.Code})", HttpContext.Actor, CancellationToken.None);
        return Done(id, T["The case is open."]);
    }

    public async Task<IActionResult> OnPostFactAsync(Guid id, string? about, string? source, CancellationToken stop)
    {
        if (!May) return Forbid();
        if (await FindAsync(id, stop) is not { } dispute) return NotFound();
        if (Kind is not { } kind) return await RefuseAsync(id, T["There is no such kind of fact."], stop);
        var values = new Dictionary<string, string>();
        foreach (var field in FactFields.All[kind])
        {
            if (ListTexts.Clean(Request.Form["v." + field.Name].ToString()) is not { } text) continue;
            var name = T.Field(field.Name);
            if (text.Length > (field.Type == FieldType.Text ? DisputeFact.LongestValue : 500)) return await RefuseAsync(id, T["{0} is empty or too long.", name], stop);
            if (field.Choices.Length > 0 && !field.Choices.Contains(text)) return await RefuseAsync(id, T["{0} is none of the known words.", name], stop);
            if (field.Type == FieldType.Moment)
            {
                if (DisputeWords.Moment(text, reader.Zone) is not { } at) return await RefuseAsync(id, T["{0} is a day such as 2026-11-30, or a time such as 2026-11-30T18:00:00Z.", name], stop);
                // A day stays a day; a time says its zone from now on.
                text = text.Length == 10 ? text : at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", System.Globalization.CultureInfo.InvariantCulture);
            }
            if (field.Type == FieldType.Number && !long.TryParse(text, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out _)) return await RefuseAsync(id, T["{0} is not written as it must be.", name], stop);
            if (field.Type == FieldType.Flag && text is not ("true" or "false")) return await RefuseAsync(id, T["{0} is none of the known words.", name], stop);
            values[field.Name] = text;
        }
        if (values.Count == 0) return await RefuseAsync(id, T["Fill in at least one field."], stop);
        if (values.Sum(v => v.Value.Length) > DisputeFact.LongestValues) return await RefuseAsync(id, T["All fields together have more than {0} characters.", DisputeFact.LongestValues], stop);
        var read = await evidence.OfAsync(dispute, stop);
        var seq = long.TryParse(about, System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var chosen) && read.Others.ContainsKey(chosen) ? chosen : (long?)null;
        var cleanSource = ListTexts.Clean(source);
        if (await desk.AddFactAsync(dispute, kind, seq, values, cleanSource?[..Math.Min(200, cleanSource.Length)], reader.Zone, HttpContext.Actor, CancellationToken.None) is null)
            return await RefuseAsync(id, seq is { } gone && !(await evidence.OfAsync(dispute, stop)).Others.ContainsKey(gone) ? T["The payment was kept long enough and is removed."] : T["There are {0} facts already.", DisputeFact.Most], stop);
        return Done(id, T["The fact is written down."]);
    }

    public async Task<IActionResult> OnPostRemoveFactAsync(Guid id, Guid row, CancellationToken stop)
    {
        if (!May) return Forbid();
        if (await FindAsync(id, stop) is not { } dispute) return NotFound();
        await desk.RemoveFactAsync(dispute, row, HttpContext.Actor, CancellationToken.None);
        return Done(id, T["The fact is gone; the audit log keeps it."]);
    }

    public async Task<IActionResult> OnPostFileAsync(Guid id, IFormFile? upload, string? category, CancellationToken stop)
    {
        if (!May) return Forbid();
        if (await FindAsync(id, stop) is not { } dispute) return NotFound();
        var (_, problem, room) = await desk.AddFileAsync(dispute, upload?.FileName, await upload.ReadAsync(stop), DisputeWords.Find<FileCategory>(category) ?? FileCategory.Other, HttpContext.Actor, CancellationToken.None);
        return problem == FileProblem.None ? Done(id, T["The file is attached."]) : await RefuseAsync(id, T.Say(problem, room), stop);
    }

    public async Task<IActionResult> OnPostRemoveFileAsync(Guid id, Guid row, CancellationToken stop)
    {
        if (!May) return Forbid();
        if (await FindAsync(id, stop) is not { } dispute) return NotFound();
        await desk.RemoveFileAsync(dispute, row, HttpContext.Actor, CancellationToken.None);
        return Done(id, T["The file is gone."]);
    }

    private Task<Dispute?> FindAsync(Guid id, CancellationToken stop) => db.Set<Dispute>().SingleOrDefaultAsync(d => d.Id == id, stop);

    private RedirectResult Done(Guid id, string said)
    {
        Said = said;
        return Redirect($"/dashboard/disputes/{id}");
    }

    private async Task<IActionResult> RefuseAsync(Guid id, string why, CancellationToken stop)
    {
        Refused = why;
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return await ShowAsync(id, stop);
    }

    private async Task<IActionResult> ShowAsync(Guid id, CancellationToken stop)
    {
        db.ChangeTracker.Clear();
        if (await db.Set<Dispute>().AsNoTracking().SingleOrDefaultAsync(d => d.Id == id, stop) is not { } found) return NotFound();
        Evidence = await evidence.OfAsync(found, stop);
        Completeness = WeighEvidence.Of(Evidence);
        Room = (await FileSettings.LoadAsync(db, stop)).Disputes;
        Cases = await db.Set<Case>().AsNoTracking().Where(c => c.Id == found.CaseId || db.Set<CaseLink>().Any(l => l.CaseId == c.Id && l.Kind == CaseLinkKind.Dispute && l.Target == id)).OrderBy(c => c.OpenedAt).ToListAsync(stop);
        Events = await db.ReceivedEvents.AsNoTracking().Where(e => e.DisputeId == id).OrderBy(e => e.ReceivedAt).ThenBy(e => e.Id).Take(MostEvents).Select(e => new ToldEvent(e.Id, e.Type, e.ExternalId, e.ReceivedAt)).ToListAsync(stop);
        Sheets = EvidenceSheets.Of(Evidence, new EvidenceLayout(reader.Zone, Outward: false, User.DisplayName, DateOnly.FromDateTime(Now.UtcDateTime)), T);
        if (User.May(Permissions.ViewAudit)) Trail = await db.AuditEntries.AsNoTracking().Where(e => e.SubjectKind == DisputeDesk.Subject && e.SubjectId == found.Code).OrderByDescending(e => e.Sequence).Take(20).ToListAsync(stop);
        return Page();
    }
}
