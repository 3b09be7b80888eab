using System.Globalization;
using System.Net;
using System.Text;

namespace ClausumPanel.Storage.Disputes;

/// <summary>What two payments may have in common.</summary>
public enum MatchElement
{
    User, Ip, Address, Device,
}

public enum MatchState
{
    /// <summary>At least one of them does not say.</summary>
    Unknown,
    Differs,
    Same,
}

/// <summary>Whether two values mean the same: as an issuer compares them, which is not letter by letter everywhere.</summary>
public static class Matching
{
    // What people write short in addresses, in Spanish and English; whole words only.
    private static readonly Dictionary<string, string> Short = new(StringComparer.Ordinal)
    {
        ["av"] = "avenida", ["ave"] = "avenida", ["avda"] = "avenida", ["avenue"] = "avenida", ["c"] = "calle", ["cll"] = "calle", ["blvd"] = "boulevard", ["bulevar"] = "boulevard", ["col"] = "colonia", ["cp"] = "", ["no"] = "", ["num"] = "",
        ["numero"] = "", ["nro"] = "", ["int"] = "interior", ["ext"] = "exterior", ["dpto"] = "departamento", ["depto"] = "departamento", ["apt"] = "departamento", ["apartment"] = "departamento", ["edif"] = "edificio", ["st"] = "street", ["str"] = "street",
        ["rd"] = "road", ["dr"] = "drive", ["ln"] = "lane", ["esq"] = "esquina", ["carr"] = "carretera", ["fracc"] = "fraccionamiento", ["mex"] = "mexico", ["mx"] = "mexico", ["cdmx"] = "ciudad de mexico", ["n"] = "norte", ["s"] = "sur",
    };

    /// <summary>An element over several payments: the same over all, different somewhere, or unknown.</summary>
    public static MatchState Of(MatchElement element, IReadOnlyList<EvidencePayment> payments, bool emailIsLogin)
    {
        if (element == MatchElement.Device)
        {
            // The id or the fingerprint: one that is the same over all is enough.
            var (byId, byPrint) = (All(payments, p => Word(p.DeviceId)), All(payments, p => Word(p.Fingerprint)));
            return byId == MatchState.Same || byPrint == MatchState.Same ? MatchState.Same : byId == MatchState.Differs && byPrint == MatchState.Differs ? MatchState.Differs
                : byId == MatchState.Unknown && byPrint == MatchState.Unknown ? MatchState.Unknown : byId == MatchState.Differs || byPrint == MatchState.Differs ? MatchState.Differs : MatchState.Unknown;
        }
        return element switch
        {
            MatchElement.User => All(payments, p => Login(p, emailIsLogin)),
            MatchElement.Ip => All(payments, p => Ip(p.ConsumerIp)),
            _ => All(payments, p => Address(p.ShippingAddress)),
        };
    }

    private static MatchState All(IReadOnlyList<EvidencePayment> payments, Func<EvidencePayment, string?> read)
    {
        var (first, unknown) = ((string?)null, false);
        foreach (var payment in payments)
        {
            if (read(payment) is not { } value) unknown = true;
            else if (first is null) first = value;
            else if (first != value) return MatchState.Differs;
        }
        return unknown || first is null ? MatchState.Unknown : MatchState.Same;
    }

    /// <summary>The account, whatever its case; the e-mail address only where it is what one signs in with.</summary>
    public static string? Login(EvidencePayment payment, bool emailIsLogin) => Word(payment.UserId)?.ToLowerInvariant() ?? (emailIsLogin ? Word(payment.Email)?.ToLowerInvariant() : null);

    /// <summary>One way of writing an address: an IPv4 one inside an IPv6 one is that IPv4 one, zeros are as short as they get. Null for what is no address.</summary>
    public static string? Ip(string? text) => IPAddress.TryParse(text?.Trim(), out var address) ? (address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).ToString() : null;

    /// <summary>Without case, accents, punctuation and the ways to write a word short.</summary>
    public static string? Address(string? text)
    {
        if (string.IsNullOrWhiteSpace(text)) return null;
        var plain = new StringBuilder(text.Length);
        foreach (var c in text.Normalize(NormalizationForm.FormD))
        {
            if (CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.NonSpacingMark) continue;
            plain.Append(char.IsLetterOrDigit(c) ? char.ToLowerInvariant(c) : ' ');
        }
        var words = plain.ToString().Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(w => Short.GetValueOrDefault(w, w)).Where(w => w.Length > 0);
        var whole = string.Join(' ', words);
        return whole.Length == 0 ? null : whole;
    }

    /// <summary>Street, number, place and postal code make an address an issuer takes; a country alone does not.</summary>
    public static bool IsFullAddress(string? text) => Address(text) is { } plain && plain.Split(' ').Length >= 4 && plain.Any(char.IsDigit);

    /// <summary>The same card: by the caller's hash where both have one, else by its first six and last four digits. Null when nothing can be compared.</summary>
    public static bool? IsSameCard(EvidencePayment one, EvidencePayment other)
    {
        if (Word(one.CardHash) is { } hash && Word(other.CardHash) is { } second) return hash == second;
        if (one is { CardBin.Length: >= 6, CardLast4.Length: 4 } && other is { CardBin.Length: >= 6, CardLast4.Length: 4 })
            return one.CardBin.AsSpan(0, 6).SequenceEqual(other.CardBin.AsSpan(0, 6)) && one.CardLast4 == other.CardLast4;
        return null;
    }

    /// <summary>Opaque ids are compared letter by letter: there case may mean something.</summary>
    public static string? Word(string? text) => string.IsNullOrWhiteSpace(text) ? null : text.Trim();
}
