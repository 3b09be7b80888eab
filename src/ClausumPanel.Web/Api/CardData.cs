namespace ClausumPanel.Web.Api;

/// <summary>
/// Finds card numbers and track data where they do not belong, and overwrites them in place: nothing after this sees, stores or logs them.
/// A run of 13 to 19 digits (up to three spaces or dashes between two digits are looked through) counts when a card scheme uses its prefix and length and its Luhn sum is right.
/// </summary>
public static class CardData
{
    private const int Shortest = 13, Longest = 19, MostSeparators = 3, MostLooked = 64;

    /// <summary>Member names whose value is never kept, whatever it is.</summary>
    public static bool IsSecretName(ReadOnlySpan<char> name)
    {
        if (name.Length is < 3 or > 18) return false;
        Span<char> folded = stackalloc char[name.Length];
        var length = 0;
        foreach (var c in name)
            if (c is not ('_' or '-' or ' ' or '.')) folded[length++] = char.ToLowerInvariant(c);
        // Three letters apart, as in c_id, are other words.
        if (length == 3 && length < name.Length) return false;
        return folded[..length] is "cvv" or "cvc" or "cvv2" or "cvc2" or "cid" or "csc" or "cvn" or "pin" or "pinblock" or "cardpin" or "pan" or "cardnumber" or "cardcvv" or "cardcvc" or "securitycode"
            or "track" or "track1" or "track2" or "trackdata" or "magstripe";
    }

    /// <summary>Whether something in a text would be overwritten.</summary>
    public static bool Has(string text) => Mask(System.Text.Encoding.UTF8.GetBytes(text));

    /// <summary>Overwrites the card numbers in a text with asterisks, first six and last four digits left; track data whole.</summary>
    /// <param name="text">UTF-8, changed in place, same length.</param>
    /// <param name="isNumber">A JSON number: digits become zeros, so it stays one.</param>
    /// <returns>True when something was found.</returns>
    public static bool Mask(Span<byte> text, bool isNumber = false)
    {
        var found = false;
        for (var i = 0; i < text.Length;)
        {
            if (!char.IsAsciiDigit((char)text[i]))
            {
                i++;
                continue;
            }
            var end = RunEnd(text, i, out var digits);
            if (digits >= Shortest)
            {
                if (!isNumber && IsTrack(text, i, end))
                {
                    text.Fill((byte)'*');
                    return true;
                }
                if (!IsPhone(text, i, digits) && !IsInsideId(text, i, end) && HasCard(text[i..end], digits, isNumber)) found = true;
            }
            i = end;
        }
        return found;
    }

    /// <summary>True when the text is, whatever it looks like otherwise, the number of a bank account in Mexico.</summary>
    public static bool IsClabe(ReadOnlySpan<byte> text)
    {
        if (text.Length != 18) return false;
        var sum = 0;
        for (var i = 0; i < 17; i++)
        {
            if (!char.IsAsciiDigit((char)text[i])) return false;
            sum += (text[i] - '0') * (i % 3 == 0 ? 3 : i % 3 == 1 ? 7 : 1) % 10;
        }
        return text[17] - '0' == (10 - (sum % 10)) % 10;
    }

    /// <summary>An international number has a plus and at most fifteen digits.</summary>
    private static bool IsPhone(ReadOnlySpan<byte> text, int start, int digits) => start > 0 && text[start - 1] == '+' && digits <= 15;

    /// <summary>
    /// A hash or a UUID has runs of digits by chance: once in two thousand SHA-256 in hexadecimal one of them would pass for a card. So digits inside one unbroken word
    /// of 32 hexadecimal characters or more, letters among them, are no card.
    /// </summary>
    private static bool IsInsideId(ReadOnlySpan<byte> text, int start, int end)
    {
        var from = start;
        while (from > 0 && start - from < MostLooked && IsOfId(text[from - 1])) from--;
        var to = end;
        while (to < text.Length && to - end < MostLooked && IsOfId(text[to])) to++;
        int hexadecimal = 0, letters = 0;
        foreach (var c in text[from..to])
        {
            if (c == '-') continue;
            hexadecimal++;
            if (!char.IsAsciiDigit((char)c)) letters++;
        }
        // A card's own nineteen digits with few letters around them are not what chance makes of hexadecimal: 6 in 16 of it are letters.
        return hexadecimal >= 32 && letters >= 4;

        static bool IsOfId(byte c) => char.IsAsciiHexDigit((char)c) || c == '-';
    }

