namespace ClausumPanel.Web.Enrichment;

/// <summary>The numbers bank accounts go by: CLABE, IBAN and BIC.</summary>
public static class BankAccounts
{
    // Length of the IBAN of each country in the IBAN registry.
    private const string IbanLengths =
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 " +
        "LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30";

    private static readonly System.Collections.Frozen.FrozenDictionary<string, int> LengthOfIban =
        System.Collections.Frozen.FrozenDictionary.ToFrozenDictionary(IbanLengths.Split(' '), e => e[..2], e => int.Parse(e.AsSpan(2), System.Globalization.CultureInfo.InvariantCulture));

    /// <summary>The one way to write an account number: without spaces, in capitals.</summary>
    public static string Written(string text)
    {
        foreach (var c in text)
            if (c == ' ' || char.IsAsciiLetterLower(c)) return text.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();
        return text;
    }

    /// <summary>What somebody types: a CLABE or an IBAN, in groups or not, the one way to write it; else as it is.</summary>
    public static string Typed(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var written = Written(string.Concat(text.Where(c => !char.IsWhiteSpace(c) && c != '-')));
        return IsClabe(written) || IsIban(written, out _) ? written : text;
    }

    /// <summary>True when the text is eighteen digits whose last one checks the others.</summary>
    public static bool IsClabe(ReadOnlySpan<char> text)
    {
        return text.Length == 18 && !text.ContainsAnyExceptInRange('0', '9') && ClabeCheck(text[..17]) == text[17] - '0';
    }

    /// <summary>The digit that checks the seventeen before it.</summary>
    public static int ClabeCheck(ReadOnlySpan<char> digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++) sum += (digits[i] - '0') * (i % 3 == 0 ? 3 : i % 3 == 1 ? 7 : 1) % 10;
        return (10 - (sum % 10)) % 10;
    }

    /// <summary>True when length and check digits of an IBAN are right; spaces and lower case do not matter. Gives its country where that is known even if they are not.</summary>
    public static bool IsIban(ReadOnlySpan<char> text, out string? country)
    {
        country = null;
        Span<char> iban = stackalloc char[34];
        var length = 0;
        foreach (var c in text)
        {
            if (c == ' ') continue;
            if (length == iban.Length || !char.IsAsciiLetterOrDigit(c)) return false;
            iban[length++] = char.ToUpperInvariant(c);
        }
        iban = iban[..length];
        if (length < 5) return false;
        country = Countries.Find(iban[..2]);
        if (country is null || !LengthOfIban.TryGetValue(country, out var expected) || expected != length || !char.IsAsciiDigit(iban[2]) || !char.IsAsciiDigit(iban[3])) return false;
        var remainder = 0;
        for (var i = 0; i < length; i++)
        {
            var c = iban[(i + 4) % length];
            remainder = char.IsAsciiDigit(c) ? ((remainder * 10) + c - '0') % 97 : ((remainder * 100) + c - 'A' + 10) % 97;
        }
        return remainder == 1;
    }

    /// <summary>True when the text has the shape of a BIC (ISO 9362): four letters or digits, a country, two, and three more for a branch.</summary>
    public static bool IsBic(ReadOnlySpan<char> text, out string? country)
    {
        country = null;
        if (text.Length is not (8 or 11)) return false;
        foreach (var c in text)
            if (!char.IsAsciiLetterOrDigit(c)) return false;
        country = Countries.Find(text[4], text[5]);
        return country is not null;
    }
}

/// <summary>The institutions of Mexico by the first three digits of a CLABE.</summary>
public sealed class MexicanBanks
{
    private readonly string?[] _names = new string?[1_000];

    public int Count { get; private set; }

    /// <summary>The institution, or null when the prefix is nobody's.</summary>
    public string? Name(ReadOnlySpan<char> clabe)
    {
        if (clabe.Length < 3) return null;
        var code = 0;
        foreach (var c in clabe[..3])
        {
            if (!char.IsAsciiDigit(c)) return null;
            code = (code * 10) + c - '0';
        }
        return _names[code];
    }

    /// <summary>Reads lines of three digits and a name.</summary>
    public static MexicanBanks Parse(IEnumerable<string> lines)
    {
        var banks = new MexicanBanks();
        foreach (var line in lines)
        {
            if (line.Length < 5 || line[3] != ' ' || !ushort.TryParse(line.AsSpan(0, 3), System.Globalization.NumberStyles.None, System.Globalization.CultureInfo.InvariantCulture, out var code))
                throw new FormatException($"'{line}' is not three digits and a name");
            banks._names[code] = line[4..].Trim();
            banks.Count++;
        }
        return banks;
    }
}
