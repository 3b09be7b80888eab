using System.ComponentModel.DataAnnotations;

namespace ClausumPanel.Web.Plumbing;

internal static class EmailAddress
{
    private static readonly EmailAddressAttribute Shape = new();

    public static bool IsPlausible(string email) => email.Length is > 2 and <= 254 && Shape.IsValid(email) && email.All(c => c > ' ' && c < 127);
}
