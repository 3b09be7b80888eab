using ClausumPanel.Storage;
using ClausumPanel.Storage.Lists;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Protection.Lists;

/// <summary>One entry: what it does may change, what it names may not.</summary>
public sealed class EntryModel(PanelDb db, ChangeLists lists, EntryTrial trial, Reader reader, TimeProvider clock, Texts T) : PageModel, IShowTouched
{
    [BindProperty] public ListEntryInput Input { get; set; } = new();
    [TempData] public string? Said { get; set; }
    public ListEntry Entry { get; private set; } = null!;
    public string? Owner { get; private set; }

    /// <summary>The payment that is its reason, where that has a review, with what was noted with its decision.</summary>
    public IReadOnlyDictionary<Guid, NamedPayment> Reviews { get; private set; } = new Dictionary<Guid, NamedPayment>();
    public Touched? Touched { get; private set; }

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken stop)
    {
        if (!await FindAsync(id, stop)) return NotFound();
        Input = new ListEntryInput
        {
            Type = Entry.Type.Word(), Value = Entry.Value, Severity = Entry.Severity.Word(), FlowScope = Entry.FlowScope.Word(), Reason = Entry.Reason, ExpiresAt = ListEntryInput.Written(Entry.ExpiresAt, reader.Zone), IsActive = Entry.IsActive,
        };
        return Page();
    }

    public async Task<IActionResult> OnGetTouchedAsync(Guid id, CancellationToken stop)
    {
        if (!await FindAsync(id, stop)) return NotFound();
        Touched = await Touched.LookAsync(trial, Entry.Type, Entry.Value, Entry.FlowScope, stop);
        return Partial("_Touched", this);
    }

    public async Task<IActionResult> OnPostAsync(Guid id, CancellationToken stop)
    {
        if (!await FindAsync(id, stop)) return NotFound();
        var expires = ReadEnd(this, Input, reader, T, clock.GetUtcNow(), Entry.ExpiresAt);
        if (Input.ListSeverity is null) ModelState.AddModelError("Input.Severity", T["There is no such severity: write block, flag, review or allow."]);
        if (!ModelState.IsValid)
        {
            Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            return Page();
        }
        var edit = new ListEdit(Input.ListSeverity!.Value, Input.Scope ?? FlowScope.Both, Input.CleanReason, expires, Input.IsActive);
        if (await lists.ChangeAsync(Entry, edit, HttpContext.Actor)) Said = T["{0} was changed.", Entry.Value];
        return RedirectToPage("Index");
    }

    /// <summary>The end as written, on the reader's clock. What lies in the past is refused, unless it did before.</summary>
    internal static DateTimeOffset? ReadEnd(PageModel page, ListEntryInput input, Reader reader, Texts T, DateTimeOffset now, DateTimeOffset? was)
    {
        if (string.IsNullOrWhiteSpace(input.ExpiresAt)) return null;
        if (input.ExpiresAt == ListEntryInput.Written(was, reader.Zone)) return was;        // the field has no seconds
        var read = Moments.Read(input.ExpiresAt, reader.Zone);
        if (read is null) page.ModelState.AddModelError("Input.ExpiresAt", T.Say(LineProblem.Expiry));
        else if (read <= now) page.ModelState.AddModelError("Input.ExpiresAt", T.Say(LineProblem.Past));
        return read;
    }

    private async Task<bool> FindAsync(Guid id, CancellationToken stop)
    {
        if (await db.Set<ListEntry>().Include(e => e.Hits).SingleOrDefaultAsync(e => e.Id == id, stop) is not { } found) return false;
        Entry = found;
        if (ListSentences.PaymentOf(found.Reason) is { } by) Reviews = await ListedByReview.NamedAsync(db, [by], stop);
        Owner = await db.Users.Where(u => u.Id == found.OwnerId).Select(u => u.DisplayName).FirstOrDefaultAsync(stop);
        return true;
    }
}
