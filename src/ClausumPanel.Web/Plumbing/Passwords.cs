using System.Security.Cryptography;
using System.Text.Json;
using ClausumPanel.Storage.Team;
using Microsoft.AspNetCore.Identity;

namespace ClausumPanel.Web.Plumbing;

/// <summary>
/// At least twelve characters of any kind; not one of the 49,000 most used passwords, nor such a one with a few characters around it, nor one short thing over and over,
/// nor made of words that anybody would try here first.
/// </summary>
public sealed class Passwords : IPasswordValidator<User>
{
    public const int Shortest = 12, Longest = 256;
    private const int Hashing = 210_000;
    private static readonly string[] ContextWords = ["clausumpanel", "clausum", "panel", "admin", "password", "contraseña", "contrasena"];
    private static readonly Lazy<HashSet<string>> Common = new(ReadCommon);

    public static void Configure(IServiceCollection services)
    {
        services.Configure<PasswordHasherOptions>(hasher => hasher.IterationCount = Hashing);
        services.Configure<IdentityOptions>(identity =>
        {
            identity.Password.RequiredLength = Shortest;
            identity.Password.RequireDigit = identity.Password.RequireLowercase = identity.Password.RequireUppercase = identity.Password.RequireNonAlphanumeric = false;
            identity.Password.RequiredUniqueChars = 1;
        });
    }

    /// <summary>24 characters that are not mistaken for each other: about 139 bits.</summary>
    public static string Create() => RandomNumberGenerator.GetString("abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789", 24);

    public Task<IdentityResult> ValidateAsync(UserManager<User> manager, User user, string? password)
    {
        return Task.FromResult(Weakness(password ?? "", user.Email) is { } weakness
            ? IdentityResult.Failed(new IdentityError { Code = weakness, Description = weakness })
            : IdentityResult.Success);
    }

    /// <summary>Null, or a sentence (a key of the texts) that says what is wrong with it. Length alone is the framework's to judge.</summary>
    public static string? Weakness(string password, string? email)
    {
        if (password.Length > Longest) return "The password is longer than 256 characters.";
        var plain = password.ToLowerInvariant();
        if (IsCommon(plain)) return "This password is one of the first that anybody would try.";
        if (plain.Distinct().Count() < 5 || IsRepetition(plain)) return "This password repeats itself.";
        var rest = plain;
        foreach (var word in email?.Split('@', '.', '-', '_', '+').Where(part => part.Length >= 4).Select(part => part.ToLowerInvariant()).Concat(ContextWords) ?? ContextWords)
            rest = rest.Replace(word, "", StringComparison.Ordinal);
        return rest.Length < 8 ? "This password is made of your address or of the panel's name." : null;
    }

    private static bool IsCommon(string plain)
    {
        if (Common.Value.Contains(plain)) return true;
        var core = plain.AsSpan().Trim("0123456789 !¡?¿.,;:-_*+#@$%&/()=").ToString();
        return core.Length >= 4 && plain.Length - core.Length <= 6 && Common.Value.Contains(core);
    }

    private static bool IsRepetition(string plain)
    {
        for (var unit = 1; unit <= plain.Length / 2; unit++)
        {
            var at = unit;
            while (at < plain.Length && plain[at] == plain[at - unit]) at++;
            if (at == plain.Length) return true;
        }
        return false;
    }

    private static HashSet<string> ReadCommon()
    {
        using var stream = typeof(Passwords).Assembly.GetManifestResourceStream("common-passwords.json") ?? throw new InvalidOperationException("The list of common passwords is not in the assembly.");
        return [.. JsonSerializer.Deserialize<string[]>(stream)!];
    }
}
