using ClausumPanel.Storage.Assessments;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Localization;
using ClausumPanel.Web.Plumbing;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Entities;

/// <summary>What one assessment shares with others, as a reader chose to see it: a page of its own, or the block on whichever page holds it.</summary>
public sealed class LinksModel(AssessmentReader assessments, EntityEvidence evidence, BlindReviews blind) : PageModel
{
    public LinksView View { get; private set; } = null!;

    public async Task<IActionResult> OnGetAsync(Guid id, string? match, string[]? by, string? shown, CancellationToken stop)
    {
        if (!evidence.MayLookUp(User.Id)) return StatusCode(StatusCodes.Status429TooManyRequests);
        if (await assessments.FindAsync(id, stop) is not { } stored) return NotFound();
        View = await evidence.LinksAsync(stored, Choice(match, by, shown), stop);
        var kept = await blind.OfAsync(HttpContext.Decider, [.. View.Seqs.Append(stored.Seq).Distinct()], stop);
        View = View.Without(new Blinded(kept.Contains(stored.Seq), kept));
        Response.Headers.Append("Vary", "HX-Request");
        return Request.IsHtmx ? Partial("_Links", View) : Page();
    }

    /// <summary>Words nobody knows are passed over; no word at all means everything.</summary>
    public static LinkChoice Choice(string? match, string[]? by, string? shown = null)
    {
        var kinds = (by ?? []).Select(EntityWords.Kind).OfType<TermKind>().ToHashSet();
        return new LinkChoice(match == "all", kinds.Count == 0 ? null : kinds, shown == "all");
    }
}
