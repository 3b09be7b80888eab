using System.Text.Encodings.Web;
using Microsoft.AspNetCore.Html;

namespace ClausumPanel.Web.Localization;

/// <summary>Addresses that break where a reader would break them.</summary>
public static class Breakable
{
    /// <summary>The text, which may break after an @ and before a dot.</summary>
    public static IHtmlContent Of(string? text) =>
        new HtmlString(HtmlEncoder.Default.Encode(text ?? "").Replace("@", "@<wbr>", StringComparison.Ordinal).Replace(".", "<wbr>.", StringComparison.Ordinal));
}
