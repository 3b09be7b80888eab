using System.Collections.Frozen;
using System.Globalization;

namespace ClausumPanel.Web.Enrichment;

/// <summary>What is known about a phone number.</summary>
/// <param name="Number">E.164: <c>+525512345678</c>; null when the text is not a number in international form.</param>
/// <param name="Country">The country of the prefix, or null.</param>
/// <param name="IsPlausible">The number has a length its country uses.</param>
public readonly record struct PhoneFacts(string? Number, string? Country, bool IsPlausible);

/// <summary>Reads phone numbers.</summary>
public static class PhoneNumbers
{
    private const int MostDigits = 15;

    // Country calling codes of ITU-T E.164, each with its country and the shortest and longest national number where they are known to be fixed.
    // NANP (1), 7 and 44 are told apart further below.
    private const string CallingCodes = """
        20 EG 8 10|27 ZA 9 9|30 GR 10 10|31 NL 9 9|32 BE 8 9|33 FR 9 9|34 ES 9 9|36 HU 8 9|39 IT 6 11|40 RO 9 9|41 CH 9 9|43 AT 4 13|45 DK 8 8|46 SE 6 10|47 NO 8 8|48 PL 9 9|49 DE 5 13
        51 PE 8 9|52 MX 10 10|53 CU 6 8|54 AR 10 11|55 BR 10 11|56 CL 9 9|57 CO 8 10|58 VE 10 10|60 MY 8 10|61 AU 9 9|62 ID 7 12|63 PH 8 10|64 NZ 8 10|65 SG 8 8|66 TH 8 9
        81 JP 9 10|82 KR 8 10|84 VN 9 10|86 CN 9 11|90 TR 10 10|91 IN 10 10|92 PK 9 10|93 AF 9 9|94 LK 9 9|95 MM 7 10|98 IR 10 10
        211 SS 9 9|212 MA 9 9|213 DZ 8 9|216 TN 8 8|218 LY 8 9|220 GM 7 7|221 SN 9 9|222 MR 8 8|223 ML 8 8|224 GN 8 9|225 CI 10 10|226 BF 8 8|227 NE 8 8|228 TG 8 8|229 BJ 8 10|230 MU 7 8|231 LR 7 9
        232 SL 8 8|233 GH 9 9|234 NG 8 10|235 TD 8 8|236 CF 8 8|237 CM 8 9|238 CV 7 7|239 ST 7 7|240 GQ 9 9|241 GA 7 8|242 CG 9 9|243 CD 9 9|244 AO 9 9|245 GW 7 9|246 IO 7 7|247 SH 4 5|248 SC 7 7|249 SD 9 9
        250 RW 9 9|251 ET 9 9|252 SO 7 9|253 DJ 8 8|254 KE 9 10|255 TZ 9 9|256 UG 9 9|257 BI 8 8|258 MZ 8 9|260 ZM 9 9|261 MG 9 9|262 RE 9 9|263 ZW 8 10|264 NA 8 9|265 MW 7 9|266 LS 8 8|267 BW 7 8|268 SZ 8 8
        269 KM 7 7|290 SH 4 5|291 ER 7 7|297 AW 7 7|298 FO 6 6|299 GL 6 6|350 GI 8 8|351 PT 9 9|352 LU 4 11|353 IE 7 9|354 IS 7 9|355 AL 8 9|356 MT 8 8|357 CY 8 8|358 FI 5 12|359 BG 7 9
        370 LT 8 8|371 LV 8 8|372 EE 7 8|373 MD 8 8|374 AM 8 8|375 BY 9 10|376 AD 6 9|377 MC 8 9|378 SM 6 10|379 VA 6 11|380 UA 9 9|381 RS 8 9|382 ME 8 8|383 XK 8 9|385 HR 8 9|386 SI 8 8|387 BA 8 8|389 MK 8 8
        420 CZ 9 9|421 SK 9 9|423 LI 7 9|500 FK 5 5|501 BZ 7 7|502 GT 8 8|503 SV 8 8|504 HN 8 8|505 NI 8 8|506 CR 8 8|507 PA 7 8|508 PM 6 9|509 HT 8 8|590 GP 9 9|591 BO 8 8|592 GY 7 7|593 EC 8 9|594 GF 9 9
        595 PY 7 9|596 MQ 9 9|597 SR 6 7|598 UY 8 8|599 CW 7 8|670 TL 7 8|672 NF 5 6|673 BN 7 7|674 NR 7 7|675 PG 7 8|676 TO 5 7|677 SB 5 7|678 VU 5 7|679 FJ 7 7|680 PW 7 7|681 WF 6 6|682 CK 5 5|683 NU 4 7
        685 WS 5 7|686 KI 5 8|687 NC 6 6|688 TV 5 7|689 PF 6 8|690 TK 4 7|691 FM 7 7|692 MH 7 7|850 KP 6 10|852 HK 8 8|853 MO 8 8|855 KH 8 9|856 LA 8 10|880 BD 8 10|886 TW 8 9|960 MV 7 7|961 LB 7 8|962 JO 8 9
        963 SY 8 9|964 IQ 8 10|965 KW 8 8|966 SA 9 9|967 YE 7 9|968 OM 8 8|970 PS 8 9|971 AE 8 9|972 IL 8 9|973 BH 8 8|974 QA 8 8|975 BT 7 8|976 MN 8 8|977 NP 8 10|992 TJ 9 9|993 TM 8 8|994 AZ 9 9|995 GE 9 9
        996 KG 9 9|998 UZ 9 9
        """;

