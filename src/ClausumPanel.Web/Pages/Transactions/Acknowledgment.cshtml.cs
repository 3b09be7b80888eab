using System.ComponentModel.DataAnnotations;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Alerts;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Policies;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Transactions;

/// <summary>Somebody has looked at an alert, and says what it is.</summary>
public sealed class AcknowledgmentModel(PanelDb db, PolicyShelf policies, Reader reader, TimeProvider clock, Texts T) : PageModel
{
    [TempData] public string? Said { get; set; }
    [BindProperty] public AcknowledgmentInput Input { get; set; } = new();
    public Alert Alert { get; private set; } = null!;
    public string? Refused { get; private set; }
    public string Name => AlertsModel.Name(T, policies.Active.Policy, Alert);
    public string Rows => AlertsModel.Rows(reader, Alert);

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken stop) => await FindAsync(id, stop) ? Page() : NotFound();

    public async Task<IActionResult> OnPostAsync(Guid id, CancellationToken stop)
    {
        if (!await FindAsync(id, stop)) return NotFound();
        if (!ModelState.IsValid)
        {
            Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
            return Page();
        }
        var now = clock.GetUtcNow();
        if (!Alert.Acknowledge(HttpContext.Actor, Flows.ListTexts.Clean(Input.Reason)!, now)) return TooLate();
        db.Audit(HttpContext.Actor, AuditActions.AlertAcknowledged, now, "alert", Alert.Id.ToString(), after: new { Kind = Alert.Kind.ToString(), Alert.Key, Alert.Hour, Alert.Count, Alert.Earlier, Alert.Reason });
        try
        {
            await db.SaveChangesAsync(CancellationToken.None);
        }
        catch (DbUpdateConcurrencyException)
        {
            db.ChangeTracker.Clear();
            await FindAsync(id, CancellationToken.None);
            return TooLate();
        }
        Said = T["{0}: acknowledged.", Name];
        return RedirectToPage("Alerts");
    }

    private PageResult TooLate()
    {
        Refused = T["{0} acknowledged it first: {1}", Alert.AcknowledgedBy, Alert.Reason];
        Response.StatusCode = StatusCodes.Status409Conflict;
        return Page();
    }

    private async Task<bool> FindAsync(Guid id, CancellationToken stop)
    {
        if (await db.Set<Alert>().SingleOrDefaultAsync(a => a.Id == id, stop) is not { } found) return false;
        Alert = found;
        return true;
    }
}

public sealed class AcknowledgmentInput
{
    [Required(ErrorMessage = "Say what it was, or why it does not matter."), StringLength(Alert.LongestReason, ErrorMessage = "The reason may have at most {1} characters.")]
    public string? Reason { get; set; }
}
