using System.Globalization;

namespace ClausumPanel.Assess;

/// <summary>Writes the sentence of a hit, with its numbers as the reader's culture writes them. Not for the hot path: it builds strings.</summary>
public static class SignalText
{
    private static readonly CultureInfo ApiCulture = CultureInfo.GetCultureInfo("en-US");

    /// <summary>The words and units that sentences are filled with and that are translated on their own.</summary>
    public static IReadOnlyList<string> Pieces { get; } = ["block list", "flag list", "review list", "allow list", "{0} ms", "{0} s", "{0} min", "{0} h", "{0} days"];

    /// <summary>The sentence as the API speaks it, in English: <c>6 transactions in the last hour</c>.</summary>
    /// <param name="hit">The hit.</param>
    /// <param name="currency">ISO 4217 of the assessment, for amounts.</param>
    public static string English(in SignalHit hit, string currency) => Describe(hit, currency, static sentence => sentence, ApiCulture);

    /// <summary>The sentence in the reader's language.</summary>
    /// <param name="hit">The hit.</param>
    /// <param name="currency">ISO 4217 of the assessment, for amounts.</param>
    /// <param name="translate">Gives the reader's sentence for an English one.</param>
    /// <param name="culture">How numbers are written.</param>
    public static string Describe(in SignalHit hit, string currency, Func<string, string> translate, CultureInfo culture)
    {
        ArgumentNullException.ThrowIfNull(translate);
        var definition = SignalCatalog.Of(hit);
        var sentence = translate(definition.Sentence);
        if (definition.A == SignalNumber.None && definition.B == SignalNumber.None && hit.Text is null) return sentence;
        return string.Format(culture, sentence, Write(definition.A, hit.A, currency, translate, culture), Write(definition.B, hit.B, currency, translate, culture), hit.Text);
    }

    /// <summary>An amount in minor units: <c>129.90 MXN</c>, <c>1,500 CLP</c>.</summary>
    public static string Money(double minor, string currency, CultureInfo culture) => Amount(minor, currency, culture) + " " + currency;

    /// <summary>An amount in minor units, where its currency is said elsewhere: <c>129.90</c>, <c>1,500</c>.</summary>
    public static string Amount(double minor, string currency, CultureInfo culture)
    {
        ArgumentNullException.ThrowIfNull(culture);
        var format = "N" + Currencies.Exponent(currency).ToString(CultureInfo.InvariantCulture);
        // A sum that no decimal holds is told as it is: nobody counts its cents.
        return Math.Abs(minor) < 1e27 ? ((decimal)minor / Currencies.Scale(currency)).ToString(format, culture) : (minor / (double)Currencies.Scale(currency)).ToString(format, culture);
    }

    /// <summary>A duration in the unit that says enough, hours with their minutes: <c>850 ms</c>, <c>2.4 s</c>, <c>12 min</c>, <c>5 h 20 min</c>, <c>40 days</c>.</summary>
    public static string Duration(double milliseconds, Func<string, string> translate, CultureInfo culture)
    {
        ArgumentNullException.ThrowIfNull(translate);
        var (unit, length, tenths) = milliseconds switch
        {
            < 1_000 => ("{0} ms", 1d, false),
            < 20_000 => ("{0} s", 1_000d, true),
            < 120_000 => ("{0} s", 1_000d, false),
            < 3_600_000 => ("{0} min", 60_000d, false),
            < 172_800_000 => ("{0} h", 3_600_000d, false),
            _ => ("{0} days", 86_400_000d, false),
        };
        if (unit == "{0} h" && Math.Floor(milliseconds / 60_000) % 60 is > 0 and var minutes)
            return string.Format(culture, translate("{0} h {1} min"), Math.Floor(milliseconds / length).ToString("N0", culture), minutes.ToString("N0", culture));
        // Never more than it was: what a bound let pass must not read as if it had reached it.
        var number = tenths ? Math.Floor(milliseconds / length * 10) / 10 : Math.Floor(milliseconds / length);
        return string.Format(culture, translate(unit), number.ToString(tenths && number % 1 != 0 ? "N1" : "N0", culture));
    }

    /// <summary>How many times something is something else: <c>1.5</c>, <c>18</c>.</summary>
    public static string Times(double number, CultureInfo culture) => number.ToString(number < 9.95 ? "0.#" : "N0", culture);

    private static string Write(SignalNumber kind, double number, string currency, Func<string, string> translate, CultureInfo culture) => kind switch
    {
        SignalNumber.None => "",
        SignalNumber.Count => number.ToString("N0", culture),
        SignalNumber.Times => Times(number, culture),
        SignalNumber.Money => Money(number, currency, culture),
        SignalNumber.Duration => Duration(number, translate, culture),
        SignalNumber.Country => CountryNumber.Code(number),
        SignalNumber.Severity => translate(ListName((ListSeverity)(int)number)),
        SignalNumber.ListType => FactCatalog.ListName((ListType)(int)number),
        _ => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    /// <summary>The English name of the list an entry of this severity stands on.</summary>
    public static string ListName(ListSeverity severity) => severity switch
    {
        ListSeverity.Block => "block list",
        ListSeverity.Flag => "flag list",
        ListSeverity.Review => "review list",
        ListSeverity.Allow => "allow list",
        _ => throw new ArgumentOutOfRangeException(nameof(severity)),
    };
}
