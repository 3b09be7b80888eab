using ClausumPanel.Storage;
using ClausumPanel.Storage.Policies;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages.Protection;

/// <summary>Every version of the policy there has been, newest first.</summary>
public sealed class VersionsModel(PanelDb db) : PageModel
{
    private const int Most = 200;

    [TempData] public string? Said { get; set; }
    public IReadOnlyList<VersionRow> Rows { get; private set; } = [];

    public async Task OnGetAsync(CancellationToken stop) => Rows = await db.Set<PolicyVersion>().AsNoTracking().OrderByDescending(p => p.Version).Take(Most).Select(VersionRow.Of(db)).ToListAsync(stop);
}

public sealed record VersionRow(int Version, PolicyState State, string Reason, string? GuardReason, int? BasedOn, int? Reverts, Guid? AuthorId, string? Author, DateTimeOffset CreatedAt, string? DecidedBy, DateTimeOffset? DecidedAt, string? Decision,
    DateTimeOffset? EffectiveAt, DateTimeOffset? ActivatedAt, DateTimeOffset? RetiredAt)
{
    internal static System.Linq.Expressions.Expression<Func<PolicyVersion, VersionRow>> Of(PanelDb db) => p => new VersionRow(p.Version, p.State, p.Reason, p.GuardReason, p.BasedOn, p.Reverts, p.AuthorId,
        db.Users.Where(u => u.Id == p.AuthorId).Select(u => u.DisplayName).FirstOrDefault(), p.CreatedAt,
        db.Users.Where(u => u.Id == p.DecidedById).Select(u => u.DisplayName).FirstOrDefault(), p.DecidedAt, p.DecisionReason, p.EffectiveAt, p.ActivatedAt, p.RetiredAt);
}
