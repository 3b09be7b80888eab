using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Plumbing;

/// <summary>Every address answers a whole page; when htmx asks, just the part that changed.</summary>
public static class Htmx
{
    extension(HttpRequest request)
    {
        public bool IsHtmx => request.Headers["HX-Request"] == "true";
    }

    /// <summary>The partial for htmx, the whole page for everybody else.</summary>
    public static IActionResult Fragment(this PageModel page, string name, int status = StatusCodes.Status200OK)
    {
        page.Response.Headers.Append("Vary", "HX-Request");
        page.Response.StatusCode = status;
        return page.Request.IsHtmx ? page.Partial(name, page) : page.Page();
    }
}
