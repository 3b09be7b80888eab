using ClausumPanel.Web.Flows;

namespace ClausumPanel.Web.Pages.Protection.Lists;

/// <summary>An import that was confirmed, as it is shown until it is done.</summary>
/// <param name="Import">The import.</param>
/// <param name="Address">Where imports of this kind begin; this one's own is below it.</param>
/// <param name="After">Where one goes when it is done.</param>
/// <param name="AfterWords">What that place is called.</param>
public sealed record ImportWork(PendingImport Import, string Address, string After, string AfterWords);
