using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using ClausumPanel.Storage.Webhooks;
using Microsoft.AspNetCore.DataProtection;

namespace ClausumPanel.Web.Webhooks;

/// <summary>Makes, keeps and uses the secrets that calls are signed with. Their text exists here, in the answer to whoever made one, and nowhere else.</summary>
public sealed class WebhookSecrets(IDataProtectionProvider protection)
{
    public const string Prefix = "whsec_";
    private const int Bytes = 32;

    private readonly IDataProtector _protector = protection.CreateProtector("ClausumPanel.Webhooks");

    public static string Create() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));

    public byte[] Protect(string secret) => _protector.Protect(Encoding.UTF8.GetBytes(secret));

    /// <returns>Null when the keys it was protected with are gone.</returns>
    public string? Read(byte[]? kept)
    {
        if (kept is null) return null;
        try
        {
            return Encoding.UTF8.GetString(_protector.Unprotect(kept));
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Those that sign at this moment, the present one first.</summary>
    public IReadOnlyList<string> Of(WebhookEndpoint endpoint, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(endpoint);
        var present = Read(endpoint.Secret);
        var before = endpoint.PreviousUntil > now ? Read(endpoint.PreviousSecret) : null;
        return present is null ? [] : before is null ? [present] : [present, before];
    }

    /// <summary>The header: the moment, and for each secret the HMAC-SHA256 of <c>moment.body</c>. Source: Clausum documentation, guides/receiving-webhooks.</summary>
    public static string Sign(IReadOnlyList<string> secrets, long at, ReadOnlySpan<byte> body)
    {
        ArgumentNullException.ThrowIfNull(secrets);
        var header = new StringBuilder("t=").Append(at.ToString(CultureInfo.InvariantCulture));
        foreach (var secret in secrets) header.Append(",v1=").Append(Convert.ToHexStringLower(Hash(secret, at, body)));
        return header.ToString();
    }

    public static byte[] Hash(string secret, long at, ReadOnlySpan<byte> body)
    {
        using var hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, Encoding.UTF8.GetBytes(secret));
        hmac.AppendData(Encoding.ASCII.GetBytes(at.ToString(CultureInfo.InvariantCulture) + "."));
        hmac.AppendData(body);
        return hmac.GetHashAndReset();
    }
}
