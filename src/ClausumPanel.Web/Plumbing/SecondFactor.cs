using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using ClausumPanel.Storage;
using ClausumPanel.Storage.Team;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;

namespace ClausumPanel.Web.Plumbing;

/// <summary>
/// One-time codes of an authenticator app (RFC 6238: SHA-1, six digits, thirty seconds), one step of clock difference either way. Unlike the framework's own, a code opens
/// once: the step of the last accepted one is stored, and compared and set in one statement. The secret is stored protected; recovery codes as hashes.
/// </summary>
public sealed class SecondFactor(PanelDb db, IDataProtectionProvider protection, TimeProvider clock) : IUserTwoFactorTokenProvider<User>
{
    public const string Provider = "Totp";
    private const int SecretBytes = 20, StepSeconds = 30, RecoveryCodes = 10;
    // Crockford's: no I, L, O or U.
    private const string RecoveryAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private readonly IDataProtector _protector = protection.CreateProtector("ClausumPanel.SecondFactor");

    /// <summary>A secret for the person to put into their app. It counts once they have shown a code made with it.</summary>
    public static byte[] NewSecret() => RandomNumberGenerator.GetBytes(SecretBytes);

    /// <summary>Between showing a new secret and the first code the secret travels in the form, sealed and for that person only.</summary>
    public string Seal(User user, byte[] secret) => Convert.ToBase64String(_protector.CreateProtector("Setup", user.Id.ToString()).ToTimeLimitedDataProtector().Protect(secret, TimeSpan.FromMinutes(20)));

    public byte[]? Unseal(User user, string? seal)
    {
        var bytes = new byte[seal?.Length ?? 0];
        if (!Convert.TryFromBase64String(seal ?? "", bytes, out var length)) return null;
        try
        {
            return _protector.CreateProtector("Setup", user.Id.ToString()).ToTimeLimitedDataProtector().Unprotect(bytes[..length]);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <returns>The recovery codes, to be shown once; or null when the code is not one of this secret.</returns>
    public IReadOnlyList<string>? Enable(User user, byte[] secret, string? code)
    {
        if (StepOf(secret, code) is not { } step) return null;
        user.ProtectedTotpSecret = _protector.Protect(secret);
        user.LastTotpStep = step;
        user.TwoFactorEnabled = true;
        return MakeRecoveryCodes(user);
    }

    public static void Disable(User user)
    {
        user.ProtectedTotpSecret = null;
        user.RecoveryCodeHashes = [];
        user.TwoFactorEnabled = false;
    }

    public static IReadOnlyList<string> MakeRecoveryCodes(User user)
    {
        var codes = Enumerable.Range(0, RecoveryCodes).Select(_ => RandomNumberGenerator.GetString(RecoveryAlphabet, 24)).ToList();
        user.RecoveryCodeHashes = [.. codes.SelectMany(code => SHA256.HashData(Encoding.ASCII.GetBytes(code)))];
        return [.. codes.Select(code => string.Join('-', code.Chunk(6).Select(part => new string(part))))];
    }

    /// <returns>True when it was one of the codes still unused; it is taken out of the person's codes, which the caller saves.</returns>
    public static bool TakeRecoveryCode(User user, string? typed)
    {
        var code = new string([.. (typed ?? "").ToUpperInvariant().Where(char.IsAsciiLetterOrDigit).Select(c => c switch { 'O' => '0', 'I' or 'L' => '1', _ => c })]);
        var hash = SHA256.HashData(Encoding.ASCII.GetBytes(code));
        var hashes = user.RecoveryCodeHashes.Chunk(SHA256.HashSizeInBytes).ToList();
        var at = -1;
        for (var i = 0; i < hashes.Count; i++)
            if (CryptographicOperations.FixedTimeEquals(hashes[i], hash)) at = i;
        if (at < 0) return false;
        hashes.RemoveAt(at);
        user.RecoveryCodeHashes = [.. hashes.SelectMany(h => h)];
        return true;
    }

    public static int RecoveryCodesLeft(User user) => user.RecoveryCodeHashes.Length / SHA256.HashSizeInBytes;

    /// <summary>What the app reads from the picture.</summary>
    public static string SetupUri(User user, byte[] secret) => $"otpauth://totp/ClausumPanel:{Uri.EscapeDataString(user.Email!)}?secret={Base32(secret)}&issuer=ClausumPanel";

    public static string Base32(byte[] bytes)
    {
        const string alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
        var text = new StringBuilder();
        var (bits, count) = (0, 0);
        foreach (var b in bytes)
        {
            (bits, count) = ((bits << 8) | b, count + 8);
            for (; count >= 5; count -= 5) text.Append(alphabet[(bits >> (count - 5)) & 31]);
        }
        return text.ToString();
    }

    public Task<bool> CanGenerateTwoFactorTokenAsync(UserManager<User> manager, User user) => Task.FromResult(user.ProtectedTotpSecret is not null);

    public Task<string> GenerateAsync(string purpose, UserManager<User> manager, User user) => throw new NotSupportedException("The person's own app makes the codes.");

    public async Task<bool> ValidateAsync(string purpose, string token, UserManager<User> manager, User user)
    {
        if (user.ProtectedTotpSecret is null || StepOf(_protector.Unprotect(user.ProtectedTotpSecret), token) is not { } step) return false;
        if (await db.Users.Where(u => u.Id == user.Id && u.LastTotpStep < step).ExecuteUpdateAsync(u => u.SetProperty(x => x.LastTotpStep, step)) == 0) return false;
        // Stored already: left as a change, it would be saved when the person enters, and clash with what the next attempt counts meanwhile.
        var stored = db.Entry(user).Property(u => u.LastTotpStep);
        (stored.CurrentValue, stored.OriginalValue, stored.IsModified) = (step, step, false);
        return true;
    }

    public static string CodeAt(byte[] secret, long step)
    {
        Span<byte> message = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(message, step);
        Span<byte> hash = stackalloc byte[20];
#pragma warning disable CA5350 // RFC 6238 as every authenticator app speaks it; HMAC does not need SHA-1 to resist collisions
        HMACSHA1.HashData(secret, message, hash);
#pragma warning restore CA5350
        var number = BinaryPrimitives.ReadInt32BigEndian(hash[(hash[^1] & 15)..]) & 0x7FFF_FFFF;
        return (number % 1_000_000).ToString("D6", System.Globalization.CultureInfo.InvariantCulture);
    }

    internal long CurrentStep => clock.GetUtcNow().ToUnixTimeSeconds() / StepSeconds;

    private long? StepOf(byte[] secret, string? typed)
    {
        var code = (typed ?? "").Replace(" ", "", StringComparison.Ordinal);
        if (code.Length != 6) return null;
        long? found = null;
        for (var step = CurrentStep - 1; step <= CurrentStep + 1; step++)
            if (CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(CodeAt(secret, step)), Encoding.UTF8.GetBytes(code))) found = step;
        return found;
    }
}
