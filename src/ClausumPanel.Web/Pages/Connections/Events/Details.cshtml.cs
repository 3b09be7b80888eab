using System.Text.Json;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Storage.Inbound;
using ClausumPanel.Web.Api;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Connections.Events;

public sealed class ReceivedEventModel(PanelDb db) : PageModel
{
    [TempData] public string? Said { get; set; }
    [TempData] public string? Refused { get; set; }
    public ReceivedEvent Its { get; private set; } = null!;
    public string? KeyName { get; private set; }
    public Guid? Payment { get; private set; }
    public string Body { get; private set; } = "";

    public async Task<IActionResult> OnGetAsync(Guid id, CancellationToken stop)
    {
        if (await db.ReceivedEvents.AsNoTracking().SingleOrDefaultAsync(e => e.Id == id, stop) is not { } its) return NotFound();
        Its = its;
        KeyName = await db.ApiKeys.Where(k => k.Id == its.KeyId).Select(k => k.Name).SingleOrDefaultAsync(stop);
        Payment = its.Seq is { } seq ? await db.Set<StoredAssessment>().Where(a => a.Seq == seq).Select(a => (Guid?)a.Id).SingleOrDefaultAsync(stop) : null;
        using var json = JsonDocument.Parse(its.Body);
        Body = ApiReference.Indented(json.RootElement);
        return Page();
    }
}
