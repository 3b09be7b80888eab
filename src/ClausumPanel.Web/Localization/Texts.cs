using System.Collections;
using System.Collections.Frozen;
using System.Globalization;
using System.Resources;

namespace ClausumPanel.Web.Localization;

/// <summary>Everything a person reads. The key is the English sentence; the Spanish one stands in <c>Texts.es.resx</c>.</summary>
public sealed class Texts
{
    private static readonly FrozenDictionary<string, string> Spanish = Load();

    public string this[string key, params object?[] values] => values.Length == 0 ? Translate(key) : string.Format(CultureInfo.CurrentCulture, Translate(key), values);

    /// <summary>The sentence for one or for several, with the number as the reader writes it.</summary>
    public string Count(long number, string one, string several) => this[number == 1 ? one : several, number.ToString("N0", CultureInfo.CurrentCulture)];

    /// <summary>The reader's sentence for an English one; itself when nobody translated it.</summary>
    public static string Translate(string key) => CultureInfo.CurrentUICulture.TwoLetterISOLanguageName == "es" ? Spanish.GetValueOrDefault(key, key) : key;

    private static FrozenDictionary<string, string> Load()
    {
        var resources = new ResourceManager(typeof(Texts)).GetResourceSet(CultureInfo.GetCultureInfo("es"), createIfNotExists: true, tryParents: false)
            ?? throw new InvalidOperationException("The Spanish texts are missing from this build.");
        return resources.Cast<DictionaryEntry>().ToFrozenDictionary(e => (string)e.Key, e => (string)e.Value!, StringComparer.Ordinal);
    }
}
