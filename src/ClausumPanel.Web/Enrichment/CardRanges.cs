namespace ClausumPanel.Web.Enrichment;

/// <summary>Which scheme a card number's first digits belong to.</summary>
public static class CardRanges
{
    private const int Digits = 8;

    // From the particular to the general: a local scheme owns ranges inside those of the large ones. One number is a prefix, two are a range of prefixes.
    private const string Schemes = """
        elo 401178 401179 438935 451416 457393 457631 457632 504175 506699-506778 509000-509999 627780 636297 636368 650031-650033 650035-650051 650405-650439 650485-650538 650541-650598
        elo 650700-650718 650720-650727 650901-650978 651652-651679 655000-655019 655021-655058
        hipercard 384100 384140 384160 606282 637095 637568 637599 637609 637612
        carnet 286900 502275 506199-506499 606333 627535 636318 636379 639388 639484 639559
        verve 506099-506198 650002-650027
        mir 2200-2204
        troy 9792
        amex 34 37
        diners 300-305 3095 36 38 39
        jcb 3528-3589
        discover 6011 644-649 65
        unionpay 62 810-817
        mastercard 51-55 2221-2720
        maestro 50 56-58 6304 6390 67
        visa 4
        """;

    private static readonly (uint[] From, string?[] Scheme) Table = Flatten();

    /// <param name="bin">The first six to eight digits, or more.</param>
    /// <returns>The scheme in lower case, or null when no scheme owns the range.</returns>
    public static string? Scheme(ReadOnlySpan<char> bin)
    {
        if (bin.Length < 4) return null;
        uint value = 0;
        for (var i = 0; i < Digits; i++)
        {
            var digit = i < bin.Length ? bin[i] - '0' : 0;
            if (digit is < 0 or > 9) return null;
            value = (value * 10) + (uint)digit;
        }
        var at = Array.BinarySearch(Table.From, value);
        return Table.Scheme[at < 0 ? ~at - 1 : at];
    }

    /// <summary>The one name of a card brand as callers spell it: <c>American Express</c> and <c>AMEX</c> are <c>amex</c>. Others in lower case.</summary>
    public static string Brand(string brand) => brand switch
    {
        "visa" => "visa",
        "mastercard" => "mastercard",
        "amex" => "amex",
        _ => Alias(brand),
    };

    private static string Alias(string brand)
    {
        var name = brand.Trim().ToLowerInvariant();
        return name switch
        {
            "american express" or "american_express" or "american-express" or "americanexpress" or "ax" => "amex",
            "mc" or "master" or "master card" or "master_card" or "master-card" => "mastercard",
            "vi" or "visa debit" or "visa_debit" or "visa electron" or "electron" => "visa",
            "diners club" or "diners_club" or "diners-club" or "dinersclub" => "diners",
            "union pay" or "union_pay" or "china union pay" or "cup" => "unionpay",
            _ => name == brand ? brand : name,
        };
    }

    private static (uint[] From, string?[] Scheme) Flatten()
    {
        var ranges = new List<(uint From, uint To, string Scheme)>();
        foreach (var line in Schemes.Split('\n'))
        {
            var words = line.Trim().Split(' ');
            foreach (var range in words.AsSpan(1))
            {
                var dash = range.IndexOf('-', StringComparison.Ordinal);
                ranges.Add((Padded(dash < 0 ? range : range[..dash], '0'), Padded(dash < 0 ? range : range[(dash + 1)..], '9'), words[0]));
            }
        }
        // Between two neighbouring bounds one scheme owns everything: the first in the list whose range covers it.
        uint[] bounds = [.. ranges.SelectMany(r => new[] { r.From, r.To + 1 }).Append(0u).Distinct().Order()];
        string?[] owners = [.. bounds.Select(bound => ranges.Find(r => r.From <= bound && bound <= r.To).Scheme)];
        return (bounds, owners);
    }

    private static uint Padded(string prefix, char with) => uint.Parse(prefix.PadRight(Digits, with), System.Globalization.CultureInfo.InvariantCulture);
}
