using System.Collections.Frozen;

namespace ClausumPanel.Assess;

/// <summary>The currencies of ISO 4217 (list one) and how many digits their smallest unit has.</summary>
public static class Currencies
{
    // Codes in alphabetical order; what does not stand in a group below has two digits.
    private const string Codes =
        "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BOV BRL BSD BTN BWP BYN BZD CAD CDF CHE CHF CHW CLF CLP CNY COP COU CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP " +
        "GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN " +
        "NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD USN UYI UYU UYW UZS VED VES VND VUV " +
        "WST XAF XCD XCG XOF XPF YER ZAR ZMW ZWG";

    private const string NoDigits = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF";
    private const string ThreeDigits = "BHD IQD JOD KWD LYD OMR TND";
    private const string FourDigits = "CLF UYW";

    private static readonly FrozenDictionary<string, (string Code, int Digits)> Known = Codes.Split(' ').ToFrozenDictionary(
        code => code,
        code => (code, NoDigits.Contains(code, StringComparison.Ordinal) ? 0 : ThreeDigits.Contains(code, StringComparison.Ordinal) ? 3 : FourDigits.Contains(code, StringComparison.Ordinal) ? 4 : 2));

    private static readonly FrozenDictionary<string, (string Code, int Digits)>.AlternateLookup<ReadOnlySpan<char>> BySpan = Known.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>All codes, in alphabetical order.</summary>
    public static IReadOnlyList<string> All { get; } = Codes.Split(' ');

    /// <summary>True for a code of ISO 4217, upper case; gives the one shared string of it.</summary>
    public static bool TryFind(ReadOnlySpan<char> code, out string shared, out int digits)
    {
        var found = BySpan.TryGetValue(code, out var known);
        (shared, digits) = known;
        return found;
    }

    /// <summary>Digits behind the decimal sign: 2 for MXN, 0 for CLP. Two for a code that is not known.</summary>
    public static int Exponent(string code) => Known.TryGetValue(code, out var known) ? known.Digits : 2;

    /// <summary>Minor units in one major unit: 100 for MXN, 1 for CLP.</summary>
    public static decimal Scale(string code) => Exponent(code) switch { 0 => 1m, 3 => 1_000m, 4 => 10_000m, _ => 100m };
}