    // Area codes of the North American Numbering Plan outside the United States.
    private const string NanpAreas = """
        CA 204 226 236 249 250 257 263 289 306 343 354 365 367 368 382 387 403 416 418 428 431 437 438 450 460 468 474 506 514 519 548 579 581 584 587 600 604 613 622 639 647 672 683 705 709 742 753 778 780 782 807 819 825 867 873 879 902 905 942
        DO 809 829 849|PR 787 939|JM 658 876|BS 242|BB 246|AI 264|AG 268|VG 284|VI 340|KY 345|BM 441|GD 473|TC 649|MS 664|MP 670|GU 671|AS 684|SX 721|LC 758|DM 767|VC 784|TT 868|KN 869
        """;

    // Numbers that begin like those of one country and belong to another.
    private const string Inside = "76 KZ|77 KZ|441481 GG|447781 GG|447839 GG|447911 GG|441534 JE|447509 JE|447700 JE|447797 JE|447829 JE|447937 JE|441624 IM|447524 IM|447624 IM|447924 IM|3906698 VA|35818 AX|4779 SJ|6189162 CC|6189164 CX|262269 YT|262639 YT|5993 BQ|5994 BQ|5997 BQ";

    private static readonly FrozenDictionary<int, Plan> Plans = ReadPlans();
    private static readonly FrozenDictionary<int, string> Areas = NanpAreas.Split(['|', '\n']).SelectMany(line => line.Trim().Split(' ').Skip(1), (line, area) => (Area: Number(area), Country: Shared(line.Trim().AsSpan(0, 2)))).ToFrozenDictionary(a => a.Area, a => a.Country);
    private static readonly (string Prefix, string Country)[] Exceptions = [.. Inside.Split('|').Select(e => e.Split(' ')).Select(e => (e[0], Shared(e[1])))];
    private static readonly FrozenDictionary<string, int> CodeOfCountry = Plans.OrderBy(p => p.Key).DistinctBy(p => p.Value.Country).ToFrozenDictionary(p => p.Value.Country, p => p.Key);

    /// <param name="text">A number as people write it: spaces, dashes, dots and parentheses do not count, <c>+</c> or <c>00</c> begin the country code.</param>
    /// <param name="country">The country a number without a country code is taken to be of, or null.</param>
    public static PhoneFacts Read(string text, string? country = null)
    {
        // One more than a number may have: what does not fit is not a number.
        Span<char> digits = stackalloc char[MostDigits + 4];
        var length = 0;
        var isInternational = false;
        foreach (var c in text.AsSpan().Trim())
        {
            if (char.IsAsciiDigit(c))
            {
                if (length == digits.Length) return default;
                digits[length++] = c;
            }
            else if (c == '+' && length == 0 && !isInternational)
            {
                isInternational = true;
            }
            else if (c is not (' ' or '-' or '.' or '(' or ')' or '/' or '\u00A0'))
            {
                return default;
            }
        }
        var number = digits[..length];
        if (!isInternational && number is ['0', '0', ..])
        {
            number = number[2..];
            isInternational = true;
        }
        if (!isInternational)
        {
            var national = number is ['0', ..] ? number[1..] : number;
            if (country is null || !TryCode(country, out var code) || !IsPlausible(code, national)) return TryWithoutPlus(number, text);
            Span<char> whole = stackalloc char[MostDigits + 8];
            code.TryFormat(whole, out var written, provider: CultureInfo.InvariantCulture);
            national.CopyTo(whole[written..]);
            return International(whole[..(written + national.Length)], text);
        }
        return International(number, text);
    }

