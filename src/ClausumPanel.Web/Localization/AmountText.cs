using System.Globalization;
using System.Text.RegularExpressions;
using ClausumPanel.Assess;

namespace ClausumPanel.Web.Localization;

/// <summary>An amount as somebody writes it: 1500, 1500.5, and as the panel itself writes it, 1,500.00.</summary>
public static partial class AmountText
{
    private const decimal Most = 1_000_000_000_000m;

    public static bool TryMinor(string text, string currency, out long minor) => TryMinor(text, Currencies.Exponent(currency), out minor);

    /// <param name="text">Major units.</param>
    /// <param name="digits">How many follow the point in that currency.</param>
    /// <param name="minor">Minor units.</param>
    /// <returns>False: it is no amount, or has more digits than the currency.</returns>
    public static bool TryMinor(string text, int digits, out long minor)
    {
        ArgumentNullException.ThrowIfNull(text);
        minor = 0;
        var style = Grouped().IsMatch(text.Trim()) ? NumberStyles.AllowDecimalPoint | NumberStyles.AllowThousands : NumberStyles.AllowDecimalPoint;
        if (!decimal.TryParse(text.Trim(), style, CultureInfo.InvariantCulture, out var major) || major > Most) return false;
        var scaled = major * (decimal)Math.Pow(10, digits);
        minor = (long)scaled;
        return scaled == minor;
    }

    [GeneratedRegex(@"^\d{1,3}(,\d{3})+(\.\d+)?$")]
    private static partial Regex Grouped();
}
