using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.WebUtilities;

namespace ClausumPanel.Web.Pages.Reviews;

/// <summary>The way back to the review that a page was opened from.</summary>
internal static class ReviewBefore
{
    /// <summary>Made anew from what the browser says it comes from: of that only the item's number and its queue are believed.</summary>
    /// <returns>Null when the page was opened from elsewhere.</returns>
    public static string? Of(PageModel page)
    {
        var request = page.Request;
        if (request.GetTypedHeaders().Referer is not { IsAbsoluteUri: true } from || from.Scheme != request.Scheme || !new HostString(from.Authority).Equals(request.Host)) return null;
        if (!PathString.FromUriComponent(from).StartsWithSegments(request.PathBase + "/dashboard/reviews", out var rest) || !Guid.TryParse(rest.Value?.Split('/').ElementAtOrDefault(1), out var id)) return null;
        var queue = QueryHelpers.ParseQuery(from.Query).TryGetValue("queue", out var named) && int.TryParse(named, CultureInfo.InvariantCulture, out var number) ? number : (int?)null;
        return page.Url.Page("/Reviews/Item", new { id, queue });
    }
}
