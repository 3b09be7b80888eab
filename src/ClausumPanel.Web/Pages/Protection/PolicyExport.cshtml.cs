using System.Globalization;
using System.Security.Cryptography;
using ClausumPanel.Assess;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Audit;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Protection;

/// <summary>A version, or the person's own draft, as the file that the import reads.</summary>
public sealed class PolicyExportModel(PanelDb db, PolicyDesk desk, TimeProvider clock) : PageModel
{
    public IActionResult OnGet() => RedirectToPage("Versions");

    /// <param name="version">Which; without it, the draft.</param>
    /// <param name="stop">Stops it.</param>
    public async Task<IActionResult> OnPostAsync(int? version, CancellationToken stop)
    {
        var policy = version is { } number ? await desk.FindAsync(number, stop) : (await desk.DraftAsync(User.Id, stop))?.Policy;
        if (policy is null) return NotFound();
        var name = version is { } known ? known.ToString(CultureInfo.InvariantCulture) : "draft";
        var bytes = PolicyJson.WriteUtf8(policy);
        db.Audit(HttpContext.Actor, AuditActions.Exported, clock.GetUtcNow(), "policy", name, after: new { Format = "json", Rows = policy.Limits.Count + policy.Signals.Count + policy.Rules.Count, Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)), Rules = policy.Rules.Count });
        await db.SaveChangesAsync(CancellationToken.None);
        return File(bytes, "application/json; charset=utf-8", $"policy-{name}.json");
    }
}
