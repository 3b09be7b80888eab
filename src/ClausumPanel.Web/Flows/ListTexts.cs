using System.Text;
using ClausumPanel.Web.Api;

namespace ClausumPanel.Web.Flows;

internal static class ListTexts
{
    /// <summary>Trimmed, null when nothing is left, and without the middle of a card number that somebody wrote into it.</summary>
    public static string? Clean(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return null;
        var bytes = Encoding.UTF8.GetBytes(text.Trim());
        return CardData.Mask(bytes) ? Encoding.UTF8.GetString(bytes) : text.Trim();
    }
}
