using ClausumPanel.Assess;
using ClausumPanel.Storage.Assessments;
using ClausumPanel.Web.Enrichment;

namespace ClausumPanel.Web.Localization;

/// <summary>The things that have a page of their own: their words in addresses, their names, their icons, their addresses.</summary>
public static class EntityWords
{
    public const string Path = "/dashboard/entities";

    /// <summary>Whoever pays first, then what they pay with and from where.</summary>
    public static readonly IReadOnlyList<TermKind> Kinds = [TermKind.Customer, TermKind.Email, TermKind.Card, TermKind.Device, TermKind.Ip, TermKind.Phone, TermKind.Beneficiary, TermKind.BeneficiaryName, TermKind.Account, TermKind.EmailDomain];

    private const string EmailDomainWord = "email_domain", BeneficiaryNameWord = "beneficiary_name", AccountWord = "account";

    private const int DigitsShown = 4;

    private static readonly EntityKind[] Payers = [EntityKind.Customer, EntityKind.Email, EntityKind.Card, EntityKind.Beneficiary], Paid = [EntityKind.Beneficiary, EntityKind.Customer, EntityKind.Email, EntityKind.Card];

    /// <summary>Of these, the first that an assessment names is whoever pays; of a payout, whoever is paid.</summary>
    public static EntityKind[] People(Flow flow) => flow == Flow.PayOut ? Paid : Payers;

    // Of payouts one customer is often paid under several ids, one for each account: they are one person.
    private static readonly EntityKind[] Apart = [EntityKind.Customer, EntityKind.Beneficiary, EntityKind.Email, EntityKind.Card];

    /// <summary>Of these, the first that an assessment names tells the people apart that share something.</summary>
    public static EntityKind[] Others(Flow flow) => flow == Flow.PayOut ? Apart : Payers;

    /// <summary>It names somebody, rather than what they use.</summary>
    public static bool IsPerson(this TermKind kind) => kind is TermKind.Customer or TermKind.Email or TermKind.Beneficiary or TermKind.BeneficiaryName;

    /// <summary>As memory knows it; null: it keeps nothing of such a value.</summary>
    public static EntityKind? Entity(this TermKind kind) => kind switch
    {
        TermKind.Customer => EntityKind.Customer,
        TermKind.Email => EntityKind.Email,
        TermKind.Card => EntityKind.Card,
        TermKind.Device => EntityKind.Device,
        TermKind.Ip => EntityKind.Ip,
        TermKind.Phone => EntityKind.Phone,
        TermKind.Beneficiary => EntityKind.Beneficiary,
        TermKind.CardBin => EntityKind.CardBin,
        TermKind.EmailDomain or TermKind.BeneficiaryName or TermKind.Account => null,
        TermKind.Order or TermKind.Payment or TermKind.Session => throw new ArgumentOutOfRangeException(nameof(kind)),
    };

    public static string Word(this TermKind kind) => kind switch
    {
        TermKind.BeneficiaryName => BeneficiaryNameWord,
        TermKind.Account => AccountWord,
        _ => kind.Entity()?.Name() ?? EmailDomainWord,
    };

    public static TermKind? Kind(string? word)
    {
        foreach (var kind in Kinds)
            if (kind.Word() == word) return kind;
        return null;
    }

    public static string Name(this Texts T, TermKind kind) => kind switch
    {
        TermKind.BeneficiaryName => T["Beneficiary name"],
        TermKind.Account => T["Account"],
        _ => kind.Entity() is { } entity ? T.Name(entity) : T["E-mail domain"],
    };

    /// <summary>The same beside one assessment: a payout's device and address are those of whoever orders it.</summary>
    public static string Name(this Texts T, TermKind kind, Flow flow) => (kind, flow) switch
    {
        (TermKind.Device, Flow.PayOut) => T["Ordering device"],
        (TermKind.Ip, Flow.PayOut) => T["Ordering IP"],
        _ => T.Name(kind),
    };

    /// <summary>That name at length, where it has one.</summary>
    public static string? Means(this Texts T, TermKind kind, Flow flow) => (kind, flow) switch
    {
        (TermKind.Device, Flow.PayOut) => T["Device it was ordered from"],
        (TermKind.Ip, Flow.PayOut) => T["IP address it was ordered from"],
        _ => null,
    };

    public static string Icon(TermKind kind) => kind switch
    {
        TermKind.Customer => "user",
        TermKind.Email => "mail",
        TermKind.Card => "credit-card",
        TermKind.Device => "device-mobile",
        TermKind.Ip => "world",
        TermKind.Phone => "phone",
        TermKind.Beneficiary => "building-bank",
        TermKind.BeneficiaryName => "user-circle",
        TermKind.Account => "building-bank",
        TermKind.EmailDomain => "mail",
        _ => "search",
    };

    /// <summary>It is of payouts alone.</summary>
    public static bool IsOfPayouts(this TermKind kind) => kind is TermKind.Beneficiary or TermKind.BeneficiaryName or TermKind.Account;

    /// <summary>As people read it: a card as ••4242 (411111), a CLABE as ••9719, an IBAN as DE ••3000, a hash by its last characters.</summary>
    public static string Show(TermKind kind, string text)
    {
        // A beneficiary without an id goes by the account.
        if (kind == TermKind.Account || (kind == TermKind.Beneficiary && BankAccounts.IsClabe(text))) return (BankAccounts.IsIban(text, out _) ? text[..2].ToUpperInvariant() + " ••" : "••") + text[^Math.Min(DigitsShown, text.Length / 2)..];
        if (kind != TermKind.Card || text.Length < 4 || !text.AsSpan(0, 4).ContainsOnlyDigits()) return text;
        return text.Length == 4 ? "••" + text : text[4] == ' ' ? $"••{text[..4]} ({text[5..]})" : text;
    }

    /// <summary>The page of that value. What a path cannot hold (a slash, a per cent sign, dots alone) is encoded once more, so that no server in between reads it as something else.</summary>
    public static string Address(TermKind kind, string text)
    {
        var inner = text.Replace("%", "%25", StringComparison.Ordinal).Replace("/", "%2F", StringComparison.Ordinal).Replace("\\", "%5C", StringComparison.Ordinal);
        if (inner.AsSpan().Trim('.').IsEmpty) inner = inner.Replace(".", "%2E", StringComparison.Ordinal);
        return $"{Path}/{kind.Word()}/{Uri.EscapeDataString(inner).Replace("%40", "@", StringComparison.Ordinal).Replace("%3A", ":", StringComparison.Ordinal).Replace("%2B", "+", StringComparison.Ordinal)}";
    }

    /// <summary>What such an address names.</summary>
    public static string Read(string value) => Uri.UnescapeDataString(value).Trim();

    /// <summary>The Monitor, narrowed to exactly that value.</summary>
    public static string Monitor(TermKind kind, string text, params ReadOnlySpan<(string Name, string Value)> more)
    {
        List<(string, string)> pairs = [("period", "all"), ("kind", "live"), ("by", kind.Word()), ("q", text)];
        foreach (var pair in more) pairs.Add(pair);
        return Pages.Transactions.MonitorQuery.Address(pairs);
    }

    private static bool ContainsOnlyDigits(this ReadOnlySpan<char> text)
    {
        foreach (var c in text)
            if (!char.IsAsciiDigit(c)) return false;
        return true;
    }
}
