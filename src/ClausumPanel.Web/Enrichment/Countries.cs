using System.Collections.Concurrent;
using System.Globalization;

namespace ClausumPanel.Web.Enrichment;

/// <summary>The countries of ISO 3166 and the one shared string of each code.</summary>
public static class Countries
{
    // XK (Kosovo) is user-assigned, but networks, phones and banks use it.
    private const string Codes =
        "AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET " +
        "FI FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD " +
        "ME MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV " +
        "SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS XK YE YT ZA ZM ZW";

    private static readonly string?[] ByLetters = Index();

    private static readonly ConcurrentDictionary<(string Language, string Country), string> Names = new();

    /// <summary>All codes, in alphabetical order.</summary>
    public static IReadOnlyList<string> All { get; } = Codes.Split(' ');

    /// <summary>The shared string of a code in whatever case; null when there is no such country.</summary>
    public static string? Find(ReadOnlySpan<char> code) => code.Length == 2 ? Find(code[0], code[1]) : null;

    /// <inheritdoc cref="Find(ReadOnlySpan{char})"/>
    public static string? Find(char first, char second)
    {
        int a = (first | 0x20) - 'a', b = (second | 0x20) - 'a';
        return a is >= 0 and < 26 && b is >= 0 and < 26 ? ByLetters[(a * 26) + b] : null;
    }

    /// <summary>The country's name in the language of a culture: México, Mexico. The code itself where there is no such country.</summary>
    public static string Name(string code, CultureInfo culture)
    {
        if (Find(code) is not { } known) return code;
        // A region calls itself by the language it is asked in; its display name would be that of the first user who asked.
        return Names.GetOrAdd((culture.TwoLetterISOLanguageName, known), static key => new RegionInfo($"{key.Language}-{key.Country}").NativeName);
    }

    private static string?[] Index()
    {
        var index = new string?[26 * 26];
        foreach (var code in Codes.Split(' ')) index[((code[0] - 'A') * 26) + code[1] - 'A'] = code;
        return index;
    }
}
