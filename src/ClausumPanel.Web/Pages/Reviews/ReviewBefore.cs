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
    public static string? Of(PageModel page) => From(page, out var id, out var queue) ? page.Url.Page("/Reviews/Item", new { id, queue }) : null;

    /// <summary>Where the reader is, on the page of another item or in a queue, who asks something of this one.</summary>
    /// <returns>Null on its own page, or when the browser does not say.</returns>
    public static string? ElsewhereThan(Guid item, PageModel page) =>
        From(page, out var id, out var queue) ? id == item ? null : page.Url.Page("/Reviews/Item", new { id, queue }) : IsQueue(page, out queue) ? page.Url.Page("/Reviews/Index", new { queue }) : null;

    private static bool From(PageModel page, out Guid id, out int? queue)
    {
        id = default;
        return Rest(page, out var rest, out queue) && Guid.TryParse(rest.Value?.Split('/').ElementAtOrDefault(1), out id);
    }

    private static bool IsQueue(PageModel page, out int? queue) => Rest(page, out var rest, out queue) && rest.Value?.Trim('/') is null or "";

    private static bool Rest(PageModel page, out PathString rest, out int? queue)
    {
        (rest, queue) = (default, null);
        var request = page.Request;
        if (request.GetTypedHeaders().Referer is not { IsAbsoluteUri: true } from || from.Scheme != request.Scheme || !new HostString(from.Authority).Equals(request.Host)) return false;
        if (!PathString.FromUriComponent(from).StartsWithSegments(request.PathBase + "/dashboard/reviews", out rest)) return false;
        queue = QueryHelpers.ParseQuery(from.Query).TryGetValue("queue", out var named) && int.TryParse(named, CultureInfo.InvariantCulture, out var number) ? number : null;
        return true;
    }
}
