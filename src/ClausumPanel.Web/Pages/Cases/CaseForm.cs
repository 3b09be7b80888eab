namespace ClausumPanel.Web.Pages.Cases;

/// <summary>What the fields of a case need to be shown.</summary>
/// <param name="Workers">Those it can be assigned to.</param>
/// <param name="IsNew">Nothing is chosen yet.</param>
/// <param name="IsSealed">Its facts are not asked for: a sealed package states them.</param>
public sealed record CaseForm(CaseInput Input, IReadOnlyList<(Guid Id, string Name)> Workers, bool IsNew, bool IsSealed = false);
