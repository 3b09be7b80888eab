using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using ClausumPanel.Assess;

namespace ClausumPanel.Storage.Lists;

/// <summary>Why a value cannot be one of its type.</summary>
public enum ListProblem
{
    None, Empty, TooLong, Unprintable, NoEmail, NoDomain, NoAddress, NoRange, RangeTooWide, NoCountry, NoBin, NoPhone, NoClabe, NoIban, NoBic, CardNumber,
}

/// <summary>How a value is written on a list, so that it meets what a payment names. Source: Clausum documentation, concepts/blocklists.</summary>
public static partial class ListValues
{
    public const int Longest = 320, LongestReason = 500;

    private static readonly IdnMapping Idn = new() { UseStd3AsciiRules = false };

    /// <returns>False, with what is wrong, when the value cannot be one of that type.</returns>
    public static bool TryNormalize(ListType type, string value, out string normalized, out ListProblem problem)
    {
        normalized = value.Trim();
        if (normalized.Length == 0) problem = ListProblem.Empty;
        else if (normalized.Length > Longest) problem = ListProblem.TooLong;
        else if (normalized.AsSpan().ContainsAnyInRange('\0', '\u001f') || normalized.Any(char.IsSurrogate) && !IsWhole(normalized)) problem = ListProblem.Unprintable;
        else problem = Normalize(type, ref normalized);
        return problem == ListProblem.None;
    }

    private static ListProblem Normalize(ListType type, ref string value)
    {
        switch (type)
        {
            case ListType.Email:
                value = value.ToLowerInvariant();
                var at = value.LastIndexOf('@');
                if (at < 1 || value.Any(char.IsWhiteSpace) || value.IndexOf('@', StringComparison.Ordinal) != at || !TryDomain(value[(at + 1)..], out var host)) return ListProblem.NoEmail;
                value = $"{value[..at]}@{host}";
                return ListProblem.None;
            case ListType.EmailDomain:
                if (!TryDomain(value.TrimStart('@').ToLowerInvariant(), out var domain)) return ListProblem.NoDomain;
                value = domain;
                return ListProblem.None;
            case ListType.IpAddress:
                if (!IPAddress.TryParse(value, out var address) || (!value.Contains(':', StringComparison.Ordinal) && value.Count(c => c == '.') != 3)) return ListProblem.NoAddress;
                value = (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
                return ListProblem.None;
            case ListType.IpRange:
                // Bits behind the length are a slip: which of the two is meant?
                if (!IPNetwork.TryParse(value, out var network) || !IPAddress.TryParse(value.AsSpan(0, value.IndexOf('/', StringComparison.Ordinal)), out var first) || !first.Equals(network.BaseAddress)) return ListProblem.NoRange;
                if (network.BaseAddress.IsIPv4MappedToIPv6 && network.PrefixLength >= 96) network = new IPNetwork(network.BaseAddress.MapToIPv4(), network.PrefixLength - 96);
                if (network.PrefixLength == 0) return ListProblem.RangeTooWide;
                value = network.ToString();
                return ListProblem.None;
            case ListType.Country:
                value = value.ToUpperInvariant();
                return CountryCode().IsMatch(value) ? ListProblem.None : ListProblem.NoCountry;
            case ListType.CardBin:
                return Bin().IsMatch(value) ? ListProblem.None : ListProblem.NoBin;
            case ListType.Phone:
                value = Spaces().Replace(value, "");
                // Payments are read without the 1 that mobile numbers of Mexico had until 2019.
                if (value.Length == 14 && value.StartsWith("+521", StringComparison.Ordinal)) value = "+52" + value[4..];
                return PhoneNumber().IsMatch(value) ? ListProblem.None : ListProblem.NoPhone;
            case ListType.Clabe:
                value = Spaces().Replace(value, "");
                return ClabeNumber().IsMatch(value) ? ListProblem.None : ListProblem.NoClabe;
            case ListType.Iban:
                value = Spaces().Replace(value, "").ToUpperInvariant();
                return IbanNumber().IsMatch(value) ? ListProblem.None : ListProblem.NoIban;
            case ListType.SwiftBic:
                value = Spaces().Replace(value, "").ToUpperInvariant();
                return BicCode().IsMatch(value) ? ListProblem.None : ListProblem.NoBic;
            case ListType.CardHash or ListType.CustomerId or ListType.DeviceFingerprint or ListType.AccountHash or ListType.BeneficiaryId:
                return IsCardNumber(value) ? ListProblem.CardNumber : ListProblem.None;
            default:
                throw new ArgumentOutOfRangeException(nameof(type));
        }
    }

    private static bool TryDomain(string text, out string domain)
    {
        domain = text;
        if (text.Any(c => !char.IsAscii(c)))
        {
            try { domain = Idn.GetAscii(text); }
            catch (ArgumentException) { return false; }
        }
        return DomainName().IsMatch(domain);
    }

    /// <summary>13 to 19 digits whose check digit is right: a card, whatever it is called.</summary>
    private static bool IsCardNumber(string value)
    {
        var digits = value.Where(c => c is not (' ' or '-')).ToArray();
        if (digits.Length is < 13 or > 19 || !digits.All(char.IsAsciiDigit)) return false;
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = digits[^(i + 1)] - '0';
            sum += i % 2 == 0 ? digit : digit > 4 ? (digit * 2) - 9 : digit * 2;
        }
        return sum % 10 == 0;
    }

    private static bool IsWhole(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (!char.IsSurrogate(text[i])) continue;
            if (!char.IsHighSurrogate(text[i]) || i + 1 == text.Length || !char.IsLowSurrogate(text[i + 1])) return false;
            i++;
        }
        return true;
    }

    [GeneratedRegex("^(?=.{3,253}$)[a-z0-9_-]{1,63}(\\.[a-z0-9_-]{1,63})+$")]
    private static partial Regex DomainName();

    [GeneratedRegex("^[A-Z]{2}$")]
    private static partial Regex CountryCode();

    [GeneratedRegex("^[0-9]{6,8}$")]
    private static partial Regex Bin();

    [GeneratedRegex("[\\s().-]")]
    private static partial Regex Spaces();

    [GeneratedRegex("^\\+[0-9]{6,15}$")]
    private static partial Regex PhoneNumber();

    [GeneratedRegex("^[0-9]{18}$")]
    private static partial Regex ClabeNumber();

    [GeneratedRegex("^[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}$")]
    private static partial Regex IbanNumber();

    [GeneratedRegex("^[A-Z]{6}[A-Z0-9]{2}([A-Z0-9]{3})?$")]
    private static partial Regex BicCode();
}
