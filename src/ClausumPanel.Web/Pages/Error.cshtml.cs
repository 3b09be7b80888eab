using System.Diagnostics;
using ClausumPanel.Web.Localization;
using Microsoft.AspNetCore.Diagnostics;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Mvc.RazorPages;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Pages;

/// <summary>What people see instead of a page. Machines under /api get a problem document.</summary>
[IgnoreAntiforgeryToken]
public sealed class ErrorModel(Texts T) : PageModel
{
    public int Code { get; private set; }
    public string TraceId => Activity.Current?.TraceId.ToString() ?? HttpContext.TraceIdentifier;

    public string Title => Code switch
    {
        400 => T["This request was not understood"],
        403 => T["This is not for your role"],
        404 => T["There is nothing here"],
        409 => T["Somebody else changed this first"],
        429 => T["Too many requests"],
        _ => T["Something went wrong"],
    };

    public string Explanation => Code switch
    {
        400 => T["The page may have been open for too long. Go back, reload it and try again."],
        403 => T["Ask an administrator if you need it."],
        404 => T["The address may be old, or what was here is not yours to see."],
        409 => T["Nothing of yours was saved. Reload the page to see how it is now."],
        429 => T["Wait a moment and try again."],
        _ => T["It was written down. Nothing half-done was kept."],
    };

    public void OnGet(int code) => Show(code);

    public void OnPost(int code) => Show(code);

    private void Show(int code)
    {
        var failure = HttpContext.Features.Get<IExceptionHandlerFeature>()?.Error;
        Code = failure is DbUpdateConcurrencyException ? StatusCodes.Status409Conflict : code;
        Response.StatusCode = Code is >= 400 and < 600 ? Code : StatusCodes.Status404NotFound;
    }
}
