using System.Security.Cryptography;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Storage.Cases;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Cases;

/// <summary>The sealed package, byte for byte as it was made.</summary>
public sealed class CasePackageModel(PanelDb db, TimeProvider clock) : PageModel
{
    public async Task<IActionResult> OnGetAsync(Guid id, string form, CancellationToken stop)
    {
        if (form is not ("json" or "html") || await db.Set<CasePackage>().AsNoTracking().SingleOrDefaultAsync(p => p.CaseId == id, stop) is not { } package) return NotFound();
        var reference = await db.Set<Case>().Where(c => c.Id == id).Select(c => c.ReferenceNumber).SingleAsync(stop);
        var bytes = form == "json" ? package.Json : package.Html;
        db.Audit(HttpContext.Actor, AuditActions.Exported, clock.GetUtcNow(), ChangeCases.Subject, id.ToString(), after: new
        {
            Format = form, Rows = SealedPackage.Entries(package.Json), Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)), Package = Convert.ToHexStringLower(package.Sha256),
        });
        await db.SaveChangesAsync(CancellationToken.None);
        return File(bytes, form == "json" ? "application/json; charset=utf-8" : "text/html; charset=utf-8", $"{reference}.{form}");
    }
}
