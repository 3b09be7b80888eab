using System.Globalization;

namespace ClausumPanel.Web.Localization;

/// <summary>Everything a person reads. The key is the English sentence.</summary>
public sealed class Texts
{
    public string this[string key, params object?[] values] => values.Length == 0 ? key : string.Format(CultureInfo.CurrentCulture, key, values);
}