    /// <summary>The numbers that what somebody types may mean: without its country one of Mexico or of the United States. Each is written as payments keep theirs.</summary>
    /// <returns>None when it is no number.</returns>
    public static IReadOnlyList<string> MayMean(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return [.. ((string?[])[null, "MX", "US"]).Select(country => Read(text, country).Number).OfType<string>().Distinct()];
    }

    // Many systems drop the plus: 525512345678 is plainly a Mexican number, 12345 is nothing.
    private static PhoneFacts TryWithoutPlus(ReadOnlySpan<char> number, string text)
    {
        if (number.Length < 11) return default;
        var facts = International(number, text);
        return facts.IsPlausible ? facts : default;
    }

    private static PhoneFacts International(scoped ReadOnlySpan<char> number, string text)
    {
        if (number.Length is < 4 or > MostDigits || number[0] == '0') return default;
        Span<char> shortened = stackalloc char[MostDigits];
        // Until 2019 mobile numbers of Mexico were dialled from abroad with a 1 after the country code; the number is the same without it.
        if (number.Length == 13 && number is ['5', '2', '1', .. var rest])
        {
            "52".CopyTo(shortened);
            rest.CopyTo(shortened[2..]);
            number = shortened[..12];
        }
        var code = CallingCode(number);
        var national = number[DigitsOf(code)..];
        var written = text.Length == number.Length + 1 && text[0] == '+' && number.SequenceEqual(text.AsSpan(1)) ? text : string.Concat("+", number);
        return new PhoneFacts(written, code == 0 ? null : CountryOf(code, number, national), code != 0 && IsPlausible(code, national));
    }

    private static int CallingCode(ReadOnlySpan<char> number)
    {
        if (number[0] is '1' or '7') return number[0] - '0';
        var two = ((number[0] - '0') * 10) + number[1] - '0';
        if (Plans.ContainsKey(two)) return two;
        var three = (two * 10) + number[2] - '0';
        return Plans.ContainsKey(three) ? three : 0;
    }

    private static string CountryOf(int code, ReadOnlySpan<char> number, ReadOnlySpan<char> national)
    {
        if (code == 1) return national.Length >= 3 && Areas.TryGetValue(((national[0] - '0') * 100) + ((national[1] - '0') * 10) + national[2] - '0', out var area) ? area : Plans[1].Country;
        foreach (var (prefix, country) in Exceptions)
            if (number.StartsWith(prefix)) return country;
        return Plans[code].Country;
    }

    private static bool IsPlausible(int code, ReadOnlySpan<char> national)
    {
        var plan = Plans[code];
        // Area codes and exchanges of the North American plan begin with 2 to 9.
        return national.Length >= plan.Shortest && national.Length <= plan.Longest && (code != 1 || (national[0] >= '2' && national[3] >= '2')) && (code != 52 || national[0] >= '2');
    }

    private static bool TryCode(string country, out int code)
    {
        if (CodeOfCountry.TryGetValue(country, out code)) return true;
        if (!Areas.Values.Contains(country)) return false;
        code = 1;
        return true;
    }

    private static int DigitsOf(int code) => code switch { 0 => 0, < 10 => 1, < 100 => 2, _ => 3 };

    private static FrozenDictionary<int, Plan> ReadPlans()
    {
        var plans = new Dictionary<int, Plan> { [1] = new(Shared("US"), 10, 10), [7] = new(Shared("RU"), 10, 10), [44] = new(Shared("GB"), 7, 10) };
        foreach (var line in CallingCodes.Split(['|', '\n']))
        {
            var words = line.Trim().Split(' ');
            plans.Add(Number(words[0]), new Plan(Shared(words[1]), Number(words[2]), Number(words[3])));
        }
        return plans.ToFrozenDictionary();
    }

    private static string Shared(ReadOnlySpan<char> code) => Countries.Find(code) ?? throw new InvalidOperationException($"No such country: {code}");

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private sealed record Plan(string Country, int Shortest, int Longest);
}
