using System.Net;
using System.Text.RegularExpressions;
using ClausumPanel.Assess;

namespace ClausumPanel.Storage.Lists;

/// <summary>How a value is written on a list, so that it meets what a payment names. Source: Clausum documentation, concepts/blocklists.</summary>
public static partial class ListValues
{
    /// <returns>False with a sentence when the value cannot be one of that type.</returns>
    public static bool TryNormalize(ListType type, string value, out string normalized, out string? problem)
    {
        normalized = value.Trim();
        problem = null;
        switch (type)
        {
            case ListType.Email:
                normalized = normalized.ToLowerInvariant();
                if (!normalized.Contains('@', StringComparison.Ordinal)) problem = "An e-mail address has an @.";
                break;
            case ListType.EmailDomain:
                normalized = normalized.TrimStart('@').ToLowerInvariant();
                if (!normalized.Contains('.', StringComparison.Ordinal)) problem = "A domain has a dot.";
                break;
            case ListType.IpAddress:
                if (IPAddress.TryParse(normalized, out var address)) normalized = (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString();
                else problem = "This is not an IP address.";
                break;
            case ListType.IpRange:
                if (IPNetwork.TryParse(normalized, out var network)) normalized = network.ToString();
                else problem = "A range is an address and a length, as in 10.0.0.0/24, with no bits behind the length.";
                break;
            case ListType.Country:
                normalized = normalized.ToUpperInvariant();
                if (!CountryCode().IsMatch(normalized)) problem = "A country is two letters, as in MX.";
                break;
            case ListType.CardBin:
                if (!Bin().IsMatch(normalized)) problem = "The first digits of a card are six to eight digits.";
                break;
            case ListType.Phone:
                normalized = normalized.Replace(" ", "", StringComparison.Ordinal).Replace("-", "", StringComparison.Ordinal);
                if (!PhoneNumber().IsMatch(normalized)) problem = "A phone number starts with + and its country, as in +5215512345678.";
                break;
            case ListType.Clabe:
                if (!ClabeNumber().IsMatch(normalized)) problem = "A CLABE is 18 digits.";
                break;
            case ListType.Iban or ListType.SwiftBic:
                normalized = normalized.Replace(" ", "", StringComparison.Ordinal).ToUpperInvariant();
                break;
        }
        if (normalized.Length is 0 or > 320) problem = "A value has 1 to 320 characters.";
        return problem is null;
    }

    [GeneratedRegex("^[A-Z]{2}$")]
    private static partial Regex CountryCode();

    [GeneratedRegex("^[0-9]{6,8}$")]
    private static partial Regex Bin();

    [GeneratedRegex("^\\+[0-9]{6,15}$")]
    private static partial Regex PhoneNumber();

    [GeneratedRegex("^[0-9]{18}$")]
    private static partial Regex ClabeNumber();
}
