using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Disputes;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Disputes;

/// <summary>Opens a dispute by hand; what is known of the payment fills the form.</summary>
public sealed class NewModel(PanelDb db, DisputeDesk desk, Reader reader, TimeProvider clock, Texts T) : PageModel
{
    [BindProperty] public DisputeInput Input { get; set; } = new();

    /// <summary>Any number of a payment: assessment, payment or order.</summary>
    [BindProperty(SupportsGet = true, Name = "find")] public string? Find { get; set; }
    public StoredAssessment? Found { get; private set; }
    public bool IsLookedFor => !string.IsNullOrWhiteSpace(Find);

    public async Task OnGetAsync(CancellationToken stop)
    {
        if (!IsLookedFor) return;
        var text = Find!.Trim();
        Found = await desk.FindAsync(new DisputeItem { TransactionId = text, PaymentId = text, OrderId = text }, stop);
        if (Found is null) return;
        var facts = new Facts();
        FactSnapshot.Read(Found.Facts, facts);
        var brand = facts.Text(Known.CardBrand) ?? facts.Text(Known.CardScheme);
        Input = new DisputeInput
        {
            TransactionId = Found.Id.ToString(), PaymentId = Found.PaymentId, OrderId = Found.OrderId, Amount = DisputeInput.Show(Found.Money), Currency = Found.Currency, Scheme = (DisputeWords.Find<CardScheme>(brand) ?? CardScheme.Other).SnakeWord(),
        };
    }

    public async Task<IActionResult> OnPostAsync(CancellationToken stop)
    {
        if (Input.Read(this, reader.Zone, clock.GetUtcNow(), T) is { } item)
        {
            if (item.ExternalId is { } external && await db.Set<Dispute>().AsNoTracking().SingleOrDefaultAsync(d => d.ExternalId == external, stop) is { } same)
                ModelState.AddModelError("Input.ExternalId", T["That is {0} already.", same.Code]);
            else return RedirectToPage("Details", new { id = (await desk.OpenAsync(item, HttpContext.Actor, CancellationToken.None)).Id });
        }
        Response.StatusCode = StatusCodes.Status422UnprocessableEntity;
        return Page();
    }
}
