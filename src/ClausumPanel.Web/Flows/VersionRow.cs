using ClausumPanel.Storage;
using ClausumPanel.Storage.Policies;

namespace ClausumPanel.Web.Flows;

/// <summary>A version of the policy as lists show it.</summary>
public sealed record VersionRow(int Version, PolicyState State, string Reason, string? GuardReason, int? BasedOn, int? Reverts, Guid? AuthorId, string? Author, DateTimeOffset CreatedAt, string? DecidedBy, DateTimeOffset? DecidedAt, string? Decision,
    DateTimeOffset? EffectiveAt, DateTimeOffset? ActivatedAt, DateTimeOffset? RetiredAt)
{
    internal static System.Linq.Expressions.Expression<Func<PolicyVersion, VersionRow>> Of(PanelDb db) => p => new VersionRow(p.Version, p.State, p.Reason, p.GuardReason, p.BasedOn, p.Reverts, p.AuthorId,
        db.Users.Where(u => u.Id == p.AuthorId).Select(u => u.DisplayName).FirstOrDefault(), p.CreatedAt,
        db.Users.Where(u => u.Id == p.DecidedById).Select(u => u.DisplayName).FirstOrDefault(), p.DecidedAt, p.DecisionReason, p.EffectiveAt, p.ActivatedAt, p.RetiredAt);
}
