using System.ComponentModel.DataAnnotations;

namespace ClausumPanel.Web.Plumbing;

internal static class EmailAddress
{
    /// <summary>What an address may be made of without quotes (RFC 5322, dot-atom): somebody may be called O'Brien.</summary>
    public const string Characters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.@!#$%&'*+-/=?^_`{|}~";

    private static readonly EmailAddressAttribute Shape = new();

    public static bool IsPlausible(string email) => email.Length is > 2 and <= 254 && Shape.IsValid(email) && email.All(c => Characters.Contains(c, StringComparison.Ordinal));
}
