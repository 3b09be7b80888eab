using System.Globalization;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;

namespace ClausumPanel.Web.Pages.Reviews;

/// <summary>The way back to the review that a page was opened from.</summary>
internal static class ReviewBefore
{
    /// <summary>Made anew from what the browser says it comes from: of that only the item's number, its queue, how that was listed and what was chosen in it are believed.</summary>
    /// <returns>Null when the page was opened from elsewhere.</returns>
    public static string? Of(PageModel page) => From(page, out var id, out var way) ? page.Url.Page("/Reviews/Item", With(way, id)) : null;

    /// <summary>Where the reader is, on the page of another item or in a queue, who asks something of this one.</summary>
    /// <returns>Null on its own page, or when the browser does not say.</returns>
    public static string? ElsewhereThan(Guid item, PageModel page) =>
        From(page, out var id, out var way) ? id == item ? null : page.Url.Page("/Reviews/Item", With(way, id)) : IsQueue(page, out way) ? page.Url.Page("/Reviews/Index", way) : null;

    private static Dictionary<string, string> With(Dictionary<string, string> way, Guid id) => new(way) { ["id"] = id.ToString() };

    private static bool From(PageModel page, out Guid id, out Dictionary<string, string> way)
    {
        id = default;
        return Rest(page, out var rest, out way) && Guid.TryParse(rest.Value?.Split('/').ElementAtOrDefault(1), out id);
    }

    private static bool IsQueue(PageModel page, out Dictionary<string, string> way)
    {
        if (!Rest(page, out var rest, out way, out var said) || rest.Value?.Trim('/') is not (null or "")) return false;
        // Its page, and what was chosen up to there.
        if (int.TryParse(said.GetValueOrDefault("p"), CultureInfo.InvariantCulture, out var at) && at > 1) way["p"] = at.ToString(CultureInfo.InvariantCulture);
        var here = said.GetValueOrDefault("seqs").Select(text => long.TryParse(text, CultureInfo.InvariantCulture, out var seq) ? seq : 0);
        if (ChosenItems.Write(ChosenItems.Read(said.GetValueOrDefault("chosen")).Concat(here)) is { } chosen) way["chosen"] = chosen;
        return true;
    }

    private static bool Rest(PageModel page, out PathString rest, out Dictionary<string, string> way) => Rest(page, out rest, out way, out _);

    private static bool Rest(PageModel page, out PathString rest, out Dictionary<string, string> way, out Dictionary<string, StringValues> said)
    {
        (rest, way, said) = (default, [], []);
        var request = page.Request;
        if (request.GetTypedHeaders().Referer is not { IsAbsoluteUri: true } from || from.Scheme != request.Scheme || !new HostString(from.Authority).Equals(request.Host)) return false;
        if (!PathString.FromUriComponent(from).StartsWithSegments(request.PathBase + "/dashboard/reviews", out rest)) return false;
        said = QueryHelpers.ParseQuery(from.Query);
        if (said.TryGetValue("queue", out var named) && int.TryParse(named, CultureInfo.InvariantCulture, out var number)) way["queue"] = number.ToString(CultureInfo.InvariantCulture);
        foreach (var name in WaitingQuery.Names)
            if (said.TryGetValue(name, out var value) && value.ToString() is { Length: > 0 and <= WaitingQuery.LongestSearch } text) way[name] = text;
        return true;
    }
}
