using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Html;

namespace ClausumPanel.Web.Localization;

/// <summary>Addresses that break where a reader would break them.</summary>
public static class Breakable
{
    /// <summary>The text, which may break before a dot and after an @, a colon and a slash; never within a word that fits its line.</summary>
    public static IHtmlContent Of(string? text)
    {
        var html = HtmlEncoder.Default.Encode(text ?? "").Replace(".", "<wbr>.", StringComparison.Ordinal);
        foreach (var after in (ReadOnlySpan<string>)["@", ":", "/"]) html = html.Replace(after, after + "<wbr>", StringComparison.Ordinal);
        return new HtmlString(html);
    }
}