    private static int RunEnd(ReadOnlySpan<byte> text, int start, out int digits)
    {
        digits = 0;
        var end = start;
        for (var i = start; i < text.Length; i++)
        {
            if (char.IsAsciiDigit((char)text[i]))
            {
                digits++;
                end = i + 1;
            }
            else if (text[i] is not ((byte)' ' or (byte)'-') || i - end >= MostSeparators) break;
        }
        return end;
    }

    /// <summary>Looks for a card in a run of digits, longer ones first at each place; masks what it finds.</summary>
    private static bool HasCard(Span<byte> run, int count, bool isNumber)
    {
        Span<byte> digits = count <= 256 ? stackalloc byte[count] : new byte[count];
        Span<int> places = count <= 256 ? stackalloc int[count] : new int[count];
        var n = 0;
        for (var i = 0; i < run.Length; i++)
        {
            if (!char.IsAsciiDigit((char)run[i])) continue;
            places[n] = i;
            digits[n++] = (byte)(run[i] - '0');
        }
        var found = false;
        // A card hidden inside a longer number is looked for only where people write one: at its beginning or end, or between separators.
        for (var start = 0; start + Shortest <= n; start++)
        {
            if (start > 0 && places[start] == places[start - 1] + 1) continue;
            for (var length = Math.Min(Longest, n - start); length >= Shortest; length--)
            {
                var end = start + length;
                if (end < n && places[end] == places[end - 1] + 1) continue;
                if (!IsCard(digits.Slice(start, length))) continue;
                for (var i = start + 6; i < end - 4; i++) run[places[i]] = isNumber ? (byte)'0' : (byte)'*';
                found = true;
                start = end - 1;
                break;
            }
        }
        return found;
    }

    private static bool IsCard(ReadOnlySpan<byte> digits) => HasSchemePrefix(digits) && Luhn(digits);

    /// <summary>The schemes' prefixes and lengths (ISO/IEC 7812 ranges as the schemes publish them).</summary>
    private static bool HasSchemePrefix(ReadOnlySpan<byte> d)
    {
        var two = (d[0] * 10) + d[1];
        var four = (two * 100) + (d[2] * 10) + d[3];
        var six = (four * 100) + (d[4] * 10) + d[5];
        return d[0] switch
        {
            4 => d.Length is 13 or 16 or 18 or 19,
            5 => d.Length == 16 ? two is >= 50 and <= 58 : two is 50 or >= 56 and <= 58,
            2 => d.Length == 16 && six is >= 222_100 and <= 272_099,
            3 => d.Length == 15 ? two is 34 or 37 : d.Length is 14 or >= 16 && (four is >= 3528 and <= 3589 || two is 36 or 38 or 39 || four is >= 3000 and <= 3059),
            6 => d.Length >= 16 || two is 60 or 61 or 63 or 67 or 69,
            8 => two == 81 && d.Length >= 16,
            9 => four is >= 9792 and <= 9792 && d.Length == 16,
            _ => false,
        };
    }

    private static bool Luhn(ReadOnlySpan<byte> digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = (int)digits[digits.Length - 1 - i];
            if (i % 2 == 1) digit = digit < 5 ? digit * 2 : (digit * 2) - 9;
            sum += digit;
        }
        return sum % 10 == 0;
    }

    /// <summary>Track one begins with %B and goes on with ^, track two begins with ; and goes on with =. What stands there is a card whatever its sum.</summary>
    private static bool IsTrack(ReadOnlySpan<byte> text, int start, int end) =>
        end < text.Length && start > 0 && ((text[end] == '^' && char.IsAsciiLetter((char)text[start - 1])) || (text[end] is (byte)'=' or (byte)'D' && text[start - 1] == ';'));
}
