using System.Text.Json;
using ClausumPanel.Web.Api;
using Microsoft.AspNetCore.Mvc.RazorPages;

namespace ClausumPanel.Web.Pages.Docs;

/// <summary>The API for reading, from the same document that machines get. The types of problems are addresses on this page.</summary>
public sealed class ApiModel : PageModel
{
    public string Summary => ApiReference.Root.GetProperty("info").GetProperty("summary").GetString()!;
    public string Description => ApiReference.Root.GetProperty("info").GetProperty("description").GetString()!;

    public JsonElement ErrorSchema => ApiReference.Root.GetProperty("components").GetProperty("schemas").GetProperty("Problem");

    public static string Anchor(Problem problem) => problem.Type[(problem.Type.IndexOf('#', StringComparison.Ordinal) + 1)..];
}
