using AngleSharp.Dom;
using ClausumPanel.Storage.Reviews;
using ClausumPanel.Web.Flows;
using ClausumPanel.Web.Tests.Support;

namespace ClausumPanel.Web.Tests.Reviews;

/// <summary>The quality page of the reviews, and how its figures are read.</summary>
public abstract class QualityStories
{
    protected const string Path = "/dashboard/reviews/quality";
    protected static readonly ReviewVerdict Approved = new(ReviewOutcome.Approve, "known_customer"), Declined = new(ReviewOutcome.Decline, "stolen_card"), Asked = new(ReviewOutcome.Challenge, "confirm_card");

    protected abstract PanelApp Make();

    protected static string Words(IElement element) => string.Join(' ', element.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    protected static string Cell(IDocument page, string row, string column) => string.Join(' ', page.QuerySelector($"tr[data-figures='{row}'] [data-label='{column}']")!.TextContent.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));

    protected static string? Figure(IDocument page, string row, string figure) => page.QuerySelector($"tr[data-figures='{row}']")?.GetAttribute("data-" + figure);
}
